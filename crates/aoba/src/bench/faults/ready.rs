//! How soon a large home answers again after its load was killed: the portal's first page, and a
//! question on the command line.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail};
use serde_json::Value;
use synth::dice::Dice;
use synth::hospital::Hospital;

use super::kept::{Home, pause};
use super::verdict;
use crate::bench::runs::{median, to_f64};
use crate::bench::synth::{this_program, timed};
use crate::bench::{change, ingest};
use crate::cli::BenchFaultsArgs;
use crate::demo::INVENTED;

/// One patient of so many changes in a day.
const PATIENTS_PER_CHANGED: u64 = 1_000;

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let home = Home::at(folder.join("home"));
    let (patients, seed) = (args.ready_patients.to_string(), args.seed.to_string());
    let mut make = this_program()?;
    make.args(["synth", "--quiet", "--patients", &patients, "--seed", &seed, "--into"]);
    timed(make.arg(&home.path))?;
    let gigabytes = to_f64(ingest::size_of(&home.path)?) / 1e9;
    let hospital = Hospital { seed: args.seed, patients: args.ready_patients };
    let day = |number| -> anyhow::Result<String> {
        let changed = args.ready_patients / PATIENTS_PER_CHANGED;
        let day = change::day(&hospital, number, changed, folder)?;
        Ok(day.file.to_string_lossy().into_owned())
    };
    // Once to its end, to know how long a load takes; the others die on the way.
    let start = Instant::now();
    home.run(&["ingest", "--quiet", "--source", INVENTED, &day(0)?])?;
    let length = start.elapsed();
    let (mut pages, mut questions, mut killed) = (Vec::new(), Vec::new(), 0);
    let mut dice = Dice::new(args.seed, 4);
    for number in 1..=args.ready_kills {
        let mut command =
            home.command(&["ingest", "--quiet", "--source", INVENTED, &day(number)?])?;
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        pause(length.mul_f64(dice.part()));
        killed += u64::from(child.try_wait()?.is_none());
        child.kill()?;
        child.wait()?;
        pages.push(first_page(&home)?);
        let start = Instant::now();
        home.run(&["sql", "select count(*) from patient"])?;
        questions.push(start.elapsed().as_secs_f64());
    }
    let rows = crate::synth::grouped(rows(&home)?);
    println!(
        "ready again: {patients} patients, {rows} rows, {gigabytes:.2} GB, {killed} loads killed on \
         the way"
    );
    tell("the portal's first page", &pages);
    tell("a question in SQL", &questions);
    Ok(true)
}

/// How soon it should be. Time is told and no more: a slow machine is no fault of the program.
const GOAL_SECONDS: f64 = 2.0;

fn tell(what: &str, seconds: &[f64]) {
    let most = seconds.iter().copied().fold(0.0, f64::max);
    println!(
        "  {what}: {:.2} s in the middle, {most:.2} s at most (goal {GOAL_SECONDS} s: {})",
        median(seconds.iter().copied()),
        verdict(most <= GOAL_SECONDS)
    );
}

/// How many rows all tables hold.
fn rows(home: &Home) -> anyhow::Result<u64> {
    let tables: Value = serde_json::from_str(&home.run(&["tables", "--format", "json"])?)?;
    let rows = |table: &Value| table["rows"].as_u64();
    Ok(tables.as_array().into_iter().flatten().filter_map(rows).sum())
}

/// Seconds from the start of `aoba serve` to its first page.
fn first_page(home: &Home) -> anyhow::Result<f64> {
    let start = Instant::now();
    let mut command = home.command(&["serve", "--listen", "127.0.0.1:0"])?;
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut server = Server(child);
    let out = server.0.stdout.take().context("the server says nothing")?;
    let lines = BufReader::new(out).lines().map_while(Result::ok);
    let mut addresses = lines.filter_map(|line| {
        let rest = line.split_once("http://")?.1.to_owned();
        Some(rest.split(['/', ' ']).next().unwrap_or_default().to_owned())
    });
    let address = addresses.next().context("the server did not say where it listens")?;
    let mut wire = TcpStream::connect(&address)?;
    write!(wire, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    wire.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("the first page is {}", answer.lines().next().unwrap_or_default());
    }
    Ok(start.elapsed().as_secs_f64())
}

/// A server that ends with its name.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
