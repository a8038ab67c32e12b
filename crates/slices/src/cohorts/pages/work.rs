//! One step of work on a definition: take the form, do what it asks, show what came of it.

use axum::Form;
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Redirect, Response};
use cohort::ast::{Definition, Name, Title, Version};
use cohort::circe::{self, CohortExpression, Naming};
use cohort::text;
use desk::{Refusal, Visit};
use ledger::{Keeping, NewVersion, REMARK_BYTES_MAX, Saving};
use serde_json::Value;

use super::builder::{Builder, Of};
use super::{compare, show, version_of};
use crate::cohorts::Questions;
use crate::cohorts::criterion::{Criterion, Unfit};
use crate::cohorts::draft::{Draft, Wrong};
use crate::cohorts::edit::{self, NamedSet};
use crate::cohorts::form::{Act, Fields};
use crate::cohorts::picking::{self, Pick, name_of};

/// What came of a change.
enum Changed {
    /// The definition says this now.
    To(String),
    /// A field cannot be used; the definition is as it was.
    Not(Unfit),
    /// What was brought cannot be read.
    Unread(Vec<Wrong>),
}

/// By which htmx says that it asks, and for which part, and by which it is told to open another
/// page.
const ASKS: &str = "hx-request";
const ASKS_FOR: &str = "hx-trigger";
const OPENS: HeaderName = HeaderName::from_static("hx-redirect");

/// Leads to a page: the browser itself, or the script that asked in its place.
fn lead(headers: &HeaderMap, path: &str) -> Response {
    if headers.contains_key(ASKS) {
        [(OPENS, path)].into_response()
    } else {
        Redirect::to(path).into_response()
    }
}

/// The rule that was switched just now: its controls stay open.
fn switched(headers: &HeaderMap) -> Option<usize> {
    let part = headers.get(ASKS_FOR)?.to_str().ok()?;
    part.strip_prefix("off-")?.parse().ok()
}

/// `POST /cohorts/work`
pub(super) async fn work(
    visit: Visit<Questions>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let fields = Fields::of(pairs);
    let act = fields.act();
    let draft = Draft::read(&visit.site, fields.one("text")).await?;
    if matches!(act, Act::Save | Act::SaveAsOwn) {
        return save(&visit, &headers, (draft, fields)).await;
    }
    let of = match saved_of(&visit, &fields).await? {
        Some(saved) => Of::Saved(Box::new(saved)),
        None => Of::Nothing,
    };
    let (text, unfit) = match change(&visit, &draft, (&act, &fields)).await? {
        Changed::To(text) => (text, None),
        Changed::Not(unfit) => (draft.text.clone(), Some(unfit)),
        Changed::Unread(wrong) => {
            let unread = Draft { wrong, ..draft };
            return Ok(show(&Builder::of(&visit, unread, (of, fields)).await?)?.into_response());
        }
    };
    let draft = if text == draft.text { draft } else { Draft::read(&visit.site, &text).await? };
    let fields = if unfit.is_none() { fields.after(&act) } else { fields };
    let built = Builder::of(&visit, draft, (of, fields)).await?;
    let mut built = match unfit {
        Some(unfit) => built.with_unfit(unfit),
        None => built,
    };
    built.opened.rule = switched(&headers);
    Ok(show(&built)?.into_response())
}

impl Fields {
    /// The form as it stands after something was done: what was asked for is not asked again.
    fn after(mut self, act: &Act) -> Self {
        match act {
            Act::Add | Act::Begin(_) => self.forget(&["q", "pick", "compare", "value", "unit"]),
            // Places have changed with the steps.
            Act::Remove(_) | Act::Up(_) | Act::Down(_) | Act::Open => self.forget(&["off"]),
            _ => {}
        }
        self
    }
}

/// The saved cohort that the form goes on with, as the version it began with.
async fn saved_of(
    visit: &Visit<Questions>,
    fields: &Fields,
) -> Result<Option<(ledger::SavedCohort, ledger::SavedVersion)>, Refusal> {
    let id = fields.one("cohort");
    if id.is_empty() {
        return Ok(None);
    }
    let cohort = super::open_to(visit, id).await?;
    let version = version_of(&cohort, fields.number("base"))?.clone();
    Ok(Some((cohort, version)))
}

async fn change(
    visit: &Visit<Questions>,
    draft: &Draft,
    (act, fields): (&Act, &Fields),
) -> Result<Changed, Refusal> {
    let form = fields.criterion();
    let with = |rule: Result<String, Unfit>| match rule {
        Ok(rule) => Changed::To(edit::added(draft, None, &rule)),
        Err(unfit) => Changed::Not(unfit),
    };
    let edited = |text: Option<String>| Changed::To(text.unwrap_or_else(|| draft.text.clone()));
    let definition = draft.definition();
    Ok(match act {
        Act::Begin(key) => Changed::To(begin(visit, key).await?),
        Act::Open => open(visit, fields.one("brought")).await?,
        Act::Add => add(visit, draft, (&form, fields.one("pick"))).await?,
        Act::AddAge => with(form.aged()),
        Act::AddSex => with(Ok(form.of_sex())),
        Act::AddObserved => with(form.seen_before()),
        Act::Remove(place) => edited(definition.map(|one| edit::removed(one, *place))),
        Act::Up(place) => edited(definition.map(|one| edit::moved(one, *place, false))),
        Act::Down(place) => edited(definition.map(|one| edit::moved(one, *place, true))),
        Act::Reword(place) => {
            let words = fields.one(&format!("step-{place}")).replace("\r\n", "\n");
            Changed::To(edit::reworded(draft, *place, &words))
        }
        Act::Count | Act::Search | Act::Save | Act::SaveAsOwn => edited(None),
    })
}

/// What a form picked, with its concept set kept where definitions find it.
async fn picked(visit: &Visit<Questions>, key: &str) -> Result<Option<(Pick, NamedSet)>, Refusal> {
    let reader = visit.open("cohort-search", "").await?;
    let picks = picking::picks(&visit.site, &reader).await?;
    let Some(pick) = picks.of(key) else { return Ok(None) };
    let set = pick.set(&visit.site, visit.actor()).await?;
    Ok(Some((pick.clone(), set)))
}

/// A definition of those in whom something occurred, from the first time on.
async fn begin(visit: &Visit<Questions>, key: &str) -> Result<String, Refusal> {
    let (pick, set) = picked(visit, key).await?.ok_or(Refusal::Unprocessable)?;
    let name = Name::new(&name_of(&["first_", set.name.as_str()].concat()));
    let name = name.map_err(|_| Refusal::Unprocessable)?;
    let [ja, en] = &pick.name;
    let titles = [format!("first {en}"), format!("{ja}の初回")];
    let entry = format!("first {} in {}", pick.kind, set.name);
    Ok(edit::begun((&name, &titles[0], &titles[1]), &set, &entry))
}

async fn add(
    visit: &Visit<Questions>,
    draft: &Draft,
    (form, key): (&Criterion, &str),
) -> Result<Changed, Refusal> {
    let Some((pick, set)) = picked(visit, key).await? else {
        return Ok(Changed::To(draft.text.clone()));
    };
    let [ja, en] = &pick.name;
    Ok(match form.about((pick.kind, set.name.as_str()), (en, ja)) {
        Ok(rule) => Changed::To(edit::added(draft, Some(&set), &rule)),
        Err(unfit) => Changed::Not(unfit),
    })
}

/// A definition that somebody brought: text or JSON of ours, or an expression of Circe.
async fn open(visit: &Visit<Questions>, brought: &str) -> Result<Changed, Refusal> {
    let Ok(json) = serde_json::from_str::<Value>(brought.trim_start_matches('\u{feff}')) else {
        return Ok(Changed::To(brought.to_owned()));
    };
    if json.get("PrimaryCriteria").is_none() {
        return Ok(Changed::To(brought.to_owned()));
    }
    let Ok(expression) = CohortExpression::read(&json) else {
        return Ok(Changed::Unread(vec![Wrong::Other("cohorts.wrong.circe")]));
    };
    let named = |text: &str| Name::new(text).map_err(|_| Refusal::Unprocessable);
    let naming = Naming {
        name: named("from_circe")?,
        version: Version::new("1").map_err(|_| Refusal::Unprocessable)?,
        title: Title { en: json["Title"].as_str().map(str::to_owned), ja: None },
        sources: Vec::new(),
    };
    let imported = match circe::import(&expression, naming) {
        Ok(imported) => imported,
        Err(features) => {
            let said = features.iter().map(|feature| Wrong::Said(feature.to_string()));
            return Ok(Changed::Unread(said.collect()));
        }
    };
    for set in &imported.concept_sets {
        let canonical = text::format_codes(set);
        let hash = text::hash(&canonical);
        let name = (set.name.as_str(), set.version.as_str());
        let kept = visit.site.ledger().cohorts();
        let kept = kept.keep_codes(name, (hash.as_str(), &canonical), visit.actor()).await?;
        if kept == Keeping::MeansAnother {
            return Ok(Changed::Unread(vec![Wrong::Other("cohorts.wrong.codes_another")]));
        }
    }
    Ok(Changed::To(text::format(&Definition::Cohort(Box::new(imported.definition)))))
}

/// Keeps the definition as a version, under the titles of the form.
async fn save(
    visit: &Visit<Questions>,
    headers: &HeaderMap,
    (draft, fields): (Draft, Fields),
) -> Result<Response, Refusal> {
    let as_own = fields.act() == Act::SaveAsOwn;
    let of = saved_of(visit, &fields).await?;
    if draft.definition().is_none() || fields.one("note").len() > REMARK_BYTES_MAX {
        let of = of.map_or(Of::Nothing, |saved| Of::Saved(Box::new(saved)));
        return Ok(show(&Builder::of(visit, draft, (of, fields)).await?)?.into_response());
    }
    let new = version(&draft, &fields);
    let ledger = visit.site.ledger().cohorts();
    let mine = of.filter(|(cohort, _)| cohort.owner == visit.actor().as_str() && !as_own);
    let Some((cohort, base)) = mine else {
        let id = ledger.begin(&new, visit.actor()).await?;
        return Ok(lead(headers, &super::address(id)));
    };
    match ledger.save((cohort.id, base.version), &new, visit.actor()).await? {
        Saving::Saved(_) => Ok(lead(headers, &super::address(cohort.id))),
        Saving::Behind(newest) => {
            let theirs = version_of(&cohort, Some(newest))?;
            let theirs = Draft::read(&visit.site, &theirs.says.definition).await?;
            let changes = compare::changes(&visit.page, &theirs, &draft);
            let built =
                Builder::of(visit, draft, (Of::Saved(Box::new((cohort, base))), fields)).await?;
            Ok(show(&built.with_conflict(newest, changes))?.into_response())
        }
    }
}

/// The version that a form saves.
fn version(draft: &Draft, fields: &Fields) -> NewVersion {
    let title = |name: &str| {
        let title: String =
            fields.one(name).chars().filter(|c| !c.is_control()).take(200).collect();
        title.trim().to_owned()
    };
    let (title_ja, title_en) = (title("title_ja"), title("title_en"));
    let mut definition = draft.definition().cloned();
    if let Some(definition) = &mut definition {
        let own = &mut definition.heading.title;
        let said = |title: &String| (!title.is_empty()).then(|| title.clone());
        (own.ja, own.en) = (said(&title_ja).or(own.ja.take()), said(&title_en).or(own.en.take()));
    }
    let own = definition.as_ref().map(|one| one.heading.title.clone()).unwrap_or_default();
    let text = definition
        .map_or_else(|| draft.text.clone(), |one| text::format(&Definition::Cohort(Box::new(one))));
    NewVersion {
        sha256: text::hash(&text).as_str().to_owned(),
        definition: text,
        title_ja: own.ja.unwrap_or_default(),
        title_en: own.en.unwrap_or_default(),
        note: fields.one("note").trim().to_owned(),
    }
}
