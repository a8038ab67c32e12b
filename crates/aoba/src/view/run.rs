//! `aoba view run`: views over files, threads over pieces, parts in the order of the input.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::time::Instant;

use anyhow::{Context as _, bail};
use fhir::view::View;
use lake::file::{Effort, EncodedPart, Encoder, Format, TableFile};
use vocab::{Issue, IssueCode, Locale, Place};

use super::flatten::{Flattener, Tally};
use super::plans::Plans;
use super::work::{Task, Work};
use crate::cli::{ViewFormat, ViewRunArgs};
use crate::ingest::find;
use crate::stats::Stats;

/// The longest line a view reads; a longer one is reported.
const LINE_BYTES_MAX: usize = 64 << 20;
/// How many quarantined lines are told one by one.
const ISSUES_TOLD_MAX: u64 = 20;

/// Runs the command.
pub(crate) fn run(args: &ViewRunArgs, locale: Locale) -> anyhow::Result<()> {
    // Huge pages are quicker, but half of each may lie idle: here memory is promised to be small.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let start = Instant::now();
    let (views, inputs) = super::sort_paths(&args.paths)?;
    let views = super::load(&views, locale)?;
    let plans = Arc::new(Plans::new(&views, locale)?);
    if args.explain {
        print!("{}", plans.explain());
        return Ok(());
    }
    if inputs.is_empty() {
        bail!("no input: name files or folders of FHIR after the views");
    }
    let found = find::find(&inputs)?;
    found.tell_passed_over(locale);
    let tally = flatten_all(args, &plans, found.files, locale)?;
    tally.print(locale);
    if args.stats {
        eprintln!("{}", serde_json::to_string(&Stats::since(start))?);
    }
    Ok(())
}

/// The outputs, one for each view in the order they were named.
struct Outputs {
    files: Vec<TableFile<Box<dyn Write + Send>>>,
    /// Files written aside and put in place at the end: a failed run leaves no half file.
    aside: Vec<(PathBuf, PathBuf)>,
}

impl Outputs {
    fn create(args: &ViewRunArgs, plans: &Plans) -> anyhow::Result<Self> {
        let format = match args.format {
            ViewFormat::Ndjson => Format::Ndjson,
            ViewFormat::Csv => Format::Csv,
            ViewFormat::Parquet => Format::Parquet,
            ViewFormat::Arrow => Format::Arrow,
        };
        let names = plans.names();
        let mut outputs = Self { files: Vec::new(), aside: Vec::new() };
        let single = names.len() == 1;
        if let (Some(folder), false) = (&args.output, single) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        for (at, name) in names.iter().enumerate() {
            let out: Box<dyn Write + Send> = match &args.output {
                None if !single => bail!("several views: give a folder with --output"),
                None if format == Format::Parquet || format == Format::Arrow => {
                    if io::stdout().is_terminal() {
                        bail!("{format} is not for a terminal: give a file with --output");
                    }
                    Box::new(BufWriter::new(io::stdout()))
                }
                None => Box::new(BufWriter::new(io::stdout())),
                Some(path) if single => Box::new(outputs.open(path.clone())?),
                Some(folder) => Box::new(outputs.open(folder.join(format!("{name}.{format}")))?),
            };
            let schema = plans.schema(at);
            outputs.files.push(TableFile::create(out, format, Effort::Fast, &schema)?);
        }
        Ok(outputs)
    }

    fn open(&mut self, path: PathBuf) -> anyhow::Result<BufWriter<File>> {
        let mut name = path.file_name().context("the output has no file name")?.to_owned();
        name.push(".part");
        let aside = path.with_file_name(name);
        let file =
            File::create(&aside).with_context(|| format!("cannot write {}", path.display()))?;
        self.aside.push((aside, path));
        Ok(BufWriter::with_capacity(1 << 20, file))
    }

    fn finish(mut self) -> anyhow::Result<()> {
        for file in self.files.drain(..) {
            file.finish()?.flush()?;
        }
        for (aside, path) in self.aside.drain(..) {
            std::fs::rename(&aside, &path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        for (aside, _) in &self.aside {
            // It may never have been made.
            std::fs::remove_file(aside).ok();
        }
    }
}

/// What a thread made of one piece.
struct Done {
    number: usize,
    parts: Vec<(usize, EncodedPart)>,
    tally: Tally,
}

fn flatten_all(
    args: &ViewRunArgs,
    plans: &Arc<Plans>,
    files: Vec<PathBuf>,
    locale: Locale,
) -> anyhow::Result<Tally> {
    let mut outputs = Outputs::create(args, plans)?;
    let encoders: Vec<Encoder> = outputs.files.iter().map(TableFile::encoder).collect();
    let threads =
        args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let work = Mutex::new(Work::new(files, LINE_BYTES_MAX));
    let stop = AtomicBool::new(false);
    let window = Window::new(threads + 2);
    let (send, receive) = mpsc::channel::<anyhow::Result<Done>>();
    let mut total = Tally::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (send, work, stop, window) = (send.clone(), &work, &stop, &window);
            let (encoders, plans) = (&encoders, Arc::clone(plans));
            scope.spawn(move || {
                let mut flattener = Flattener::new(&plans, encoders);
                while !stop.load(Ordering::Relaxed) {
                    let next =
                        window.claim(|| work.lock().unwrap_or_else(PoisonError::into_inner).next());
                    let done = match next {
                        Ok(None) => break,
                        Ok(Some(task)) => flattener.take(task),
                        Err(error) => Err(error.into()),
                    };
                    if send.send(done).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let result = append_in_order(&receive, &mut outputs, &window, &mut total, (args, locale));
        if result.is_err() {
            stop.store(true, Ordering::Relaxed);
            window.open_wide();
        }
        result
    })?;
    outputs.finish()?;
    Ok(total)
}

fn append_in_order(
    receive: &mpsc::Receiver<anyhow::Result<Done>>,
    outputs: &mut Outputs,
    window: &Window,
    total: &mut Tally,
    (args, locale): (&ViewRunArgs, Locale),
) -> anyhow::Result<()> {
    let (mut waiting, mut next) = (BTreeMap::new(), 0);
    for done in receive {
        let done = done?;
        waiting.insert(done.number, done);
        while let Some(done) = waiting.remove(&next) {
            for (view, part) in done.parts {
                let file = outputs.files.get_mut(view).context("a part for a view not there")?;
                file.append(part).context("cannot write the output")?;
            }
            for issue in done.tally.issues() {
                if args.strict {
                    bail!("{issue}");
                }
                total.tell(issue, locale, ISSUES_TOLD_MAX);
            }
            total.add(&done.tally);
            next += 1;
            window.release();
        }
    }
    Ok(())
}

/// Keeps threads from running far ahead of the appender: memory stays bounded whatever the input.
struct Window {
    free: Mutex<usize>,
    freed: Condvar,
}

impl Window {
    fn new(size: usize) -> Self {
        Self { free: Mutex::new(size), freed: Condvar::new() }
    }

    /// Waits for a place, then claims work with `next`; the place is given back if there is none.
    fn claim<E>(&self, next: impl FnOnce() -> Result<Option<Task>, E>) -> Result<Option<Task>, E> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        drop(free);
        next()
    }

    fn release(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.freed.notify_one();
    }

    fn open_wide(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) = usize::MAX / 2;
        self.freed.notify_all();
    }
}

impl Flattener<'_> {
    /// Flattens and encodes one piece.
    fn take(&mut self, task: Task) -> anyhow::Result<Done> {
        let number = task.number;
        let (parts, tally) = self.flatten(task)?;
        Ok(Done { number, parts, tally })
    }
}

/// An issue about a file that could not be read on.
pub(super) fn too_long(file: &Path, line: u64, size_bytes: u64) -> Issue {
    let detail = format!("{size_bytes} bytes");
    Issue::new(IssueCode::TooLong, Place::at_line(line), detail).in_file(&file.to_string_lossy())
}

/// The views, parsed once and shared.
pub(super) type Views = Vec<Arc<View>>;
