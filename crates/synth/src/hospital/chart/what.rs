//! What can happen to a patient.

use super::super::codes::{
    Allergen, Disease, Drug, Material, Modifier, Operation, Test, Usage, Vaccine,
};
use super::{Minute, VisitId};

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub minute: Minute,
    /// During which visit.
    pub visit: VisitId,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// A diagnosis is written down.
    Diagnosis(Diagnosis),
    /// A laboratory value, a vital sign, a measure.
    Measured {
        /// Of what.
        test: &'static Test,
        /// How much.
        value: Value,
    },
    /// Blood pressure, in mmHg.
    Pressure {
        /// The higher number.
        systolic: i16,
        /// The lower one.
        diastolic: i16,
    },
    /// A specimen was taken; the values of that minute and material come from it.
    Taken(&'static Material),
    /// A drug was prescribed.
    Prescribed(Dose),
    /// A drug was given in the hospital.
    Given(Dose),
    /// An operation or an intervention.
    Operated {
        /// Which.
        operation: &'static Operation,
        /// How long, in minutes.
        minutes: i32,
        /// On which side, where there is one.
        side: Option<&'static Modifier>,
    },
    /// An allergy was noted.
    Allergic {
        /// To what.
        to: &'static Allergen,
        /// How bad: `mild`, `moderate`, `severe`.
        severity: &'static str,
        /// What happened: 蕁麻疹.
        reaction: &'static str,
        /// Whether it was proven.
        confirmed: bool,
    },
    /// A vaccination.
    Vaccinated {
        /// Against what.
        vaccine: &'static Vaccine,
        /// Which dose of the series.
        dose: u8,
    },
    /// A disease in the family was noted.
    Family {
        /// HL7 v3 role: `MTH`, `FTH`, `SIS`, `BRO`.
        who: &'static str,
        /// Which disease.
        disease: &'static Disease,
        /// At what age, in years.
        age_years: Option<i16>,
    },
    /// The stage of a cancer: T, N, M, and the stage: `2`, `1`, `0`, `IIB`.
    Staged {
        /// Of which disease.
        disease: &'static Disease,
        /// T.
        t: &'static str,
        /// N.
        n: &'static str,
        /// M.
        m: &'static str,
        /// Stage.
        stage: &'static str,
    },
    /// A report on pictures, tissue or a function, whose text is made by `notes`.
    Reported(Report),
    /// A note, whose text is made by `notes`.
    Noted(NoteKind),
    /// Something said in the visit's note and nowhere else.
    OnlyInText(Hidden),
}

/// A disease name as written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagnosis {
    /// The name.
    pub disease: &'static Disease,
    /// Words before and after it.
    pub modifiers: [Option<&'static Modifier>; 2],
    /// 疑い: written to be allowed to test.
    pub suspected: bool,
    /// 主病名.
    pub main: bool,
    /// When it began, where known.
    pub onset: Option<Minute>,
    /// When it ended and how; none for what is never closed.
    pub closed: Option<(Minute, Outcome)>,
    /// Written for billing only: the patient does not have it.
    pub for_billing: bool,
}

impl Diagnosis {
    /// The disease, open and without anything else said.
    #[must_use]
    pub const fn of(disease: &'static Disease) -> Self {
        Self {
            disease,
            modifiers: [None, None],
            suspected: false,
            main: false,
            onset: None,
            closed: None,
            for_billing: false,
        }
    }

    /// The same, with when it began.
    #[must_use]
    pub const fn since(mut self, onset: Minute) -> Self {
        self.onset = Some(onset);
        self
    }

    /// The same, with when and how it ended.
    #[must_use]
    pub const fn closed(mut self, minute: Minute, outcome: Outcome) -> Self {
        self.closed = Some((minute, outcome));
        self
    }

    /// The same, as 主病名.
    #[must_use]
    pub const fn main(mut self) -> Self {
        self.main = true;
        self
    }

    /// The same, as 疑い: the patient is only tested for it.
    #[must_use]
    pub const fn suspected(mut self) -> Self {
        (self.suspected, self.for_billing) = (true, true);
        self
    }

    /// The same, written only so that something can be billed.
    #[must_use]
    pub const fn for_billing(mut self) -> Self {
        self.for_billing = true;
        self
    }

    /// The same, with a word before or after it; at most two.
    #[must_use]
    pub const fn with(mut self, modifier: &'static Modifier) -> Self {
        self.modifiers = match self.modifiers {
            [None, last] => [Some(modifier), last],
            [first, _] => [first, Some(modifier)],
        };
        self
    }
}

/// How a disease ended (転帰).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 治癒
    Cured,
    /// 軽快
    Better,
    /// 死亡
    Death,
    /// 中止
    Stopped,
    /// 転医
    Moved,
}

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A number in the test's unit, printed with the test's decimals.
    Number(f64),
    /// A number in another unit than the test's: a data-entry error or another analyser.
    OtherUnit {
        /// As written.
        value: f64,
        /// Its unit, printed and in UCUM.
        unit: (&'static str, &'static str),
        /// Digits after the point.
        decimals: u8,
    },
    /// `<` or `>` the limit of the analyser.
    Beyond {
        /// `<` or `>`.
        sign: &'static str,
        /// The limit.
        limit: f64,
    },
    /// A word: `(±)`, `(1+)`, `検出せず`.
    Word(&'static str),
    /// No value, and why: `検体凝固`.
    Absent(&'static str),
}

/// So much of a drug.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dose {
    /// Which drug.
    pub drug: &'static Drug,
    /// At a time, in hundredths of the drug's unit.
    pub hundredths: i32,
    /// How it is taken.
    pub usage: &'static Usage,
    /// For how many days; one for what is given.
    pub days: i16,
}

/// A report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Which examination.
    pub kind: ReportKind,
    /// What it found, if anything.
    pub finding: Option<&'static Disease>,
}

/// Kinds of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// 胸部X線
    ChestXray,
    /// CT
    Ct,
    /// MRI
    Mri,
    /// 心エコー
    Echocardiography,
    /// 心電図
    Electrocardiogram,
    /// 上部消化管内視鏡
    Gastroscopy,
    /// 大腸内視鏡
    Colonoscopy,
    /// 病理
    Pathology,
    /// 冠動脈造影
    CoronaryAngiography,
    /// 呼吸機能
    Spirometry,
    /// 超音波
    Ultrasound,
    /// 検体検査 (the laboratory's own report on the values of that minute)
    Laboratory,
}

/// Kinds of note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// 外来経過記録 (SOAP)
    Progress,
    /// 入院経過記録 (SOAP)
    Ward,
    /// 退院時サマリー
    Discharge,
    /// 診療情報提供書
    Referral,
    /// 救急記録
    Emergency,
}

/// Something a note says that no structured row says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hidden {
    /// Smoking: packs a day times ten, years, and whether it was given up.
    Smoking {
        /// Tenths of a pack a day.
        tenths: i16,
        /// For how many years.
        years: i16,
        /// Given up.
        stopped: bool,
    },
    /// Never smoked.
    NeverSmoked,
    /// A symptom: 労作時息切れ; present or denied.
    Symptom {
        /// The word.
        ja: &'static str,
        /// Whether the patient has it.
        present: bool,
    },
    /// A disease the family has, and who.
    FamilyHas {
        /// 父, 母, 兄.
        who: &'static str,
        /// Which.
        disease: &'static Disease,
    },
    /// A drug the patient did not bear, and what it did.
    Intolerant {
        /// The drug.
        drug: &'static Drug,
        /// What it did: 乾性咳嗽.
        reaction: &'static str,
    },
    /// NYHA class, one to four.
    Nyha(u8),
    /// Drugs left over: the patient does not take them.
    NotTaken(&'static Drug),
    /// A fall, a social matter, whatever a word says.
    Remark(&'static str),
    /// A disease in the past, treated elsewhere, and at which age.
    Past {
        /// Which.
        disease: &'static Disease,
        /// At what age, in years.
        age_years: i16,
    },
}
