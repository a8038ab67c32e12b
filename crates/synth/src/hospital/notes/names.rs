//! Names of diseases, tests and drugs as doctors write them.

use super::super::chart::Diagnosis;
use super::super::codes::{Disease, Drug, Test};
use super::pen::Pen;
use super::span::{Amount, Assertion, Category, Meaning, System};

/// Other words for a disease, by the beginning of its ICD-10 code; the longest beginning first.
const DISEASES: [(&str, &[&str]); 34] = [
    ("E10", &["1型DM", "T1DM", "1型糖尿病"]),
    ("E112", &["DM腎症", "糖尿病性腎症", "DKD"]),
    ("E113", &["DM網膜症", "糖尿病網膜症", "DR"]),
    ("E11", &["DM", "2型DM", "T2DM", "2型糖尿病"]),
    ("I10", &["HT", "高血圧", "高血圧症", "HTN"]),
    ("E780", &["高LDL血症", "高コレステロール血症", "HL"]),
    ("E78", &["脂質異常症", "DL", "HL"]),
    ("E790", &["高尿酸血症", "HUA"]),
    ("I50", &["心不全", "HF", "CHF"]),
    ("I48", &["心房細動", "AF", "Af"]),
    ("I21", &["AMI", "急性心筋梗塞", "心筋梗塞"]),
    ("I252", &["OMI", "陳旧性心筋梗塞"]),
    ("I20", &["AP", "狭心症"]),
    ("I25", &["IHD", "虚血性心疾患"]),
    ("I63", &["脳梗塞", "CI"]),
    ("I61", &["脳出血", "ICH"]),
    ("I27", &["PH", "肺高血圧", "PAH"]),
    ("N18", &["CKD", "慢性腎臓病"]),
    ("J44", &["COPD", "慢性閉塞性肺疾患"]),
    ("J45", &["BA", "気管支喘息", "喘息"]),
    ("J18", &["肺炎"]),
    ("M05", &["RA", "関節リウマチ"]),
    ("M06", &["RA", "関節リウマチ"]),
    ("C16", &["胃癌", "GC"]),
    ("C18", &["大腸癌", "結腸癌"]),
    ("C20", &["直腸癌", "RC"]),
    ("C34", &["肺癌", "LC"]),
    ("C50", &["乳癌", "BC"]),
    ("C22", &["肝細胞癌", "HCC", "肝癌"]),
    ("C61", &["前立腺癌", "PC"]),
    ("C25", &["膵癌", "PK"]),
    ("K21", &["GERD", "逆流性食道炎"]),
    ("K74", &["LC", "肝硬変"]),
    ("N39", &["UTI", "尿路感染症"]),
];

/// Writes a diagnosis with its modifiers as a span of this assertion.
pub(super) fn diagnosis(pen: &mut Pen<'_>, told: &Diagnosis, assertion: Assertion) {
    let here = pen.open();
    let modifiers = || told.modifiers.iter().flatten().filter(|word| !word.ja.contains("疑い"));
    if modifiers().next().is_some() {
        for before in modifiers().filter(|word| word.is_prefix) {
            pen.put(before.ja);
        }
        pen.put(told.disease.ja);
        for after in modifiers().filter(|word| !word.is_prefix) {
            pen.put(after.ja);
        }
    } else {
        put_disease(pen, told.disease);
    }
    pen.close(here, condition(told.disease, assertion), false);
}

/// A disease as a condition of this assertion.
pub(super) fn condition(disease: &'static Disease, assertion: Assertion) -> Meaning {
    Meaning::new(Category::Condition, assertion).coded(System::Icd10, disease.icd10)
}

/// Writes a disease's name, now and then another word for it.
pub(super) fn put_disease(pen: &mut Pen<'_>, disease: &'static Disease) {
    let other = DISEASES.iter().find(|(begin, _)| disease.icd10.starts_with(begin));
    if let Some((_, words)) = other
        && pen.dice.chance(pen.style.abbreviates)
        && let Some(word) = pen.dice.one_of(words)
    {
        pen.put(word);
    } else {
        pen.put(disease.ja);
    }
}

/// Writes that a disease is suspected, in one of the ways.
pub(super) fn suspected(pen: &mut Pen<'_>, told: &Diagnosis) {
    let way = pen.dice.below(7);
    pen.put(match way {
        0 => "r/o ",
        1 => "s/o ",
        _ => "",
    });
    diagnosis(pen, told, Assertion::Possible);
    pen.put(match way {
        0 | 1 => "",
        2 => "を否定できない",
        3 => "の可能性あり",
        4 => "の疑い",
        _ => "疑い",
    });
}

/// Short names of tests, by the first five digits of JLAC10, else by LOINC.
const TESTS: [(&str, &[&str]); 61] = [
    ("3D046", &["HbA1c", "HbA1c", "A1c"]),
    ("3D045", &["HbA1c", "A1c"]),
    ("3D010", &["BS", "血糖", "Glu"]),
    ("3C015", &["Cre", "Cr", "クレアチニン"]),
    ("8A065", &["eGFR"]),
    ("3C025", &["BUN"]),
    ("3C020", &["UA", "尿酸"]),
    ("3F077", &["LDL", "LDL-C"]),
    ("3F070", &["HDL", "HDL-C"]),
    ("3F015", &["TG"]),
    ("3F050", &["T-Cho", "TC"]),
    ("3B035", &["AST", "GOT"]),
    ("3B045", &["ALT", "GPT"]),
    ("3B090", &["γGTP", "γ-GTP"]),
    ("3B070", &["ALP"]),
    ("3B050", &["LDH", "LD"]),
    ("3J010", &["T-Bil"]),
    ("3B010", &["CK", "CPK"]),
    ("3A010", &["TP"]),
    ("3A015", &["Alb"]),
    ("3H010", &["Na"]),
    ("3H015", &["K"]),
    ("3H020", &["Cl"]),
    ("3H030", &["Ca"]),
    ("4Z271", &["BNP"]),
    ("5C070", &["CRP"]),
    ("2A010", &["WBC", "白血球"]),
    ("2A020", &["RBC"]),
    ("2A030", &["Hb"]),
    ("2A040", &["Ht"]),
    ("2A050", &["Plt", "血小板"]),
    ("2B030", &["PT-INR"]),
    ("5D010", &["CEA"]),
    ("5D130", &["CA19-9"]),
    ("5D305", &["PSA"]),
    ("4Z272", &["NT-proBNP"]),
    ("5C094", &["TnI", "トロポニンI"]),
    ("5C215", &["PCT", "プロカルシトニン"]),
    ("2B140", &["D-dimer", "Dダイマー"]),
    ("9P100", &["BT", "体温", "KT"]),
    ("9P300", &["HR", "脈拍", "P"]),
    ("9P400", &["SpO2"]),
    ("9P200", &["RR", "呼吸数"]),
    ("9N006", &["BW", "体重"]),
    ("9N001", &["BH", "身長"]),
    ("9A100", &["EF", "LVEF"]),
    ("9C120", &["FEV1", "FEV1.0"]),
    ("9C110", &["FVC"]),
    ("9C130", &["FEV1%", "1秒率"]),
    ("9C140", &["%VC"]),
    ("29469-4", &["LAD"]),
    ("77903-8", &["TRPG"]),
    ("8414-5", &["mPAP"]),
    ("8587-8", &["PCWP", "PAWP"]),
    ("8834-4", &["PVR"]),
    ("8751-0", &["CI"]),
    ("64098-7", &["6MWD", "6分間歩行距離"]),
    ("70184-7", &["NIHSS"]),
    ("75859-9", &["mRS"]),
    ("89247-1", &["PS", "ECOG PS"]),
    ("19913-3", &["%DLCO"]),
];

/// Writes a test's name.
pub(super) fn put_test(pen: &mut Pen<'_>, test: &'static Test) {
    let known = TESTS.iter().find(|(begin, _)| {
        (!test.jlac10.is_empty() && test.jlac10.starts_with(begin)) || test.loinc == *begin
    });
    match known.and_then(|(_, words)| pen.dice.one_of(words)) {
        Some(word) => pen.put(word),
        None => pen.put(test.ja),
    }
}

/// The code of a test: JLAC10, else LOINC.
pub(super) fn coded_test(test: &'static Test, amount: Option<Amount>) -> Meaning {
    let meaning = Meaning::new(Category::Lab, Assertion::Present);
    let meaning = if test.jlac10.is_empty() {
        meaning.coded(System::Loinc, test.loinc)
    } else {
        meaning.coded(System::Jlac10, test.jlac10)
    };
    Meaning { value: amount, ..meaning }
}

/// Endings of a product's name that are left out in haste.
const FORMS: [&str; 20] = [
    "口腔内崩壊錠",
    "ＯＤ錠",
    "OD錠",
    "腸溶錠",
    "徐放錠",
    "配合錠",
    "錠",
    "徐放カプセル",
    "カプセル",
    "点滴静注用",
    "点滴静注液",
    "点滴静注",
    "皮下注用",
    "注射用キット",
    "注射用",
    "静注用",
    "静注",
    "皮下注",
    "注射液",
    "注",
];

/// A product's name without form and strength, and the strength: アムロジピン, 5mg.
pub(super) fn short_drug(drug: &'static Drug) -> (&'static str, &'static str) {
    let name = drug.ja.split('「').next().unwrap_or(drug.ja);
    let digit = |letter: char| letter.is_ascii_digit() || ('０'..='９').contains(&letter);
    let name = name.trim_start_matches("注射用");
    let digits = name.char_indices().skip(2).find(|(_, letter)| digit(*letter));
    let (head, strength) = name.split_at(digits.map_or(name.len(), |(at, _)| at));
    let form = FORMS.iter().find(|form| head.ends_with(**form) && head.len() > form.len());
    (head.trim_end_matches(*form.unwrap_or(&"")).trim(), strength)
}

/// A drug of this assertion.
pub(super) fn drug(drug: &'static Drug, assertion: Assertion) -> Meaning {
    Meaning::new(Category::Drug, assertion).coded(System::Hot9, drug.hot9)
}

#[cfg(test)]
mod tests {
    use super::super::super::codes::DrugForm;
    use super::*;

    #[test]
    fn a_product_is_cut_to_its_substance_and_strength() {
        fn check(ja: &'static str, expect: (&str, &str)) {
            let unit = ("TAB", "錠");
            let made = Drug { hot9: "", yj: "", atc: "", ja, en: "", unit, form: DrugForm::Oral };
            assert_eq!(short_drug(Box::leak(Box::new(made))), expect);
        }
        check("アムロジピン錠5mg「青葉」", ("アムロジピン", "5mg"));
        check("ランソプラゾールＯＤ錠１５ｍｇ", ("ランソプラゾール", "１５ｍｇ"));
        check("注射用エンドキサン500mg", ("エンドキサン", "500mg"));
        check("5-FU注250mg", ("5-FU", "250mg"));
        check("ヘパリン", ("ヘパリン", ""));
    }
}
