//! Referral letters and emergency records.

use super::super::chart::{VisitEnd, VisitKind};
use super::super::codes::TestKind;
use super::facts::Facts;
use super::pen::Pen;
use super::span::Assertion;
use super::{dates, exam, names, sections, soap, stage, values};

/// Writes a referral letter: to the hospital where the visit begins, from it where it ends.
pub(super) fn referral(pen: &mut Pen<'_>, facts: &Facts) {
    if facts.is_letter_in {
        let department = facts.visit.as_ref().map_or("", |visit| visit.department.ja);
        pen.print(format_args!("{department}"));
        pen.say("　{担当医先生|外来担当先生}　{御侍史|御机下|侍史}\n（{みどり台クリニック|わかば医院|けやき通り内科|架空市民病院}より）\n");
    } else {
        pen.say(
            "{架空中央病院|みどり台クリニック|わかば医院|けやき通り内科|架空市民病院}　{佐藤|鈴木|高橋|田中|渡辺|伊藤|中村|小林}先生　{御侍史|御机下|侍史}\n",
        );
    }
    let [family, given] = facts.name;
    pen.print(format_args!("患者氏名：{family} {given} 様　生年月日："));
    dates::day(pen, facts.born);
    let sex = if facts.is_woman { "女性" } else { "男性" };
    pen.print(format_args!("（{}歳）　{sex}", facts.age_years));
    if !facts.is_letter_in {
        sections::diagnoses(pen, facts, "傷病名");
    }
    pen.heading("紹介目的");
    match facts.main() {
        Some(told) if told.suspected || facts.is_letter_in => {
            names::suspected(pen, told);
            pen.say("{の精査をお願いいたします|にてご高診をお願いします}");
        }
        Some(told) => {
            names::diagnosis(pen, told, Assertion::Present);
            pen.say("{の加療をお願いいたします|につき貴科的ご高診をお願い申し上げます|の継続加療をお願いします}");
        }
        None => pen.say("{ご高診のほどお願い申し上げます|精査をお願いいたします}"),
    }
    pen.stop();
    sections::background(pen, facts);
    if facts.is_letter_in {
        sections::told(pen, facts);
    } else {
        sections::story(pen, facts);
    }
    if !facts.labs.is_empty() || facts.pressure.is_some() {
        pen.heading("検査結果");
        pen.line();
        soap::vitals(pen, facts);
        soap::labs(pen, facts);
    }
    soap::results(pen, facts);
    if !facts.is_letter_in {
        treatment(pen, facts);
    }
    sections::prescriptions(pen, facts, "現在の処方");
    pen.say("{ご多忙のところ恐縮ですが、何卒よろしくお願い申し上げます。|ご高診のほど宜しくお願い致します。|今後ともよろしくお願いいたします。}");
    pen.line();
}

/// Writes the record of an emergency.
pub(super) fn emergency(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("来院");
    dates::day(pen, facts.now);
    let arrived = facts.visit.as_ref().map_or(facts.now, |visit| visit.time.0).rem_euclid(1_440);
    pen.print(format_args!(" {:02}:{:02} ", arrived / 60, arrived % 60));
    pen.say("{救急車|walk in|独歩|家族の車}");
    sections::complaint(pen, facts);
    sections::story(pen, facts);
    sections::background(pen, facts);
    pen.heading("バイタル");
    if !facts.labs.iter().any(|lab| lab.test.kind == TestKind::Vital) {
        pen.say("{意識清明|JCS {0|I-1}}{、|　}");
    }
    soap::vitals(pen, facts);
    pen.heading("身体所見");
    exam::write(pen, facts);
    if !facts.labs.is_empty() || !facts.reports.is_empty() {
        pen.heading("検査");
        pen.line();
        soap::labs(pen, facts);
        soap::results(pen, facts);
    }
    pen.heading("診断");
    pen.line();
    soap::assess(pen, facts);
    pen.heading("処置・方針");
    treated(pen, facts);
    prescribed(pen, facts);
    match facts.visit.as_ref().map(|visit| (visit.kind, visit.end)) {
        Some((_, VisitEnd::Death)) => pen.say("心肺蘇生に反応せず死亡確認"),
        Some((_, VisitEnd::Transfer)) => pen.say("{他院へ転送|転院搬送}"),
        Some((VisitKind::Inpatient { .. }, _)) => pen.say("{入院加療の方針|緊急入院}"),
        _ => pen.say("{処置後方針を家族に説明|症状軽快を確認|本人・家族へ説明}"),
    }
    pen.stop();
    pen.line();
}

fn treatment(pen: &mut Pen<'_>, facts: &Facts) {
    if facts.given.is_empty()
        && !facts.operations.iter().any(|done| done.is_now && done.is_treatment())
    {
        return;
    }
    pen.heading("治療経過");
    treated(pen, facts);
    pen.line();
}

fn treated(pen: &mut Pen<'_>, facts: &Facts) {
    for (dose, _) in facts.given.iter().take(3) {
        values::drug_name(pen, dose, Assertion::Present);
        pen.say("{投与|を投与}");
        pen.stop();
    }
    for done in facts.operations.iter().filter(|done| done.is_now && done.is_treatment()).take(2) {
        stage::operation(pen, done);
        pen.say("{施行|を施行}");
        pen.stop();
    }
}

fn prescribed(pen: &mut Pen<'_>, facts: &Facts) {
    for course in facts.courses.iter().filter(|course| course.is_now).take(4) {
        values::prescription(pen, &course.dose);
        pen.stop();
    }
}
