//! The object store of the tests as a test meets it: started once for each test program, and ended
//! with it; and a line to it that breaks when it is told to.
//!
//! Included by path in the tests of several crates.

mod line;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

pub(crate) use line::{Fault, Line};

/// The key that the server knows.
pub(crate) const KEY_ID: &str = "AKIATEST";
pub(crate) const SECRET: &str = "of/tests+only";

/// Set by whoever tests where the registry is out of reach.
const WITHOUT: &str = "AOBA_TESTS_WITHOUT_STORE";

/// A server that runs as long as this program.
pub(crate) struct Server {
    /// Where it listens, as `127.0.0.1:port`.
    pub(crate) address: String,
    folder: PathBuf,
    _process: Child,
}

impl Server {
    /// The server of this program. None where it cannot be built and the tests were told to do
    /// without: then each says that it was skipped.
    pub(crate) fn get() -> Option<&'static Self> {
        static SERVER: OnceLock<Option<Server>> = OnceLock::new();
        let server = SERVER.get_or_init(|| match build().and_then(|program| start(&program)) {
            Ok(server) => Some(server),
            Err(error) if std::env::var_os(WITHOUT).is_some() => {
                // Not by `println`: what a test prints that passes is not shown.
                let words = "SKIPPED: no object store, so nothing is tested in a bucket";
                writeln!(std::io::stderr(), "{words}: {error}").ok();
                None
            }
            Err(error) => panic!(
                "the object store of the tests cannot be built or started (set {WITHOUT}=1 to do \
                 without): {error}"
            ),
        });
        if server.is_none() {
            println!("SKIPPED: no object store for tests");
        }
        server.as_ref()
    }

    /// The address as a program is told it.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a bucket; the folder in which its objects lie as files. Names that begin with
    /// `read-only-` or `unconditional-` are of buckets with that flaw.
    pub(crate) fn make_bucket(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}

/// Builds the server beside what this program was built with; the second time nothing is done.
fn build() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../xtask/teststore");
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    // …/target/debug/deps/program
    let target = program.ancestors().nth(3).ok_or("this program lies nowhere")?.join("teststore");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = |more: &[&str]| {
        let mut command = Command::new(&cargo);
        command.args(["build", "--quiet", "--locked", "--manifest-path"]);
        command.arg(source.join("Cargo.toml")).arg("--target-dir").arg(&target).args(more);
        // What this program was told is not for that one.
        command.env_remove("CARGO_MANIFEST_DIR").stdin(Stdio::null()).stdout(Stdio::null());
        let output = command.stderr(Stdio::piped()).output().map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    };
    build(&["--offline"]).or_else(|_| build(&[]))?;
    Ok(target.join("debug/teststore"))
}

fn start(program: &Path) -> Result<Server, String> {
    let mut command = Command::new(program);
    // Its input ends when this program does, however that ends.
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().map_err(|error| error.to_string())?;
    let told = process.stdout.take().ok_or("it says nothing")?;
    let mut lines = BufReader::new(told).lines().map_while(Result::ok);
    let (address, folder) = lines.next().zip(lines.next()).ok_or("it does not say where it is")?;
    Ok(Server { address, folder: folder.into(), _process: process })
}
