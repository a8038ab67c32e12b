//! Who a patient is.

use super::chart::Minute;

/// Sex at birth, as the record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// A person and what the body was given at birth.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Sex.
    pub sex: Sex,
    /// The minute of birth.
    pub born: Minute,
    /// Family name and given name, each in kanji and in katakana.
    pub name: [(&'static str, &'static str); 2],
    /// Prefecture, city and block: 宮城県, 仙台市青葉区, 架空町2丁目.
    pub address: (&'static str, &'static str, &'static str),
    /// Postcode of seven digits without the dash.
    pub postcode: u32,
    /// The hospital's own number, ten digits when printed.
    pub local_number: u32,
    /// ABO and Rh: `A+`.
    pub blood: &'static str,
    /// Grown height in cm.
    pub height_cm: f64,
    /// Body mass index at forty, in kg/m2.
    pub bmi: f64,
    /// Smoking: never, former, current.
    pub smoking: Smoking,
    /// CYP2C19 alleles: 1, 2, 3 or 17 each.
    pub cyp2c19: (u8, u8),
    /// The polygenic score of coronary artery disease, standard normal.
    pub coronary_score: f64,
}

/// Whether somebody smokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoking {
    /// Never did.
    Never,
    /// Gave it up.
    Former,
    /// Does.
    Current,
}
