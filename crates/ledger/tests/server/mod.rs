//! A PostgreSQL server of the tests' own: in a temporary folder, as an unprivileged user, reached
//! through a socket in that folder, writing through to the disk as in a hospital. It ends with the
//! program that started it, however that ends.
//!
//! Several crates include this file. With `AOBA_TEST_LEDGER=postgres` their homes keep the ledger
//! on such a server, each test in a database of its own; else in files.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which ledger the tests' homes have.
const CHOICE: &str = "AOBA_TEST_LEDGER";
/// Whom the server runs as where the tests run as root, as whom it refuses to.
const NOBODY: u32 = 65_534;

/// Starts the server, says so, and stops it when its own input ends; who stops the tests from the
/// keyboard stops the keeper by that alone.
const KEEPER: &str = r#"
trap '' HUP INT TERM
"$1/pg_ctl" -D "$2/data" -l "$2/log" -w -t 60 start > /dev/null && echo ready
cat > /dev/null
"$1/pg_ctl" -D "$2/data" -m immediate -w stop > /dev/null
rm -rf "$2"
"#;

/// A running server.
pub(crate) struct Server {
    pub(crate) programs: PathBuf,
    pub(crate) folder: PathBuf,
    /// Of the socket, and of the machine itself where a test opens it.
    pub(crate) port: u16,
    keeper: Child,
}

/// A fresh database with a schema for each part of a ledger.
pub(crate) struct Databases {
    pub(crate) url: String,
    pub(crate) identity_url: String,
    pub(crate) password_file: PathBuf,
}

/// A fresh database, where the tests' ledgers are to be on a server.
pub(crate) fn wanted() -> Option<Databases> {
    static SHARED: OnceLock<Server> = OnceLock::new();
    if std::env::var(CHOICE).is_ok_and(|choice| choice == "postgres") {
        return Some(SHARED.get_or_init(|| Server::start().unwrap()).databases());
    }
    None
}

impl Server {
    /// Starts a server; an error says why there can be none.
    pub(crate) fn start() -> Result<Self, String> {
        let programs =
            programs().ok_or("PostgreSQL is not installed (apt-get install postgresql)")?;
        let folder = tempfile::tempdir().unwrap().keep();
        let password = folder.join("password");
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&password).unwrap();
        writeln!(file, "Kein-Geheimnis-{}", std::process::id()).unwrap();
        if is_root() {
            for path in [&folder, &password] {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        make(&programs, &folder)?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        configure(&folder, port);
        let mut keeper = unprivileged(Path::new("sh"));
        keeper.args(["-c", KEEPER, "keeper"]).arg(&programs).arg(&folder);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(keeper.stdout.take().unwrap());
        let server = Self { programs, folder, port, keeper };
        if said.lines().next().is_some_and(|word| word.is_ok_and(|word| word == "ready")) {
            return Ok(server);
        }
        Err(fs::read_to_string(server.folder.join("log")).unwrap_or_default())
    }

    /// A fresh database: the ledger goes into its first schema, the identities into a second one.
    pub(crate) fn databases(&self) -> Databases {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("house_{}", COUNT.fetch_add(1, Ordering::SeqCst));
        self.sql("postgres", &format!("create database {name}"));
        self.sql(&name, "create schema names");
        let (port, folder) = (self.port, self.folder.display());
        let url = format!("postgres://aoba@localhost:{port}/{name}?host={folder}");
        Databases {
            identity_url: format!("{url}&schema=names"),
            url,
            password_file: self.folder.join("password"),
        }
    }

    /// Runs SQL in a database, beside all that Aoba does there; gives what it prints.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let password = fs::read_to_string(self.folder.join("password")).unwrap();
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "aoba"])
            .args(["-d", database, "-c", sql, "-p", &self.port.to_string(), "-h"])
            .arg(&self.folder)
            .env("PGPASSWORD", password.trim())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {errors}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().unwrap();
    }
}

/// Makes the server's files. Its texts are ordered as Japanese people order them where the server
/// can, so that a question that leans on the order of bytes is found out.
fn make(programs: &Path, folder: &Path) -> Result<(), String> {
    let mut said = String::new();
    for order in [&["--locale-provider=icu", "--icu-locale=ja"][..], &[]] {
        let mut initdb = unprivileged(&programs.join("initdb"));
        initdb.args(["-U", "aoba", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N"]);
        initdb.arg("--pwfile").arg(folder.join("password")).args(order);
        let output = initdb.arg("-D").arg(folder.join("data")).output().unwrap();
        if output.status.success() {
            return Ok(());
        }
        write!(said, "{}", String::from_utf8_lossy(&output.stderr)).unwrap();
    }
    Err(said)
}

/// A socket in the folder and no address; everything else as it comes, `fsync` above all.
fn configure(folder: &Path, port: u16) {
    let path = folder.join("data/postgresql.conf");
    let mut settings = fs::OpenOptions::new().append(true).open(path).unwrap();
    let socket = folder.display();
    writeln!(settings, "listen_addresses = ''\nunix_socket_directories = '{socket}'").unwrap();
    writeln!(settings, "port = {port}\nmax_connections = 200\nshared_buffers = 32MB").unwrap();
}

/// Where the server's programs are: Debian keeps each version in a folder of its own.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest_first = versions.into_iter().rev().map(|(_, folder)| folder);
    newest_first.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

/// A program run as somebody who may do little.
pub(crate) fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}")]);
    command.arg("--clear-groups").arg(program);
    command.current_dir("/");
    command
}
