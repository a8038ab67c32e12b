//! Reports: radiology, physiology, endoscopy, pathology, the laboratory.

mod belly;
mod chest;
mod heart;
mod laboratory;
mod others;
mod pathology;

use super::super::chart::{Report, ReportKind};
use super::super::codes::{Disease, TestKind};
use super::class::Class;
use super::facts::Facts;
use super::pen::Pen;
use super::span::{Assertion, Category, Meaning};
use super::{dates, names, stage, values};

/// What is seen, and what is thought of it, in the pen's markup.
///
/// Slots: `$d` the disease found, `$q` the same as a suspicion, `$s` its side, `$o` the organ,
/// `$n` lymph nodes, `$h` distant metastases, `$t` the stage, `$p` an intervention.
type Sentences = (&'static str, &'static str);

/// The document's title and LOINC.
pub(super) fn title(kind: ReportKind) -> (&'static str, &'static str) {
    match kind {
        ReportKind::ChestXray => ("胸部X線検査報告書", "18748-4"),
        ReportKind::Ct => ("CT検査報告書", "18748-4"),
        ReportKind::Mri => ("MRI検査報告書", "18748-4"),
        ReportKind::Ultrasound => ("超音波検査報告書", "18748-4"),
        ReportKind::Echocardiography => ("心エコー検査報告書", "42148-7"),
        ReportKind::Electrocardiogram => ("心電図検査報告書", "11524-6"),
        ReportKind::Gastroscopy => ("上部消化管内視鏡検査報告書", "18751-8"),
        ReportKind::Colonoscopy => ("大腸内視鏡検査報告書", "18746-8"),
        ReportKind::Pathology => ("病理診断報告書", "11526-1"),
        ReportKind::CoronaryAngiography => ("冠動脈造影検査報告書", "18745-0"),
        ReportKind::Spirometry => ("呼吸機能検査報告書", "18759-1"),
        ReportKind::Laboratory => ("検体検査報告書", "11502-2"),
    }
}

/// What doctors call the examination.
pub(super) fn short_title(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::ChestXray => "胸部X線",
        ReportKind::Ct => "CT",
        ReportKind::Mri => "MRI",
        ReportKind::Ultrasound => "超音波検査",
        ReportKind::Echocardiography => "心エコー",
        ReportKind::Electrocardiogram => "心電図",
        ReportKind::Gastroscopy => "上部消化管内視鏡",
        ReportKind::Colonoscopy => "大腸内視鏡",
        ReportKind::Pathology => "病理",
        ReportKind::CoronaryAngiography => "CAG",
        ReportKind::Spirometry => "呼吸機能検査",
        ReportKind::Laboratory => "採血",
    }
}

/// Writes a report.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts, report: Report) {
    match report.kind {
        ReportKind::Laboratory => laboratory::write(pen, facts, report.finding),
        ReportKind::Pathology => pathology::write(pen, facts, report.finding),
        _ => picture(pen, facts, report),
    }
}

fn picture(pen: &mut Pen<'_>, facts: &Facts, report: Report) {
    let (seen, thought) = sentences(facts, report);
    pen.heading("検査");
    let meaning = Meaning::new(Category::Procedure, Assertion::Present).on(facts.now);
    pen.mean(short_title(report.kind), meaning, false);
    pen.put(" ");
    dates::day(pen, facts.now);
    let class = report.finding.map(|disease| Class::of(disease.icd10));
    let class = class.or(facts.is_obstetric().then_some(Class::Pregnancy));
    pen.put(" ");
    others::technique(pen, report.kind, class);
    reason(pen, facts);
    pen.heading("所見");
    pen.line();
    measures(pen, facts);
    fill(pen, facts, seen, report.finding);
    others::organs(pen, report.kind, class);
    pen.line();
    let heading = match report.kind {
        ReportKind::Electrocardiogram | ReportKind::Spirometry => "判定",
        ReportKind::Echocardiography | ReportKind::CoronaryAngiography => "結論",
        _ if pen.dice.chance(0.4) => "印象",
        _ => "診断",
    };
    pen.heading(heading);
    fill(pen, facts, thought, report.finding);
    pen.line();
    others::reader(pen, report.kind);
    pen.line();
}

fn sentences(facts: &Facts, report: Report) -> Sentences {
    let icd10 = report.finding.map_or("", |disease| disease.icd10);
    // A symptom is no finding of a picture.
    let seen = report.finding.filter(|disease| !disease.icd10.starts_with('R'));
    let class = seen.map(|disease| Class::of(disease.icd10));
    match report.kind {
        ReportKind::Mri if icd10.starts_with("I69") => chest::OLD_STROKE,
        ReportKind::Mri if class.is_none() && !facts.is_of_the_head() => chest::BODY,
        ReportKind::ChestXray => chest::xray(class),
        ReportKind::Mri => chest::mri(class),
        ReportKind::Echocardiography => heart::echo(class),
        ReportKind::Electrocardiogram => heart::ecg(class),
        ReportKind::CoronaryAngiography => heart::angiography(class),
        ReportKind::Gastroscopy => belly::gastroscopy(class, icd10),
        ReportKind::Colonoscopy => belly::colonoscopy(class, icd10),
        ReportKind::Ultrasound if class.is_none() && facts.is_obstetric() => belly::FETUS,
        ReportKind::Ultrasound => belly::ultrasound(class, icd10),
        ReportKind::Spirometry => belly::spirometry(class),
        ReportKind::Ct | ReportKind::Pathology | ReportKind::Laboratory => chest::ct(class),
    }
}

/// Why the examination was ordered.
fn reason(pen: &mut Pen<'_>, facts: &Facts) {
    let Some(told) = facts.reason().filter(|_| pen.dice.chance(0.7)) else { return };
    let title = if pen.dice.chance(0.5) { "依頼目的" } else { "臨床情報" };
    pen.heading(title);
    if told.suspected {
        names::suspected(pen, told);
    } else {
        names::diagnosis(pen, told, Assertion::Present);
        pen.say("{|にて加療中|の経過観察|の評価}");
    }
    pen.stop();
}

/// What was measured with the picture: ejection fraction, forced expiratory volume.
fn measures(pen: &mut Pen<'_>, facts: &Facts) {
    let mut any = false;
    for lab in facts.labs.iter().filter(|lab| lab.test.kind == TestKind::Physiology) {
        // Scores and walks belong to notes.
        if lab.minute == facts.now && lab.test.loinc != "64098-7" {
            if any {
                pen.put("、");
            }
            values::lab(pen, lab);
            any = true;
        }
    }
    if any {
        pen.stop();
        pen.line();
    }
}

fn fill(
    pen: &mut Pen<'_>,
    facts: &Facts,
    sentence: &'static str,
    finding: Option<&'static Disease>,
) {
    pen.fill(sentence, &mut |pen, slot| {
        let Some(disease) = finding else { return };
        match slot {
            'd' => named(pen, disease, Assertion::Present),
            'q' => named(pen, disease, Assertion::Possible),
            's' => pen.put(side(facts, disease)),
            'o' => pen.put(organ(disease.icd10)),
            'n' => nodes(pen, facts, disease),
            'h' => metastases(pen, facts, disease),
            't' => staged(pen, facts, disease),
            'p' => intervention(pen, facts),
            _ => {}
        }
    });
}

fn named(pen: &mut Pen<'_>, disease: &'static Disease, assertion: Assertion) {
    let here = pen.open();
    names::put_disease(pen, disease);
    pen.close(here, names::condition(disease, assertion), false);
}

/// The side the record gives, else one that stays the patient's.
fn side(facts: &Facts, disease: &Disease) -> &'static str {
    let told = facts.problems.iter().find(|told| told.disease.icd10 == disease.icd10);
    let modifiers = told.map_or(&[][..], |told| &told.modifiers[..]);
    match modifiers.iter().flatten().find(|word| ["右", "左", "両側"].contains(&word.ja)) {
        Some(word) => word.ja,
        None if facts.born.rem_euclid(2) == 0 => "右",
        None => "左",
    }
}

fn organ(icd10: &str) -> &'static str {
    match icd10.get(..3).unwrap_or_default() {
        "C34" => "肺に",
        "C16" => "胃壁に",
        "C18" => "結腸に",
        "C20" => "直腸に",
        "C22" | "C78" => "肝内に",
        "C25" => "膵に",
        "C50" => "乳房に",
        "C61" => "前立腺に",
        _ => "",
    }
}

fn nodes(pen: &mut Pen<'_>, facts: &Facts, disease: &Disease) {
    match facts.stage(disease).map(|staged| staged.tnm) {
        Some([_, n, _]) if n.starts_with('0') => {
            pen.say("有意な[F-リンパ節腫大:R599]{なし。|を認めない。}");
        }
        Some(_) => pen.say("{所属|近傍の}[F+リンパ節腫大:R599]{あり。|を認める。}"),
        None => {}
    }
}

fn metastases(pen: &mut Pen<'_>, facts: &Facts, disease: &Disease) {
    match facts.stage(disease).map(|staged| staged.tnm) {
        Some([_, _, m]) if m.starts_with('0') => {
            pen.say("{[F-遠隔転移:C799]なし。|[F-肝転移:C787]・[F-肺転移:C780]を認めない。|}");
        }
        Some(_) => pen.say("[F+遠隔転移:C799]{を認める。|を疑う多発病変あり。}"),
        None => {}
    }
}

fn staged(pen: &mut Pen<'_>, facts: &Facts, disease: &Disease) {
    if let Some(staged) = facts.stage(disease) {
        pen.say("{ |、|：| }");
        stage::write(pen, staged);
    }
}

fn intervention(pen: &mut Pen<'_>, facts: &Facts) {
    for done in facts.operations.iter().filter(|done| done.is_now) {
        if done.operation.code.starts_with("K54") || done.operation.code.starts_with("K550") {
            pen.say("{引き続き|同病変に対し}");
            stage::operation(pen, done);
            pen.say("{施行。残存狭窄0%。|を施行し良好な拡張を得た。}");
            return;
        }
    }
}
