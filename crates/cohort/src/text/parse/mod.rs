//! Reads the text of a definition by recursive descent.
//!
//! Where something is wrong, the rest of its clause is left out and reading goes on at the next
//! clause, so that several problems are told at once.

mod clause;
mod condition;
mod cursor;
mod event;
mod expression;
mod moment;
mod number;
mod outputs;
mod set;
mod study;
mod top;

use std::collections::HashMap;

use crate::ast::{Definition, Name, Use, UseKind};
use crate::problem::{Position, Problem, ProblemCode};

use super::token::{self, Comment, Token};
use super::{PROBLEMS_MAX, TEXT_BYTES_MAX};

/// A definition with the places of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The definition.
    pub definition: Definition,
    /// Where its parts stand.
    pub places: Places,
}

/// A part of a definition, as far as it has a place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The first line.
    Heading,
    /// `source`, from 0.
    Source(usize),
    /// `uses`, from 0.
    Use(usize),
    /// `calendar`
    Calendar,
    /// `let` before the entry, from 0.
    Before(usize),
    /// `entry`
    Entry,
    /// A way in, from 0.
    Alternative(usize),
    /// `index`
    Index,
    /// `washout`
    Washout,
    /// `let`, `require` or `exclude`, from 0; in a study its rules.
    Step(usize),
    /// `exit`
    Exit,
    /// `censor`
    Censor,
    /// `follow_up`
    FollowUp,
    /// `keep`
    Keep,
    /// `episodes`
    Episodes,
    /// `sample`
    Sample,
    /// `matched`
    Matched,
    /// `variable`, `outcome`, `strata` or `measure`, from 0; in a study its outcomes.
    Output(usize),
    /// `target`
    Target,
    /// `comparator`
    Comparator,
    /// `covariates`
    Covariates,
    /// `negative_controls`
    NegativeControls,
}

/// Where the parts of a definition stand in its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places(HashMap<Part, Position>);

impl Places {
    /// Where a part begins.
    #[must_use]
    pub fn of(&self, part: Part) -> Option<Position> {
        self.0.get(&part).copied()
    }
}

/// Reads a definition.
///
/// ```
/// let text = "cohort dead version 1\n  entry first death\n  exit at coverage.end\n";
/// let parsed = cohort::text::parse(text).unwrap();
/// assert_eq!(cohort::text::format(&parsed.definition), text.replace("\n  entry", "\n\n  entry"));
/// assert_eq!(cohort::text::parse("cohort x").unwrap_err()[0].to_string().get(..4), Some("1:9:"));
/// ```
///
/// # Errors
/// All that is wrong with it, in the order of the text; at most [`PROBLEMS_MAX`].
pub fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    if text.len() > TEXT_BYTES_MAX {
        let detail = format!("{} > {TEXT_BYTES_MAX} B", text.len());
        return Err(vec![Problem::at(
            Position { line: 1, column: 1 },
            ProblemCode::TooLong,
            detail,
        )]);
    }
    let tokens = token::cut(text);
    let mut parser = Parser {
        text,
        words: tokens.words,
        comments: tokens.comments,
        problems: tokens.problems,
        ..Parser::default()
    };
    let definition = parser.definition();
    let mut problems = parser.problems;
    problems.sort_by_key(|problem| problem.at);
    problems.dedup();
    problems.truncate(PROBLEMS_MAX);
    match definition {
        Some(definition) if problems.is_empty() => Ok(Parsed { definition, places: parser.places }),
        _ => Err(problems),
    }
}

/// Something was wrong and has been told; the rest of the clause is left out.
#[derive(Clone, Copy, Debug)]
struct Stop;

type Taken<T> = Result<T, Stop>;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Events,
    Event,
    Number,
    Moment,
    Code,
    Condition,
    Measure,
}

/// What a name is bound to.
#[derive(Clone, Copy, Debug)]
struct Binding {
    kind: Type,
    /// Whether it refers to the exit.
    of_exit: bool,
}

/// How far the definition is known where an expression stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    BeforeEntry,
    /// The entry event is known, the index is not.
    AtIndex,
    AfterEntry,
}

#[derive(Default)]
struct Parser<'a> {
    text: &'a str,
    words: Vec<Token>,
    at: usize,
    comments: Vec<Comment>,
    comments_taken: usize,
    problems: Vec<Problem>,
    places: Places,
    names: HashMap<Name, Binding>,
    uses: HashMap<(UseKind, Name), Use>,
    itself: Option<Name>,
    depth: u32,
    /// How many `with` are around.
    with_depth: u32,
    phase: Phase,
    has_calendar: bool,
    in_measure: bool,
    saw_exit: bool,
}
