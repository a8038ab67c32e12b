//! `aoba erase`, `aoba erasures`: one person's records taken out of everything, certified.
//!
//! First everything is looked through, as often as a look teaches something new of the person: a
//! maiden name in an older record, another resource of theirs. Then what will change is written
//! aside, and the lake carries it out. Nothing changes before that.

mod book;
mod home;
mod judge;
mod person;
mod sweep;

use std::collections::BTreeSet;
use std::io::stdout;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use fhir::mention::{Kind, Kinds, Terms};
use jiff::Timestamp;
use lake::{Certificate, Erasing, LinesOf, LookedThrough, Recall, Speaks, Writer};
use ledger::{IdentityOwner, NewErasure, NewLoad, Scrub};
use serde_json::Value;
use vocab::{ErasureId, Locale, PatientId};

use self::book::Book;
use self::home::{KEY_CHARS_MIN, Words};
use self::person::{Held, Person};
use self::sweep::{LeftText, Sweep, Swept};
use crate::cli::{EraseArgs, ErasuresArgs, ReportFormat};
use crate::house::House;
use crate::ingest::again::{self, Again, Left, Text};
use crate::ingest::bases::OwnBases;
use crate::ingest::whose::Belonging;
use crate::output::List;
use crate::output::tell;
use crate::{progress, pull};

/// So many looks through everything at most: each but the last has taught something.
const LOOKS_MAX: usize = 12;

/// `aoba erase`
pub(crate) async fn run(house: &House, args: &EraseArgs) -> anyhow::Result<()> {
    // Before anything is looked through, or asked of a bucket.
    house.lake.may_erase().await?;
    // Taking the right to write carries out what was interrupted.
    let mut writer = house.lake.writer("erase").await?;
    if args.lift {
        return lift(house, &writer, &args.patient).await;
    }
    // Nothing may come in meanwhile.
    let _pulls = house.ledger.pull_lease("erase").await?;
    let reason = args.reason.as_deref().unwrap_or_default();
    let held = Held::read(house).await?;
    let looked = house.ledger.clock().now().to_string();
    let Person { book, first_seen } =
        person::find(house, &writer, (&held, args.patient.as_str())).await?;
    let (book, swept) = look(house, &writer, (&held, book), args.quiet).await?;
    let sources: Vec<u16> = (0..held.sources.len()).filter_map(|at| at.try_into().ok()).collect();
    let terms = book.terms(&sources)?;
    let keys = book.keys().map(|(_, key)| key.to_owned()).collect();
    let words = Words { terms: &terms, keys };
    if words.are_in(reason) {
        bail!(by(
            house.locale,
            "the reason names the person: it is kept for ever, so write it without",
            "理由に本人を特定する語があります。理由はずっと残るため、その語を除いて書いてください",
        ));
    }
    let mut certificate = certificate(&held, (&book, &swept));
    certificate.actor = house.actor.to_string();
    reason.clone_into(&mut certificate.reason);
    certificate.looked = looked;
    certificate.recall = recall(house, &words, first_seen).await?;
    certificate.removed.pulls = pull::waiting(&house.home)?;
    let texts = home::texts(&house.ledger.erasures(), &words).await?;
    let again = read_again(house, &writer, &swept).await?;
    let erasing = Erasing {
        begun: begun(house, &writer, (&book, &swept), reason).await?,
        owners: owners(&book, &swept),
        scrub: Scrub { texts, lines: lines(&swept.gone) },
        landing: swept.files,
        gone: swept.gone,
        cut: swept.cut,
        again: again.rows,
        specs: again.specs,
        speaks: speaks(&book, &terms),
        certificate,
    };
    if args.dry_run {
        return show(&writer.would_erase(erasing).await?, args.format, house.locale);
    }
    pull::give_up(&house.home)?;
    // What others' records say of who people are, without the person: a rebuild tells the same.
    house.ledger.identity().put_many(&again.identities).await?;
    let certificate = carry_out(house, &mut writer, erasing).await?;
    show(&certificate, args.format, house.locale)
}

/// What a look tells a certificate.
fn certificate(held: &Held, (book, swept): (&Book, &Swept)) -> Certificate {
    let mut certificate = Certificate {
        looked_for: book.counted(),
        looked_through: LookedThrough {
            landing_files: held.files.len() as u64,
            landing_lines: swept.lines,
            ..LookedThrough::default()
        },
        mentions: swept.mentions.clone(),
        ..Certificate::default()
    };
    certificate.removed.resources = swept.resources;
    certificate.removed.unreadable = swept.unreadable;
    certificate
}

/// What people must call back, or look at.
async fn recall(
    house: &House,
    words: &Words<'_>,
    first_seen: Option<Timestamp>,
) -> anyhow::Result<Vec<Recall>> {
    let mut recall = home::files(house, words)?;
    if let Some(first) = first_seen {
        recall.extend(answers(house, first).await?);
    }
    let backups = house.ledger.erasures().backups(first_seen.unwrap_or_default()).await?;
    recall.extend(
        backups
            .into_iter()
            .map(|(generation, made)| Recall::Backup { generation, made: made.to_string() }),
    );
    Ok(recall)
}

/// Whether a cell of a row of somebody else's speaks of the person: in words, or by the key of a
/// resource of theirs.
fn speaks(book: &Book, terms: &Terms) -> Speaks {
    let kinds = Kinds::of(&[Kind::Reference, Kind::Identifier, Kind::Name]);
    let keys = book.resources.iter().map(|(_, _, key)| key.clone());
    let keys: BTreeSet<String> = keys.filter(|key| key.chars().count() >= KEY_CHARS_MIN).collect();
    let terms = terms.clone();
    Speaks::new(move |text| keys.contains(text) || !terms.are_in(text).both(kinds).is_empty())
}

async fn carry_out(
    house: &House,
    writer: &mut Writer,
    erasing: Erasing,
) -> anyhow::Result<Certificate> {
    let loads = house.ledger.loads();
    let new = NewLoad {
        source: "lake".to_owned(),
        command: "erase".to_owned(),
        actor: house.actor.clone(),
    };
    let load = loads.begin(writer.lease(), new).await?;
    match writer.erase(load, erasing).await {
        Ok(certificate) => Ok(certificate),
        Err(error) => {
            if !house.lake.is_erasing() {
                loads.fail(writer.lease(), load, &error.to_string()).await?;
            }
            Err(error.into())
        }
    }
}

/// Looks through everything until a look teaches nothing new.
async fn look(
    house: &House,
    writer: &Writer,
    (held, mut book): (&Held, Book),
    quiet: bool,
) -> anyhow::Result<(Book, Swept)> {
    let keys = house.ledger.patient_keys().await?;
    let own_bases = OwnBases::read(house).await?;
    let belonging = Belonging::new((keys.clone(), held.sources.clone()), house.zone()?, own_bases);
    let total = held.files.iter().map(|file| file.size_bytes).sum();
    let (mut known, mut numbers) = (LinesOf::new(), BTreeSet::new());
    for _ in 0..LOOKS_MAX {
        if numbers != book.numbers {
            numbers.clone_from(&book.numbers);
            let all: Vec<PatientId> = numbers.iter().copied().collect();
            known = writer.lines_of(&all).await?;
        }
        let bearers = bearers(house, &book).await?;
        let files = held.files_for(&book);
        let sweep = Sweep {
            landing: house.lake.landing().clone(),
            files: &files,
            book: &book,
            known: &known,
            bearers: &bearers,
            belonging: belonging.clone(),
            erased: keys.erased(),
            line_bytes_max: house.config.ingest.line_bytes_max,
            bar: progress::bytes(total, "looking", quiet),
        };
        let swept = tokio::task::block_in_place(|| sweep.run())?;
        sweep.bar.finish_and_clear();
        let mut learned = book.after(&swept.book);
        // The same bytes may have been sent by two systems: both numbers are the person's.
        for (source, key) in swept.book.keys() {
            let name = held.sources.get(usize::from(source)).context("a source that is none")?;
            learned.numbers.insert(keys.patient_id(name, key));
        }
        if learned == book {
            return Ok((book, swept));
        }
        book = learned;
    }
    bail!(
        "every look through the kept files taught something new of the person; please report this"
    )
}

/// Others who bear one of the person's names.
async fn bearers(house: &House, book: &Book) -> anyhow::Result<BTreeSet<PatientId>> {
    let mut bearers = BTreeSet::new();
    for name in book.names() {
        bearers.extend(house.ledger.identity().bearers(name).await?);
    }
    bearers.retain(|patient| !book.numbers.contains(patient));
    Ok(bearers)
}

/// The rows that cut lines make from now on, where they stand.
async fn read_again(house: &House, writer: &Writer, swept: &Swept) -> anyhow::Result<Again> {
    let standing = writer.standing(&swept.cut).await?;
    let mut left = Vec::new();
    for LeftText { file, sources, text, cut } in &swept.left {
        for (_, source) in sources {
            let of_file = standing.get(file).into_iter().flatten();
            let lines = of_file.filter(|(name, line)| **name == **source && cut.contains(line));
            let lines: BTreeSet<u64> = lines.map(|(_, line)| *line).collect();
            if !lines.is_empty() {
                let text = match text {
                    Text::Line(number, text) => Text::Line(*number, text.clone()),
                    Text::Whole(text) => Text::Whole(text.clone()),
                };
                left.push(Left { file: *file, source: Arc::clone(source), text, lines });
            }
        }
    }
    again::read(house, &left).await
}

/// What the ledger is told at the beginning.
async fn begun(
    house: &House,
    writer: &Writer,
    (book, swept): (&Book, &Swept),
    reason: &str,
) -> anyhow::Result<NewErasure> {
    let keys = house.ledger.patient_keys().await?;
    let erased = keys.erased();
    let mut tombstones: Vec<i64> =
        book.numbers.iter().map(|patient| erased.of_patient(*patient)).collect();
    let resources = swept.erased.iter();
    tombstones.extend(resources.map(|(source, kind, key)| erased.of_resource(source, kind, key)));
    for (system, value) in book.identifiers() {
        // One that others have too says nothing of who somebody is.
        if keys.all_by_identifier(system, value).is_subset(&book.numbers) {
            tombstones.push(erased.of_identifier(system, value));
        }
    }
    Ok(NewErasure {
        id: house.ledger.erasures().next_id(writer.lease()).await?,
        by: house.actor.clone(),
        reason: reason.to_owned(),
        patients: book.numbers.iter().copied().collect(),
        tombstones,
    })
}

/// Whom the identity store forgets.
fn owners(book: &Book, swept: &Swept) -> Vec<IdentityOwner> {
    let patients = book.numbers.iter().map(|patient| IdentityOwner::Patient(*patient));
    patients.chain(swept.owners.iter().cloned()).collect()
}

/// Lines of which quarantine keeps the reason alone.
fn lines(gone: &LinesOf) -> Vec<(vocab::LandingId, u64)> {
    let all = gone.iter().flat_map(|(file, lines)| lines.iter().map(move |line| (*file, *line)));
    let all: BTreeSet<_> = all.map(|(file, line)| (file, fhir::entry::line_of(line))).collect();
    all.into_iter().collect()
}

/// Answers that may have left the house since the person was first seen.
async fn answers(house: &House, first: Timestamp) -> anyhow::Result<Vec<Recall>> {
    let looks = house.ledger.erasures().looks(first).await?;
    let recall = looks.into_iter().map(|look| Recall::Answers {
        actor: look.actor,
        purpose: look.purpose,
        study: look.study,
        answers: look.looks,
        to_files: look.to_files,
        first: look.first,
        last: look.last,
    });
    Ok(recall.collect())
}

fn by(locale: Locale, en: &'static str, ja: &'static str) -> &'static str {
    match locale {
        Locale::En => en,
        Locale::Ja => ja,
    }
}

/// Lets somebody come back.
async fn lift(house: &House, writer: &Writer, text: &str) -> anyhow::Result<()> {
    let lifted = house.ledger.erasures().lift(writer.lease(), text, &house.actor).await?;
    if lifted.is_empty() {
        match house.locale {
            Locale::En => bail!(
                "no one erased person is known as {text:?}: give system|value, or source/id of \
                 their record"
            ),
            Locale::Ja => bail!(
                "{text:?}に当たる消去済みの人が1人に決まりません。system|valueか、記録のsource/idを指定してください"
            ),
        }
    }
    let landing = house.lake.landing().clone();
    let ids = lifted.clone();
    let withheld = tokio::task::spawn_blocking(move || landing.lift(&ids)).await??;
    let ids: Vec<String> = lifted.iter().map(ToString::to_string).collect();
    let ids = ids.join(", ");
    match house.locale {
        Locale::En => tell!(
            "erasure {ids} is lifted: give the original files to `aoba ingest` again, then run `aoba \
             rebuild`; {withheld} files stay as they are, for others were erased from them too"
        ),
        Locale::Ja => tell!(
            "消去{ids}を解除しました。元のファイルをもう一度`aoba ingest`で取り込み、`aoba rebuild`を実行してください。\
             他の人も消去された{withheld}個のファイルは元に戻りません"
        ),
    }
    Ok(())
}

fn show(certificate: &Certificate, format: ReportFormat, locale: Locale) -> anyhow::Result<()> {
    match format {
        ReportFormat::Json => tell!("{}", serde_json::to_string_pretty(certificate)?),
        ReportFormat::Text => print!("{}", certificate.say(locale)),
    }
    Ok(())
}

/// `aoba erasures`
pub(crate) async fn list(house: &House, args: &ErasuresArgs) -> anyhow::Result<()> {
    let erasures = house.ledger.erasures();
    if let Some(number) = args.erasure {
        let text = erasures.certificate(ErasureId(number)).await?;
        let text = text.with_context(|| match house.locale {
            Locale::En => format!(
                "erasure {number} was interrupted: the next command that writes, such as `aoba \
                 optimize`, carries it out"
            ),
            Locale::Ja => format!(
                "消去{number}は中断しています。書き込みを伴うコマンド(`aoba optimize`など)が続きを行います"
            ),
        })?;
        return show(&serde_json::from_str(&text)?, args.format, house.locale);
    }
    let columns = [
        "erasure",
        "begun",
        "ended",
        "actor",
        "reason",
        "snapshot",
        "certificate_sha256",
        "lifted",
    ];
    let mut list = List::new(&columns);
    let time = |at: Option<Timestamp>| at.map_or(Value::Null, |at| at.to_string().into());
    for one in erasures.list().await? {
        list.push(vec![
            one.id.0.into(),
            one.begun.to_string().into(),
            time(one.ended),
            one.actor.into(),
            one.reason.into(),
            one.snapshot.map_or(Value::Null, |id| id.0.into()),
            one.certificate_sha256.map_or(Value::Null, Value::from),
            time(one.lifted),
        ]);
    }
    let format = match args.format {
        ReportFormat::Json => crate::cli::ListFormat::Json,
        ReportFormat::Text => crate::cli::ListFormat::Table,
    };
    list.print(format, &mut stdout().lock())?;
    Ok(())
}
