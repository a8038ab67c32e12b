//! Random tables, released and attacked.

use std::time::{Duration, Instant};

use disclosure::{
    Attacked, Cells, Policy, ReleasedTable, RoundingKey, Zero, attack, release_table,
    round_together,
};
use synth::dice::Dice;
use vocab::RawCount;

use super::super::runs::milliseconds;

/// Tables of one kind.
struct Kind {
    name: &'static str,
    rows: usize,
    columns: usize,
    /// How many rows each group has; none where rows are in no groups.
    group: Option<usize>,
    /// How many of a hundred cells are small.
    small_percent: u32,
    /// For one of these, so many of the tables asked for are made.
    one_in: usize,
}

const KINDS: [Kind; 8] = [
    kind("list of 12", (12, 1), None, 20, 1),
    kind("list of 40 in groups", (40, 1), Some(8), 20, 2),
    kind("5 x 4", (5, 4), None, 20, 1),
    kind("8 x 6 in groups", (8, 6), Some(4), 20, 5),
    kind("10 x 10, half small", (10, 10), None, 50, 10),
    kind("30 x 20", (30, 20), None, 20, 100),
    kind("100 x 100", (100, 100), None, 5, 1_000),
    kind("100 x 100, a third small", (100, 100), None, 33, 1_000),
];

const fn kind(
    name: &'static str,
    (rows, columns): (usize, usize),
    group: Option<usize>,
    small_percent: u32,
    one_in: usize,
) -> Kind {
    Kind { name, rows, columns, group, small_percent, one_in }
}

/// What became of the tables of a kind.
#[derive(Default)]
struct Outcome {
    tables: usize,
    numbers: usize,
    small: usize,
    hidden: usize,
    attacked: usize,
    narrowed: usize,
    releasing: Vec<Duration>,
    attacking: Vec<Duration>,
}

/// Makes, releases and attacks; false if the attacker narrowed anything.
pub(super) fn run(tables: usize, seed: u64) -> bool {
    println!(
        "\n{:<34} {:>7} {:>9} {:>8} {:>8} {:>7} {:>9} {:>9} {:>18} {:>18}",
        "withheld",
        "tables",
        "numbers",
        "small",
        "hidden",
        "lost",
        "attacked",
        "narrowed",
        "release ms, worst",
        "attack ms, worst"
    );
    let mut narrowed = 0;
    for (place, kind) in (0..).zip(&KINDS) {
        for zero in [Zero::Hidden, Zero::Shown] {
            let policy = Policy { zero, ..Policy::default() };
            let dice = &mut Dice::new(seed, place);
            let outcome =
                of_kind(kind, tables, (dice, zero), |cells, _| release_table(cells, &policy));
            let name = match zero {
                Zero::Hidden => kind.name.to_owned(),
                Zero::Shown => format!("{}, 0 shown", kind.name),
            };
            outcome.print(&name);
            narrowed += outcome.narrowed;
        }
    }
    println!("rounded together");
    for (place, kind) in (0..).zip(&KINDS) {
        let dice = (&mut Dice::new(seed, place), Zero::Hidden);
        let outcome = of_kind(kind, tables, dice, |cells, table| {
            let key = RoundingKey::new(u128::from(seed).to_le_bytes());
            round_together(cells, 10, (&key, &table.to_le_bytes()), &Policy::default())
        });
        outcome.print(kind.name);
        narrowed += outcome.narrowed;
    }
    narrowed == 0
}

fn of_kind(
    kind: &Kind,
    tables: usize,
    (dice, zero): (&mut Dice, Zero),
    release: impl Fn(&Cells, usize) -> ReleasedTable,
) -> Outcome {
    let mut outcome = Outcome::default();
    for table in 0..(tables / kind.one_in).max(1) {
        let Some((cells, small)) = random(kind, (dice, zero)) else { continue };
        let began = Instant::now();
        let released = release(&cells, table);
        outcome.releasing.push(began.elapsed());
        let began = Instant::now();
        let known = attack(&released);
        outcome.attacking.push(began.elapsed());
        outcome.tables += 1;
        outcome.numbers += released.places().len();
        outcome.small += small;
        outcome.hidden += released.hidden();
        outcome.attacked += known.len();
        let is_narrow = |known: &&Attacked| known.is_too_narrow(Policy::default().min_cell);
        outcome.narrowed += known.iter().filter(is_narrow).count();
    }
    outcome
}

/// A table, and how many of its cells are small: zeros only where they are not shown.
fn random(kind: &Kind, (dice, zero): (&mut Dice, Zero)) -> Option<(Cells, usize)> {
    let mut small = 0;
    let counts: Vec<RawCount> = (0..kind.rows * kind.columns)
        .map(|_| {
            if dice.below(100) < kind.small_percent {
                let count = dice.below(10);
                small += usize::from(count > 0 || zero == Zero::Hidden);
                return RawCount::new(count.into());
            }
            // Some cells are large, most are not.
            let most = dice.one_of(&[40, 100, 400, 3_000]).copied().unwrap_or(40);
            RawCount::new(u64::from(10 + dice.below(most)))
        })
        .collect();
    let cells = Cells::grid(kind.columns, &counts)?;
    let groups = kind.group.map(|rows| vec![rows; kind.rows / rows]);
    let cells = match groups {
        Some(groups) => cells.in_groups(&groups)?,
        None => cells,
    };
    Some((cells, small))
}

impl Outcome {
    fn print(&self, name: &str) {
        let share = |part: usize| {
            let hundred = (part * 1_000).checked_div(self.numbers).unwrap_or_default();
            format!("{}.{} %", hundred / 10, hundred % 10)
        };
        println!(
            "{name:<34} {:>7} {:>9} {:>8} {:>8} {:>7} {:>9} {:>9} {:>18} {:>18}",
            self.tables,
            self.numbers,
            self.small,
            self.hidden,
            share(self.hidden.saturating_sub(self.small)),
            self.attacked,
            self.narrowed,
            times(&self.releasing),
            times(&self.attacking),
        );
    }
}

/// The median and the longest of some times.
fn times(times: &[Duration]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = |place: usize| milliseconds(sorted.get(place).copied().unwrap_or_default());
    format!("{:.2}, {:.1}", at(sorted.len() / 2), at(sorted.len().saturating_sub(1)))
}
