//! Checkpoints that were taken away, read back: files of notes, folders of them, lines of a log.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::places::NOTE;

/// Every checkpoint in these files and folders.
///
/// # Errors
/// When one cannot be read or holds none: whoever names a file means to compare with it.
pub(super) fn notes(paths: &[PathBuf]) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for path in paths {
        let before = found.len();
        for file in files(path)? {
            let text =
                fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
            found.extend(in_text(&String::from_utf8_lossy(&text)));
        }
        if found.len() == before {
            bail!("{} holds no checkpoint", path.display());
        }
    }
    Ok(found)
}

fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let reading = || format!("cannot read {}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).with_context(reading)? {
        let file = entry.with_context(reading)?.path();
        if file.extension().is_some_and(|ending| ending == "txt") {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// The checkpoints in a text: each a note as it is written, or in a line of a log.
pub(super) fn in_text(text: &str) -> Vec<String> {
    let (mut found, mut note) = (Vec::new(), Vec::new());
    for line in text.lines() {
        if let Some((_, packed)) = line.split_once(NOTE) {
            let packed = packed.split_whitespace().next().unwrap_or_default();
            let bytes = STANDARD.decode(packed).ok();
            found.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()));
            note.clear();
            continue;
        }
        let is_signature = line.starts_with("— ");
        // A note ends with its last signature; what follows begins the next one.
        if !is_signature && note.last().is_some_and(|last: &&str| last.starts_with("— ")) {
            found.push(joined(&note));
            note.clear();
        }
        if !(note.is_empty() && line.is_empty()) {
            note.push(line);
        }
    }
    if note.last().is_some_and(|last| last.starts_with("— ")) {
        found.push(joined(&note));
    }
    found
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTES: [&str; 2] = ["a\n1\nx\n\n— a s\n", "a\n2\ny\n\n— a s\n— w t\n"];

    #[test]
    fn notes_are_found_one_after_another_and_in_lines_of_a_log() {
        let [one, two] = NOTES;
        assert_eq!(in_text(&format!("{one}{two}")), NOTES);
        assert_eq!(in_text(&format!("\n{one}\n\n{two}")), NOTES);
        let line = |note: &str| format!("Nov 28 host aoba: x {NOTE}{} y", STANDARD.encode(note));
        assert_eq!(in_text(&format!("{}\nother line\n{}\n", line(one), line(two))), NOTES);
        assert!(in_text("nothing of ours\n").is_empty());
    }

    #[test]
    fn a_folder_is_read_whole_and_a_file_without_any_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        for (name, note) in ["1.txt", "2.txt"].iter().zip(NOTES) {
            fs::write(folder.path().join(name), note).unwrap();
        }
        fs::write(folder.path().join(".3.part"), "half").unwrap();
        assert_eq!(notes(&[folder.path().to_owned()]).unwrap(), NOTES);
        fs::write(folder.path().join("4.txt"), "what").unwrap();
        assert!(notes(&[folder.path().join("4.txt")]).is_err());
        assert!(notes(&[folder.path().join("5.txt")]).is_err());
    }
}
