//! The chart of one patient: what the simulation writes and what files are made from.
//!
//! A disease writes into a [`Chart`] as if the patient lived for ever and never moved away. When
//! all have written, [`Chart::close`] cuts what lies outside the time the hospital knew the
//! patient and after death, and puts the rest in order.

use super::codes::{
    Allergen, Department, Disease, Drug, Material, Modifier, Operation, Test, Usage, Vaccine,
};
use super::person::Person;

/// Minutes since 1970-01-01 00:00, by the hospital's clock.
pub type Minute = i64;

/// Minutes in a day.
pub const DAY: Minute = 1_440;

/// Minutes in a year of 365.25 days.
pub const YEAR: Minute = 525_960;

/// What stays true of a patient after the simulation: see [`Chart::close`].
#[derive(Debug)]
pub struct Life {
    /// The patient's place in the hospital's list, from zero.
    pub number: u64,
    /// Who it is.
    pub person: Person,
    /// From when to when the hospital knows the patient, half-open.
    pub known: (Minute, Minute),
    /// Visits, by their start.
    pub visits: Vec<Visit>,
    /// What happened, by its time; what belongs to one visit and minute stands as written.
    pub events: Vec<Event>,
    /// When the patient died, and of what, if the hospital knew.
    pub died: Option<(Minute, &'static Disease)>,
    /// What is really so, whatever the record says.
    pub truths: Vec<Truth>,
}

/// The chart while the diseases write into it.
#[derive(Debug)]
pub struct Chart {
    known: (Minute, Minute),
    visits: Vec<Visit>,
    events: Vec<Event>,
    died: Option<(Minute, &'static Disease)>,
    truths: Vec<Truth>,
}

impl Chart {
    /// An empty chart of somebody whom the hospital knows from when to when.
    #[must_use]
    pub fn new(known: (Minute, Minute)) -> Self {
        Self { known, visits: Vec::new(), events: Vec::new(), died: None, truths: Vec::new() }
    }

    /// From when to when the hospital knows the patient, half-open; a disease may begin before.
    #[must_use]
    pub fn known(&self) -> (Minute, Minute) {
        self.known
    }

    /// Begins a visit and gives its number.
    pub fn visit(
        &mut self,
        kind: VisitKind,
        department: &'static Department,
        time: (Minute, Minute),
    ) -> VisitId {
        let id = VisitId::try_from(self.visits.len()).unwrap_or(VisitId::MAX);
        self.visits.push(Visit { id, kind, department, time, end: VisitEnd::Home });
        id
    }

    /// Says how a visit ended, where it was not by going home.
    pub fn ended(&mut self, visit: VisitId, end: VisitEnd) {
        if let Some(visit) = self.visits.get_mut(visit as usize) {
            visit.end = end;
        }
    }

    /// The visits written so far, by their number.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// The events written so far, in the order of writing.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Writes down that something happened.
    pub fn happened(&mut self, visit: VisitId, minute: Minute, what: What) {
        self.events.push(Event { minute, visit, what });
    }

    /// Says what is really so.
    pub fn truth(&mut self, truth: Truth) {
        self.truths.push(truth);
    }

    /// Since when the patient has a phenotype, if a disease that wrote before said so.
    #[must_use]
    pub fn has(&self, phenotype: &str) -> Option<Minute> {
        self.truths.iter().find_map(|truth| match truth {
            Truth::Has { phenotype: known, time } if *known == phenotype => Some(time.0),
            _ => None,
        })
    }

    /// Lets the patient die; the earliest death of all is the one.
    pub fn dies(&mut self, minute: Minute, of: &'static Disease) {
        if self.died.is_none_or(|(earlier, _)| minute < earlier) {
            self.died = Some((minute, of));
        }
    }

    /// When the patient dies, as far as has been written.
    #[must_use]
    pub fn died(&self) -> Option<(Minute, &'static Disease)> {
        self.died
    }

    /// Cuts what is outside the known time or after death, sorts and numbers what is left.
    #[must_use]
    pub fn close(mut self, number: u64, person: Person) -> Life {
        let death = self.died.map_or(Minute::MAX, |(minute, _)| minute);
        let end = self.known.1.min(death);
        let begin = self.known.0;
        self.visits.retain(|visit| begin <= visit.time.0 && visit.time.0 < end);
        self.visits.sort_by_key(|visit| (visit.time, visit.id));
        let mut renumbered = std::collections::HashMap::with_capacity(self.visits.len());
        for (id, visit) in (0_u32..).zip(&mut self.visits) {
            renumbered.insert(visit.id, id);
            visit.id = id;
            if visit.time.1 > death {
                (visit.time.1, visit.end) = (death, VisitEnd::Death);
            }
        }
        self.events.retain_mut(|event| {
            let kept = renumbered.get(&event.visit);
            event.visit = kept.copied().unwrap_or_default();
            kept.is_some() && event.minute < end
        });
        self.events.sort_by_key(|event| (event.minute, event.visit));
        self.truths.retain(|truth| truth.minute() <= death);
        let died = self.died.filter(|(minute, _)| *minute < self.known.1);
        let Self { known, visits, events, truths, .. } = self;
        Life { number, person, known: (known.0, end), visits, events, died, truths }
    }
}

/// The number of a visit within its chart.
pub type VisitId = u32;

/// One coming to the hospital.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// Its number: what events refer to.
    pub id: VisitId,
    /// What kind.
    pub kind: VisitKind,
    /// The department.
    pub department: &'static Department,
    /// From when to when, half-open.
    pub time: (Minute, Minute),
    /// How it ended.
    pub end: VisitEnd,
}

/// What kind of visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitKind {
    /// An appointment.
    Outpatient,
    /// Unannounced, often at night.
    Emergency,
    /// In a ward, by the ward's number within the hospital.
    Inpatient {
        /// The ward.
        ward: u8,
    },
    /// A health check of the healthy.
    Checkup,
}

/// How a visit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitEnd {
    /// Home.
    Home,
    /// To another hospital.
    Transfer,
    /// By death.
    Death,
    /// The appointment was not kept; nothing happened.
    NoShow,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub minute: Minute,
    /// During which visit.
    pub visit: VisitId,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, PartialEq)]
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

/// What is really so, for checking whatever claims to find it.
#[derive(Clone, Debug, PartialEq)]
pub enum Truth {
    /// The patient has this disease from this time on, until the second.
    Has {
        /// Name of the phenotype: `type_2_diabetes`.
        phenotype: &'static str,
        /// Since when, and until when if it ended.
        time: (Minute, Option<Minute>),
    },
    /// Something happened: `heart_failure_admission`, `stent_thrombosis`.
    Happened {
        /// Name of the event.
        event: &'static str,
        /// When.
        minute: Minute,
    },
    /// Why the patient got this treatment and not another: the score by which it was chosen.
    Chose {
        /// Name of the choice: `sglt2_or_dpp4`.
        choice: &'static str,
        /// What was chosen.
        arm: &'static str,
        /// The probability with which it was.
        probability: f64,
        /// When.
        minute: Minute,
    },
    /// A row says something wrong on purpose: `unit_mix_up`, `duplicate`, `digit_slip`.
    Wrong {
        /// Name of the fault.
        fault: &'static str,
        /// When.
        minute: Minute,
    },
}

impl Truth {
    /// Since when it is so.
    #[must_use]
    pub fn minute(&self) -> Minute {
        match self {
            Self::Has { time: (minute, _), .. }
            | Self::Happened { minute, .. }
            | Self::Chose { minute, .. }
            | Self::Wrong { minute, .. } => *minute,
        }
    }
}
