//! What the patient feels and denies at a visit, by what the visit is about.

use super::super::super::chart::{Chart, Hidden, Minute, VisitId, VisitKind, What, YEAR};
use super::super::super::codes::Drug;
use super::super::super::person::Person;
use super::super::class::Class;
use super::Survey;
use crate::dice::Dice;

/// Of outpatients' notes, so many have a complaint.
const COMPLAINT: f64 = 0.25;

/// Of notes, so many deny something.
const DENIAL: f64 = 0.6;

/// Of outpatients' notes, so many say that a drug was not taken.
const NOT_TAKEN: f64 = 0.05;

/// Of notes, so many say something of how the patient lives.
const REMARK: f64 = 0.06;

/// Of notes on heart failure, so many give the class.
const NYHA: f64 = 0.6;

/// Tells in the notes of a visit what the patient feels.
pub(super) fn tell(
    person: &Person,
    dice: &mut Dice,
    chart: &mut Chart,
    (id, visit): (VisitId, &Survey),
) {
    let class = visit.class.unwrap_or(Class::Other);
    let is_acute = visit.kind != VisitKind::Outpatient;
    let notes = visit.notes.iter().filter(|minute| visit.summary != Some(**minute));
    for (nth, minute) in notes.enumerate() {
        let complains = match (is_acute, nth) {
            (true, 0) => 0.9,
            // In a ward it goes better from day to day.
            (true, nth) => 0.35 / (1.0 + 0.4 * f64::from(u32::try_from(nth).unwrap_or(9))),
            (false, _) => COMPLAINT,
        };
        let mut say = |hidden| chart.happened(id, *minute, What::OnlyInText(hidden));
        let (present, denied) = (dice.chance(complains), dice.chance(DENIAL));
        let [first, second, third] = three(dice, symptoms(class), is_acute);
        if present {
            say(Hidden::Symptom { ja: first, present: true });
        }
        if denied {
            say(Hidden::Symptom { ja: second, present: false });
            if dice.chance(0.5) {
                say(Hidden::Symptom { ja: third, present: false });
            }
        }
        if nth == 0 && class == Class::HeartFailure && dice.chance(NYHA) {
            let class = if is_acute { 3 + dice.below(2) } else { 1 + dice.below(2) };
            say(Hidden::Nyha(u8::try_from(class).unwrap_or(2)));
        }
        remark(person, dice, chart, (id, *minute, is_acute));
    }
}

fn remark(
    person: &Person,
    dice: &mut Dice,
    chart: &mut Chart,
    (id, minute, is_acute): (VisitId, Minute, bool),
) {
    let age_years = (minute - person.born) / YEAR;
    if dice.chance(REMARK) {
        let of = if age_years >= 70 {
            OLD
        } else if age_years >= 20 {
            YOUNG
        } else {
            CHILD
        };
        if let Some(words) = dice.one_of(of) {
            chart.happened(id, minute, What::OnlyInText(Hidden::Remark(words)));
        }
    }
    if !is_acute
        && dice.chance(NOT_TAKEN)
        && let Some(drug) = taken(dice, chart, minute)
    {
        chart.happened(id, minute, What::OnlyInText(Hidden::NotTaken(drug)));
    }
}

/// One of the drugs prescribed in the half year before.
fn taken(dice: &mut Dice, chart: &Chart, minute: Minute) -> Option<&'static Drug> {
    let recent = |event: &&super::super::super::chart::Event| {
        event.minute < minute && minute - event.minute < YEAR / 2
    };
    let mut drugs = chart.events().iter().filter(recent).filter_map(|event| match &event.what {
        What::Prescribed(dose) => Some(dose.drug),
        _ => None,
    });
    let count = drugs.clone().count();
    drugs.nth(dice.below(u32::try_from(count).ok()?) as usize)
}

/// Three different ones; what is acute is felt where it is.
fn three(dice: &mut Dice, of: &'static [&'static str], is_acute: bool) -> [&'static str; 3] {
    let count = u32::try_from(of.len()).unwrap_or(3);
    let first = dice.below(if is_acute { 3 } else { count });
    let at = |nth: u32| of.get((nth % count) as usize).copied().unwrap_or("倦怠感");
    let step = 1 + dice.below((count - 1) / 2);
    [at(first), at(first + step), at(first + 2 * step)]
}

const OLD: &[&str] = &[
    "独居で配食サービスを利用",
    "要介護2でデイサービスに週2回通所",
    "先月自宅で転倒した",
    "長女と同居し服薬管理を受けている",
    "老健入所を検討している",
    "杖をついて歩行している",
];

const YOUNG: &[&str] = &[
    "夜勤が多く食事が不規則",
    "単身赴任中で外食が多い",
    "仕事が忙しく運動できていない",
    "最近転職した",
    "毎日30分の散歩を続けている",
    "晩酌はビール500mL程度",
];

const CHILD: &[&str] =
    &["保育園に通園中", "母親が付き添い", "学校は休まず通えている", "兄が同症状"];

/// Symptoms of a group of diseases, the most typical three first; seven or more.
fn symptoms(class: Class) -> &'static [&'static str] {
    match class {
        Class::Diabetes => {
            &["口渇", "多尿", "低血糖症状", "体重減少", "手足のしびれ", "全身倦怠感", "下腿浮腫"]
        }
        Class::Hypertension | Class::Lipids => {
            &["頭痛", "めまい", "動悸", "胸痛", "下腿浮腫", "労作時息切れ", "倦怠感"]
        }
        Class::Kidney => {
            &["下腿浮腫", "倦怠感", "食欲不振", "嘔気", "体重増加", "労作時息切れ", "血尿"]
        }
        Class::HeartFailure | Class::PulmonaryVessels => {
            &["労作時息切れ", "下腿浮腫", "起座呼吸", "体重増加", "動悸", "咳嗽", "胸痛"]
        }
        Class::Coronary => {
            &["胸痛", "労作時息切れ", "動悸", "胸部圧迫感", "嘔気", "めまい", "倦怠感"]
        }
        Class::Rhythm => {
            &["動悸", "めまい", "労作時息切れ", "胸痛", "倦怠感", "黒色便", "下腿浮腫"]
        }
        Class::Stroke | Class::Nerves => {
            &["麻痺", "構音障害", "しびれ", "頭痛", "めまい", "嘔気", "意識障害"]
        }
        Class::Airways | Class::Pneumonia => {
            &["咳嗽", "喀痰", "発熱", "労作時呼吸困難", "喘鳴", "胸痛", "血痰"]
        }
        Class::Infection => &["発熱", "悪寒", "食欲不振", "嘔気", "下痢", "咳嗽", "排尿時痛"],
        Class::Joints => &["関節痛", "朝のこわばり", "発熱", "倦怠感", "皮疹", "咳嗽", "不眠"],
        Class::Cancer => {
            &["食欲不振", "体重減少", "倦怠感", "嘔気", "腹痛", "発熱", "しびれ", "血便", "背部痛"]
        }
        Class::Digestive => {
            &["腹痛", "嘔気", "黒色便", "下痢", "便秘", "食欲不振", "心窩部痛", "発熱", "黄疸"]
        }
        Class::Pregnancy => &["腹部緊満感", "性器出血", "嘔気", "頭痛", "浮腫", "破水感", "倦怠感"],
        Class::Injury => &["疼痛", "腫脹", "しびれ", "発熱", "めまい", "頭痛", "嘔気"],
        Class::Other => {
            &["発熱", "咳嗽", "腹痛", "倦怠感", "頭痛", "食欲不振", "めまい", "胸痛", "不眠"]
        }
    }
}
