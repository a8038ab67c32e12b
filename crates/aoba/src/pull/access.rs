//! How one is let in at a server: openly, with a token that somebody was given, or with tokens that
//! a registered program gets for itself (SMART backend services).
//!
//! Secrets come from files and the environment only. They have no `Display`, and their `Debug` says
//! nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use ledger::Clock;
use reqwest::{Client, Url};
use tokio::sync::Mutex;

use super::ask::{excludes, is_safe};
use super::ask_error::AskError;
use super::error::PullError;
use super::key::SigningKey;
use super::smart::{self, Grants};
use crate::cli::AskArgs;

/// Longer than any token.
const TOKEN_BYTES_MAX: u64 = 64 << 10;

/// How one is let in, as it was asked for; nothing has been read yet.
#[derive(Clone, Debug)]
pub(super) enum Access {
    /// Nothing is shown.
    Open,
    /// A token in a file.
    File(PathBuf),
    /// A token in a variable of the environment.
    Variable(String),
    /// A program with a key of its own.
    Backend(Registered),
}

/// How this program is registered at a server.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) client_id: String,
    pub(super) key: PathBuf,
    pub(super) key_id: Option<String>,
    pub(super) token_url: Option<Url>,
    pub(super) scope: Option<String>,
}

impl Access {
    /// Reads what the options say.
    pub(super) fn of(args: &AskArgs) -> Result<Self, AskError> {
        match (&args.token_file, &args.token_env, &args.key) {
            (Some(_), Some(_), _) => return Err(excludes("--token-file", "--token-env")),
            (Some(_), _, Some(_)) => return Err(excludes("--token-file", "--key")),
            (_, Some(_), Some(_)) => return Err(excludes("--token-env", "--key")),
            _ => {}
        }
        let Some(key) = &args.key else {
            let of_a_key = [
                ("--client-id", args.client_id.is_some()),
                ("--key-id", args.key_id.is_some()),
                ("--token-url", args.token_url.is_some()),
                ("--scope", args.scope.is_some()),
            ];
            if let Some((given, _)) = of_a_key.into_iter().find(|(_, is_given)| *is_given) {
                return Err(AskError::Needs { given, other: "--key" });
            }
            return Ok(match (&args.token_file, &args.token_env) {
                (Some(file), _) => Self::File(file.clone()),
                (None, Some(name)) => Self::Variable(name.clone()),
                (None, None) => Self::Open,
            });
        };
        let Some(client_id) = args.client_id.clone() else {
            return Err(AskError::Needs { given: "--key", other: "--client-id" });
        };
        Ok(Self::Backend(Registered {
            client_id,
            key: key.clone(),
            key_id: args.key_id.clone(),
            token_url: args.token_url.as_deref().map(token_url).transpose()?,
            scope: args.scope.clone(),
        }))
    }

    /// Whether a token is sent.
    pub(super) fn is_closed(&self) -> bool {
        !matches!(self, Self::Open)
    }

    /// Reads the token or the key.
    pub(super) fn read(&self) -> Result<Pass, AskError> {
        Ok(match self {
            Self::Open => Pass::Open,
            Self::File(path) => Pass::Token(Token::in_file(path)?),
            Self::Variable(name) => Pass::Token(Token::in_variable(name)?),
            Self::Backend(registered) => Pass::Backend(Box::new(Backend {
                key: SigningKey::read(&registered.key, registered.key_id.as_deref())?,
                registered: registered.clone(),
                held: Mutex::new(Held::default()),
            })),
        })
    }
}

fn token_url(text: &str) -> Result<Url, AskError> {
    let bad = || AskError::BadOption { option: "--token-url", given: text.to_owned(), near: None };
    let url = Url::parse(text).map_err(|_| bad())?;
    if !["http", "https"].contains(&url.scheme()) || !url.username().is_empty() {
        return Err(bad());
    }
    if is_safe(&url) { Ok(url) } else { Err(AskError::InClear(text.to_owned())) }
}

/// A bearer token.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Token(Arc<str>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Token {
    /// Takes a token; none where the text cannot be one.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(Arc::from(text)))
    }

    fn in_file(path: &Path) -> Result<Self, AskError> {
        use std::io::Read as _;
        let place = || path.display().to_string();
        let failed = |why: String| AskError::Secret { place: place(), why };
        let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
        let mut text = String::new();
        file.take(TOKEN_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(|error| failed(error.to_string()))?;
        Self::new(&text).ok_or_else(|| failed("there is no token in it".to_owned()))
    }

    fn in_variable(name: &str) -> Result<Self, AskError> {
        let failed =
            |why: &str| AskError::Secret { place: format!("${name}"), why: why.to_owned() };
        let text = std::env::var(name).map_err(|_| failed("it is not set"))?;
        Self::new(&text).ok_or_else(|| failed("there is no token in it"))
    }

    /// The text that is sent.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is shown to be let in.
#[derive(Debug)]
pub(super) enum Pass {
    /// Nothing.
    Open,
    /// Always the same token.
    Token(Token),
    /// Tokens that are got and renewed.
    Backend(Box<Backend>),
}

/// A registered program and the token it has now.
#[derive(Debug)]
pub(super) struct Backend {
    registered: Registered,
    key: SigningKey,
    /// Held while a token is got, so that requests side by side wait for one token and do not get
    /// one each.
    held: Mutex<Held>,
}

/// What has been learned of the server and got from it.
#[derive(Debug, Default)]
struct Held {
    grants: Option<Grants>,
    token: Option<(Token, Timestamp)>,
}

impl Pass {
    /// The token to show now; none where nothing is shown.
    pub(super) async fn token(
        &self,
        client: &Client,
        base: &Url,
        clock: &Clock,
    ) -> Result<Option<Token>, PullError> {
        match self {
            Self::Open => Ok(None),
            Self::Token(token) => Ok(Some(token.clone())),
            Self::Backend(backend) => backend.token(client, base, clock).await.map(Some),
        }
    }

    /// A token was refused: forgets it; whether another may be had.
    pub(super) async fn renew(&self, refused: &Token) -> bool {
        let Self::Backend(backend) = self else { return false };
        let mut held = backend.held.lock().await;
        if held.token.as_ref().is_some_and(|(token, _)| token == refused) {
            held.token = None;
        }
        true
    }
}

impl Backend {
    async fn token(&self, client: &Client, base: &Url, clock: &Clock) -> Result<Token, PullError> {
        let mut held = self.held.lock().await;
        let now = clock.now();
        if let Some((token, until)) = &held.token
            && *until > now
        {
            return Ok(token.clone());
        }
        let grants = match &held.grants {
            Some(grants) => grants.clone(),
            None => smart::grants(client, base, &self.registered).await?,
        };
        let got =
            smart::token(client, &grants, (&self.registered.client_id, &self.key), now).await?;
        held.grants = Some(grants);
        held.token = Some(got.clone());
        Ok(got.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(set: impl FnOnce(&mut AskArgs)) -> Result<Access, AskError> {
        let mut args = AskArgs::default();
        set(&mut args);
        Access::of(&args)
    }

    #[test]
    fn one_way_in_is_chosen_and_its_parts_must_be_whole() {
        assert!(matches!(access(|_| {}), Ok(Access::Open)));
        let file = access(|args| args.token_file = Some("t".into()));
        assert!(matches!(file, Ok(Access::File(_))));
        let two = access(|args| {
            args.token_file = Some("t".into());
            args.key = Some("k".into());
        });
        assert!(matches!(two, Err(AskError::Excludes { .. })), "{two:?}");
        let half = access(|args| args.key = Some("k".into()));
        assert!(matches!(half, Err(AskError::Needs { other: "--client-id", .. })), "{half:?}");
        let half = access(|args| args.scope = Some("system/*.rs".to_owned()));
        assert!(matches!(half, Err(AskError::Needs { given: "--scope", .. })), "{half:?}");
        let clear = access(|args| {
            args.key = Some("k".into());
            args.client_id = Some("aoba".to_owned());
            args.token_url = Some("http://login.example.jp/token".to_owned());
        });
        assert!(matches!(clear, Err(AskError::InClear(_))), "{clear:?}");
    }

    #[test]
    fn a_token_is_told_to_nobody() {
        let token = Token::new("  s3cret\n").unwrap();
        assert_eq!((token.as_str(), format!("{token:?}")), ("s3cret", "Token(..)".to_owned()));
        for wrong in ["", " \n", "two words", "päss", "a\nb"] {
            assert_eq!(Token::new(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_file_without_a_token_and_a_variable_that_is_not_set_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let read = || Access::File(path.clone()).read().unwrap_err().to_string();
        assert!(read().contains("token"), "{}", read());
        std::fs::write(&path, "\n").unwrap();
        assert!(read().contains("no token"), "{}", read());
        let unset = Access::Variable("AOBA_NO_SUCH_TOKEN".to_owned()).read().unwrap_err();
        assert!(unset.to_string().contains("AOBA_NO_SUCH_TOKEN"), "{unset}");
    }
}
