//! How the audit stands: its chain, its tree, its checkpoints, and where these are.

use askama::Template;
use desk::{Page, Refusal, Site};
use ledger::{AuditStanding, AuditVerdict, PlaceStanding};

/// How the audit stands, as the page tells it.
#[derive(Debug)]
pub(crate) struct State {
    /// What needs a look: sentences.
    pub(crate) alarms: Vec<String>,
    pub(crate) rows: String,
    /// What the newest row is.
    pub(crate) head: String,
    /// How many rows the newest checkpoint covers, and when it was made; none before the first.
    pub(crate) covered: Option<(String, String)>,
    pub(crate) checkpoints: String,
    pub(crate) places: Vec<PlaceLine>,
}

/// A place outside.
#[derive(Debug)]
pub(crate) struct PlaceLine {
    pub(crate) name: String,
    /// Its badge: class and words.
    pub(crate) state: (&'static str, String),
    /// How many rows the newest checkpoint there covers; none where there is none.
    pub(crate) covered: Option<String>,
    pub(crate) when: Option<String>,
    /// Why it failed, in the words of the system.
    pub(crate) why: Option<String>,
}

/// Reads how the audit stands.
pub(crate) async fn read(site: &Site, page: &Page) -> Result<State, Refusal> {
    let standing = site.ledger().audit().standing().await?;
    let places = site.ledger().checkpoints().places().await?;
    Ok(told(page, &standing, &places))
}

/// How it stands, in words.
pub(crate) fn told(page: &Page, standing: &AuditStanding, places: &[PlaceStanding]) -> State {
    let mut alarms = Vec::new();
    if !standing.is_whole {
        alarms.push(page.say("audit.state.alarm_cut").to_owned());
    }
    if !standing.checkpoint_holds {
        alarms.push(page.say("audit.state.alarm_checkpoint").to_owned());
    }
    for place in places.iter().filter(|place| place.failure.is_some()) {
        alarms.push(page.fill("audit.state.alarm_place", &[("place", &place.place)]));
    }
    if standing.checkpoint.is_some() && places.is_empty() {
        alarms.push(page.say("audit.state.alarm_nowhere").to_owned());
    }
    let newest = standing.checkpoint.as_ref();
    State {
        alarms,
        rows: page.number(standing.head.seq.unsigned_abs()),
        head: standing.head.hash.clone(),
        covered: newest.map(|newest| (page.number(newest.size), page.moment(newest.at))),
        checkpoints: page.number(standing.checkpoints),
        places: places.iter().map(|place| line(page, place)).collect(),
    }
}

fn line(page: &Page, place: &PlaceStanding) -> PlaceLine {
    let (class, key) = match (&place.failure, place.sent) {
        (Some(_), _) => ("bad", "audit.state.failed"),
        (None, Some(_)) => ("good", "audit.state.sent"),
        (None, None) => ("kind", "audit.state.waiting"),
    };
    let failed = place.failure.as_ref();
    let when = failed.map(|failure| failure.at).or(place.sent);
    PlaceLine {
        name: place.place.clone(),
        state: (class, page.say(key).to_owned()),
        covered: place.sent.map(|_| page.number(place.sent_size)),
        when: when.map(|at| page.moment(at)),
        why: failed.map(|failure| failure.why.clone()),
    }
}

/// Every row checked now.
#[derive(Debug, Template)]
#[template(path = "audit/templates/verified.html")]
pub(crate) struct Verified {
    pub(crate) page: Page,
    pub(crate) is_whole: bool,
    pub(crate) sentence: String,
    pub(crate) rows: String,
    pub(crate) checkpoints: String,
    pub(crate) covered: String,
    pub(crate) head: String,
    pub(crate) root: String,
}

impl Verified {
    pub(crate) fn new(page: Page, verdict: &AuditVerdict) -> Self {
        Self {
            is_whole: verdict.first_broken.is_none(),
            sentence: verdict.say(page.locale()),
            rows: page.number(verdict.rows),
            checkpoints: page.number(verdict.checkpoints),
            covered: page.number(verdict.covered),
            head: verdict.head.hash.clone(),
            root: verdict.root.clone(),
            page,
        }
    }
}
