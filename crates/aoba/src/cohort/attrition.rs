//! `aoba cohort attrition`: where candidates are lost, rule by rule.
//!
//! The numbers of an attrition overlap: each row is a part of the one before, so that the difference
//! of two rows is a count of people that nobody asked for. Hiding small cells is not enough, and
//! hiding their neighbours would hide nearly all. So each number is rounded by itself, and one behind
//! which few people stand is not told: of two neighbours the difference is then known to within a
//! step only, which is as much as "fewer than 10" says (decision 0053).

use std::collections::BTreeSet;
use std::io::{Write as _, stdout};
use std::sync::Arc;

use cohort::ast::RuleKind;
use cohort::eval::{Attrition, Dropped, RuleRow, Tally, rules};
use disclosure::{Counted, Released};
use lake::Engine;
use serde_json::{Value, json};
use vocab::{Locale, RawCount};

use super::answering::{Asked, Told, counts, engine_word, rule_name};
use super::error::CohortError;
use crate::cli::{CohortAskArgs, ListFormat, ReportFormat};
use crate::house::House;
use crate::output::List;

/// `aoba cohort attrition`
pub(super) async fn run(house: &House, args: &CohortAskArgs, off: &[u32]) -> anyhow::Result<()> {
    let mut asked = Asked::read(&args.file, &house.config.cohort)?;
    let off = places(off, rules(asked.definition()).count())?;
    Arc::make_mut(&mut asked.question).off = off;
    asked.ask_of(args.look.engine);
    let reader = asked.reader(house, &args.look, "cohort-attrition").await?;
    let counts = counts(house, &asked, &reader, args.look.quiet).await?;
    let told = Told::new(&reader, &counts.covered, house.locale);
    let (people, by) = (counts.people, counts.by);
    let report = Report { asked: &asked, told: &told, lost: &counts.attrition, people, by };
    match args.format {
        ReportFormat::Text => report.print(),
        ReportFormat::Json => report.json(),
    }
}

/// The places, from 0, of rules by their numbers.
fn places(off: &[u32], rules: usize) -> Result<BTreeSet<usize>, CohortError> {
    let place = |number: &u32| {
        let place = usize::try_from(*number).ok().and_then(|number| number.checked_sub(1));
        place.filter(|place| *place < rules).ok_or(CohortError::NoRule { number: *number, rules })
    };
    off.iter().map(place).collect()
}

struct Report<'a> {
    asked: &'a Asked,
    told: &'a Told<'a>,
    lost: &'a Attrition,
    /// People in the cohort with all rules on.
    people: RawCount,
    by: Engine,
}

impl Report<'_> {
    fn rules(&self) -> impl Iterator<Item = (String, RuleKind, &RuleRow)> {
        let locale = self.told.locale;
        rules(self.asked.definition())
            .zip(&self.lost.rules)
            .map(move |(rule, row)| (rule_name(&rule.title, row.place, locale), rule.kind, row))
    }

    /// People and candidates, as they may be told.
    fn released(&self, tally: Tally) -> (Released, Released) {
        let candidates = self.told.things(tally.candidates, tally.patients);
        (self.told.people(tally.patients), candidates)
    }

    fn said(&self, tally: Tally) -> String {
        let locale = self.told.locale;
        let (people, candidates) = self.released(tally);
        let people = people.show(locale, Counted::People);
        let candidates = candidates.show(locale, Counted::Things);
        match locale {
            Locale::En => format!("{people} ({candidates})"),
            Locale::Ja => format!("{people}({candidates})"),
        }
    }

    fn value(&self, tally: Tally) -> Value {
        let (people, candidates) = self.released(tally);
        json!({ "people": people, "candidates": candidates })
    }

    /// How many people more there would be without a rule, and how many periods there would be.
    fn costs(&self, row: &RuleRow) -> (Released, Released) {
        let more = row.costs.patients;
        let all = RawCount::new(self.people.get().saturating_add(more.get()));
        (self.told.people(more), self.told.things(row.costs.periods_without, all))
    }

    fn print(&self) -> anyhow::Result<()> {
        let locale = self.told.locale;
        let mut out = stdout().lock();
        for line in self.asked.heading(self.told) {
            writeln!(out, "{line}")?;
        }
        let (steps, columns) = match locale {
            Locale::En => (
                ["step", "people (candidates)"],
                ["rule", "", "off", "true", "false", "unknown", "left", "people it costs"],
            ),
            Locale::Ja => (
                ["段階", "人数(候補)"],
                ["規則", "種類", "無効", "真", "偽", "不明", "残り", "この規則で失う人数"],
            ),
        };
        writeln!(out)?;
        let mut list = List::new(&steps);
        let [entered, asked, kept] = match locale {
            Locale::En => ["entered", "asked by the rules", "kept"],
            Locale::Ja => ["組入れ候補", "規則の対象", "該当"],
        };
        list.push(vec![entered.into(), self.said(self.lost.entered).into()]);
        for (reason, tally) in &self.lost.dropped {
            list.push(vec![reason_word(*reason, locale).into(), self.said(*tally).into()]);
        }
        list.push(vec![asked.into(), self.said(self.lost.asked).into()]);
        list.push(vec![kept.into(), self.said(self.lost.kept).into()]);
        list.print(ListFormat::Table, &mut out)?;
        writeln!(out)?;
        let mut list = List::new(&columns);
        for (name, kind, row) in self.rules() {
            let (more, _) = self.costs(row);
            let is_off = self.asked.question.off.contains(&row.place);
            list.push(vec![
                name.into(),
                rule_word(kind, locale).into(),
                if is_off { "x" } else { "" }.into(),
                self.said(row.holds).into(),
                self.said(row.fails).into(),
                self.said(row.unknown).into(),
                self.said(row.left).into(),
                more.show(locale, Counted::People).to_string().into(),
            ]);
        }
        list.print(ListFormat::Table, &mut out)?;
        self.told.rule().map_or(Ok(()), |rule| writeln!(out, "\n{rule}"))?;
        Ok(())
    }

    fn json(&self) -> anyhow::Result<()> {
        let mut value = self.asked.facts(self.told);
        value["entered"] = self.value(self.lost.entered);
        let dropped = self.lost.dropped.iter().map(|(reason, tally)| {
            let mut row = self.value(*tally);
            row["reason"] = reason_word(*reason, Locale::En).into();
            row
        });
        value["dropped"] = dropped.collect();
        value["asked"] = self.value(self.lost.asked);
        let rows = self.rules().map(|(name, kind, row)| {
            let (more, periods) = self.costs(row);
            json!({
                "rule": name,
                "kind": rule_word(kind, Locale::En),
                "off": self.asked.question.off.contains(&row.place),
                "true": self.value(row.holds),
                "false": self.value(row.fails),
                "unknown": self.value(row.unknown),
                "left": self.value(row.left),
                "costs": { "people": more, "periods_without": periods },
            })
        });
        value["rules"] = rows.collect();
        value["kept"] = self.value(self.lost.kept);
        value["engine"] = engine_word(self.by).into();
        value["rule"] = self.told.rule().into();
        let mut out = stdout().lock();
        serde_json::to_writer_pretty(&mut out, &value)?;
        writeln!(out)?;
        Ok(())
    }
}

/// What a rule does.
pub(super) fn rule_word(kind: RuleKind, locale: Locale) -> &'static str {
    match (kind, locale) {
        (RuleKind::Require, Locale::En) => "require",
        (RuleKind::Require, Locale::Ja) => "選択基準",
        (RuleKind::Exclude, Locale::En) => "exclude",
        (RuleKind::Exclude, Locale::Ja) => "除外基準",
    }
}

/// Why a candidate has no period.
pub(super) fn reason_word(reason: Dropped, locale: Locale) -> &'static str {
    let (en, ja) = match reason {
        Dropped::NotFirstInLife => ("not the first in life", "生涯で最初ではない"),
        Dropped::IndexUnknown => ("index not known to the day", "基準日が不明"),
        Dropped::Calendar => ("index outside the calendar", "対象期間外"),
        Dropped::Washout => ("another one in the washout", "ウォッシュアウト期間内"),
        Dropped::NotChosen => ("another one was chosen", "他の候補を選択"),
        Dropped::Rules => ("not kept by a rule", "規則により除外"),
        Dropped::EndsBeforeIndex => ("ends before its index", "基準日より前に終了"),
        Dropped::FollowUp => ("follow-up too short", "追跡期間不足"),
        Dropped::NotKept => ("another one was kept", "他の期間を採用"),
    };
    if locale == Locale::Ja { ja } else { en }
}
