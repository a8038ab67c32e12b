//! A life with one of everything, written by hand.

use super::super::super::calendar::date;
use super::super::super::chart::{
    Chart, Diagnosis, Dose, Hidden, Life, Minute, NoteKind, Outcome, Report, ReportKind, Value,
    VisitEnd, VisitId, VisitKind, What,
};
use super::super::super::codes::{
    Disease, allergens, cancer, cardiometabolic, departments, entry, labs, materials, modifiers,
    usages, vaccines, vitals,
};
use super::super::super::codes::{Drug, DrugForm};
use super::super::super::person::{Person, Sex, Smoking};

static TABLET: Drug = Drug {
    hot9: "100000001",
    yj: "2171022F5010",
    atc: "C08CA01",
    ja: "アムロジピンOD錠5mg",
    en: "Amlodipine",
    unit: entry::TABLET,
    form: DrugForm::Oral,
};
static INFUSION: Drug = Drug {
    hot9: "100000002",
    yj: "6132400F2010",
    atc: "J01DD04",
    ja: "セフトリアキソン静注用1g",
    en: "Ceftriaxone",
    unit: ("VIAL", "瓶"),
    form: DrugForm::Injected,
};

fn person() -> Person {
    Person {
        sex: Sex::Male,
        born: date(1950, 2, 3) + 75,
        name: [("架空", "カクウ"), ("一郎", "イチロウ")],
        address: ("宮城県", "仙台市青葉区", "架空町2丁目"),
        postcode: 9_800_001,
        local_number: 7_654_321,
        blood: "A+",
        height_cm: 170.0,
        bmi: 24.0,
        smoking: Smoking::Former,
        cyp2c19: (1, 2),
        coronary_score: 0.5,
    }
}

fn diagnosis(disease: &'static Disease) -> Diagnosis {
    Diagnosis {
        disease,
        modifiers: [None, None],
        suspected: false,
        main: false,
        onset: None,
        closed: None,
        for_billing: false,
    }
}

/// Somebody of 75 years with a gastric cancer, a pneumonia and high blood pressure.
pub(super) fn life() -> Life {
    let mut chart = Chart::new((date(2020, 1, 1), date(2026, 11, 20)));
    let day = date(2024, 2, 29) + 9 * 60;
    let clinic = chart.visit(VisitKind::Outpatient, &departments::CARDIOLOGY, (day, day + 45));
    said(&mut chart, clinic, day + 20);
    measured(&mut chart, clinic, day + 20);
    let came = date(2025, 3, 1) + 22 * 60;
    let room = chart.visit(VisitKind::Emergency, &departments::EMERGENCY, (came, came + 180));
    chart.happened(room, came + 10, What::Noted(NoteKind::Emergency));
    let stay = (came + 200, came + 200 + 9 * 1_440);
    let ward = chart.visit(VisitKind::Inpatient { ward: 7 }, &departments::DIGESTIVE_SURGERY, stay);
    in_ward(&mut chart, ward, stay);
    let missed = date(2026, 1, 15) + 600;
    let no_show =
        chart.visit(VisitKind::Outpatient, &departments::CARDIOLOGY, (missed, missed + 1));
    chart.ended(no_show, VisitEnd::NoShow);
    let now = date(2026, 11, 18) + 600;
    chart.visit(VisitKind::Inpatient { ward: 24 }, &departments::SURGERY, (now, now + 30_000));
    chart.close(123, person())
}

/// What is said and prescribed at a clinic.
fn said(chart: &mut Chart, clinic: VisitId, minute: Minute) {
    let mut tell = |what| chart.happened(clinic, minute, what);
    tell(What::Diagnosis(Diagnosis {
        onset: Some(date(2015, 4, 1)),
        main: true,
        ..diagnosis(&cardiometabolic::HYPERTENSION)
    }));
    tell(What::Diagnosis(Diagnosis {
        suspected: true,
        modifiers: [Some(&modifiers::OLD), Some(&modifiers::SUSPECTED)],
        closed: Some((minute + 50_000, Outcome::Stopped)),
        ..diagnosis(&cardiometabolic::CEREBRAL_INFARCTION)
    }));
    let usage = [&usages::AFTER_BREAKFAST, &usages::AFTER_BREAKFAST, &usages::AS_NEEDED];
    for (usage, hundredths) in usage.into_iter().zip([100, 50, 200]) {
        tell(What::Prescribed(Dose { drug: &TABLET, hundredths, usage, days: 28 }));
    }
    tell(What::Allergic {
        to: &allergens::MACKEREL,
        severity: "moderate",
        reaction: "蕁麻疹",
        confirmed: true,
    });
    tell(What::Family { who: "FTH", disease: &cancer::STOMACH, age_years: Some(62) });
    tell(What::Vaccinated { vaccine: &vaccines::INFLUENZA, dose: 1 });
    tell(What::OnlyInText(Hidden::NeverSmoked));
    tell(What::Noted(NoteKind::Progress));
}

/// A value of each form.
fn measured(chart: &mut Chart, clinic: VisitId, minute: Minute) {
    let mut tell = |what| chart.happened(clinic, minute, what);
    tell(What::Pressure { systolic: 148, diastolic: 86 });
    tell(What::Taken(&materials::SERUM));
    tell(What::Taken(&materials::URINE));
    let other = Value::OtherUnit { value: 88.4, unit: ("µmol/L", "umol/L"), decimals: 1 };
    for (test, value) in [
        (&labs::POTASSIUM, Value::Number(5.02)),
        (&labs::CREATININE, other),
        (&labs::CRP, Value::Beyond { sign: "<", limit: 0.02 }),
        (&labs::URINE_PROTEIN, Value::Word("(±)")),
        (&labs::GGT, Value::Absent("検体溶血")),
        (&labs::EGFR, Value::Number(f64::NAN)),
        (&labs::ABO, Value::Word("A")),
        (&labs::BLOOD_CULTURE, Value::Word("Escherichia coli")),
        (&vitals::SMOKING_STATUS, Value::Word("過去喫煙")),
        (&vitals::WEIGHT, Value::Number(68.0)),
        (&vitals::LVEF, Value::Number(61.4)),
        (&vitals::CARDIAC_INDEX, Value::Number(3.014)),
    ] {
        tell(What::Measured { test, value });
    }
    let report = |kind| What::Reported(Report { kind, finding: None });
    tell(report(ReportKind::Laboratory));
    tell(report(ReportKind::Echocardiography));
}

fn in_ward(chart: &mut Chart, ward: VisitId, (start, end): (Minute, Minute)) {
    let mut tell = |minute, what| chart.happened(ward, minute, what);
    tell(
        start + 60,
        What::Diagnosis(Diagnosis {
            main: true,
            modifiers: [Some(&modifiers::EARLY), None],
            closed: Some((end, Outcome::Better)),
            ..diagnosis(&cancer::STOMACH)
        }),
    );
    let disease = &cancer::STOMACH;
    tell(start + 70, What::Staged { disease, t: "1b", n: "0", m: "0", stage: "IA" });
    tell(
        start + 1_500,
        What::Operated {
            operation: &cancer::GASTRECTOMY_DISTAL,
            minutes: 245,
            side: Some(&modifiers::LEFT),
        },
    );
    let usage = &usages::INFUSED_TWICE;
    for nth in 0..3 {
        let dose = Dose { drug: &INFUSION, hundredths: 100, usage, days: 1 };
        tell(start + 1_800 + nth * 720, What::Given(dose));
    }
    let finding = Some(disease);
    tell(start + 5_000, What::Reported(Report { kind: ReportKind::Pathology, finding }));
    tell(end - 30, What::Noted(NoteKind::Discharge));
}
