//! Files of the language: read as text or as JSON, with what they use.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cohort::ast::UseKind;
use cohort::held::{self, Held};
use cohort::problem::Problem;
use cohort::text::Parsed;
use cohort::uses::{self, Used};

use super::error::CohortError;

/// A file that was read.
pub(super) struct Source {
    /// Its path as given.
    pub(super) name: String,
    /// Where the files that it uses stand.
    folder: PathBuf,
    /// Its text as it stands in the file.
    pub(super) written: String,
}

impl Source {
    /// Reads the bytes of a file.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let written =
            String::from_utf8(bytes).map_err(|_| CohortError::NotText { file: name.clone() })?;
        Ok(Self { name, folder, written })
    }

    /// A text that comes with the program.
    pub(super) fn of_library(name: &str, text: &str) -> Self {
        let (name, written) = (format!("{name}.cohort"), text.to_owned());
        Self { name, folder: PathBuf::new(), written }
    }

    /// What it holds, or all that is wrong with it.
    pub(super) fn held(&self) -> Result<Held, Vec<Problem>> {
        held::read(&self.written)
    }

    /// What it holds.
    pub(super) fn take(&self) -> Result<Held, CohortError> {
        let wrong = |problems| CohortError::Wrong { file: self.name.clone(), problems };
        self.held().map_err(wrong)
    }

    /// The definition it holds.
    pub(super) fn definition(&self) -> Result<Parsed, CohortError> {
        match self.take()? {
            Held::Definition(parsed) => Ok(parsed),
            Held::Codes(_) => Err(CohortError::NotADefinition { file: self.name.clone() }),
        }
    }

    /// Everything that a definition of this file uses: beside it, or in the library.
    pub(super) fn used(&self, parsed: &Parsed) -> Result<Used, CohortError> {
        let beside = |kind: UseKind, name: &cohort::ast::Name| {
            let ending = if kind == UseKind::Codes { "codes" } else { "cohort" };
            let path = self.folder.join(format!("{name}.{ending}"));
            let bytes = std::fs::read(&path).ok()?;
            Some((path.display().to_string(), bytes))
        };
        Ok(uses::find(parsed, &self.name, beside)?)
    }
}
