//! Progress notes of outpatients and wards: subjective, objective, assessment, plan.

use super::super::chart::{DAY, Diagnosis, Hidden};
use super::super::codes::TestKind;
use super::class::Class;
use super::facts::{Facts, Lab};
use super::pen::Pen;
use super::span::Assertion;
use super::{Category, Meaning, dates, exam, hidden, names, talk, values};
use crate::dice::Dice;

/// Problems that one note lists at most.
const PROBLEMS_MAX: usize = 7;

/// Values that one note lists at most.
const LABS_MAX: usize = 16;

/// Chance of the parts that are written again word for word.
pub(super) struct Chance {
    /// Of the assessment: the note's.
    pub(super) assessment: Dice,
    /// Of the summary: the patient's and the author's.
    pub(super) summary: Dice,
}

/// Of authors, so many begin each note on a patient with the same summary.
const SUMMARISES: f64 = 0.35;

/// Writes a progress note, perhaps with the assessment of an earlier one.
pub(super) fn write(
    pen: &mut Pen<'_>,
    facts: &Facts,
    chance: Chance,
    carried: Option<Carried<'_>>,
) {
    let [subjective, objective, assessment, plan] = pen.style.soap;
    header(pen, facts);
    summary(pen, facts, chance.summary);
    pen.put(subjective);
    let here = pen.open();
    self::subjective(pen, facts);
    history(pen, facts);
    if pen.is_at(here) {
        pen.say("{著変なし|変わりなし|特になし|前回と同様}");
        pen.stop();
    }
    pen.line();
    pen.put(objective);
    self::objective(pen, facts);
    hidden::nyha(pen, facts);
    pen.line();
    pen.put(assessment);
    match carried {
        Some(carried) => carried.assess(pen),
        None => {
            let mine = std::mem::replace(&mut pen.dice, chance.assessment);
            assess(pen, facts);
            pen.dice = mine;
        }
    }
    pen.line();
    pen.put(plan);
    talk::explains(pen, facts);
    self::plan(pen, facts);
    pen.line();
}

/// An earlier note whose assessment is carried over word for word.
pub(super) struct Carried<'a> {
    /// What its author knew.
    pub(super) facts: &'a Facts,
    /// Its chance at the assessment.
    pub(super) dice: Dice,
    /// Its author's habits.
    pub(super) style: super::style::Style,
}

impl Carried<'_> {
    fn assess(self, pen: &mut Pen<'_>) {
        let mine = (pen.dice.clone(), pen.style);
        (pen.dice, pen.style, pen.copied) = (self.dice, self.style, true);
        assess(pen, self.facts);
        (pen.dice, pen.style) = mine;
        pen.copied = false;
    }
}

/// Day and place, where the author writes them.
fn header(pen: &mut Pen<'_>, facts: &Facts) {
    let Some(visit) = &facts.visit else { return };
    if facts.is_inpatient() {
        let day = facts.now.div_euclid(DAY) - visit.time.0.div_euclid(DAY) + 1;
        match pen.dice.below(4) {
            0 => pen.print(format_args!("第{day}病日")),
            1 => pen.print(format_args!("入院{day}日目")),
            2 => pen.print(format_args!("Day{day}")),
            _ => {}
        }
    } else if pen.dice.chance(0.35) {
        dates::day(pen, facts.now);
        pen.print(format_args!(" {}外来", visit.department.ja));
        pen.say("{　再診||}");
    }
    pen.line();
}

/// What is long known, in the words in which it stood in every note before.
fn summary(pen: &mut Pen<'_>, facts: &Facts, mut dice: Dice) {
    let old = |told: &&Diagnosis| {
        !told.suspected && told.onset.is_some_and(|onset| facts.now - onset > 180 * DAY)
    };
    if !dice.chance(SUMMARISES) || !facts.problems.iter().any(|told| old(&told)) {
        return;
    }
    let mine = std::mem::replace(&mut pen.dice, dice);
    pen.copied = !facts.is_first;
    pen.say("{【サマリー】|＜経過要約＞|【現病歴】}");
    for told in facts.problems.iter().filter(old).take(4) {
        if let Some(onset) = told.onset {
            dates::month(pen, onset);
            pen.say("{頃より|より|頃から}");
            let here = pen.open();
            names::put_disease(pen, told.disease);
            pen.close(here, names::condition(told.disease, Assertion::Present).on(onset), false);
            pen.say("{にて加療開始|を指摘され通院開始|と診断され治療中}");
            pen.stop();
        }
    }
    let operated =
        |done: &&super::facts::Done| !done.is_now && done.operation.code.starts_with('K');
    for done in facts.operations.iter().filter(operated).take(3) {
        dates::month(pen, done.minute);
        pen.put(" ");
        super::stage::operation(pen, done);
        pen.put("施行");
        pen.stop();
    }
    pen.line();
    (pen.dice, pen.copied) = (mine, false);
}

fn subjective(pen: &mut Pen<'_>, facts: &Facts) {
    talk::feels(pen, facts);
    hidden::symptoms(pen, facts);
    hidden::remarks(pen, facts);
}

/// What the note says of past, family and smoking; each on a line of its own.
pub(super) fn history(pen: &mut Pen<'_>, facts: &Facts) {
    let has = |wanted: fn(&Hidden) -> bool| facts.hidden.iter().any(wanted);
    if has(|it| matches!(it, Hidden::Past { .. })) {
        pen.line();
        pen.say("{既往歴：|既往：|既往 |PH：}");
        hidden::past(pen, facts);
    }
    if has(|it| matches!(it, Hidden::FamilyHas { .. })) {
        pen.line();
        pen.say("{家族歴：|家族歴 |FH：}");
        hidden::family(pen, facts);
    }
    if has(|it| matches!(it, Hidden::Smoking { .. } | Hidden::NeverSmoked)) {
        pen.line();
        pen.say("{生活歴：|嗜好：|SH：|}");
        hidden::smoking(pen, facts);
    }
    if has(|it| matches!(it, Hidden::Intolerant { .. })) {
        pen.line();
        pen.say("{アレルギー・副作用歴：|副作用歴：|薬剤：}");
        hidden::intolerances(pen, facts);
    }
}

fn objective(pen: &mut Pen<'_>, facts: &Facts) {
    vitals(pen, facts);
    exam::perhaps(pen, facts);
    labs(pen, facts);
    results(pen, facts);
}

/// Blood pressure and other vital signs on one line.
pub(super) fn vitals(pen: &mut Pen<'_>, facts: &Facts) {
    let between = if pen.dice.chance(0.5) { "、" } else { " " };
    let mut any = false;
    if let Some(now) = facts.pressure {
        values::pressure(pen, now, facts.now);
        any = true;
    }
    for vital in facts.labs.iter().filter(|lab| is_vital(facts, lab)) {
        if any {
            pen.put(between);
        }
        values::lab(pen, vital);
        any = true;
    }
    pen.line();
}

fn is_vital(facts: &Facts, lab: &Lab) -> bool {
    lab.test.kind == TestKind::Vital && lab.minute > facts.since
}

/// This visit's values: those outside their limits first to be named, in the order measured.
pub(super) fn labs(pen: &mut Pen<'_>, facts: &Facts) {
    let shown = |lab: &&Lab| matches!(lab.test.kind, TestKind::Laboratory(_));
    let count = facts.labs.iter().filter(shown).count();
    let between = if pen.dice.chance(0.5) { "、" } else { " " };
    let mut written = 0;
    for lab in facts.labs.iter().filter(shown) {
        let matters = count <= LABS_MAX
            || values::side_of_limits(lab, facts.is_woman).is_ne()
            || lab.before.is_some();
        let matters = matters && lab.minute > facts.since;
        if matters && written < LABS_MAX && values::amount(lab.test, lab.value).is_some() {
            if written > 0 {
                pen.put(between);
            }
            values::lab_with_before(pen, lab);
            written += 1;
        }
    }
    pen.line();
}

/// What this visit's examinations found.
pub(super) fn results(pen: &mut Pen<'_>, facts: &Facts) {
    for (report, minute) in facts.reports.iter().filter(|(_, minute)| *minute > facts.since) {
        let meaning = Meaning::new(Category::Procedure, Assertion::Present).on(*minute);
        pen.mean(super::reports::short_title(report.kind), meaning, false);
        match report.finding {
            Some(disease) => {
                pen.put("：");
                let here = pen.open();
                names::put_disease(pen, disease);
                let meaning = names::condition(disease, Assertion::Present);
                pen.close(here, meaning, false);
                pen.say("{の所見|を認める|あり|}");
            }
            None => pen.say("{：異常なし|：特記すべき異常なし|：n.p.|では明らかな異常なし}"),
        }
        pen.stop();
    }
    pen.line();
}

/// The problems with what is thought of each.
pub(super) fn assess(pen: &mut Pen<'_>, facts: &Facts) {
    let newest = facts.problems.len().saturating_sub(PROBLEMS_MAX);
    for (nth, told) in facts.problems.iter().skip(newest).enumerate() {
        pen.line();
        pen.put(pen.style.bullet);
        if pen.style.numbered {
            pen.print(nth + 1);
        }
        pen.put(" ");
        if told.suspected {
            names::suspected(pen, told);
        } else {
            problem(pen, facts, told);
        }
    }
    if facts.problems.is_empty() {
        pen.say("{経過良好|特に問題なし|経過観察}");
        pen.stop();
    }
    pen.line();
}

fn problem(pen: &mut Pen<'_>, facts: &Facts, told: &Diagnosis) {
    names::diagnosis(pen, told, Assertion::Present);
    if facts.is_first
        && facts.opens_visit
        && let Some(onset) = told.onset.filter(|onset| facts.now - onset > 60 * DAY)
    {
        pen.put("（");
        dates::ago(pen, onset, facts.now);
        pen.put("〜）");
    }
    for staged in facts.stages.iter().filter(|known| known.disease.icd10 == told.disease.icd10) {
        pen.put(" ");
        super::stage::write(pen, staged);
    }
    if !pen.style.terse && pen.dice.chance(0.85) {
        pen.say("{：| |　}");
        comment(pen, facts, Class::of(told.disease.icd10));
    }
}

/// What is thought of a problem, from this visit's values.
fn comment(pen: &mut Pen<'_>, facts: &Facts, class: Class) {
    match class {
        Class::Diabetes => match facts.number("3D046") {
            Some(8.0..) => pen.say("{コントロール不良|血糖コントロール不良、食事内容を再確認}"),
            Some(7.0..) => pen.say("{コントロールやや不十分|もう一息|概ね横ばい}"),
            Some(_) => pen.say("{コントロール良好|目標達成|良好}"),
            None => pen.say("{継続加療|食事・運動療法の継続を指導|現行治療継続}"),
        },
        Class::Hypertension => match facts.pressure {
            Some((140.., _)) => pen.say("{血圧高め|家庭血圧を確認する|降圧不十分}"),
            Some(_) => pen.say("{血圧コントロール良好|降圧良好|安定}"),
            None => pen.say("{家庭血圧は記録なし|安定|減塩を指導}"),
        },
        Class::Lipids => match facts.number("3F077") {
            Some(120.0..) => pen.say("{LDL高め|目標未達}"),
            Some(_) => pen.say("{LDL目標内|良好}"),
            None => pen.say("{内服継続|食事指導}"),
        },
        Class::Kidney => match facts.moved("8A065") {
            Some(..-3.0) => pen.say("{腎機能やや低下|eGFR低下傾向|腎機能低下に注意}"),
            Some(_) => pen.say("{腎機能横ばい|腎機能は維持}"),
            None => pen.say("{経過観察|減塩・水分摂取を指導}"),
        },
        Class::HeartFailure => match facts.moved("4Z271") {
            Some(100.0..) => pen.say("{BNP上昇、体液貯留に注意|やや増悪傾向}"),
            Some(_) => pen.say("{代償されている|BNP横ばい|安定}"),
            None => pen.say("{塩分制限を継続|安定|体重測定を継続}"),
        },
        Class::Pneumonia | Class::Infection => match facts.moved("5C070") {
            Some(..-0.5) => pen.say("{炎症反応改善|改善傾向|CRP低下傾向}"),
            Some(1.0..) => pen.say("{炎症反応上昇|改善に乏しい}"),
            _ => pen.say("{治療継続|経過観察}"),
        },
        Class::Cancer if facts.is_acute() => {
            pen.say("{治療継続|全身状態をみながら治療継続|経過観察}");
        }
        Class::Cancer => pen.say("{治療継続|経過観察|副作用の有無を確認|次回画像評価}"),
        _ if facts.is_acute() => {
            pen.say("{治療継続|厳重に経過観察|専門科と連携し治療継続|症状の再燃に注意}");
        }
        _ => pen.say("{著変なし|安定|現行治療継続|経過観察|落ち着いている}"),
    }
    pen.stop();
}

fn plan(pen: &mut Pen<'_>, facts: &Facts) {
    for done in facts.operations.iter().filter(|done| done.is_now) {
        if done.minute <= facts.since {
            continue;
        }
        super::stage::operation(pen, done);
        pen.say("{施行|を施行|施行した}");
        pen.stop();
    }
    let mut any = false;
    for course in facts.courses.iter().filter(|course| course.is_now) {
        pen.line();
        pen.say("{・||- }");
        values::change(pen, course);
        any = true;
    }
    if !any && !facts.courses.is_empty() {
        pen.say("{処方継続|do処方|内服継続|内服は変更なし}");
        pen.stop();
    }
    if facts.is_inpatient() {
        given(pen, facts);
        pen.say("{経過観察|現行治療継続|採血フォロー|リハビリ継続|食事量をみながら調整}");
    } else {
        pen.line();
        pen.say("{次回{1|2|3}か月後|{4|6|8|12}週後再診|再診予約|増悪時は早めに受診するよう指示|次回採血}");
    }
    pen.stop();
}

/// Drugs that run by the line.
pub(super) fn given(pen: &mut Pen<'_>, facts: &Facts) {
    for (dose, since) in facts.given.iter().rev().take(4) {
        pen.line();
        values::drug_name(pen, dose, Assertion::Present);
        let day = (facts.now.div_euclid(DAY) - since.div_euclid(DAY)) + 1;
        pen.print(format_args!(" day{day}"));
    }
    pen.line();
}
