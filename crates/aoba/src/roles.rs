//! Whom a visitor of the demonstration may be: four people of an invented hospital, each with
//! grants of their own, made in the ledger like any other.
//!
//! Offered only where every person shown is invented: who may become a treating doctor with one
//! press of a button must find no real patient.

use desk::Account;
use ledger::{NewGrant, NewStudy};
use vocab::{Actor, PurposeOfUse, StudyId, Text};

use crate::house::House;

/// The study of the demonstration.
const STUDY: &str = "demo-study";

/// One of the four.
struct Role {
    actor: &'static str,
    name: Text,
    role: Text,
    home: &'static str,
    rights: &'static [Right],
}

/// What a role may look for.
struct Right {
    purpose: PurposeOfUse,
    /// Whether the right is bound to the study of the demonstration.
    in_study: bool,
    sees_rows: bool,
}

/// Counts that may be shown, and no row.
const fn counts(purpose: PurposeOfUse) -> Right {
    Right { purpose, in_study: false, sees_rows: false }
}

const ROLES: [Role; 4] = [
    Role {
        actor: "demo:researcher",
        name: Text { ja: "青木 遥", en: "Haruka Aoki" },
        role: Text {
            ja: "研究者・糖尿病代謝内科", en: "Researcher, diabetes and metabolism"
        },
        home: "/",
        rights: &[Right { purpose: PurposeOfUse::Research, in_study: true, sees_rows: false }],
    },
    Role {
        actor: "demo:doctor",
        name: Text { ja: "高橋 誠", en: "Makoto Takahashi" },
        role: Text { ja: "診療医・循環器内科", en: "Treating doctor, cardiology" },
        home: "/patients",
        rights: &[
            Right { purpose: PurposeOfUse::Treatment, in_study: false, sees_rows: true },
            counts(PurposeOfUse::QualityImprovement),
        ],
    },
    Role {
        actor: "demo:engineer",
        name: Text { ja: "中村 翼", en: "Tsubasa Nakamura" },
        role: Text {
            ja: "データ運用・メディカルITセンター",
            en: "Data engineer, medical IT centre",
        },
        home: "/records/loads",
        rights: &[counts(PurposeOfUse::Operations)],
    },
    Role {
        actor: "demo:steward",
        name: Text { ja: "小林 恵", en: "Megumi Kobayashi" },
        role: Text { ja: "データ管理・監査", en: "Data steward and auditor" },
        home: "/",
        rights: &[
            counts(PurposeOfUse::Operations),
            counts(PurposeOfUse::Research),
            counts(PurposeOfUse::Compliance),
        ],
    },
];

/// Gives the four what they may do, where they do not have it yet, and tells who they are.
pub(crate) async fn prepare(house: &House) -> anyhow::Result<Vec<Account>> {
    let study = StudyId::new(STUDY)?;
    let studies = house.ledger.studies();
    if studies.get(&study).await?.is_none() {
        let new = NewStudy {
            id: study.clone(),
            title_ja: "2型糖尿病の治療と心腎予後に関する観察研究(デモ)".to_owned(),
            title_en: "Treatment of type 2 diabetes and outcomes of heart and kidney (demo)"
                .to_owned(),
        };
        studies.record(&new, &house.actor).await?;
    }
    let mut accounts = Vec::with_capacity(ROLES.len());
    for role in &ROLES {
        let actor = Actor::new(role.actor)?;
        let held = house.ledger.people().rights_of(&actor).await?;
        for right in role.rights {
            let new = NewGrant {
                actor: actor.clone(),
                purpose: right.purpose,
                study: right.in_study.then(|| study.clone()),
                sees_rows: right.sees_rows,
                exact_counts: false,
                expires: None,
            };
            let has = |one: &ledger::Right| {
                (one.purpose, &one.study, one.sees_rows) == (new.purpose, &new.study, new.sees_rows)
            };
            if !held.iter().any(has) {
                house.ledger.people().grant(&new, &house.actor).await?;
            }
        }
        accounts.push(Account { actor, name: role.name, role: role.role, home: role.home });
    }
    Ok(accounts)
}
