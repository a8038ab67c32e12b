//! Where events of a patient could have been seen.

use crate::ast::{Bound, Condition, Event, Kind, Moment, Node};

use super::expression::{BEFORE, NO_TRUTH, day, numbered, texts};
use super::row::Row;
use super::source::kinds;
use super::writer::{At, Keyed, Said, Writer, text};

impl Writer<'_> {
    /// Stretches of coverage of a kind as written, joined where they touch: `patient_id`,
    /// `first_day`, `last_day`.
    fn stretches(&mut self, kind: &Kind) -> String {
        let kinds = texts(kinds(kind).into_iter());
        let word = format!("covered_{}", crate::eval::kind_word(kind));
        self.once(&word, "stretches of coverage, joined where they touch", |_| {
            let rows = format!(
                "select c.patient_id, c.first_day, c.last_day\nfrom coverage as c\nwhere c.kind in \
                 ({kinds}) and c.first_day <= c.last_day"
            );
            let order = "partition by c.patient_id order by c.first_day, c.last_day";
            let reached = format!(
                "select c.patient_id, c.first_day, c.last_day, max(c.last_day) over ({order} \
                 {BEFORE}) as reached\nfrom ({rows}) as c"
            );
            let begun = format!(
                "select c.patient_id, c.first_day, c.last_day, cast(sum(case when c.first_day <= \
                 c.reached + 1 then 0 else 1 end) over ({order} {}) as bigint) as stretch\nfrom \
                 ({reached}) as c",
                super::expression::UNTIL
            );
            format!(
                "select c.patient_id, min(c.first_day) as first_day, max(c.last_day) as \
                 last_day\nfrom ({begun}) as c\ngroup by c.patient_id, c.stretch"
            )
        })
    }

    /// Stretches in which visits could have been seen; the data where that is not declared.
    fn seen(&mut self) -> String {
        let visits = self.stretches(&Kind::Visit);
        let (first, last) = self.world.data;
        self.once("seen", "coverage of visits, else the days of the data", |_| {
            format!(
                "select v.patient_id, v.first_day, v.last_day\nfrom {visits} as v\nunion \
                 all\nselect p.patient_id, cast({first} as bigint) as first_day, cast({last} as \
                 bigint) as last_day\nfrom person as p\nleft join (select distinct \
                 c.patient_id\nfrom coverage as c\nwhere c.kind = 'visit') as d on d.patient_id = \
                 p.patient_id\nwhere d.patient_id is null"
            )
        })
    }

    /// Puts the stretch beside a candidate that holds its index.
    pub(super) fn coverage_of_index(&mut self, row: &mut Row) -> String {
        let seen = self.seen();
        let index = day("x.index_low");
        row.beside(
            &seen,
            &format!(
                "@.patient_id = x.patient_id and @.first_day <= {index} and {index} <= @.last_day"
            ),
        )
    }

    /// The stretch that holds the start of an event: `state`, `first_day`, `last_day`.
    pub(super) fn coverage_of_event(&mut self, at: At, event: &Event) -> Said<Keyed> {
        let start = Moment::at(crate::ast::Anchor::Start(event.clone()));
        let at = self.hoisted(at, Node::Moment(&start))?;
        let says = format!("coverage around {}", text(Node::Event(event)));
        if let Some(known) = self.known("around", at, &says) {
            return Ok(known);
        }
        let of = self.moment(at, &start)?;
        let mut row = self.row(at.scope)?;
        let start = self.join(&mut row, &of);
        let seen = self.seen();
        let (first, last) = (day(&format!("{start}.low")), day(&format!("{start}.high")));
        let touched = row.beside(
            &seen,
            &format!(
                "@.patient_id = x.patient_id and {first} <= @.last_day and @.first_day <= {last}"
            ),
        );
        let key = self.key(at.scope);
        let number = numbered(&format!("x.{key}"), &format!("{touched}.first_day"));
        let select = format!(
            "select s.{key}, case when s.state <> 1 then s.state when s.first_day is null then 0 \
             when s.first_day <= s.first_seen and s.last_seen <= s.last_day then 1 else 2 end as \
             state, s.first_day, s.last_day\nfrom (select x.{key}, coalesce({start}.state, 0) as \
             state, {first} as first_seen, {last} as last_seen, {touched}.first_day, \
             {touched}.last_day, {number} as n\nfrom {}) as s\nwhere s.n = 1",
            row.from()
        );
        let keyed = Keyed { step: self.step("around", &says, select), scope: at.scope };
        self.keep("around", at, &says, &keyed);
        Ok(keyed)
    }

    /// Whether events of these kinds could have been seen on all days between two bounds.
    pub(super) fn observed(
        &mut self,
        row: &mut Row,
        at: At,
        kinds_asked: &[Kind],
        (from, to): (&Bound, &Bound),
    ) -> Said<String> {
        if *from == Bound::Ever || *to == Bound::Ever {
            return Ok("false".to_owned());
        }
        let condition =
            Condition::Observed { kinds: kinds_asked.to_vec(), from: from.clone(), to: to.clone() };
        let at = self.hoisted(at, Node::Condition(&condition))?;
        let says = text(Node::Condition(&condition));
        let key = self.key(at.scope);
        let mut inner = self.row(at.scope)?;
        let (first, last) = self.days_of(&mut inner, at, from, to)?;
        let days = format!(
            "select x.{key}, x.patient_id, {first} as first, {last} as last\nfrom {}",
            inner.from()
        );
        let days = if key == "patient_id" {
            days.replacen("x.patient_id, x.patient_id", "x.patient_id", 1)
        } else {
            days
        };
        let days = self.step("days", &says, days);
        let mut all = Vec::new();
        for kind in kinds_asked {
            let stretches = self.stretches(kind);
            let kinds = texts(kinds(kind).into_iter());
            let select = format!(
                "select d.{key}, case when d.first is null or d.last is null or k.patient_id is \
                 null then {NO_TRUTH} when d.first > d.last then true else coalesce(s.holds, false) \
                 end as truth\nfrom {days} as d\nleft join (select distinct c.patient_id\nfrom \
                 coverage as c\nwhere c.kind in ({kinds})) as k on k.patient_id = \
                 d.patient_id\nleft join (select d.{key}, bool_or(s.first_day <= d.first and d.last \
                 <= s.last_day) as holds\nfrom {days} as d\njoin {stretches} as s on s.patient_id = \
                 d.patient_id\ngroup by d.{key}) as s on s.{key} = d.{key}"
            );
            let of = Keyed { step: self.step("observed", &says, select), scope: at.scope };
            all.push(format!("{}.truth", self.join(row, &of)));
        }
        Ok(if all.is_empty() { "true".to_owned() } else { format!("({})", all.join(" and ")) })
    }

    /// The local days between two bounds, both ends included; null where either is not known to
    /// the day, or is `ever`.
    pub(super) fn days_of(
        &mut self,
        row: &mut Row,
        at: At,
        from: &Bound,
        to: &Bound,
    ) -> Said<(String, String)> {
        let mut ends = Vec::new();
        for (bound, inward) in [(from, 1), (to, -1)] {
            let Some(moment) = bound.moment() else {
                ends.push(super::expression::NO_TIME.to_owned());
                continue;
            };
            let of = self.moment(at, moment)?;
            let alias = self.join(row, &of);
            let (low, high) = (day(&format!("{alias}.low")), day(&format!("{alias}.high")));
            let step = if matches!(bound, Bound::Open(_)) { inward } else { 0 };
            ends.push(format!("case when {low} = {high} then {low} + ({step}) end"));
        }
        let to = ends.pop().unwrap_or_default();
        Ok((ends.pop().unwrap_or_default(), to))
    }
}
