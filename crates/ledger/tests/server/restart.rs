//! A server that ends as in a power cut and comes back; for the tests of the crates that need it.

use std::process::Stdio;

use crate::server::{Server, unprivileged};

/// Ends the server without a word to anyone, and starts it again.
pub(crate) fn restart(server: &Server) {
    let mut restart = unprivileged(&server.programs.join("pg_ctl"));
    restart.args(["-m", "immediate", "-w", "-t", "60", "restart", "-D"]);
    restart.arg(server.folder.join("data")).arg("-l").arg(server.folder.join("log"));
    assert!(restart.stdout(Stdio::null()).status().unwrap().success());
}

/// A server; says aloud that the test is skipped where there can be none.
pub(crate) fn start() -> Option<Server> {
    Server::start().map_err(|why| println!("SKIPPED: no PostgreSQL server: {why}")).ok()
}
