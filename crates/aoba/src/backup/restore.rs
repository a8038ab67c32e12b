//! `aoba restore DIR`: a home from a generation, whole or not at all.
//!
//! Files are copied into a folder inside the new home, each compared with the list on the way; when
//! all are right they are renamed into place, the ledger last. Until then nothing there is a home.
//! A restore that was stopped or killed goes on where it was: what it had copied is read again.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ledger::KEY_FILES;
use vocab::Locale;

use super::copying::Copying;
use super::manifest::{Entry, FILES, Manifest};
use super::place::{
    Place, Use, check_room, files_below, make_folder, sync_folder, sync_folders, write_synced,
};
use super::trouble::{BackupError, at};
use super::{facts, tell_faults};
use crate::cli::RestoreArgs;
use crate::config::Config;
use crate::house::House;
use crate::output::tell;
use crate::synth::{grouped, size, until_stopped};
use crate::{doctor, progress};

/// Where files lie until all are there.
const ASIDE: &str = ".restoring";

/// Says, among them, that all are there and are being put in place.
const PLACING: &str = "placing";

/// Restores; false when the home that was backed up was not whole.
pub(super) async fn restore(
    home: &Path,
    args: &RestoreArgs,
    locale: Locale,
) -> anyhow::Result<bool> {
    let home = std::path::absolute(home)?;
    let place = Place::open(&args.folder, Use::Read)?;
    let number = place.chosen(args.generation)?;
    let manifest = Manifest::read(&place.generation(number))?;
    if !manifest.keys && args.keys.is_none() {
        let folder = place.folder().to_owned();
        return Err(BackupError::NoKeys { folder, generation: number }.into());
    }
    if home.starts_with(place.folder()) || place.folder().starts_with(&home) {
        return Err(BackupError::Within(home).into());
    }
    check_empty(&home)?;
    check_room(&home, manifest.size_bytes().saturating_sub(there_bytes(&home)))?;
    let mut new = New::begin(&home)?;
    let work = Work {
        from: place.generation(number).join(FILES),
        to: new.aside(),
        keys: args.keys.clone(),
        manifest: manifest.clone(),
        quiet: args.quiet,
    };
    new.filled(until_stopped(move |stop| work.run(stop)).await?)?;
    without_lake_elsewhere(&new.aside(), &manifest)?;
    check_opens(&new.aside(), &manifest, locale).await?;
    tokio::task::block_in_place(|| new.finish())?;
    say(&manifest, &home, locale);
    ask(&home, &manifest, locale).await
}

/// The new home answers as the old one did; then the doctor looks at it.
async fn ask(home: &Path, manifest: &Manifest, locale: Locale) -> anyhow::Result<bool> {
    let house = House::existing(home, locale).await?;
    let different = manifest.facts.differences(&facts::of(&house.ledger).await?);
    if !different.is_empty() {
        return Err(BackupError::Differs(different.join("; ")).into());
    }
    house.ledger.record_restore(&house.actor, manifest.generation).await?;
    let well = doctor::run(&house, false).await?;
    tell_faults(&manifest.faults, locale);
    Ok(well && manifest.faults.is_empty())
}

/// How much an earlier restore has copied.
fn there_bytes(home: &Path) -> u64 {
    let files = files_below(&home.join(ASIDE)).unwrap_or_default();
    files.iter().filter_map(|path| fs::metadata(path).ok()).map(|found| found.len()).sum()
}

fn check_empty(home: &Path) -> Result<(), BackupError> {
    match fs::read_dir(home) {
        Ok(entries) => {
            // What a restore that was killed left is ours; the ledger, which comes last, makes
            // it a home.
            let placing = home.join(ASIDE).join(PLACING).exists();
            let ours = |name: &str| {
                name == ASIDE || (placing && name != "ledger.db" && OF_A_HOME.contains(&name))
            };
            for entry in entries {
                let name = entry.map_err(at("list", home))?.file_name();
                if !ours(&name.to_string_lossy()) {
                    return Err(BackupError::NotEmpty(home.to_owned()));
                }
            }
            Ok(())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(at("list", home)(error)),
    }
}

/// What lies at the top of a home that a backup holds.
const OF_A_HOME: [&str; 8] =
    ["ledger.db", "identity.db", "audit.head", "keys", "landing", "lake", "aoba.toml", "views"];

/// A home that is being made. Dropped before it is finished, it leaves nothing, unless somebody
/// said stop: then it leaves what was copied, to go on from.
struct New {
    home: PathBuf,
    /// The folder was not there before.
    made: bool,
    stays: bool,
}

impl New {
    fn begin(home: &Path) -> Result<Self, BackupError> {
        let made = !home.exists();
        let new = Self { home: home.to_owned(), made, stays: false };
        let aside = new.aside();
        make_folder(&aside)?;
        // What was already put in place goes back: it is compared again.
        for name in OF_A_HOME.iter().filter(|name| home.join(name).exists()) {
            let (from, to) = (home.join(name), aside.join(name));
            fs::rename(&from, &to).map_err(at("write", &to))?;
        }
        match fs::remove_file(aside.join(PLACING)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(at("remove", &aside)(error))
            }
            _ => Ok(new),
        }
    }

    /// Takes how the copying ended.
    fn filled(&mut self, copied: Result<(), BackupError>) -> Result<(), BackupError> {
        self.stays = matches!(copied, Err(BackupError::Stopped));
        copied
    }

    fn aside(&self) -> PathBuf {
        self.home.join(ASIDE)
    }

    /// Renames everything into its place: what makes the folder a home comes last.
    fn finish(mut self) -> Result<(), BackupError> {
        let aside = self.aside();
        sync_folders(&aside)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&aside).map_err(at("list", &aside))? {
            names.push(entry.map_err(at("list", &aside))?.file_name());
        }
        names.sort_by_key(|name| (name == "ledger.db", name == "identity.db", name == "keys"));
        let placing = aside.join(PLACING);
        write_synced(&placing, b"")?;
        sync_folder(&aside)?;
        self.stays = true;
        for name in names {
            let (from, to) = (aside.join(&name), self.home.join(&name));
            fs::rename(&from, &to).map_err(at("write", &to))?;
        }
        sync_folder(&self.home)?;
        fs::remove_dir_all(&aside).map_err(at("remove", &aside))?;
        sync_folder(&self.home)?;
        self.home.parent().map_or(Ok(()), sync_folder)
    }
}

impl Drop for New {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        // What cannot be removed is told by the next restore: the folder is not empty.
        fs::remove_dir_all(self.aside()).ok();
        if self.made {
            fs::remove_dir(&self.home).ok();
        }
    }
}

/// The copying: on a thread of its own, since it waits for disks.
struct Work {
    from: PathBuf,
    to: PathBuf,
    keys: Option<PathBuf>,
    manifest: Manifest,
    quiet: bool,
}

impl Work {
    fn run(self, stop: &Arc<AtomicBool>) -> Result<(), BackupError> {
        let bar = progress::bytes(self.manifest.size_bytes(), "restoring", self.quiet);
        let copying = Copying { bar: bar.clone(), stop: Arc::clone(stop) };
        remove_others(&self.to, &self.manifest)?;
        let mut faults = Vec::new();
        for entry in &self.manifest.files {
            let (from, to) = (self.from.join(&entry.path), self.to.join(&entry.path));
            // After the first damage nothing more is written, and all of it is told.
            let taken = match faults.is_empty() {
                true if is_there(&copying, &to, entry)? => continue,
                true => copying.copy(&from, &to),
                false => copying.digest(&from),
            };
            match taken {
                Ok(taken) if taken.sha256 == entry.sha256 => {}
                Ok(_) => faults.push(format!("{}: not the bytes that were written", entry.path)),
                Err(BackupError::File { act: "read", source, .. }) => {
                    faults.push(format!("{}: {source}", entry.path));
                }
                Err(other) => return Err(other),
            }
        }
        bar.finish_and_clear();
        if !faults.is_empty() {
            return Err(BackupError::Damaged { files: self.manifest.files.len() as u64, faults });
        }
        for path in KEY_FILES.iter().filter(|_| self.keys.is_some()) {
            let name = path.rsplit('/').next().unwrap_or(path);
            let folder = self.keys.clone().unwrap_or_default();
            copying.copy(&folder.join(name), &self.to.join(path))?;
        }
        Ok(())
    }
}

/// Whether an earlier restore that was cut short has copied this file whole.
fn is_there(copying: &Copying, to: &Path, entry: &Entry) -> Result<bool, BackupError> {
    let same_size = fs::metadata(to).is_ok_and(|found| found.len() == entry.size_bytes);
    Ok(same_size && copying.digest(to)?.sha256 == entry.sha256)
}

/// Removes what an earlier restore copied and this one does not want.
fn remove_others(folder: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let named: HashSet<PathBuf> =
        manifest.files.iter().map(|entry| folder.join(&entry.path)).collect();
    for path in files_below(folder)? {
        if !named.contains(&path) {
            fs::remove_file(&path).map_err(at("remove", &path))?;
        }
    }
    Ok(())
}

/// The databases open and the keys are theirs, before anything is put in place.
async fn check_opens(aside: &Path, manifest: &Manifest, locale: Locale) -> Result<(), BackupError> {
    let found = ledger::look_at(aside).await;
    let faults: Vec<String> =
        found.iter().filter(|found| !found.well).map(|found| found.say(locale)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    Err(BackupError::Damaged { files: manifest.files.len() as u64, faults })
}

/// Settings that name another place for a lake that was copied would lead to the old one.
fn without_lake_elsewhere(aside: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    if manifest.lake_elsewhere.is_some() || Config::read(aside)?.lake.url.is_none() {
        return Ok(());
    }
    let path = aside.join("aoba.toml");
    let text = fs::read_to_string(&path).map_err(at("read", &path))?;
    write_synced(&path, without_url(&text).as_bytes())?;
    if Config::read(aside)?.lake.url.is_some() {
        return Err(BackupError::Settings(path).into());
    }
    Ok(())
}

/// The settings with `lake.url` as a remark.
fn without_url(text: &str) -> String {
    let (mut section, mut lines) = (String::new(), Vec::new());
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            section = trimmed.to_owned();
        }
        let key = trimmed.split('=').next().unwrap_or_default().trim();
        let is_url = match section.as_str() {
            "" => key == "lake.url",
            section => section.starts_with("[lake]") && key == "url",
        };
        if is_url {
            lines.push("# The lake lies in this folder since `aoba restore`.".to_owned());
            lines.push(format!("# {line}"));
        } else {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

fn say(manifest: &Manifest, home: &Path, locale: Locale) {
    let (number, home) = (manifest.generation, home.display());
    let (files, bytes) = (grouped(manifest.files.len() as u64), size(manifest.size_bytes()));
    match locale {
        Locale::En => tell!(
            "{home}: restored generation {number} of {}, {files} files, {bytes}",
            manifest.made
        ),
        Locale::Ja => tell!(
            "{home}: 世代{number}({})を復元しました。ファイル{files}個、{bytes}",
            manifest.made
        ),
    }
    match (&manifest.lake_elsewhere, locale) {
        (Some(url), Locale::En) => {
            tell!("the tables at {url} were not in it: `aoba rebuild` makes them anew");
        }
        (Some(url), Locale::Ja) => {
            tell!("{url}の表は含まれていません。`aoba rebuild`で作り直せます");
        }
        (None, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let out = without_url(text);
        let told = "# The lake lies in this folder since `aoba restore`.\n";
        assert_eq!(out, expect.replace("TOLD\n", told), "{text}");
    }

    #[test]
    fn the_lakes_old_place_is_taken_out_of_the_settings_and_nothing_else() {
        check("[time]\nzone = \"UTC\"\n", "[time]\nzone = \"UTC\"\n");
        check(
            "[lake]\nthreads = 2\nurl = \"file:///big\"\n[ingest]\nurl = 3\n",
            "[lake]\nthreads = 2\nTOLD\n# url = \"file:///big\"\n[ingest]\nurl = 3\n",
        );
        check("lake.url = \"/big\"\n", "TOLD\n# lake.url = \"/big\"\n");
    }

    #[test]
    fn what_was_begun_and_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("new");
        let new = New::begin(&home).unwrap();
        fs::write(new.aside().join("ledger.db"), "x").unwrap();
        drop(new);
        assert!(!home.exists());
        fs::create_dir(&home).unwrap();
        drop(New::begin(&home).unwrap());
        assert_eq!(fs::read_dir(&home).unwrap().count(), 0, "a folder that was there stays");
    }

    #[test]
    fn a_folder_that_holds_something_is_refused_and_remains_of_ours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        check_empty(&folder.path().join("none")).unwrap();
        fs::create_dir(folder.path().join(ASIDE)).unwrap();
        check_empty(folder.path()).unwrap();
        fs::write(folder.path().join("ledger.db"), "").unwrap();
        assert!(matches!(check_empty(folder.path()), Err(BackupError::NotEmpty(_))));
    }
}
