//! How a doctor writes: habits that differ by author and department.

use crate::dice::Dice;

/// The habits of one author.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// What stands before subjective, objective, assessment, plan.
    pub(super) soap: [&'static str; 4],
    /// Before and after a heading.
    pub(super) heading: (&'static str, &'static str),
    /// Before a problem: `#`, `・`.
    pub(super) bullet: &'static str,
    /// Whether problems are numbered after the bullet.
    pub(super) numbered: bool,
    /// The end of a sentence.
    pub(super) stop: &'static str,
    /// How something is denied.
    pub(super) denial: Denial,
    /// How days are written.
    pub(super) date: DateStyle,
    /// Digits and Latin letters in full width.
    pub(super) full_width: bool,
    /// How often a disease is abbreviated.
    pub(super) abbreviates: f64,
    /// Writes no more than needed.
    pub(super) terse: bool,
    /// How drugs are written.
    pub(super) drugs: DrugStyle,
}

/// How something is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// 咳嗽なし
    None,
    /// 咳嗽(-)
    Minus,
    /// 咳嗽（－）
    WideMinus,
    /// 咳嗽は認めず
    NotSeen,
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateStyle {
    /// 2024/5/12
    Slashes,
    /// 2024年5月12日
    Western,
    /// 令和6年5月12日
    Era,
    /// R6.5.12
    ShortEra,
}

/// How a drug is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DrugStyle {
    /// アムロジピン錠5mg 1回1錠 1日1回朝食後 30日分
    Full,
    /// アムロジピン5mg 1T 分1 30日
    Short,
    /// アムロジピン 1錠 1×
    Times,
}

const SOAP: [[&str; 4]; 7] = [
    ["S) ", "O) ", "A) ", "P) "],
    ["S：", "O：", "A：", "P："],
    ["S\n", "O\n", "A\n", "P\n"],
    ["（S）", "（O）", "（A）", "（P）"],
    ["【S】\n", "【O】\n", "【A】\n", "【P】\n"],
    ["S：", "O：", "A/P：", ""],
    ["Ｓ）", "Ｏ）", "Ａ）", "Ｐ）"],
];

const HEADINGS: [(&str, &str); 4] = [("【", "】"), ("■", "："), ("＜", "＞"), ("", "：")];

impl Style {
    /// The author's habits: the same whenever the same author of the same department writes.
    pub(super) fn of(department: &str, author: u64) -> Self {
        let key = department.bytes().fold(7, |key, byte| key * 31 + u64::from(byte));
        let mut dice = Dice::new(0x0061_7574_686f_7273 ^ key, author);
        let surgical = SURGICAL.contains(&department);
        let chatty = CHATTY.contains(&department);
        Self {
            soap: dice.one_of(&SOAP).copied().unwrap_or(["S ", "O ", "A ", "P "]),
            heading: dice.one_of(&HEADINGS).copied().unwrap_or(("【", "】")),
            bullet: dice.one_of(&["#", "#", "＃", "・", "■"]).copied().unwrap_or("#"),
            numbered: dice.chance(0.6),
            stop: dice.one_of(&["。", "。", "。", "．", "。"]).copied().unwrap_or("。"),
            denial: match dice.weighted(&[5.0, 2.0, 1.0, 2.0]) {
                1 => Denial::Minus,
                2 => Denial::WideMinus,
                3 => Denial::NotSeen,
                _ => Denial::None,
            },
            date: match dice.weighted(&[5.0, 3.0, 1.5, 1.5]) {
                1 => DateStyle::Western,
                2 => DateStyle::Era,
                3 => DateStyle::ShortEra,
                _ => DateStyle::Slashes,
            },
            full_width: dice.chance(0.1),
            abbreviates: if surgical { 0.6 } else { 0.15 + 0.6 * dice.part() },
            terse: !chatty && dice.chance(if surgical { 0.8 } else { 0.35 }),
            drugs: match dice.weighted(&[3.0, 4.0, 2.0]) {
                0 => DrugStyle::Full,
                1 => DrugStyle::Short,
                _ => DrugStyle::Times,
            },
        }
    }
}

/// Departments that operate and write little, by their SS-MIX2 code.
const SURGICAL: [&str; 11] = ["10", "11", "14", "15", "16", "20", "25", "26", "27", "7A", "82"];

/// Departments that write much.
const CHATTY: [&str; 7] = ["01", "02", "35", "48", "51", "73", "83"];
