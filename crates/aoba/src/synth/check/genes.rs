//! What genes do: how common the alleles are, and stents under two drugs.

use super::finding::{Finding, Of};
use super::input::Person;
use super::planted::Planted;
use super::poisson::{Cells, Covariates, WIDTH};
use super::when::{self, YEAR_MINUTES};

/// Stents are counted from the choice of the drug by the ground truth, and from the operation by
/// the record.
const WAYS: [&str; 2] = ["", "_by_record"];

/// Alleles, and events of the stented.
#[derive(Default)]
pub(super) struct Genes {
    alleles: f64,
    /// *2, *3, *17.
    seen: [f64; 3],
    /// In the first year: thrombosis and infarction by the ground truth, thrombosis by the record.
    first_year: [Cells; 3],
    /// From the second year on: infarctions and years.
    later: (f64, f64),
}

const ALLELES: [(&str, &str); 3] =
    [("*2", "cyp2c19_2_frequency"), ("*3", "cyp2c19_3_frequency"), ("*17", "cyp2c19_17_frequency")];

impl Genes {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        let really = &person.really;
        for allele in &really.cyp2c19 {
            self.alleles += 1.0;
            for (seen, (name, _)) in self.seen.iter_mut().zip(ALLELES) {
                *seen += f64::from(u8::from(allele == name));
            }
        }
        let Some((arm, from)) = really.chose("clopidogrel_or_prasugrel") else { return };
        let Some(known) = really.known() else { return };
        let covariates = covariates(arm, really.losses());
        let [thrombosis, infarction, by_record] = &mut self.first_year;
        let events = ["stent_thrombosis", "recurrent_infarction"].map(|name| really.happened(name));
        for (cells, event) in [thrombosis, infarction].into_iter().zip(events) {
            follow(cells, covariates, (from, known.1), event);
        }
        if let Some((arm, from)) = stented(person) {
            let event = person.first_diagnosed(&["T828"]).filter(|at| *at > from);
            follow(by_record, self::covariates(arm, really.losses()), (from, known.1), event);
        }
        let [_, infarction] = events;
        let second_year = from + year();
        let until = infarction.unwrap_or(known.1).min(known.1);
        if until > second_year {
            self.later.0 += f64::from(u8::from(infarction == Some(until)));
            self.later.1 += when::years(second_year, until);
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.alleles += other.alleles;
        self.seen.iter_mut().zip(other.seen).for_each(|(seen, more)| *seen += more);
        self.first_year.iter_mut().zip(other.first_year).for_each(|(one, more)| one.merge(more));
        self.later.0 += other.later.0;
        self.later.1 += other.later.1;
    }

    /// Says what was found.
    pub(super) fn tell(&self, planted: &mut Planted) {
        for (seen, (_, name)) in self.seen.iter().zip(ALLELES) {
            planted.found(name, Finding::share(*seen, (self.alleles, Of::Rows)));
        }
        let [thrombosis, infarction, by_record] = &self.first_year;
        for (cells, way) in [thrombosis, by_record].into_iter().zip(WAYS) {
            tell_of(cells, ["stent_thrombosis", "stent_thrombosis_first_year"], way, planted);
        }
        tell_of(infarction, ["infarction", "infarction_first_year"], "", planted);
        planted.found("infarction_later_years", Finding::rate(self.later.0, self.later.1));
    }
}

fn tell_of(cells: &Cells, [event, rate]: [&str; 2], way: &str, planted: &mut Planted) {
    let fit = cells.fit(1);
    let ratio = |at| {
        let (events, years) = cells.of(at);
        let found = Finding::of(fit.as_ref().and_then(|fit| fit.ratio(at)));
        found.events(events).among(years, Of::Years)
    };
    planted.found_in(rate, &format!("{rate}{way}"), ratio(0));
    for (at, losses) in [(1, "one_loss"), (2, "two_losses")] {
        let name = format!("cyp2c19_{losses}_on_{event}");
        planted.found_in(&name, &format!("{name}{way}"), ratio(at));
    }
    let under = format!("cyp2c19_loss_on_{event}_under_prasugrel{way}");
    planted.found_in("cyp2c19_loss_on_events_under_prasugrel", &under, ratio(3));
}

/// Everybody; one and two alleles without function under clopidogrel; any under prasugrel.
fn covariates(arm: &str, losses: u8) -> Covariates {
    let mut covariates = [0; WIDTH];
    covariates[0] = 100;
    let place = match (arm, losses) {
        (_, 0) => None,
        ("clopidogrel", 1) => Some(1),
        ("clopidogrel", _) => Some(2),
        _ => Some(3),
    };
    if let Some(covariate) = place.and_then(|at| covariates.get_mut(at)) {
        *covariate = 100;
    }
    covariates
}

/// Follows one person for a year.
fn follow(cells: &mut Cells, covariates: Covariates, time: (i64, i64), event: Option<i64>) {
    let end = time.1.min(time.0 + year());
    let until = event.unwrap_or(end).min(end);
    if until > time.0 {
        cells.add(covariates, when::years(time.0, until), event == Some(until));
    }
}

/// When the record tells of a first stent, and which drug was prescribed within four months.
fn stented(person: &Person) -> Option<(&'static str, i64)> {
    let stents = person.procedures.iter().filter(|one| one.code.is("K549-1") || is_other(one));
    let first = stents.filter_map(super::rows::Procedure::minute).min()?;
    let arms = [("clopidogrel", "B01AC04"), ("prasugrel", "B01AC22")];
    let near = |at: i64| (first..first + year() / 3).contains(&at);
    arms.into_iter()
        .find(|(_, atc)| person.first_prescribed(&[atc]).is_some_and(near))
        .map(|(arm, _)| (arm, first))
}

fn is_other(operation: &super::rows::Procedure) -> bool {
    operation.code.is("K549-2") || operation.code.is("K549-3")
}

fn year() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of minutes")]
    {
        YEAR_MINUTES as i64
    }
}
