//! Sections that summaries, letters and emergency records share.

use super::super::chart::{DAY, Diagnosis, Hidden};
use super::facts::Facts;
use super::pen::Pen;
use super::span::{Assertion, Category, Meaning, System};
use super::{dates, hidden, names, stage, values};

/// Diagnoses of the visit: the main one, then those it is treated with.
pub(super) fn diagnoses(pen: &mut Pen<'_>, facts: &Facts, title: &str) {
    pen.heading(title);
    let main = facts.main();
    if let Some(told) = main {
        one(pen, facts, told);
    }
    let others = facts.problems.iter().rev().filter(|told| main.is_none_or(|main| *told != main));
    for told in others.take(5) {
        pen.say("{、|、|\n}");
        one(pen, facts, told);
    }
    pen.line();
}

fn one(pen: &mut Pen<'_>, facts: &Facts, told: &Diagnosis) {
    if told.suspected {
        names::suspected(pen, told);
        return;
    }
    names::diagnosis(pen, told, Assertion::Present);
    if let Some(staged) = facts.stage(told.disease) {
        pen.put(" ");
        stage::write(pen, staged);
    }
}

/// The chief complaint: the symptoms that are there, else what is to be treated.
pub(super) fn complaint(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("主訴");
    if facts.complains() {
        hidden::symptom_list(pen, facts);
    } else if let Some(told) = facts.main() {
        names::put_disease(pen, told.disease);
        pen.say("{の精査加療|の治療目的|加療目的}");
    } else {
        pen.put("精査目的");
    }
    pen.line();
}

/// How it came to this: age, since when, how it began.
pub(super) fn story(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("現病歴");
    let who = if facts.is_woman { "女性" } else { "男性" };
    pen.print(format_args!("{}歳{who}。", facts.age_years));
    if let Some(told) = facts.main().filter(|told| !told.suspected) {
        if let Some(onset) = told.onset.filter(|onset| facts.now - onset > 60 * DAY) {
            dates::ago(pen, onset, facts.now);
            pen.say("{より|から}");
            let meaning = names::condition(told.disease, Assertion::Present).on(onset);
            let here = pen.open();
            names::put_disease(pen, told.disease);
            pen.close(here, meaning, false);
            pen.say("{にて加療中であった|を指摘され通院中|に対し治療を継続していた}");
        } else {
            names::diagnosis(pen, told, Assertion::Present);
            pen.say("{と診断された|の診断となった}");
        }
        pen.stop();
    }
    complaints(pen, facts);
    pen.line();
}

/// Only what the patient feels: all that the author of a letter knows.
pub(super) fn told(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("経過");
    let who = if facts.is_woman { "女性" } else { "男性" };
    pen.print(format_args!("{}歳{who}。", facts.age_years));
    complaints(pen, facts);
    pen.line();
}

fn complaints(pen: &mut Pen<'_>, facts: &Facts) {
    if facts.complains() {
        let came = facts.visit.as_ref().map_or(facts.now, |visit| visit.time.0);
        let begun = facts.main().and_then(|told| told.onset).map(|onset| (onset, came - onset));
        match begun {
            Some((onset, before)) if (DAY..60 * DAY).contains(&before) => {
                dates::ago(pen, onset, came);
                pen.put("より");
            }
            _ => pen.say("{数日前より|今回、|}"),
        }
        hidden::present(pen, facts);
    }
    hidden::absent(pen, facts);
    hidden::remarks(pen, facts);
    hidden::nyha(pen, facts);
}

/// Past, family, life and allergies: what the record holds and what only the text says.
pub(super) fn background(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("既往歴");
    let told = hidden::past(pen, facts);
    let main = facts.main();
    let old = facts.problems.iter().filter(|told| {
        main.is_none_or(|main| *told != main) && !told.suspected && told.closed.is_none()
    });
    let mut any = false;
    for told in old.take(6) {
        if any {
            pen.put("、");
        }
        names::diagnosis(pen, told, Assertion::Past);
        if let Some(onset) = told.onset.filter(|_| pen.dice.chance(0.4)) {
            pen.put("(");
            dates::year(pen, onset);
            pen.put("〜)");
        }
        any = true;
    }
    if !any && !told {
        pen.say("{特記事項なし|特になし|なし}");
    }
    pen.heading("家族歴");
    if !family(pen, facts) {
        pen.say("{特記事項なし|聴取せず|特になし}");
    }
    if facts.hidden.iter().any(|it| matches!(it, Hidden::Smoking { .. } | Hidden::NeverSmoked)) {
        pen.heading("生活歴");
        hidden::smoking(pen, facts);
    }
    allergies(pen, facts);
    pen.line();
}

fn family(pen: &mut Pen<'_>, facts: &Facts) -> bool {
    let told = hidden::family(pen, facts);
    for (nth, (who, disease)) in facts.family.iter().enumerate() {
        if nth > 0 {
            pen.put("、");
        }
        hidden::relative(pen, relative(who), disease, false);
    }
    told || !facts.family.is_empty()
}

fn relative(role: &str) -> &'static str {
    match role {
        "MTH" => "母",
        "FTH" => "父",
        "SIS" => "姉妹",
        "BRO" => "兄弟",
        "SON" => "息子",
        "DAU" => "娘",
        "GRMTH" => "祖母",
        "GRFTH" => "祖父",
        _ => "血縁者",
    }
}

/// Allergies of the record, and drugs not borne that only the text tells.
pub(super) fn allergies(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("アレルギー");
    let meaning = |assertion| Meaning::new(Category::Allergy, assertion);
    for (to, reaction) in &facts.allergies {
        pen.mean(to.ja, meaning(Assertion::Present).coded(System::Allergen, to.code), false);
        pen.put("（");
        pen.mean(reaction, hidden::symptom(reaction, Assertion::Past), false);
        pen.put("）");
    }
    let told = hidden::intolerances(pen, facts);
    if facts.allergies.is_empty() && !told {
        pen.mean("薬剤・食物", meaning(Assertion::Absent), true);
        pen.say("{：なし|ともになし|いずれもなし}");
    }
}

/// Drugs at the end, each on a line.
pub(super) fn prescriptions(pen: &mut Pen<'_>, facts: &Facts, title: &str) {
    let now = facts.courses.iter().any(|course| course.is_now);
    let shown = || facts.courses.iter().filter(|course| course.is_now || !now).take(10);
    if shown().next().is_none() {
        return;
    }
    pen.heading(title);
    for (nth, course) in shown().enumerate() {
        pen.line();
        if pen.style.numbered {
            pen.print(format_args!("{}) ", nth + 1));
        }
        values::prescription(pen, &course.dose);
    }
    pen.line();
}
