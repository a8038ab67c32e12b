//! Places where checkpoints are out of reach of whoever can write the ledger.
//!
//! A folder, which should be on another machine or a medium written once; and the system's log,
//! here or on another host. No program is started.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::{ToSocketAddrs as _, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::Checkpoint;
use serde::Deserialize;

/// The log's own socket.
const LOCAL_LOG: &str = "/dev/log";
/// Facility 13 (log audit), severity 6 (informational), as RFC 5424 §6.2.1 counts them.
const PRIORITY: u8 = 13 * 8 + 6;

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum CheckpointPlace {
    /// A folder, with a file for each checkpoint.
    Folder(PathBuf),
    /// The log of this machine.
    LocalLog,
    /// The log of another host, as `host:port`.
    Log(String),
}

/// How far sending came.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// The newest one that got there.
    pub(crate) newest: Option<Checkpoint>,
    /// Why no more did.
    pub(crate) failure: Option<io::Error>,
}

impl TryFrom<String> for CheckpointPlace {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "syslog" {
            return Ok(Self::LocalLog);
        }
        if let Some(host) = text.strip_prefix("syslog://") {
            let port = host.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
            return match port {
                Some(_) => Ok(Self::Log(host.to_owned())),
                None => Err("syslog:// names a host and a port, as syslog://log:514".to_owned()),
            };
        }
        if text.is_empty() || text.contains("://") {
            return Err("a place is a folder, syslog, or syslog://host:port".to_owned());
        }
        Ok(Self::Folder(PathBuf::from(text)))
    }
}

impl fmt::Display for CheckpointPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::LocalLog => f.write_str("syslog"),
            Self::Log(host) => write!(f, "syslog://{host}"),
        }
    }
}

impl CheckpointPlace {
    /// Sends these in order, until one does not get there.
    pub(crate) fn send(&self, home: &Path, checkpoints: &[Checkpoint]) -> Sent {
        let mut sent = Sent::default();
        for checkpoint in checkpoints {
            match self.send_one(home, checkpoint) {
                Ok(()) => sent.newest = Some(checkpoint.clone()),
                Err(error) => {
                    sent.failure = Some(error);
                    break;
                }
            }
        }
        sent
    }

    fn send_one(&self, home: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
        match self {
            Self::Folder(folder) => into_folder(home, &home.join(folder), checkpoint),
            Self::LocalLog => {
                let line = format!("<{PRIORITY}>aoba: {}", message(checkpoint));
                UnixDatagram::unbound()?.send_to(line.as_bytes(), LOCAL_LOG).map(drop)
            }
            Self::Log(host) => {
                let line = format!(
                    "<{PRIORITY}>1 {} - aoba - checkpoint - {}",
                    checkpoint.at,
                    message(checkpoint)
                );
                let none = || io::Error::other("the host has no address");
                let address = host.to_socket_addrs()?.next().ok_or_else(none)?;
                let here = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                UdpSocket::bind(here)?.send_to(line.as_bytes(), address).map(drop)
            }
        }
    }
}

/// A checkpoint in one line that every log takes.
fn message(checkpoint: &Checkpoint) -> String {
    let mut line = String::new();
    let _ = write!(line, "audit checkpoint size={}", checkpoint.size);
    let _ = write!(line, " {NOTE}{}", STANDARD.encode(&checkpoint.note));
    line
}

/// What stands before a note in a line of a log.
pub(super) const NOTE: &str = "note=";

/// Writes a file that is there whole or not at all, and never over another one.
fn into_folder(home: &Path, folder: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    let (home, real) = (fs::canonicalize(home)?, fs::canonicalize(folder)?);
    if real.starts_with(home) {
        return Err(io::Error::other("the folder is in the data folder itself"));
    }
    let path = real.join(format!("checkpoint-{:016}.txt", checkpoint.size));
    match fs::read_to_string(&path) {
        Ok(there) if there == checkpoint.note => return Ok(()),
        Ok(_) => {
            let name = path.file_name().unwrap_or_default().display().to_string();
            return Err(io::Error::other(format!(
                "{name} is there already and says something else: compare the audit with it"
            )));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let aside = real.join(format!(".checkpoint-{:016}.part", checkpoint.size));
    let mut file = File::create(&aside)?;
    file.write_all(checkpoint.note.as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, &path)?;
    File::open(&real)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(size: u64) -> Checkpoint {
        let at = "2026-11-22T05:32:00Z".parse().unwrap();
        let note = format!("aoba/0123\n{size}\ncm9vdA==\n\n— aoba/0123 c2ln\n");
        Checkpoint { size, at, note }
    }

    fn folder(name: &Path) -> CheckpointPlace {
        CheckpointPlace::Folder(name.to_owned())
    }

    #[test]
    fn places_are_read_and_others_refused() {
        let read = |text: &str| CheckpointPlace::try_from(text.to_owned());
        for text in
            ["/mnt/worm/aoba", "syslog", "syslog://log.example.jp:514", "syslog://[::1]:514"]
        {
            assert_eq!(read(text).unwrap().to_string(), text);
        }
        for text in ["", "syslog://", "syslog://log", "https://example.jp/x", "syslog://log:x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_folder_gets_a_file_for_each_and_none_is_written_over() {
        let (home, worm) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = folder(worm.path());
        let sent = place.send(home.path(), &[checkpoint(6), checkpoint(7)]);
        assert_eq!((sent.newest, sent.failure.is_none()), (Some(checkpoint(7)), true));
        let kept = worm.path().join("checkpoint-0000000000000006.txt");
        assert_eq!(fs::read_to_string(&kept).unwrap(), checkpoint(6).note);
        assert!(place.send(home.path(), &[checkpoint(6)]).failure.is_none(), "the same again");
        let other = Checkpoint { note: "another".to_owned(), ..checkpoint(6) };
        let refused = place.send(home.path(), &[other]);
        assert!(refused.newest.is_none());
        assert!(refused.failure.unwrap().to_string().contains("says something else"));
        assert_eq!(fs::read_to_string(&kept).unwrap(), checkpoint(6).note);
        assert_eq!(fs::read_dir(worm.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_folder_that_is_away_or_within_reach_gets_nothing() {
        let home = tempfile::tempdir().unwrap();
        let away = folder(Path::new("/no/such/folder"));
        assert!(away.send(home.path(), &[checkpoint(1)]).failure.is_some());
        fs::create_dir(home.path().join("within")).unwrap();
        let within = folder(Path::new("within"));
        let failure = within.send(home.path(), &[checkpoint(1)]).failure.unwrap();
        assert!(failure.to_string().contains("data folder itself"), "{failure}");
        assert_eq!(fs::read_dir(home.path().join("within")).unwrap().count(), 0);
    }

    #[test]
    fn another_hosts_log_gets_a_line_that_holds_the_note() {
        let host = UdpSocket::bind("127.0.0.1:0").unwrap();
        let place = CheckpointPlace::Log(host.local_addr().unwrap().to_string());
        let home = tempfile::tempdir().unwrap();
        assert!(place.send(home.path(), &[checkpoint(1_200)]).failure.is_none());
        let mut bytes = [0; 2_048];
        let length = host.recv(&mut bytes).unwrap();
        let line = std::str::from_utf8(&bytes[..length]).unwrap();
        assert!(line.starts_with("<110>1 2026-11-22T05:32:00Z - aoba - checkpoint - "), "{line}");
        assert!(line.contains("size=1200 ") && !line.contains('\n'), "{line}");
        assert_eq!(super::super::taken::in_text(line), [checkpoint(1_200).note]);
    }
}
