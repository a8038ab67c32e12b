//! Pulls: what is fetched from which server, when it was last, and what needs a look.

use askama::Template;
use desk::{Page, Refusal, Site};
use jiff::SignedDuration;
use ledger::{PullInfo, PullOutcome, PullState, PullWay, Standing};

use super::load::State;

/// How many pulls the list shows, the newest first.
const PULLS_MAX: u32 = 50;

/// A pull of the settings.
#[derive(Debug)]
pub(crate) struct ScheduledLine {
    pub(crate) name: String,
    pub(crate) server: String,
    pub(crate) every: String,
    pub(crate) state: State,
    /// When the last one began that came to its end.
    pub(crate) last: Option<String>,
    /// When the next one begins; none while one is running.
    pub(crate) next: Option<String>,
}

/// One pull in the list.
#[derive(Debug)]
pub(crate) struct PullLine {
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) server: String,
    pub(crate) source: String,
    pub(crate) way: String,
    pub(crate) since: String,
    pub(crate) state: State,
    /// The load that took the records, and what it is called.
    pub(crate) load: Option<(i64, String)>,
    /// What the server said, by its codes.
    pub(crate) said: Option<String>,
    /// Why it failed.
    pub(crate) failure: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "records/templates/pulls.html")]
pub(crate) struct Pulls {
    pub(crate) page: Page,
    /// What needs a look, a sentence each.
    pub(crate) alarms: Vec<String>,
    pub(crate) scheduled: Vec<ScheduledLine>,
    pub(crate) pulls: Vec<PullLine>,
}

/// Reads how the scheduled pulls stand, and the list.
pub(crate) async fn page(site: &Site, page: Page) -> Result<Pulls, Refusal> {
    let pulls = site.ledger().pulls();
    let standings = pulls.standings(&site.settings().pulls).await?;
    let list = pulls.list(PULLS_MAX).await?;
    Ok(shown(page, &standings, &list))
}

/// The page of these pulls.
pub(crate) fn shown(page: Page, standings: &[Standing], list: &[PullInfo]) -> Pulls {
    Pulls {
        alarms: standings.iter().filter_map(|standing| alarm(&page, standing)).collect(),
        scheduled: standings.iter().map(|standing| scheduled(&page, standing)).collect(),
        pulls: list.iter().map(|pull| line(&page, pull)).collect(),
        page,
    }
}

/// A sentence for the first page, where a scheduled pull needs a look.
pub(crate) async fn notice(site: &Site, page: &Page) -> Result<Option<String>, Refusal> {
    let standings = site.ledger().pulls().standings(&site.settings().pulls).await?;
    let number = standings.iter().filter(|standing| standing.state.alarms()).count();
    let number = page.number(number as u64);
    let sentence = || page.fill("records.pulls.notice", &[("number", &number)]);
    Ok((number != "0").then(sentence))
}

fn alarm(page: &Page, standing: &Standing) -> Option<String> {
    let name = standing.schedule.name.as_str();
    let why = standing.last.as_ref().and_then(|last| last.failure.as_ref());
    let why = why.map_or("", |failure| failure.get(page.locale()));
    let moment = |pull: &Option<PullInfo>| {
        pull.as_ref().map_or_else(String::new, |pull| page.moment(pull.started))
    };
    let (key, when) = match standing.state {
        PullState::Running | PullState::Well => return None,
        PullState::Never => ("records.pulls.alarm_never", String::new()),
        PullState::Failed if why.is_empty() => {
            ("records.pulls.alarm_interrupted", moment(&standing.last))
        }
        PullState::Failed => ("records.pulls.alarm_failed", moment(&standing.last)),
        PullState::Overdue => ("records.pulls.alarm_overdue", moment(&standing.completed)),
    };
    Some(page.fill(key, &[("name", name), ("when", &when), ("why", why)]))
}

fn scheduled(page: &Page, standing: &Standing) -> ScheduledLine {
    let (class, key) = match standing.state {
        PullState::Running => ("kind", "records.pulls.running"),
        PullState::Well => ("good", "records.pulls.well"),
        PullState::Never => ("warn", "records.pulls.never"),
        PullState::Failed => ("bad", "records.pulls.failed"),
        PullState::Overdue => ("bad", "records.pulls.overdue"),
    };
    let is_running = standing.state == PullState::Running;
    ScheduledLine {
        name: standing.schedule.name.clone(),
        server: standing.schedule.base.clone(),
        every: every(page, standing.schedule.every),
        state: State { class, label: page.say(key).to_owned() },
        last: standing.completed.as_ref().map(|pull| page.moment(pull.started)),
        next: (!is_running).then(|| page.moment(standing.next)),
    }
}

fn every(page: &Page, every: SignedDuration) -> String {
    let minutes = every.as_mins().unsigned_abs();
    let (key, number) = match minutes.is_multiple_of(60) {
        true => ("records.pulls.every_hours", minutes / 60),
        false => ("records.pulls.every_minutes", minutes),
    };
    page.fill(key, &[("number", &page.number(number))])
}

/// A moment of the server's as the reader writes it; as the server wrote it where it cannot be read.
fn moment(page: &Page, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |moment| page.moment(moment))
}

fn line(page: &Page, pull: &PullInfo) -> PullLine {
    let (class, key) = match pull.outcome {
        PullOutcome::Running => ("kind", "records.pulls.running"),
        PullOutcome::Completed => ("good", "records.pulls.completed"),
        PullOutcome::Incomplete => ("warn", "records.pulls.incomplete"),
        PullOutcome::Failed => ("bad", "records.pulls.failed"),
        PullOutcome::Cancelled => ("", "records.pulls.cancelled"),
        PullOutcome::Interrupted => ("bad", "records.pulls.interrupted"),
    };
    let way = match pull.way {
        Some(PullWay::Export) => page.say("records.pulls.by_export"),
        Some(PullWay::Search) => page.say("records.pulls.by_search"),
        None => "",
    };
    let since = match &pull.since {
        Some(since) => page.fill("records.pulls.since", &[("when", &moment(page, since))]),
        None => page.say("records.pulls.everything").to_owned(),
    };
    let said = pull.messages.iter().map(|message| {
        format!("{} {} ({})", message.severity, message.code, page.number(message.count))
    });
    let said = said.collect::<Vec<_>>().join(", ");
    let called = |number: i64| page.fill("records.loads.name", &[("number", &number.to_string())]);
    PullLine {
        name: match &pull.name {
            Some(name) => name.clone(),
            None => page.fill("records.pulls.by_hand", &[("number", &pull.id.to_string())]),
        },
        when: page.moment(pull.started),
        server: pull.base.clone(),
        source: pull.source.clone(),
        way: way.to_owned(),
        since,
        state: State { class, label: page.say(key).to_owned() },
        load: pull.load.map(|load| (load.0, called(load.0))),
        said: (!said.is_empty()).then_some(said),
        failure: pull.failure.as_ref().map(|failure| failure.get(page.locale()).to_owned()),
    }
}
