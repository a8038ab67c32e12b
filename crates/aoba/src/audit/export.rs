//! `aoba audit export`, and `aoba audit verify --offline`, which needs no house.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::{AuditFilter, ExportForm, PublicKey, patient_object, verify_export};
use vocab::Locale;

use super::taken;
use crate::cli::{AuditExportArgs, AuditExportFormat, AuditVerifyArgs};
use crate::consent;
use crate::house::House;
use crate::output::tell;

/// Writes rows, each with its proof, into a file that is there whole or not at all.
pub(super) async fn run(house: &House, args: &AuditExportArgs) -> anyhow::Result<()> {
    let key = house.ledger.checkpoints().key()?;
    let mut earlier = Vec::new();
    for note in taken::notes(&args.checkpoints)? {
        let tree = key.checkpoint(&note);
        earlier.push(tree.map_err(|fault| anyhow::anyhow!(fault.text().get(house.locale)))?.size);
    }
    earlier.sort_unstable();
    earlier.dedup();
    let filter = filter(house, args).await?;
    let form = match args.format {
        AuditExportFormat::Ndjson => ExportForm::Ndjson,
        AuditExportFormat::Csv => ExportForm::Csv,
    };
    if args.out.exists() {
        bail!("{} is there already: name another file", args.out.display());
    }
    let folder = match args.out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let writing = || format!("cannot write {}", args.out.display());
    let file = tempfile::NamedTempFile::new_in(folder).with_context(writing)?;
    let mut out = BufWriter::new(file);
    let audit = house.ledger.audit();
    let exported = audit.export((&filter, form), &earlier, &house.actor, &mut out).await?;
    out.flush().with_context(writing)?;
    let file = out.into_inner().map_err(|error| error.into_error()).with_context(writing)?;
    file.as_file().sync_all().with_context(writing)?;
    file.persist_noclobber(&args.out).with_context(writing)?;
    super::checkpoints::send(house).await?;
    let (rows, covered, out) = (exported.rows, exported.covered, args.out.display());
    match house.locale {
        Locale::En => tell!("{out}: {rows} rows, under the checkpoint over {covered}"),
        Locale::Ja => tell!("{out}: {rows}行({covered}行までのチェックポイント付き)"),
    }
    tell!("{key}");
    Ok(())
}

async fn filter(house: &House, args: &AuditExportArgs) -> anyhow::Result<AuditFilter> {
    let mut filter = AuditFilter { actor: args.actor.clone(), ..AuditFilter::default() };
    if let Some(text) = &args.patient {
        let patient = consent::find(house, text).await?;
        let numbers = house.ledger.links().person_of(patient).await?;
        filter.objects = numbers.into_iter().map(patient_object).collect();
    }
    let zone = TimeZone::get(&house.config.time.zone)
        .with_context(|| format!("time.zone in aoba.toml: {:?}", house.config.time.zone))?;
    let begin = |day: Date| anyhow::Ok(zone.to_timestamp(day.at(0, 0, 0, 0))?);
    filter.since = args.from.map(begin).transpose()?;
    // The last day is among them.
    filter.until = args.to.map(|day| begin(day.tomorrow()?)).transpose()?;
    Ok(filter)
}

/// Verifies an export with a key and nothing else.
pub(crate) fn verify_offline(args: &AuditVerifyArgs, locale: Locale) -> anyhow::Result<()> {
    let (Some(path), Some(key)) = (&args.offline, &args.key) else {
        bail!("--offline needs --key: what `aoba audit key` printed, or a file that holds it");
    };
    let key: PublicKey = match key.parse() {
        Ok(key) => key,
        Err(wrong) => {
            let text = std::fs::read_to_string(key).with_context(|| format!("--key: {wrong}"))?;
            text.parse().with_context(|| format!("--key {key}"))?
        }
    };
    let outside = taken::notes(&args.checkpoints)?;
    let reading = || format!("cannot read {}", path.display());
    let file = BufReader::new(File::open(path).with_context(reading)?);
    let verdict = verify_export(file, &key, &outside).with_context(reading)?;
    match verdict {
        Ok(verdict) => {
            let (rows, covered, outside) = (verdict.rows, verdict.covered, verdict.outside);
            match (locale, verdict.whole) {
                (Locale::En, true) => tell!(
                    "the export is what {} wrote: all {rows} rows, held against {outside} \
                     checkpoints from elsewhere",
                    key.name()
                ),
                (Locale::En, false) => tell!(
                    "the export is what {} wrote: {rows} rows of {covered}, held against {outside} \
                     checkpoints from elsewhere",
                    key.name()
                ),
                (Locale::Ja, true) => tell!(
                    "{}が書き出したとおりです: 全{rows}行、外部のチェックポイント{outside}件と照合しました",
                    key.name()
                ),
                (Locale::Ja, false) => tell!(
                    "{}が書き出したとおりです: {covered}行のうち{rows}行、外部のチェックポイント{outside}件と照合しました",
                    key.name()
                ),
            }
            if outside == 0 {
                match locale {
                    Locale::En => tell!(
                        "without --checkpoints nobody can tell whether the whole audit was made anew"
                    ),
                    Locale::Ja => tell!(
                        "--checkpointsがないと、監査記録全体が作り直されたかどうかは分かりません"
                    ),
                }
            }
            Ok(())
        }
        Err(broken) => {
            let what = broken.by.text().get(locale);
            match (locale, broken.line) {
                (Locale::En, 0) => bail!("a checkpoint from elsewhere: {what}"),
                (Locale::Ja, 0) => bail!("外部のチェックポイント: {what}"),
                (Locale::En, line) => bail!("line {line} of {}: {what}", path.display()),
                (Locale::Ja, line) => bail!("{}の{line}行目: {what}", path.display()),
            }
        }
    }
}
