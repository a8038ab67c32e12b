//! `aoba opt-out`, `aoba opt-in`.

use anyhow::bail;
use ledger::{OptIn, OptOut};
use vocab::{Locale, PatientId, PurposeOfUse};

use crate::cli::ConsentArgs;
use crate::house::House;
use crate::output::tell;

/// Which way a wish goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Out of secondary use.
    Out,
    /// In again.
    In,
}

/// Records a patient's wish; it is in force at the next reading.
pub(crate) async fn run(house: &House, args: &ConsentArgs, wish: Wish) -> anyhow::Result<()> {
    let patient = find(house, &args.patient).await?;
    let mut purposes = args.purposes.clone();
    if purposes.is_empty() {
        purposes.extend(PurposeOfUse::SECONDARY);
    }
    if purposes.contains(&PurposeOfUse::Treatment) {
        bail!("treatment cannot be refused here: the record is needed to care for the patient");
    }
    if purposes.contains(&PurposeOfUse::Compliance) {
        bail!("compliance cannot be refused: it opens the audit log and no record");
    }
    let (reason, by) = (args.reason.clone(), house.actor.clone());
    let consents = house.ledger.consents();
    let names: Vec<&str> = purposes.iter().map(|purpose| purpose.as_str()).collect();
    let names = names.join(", ");
    let recorded = match wish {
        Wish::Out => consents.opt_out(OptOut { patient, purposes, reason, by }).await?,
        Wish::In => consents.opt_in(OptIn { patient, purposes, reason, by }).await?,
    };
    let numbers = recorded.patients.len();
    let told = match (house.locale, wish) {
        (Locale::En, Wish::Out) => {
            format!("opted out of {names}: gone from the next reading on ({numbers} numbers)")
        }
        (Locale::En, Wish::In) => format!("opted in to {names} again ({numbers} numbers)"),
        (Locale::Ja, Wish::Out) => {
            format!(
                "利用停止を記録しました({names})。次の読み出しから除外されます(番号{numbers}件)"
            )
        }
        (Locale::Ja, Wish::In) => format!("利用再開を記録しました({names}、番号{numbers}件)"),
    };
    tell!("{told}");
    Ok(())
}

/// The one patient a text means.
pub(crate) async fn find(house: &House, text: &str) -> anyhow::Result<PatientId> {
    let found = house.ledger.identity().find(text).await?;
    match found.as_slice() {
        [patient] => Ok(*patient),
        [] => bail!(
            "no patient is known as {text:?}: give an identifier, system|value, the record's id, \
             source/id, or the number in patient_id"
        ),
        several => bail!(
            "{} patients are known as {text:?}: give system|value or source/id, which is one",
            several.len()
        ),
    }
}
