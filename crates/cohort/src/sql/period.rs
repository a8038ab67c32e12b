//! Who stays: rules, exit, follow-up, keep, and periods.

use crate::ast::{Keep, RuleKind, Step as Line};

use super::calendar::shifted_days;
use super::expression::{BEFORE, UNTIL, day, member, numbered};
use super::script::NotSaid;
use super::writer::{Is, Keyed, PATIENT, Said, Scope, ScopeId, Writer};

/// How many rules one step joins.
const RULES_TOGETHER: usize = 16;

/// Candidates and periods.
pub(super) struct Settled {
    pub(super) candidates: String,
    pub(super) rules: Vec<String>,
    pub(super) periods: String,
    /// The scope of the periods.
    pub(super) scope: ScopeId,
}

impl Writer<'_> {
    /// Steps 1 to 12.
    pub(super) fn settle(&mut self) -> Said<Settled> {
        if self.definition.matched.is_some() {
            // Each takes what those before it have left.
            return Err(NotSaid::NotInSql { clause: "matched", what: "one taking after another" });
        }
        let entered = self.enter()?;
        let at = self.at_rules(entered.asked);
        let mut rules = Vec::new();
        let mut kept = Vec::new();
        let definition = self.definition;
        for clause in &definition.steps {
            let Line::Rule(rule) = &clause.says else { continue };
            let of = self.truth(at, &rule.when)?;
            let step = self.rule(entered.asked, &of)?;
            rules.push(step.clone());
            kept.push((rule.kind, step));
        }
        let exits = self.exits(at)?;
        let kept = self.kept(entered.asked, &kept)?;
        let thinned = self.followed(entered.asked, &kept, &exits)?;
        let chosen = self.keep_some(&thinned);
        let candidates = self.all_candidates(&entered.all, &chosen);
        let periods = self.periods(&chosen);
        let periods = self.sampled(&periods);
        let flags = self.ways("c");
        let select = format!(
            "select p.*, c.place, {}{flags}\nfrom {periods} as p\njoin {} as c on c.candidate = \
             p.candidate",
            member("c"),
            self.scope(entered.asked)?.relation
        );
        let relation = self.step("period", "the periods", select);
        let scope = self.open(Scope {
            around: Some(PATIENT),
            relation: relation.clone(),
            key: "candidate".to_owned(),
            is: Is::Period,
            name: None,
        });
        Ok(Settled { candidates, rules, periods: relation, scope })
    }

    /// What a rule says of each candidate.
    fn rule(&mut self, asked: ScopeId, of: &Keyed) -> Said<String> {
        let mut row = self.row(asked)?;
        let alias = self.join(&mut row, of);
        let select = format!("select x.candidate, {alias}.truth\nfrom {}", row.from());
        Ok(self.step("rule", "a rule", select))
    }

    /// Which candidates all rules keep: `candidate`, `kept`.
    fn kept(&mut self, asked: ScopeId, rules: &[(RuleKind, String)]) -> Said<String> {
        let relation = self.scope(asked)?.relation.clone();
        let mut kept: Option<String> = None;
        for some in rules.chunks(RULES_TOGETHER) {
            let mut row = super::row::Row::of(kept.as_deref().unwrap_or(&relation));
            let mut all = vec![if kept.is_some() { "x.kept" } else { "true" }.to_owned()];
            for (kind, step) in some {
                let alias = row.beside(step, "@.candidate = x.candidate");
                let is = match kind {
                    RuleKind::Require => "true",
                    RuleKind::Exclude => "false",
                };
                all.push(format!("{alias}.truth is {is}"));
            }
            let all = all.join(" and ");
            let select = format!("select x.candidate, {all} as kept\nfrom {}", row.from());
            kept = Some(self.step("kept", "whom all rules keep", select));
        }
        Ok(match kept {
            Some(kept) => kept,
            None => {
                let select = format!("select x.candidate, true as kept\nfrom {relation} as x");
                self.step("kept", "there are no rules", select)
            }
        })
    }

    /// Steps 7 to 9: `dropped` by rules, end and follow-up.
    fn followed(&mut self, asked: ScopeId, kept: &str, exits: &Keyed) -> Said<String> {
        let relation = self.scope(asked)?.relation.clone();
        let all = format!(
            "select c.candidate, c.patient_id, c.place, c.index_low, c.index_high, e.exit_second, \
             e.ended_by, k.kept\nfrom {relation} as c\njoin {kept} as k on k.candidate = \
             c.candidate\njoin {} as e on e.candidate = c.candidate",
            exits.step
        );
        let (all, short) = match &self.definition.follow_up {
            None => (all, String::new()),
            Some(clause) => {
                let index = [("long", day("q.index_low"))];
                let moved = shifted_days(&all, &index, clause.says);
                let end = day("c.exit_second");
                (moved, format!(" when c.long_to > {end} then 'FollowUp'"))
            }
        };
        let select = format!(
            "select c.candidate, c.patient_id, c.place, c.index_low, c.index_high, c.exit_second, \
             c.ended_by, case when not c.kept then 'Rules' when c.exit_second < c.index_low then \
             'EndsBeforeIndex'{short} end as dropped\nfrom ({all}) as c"
        );
        Ok(self.step("followed", "rules, end, follow-up", select))
    }

    /// Step 10.
    fn keep_some(&mut self, followed: &str) -> String {
        let Some(clause) = &self.definition.keep else { return followed.to_owned() };
        let (order, nth) = match clause.says {
            Keep::First => ("c.index_low, c.index_high, c.place", 1),
            Keep::Last => ("c.index_low desc, c.index_high desc, c.place desc", 1),
            Keep::Nth(nth) => ("c.index_low, c.index_high, c.place", nth),
        };
        let number = numbered("c.patient_id", order);
        let select = format!(
            "select c.candidate, c.patient_id, c.place, c.index_low, c.index_high, c.exit_second, \
             c.ended_by, case when c.dropped is not null then c.dropped when l.candidate is null \
             then 'NotKept' end as dropped\nfrom {followed} as c\nleft join (select c.candidate, \
             {number} as n\nfrom {followed} as c\nwhere c.dropped is null) as l on l.candidate = \
             c.candidate and l.n = {nth}"
        );
        self.step("chosen", "keep", select)
    }

    /// All candidates and what became of them.
    fn all_candidates(&mut self, entered: &str, settled: &str) -> String {
        let select = format!(
            "select c.candidate, c.patient_id, c.place, c.kind, c.source_key, coalesce(c.dropped, \
             s.dropped) as dropped, c.index_low, c.index_high, s.exit_second, s.ended_by\nfrom \
             {entered} as c\nleft join {settled} as s on s.candidate = c.candidate"
        );
        self.step("candidates", "what became of every candidate", select)
    }

    /// Step 11: periods in order, joined over gaps.
    fn periods(&mut self, settled: &str) -> String {
        let rows = format!(
            "select c.candidate, c.patient_id, c.index_low, c.index_high, c.exit_second, c.ended_by, \
             c.place\nfrom {settled} as c\nwhere c.dropped is null"
        );
        let Some(clause) = &self.definition.episodes else {
            let select = format!(
                "select c.candidate, c.patient_id, c.index_low, c.index_high, c.exit_second, \
                 c.ended_by, cast(1 as bigint) as joined\nfrom ({rows}) as c"
            );
            return self.step("periods", "the periods", select);
        };
        let order = "c.index_low, c.index_high, c.place";
        let over = format!("partition by c.patient_id order by {order}");
        let reached = format!(
            "select c.*, max(c.exit_second) over ({over} {BEFORE}) as reached\nfrom ({rows}) as c"
        );
        let moved = shifted_days(&reached, &[("reach", day("q.reached"))], clause.says);
        let islands = format!(
            "select c.*, cast(sum(case when {} <= c.reach_to then 0 else 1 end) over ({over} {UNTIL}) \
             as bigint) as island\nfrom ({moved}) as c",
            day("c.index_low")
        );
        let island = "c.patient_id, c.island";
        let (first, last) =
            (numbered(island, order), numbered(island, &format!("c.exit_second desc, {order}")));
        let select = format!(
            "select f.candidate, f.patient_id, f.index_low, f.index_high, l.exit_second, l.ended_by, \
             f.many as joined\nfrom (select c.*, {first} as n, count(*) over (partition by {island}) \
             as many\nfrom ({islands}) as c) as f\njoin (select c.*, {last} as n\nfrom ({islands}) as \
             c) as l on l.patient_id = f.patient_id and l.island = f.island and l.n = 1\nwhere f.n = 1"
        );
        self.step("periods", "periods joined over gaps", select)
    }

    /// Step 12: the patients with the smallest hashes.
    fn sampled(&mut self, periods: &str) -> String {
        let Some(clause) = &self.definition.sample else { return periods.to_owned() };
        let seed = clause.says.seed;
        let hash = format!("encode(sha256('{seed}:' || cast(p.patient_id as varchar)), 'hex')");
        let number = numbered("", "p.hash, p.patient_id");
        let select = format!(
            "select p.*\nfrom {periods} as p\njoin (select p.patient_id, {number} as n\nfrom (select \
             p.patient_id, {hash} as hash\nfrom {periods} as p\ngroup by p.patient_id) as p) as s on \
             s.patient_id = p.patient_id\nwhere s.n <= {}",
            clause.says.patients
        );
        self.step("sample", "a sample of patients", select)
    }
}
