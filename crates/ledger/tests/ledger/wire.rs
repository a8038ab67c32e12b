//! Something between Aoba and its server, which can cut the wire at a commit, or have the server say
//! what it does not.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::server::{Databases, Server};

/// What becomes of the next commit that passes.
pub(crate) const PASSES: u8 = 0;
/// The server never hears of it.
pub(crate) const IS_LOST: u8 = 1;
/// The server does it, and its answer is lost.
pub(crate) const IS_NOT_ANSWERED: u8 = 2;

/// A word of the server's, and one as long that arrives in its place.
type Lie = Option<(String, String)>;

pub(crate) struct Wire {
    port: u16,
    pub(crate) commit: Arc<AtomicU8>,
}

impl Wire {
    pub(crate) fn to(server: &Server) -> Self {
        Self::with(server, None)
    }

    /// A wire on which a word of the server's becomes another of the same length.
    pub(crate) fn lying(server: &Server, lie: (String, String)) -> Self {
        Self::with(server, Some(lie))
    }

    fn with(server: &Server, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let socket = server.folder.join(format!(".s.PGSQL.{}", server.port));
        let commit = Arc::new(AtomicU8::new(PASSES));
        let seen = commit.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = UnixStream::connect(&socket) else { continue };
                let back = (far.try_clone().unwrap(), near.try_clone().unwrap(), lie.clone());
                std::thread::spawn(move || carry_back(back));
                let seen = seen.clone();
                std::thread::spawn(move || carry(near, far, &seen));
            }
        });
        Self { port, commit }
    }

    /// The address of the ledger's database at this end of the wire.
    pub(crate) fn url(&self, databases: &Databases) -> String {
        let database = databases.url.split('?').next().unwrap().rsplit('/').next().unwrap();
        format!("postgres://aoba@127.0.0.1:{}/{database}", self.port)
    }
}

/// Carries what the server says to Aoba.
fn carry_back((mut far, mut near, lie): (UnixStream, TcpStream, Lie)) {
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = far.read(&mut bytes) {
        let said = &mut bytes[..count];
        if let Some((word, other)) = &lie
            && let Some(at) = said.windows(word.len()).position(|part| part == word.as_bytes())
        {
            said[at..at + word.len()].copy_from_slice(other.as_bytes());
        }
        if near.write_all(said).is_err() {
            break;
        }
    }
}

/// Carries what Aoba says to the server, until a commit comes that is to be cut.
fn carry(mut near: TcpStream, mut far: UnixStream, commit: &AtomicU8) {
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = near.read(&mut bytes) {
        let said = &bytes[..count];
        let commits = said.windows(6).any(|part| part == b"COMMIT");
        let fate = if commits { commit.swap(PASSES, Ordering::SeqCst) } else { PASSES };
        if fate == IS_NOT_ANSWERED {
            near.shutdown(Shutdown::Write).unwrap();
        }
        if fate == IS_LOST || far.write_all(said).is_err() {
            break;
        }
        if fate == IS_NOT_ANSWERED {
            break;
        }
    }
    let _gone = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Write));
}
