//! Writes stages and operations.

use super::facts::{Done, Staged};
use super::pen::Pen;
use super::span::{Amount, Assertion, Category, Meaning, System};

/// Writes TNM and stage: cT2N1M0, Stage IIB.
pub(super) fn write(pen: &mut Pen<'_>, staged: &Staged) {
    let meaning = Meaning::new(Category::Stage, Assertion::Present);
    let meaning = meaning.coded(System::Icd10, staged.disease.icd10);
    let [t, n, m] = staged.tnm;
    let here = pen.open();
    pen.say("{c|c||}");
    pen.print(format_args!("T{t}N{n}M{m}"));
    pen.close(here, meaning, false);
    pen.say("{ |、|, }");
    let here = pen.open();
    pen.say("{Stage |stage |Stage}");
    pen.put(staged.stage);
    pen.close(here, meaning.of(Amount::Word(staged.stage)), false);
}

/// What operations are called in haste, by the beginning of their code.
const OPERATIONS: [(&str, &[&str]); 26] = [
    ("K549", &["PCI", "PCI(DES留置)"]),
    ("K550", &["PCI"]),
    ("K546", &["PCI(POBA)", "PCI"]),
    ("K547", &["PCI"]),
    ("K548", &["PCI"]),
    ("K552", &["CABG"]),
    ("K595", &["カテーテルアブレーション", "ABL"]),
    ("K597", &["ペースメーカー植込み", "PMI"]),
    ("K599", &["ICD植込み"]),
    ("K555", &["弁置換術"]),
    ("K653", &["ESD", "胃ESD"]),
    ("K655", &["腹腔鏡下幽門側胃切除術", "LADG"]),
    ("K657", &["胃全摘術"]),
    ("K721", &["大腸ESD", "EMR"]),
    ("K719", &["腹腔鏡下結腸切除術", "Lap結腸切除"]),
    ("K740", &["低位前方切除術", "LAR"]),
    ("K514", &["胸腔鏡下肺葉切除術", "VATS lobectomy"]),
    ("K476", &["乳房手術", "乳腺手術"]),
    ("K843", &["ロボット支援前立腺全摘", "RARP"]),
    ("K695", &["肝切除術"]),
    ("K697", &["RFA"]),
    ("K615", &["TACE"]),
    ("K703", &["膵頭十二指腸切除術", "PD"]),
    ("D308", &["上部消化管内視鏡", "GIF", "胃カメラ"]),
    ("D313", &["大腸内視鏡", "CF", "CS"]),
    ("M001", &["放射線治療", "RT"]),
];

/// Writes an operation with its side.
pub(super) fn operation(pen: &mut Pen<'_>, done: &Done) {
    let here = pen.open();
    if let Some(side) = done.side {
        pen.put(side.ja);
    }
    let known = OPERATIONS.iter().find(|(begin, _)| done.operation.code.starts_with(begin));
    match known.and_then(|(_, words)| pen.dice.one_of(words)) {
        Some(word) => pen.put(word),
        None => pen.put(done.operation.ja.split('（').next().unwrap_or(done.operation.ja)),
    }
    let meaning = Meaning::new(Category::Procedure, Assertion::Present);
    let meaning = meaning.coded(System::Fee, done.operation.code);
    pen.close(here, meaning.on(done.minute), false);
}
