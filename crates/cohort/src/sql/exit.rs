//! When a period ends.

use crate::ast::Moment;
use crate::eval::Refused;

use super::expression::{day, last_second};
use super::row::Row;
use super::writer::{At, Is, Keyed, Said, Writer};

impl Writer<'_> {
    /// What `exit` means at a place.
    pub(super) fn exit_second(&mut self, row: &mut Row, at: At) -> Said<String> {
        if !at.exit {
            return Err(Refused::NotHere("exit").into());
        }
        match self.scope(at.scope)?.is {
            Is::Period => Ok("x.exit_second".to_owned()),
            Is::Candidate => {
                let of = self.exits(at)?;
                Ok(format!("{}.exit_second", self.join(row, &of)))
            }
            Is::Patient | Is::Entered | Is::Interval | Is::Member => {
                Err(Refused::NotHere("exit").into())
            }
        }
    }

    /// The step with the earliest of all that may end a period: `candidate`, `exit_second`,
    /// `ended_by`.
    pub(super) fn exits(&mut self, at: At) -> Said<Keyed> {
        if let Some(known) = self.known("exit", at, "") {
            return Ok(known);
        }
        let inside = At { exit: false, ..at };
        let mut row = self.row(at.scope)?;
        let mut endings = Vec::new();
        let definition = self.definition;
        for (word, clause) in [("exit", &definition.exit), ("censor", &definition.censor)] {
            let moments = clause.iter().flat_map(|clause| &clause.says);
            for (place, moment) in moments.enumerate() {
                let second = self.ending(&mut row, inside, moment)?;
                endings.push((format!("{word} {}", place + 1), second));
            }
        }
        let deaths = self.deaths();
        let death = row.beside(&deaths, "@.patient_id = x.patient_id");
        let (low, high) = (day(&format!("{death}.start_low")), day(&format!("{death}.start_high")));
        let second = format!("case when {low} = {high} then {} end", last_second(&low));
        endings.push(("death".to_owned(), second));
        // Where no stretch of coverage holds the index, the data end it.
        let stretch = self.coverage_of_index(&mut row);
        let (_, last) = self.world.data;
        endings.push((
            "coverage".to_owned(),
            last_second(&format!("coalesce({stretch}.last_day, {last})")),
        ));
        let keyed = self.earliest(at, &row, &endings);
        self.keep("exit", at, "", &keyed);
        Ok(keyed)
    }

    fn ending(&mut self, row: &mut Row, at: At, moment: &Moment) -> Said<String> {
        let of = self.moment(at, moment)?;
        let alias = self.join(row, &of);
        let (low, high) = (day(&format!("{alias}.low")), day(&format!("{alias}.high")));
        let second = if moment.is_fine() { format!("{alias}.high") } else { last_second(&low) };
        Ok(format!("case when {low} = {high} then {second} end"))
    }

    /// The first of the earliest.
    fn earliest(&mut self, at: At, row: &Row, endings: &[(String, String)]) -> Keyed {
        let key = self.key(at.scope);
        let columns: Vec<String> = endings
            .iter()
            .enumerate()
            .map(|(place, (_, second))| format!("{second} as end_{place}"))
            .collect();
        let all: Vec<String> = (0..endings.len()).map(|place| format!("e.end_{place}")).collect();
        let mut by = "case".to_owned();
        for (place, (word, _)) in endings.iter().enumerate() {
            by.push_str(&format!(" when e.end_{place} = e.exit_second then '{word}'"));
        }
        let select = format!(
            "select e.{key}, e.exit_second, {by} end as ended_by\nfrom (select e.*, least({}) as \
             exit_second\nfrom (select x.{key}, {}\nfrom {}) as e) as e",
            all.join(", "),
            columns.join(", "),
            row.from()
        );
        Keyed { step: self.step("exit", "exit, censor, death, coverage", select), scope: at.scope }
    }
}
