//! A definition as it is being written: read, with what it uses and what is wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cohort::ast::{CohortDefinition, Definition, UseKind};
use cohort::held::{self, Held};
use cohort::lint::{self, Finding, Level};
use cohort::problem::{Position, Problem};
use cohort::text::{self, Parsed, Part};
use cohort::uses::{self, NotUsable, Used};
use cohort::words::{self, Sentence};
use desk::{Refusal, Site};
use lake::{CohortQuestion, Engine};
use ledger::DEFINITION_BYTES_MAX;
use vocab::Locale;

/// A definition as it is being written.
pub(crate) struct Draft {
    /// Its text: canonical where it can be read.
    pub(crate) text: String,
    /// What it says, where it can be read.
    pub(crate) parsed: Option<Parsed>,
    /// What it uses.
    pub(crate) used: Used,
    /// What is wrong, so that nothing can be counted; each with its place in the text.
    pub(crate) wrong: Vec<Wrong>,
    /// What may deceive.
    pub(crate) findings: Vec<Finding>,
}

/// Something that is wrong.
pub(crate) enum Wrong {
    /// It cannot be read.
    Problem(Problem),
    /// It has no answer until it is changed.
    Finding(Finding),
    /// What it uses is not there.
    Use(uses::MissingUse),
    /// What another language says that ours cannot.
    Said(String),
    /// It is not what can be counted here: a key of the texts.
    Other(&'static str),
}

impl Wrong {
    /// What, and what to do; `Other` is a key of the texts.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match self {
            Self::Problem(problem) => problem.say(locale),
            Self::Finding(finding) => finding.say(locale),
            Self::Use(missing) => missing.say(locale),
            Self::Said(what) => what.clone(),
            Self::Other(key) => (*key).to_owned(),
        }
    }

    fn of(problems: Vec<Problem>) -> Vec<Self> {
        problems.into_iter().map(Self::Problem).collect()
    }
}

impl Draft {
    /// Reads a text: a definition in any of its faces.
    pub(crate) async fn read(site: &Site, written: &str) -> Result<Self, Refusal> {
        if written.len() > DEFINITION_BYTES_MAX {
            return Err(Refusal::Unprocessable);
        }
        let written = written.replace("\r\n", "\n");
        let unread = |wrong| Self {
            text: written.clone(),
            parsed: None,
            used: Used::default(),
            wrong,
            findings: Vec::new(),
        };
        let parsed = match held::read(&written) {
            Ok(Held::Definition(parsed)) => parsed,
            Ok(Held::Codes(_)) => return Ok(unread(vec![Wrong::Other("cohorts.wrong.codes")])),
            Err(problems) => return Ok(unread(Wrong::of(problems))),
        };
        if matches!(parsed.definition, Definition::Study(_)) {
            return Ok(unread(vec![Wrong::Other("cohorts.wrong.study")]));
        }
        // Places are those of the text that the page shows from here on.
        let text = text::format(&parsed.definition);
        let parsed = match text::parse(&text) {
            Ok(parsed) => parsed,
            Err(problems) => return Ok(unread(Wrong::of(problems))),
        };
        let (used, mut wrong) = used(site, &parsed).await?;
        let all = lint::check(&parsed.definition, &parsed.places, &used.facts());
        let (errors, findings): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|found| found.code.level() == Level::Error);
        wrong.extend(errors.into_iter().map(Wrong::Finding));
        Ok(Self { text, parsed: Some(parsed), used, wrong, findings })
    }

    /// The definition, where it can be read.
    pub(crate) fn definition(&self) -> Option<&CohortDefinition> {
        match self.parsed.as_ref().map(|parsed| &parsed.definition) {
            Some(Definition::Cohort(cohort)) => Some(cohort),
            _ => None,
        }
    }

    /// The SHA-256 by which it is named.
    pub(crate) fn sha256(&self) -> String {
        text::hash(&self.text).as_str().to_owned()
    }

    /// Its sentences, in the order of the text.
    pub(crate) fn sentences(&self, locale: Locale) -> Vec<Sentence> {
        let definition = self.parsed.as_ref().map(|parsed| &parsed.definition);
        definition.map(|one| words::say(one, locale, &self.used.titles)).unwrap_or_default()
    }

    /// The question that it is, with some rules switched off; none where it has no answer.
    pub(crate) fn question(&self, site: &Site, off: &BTreeSet<usize>) -> Option<CohortQuestion> {
        let definition = self.definition().filter(|_| self.wrong.is_empty())?;
        Some(CohortQuestion {
            definition: definition.clone(),
            cohorts: self.used.cohorts.clone(),
            codes: self.used.codes.clone(),
            off: off.clone(),
            config: site.settings().cohort.clone(),
            engine: Engine::Any,
        })
    }

    /// Where a part stands in the text.
    pub(crate) fn place(&self, part: Part) -> Option<Position> {
        self.parsed.as_ref().and_then(|parsed| parsed.places.of(part))
    }
}

/// The question of those whom the rules that are on let through.
pub(crate) fn without_rules(question: &CohortQuestion) -> Arc<CohortQuestion> {
    let mut question = question.clone();
    let off = std::mem::take(&mut question.off);
    let mut rule = 0;
    question.definition.steps.retain(|step| match step.says {
        cohort::ast::Step::Let(_) => true,
        cohort::ast::Step::Rule(_) => {
            rule += 1;
            !off.contains(&(rule - 1))
        }
    });
    Arc::new(question)
}

/// What a definition uses: kept in the ledger, or in the library.
async fn used(site: &Site, parsed: &Parsed) -> Result<(Used, Vec<Wrong>), Refusal> {
    let uses = parsed.definition.heading().uses.iter().map(|clause| &clause.says);
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for wanted in uses.filter(|one| one.kind == UseKind::Codes) {
        let name = wanted.name.as_str();
        let versions = site.ledger().cohorts().codes(name).await?;
        let fits = |(version, ..): &&(String, String, String)| version == wanted.version.as_str();
        let found = versions.iter().find(fits).or(versions.first());
        kept.extend(found.map(|(_, _, codes)| (name.to_owned(), codes.clone())));
    }
    let find = |kind: UseKind, name: &cohort::ast::Name| {
        let codes = kept.get(name.as_str()).filter(|_| kind == UseKind::Codes)?;
        Some((format!("{name}.codes"), codes.clone().into_bytes()))
    };
    Ok(match uses::find(parsed, "", find) {
        Ok(used) => (used, Vec::new()),
        Err(NotUsable::Missing(missing)) => {
            (Used::default(), missing.into_iter().map(Wrong::Use).collect())
        }
        Err(NotUsable::Wrong { problems, .. }) => (Used::default(), Wrong::of(problems)),
        Err(NotUsable::NotText { .. }) => {
            (Used::default(), vec![Wrong::Other("cohorts.wrong.codes")])
        }
    })
}
