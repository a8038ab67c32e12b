//! A house of its own for each test: a home folder, and the program run in it as a person would.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::server::{self, Databases};

/// The folder of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The twelve people.
pub(crate) fn people() -> PathBuf {
    repository().join("testdata/people")
}

/// A home in a temporary folder.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    /// With `AOBA_TEST_LEDGER=postgres` its ledger is on a server.
    pub(crate) fn new() -> Self {
        let house = Self { folder: tempfile::tempdir().unwrap() };
        if let Some(databases) = server::wanted() {
            house.settle(&databases);
        }
        house
    }

    /// Says in the settings that the ledger is in these databases.
    pub(crate) fn settle(&self, databases: &Databases) {
        let Databases { url, identity_url, password_file } = databases;
        let file = password_file.display();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(self.home()).unwrap();
        let settings = format!(
            "[ledger]\nurl = \"{url}\"\nidentity_url = \"{identity_url}\"\n\
             password_file = \"{file}\"\n"
        );
        fs::write(self.home().join("aoba.toml"), settings).unwrap();
    }

    /// A house in which the twelve people have been taken in.
    pub(crate) fn with_people() -> Self {
        let house = Self::new();
        house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
        house
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A folder beside the home, for input files.
    pub(crate) fn input(&self) -> PathBuf {
        let folder = self.folder.path().join("input");
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Writes an input file and gives its path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.input().join(name);
        std::fs::File::create(&path).unwrap().write_all(bytes.as_ref()).unwrap();
        path
    }

    /// Writes the settings, but for where the ledger is; the home is made where there is none.
    pub(crate) fn set(&self, settings: &str) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(self.home()).unwrap();
        let path = self.home().join("aoba.toml");
        let old = fs::read_to_string(&path).unwrap_or_default();
        let ledger = old.find("[ledger]").map_or("", |at| &old[at..]);
        fs::write(path, format!("{settings}\n{ledger}")).unwrap();
    }

    /// Whether these bytes are in any file of the home but those kept as they were received.
    pub(crate) fn holds(&self, bytes: &str) -> bool {
        let landing = self.home().join("landing");
        files_below(&self.home()).iter().filter(|path| !path.starts_with(&landing)).any(|path| {
            let content = std::fs::read(path).unwrap();
            content.windows(bytes.len()).any(|part| part == bytes.as_bytes())
        })
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aoba"));
        command
            .args(arguments)
            .env("AOBA_HOME", self.home())
            .env("AOBA_LANG", "en")
            // Servers of tests are on this machine, whatever proxy it has for others.
            .env("NO_PROXY", "127.0.0.1")
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program whatever comes of it.
    pub(crate) fn attempt(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the program; it must succeed. Gives what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.attempt(arguments);
        let printed = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "aoba {arguments:?} failed: {errors}{printed}");
        printed
    }

    /// Runs the program; it must fail without a panic. Gives what it said.
    pub(crate) fn refuse(&self, arguments: &[&str]) -> String {
        let output = self.attempt(arguments);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "aoba {arguments:?} should have failed");
        assert!(!errors.contains("panicked"), "{errors}");
        assert!(!errors.trim().is_empty(), "a failure says why");
        errors
    }

    /// What a command prints as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments)).unwrap()
    }

    /// Takes files in and gives the load report.
    pub(crate) fn ingest(&self, paths: &[&Path]) -> Value {
        let mut arguments = vec!["ingest", "--quiet", "--format", "json"];
        arguments.extend(paths.iter().map(|path| path.to_str().unwrap()));
        self.json(&arguments)
    }

    /// Asks in SQL, for research.
    pub(crate) fn sql(&self, query: &str) -> Value {
        self.json(&["sql", "--format", "json", query])
    }

    /// Asks for one number.
    pub(crate) fn number(&self, query: &str) -> i64 {
        let answer = self.sql(query);
        let row = answer.get(0).and_then(Value::as_object).unwrap();
        row.values().next().and_then(Value::as_i64).unwrap_or_else(|| panic!("{query}: {answer}"))
    }

    /// The names of all tables.
    pub(crate) fn tables(&self) -> Vec<String> {
        let tables = self.json(&["tables", "--format", "json"]);
        let names = tables.as_array().unwrap().iter();
        names.map(|table| table["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Every row of every table by where it came from, and every cell of some tables, as sorted
    /// text without what differs from load to load.
    pub(crate) fn content(&self) -> Vec<String> {
        let each = self.tables().into_iter().map(|table| {
            format!(
                "select '{table}' t, patient_id, resource_key, source, version, last_updated, \
                 file, line from {table}"
            )
        });
        let rows = each.collect::<Vec<_>>().join(" union all ");
        let mut content = self.rows(&rows);
        for table in ["patient", "observation", "resource", "extension"] {
            content.extend(self.rows(&format!("select * from {table}")));
        }
        content
    }

    fn rows(&self, query: &str) -> Vec<String> {
        let answer = self.sql(query);
        let rows = answer.as_array().unwrap().iter().map(|row| {
            let mut row = row.as_object().unwrap().clone();
            row.remove("load");
            // A person's number depends on the home's key: another home gives another.
            row.remove("patient_id");
            Value::Object(row).to_string()
        });
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows
    }
}

/// Every regular file below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}
