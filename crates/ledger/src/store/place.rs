//! Where the two databases are: the settings, and what is made of them.
//!
//! No password is ever printed: an address that holds one is refused without being repeated, and
//! what stands in an error, a log or a report is the [`Place`]'s own text.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use url::Url;
use vocab::Locale;

use crate::error::LedgerError;
use crate::files;

/// Where the ledger is kept: two files in the home when nothing is set, else two schemas of
/// PostgreSQL servers.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// The address of the ledger, such as `postgres://aoba@db.example/aoba`.
    pub url: Option<String>,
    /// The address of the identity store: another database, or another `?schema=`.
    pub identity_url: Option<String>,
    /// A file with the password for `url`; a path that is not full begins at the home.
    pub password_file: Option<PathBuf>,
    /// A file with the password for `identity_url`; `password_file` when not given.
    pub identity_password_file: Option<PathBuf>,
    /// The password for `url` where there is no file.
    #[serde(skip)]
    pub password: Option<Password>,
    /// The password for `identity_url` where there is no file; `password` when not given.
    #[serde(skip)]
    pub identity_password: Option<Password>,
    /// The identity store was lost: an empty one may be begun beside a ledger that is not empty.
    #[serde(skip)]
    pub renew_identities: bool,
}

/// A password, which prints as `Password(..)`.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes a password.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }
}

/// What is wrong with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// It cannot be read as one.
    Unreadable,
    /// It holds a password.
    HoldsPassword,
    /// It names no host.
    NoHost,
    /// It names no database.
    NoDatabase,
    /// It has a parameter that is not known.
    Parameter(String),
    /// Its schema's name is not plain.
    Schema,
    /// It is missing, and the other one is given.
    Missing,
    /// The identities would be where the ledger is.
    SameAsLedger,
}

/// Where one database is.
#[derive(Clone)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A schema of a PostgreSQL server.
    Server(Box<Server>),
}

/// A schema of a PostgreSQL server, and how to connect to it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) options: PgConnectOptions,
    pub(crate) password_file: Option<PathBuf>,
    /// Host, port, database, schema: for people, and to tell two places apart.
    name: String,
}

/// Parameters of an address, but for `schema`, as PostgreSQL's own programs take them.
const PARAMETERS: [&str; 9] = [
    "host",
    "port",
    "dbname",
    "user",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "application_name",
];

/// What each connection asks of the server: no wait without an end, and an early notice of a
/// machine that is gone, whose locks would otherwise stay for hours.
const SESSION: [(&str, &str); 6] = [
    ("lock_timeout", "30s"),
    ("statement_timeout", "10min"),
    ("idle_in_transaction_session_timeout", "5min"),
    ("tcp_keepalives_idle", "30"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "3"),
];

impl LedgerConfig {
    /// The place of the ledger and that of the identities.
    pub(crate) fn places(&self, home: &Path) -> Result<(Place, Place), LedgerError> {
        let (url, identity_url) = match (&self.url, &self.identity_url) {
            (None, None) => {
                let file = |name: &str| Place::File(home.join(name));
                return Ok((file("ledger.db"), file("identity.db")));
            }
            (Some(url), Some(identity_url)) => (url, identity_url),
            (Some(_), None) => return Err(fault("ledger.identity_url", AddressFault::Missing)),
            (None, Some(_)) => return Err(fault("ledger.url", AddressFault::Missing)),
        };
        let full = |file: &PathBuf| home.join(file);
        let file = self.password_file.as_ref().map(full);
        let identity_file = self.identity_password_file.as_ref().map(full);
        let password = self.password.as_ref();
        let identity_password = self.identity_password.as_ref().or(password);
        let ledger = server("ledger.url", url, file.clone(), password)?;
        let identity_file = identity_file.or(file);
        let setting = "ledger.identity_url";
        let identity = server(setting, identity_url, identity_file, identity_password)?;
        if ledger.name == identity.name {
            return Err(fault(setting, AddressFault::SameAsLedger));
        }
        Ok((Place::Server(Box::new(ledger)), Place::Server(Box::new(identity))))
    }
}

fn fault(setting: &'static str, fault: AddressFault) -> LedgerError {
    LedgerError::Address { setting, fault }
}

/// Reads an address; the password comes from the file if there is one.
fn server(
    setting: &'static str,
    url: &str,
    password_file: Option<PathBuf>,
    password: Option<&Password>,
) -> Result<Server, LedgerError> {
    let (mut options, schema) = read(url).map_err(|wrong| fault(setting, wrong))?;
    if let Some(file) = &password_file {
        let text = std::fs::read_to_string(file).map_err(files::failed("read", file))?;
        options = options.password(text.trim_end_matches(['\r', '\n']));
    } else if let Some(Password(text)) = password {
        options = options.password(text);
    }
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let database = options.get_database().unwrap_or_default();
    let mut name = format!("{host}:{}/{database}", options.get_port());
    if let Some(schema) = &schema {
        name.push_str(&format!("?schema={schema}"));
        options = options.options([("search_path", schema)]);
    }
    options = options.options(SESSION).disable_statement_logging();
    if options.get_application_name().is_none() {
        options = options.application_name("aoba");
    }
    Ok(Server { options, password_file, name })
}

/// Takes an address apart: how to connect, and the schema.
fn read(text: &str) -> Result<(PgConnectOptions, Option<String>), AddressFault> {
    let mut url = Url::parse(text).map_err(|_| AddressFault::Unreadable)?;
    if !["postgres", "postgresql"].contains(&url.scheme()) {
        return Err(AddressFault::Unreadable);
    }
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let has = |name: &str| pairs.iter().any(|(key, value)| key == name && !value.is_empty());
    if url.password().is_some() || has("password") {
        return Err(AddressFault::HoldsPassword);
    }
    if url.host_str().is_none_or(str::is_empty) && !has("host") {
        return Err(AddressFault::NoHost);
    }
    if url.path().trim_matches('/').is_empty() && !has("dbname") {
        return Err(AddressFault::NoDatabase);
    }
    let mut schema = None;
    url.set_query(None);
    for (key, value) in pairs {
        if key == "schema" {
            schema = Some(value).filter(|name| is_plain(name));
            schema.as_ref().ok_or(AddressFault::Schema)?;
        } else if PARAMETERS.contains(&&*key) {
            url.query_pairs_mut().append_pair(&key, &value);
        } else {
            return Err(AddressFault::Parameter(key));
        }
    }
    let options = PgConnectOptions::from_url(&url).map_err(|_| AddressFault::Unreadable)?;
    Ok((options, schema))
}

/// Whether a name means the same with and without quotes.
fn is_plain(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c == '_';
    name.len() <= 63
        && name.starts_with(letter)
        && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

impl Place {
    /// The file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Server(_) => None,
        }
    }

    /// Whether a file is there and is not empty.
    pub(crate) fn holds_bytes(&self) -> bool {
        self.file().and_then(|path| path.metadata().ok()).is_some_and(|facts| facts.len() > 0)
    }

    /// Where the password lies, where it lies in a file.
    pub(crate) fn password_file(&self) -> Option<&Path> {
        match self {
            Self::File(_) => None,
            Self::Server(server) => server.password_file.as_deref(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Server(server) => write!(f, "{server}"),
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgres://{}", self.name)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// An address as it was given may hold a password.
impl fmt::Debug for LedgerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LedgerConfig(..)")
    }
}

impl AddressFault {
    /// What is wrong and what to write instead, in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let en = locale == Locale::En;
        let said = match (self, en) {
            (Self::Unreadable, true) => {
                "it is not an address such as postgres://aoba@db.example/aoba"
            }
            (Self::Unreadable, false) => {
                "アドレスとして読めません(例: postgres://aoba@db.example/aoba)"
            }
            (Self::HoldsPassword, true) => {
                "it holds a password; take it out and name a file in ledger.password_file"
            }
            (Self::HoldsPassword, false) => {
                "パスワードが含まれています。取り除き、ledger.password_fileにファイルを指定してください"
            }
            (Self::NoHost, true) => "it names no host",
            (Self::NoHost, false) => "ホストの指定がありません",
            (Self::NoDatabase, true) => "it names no database",
            (Self::NoDatabase, false) => "データベースの指定がありません",
            (Self::Parameter(name), true) => {
                return format!("it has the parameter {name:?}, which is not known");
            }
            (Self::Parameter(name), false) => {
                return format!("パラメーター{name:?}は使えません");
            }
            (Self::Schema, true) => {
                "a schema's name has small letters, digits and underscores and begins with no digit"
            }
            (Self::Schema, false) => {
                "スキーマ名に使えるのは英小文字、数字、下線です(数字で始めることはできません)"
            }
            (Self::Missing, true) => "it is missing: ledger and identity store move together",
            (Self::Missing, false) => "指定がありません。台帳と本人情報庫は両方とも指定します",
            (Self::SameAsLedger, true) => {
                "names must be apart from the ledger: name another database or another ?schema="
            }
            (Self::SameAsLedger, false) => {
                "本人情報は台帳と別に置きます。別のデータベースか別の?schema=を指定してください"
            }
        };
        said.to_owned()
    }
}

impl fmt::Display for AddressFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Locale::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str, identity_url: &str) -> LedgerConfig {
        LedgerConfig {
            url: Some(url.to_owned()),
            identity_url: Some(identity_url.to_owned()),
            ..LedgerConfig::default()
        }
    }

    /// What is said of an address; never its password.
    fn refused(config: &LedgerConfig) -> AddressFault {
        let error = config.places(Path::new("x")).err().unwrap();
        for said in [error.say(Locale::En), error.say(Locale::Ja), format!("{error:?}")] {
            assert!(!said.contains("secret"), "{said}");
        }
        assert!(!format!("{config:?}").contains("secret"));
        match error {
            LedgerError::Address { fault, .. } => fault,
            other => panic!("{other}"),
        }
    }

    const OTHER: &str = "postgres://aoba@db.example/aoba?schema=identity";

    #[test]
    fn what_is_wrong_with_an_address_is_told_without_its_password() {
        let of = |url: &str| refused(&config(url, OTHER));
        assert_eq!(of("postgres://aoba:secret@db.example/aoba"), AddressFault::HoldsPassword);
        let hidden = "postgres://aoba@db.example/aoba?password=secret";
        assert_eq!(of(hidden), AddressFault::HoldsPassword);
        assert_eq!(of("mysql://aoba:secret@db.example/aoba"), AddressFault::Unreadable);
        assert_eq!(of("aoba:secret@db.example/aoba"), AddressFault::Unreadable);
        assert_eq!(of("postgres://aoba@db.example"), AddressFault::NoDatabase);
        assert_eq!(of("postgres:///aoba"), AddressFault::NoHost);
        let unknown = "postgres://aoba@db.example/aoba?passwd=secret";
        assert_eq!(of(unknown), AddressFault::Parameter("passwd".to_owned()));
        for schema in ["", "A", "1a", "a-b", "a;drop"] {
            let url = format!("postgres://aoba@db.example/aoba?schema={schema}");
            assert_eq!(of(&url), AddressFault::Schema, "{schema}");
        }
    }

    #[test]
    fn identities_stay_apart_from_the_ledger() {
        assert_eq!(refused(&config(OTHER, OTHER)), AddressFault::SameAsLedger);
        let only = |url, identity_url| LedgerConfig { url, identity_url, ..Default::default() };
        let some = || Some(OTHER.to_owned());
        assert_eq!(refused(&only(some(), None)), AddressFault::Missing);
        assert_eq!(refused(&only(None, some())), AddressFault::Missing);
    }

    #[test]
    fn a_place_is_named_without_user_and_password() {
        let mut config = config("postgres://aoba@db.example:6543/aoba?sslmode=verify-full", OTHER);
        config.password = Some(Password::new("secret".to_owned()));
        let (ledger, identity) = config.places(Path::new("x")).unwrap();
        assert_eq!(ledger.to_string(), "postgres://db.example:6543/aoba");
        assert!(identity.to_string().ends_with("/aoba?schema=identity"), "{identity}");
        let nothing = LedgerConfig::default().places(Path::new("x")).unwrap().0;
        assert_eq!(nothing.to_string(), "x/ledger.db");
    }
}
