//! Who enters: the candidates, their index, and which of them the rules are asked of.

use crate::ast::{Choice, Node};

use super::calendar::shifted_seconds;
use super::expression::{day, member, numbered, order, place};
use super::writer::{At, Is, PATIENT, Said, Scope, ScopeId, Writer, text};

/// Candidates before the rules.
pub(super) struct Entered {
    /// The step of all of them, with `dropped`.
    pub(super) all: String,
    /// The scope of those that the rules are asked of.
    pub(super) asked: ScopeId,
}

impl Writer<'_> {
    /// Steps 1 to 6.
    pub(super) fn enter(&mut self) -> Said<Entered> {
        let entered = self.alternatives()?;
        let indexed = self.indexed(entered)?;
        let thinned = self.thinned(&indexed)?;
        let all = self.choice(&thinned);
        let flags = self.ways("c");
        let select = format!(
            "select c.candidate, c.patient_id, c.place, c.index_low, c.index_high, {}{flags}\nfrom \
             {all} as c\nwhere c.dropped is null",
            member("c")
        );
        let relation = self.step("candidate", "of whom the rules are asked", select);
        let asked = self.open(Scope {
            around: Some(PATIENT),
            relation,
            key: "candidate".to_owned(),
            is: Is::Candidate,
            name: None,
        });
        Ok(Entered { all, asked })
    }

    /// By which alternatives a candidate came: columns of an alias, each after a comma.
    pub(super) fn ways(&self, alias: &str) -> String {
        let ways = 0..self.definition.entry.says.alternatives.len();
        ways.map(|way| format!(", {alias}.came_{way}")).collect()
    }

    /// Step 1: the certain members of every alternative that start on a known day.
    fn alternatives(&mut self) -> Said<ScopeId> {
        let at = self.at(PATIENT, false);
        let definition = self.definition;
        let alternatives = &definition.entry.says.alternatives;
        let mut parts = Vec::new();
        for (way, alternative) in alternatives.iter().enumerate() {
            let of = self.set(at, &alternative.of)?;
            let known = format!("{} = {}", day("m.start_low"), day("m.start_high"));
            parts.push(format!(
                "select m.patient_id, {}, {way} as way\nfrom {} as m\nwhere m.certain and {known}",
                member("m"),
                of.step
            ));
        }
        let same = format!("m.patient_id, {}", place("m"));
        let came: String = (0..alternatives.len())
            .map(|way| format!(", bool_or(m.way = {way}) over (partition by {same}) as came_{way}"))
            .collect();
        let (first, flags) = (numbered(&same, "m.way"), self.ways("m"));
        let once = format!(
            "select m.patient_id, {}{flags}\nfrom (select m.*{came}, {first} as n\nfrom ({}) as m) \
             as m\nwhere m.n = 1",
            member("m"),
            parts.join("\nunion all\n")
        );
        let number = numbered("", &format!("m.patient_id, {}", order("m")));
        let of_patient = numbered("m.patient_id", &order("m"));
        let select = format!(
            "select {number} as candidate, {of_patient} as place, m.patient_id, \
             {}{flags}\nfrom ({once}) as m",
            member("m")
        );
        let says: Vec<String> = alternatives.iter().map(|way| text(Node::Set(&way.of))).collect();
        let relation = self.step("entered", &format!("entry {}", says.join(" or ")), select);
        Ok(self.open(Scope {
            around: Some(PATIENT),
            relation,
            key: "candidate".to_owned(),
            is: Is::Entered,
            name: None,
        }))
    }

    /// Step 3: the index, where it is known to the day.
    fn indexed(&mut self, entered: ScopeId) -> Said<String> {
        let at = self.at(entered, false);
        let mut row = self.row(entered)?;
        let (low, high) = match &self.definition.index {
            None => ("x.start_low".to_owned(), "x.start_high".to_owned()),
            Some(clause) => {
                let of = self.moment(at, &clause.says)?;
                let alias = self.join(&mut row, &of);
                (format!("{alias}.low"), format!("{alias}.high"))
            }
        };
        let is = format!("{} = {}", day(&low), day(&high));
        let flags = self.ways("x");
        let select = format!(
            "select x.candidate, x.place, x.patient_id, {}{flags}, case when {is} then {low} end as \
             index_low, case when {is} then {high} end as index_high\nfrom {}",
            member("x"),
            row.from()
        );
        Ok(self.step("indexed", "index", select))
    }

    /// Steps 2 to 5: with `dropped` as far as each is dropped on its own.
    fn thinned(&mut self, indexed: &str) -> Said<String> {
        let definition = self.definition;
        let mut why = String::new();
        if definition.entry.says.choose == Choice::FirstInLife {
            why.push_str(" when c.place > 1 then 'NotFirstInLife'");
        }
        why.push_str(" when c.index_low is null then 'IndexUnknown'");
        if definition.calendar.is_some() {
            let (first, last) = self.calendar()?;
            let index = day("c.index_low");
            why.push_str(&format!(" when {index} < {first} or {index} > {last} then 'Calendar'"));
        }
        let mut washed = String::new();
        if let Some(washout) = &definition.washout {
            let back = crate::eval::offset_back(washout.says);
            let since = shifted_seconds(
                &format!("select c.candidate, c.patient_id, c.start_low\nfrom {indexed} as c"),
                &[("since", "q.start_low".to_owned())],
                back,
            );
            washed = format!(
                "\nleft join (select s.candidate\nfrom ({since}) as s\njoin {indexed} as o on \
                 o.patient_id = s.patient_id\nwhere {since_day} <= {other} and {other} < \
                 {own}\ngroup by s.candidate) as w on w.candidate = c.candidate",
                since_day = day("s.since_to"),
                other = day("o.start_low"),
                own = day("s.start_low")
            );
            why.push_str(" when w.candidate is not null then 'Washout'");
        }
        let select = format!("select c.*, case{why} end as dropped\nfrom {indexed} as c{washed}");
        Ok(self.step("thinned", "first in life, index, calendar, washout", select))
    }

    /// Step 6.
    fn choice(&mut self, thinned: &str) -> String {
        let (order, nth) = match self.definition.entry.says.choose {
            Choice::All | Choice::FirstInLife => return thinned.to_owned(),
            Choice::First => ("c.place", 1),
            Choice::Last => ("c.place desc", 1),
            Choice::Nth(nth) => ("c.place", nth),
        };
        let number = numbered("c.patient_id", order);
        let flags = self.ways("c");
        let select = format!(
            "select c.candidate, c.place, c.patient_id, {}{flags}, c.index_low, c.index_high, case \
             when c.dropped is not null then c.dropped when l.candidate is null then 'NotChosen' \
             end as dropped\nfrom {thinned} as c\nleft join (select c.candidate, {number} as n\nfrom \
             {thinned} as c\nwhere c.dropped is null) as l on l.candidate = c.candidate and l.n = \
             {nth}",
            member("c")
        );
        self.step("chosen", "which of the candidates", select)
    }

    /// Where the rules are asked.
    pub(super) fn at_rules(&self, asked: ScopeId) -> At {
        self.at(asked, true)
    }
}
