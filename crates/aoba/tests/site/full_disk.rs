//! The disk runs full in the middle of a load: the last snapshot stands, the message says what to
//! do, and with room again the same command ends where it should.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::house::{House, people};
use crate::ingest_crash::export;

/// A file system of its own, gone when dropped.
struct Small(PathBuf);

impl Small {
    /// None where this user may not mount.
    fn mounted(at: &Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs"]).arg(at);
        let done = mount.status().is_ok_and(|status| status.success());
        done.then(|| Self(at.to_owned()))
    }

    /// Leaves so many bytes free; gives the file that takes the rest.
    fn leave(&self, free_bytes: u64) -> PathBuf {
        let ballast = self.0.join("ballast");
        let room = rustix::fs::statvfs(&self.0).unwrap();
        let taken = (room.f_bavail * room.f_frsize).saturating_sub(free_bytes);
        std::fs::write(&ballast, vec![1; usize::try_from(taken).unwrap()]).unwrap();
        ballast
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).status().unwrap();
    }
}

#[test]
fn a_load_on_a_disk_that_runs_full_changes_nothing_and_can_be_run_again() {
    let house = House::new();
    let Some(small) = Small::mounted(&house.home()) else {
        println!("SKIPPED: a small file system cannot be mounted here, so no disk can be full");
        return;
    };
    house.run(&["ingest", "--quiet", people().to_str().unwrap()]);
    let before = house.content();
    let path = export(&house);
    let load = ["ingest", "--quiet", path.to_str().unwrap()];
    let mut refusals = 0;
    for free_kib in [8, 64, 160, 240, 320, 400, 480] {
        let ballast = small.leave(free_kib << 10);
        let output = house.attempt(&load);
        std::fs::remove_file(ballast).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked"), "{free_kib} KiB: {said}");
        if output.status.success() {
            break;
        }
        assert!(said.contains("full"), "{free_kib} KiB: {said}");
        refusals += 1;
        assert_eq!(house.content(), before, "after {free_kib} KiB");
        house.run(&["audit", "verify"]);
    }
    assert!(refusals >= 2, "the disk was full {refusals} times only");
    house.run(&load);
    let whole = House::with_people();
    whole.run(&["ingest", "--quiet", export(&whole).to_str().unwrap()]);
    assert_eq!(house.content(), whole.content());
    house.run(&["doctor", "--deep"]);
}
