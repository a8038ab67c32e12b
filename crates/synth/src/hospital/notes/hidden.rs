//! Writes what is said in a note and nowhere else.

use super::super::chart::{Hidden, Minute, YEAR};
use super::super::codes::Disease;
use super::dates;
use super::facts::Facts;
use super::names;
use super::pen::Pen;
use super::span::{Amount, Assertion, Category, Meaning, System};
use super::style::Denial;

/// Symptoms and signs with their ICD-10 code.
const SYMPTOMS: [(&str, &str); 57] = [
    ("発熱", "R509"),
    ("咳嗽", "R05"),
    ("喀痰", "R093"),
    ("血痰", "R042"),
    ("呼吸困難", "R060"),
    ("労作時息切れ", "R060"),
    ("労作時呼吸困難", "R060"),
    ("起座呼吸", "R060"),
    ("喘鳴", "R062"),
    ("胸痛", "R074"),
    ("胸部圧迫感", "R074"),
    ("動悸", "R002"),
    ("下腿浮腫", "R600"),
    ("浮腫", "R609"),
    ("体重増加", "R635"),
    ("体重減少", "R634"),
    ("食欲不振", "R630"),
    ("食欲低下", "R630"),
    ("嘔気", "R11"),
    ("嘔吐", "R11"),
    ("腹痛", "R104"),
    ("心窩部痛", "R101"),
    ("下痢", "R194"),
    ("便秘", "K590"),
    ("黒色便", "K921"),
    ("血便", "K921"),
    ("黄疸", "R17"),
    ("腹部膨満感", "R14"),
    ("頭痛", "R51"),
    ("めまい", "R42"),
    ("しびれ", "R202"),
    ("手足のしびれ", "R202"),
    ("構音障害", "R471"),
    ("麻痺", "G819"),
    ("意識障害", "R402"),
    ("口渇", "R631"),
    ("多尿", "R35"),
    ("低血糖症状", "E162"),
    ("全身倦怠感", "R53"),
    ("倦怠感", "R53"),
    ("不眠", "G470"),
    ("関節痛", "M2559"),
    ("朝のこわばり", "M2569"),
    ("皮疹", "R21"),
    ("排尿時痛", "R309"),
    ("血尿", "R31"),
    ("背部痛", "M549"),
    ("悪寒", "R688"),
    ("腹部緊満感", "O479"),
    ("性器出血", "N939"),
    ("破水感", "O429"),
    ("疼痛", "R529"),
    ("腫脹", "R229"),
    ("筋肉痛", "M7919"),
    ("乾性咳嗽", "R05"),
    ("蕁麻疹", "L509"),
    ("アナフィラキシー", "T782"),
];

pub(super) fn symptom(word: &'static str, assertion: Assertion) -> Meaning {
    let code = SYMPTOMS.iter().find(|(known, _)| *known == word).map_or("", |(_, code)| code);
    Meaning::new(Category::Finding, assertion).coded(System::Icd10, code)
}

/// The symptoms that are there, then those that are not: 「動悸あり。発熱・咳嗽なし。」
pub(super) fn symptoms(pen: &mut Pen<'_>, facts: &Facts) {
    present(pen, facts);
    absent(pen, facts);
}

/// The symptoms that are there.
pub(super) fn present(pen: &mut Pen<'_>, facts: &Facts) {
    if list(pen, facts, true) {
        pen.say("{あり|あり|を認める|を自覚|が続いている|の訴えあり}");
        pen.stop();
    }
}

/// The symptoms that are there, and no more than their names.
pub(super) fn symptom_list(pen: &mut Pen<'_>, facts: &Facts) {
    list(pen, facts, true);
}

/// The symptoms that are denied.
pub(super) fn absent(pen: &mut Pen<'_>, facts: &Facts) {
    if words(facts, false).next().is_none() {
        return;
    }
    match pen.style.denial {
        Denial::Minus => each_denied(pen, facts, "(-)"),
        Denial::WideMinus => each_denied(pen, facts, "（－）"),
        Denial::None => {
            list(pen, facts, false);
            pen.say("{なし|なし|はない|は訴えず|（いずれも）なし}");
        }
        Denial::NotSeen => {
            list(pen, facts, false);
            pen.say("{は認めず|を認めない|は認めない|は否定}");
        }
    }
    pen.stop();
}

fn words(facts: &Facts, wanted: bool) -> impl Iterator<Item = &'static str> {
    facts.hidden.iter().filter_map(move |hidden| match hidden {
        Hidden::Symptom { ja, present } if *present == wanted => Some(*ja),
        _ => None,
    })
}

fn list(pen: &mut Pen<'_>, facts: &Facts, wanted: bool) -> bool {
    let assertion = if wanted { Assertion::Present } else { Assertion::Absent };
    let between = if pen.dice.chance(0.6) { "・" } else { "、" };
    let mut any = false;
    for word in words(facts, wanted) {
        if any {
            pen.put(between);
        }
        pen.mean(word, symptom(word, assertion), true);
        any = true;
    }
    any
}

fn each_denied(pen: &mut Pen<'_>, facts: &Facts, mark: &str) {
    for (nth, word) in words(facts, false).enumerate() {
        if nth > 0 {
            pen.say("{、| |、}");
        }
        pen.mean(word, symptom(word, Assertion::Absent), true);
        pen.put(mark);
    }
}

/// NYHA class, where the note has one.
pub(super) fn nyha(pen: &mut Pen<'_>, facts: &Facts) {
    for hidden in &facts.hidden {
        if let Hidden::Nyha(class) = hidden {
            let here = pen.open();
            pen.say("{NYHA|NYHA |NYHA class |NYHA分類 }");
            let roman = match class {
                1 => ["I", "Ⅰ"],
                2 => ["II", "Ⅱ"],
                3 => ["III", "Ⅲ"],
                _ => ["IV", "Ⅳ"],
            };
            let [narrow, wide] = roman;
            let roman = if pen.dice.chance(0.3) { wide } else { narrow };
            pen.put(roman);
            pen.say("{|度|}");
            let meaning = Meaning::new(Category::Stage, Assertion::Present);
            pen.close(here, meaning.of(Amount::Class(*class)), true);
            pen.stop();
        }
    }
}

/// Drugs not taken, and what else there is to say.
pub(super) fn remarks(pen: &mut Pen<'_>, facts: &Facts) {
    for hidden in &facts.hidden {
        match hidden {
            Hidden::NotTaken(drug) => {
                let (name, _) = names::short_drug(drug);
                pen.mean(name, names::drug(drug, Assertion::Absent), true);
                pen.say(
                    "{は飲めていない|は飲み忘れが多く残薬あり|は自己中断していた|は内服できていない（残薬多数）}",
                );
                pen.stop();
            }
            Hidden::Remark(words) => {
                // A name and no sentence: that of a regimen.
                if !words.chars().any(|letter| ('ぁ'..='ん').contains(&letter)) {
                    pen.say("{レジメン：|化学療法：|治療レジメン }");
                }
                let meaning = Meaning::new(Category::Lifestyle, Assertion::Present);
                pen.mean(words.trim_end_matches('。'), meaning, true);
                pen.stop();
            }
            _ => {}
        }
    }
}

/// Smoking, where the note says something of it.
pub(super) fn smoking(pen: &mut Pen<'_>, facts: &Facts) {
    for hidden in &facts.hidden {
        match hidden {
            Hidden::NeverSmoked => {
                let meaning = Meaning::new(Category::Lifestyle, Assertion::Absent);
                let (words, cue) = match pen.dice.below(4) {
                    0 => ("喫煙歴", "なし"),
                    1 => ("喫煙", "：なし"),
                    2 => ("タバコ", "は吸わない"),
                    _ => ("smoking", "(-)"),
                };
                pen.mean(words, meaning, true);
                pen.put(cue);
                pen.stop();
            }
            Hidden::Smoking { tenths, years, stopped } => {
                smoked(pen, tenths.saturating_mul(2), *years, *stopped);
            }
            _ => {}
        }
    }
}

fn smoked(pen: &mut Pen<'_>, cigarettes: i16, years: i16, stopped: bool) {
    let assertion = if stopped { Assertion::Past } else { Assertion::Present };
    let meaning = Meaning::new(Category::Lifestyle, assertion);
    let here = pen.open();
    match pen.dice.below(4) {
        0 => pen.print(format_args!("喫煙：{cigarettes}本/日×{years}年")),
        1 => pen.print(format_args!("タバコ{cigarettes}本/日を{years}年間")),
        2 => pen.print(format_args!("喫煙歴 {cigarettes}本×{years}年")),
        _ => {
            let index = i32::from(cigarettes) * i32::from(years);
            pen.print(format_args!("喫煙 {cigarettes}本/日×{years}年(B.I. {index})"));
        }
    }
    pen.close(here, meaning.of(Amount::Smoking(cigarettes, years)), true);
    pen.say(if stopped {
        "{、現在は禁煙|（禁煙済）|、ex-smoker}"
    } else {
        "{、現喫煙|（継続中）|}"
    });
    pen.stop();
}

/// Diseases of the family, where the note says something of them.
pub(super) fn family(pen: &mut Pen<'_>, facts: &Facts) -> bool {
    let mut any = false;
    for hidden in &facts.hidden {
        if let Hidden::FamilyHas { who, disease } = hidden {
            if any {
                pen.put("、");
            }
            relative(pen, who, disease, true);
            any = true;
        }
    }
    if any {
        pen.stop();
    }
    any
}

/// Writes that a relative has a disease: 父が胃癌.
pub(super) fn relative(pen: &mut Pen<'_>, who: &str, disease: &'static Disease, only: bool) {
    pen.put(who);
    pen.say("{が|：|に|:}");
    let meaning = Meaning {
        category: Category::FamilyHistory,
        ..names::condition(disease, Assertion::Family)
    };
    pen.mean(disease.ja, meaning, only);
}

/// Diseases of the past, where the note says something of them.
pub(super) fn past(pen: &mut Pen<'_>, facts: &Facts) -> bool {
    let mut any = false;
    for hidden in &facts.hidden {
        if let Hidden::Past { disease, age_years } = hidden {
            if any {
                pen.put("、");
            }
            let when = facts.born + Minute::from(*age_years) * YEAR;
            let meaning = names::condition(disease, Assertion::Past).on(when);
            match pen.dice.below(4) {
                0 => {
                    pen.print(format_args!("{age_years}歳時に"));
                    pen.mean(disease.ja, meaning, true);
                    pen.say("{|（他院で治療）|}");
                }
                1 => {
                    pen.mean(disease.ja, meaning, true);
                    pen.print(format_args!("（{age_years}歳）"));
                }
                2 => {
                    dates::year(pen, when);
                    pen.put("頃 ");
                    pen.mean(disease.ja, meaning, true);
                }
                _ => {
                    pen.print(format_args!("{age_years}歳 "));
                    pen.mean(disease.ja, meaning, true);
                    pen.put("の既往あり");
                }
            }
            any = true;
        }
    }
    if any {
        pen.stop();
    }
    any
}

/// Drugs not borne, where the note says something of them.
pub(super) fn intolerances(pen: &mut Pen<'_>, facts: &Facts) -> bool {
    let mut any = false;
    for hidden in &facts.hidden {
        if let Hidden::Intolerant { drug, reaction } = hidden {
            let (name, _) = names::short_drug(drug);
            let meaning = Meaning::new(Category::Allergy, Assertion::Present);
            pen.say("{以前|過去に|}");
            pen.mean(name, meaning.coded(System::Hot9, drug.hot9), true);
            pen.say("{で|により|内服で}");
            pen.mean(reaction, symptom(reaction, Assertion::Past), true);
            pen.say("{あり中止|が出現し中止した経緯あり|あり|のため不耐}");
            pen.stop();
            any = true;
        }
    }
    any
}
