//! The page on which a cohort is written.

use std::collections::BTreeSet;

use askama::Template;
use cohort::text::Part;
use desk::chart::Figure;
use desk::{Page, Refusal, Visit};
use disclosure::Counted;
use ledger::{SavedCohort, SavedVersion};

use super::step::{self, StepLine};
use crate::cohorts::Questions;
use crate::cohorts::answer::{self, Answer, Beside, NoAnswer};
use crate::cohorts::criterion::{COMPARISONS, Criterion, Unfit, WINDOWS};
use crate::cohorts::draft::{Draft, Wrong};
use crate::cohorts::form::Fields;
use crate::cohorts::picking::{self, Pick};

/// Which definition stands on the page.
pub(crate) enum Of {
    /// One that is nowhere yet.
    Nothing,
    /// One that comes with the program.
    Library,
    /// A saved one, as this version says it.
    Saved(Box<(SavedCohort, SavedVersion)>),
}

/// The page.
#[derive(Template)]
#[template(path = "cohorts/templates/builder.html")]
pub(crate) struct Builder {
    pub(crate) page: Page,
    pub(crate) title: String,
    pub(crate) named: String,
    pub(crate) is_published: bool,
    pub(crate) saved: Option<SavedLine>,
    pub(crate) text: String,
    pub(crate) sha256: String,
    pub(crate) is_readable: bool,
    pub(crate) wrong: Vec<String>,
    pub(crate) findings: Vec<String>,
    pub(crate) entry: Vec<String>,
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
    pub(crate) entered: Option<String>,
    pub(crate) steps: Vec<StepLine>,
    pub(crate) number: Option<Number>,
    pub(crate) beside: Vec<Beside>,
    pub(crate) source: String,
    pub(crate) rounding: Option<String>,
    pub(crate) no_answer: Option<String>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) query: String,
    pub(crate) hits: Vec<Hit>,
    pub(crate) form: Criterion,
    pub(crate) windows: Vec<Choice>,
    pub(crate) comparisons: Vec<Choice>,
    pub(crate) unfit: Option<String>,
    pub(crate) opened: Opened,
    pub(crate) titles: [String; 2],
    pub(crate) note: String,
    /// What somebody else saved meanwhile, as the sentences in which it differs.
    pub(crate) conflict: Option<Conflict>,
    pub(crate) versions: Vec<VersionLine>,
    pub(crate) remarks: Vec<RemarkLine>,
}

/// The number of the page.
pub(crate) struct Number {
    pub(crate) figure: String,
    pub(crate) in_words: bool,
    pub(crate) is_without_rules: bool,
}

/// Where the definition is saved.
pub(crate) struct SavedLine {
    pub(crate) id: i64,
    pub(crate) version: i64,
    pub(crate) newest: i64,
    pub(crate) saved: String,
    pub(crate) by: String,
    pub(crate) is_mine: bool,
    pub(crate) is_shared: bool,
}

/// Something found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) beneath: String,
    pub(crate) kind: String,
    pub(crate) is_chosen: bool,
}

/// One of a list in a form.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) name: String,
    pub(crate) is_chosen: bool,
}

/// Which parts of the page are open.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opened {
    pub(crate) adding: bool,
    pub(crate) person: bool,
    pub(crate) text: bool,
    /// A rule, by its place among the rules.
    pub(crate) rule: Option<usize>,
}

/// What stands in the way of saving.
pub(crate) struct Conflict {
    pub(crate) version: i64,
    pub(crate) changes: Vec<String>,
}

/// One version.
pub(crate) struct VersionLine {
    pub(crate) href: String,
    pub(crate) number: i64,
    pub(crate) when: String,
    pub(crate) by: String,
    pub(crate) note: String,
    pub(crate) is_shown: bool,
}

/// One remark.
pub(crate) struct RemarkLine {
    pub(crate) when: String,
    pub(crate) by: String,
    pub(crate) version: i64,
    pub(crate) body: String,
}

impl Builder {
    /// The page of a definition, counted now.
    pub(crate) async fn of(
        visit: &Visit<Questions>,
        draft: Draft,
        (of, fields): (Of, Fields),
    ) -> Result<Self, Refusal> {
        let page = visit.page.clone();
        let off: BTreeSet<usize> = fields.off();
        let (answer, no_answer) = match answer::ask(visit, &draft, &off).await {
            Ok(answer) => (answer, None),
            Err(NoAnswer::Said(why)) => (None, Some(why)),
            Err(NoAnswer::Refused(refusal)) => return Err(refusal),
        };
        let query = fields.one("q").to_owned();
        let hits = hits(visit, &query, fields.one("pick")).await?;
        let (versions, remarks, saved) = kept(visit, &of).await?;
        let form = fields.criterion().or_usual();
        let mut built = Self {
            title: title(&draft, &page),
            named: named(&draft),
            is_published: matches!(of, Of::Library),
            saved,
            sha256: draft.sha256(),
            is_readable: draft.definition().is_some(),
            wrong: draft.wrong.iter().map(|wrong| said(wrong, &page)).collect(),
            findings: step::findings(&draft, &page, |part| !matches!(part, Part::Step(_))),
            steps: step::lines(&page, &draft, (answer.as_ref(), &off)),
            no_answer,
            windows: choices(&page, &WINDOWS, &form.when),
            comparisons: choices(&page, &COMPARISONS.map(|(word, _)| word), &form.compare),
            titles: titles(&draft),
            note: fields.one("note").to_owned(),
            text: String::new(),
            entry: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            entered: None,
            number: None,
            beside: Vec::new(),
            source: String::new(),
            rounding: None,
            figures: Vec::new(),
            opened: Opened { adding: !query.is_empty(), ..Opened::default() },
            unfit: None,
            conflict: None,
            query,
            hits,
            form,
            versions,
            remarks,
            page,
        };
        built.tell(&draft);
        if let Some(answer) = &answer {
            built.count(answer, &draft, !off.is_empty());
        }
        built.text = draft.text;
        built.opened.text = !built.wrong.is_empty();
        Ok(built)
    }

    /// With a field of the new rule that cannot be used.
    pub(crate) fn with_unfit(mut self, unfit: Unfit) -> Self {
        self.unfit = Some(self.page.say(unfit.key()).to_owned());
        let is_of_person = matches!(unfit, Unfit::Age | Unfit::Observed);
        (self.opened.adding, self.opened.person) = (!is_of_person, is_of_person);
        self
    }

    /// With what somebody else saved meanwhile.
    pub(crate) fn with_conflict(mut self, version: i64, changes: Vec<String>) -> Self {
        self.conflict = Some(Conflict { version, changes });
        self
    }

    /// The clauses around the rules, as sentences.
    fn tell(&mut self, draft: &Draft) {
        for sentence in draft.sentences(self.page.locale()) {
            match sentence.part {
                Part::Entry | Part::Alternative(_) => self.entry.push(sentence.text),
                Part::Calendar | Part::Before(_) | Part::Index | Part::Washout => {
                    self.before.push(sentence.text);
                }
                Part::Heading | Part::Use(_) | Part::Step(_) => {}
                _ => self.after.push(sentence.text),
            }
        }
    }

    /// The numbers.
    fn count(&mut self, answer: &Answer, draft: &Draft, is_without_rules: bool) {
        let people = answer.people();
        let in_words = people.is_hidden();
        let figure = match people.number() {
            Some(number) => self.page.number(number),
            None => self.page.released(people, Counted::People),
        };
        self.entered = Some(self.page.released(answer.entered(), Counted::People));
        self.number = Some(Number { figure, in_words, is_without_rules });
        self.beside = answer.beside(&self.page);
        self.source = answer.source(&self.page);
        self.rounding = answer.rounding();
        self.figures = answer.figures(&self.page, draft);
    }

    /// The cohort and version that a form goes on with.
    pub(crate) fn base(&self) -> Option<(i64, i64)> {
        let saved = self.saved.as_ref()?;
        // Who has seen what another saved may save upon it.
        let version = self.conflict.as_ref().map_or(saved.version, |conflict| conflict.version);
        Some((saved.id, version))
    }
}

/// What a definition is called.
pub(crate) fn title(draft: &Draft, page: &Page) -> String {
    let title = draft.definition().and_then(|one| one.heading.title.get(page.locale()));
    title.unwrap_or_else(|| page.say("cohorts.home.untitled")).to_owned()
}

fn named(draft: &Draft) -> String {
    draft.definition().map(|one| one.heading.name.as_str().to_owned()).unwrap_or_default()
}

fn titles(draft: &Draft) -> [String; 2] {
    let title = draft.definition().map(|one| &one.heading.title);
    let said = |text: Option<&Option<String>>| text.cloned().flatten().unwrap_or_default();
    [said(title.map(|title| &title.ja)), said(title.map(|title| &title.en))]
}

fn said(wrong: &Wrong, page: &Page) -> String {
    match wrong {
        Wrong::Other(key) => page.say(key).to_owned(),
        other => other.say(page.locale()),
    }
}

fn choices(page: &Page, words: &[&'static str], chosen: &str) -> Vec<Choice> {
    let name = |word: &str| page.say(key_of(word)).to_owned();
    words
        .iter()
        .map(|word| Choice { value: word, name: name(word), is_chosen: *word == chosen })
        .collect()
}

/// The key of a choice.
fn key_of(word: &str) -> &'static str {
    match word {
        "before_days" => "cohorts.when.before_days",
        "before" => "cohorts.when.before",
        "after_days" => "cohorts.when.after_days",
        "after" => "cohorts.when.after",
        "ever" => "cohorts.when.ever",
        "at_least" => "cohorts.compare_by.at_least",
        "more" => "cohorts.compare_by.more",
        "at_most" => "cohorts.compare_by.at_most",
        _ => "cohorts.compare_by.less",
    }
}

/// Something found, for the page.
pub(crate) fn hit(page: &Page, pick: &Pick) -> Hit {
    Hit {
        key: pick.key.clone(),
        name: pick.named(page.locale()).to_owned(),
        beneath: pick.beneath(page.locale()).to_owned(),
        kind: page.say(kind_key(pick.kind)).to_owned(),
        is_chosen: false,
    }
}

fn kind_key(kind: &str) -> &'static str {
    match kind {
        "diagnosis" => "cohorts.kind.diagnosis",
        "drug" => "cohorts.kind.drug",
        "drug_admin" => "cohorts.kind.drug_admin",
        "dispensing" => "cohorts.kind.dispensing",
        "procedure" => "cohorts.kind.procedure",
        "immunization" => "cohorts.kind.immunization",
        "allergy" => "cohorts.kind.allergy",
        "vital" => "cohorts.kind.vital",
        _ => "cohorts.kind.lab",
    }
}

async fn hits(visit: &Visit<Questions>, query: &str, picked: &str) -> Result<Vec<Hit>, Refusal> {
    if query.trim().is_empty() {
        return Ok(Vec::new());
    }
    let reader = visit.open("cohort-search", "").await?;
    let picks = picking::picks(&visit.site, &reader).await?;
    let mut hits: Vec<Hit> = picks
        .search(query, super::HITS_MAX)
        .into_iter()
        .map(|pick| Hit { is_chosen: pick.key == picked, ..hit(&visit.page, pick) })
        .collect();
    if !hits.iter().any(|hit| hit.is_chosen)
        && let Some(first) = hits.first_mut()
    {
        first.is_chosen = true;
    }
    Ok(hits)
}

type Kept = (Vec<VersionLine>, Vec<RemarkLine>, Option<SavedLine>);

/// What is kept of a saved cohort.
async fn kept(visit: &Visit<Questions>, of: &Of) -> Result<Kept, Refusal> {
    let Of::Saved(saved) = of else { return Ok((Vec::new(), Vec::new(), None)) };
    let (cohort, shown) = &**saved;
    let (page, accounts) = (&visit.page, &visit.site.settings().accounts);
    let who = |actor: &str| super::person(accounts, actor, page);
    let address = super::address(cohort.id);
    let version = |one: &SavedVersion| VersionLine {
        href: format!("{address}?version={}", one.version),
        number: one.version,
        when: page.moment(one.saved),
        by: who(&one.saved_by),
        note: one.says.note.clone(),
        is_shown: one.version == shown.version,
    };
    let remarks = visit.site.ledger().cohorts().remarks(cohort.id).await?;
    let remark = |one: &ledger::Remark| RemarkLine {
        when: page.moment(one.written),
        by: who(&one.written_by),
        version: one.version,
        body: one.body.clone(),
    };
    let line = SavedLine {
        id: cohort.id,
        version: shown.version,
        newest: cohort.versions.first().map_or(shown.version, |one| one.version),
        saved: page.moment(shown.saved),
        by: who(&shown.saved_by),
        is_mine: cohort.owner == visit.actor().as_str(),
        is_shared: cohort.is_shared,
    };
    let versions = cohort.versions.iter().map(version).collect();
    Ok((versions, remarks.iter().map(remark).collect(), Some(line)))
}
