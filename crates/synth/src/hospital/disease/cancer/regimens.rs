//! Regimens: which drugs, how much, how often.
//!
//! # Source
//! Doses and cycles as in the labels and guidelines of the Japanese societies of each organ.

use crate::hospital::codes::cancer_drugs as drugs;
use crate::hospital::codes::{Drug, Usage, usages};

/// What is given again and again.
#[derive(Debug)]
pub(super) struct Regimen {
    /// As its users call it: `CAPOX`.
    pub(super) name: &'static str,
    /// Days from one cycle to the next.
    pub(super) cycle_days: f64,
    /// The most cycles.
    pub(super) cycles_max: u8,
    /// What is infused on the first day.
    pub(super) infused: &'static [(&'static Drug, By)],
    /// What is taken at home, and for how many days of a cycle.
    pub(super) taken: &'static [(&'static Drug, i32, &'static Usage, i64)],
    /// Whether it makes white cells fall.
    pub(super) is_toxic: bool,
    /// The year since when it is used in Japan, and what was used before.
    pub(super) since: Option<(i64, &'static Regimen)>,
}

impl Regimen {
    /// This one, or what was used in its place in that year.
    pub(super) fn in_year(&'static self, year: i64) -> &'static Self {
        match self.since {
            Some((since, before)) if year < since => before.in_year(year),
            _ => self,
        }
    }
}

/// How much.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// mg for each square metre of the body.
    Surface(f64),
    /// mg for each kg.
    Weight(f64),
    /// mg, or so many syringes, for everybody.
    Fixed(f64),
    /// mg for so much area under the curve (Calvert), for a filtration of 75 mL/min.
    Area(f64),
}

const TOXIC: bool = true;
const MILD: bool = false;

const fn infusion(
    name: &'static str,
    (cycle_days, cycles_max): (f64, u8),
    infused: &'static [(&'static Drug, By)],
    is_toxic: bool,
) -> Regimen {
    Regimen { name, cycle_days, cycles_max, infused, taken: &[], is_toxic, since: None }
}

const fn oral(
    name: &'static str,
    (cycle_days, cycles_max): (f64, u8),
    taken: &'static [(&'static Drug, i32, &'static Usage, i64)],
) -> Regimen {
    Regimen { name, cycle_days, cycles_max, infused: &[], taken, is_toxic: MILD, since: None }
}

const TWICE: &Usage = &usages::MORNING_AND_EVENING;
const ONCE: &Usage = &usages::AFTER_BREAKFAST;

pub(super) static S1_ALONE: Regimen = oral("S-1", (42.0, 9), &[(&drugs::S1, 3, TWICE, 28)]);
pub(super) static CAPECITABINE_ALONE: Regimen =
    oral("カペシタビン", (21.0, 12), &[(&drugs::CAPECITABINE, 5, TWICE, 14)]);
pub(super) static DOCETAXEL_S1: Regimen = Regimen {
    taken: &[(&drugs::S1, 3, TWICE, 14)],
    ..infusion("DS", (21.0, 7), &[(&drugs::DOCETAXEL, By::Surface(40.0))], TOXIC)
};
pub(super) static SOX: Regimen = Regimen {
    taken: &[(&drugs::S1, 3, TWICE, 14)],
    ..infusion("SOX", (21.0, 12), &[(&drugs::OXALIPLATIN, By::Surface(100.0))], TOXIC)
};
pub(super) static SOX_TRASTUZUMAB: Regimen = Regimen {
    taken: &[(&drugs::S1, 3, TWICE, 14)],
    ..infusion(
        "SOX+HER",
        (21.0, 16),
        &[(&drugs::OXALIPLATIN, By::Surface(100.0)), (&drugs::TRASTUZUMAB, By::Weight(6.0))],
        TOXIC,
    )
};
pub(super) static RAMUCIRUMAB_PACLITAXEL: Regimen = Regimen {
    since: Some((2015, &PACLITAXEL_ALONE)),
    ..infusion(
        "RAM+PTX",
        (14.0, 16),
        &[(&drugs::RAMUCIRUMAB, By::Weight(8.0)), (&drugs::PACLITAXEL, By::Surface(80.0))],
        TOXIC,
    )
};
pub(super) static NIVOLUMAB_ALONE: Regimen = Regimen {
    since: Some((2017, &IRINOTECAN_ALONE)),
    ..infusion("ニボルマブ", (14.0, 24), &[(&drugs::NIVOLUMAB, By::Fixed(240.0))], MILD)
};
pub(super) static CAPOX: Regimen = Regimen {
    taken: &[(&drugs::CAPECITABINE, 6, TWICE, 14)],
    ..infusion("CAPOX", (21.0, 8), &[(&drugs::OXALIPLATIN, By::Surface(130.0))], TOXIC)
};
pub(super) static FOLFOX_PANITUMUMAB: Regimen = infusion(
    "mFOLFOX6+Pmab",
    (14.0, 24),
    &[
        (&drugs::OXALIPLATIN, By::Surface(85.0)),
        (&drugs::LEVOFOLINATE, By::Surface(200.0)),
        (&drugs::FLUOROURACIL, By::Surface(2_800.0)),
        (&drugs::PANITUMUMAB, By::Weight(6.0)),
    ],
    TOXIC,
);
pub(super) static FOLFOX_BEVACIZUMAB: Regimen = infusion(
    "mFOLFOX6+Bmab",
    (14.0, 24),
    &[
        (&drugs::OXALIPLATIN, By::Surface(85.0)),
        (&drugs::LEVOFOLINATE, By::Surface(200.0)),
        (&drugs::FLUOROURACIL, By::Surface(2_800.0)),
        (&drugs::BEVACIZUMAB, By::Weight(5.0)),
    ],
    TOXIC,
);
pub(super) static FOLFIRI_BEVACIZUMAB: Regimen = infusion(
    "FOLFIRI+Bmab",
    (14.0, 20),
    &[
        (&drugs::IRINOTECAN, By::Surface(150.0)),
        (&drugs::LEVOFOLINATE, By::Surface(200.0)),
        (&drugs::FLUOROURACIL, By::Surface(2_800.0)),
        (&drugs::BEVACIZUMAB, By::Weight(5.0)),
    ],
    TOXIC,
);
pub(super) static FOLFIRI_RAMUCIRUMAB: Regimen = Regimen {
    since: Some((2016, &FOLFIRI_BEVACIZUMAB)),
    ..infusion(
        "FOLFIRI+RAM",
        (14.0, 20),
        &[
            (&drugs::IRINOTECAN, By::Surface(150.0)),
            (&drugs::LEVOFOLINATE, By::Surface(200.0)),
            (&drugs::FLUOROURACIL, By::Surface(2_800.0)),
            (&drugs::RAMUCIRUMAB, By::Weight(8.0)),
        ],
        TOXIC,
    )
};
pub(super) static FOLFIRINOX: Regimen = Regimen {
    since: Some((2014, &GEMCITABINE_ALONE)),
    ..infusion(
        "mFOLFIRINOX",
        (14.0, 12),
        &[
            (&drugs::OXALIPLATIN, By::Surface(85.0)),
            (&drugs::IRINOTECAN, By::Surface(150.0)),
            (&drugs::LEVOFOLINATE, By::Surface(200.0)),
            (&drugs::FLUOROURACIL, By::Surface(2_400.0)),
        ],
        TOXIC,
    )
};
pub(super) static CISPLATIN_PEMETREXED: Regimen = infusion(
    "CDDP+PEM",
    (21.0, 4),
    &[(&drugs::CISPLATIN, By::Surface(75.0)), (&drugs::PEMETREXED, By::Surface(500.0))],
    TOXIC,
);
pub(super) static CARBOPLATIN_PEMETREXED: Regimen = infusion(
    "CBDCA+PEM",
    (21.0, 20),
    &[(&drugs::CARBOPLATIN, By::Area(5.0)), (&drugs::PEMETREXED, By::Surface(500.0))],
    TOXIC,
);
pub(super) static CARBOPLATIN_PEMETREXED_PEMBROLIZUMAB: Regimen = Regimen {
    since: Some((2019, &CARBOPLATIN_PEMETREXED)),
    ..infusion(
        "CBDCA+PEM+Pembro",
        (21.0, 30),
        &[
            (&drugs::CARBOPLATIN, By::Area(5.0)),
            (&drugs::PEMETREXED, By::Surface(500.0)),
            (&drugs::PEMBROLIZUMAB, By::Fixed(200.0)),
        ],
        TOXIC,
    )
};
pub(super) static CARBOPLATIN_PACLITAXEL: Regimen = infusion(
    "CBDCA+PTX",
    (7.0, 6),
    &[(&drugs::CARBOPLATIN, By::Area(2.0)), (&drugs::PACLITAXEL, By::Surface(40.0))],
    TOXIC,
);
pub(super) static DOCETAXEL_RAMUCIRUMAB: Regimen = Regimen {
    since: Some((2016, &DOCETAXEL_ALONE)),
    ..infusion(
        "DTX+RAM",
        (21.0, 12),
        &[(&drugs::DOCETAXEL, By::Surface(60.0)), (&drugs::RAMUCIRUMAB, By::Weight(10.0))],
        TOXIC,
    )
};
pub(super) static OSIMERTINIB_ALONE: Regimen = Regimen {
    since: Some((2018, &GEFITINIB_ALONE)),
    ..oral("オシメルチニブ", (28.0, 60), &[(&drugs::OSIMERTINIB, 1, ONCE, 28)])
};
pub(super) static GEFITINIB_ALONE: Regimen =
    oral("ゲフィチニブ", (28.0, 60), &[(&drugs::GEFITINIB, 1, ONCE, 28)]);
pub(super) static EC: Regimen = infusion(
    "EC",
    (21.0, 4),
    &[(&drugs::EPIRUBICIN, By::Surface(90.0)), (&drugs::CYCLOPHOSPHAMIDE, By::Surface(600.0))],
    TOXIC,
);
pub(super) static ENDOCRINE: Regimen =
    oral("内分泌療法", (90.0, 20), &[(&drugs::LETROZOLE, 1, ONCE, 90)]);
pub(super) static ENDOCRINE_BEFORE_MENOPAUSE: Regimen =
    oral("内分泌療法", (90.0, 20), &[(&drugs::TAMOXIFEN, 1, ONCE, 90)]);
pub(super) static LETROZOLE_PALBOCICLIB: Regimen = Regimen {
    since: Some((2018, &ENDOCRINE)),
    ..oral(
        "LET+PAL",
        (28.0, 40),
        &[(&drugs::LETROZOLE, 1, ONCE, 28), (&drugs::PALBOCICLIB, 1, ONCE, 21)],
    )
};
pub(super) static DOCETAXEL_TRASTUZUMAB: Regimen = infusion(
    "DTX+HER",
    (21.0, 17),
    &[(&drugs::DOCETAXEL, By::Surface(75.0)), (&drugs::TRASTUZUMAB, By::Weight(6.0))],
    TOXIC,
);
pub(super) static PACLITAXEL_BEVACIZUMAB: Regimen = infusion(
    "PTX+Bmab",
    (14.0, 16),
    &[(&drugs::PACLITAXEL, By::Surface(90.0)), (&drugs::BEVACIZUMAB, By::Weight(10.0))],
    TOXIC,
);
pub(super) static LEUPRORELIN_BICALUTAMIDE: Regimen = Regimen {
    taken: &[(&drugs::BICALUTAMIDE, 1, ONCE, 84)],
    ..infusion("CAB", (84.0, 30), &[(&drugs::LEUPRORELIN, By::Fixed(1.0))], MILD)
};
pub(super) static LEUPRORELIN_ENZALUTAMIDE: Regimen = Regimen {
    since: Some((2014, &LEUPRORELIN_BICALUTAMIDE)),
    taken: &[(&drugs::ENZALUTAMIDE, 2, ONCE, 84)],
    ..infusion("ADT+ENZ", (84.0, 20), &[(&drugs::LEUPRORELIN, By::Fixed(1.0))], MILD)
};
pub(super) static DOCETAXEL_ALONE: Regimen =
    infusion("DTX", (28.0, 10), &[(&drugs::DOCETAXEL, By::Surface(70.0))], TOXIC);
pub(super) static ATEZOLIZUMAB_BEVACIZUMAB: Regimen = Regimen {
    since: Some((2021, &LENVATINIB_ALONE)),
    ..infusion(
        "Atezo+Bev",
        (21.0, 17),
        &[(&drugs::ATEZOLIZUMAB, By::Fixed(1_200.0)), (&drugs::BEVACIZUMAB, By::Weight(15.0))],
        MILD,
    )
};
pub(super) static LENVATINIB_ALONE: Regimen = Regimen {
    since: Some((2018, &SORAFENIB_ALONE)),
    ..oral("レンバチニブ", (28.0, 18), &[(&drugs::LENVATINIB, 2, ONCE, 28)])
};
pub(super) static SORAFENIB_ALONE: Regimen =
    oral("ソラフェニブ", (28.0, 12), &[(&drugs::SORAFENIB, 2, TWICE, 28)]);
pub(super) static GEMCITABINE_NAB_PACLITAXEL: Regimen = Regimen {
    since: Some((2015, &GEMCITABINE_ALONE)),
    ..infusion(
        "GEM+nabPTX",
        (14.0, 16),
        &[
            (&drugs::GEMCITABINE, By::Surface(1_000.0)),
            (&drugs::NAB_PACLITAXEL, By::Surface(125.0)),
        ],
        TOXIC,
    )
};
pub(super) static IRINOTECAN_ALONE: Regimen =
    infusion("CPT-11", (14.0, 10), &[(&drugs::IRINOTECAN, By::Surface(150.0))], TOXIC);
pub(super) static PACLITAXEL_ALONE: Regimen =
    infusion("PTX", (14.0, 12), &[(&drugs::PACLITAXEL, By::Surface(80.0))], TOXIC);
pub(super) static GEMCITABINE_ALONE: Regimen =
    infusion("GEM", (14.0, 16), &[(&drugs::GEMCITABINE, By::Surface(1_000.0))], TOXIC);
