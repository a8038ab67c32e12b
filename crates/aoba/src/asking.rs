//! Commands that look: `aoba sql`, `aoba tables`.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Write, stdout};

use anyhow::{Context as _, bail};
use arrow::util::pretty::pretty_format_batches;
use arrow_array::RecordBatch;
use lake::file::{Effort, Format, TableFile};
use lake::{Reader, ReaderError};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use vocab::{Locale, SnapshotId};

use crate::cli::{PermitArgs, SqlArgs, SqlFormat, TablesArgs};
use crate::digest;
use crate::house::House;
use crate::output::List;

/// Lines of a table printed for reading; the rest is counted.
const ROWS_SHOWN_MAX: usize = 1_000;

/// Opens a reader under a permit; the look is in the audit log before the first row is read.
async fn reader(
    house: &House,
    args: &PermitArgs,
    snapshot: Option<i64>,
    act: (&str, &str),
) -> anyhow::Result<Reader> {
    let (act, question) = act;
    let digest: String =
        Sha256::digest(question.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let permit =
        house.ledger.permit(&house.actor, args.purpose, args.study.as_ref(), act, &digest).await?;
    let reader = house.lake.reader(permit, snapshot.map(SnapshotId)).await;
    reader.map_err(|error| said(house, &error))
}

fn said(house: &House, error: &ReaderError) -> anyhow::Error {
    anyhow::anyhow!("{}", error.say(house.locale))
}

/// `aoba sql`
pub(crate) async fn sql(house: &House, args: &SqlArgs) -> anyhow::Result<()> {
    let query = if args.query == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).context("cannot read the question")?;
        text
    } else {
        args.query.clone()
    };
    // An answer that goes into a file may leave the house: who erases somebody must know of it.
    let act = if args.output.is_some() { "sql-file" } else { "sql" };
    let reader = reader(house, &args.permit, args.snapshot, (act, &query)).await?;
    let mut stream = reader.stream(&query).await.map_err(|error| said(house, &error))?;
    let format = match args.format {
        SqlFormat::Table => return print_table(house, args, stream).await,
        SqlFormat::Csv => Format::Csv,
        SqlFormat::Json => Format::Json,
        SqlFormat::Parquet => Format::Parquet,
        SqlFormat::Arrow => Format::Arrow,
    };
    let mut file =
        TableFile::create(output(args, format)?, format, Effort::Small, &stream.schema())?;
    while let Some(batch) = stream.next().await.map_err(|error| said(house, &error))? {
        file.write(&batch)?;
    }
    file.finish()?.flush()?;
    Ok(())
}

fn output(args: &SqlArgs, format: Format) -> anyhow::Result<Box<dyn Write + Send>> {
    let Some(path) = &args.output else {
        let binary = matches!(format, Format::Parquet | Format::Arrow);
        if binary && stdout().is_terminal() {
            bail!("{format} is not for a terminal: give a file with --output");
        }
        return Ok(Box::new(BufWriter::new(stdout())));
    };
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

async fn print_table(
    house: &House,
    args: &SqlArgs,
    mut stream: lake::reader::SqlStream,
) -> anyhow::Result<()> {
    let (mut shown, mut rows) = (vec![RecordBatch::new_empty(stream.schema())], 0);
    while let Some(batch) = stream.next().await.map_err(|error| said(house, &error))? {
        let room = ROWS_SHOWN_MAX.saturating_sub(rows).min(batch.num_rows());
        if room > 0 {
            shown.push(batch.slice(0, room));
        }
        rows += batch.num_rows();
    }
    let mut out: Box<dyn Write> = match &args.output {
        None => Box::new(stdout().lock()),
        Some(path) => Box::new(
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?,
        ),
    };
    writeln!(out, "{}", pretty_format_batches(&shown)?)?;
    if rows > ROWS_SHOWN_MAX {
        match house.locale {
            Locale::En => writeln!(out, "{ROWS_SHOWN_MAX} of {rows} rows; --format csv gives all")?,
            Locale::Ja => {
                writeln!(
                    out,
                    "{rows}行のうち{ROWS_SHOWN_MAX}行。全行は--format csvで出力できます"
                )?;
            }
        }
    }
    Ok(())
}

/// `aoba tables`
pub(crate) async fn tables(house: &House, args: &TablesArgs) -> anyhow::Result<()> {
    let reader = reader(house, &args.permit, args.snapshot, ("tables", "")).await?;
    let mut columns = vec!["name", "rows", "resources", "patients", "first_day", "last_day"];
    columns.extend(args.digest.then_some("digest"));
    let mut list = List::new(&columns);
    for table in reader.table_counts().await.map_err(|error| said(house, &error))? {
        let day =
            |day: Option<jiff::civil::Date>| day.map_or(Value::Null, |d| d.to_string().into());
        let digest = match args.digest {
            true => Some(digest::of(&reader, &table.name).await.map_err(|e| said(house, &e))?),
            false => None,
        };
        // The operator at this machine holds the files; what may leave is for releases to judge.
        let mut row = vec![
            table.name.into(),
            table.rows.get().into(),
            table.resources.get().into(),
            table.patients.get().into(),
            day(table.first_day),
            day(table.last_day),
        ];
        row.extend(digest.map(Value::from));
        list.push(row);
    }
    list.print(args.format, &mut stdout().lock())?;
    Ok(())
}
