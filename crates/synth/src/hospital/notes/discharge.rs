//! Discharge summaries.

use super::super::chart::{DAY, VisitEnd};
use super::super::codes::TestKind;
use super::facts::Facts;
use super::pen::Pen;
use super::span::Assertion;
use super::{dates, exam, names, sections, soap, stage, values};

/// Values whose course is told at most.
const MOVES_MAX: usize = 4;

/// Writes a discharge summary.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts) {
    stay(pen, facts);
    sections::diagnoses(pen, facts, "診断名");
    sections::complaint(pen, facts);
    sections::story(pen, facts);
    sections::background(pen, facts);
    if !pen.style.terse {
        pen.heading("入院時現症");
        exam::write(pen, facts);
    }
    course(pen, facts);
    if facts.end() != Some(VisitEnd::Death) {
        sections::prescriptions(pen, facts, "退院時処方");
    }
    outcome(pen, facts);
}

fn stay(pen: &mut Pen<'_>, facts: &Facts) {
    let Some(visit) = &facts.visit else { return };
    pen.heading("入院期間");
    let (from, until) = visit.time;
    dates::day(pen, from);
    pen.say("{〜|～| - }");
    dates::day(pen, until);
    let days = until.div_euclid(DAY) - from.div_euclid(DAY) + 1;
    pen.print(format_args!("（{days}日間）"));
    pen.line();
}

/// What happened in the ward: examinations, operations, drugs, values.
fn course(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("入院後経過");
    pen.line();
    if let Some(told) = facts.main() {
        pen.say("{入院後、|入院の上、|}");
        if told.suspected {
            names::suspected(pen, told);
        } else {
            names::diagnosis(pen, told, Assertion::Present);
        }
        pen.say("{に対し{加療|精査加療|治療}を{開始した|行った}|の診断で{治療|加療}を開始}");
        pen.stop();
    }
    soap::results(pen, facts);
    let admitted = facts.visit.as_ref().map_or(facts.now, |visit| visit.time.0);
    for done in facts.operations.iter().filter(|done| done.is_now && done.is_treatment()).take(4) {
        let day = done.minute.div_euclid(DAY) - admitted.div_euclid(DAY) + 1;
        pen.print(format_args!("第{day}病日に"));
        stage::operation(pen, done);
        pen.say("{を施行|施行}{した|し、経過良好|}");
        pen.stop();
    }
    for (dose, since) in facts.given.iter().take(4) {
        let day = since.div_euclid(DAY) - admitted.div_euclid(DAY) + 1;
        pen.print(format_args!("第{day}病日より"));
        values::drug_name(pen, dose, Assertion::Present);
        pen.say("{を投与|投与|を開始}");
        pen.stop();
    }
    moves(pen, facts);
    match facts.end() {
        Some(VisitEnd::Death) => {
            pen.say("{治療に反応せず|全身状態が徐々に悪化し}、永眠された");
        }
        Some(VisitEnd::Transfer) => pen.say("{リハビリ継続目的に|療養継続目的に}転院となった"),
        _ => pen.say("{全身状態改善し|経過良好にて|症状軽快し|状態安定し}{退院となった|、退院とした|軽快退院}"),
    }
    pen.stop();
    pen.line();
}

fn moves(pen: &mut Pen<'_>, facts: &Facts) {
    let moved = facts.labs.iter().filter_map(|lab| {
        let is_lab = matches!(lab.test.kind, TestKind::Laboratory(_));
        Some((lab, lab.first.filter(|_| is_lab)?))
    });
    let mut any = false;
    for (lab, first) in moved.take(MOVES_MAX) {
        pen.put(if any { "、" } else { "検査値は" });
        values::lab_moved(pen, lab, first);
        any = true;
    }
    if any {
        pen.say("{と推移した|と推移|}");
        pen.stop();
    }
}

fn outcome(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("転帰");
    match facts.end() {
        Some(VisitEnd::Death) => pen.say("死亡{退院|}"),
        Some(VisitEnd::Transfer) => pen.say("転院"),
        _ => pen.say("{軽快|軽快退院|自宅退院}"),
    }
    if facts.end() == Some(VisitEnd::Home) {
        pen.heading("退院後方針");
        pen.say(
            "{当科外来で経過観察|{1|2|3|4}週後に当科外来再診|近医で加療継続、当科は{3|6}か月後}",
        );
        pen.stop();
    }
    pen.line();
}
