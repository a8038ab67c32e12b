//! The files of the repository, read once and handed to every check.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Longer files are data, not text that a person wrote.
const TEXT_BYTES_MAX: u64 = 4 << 20;

/// Every file that belongs to the repository.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Sorted by path.
    pub(crate) files: Vec<Source>,
}

/// One file.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Empty where the file is not text.
    pub(crate) text: String,
}

/// Something to put right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) path: String,
    /// From 1; 0 for the file as a whole.
    pub(crate) line: usize,
    /// What is wrong and what to write instead.
    pub(crate) say: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.say),
            line => write!(f, "{}:{line}: {}", self.path, self.say),
        }
    }
}

impl Tree {
    /// Reads the files under a folder, without what is built or belongs to a person's machine.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.visit(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn visit(&mut self, folder: &Path, prefix: &str) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !["target", ".git", "aoba-home"].contains(&path.as_str()) {
                    self.visit(&entry.path(), &format!("{path}/"))?;
                }
            } else if kind.is_file() && path != ".git" {
                let short = entry.metadata().is_ok_and(|facts| facts.len() <= TEXT_BYTES_MAX);
                let text = if short { fs::read_to_string(entry.path()) } else { Ok(String::new()) };
                self.files.push(Source { path, text: text.unwrap_or_default() });
            }
        }
        Ok(())
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// Whether there is a file or folder of this name.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
    }

    /// The files whose name ends so.
    pub(crate) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a Source> {
        self.files.iter().filter(move |file| file.path.ends_with(end))
    }

    /// The folders directly under a folder, by name.
    pub(crate) fn folders(&self, under: &str) -> Vec<&str> {
        let mut names: Vec<&str> = (self.files.iter())
            .filter_map(|file| file.path.strip_prefix(under)?.strip_prefix('/')?.split_once('/'))
            .map(|(name, _)| name)
            .collect();
        names.dedup();
        names
    }

    /// A tree for a test.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
        };
        let mut files: Vec<Source> = files.iter().map(file).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }
}

impl Source {
    /// The lines that are not tests, numbered from 1: all up to the first `#[cfg(test)]` whose
    /// module is written out; none of a file that is a test as a whole.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let test_file = self.path.contains("/tests/")
            || self.path.contains("/benches/")
            || self.path.ends_with("tests.rs")
            || self.path.ends_with("_test.rs")
            || self.path.ends_with("/spec.rs");
        let lines: Vec<&str> = self.text.lines().collect();
        let end = (0..lines.len()).find(|&at| {
            lines[at].trim() == "#[cfg(test)]"
                && lines[at + 1..]
                    .iter()
                    .find(|line| !line.trim_start().starts_with("#["))
                    .is_some_and(|line| {
                        line.trim_start().starts_with("mod ") && line.trim_end().ends_with('{')
                    })
        });
        let end = if test_file { 0 } else { end.unwrap_or(lines.len()) };
        lines.into_iter().take(end).enumerate().map(|(at, line)| (at + 1, line))
    }
}

/// The says of the findings, for tests.
#[cfg(test)]
pub(crate) fn says(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_not_code() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n";
        let tree = Tree::of(&[("crates/x/src/a.rs", text), ("crates/x/tests/b.rs", "fn b() {}")]);
        let lines: Vec<usize> =
            tree.files.iter().flat_map(Source::code_lines).map(|(line, _)| line).collect();
        assert_eq!(lines, [1]);
    }

    #[test]
    fn folders_and_files_are_found_by_name() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", ""), ("crates/b/Cargo.toml", "")]);
        assert_eq!(tree.folders("crates"), ["a", "b"]);
        assert!(tree.has("crates/a/src/") && tree.has("crates/a/src/lib.rs"));
        assert!(!tree.has("crates/a/sr"));
    }
}
