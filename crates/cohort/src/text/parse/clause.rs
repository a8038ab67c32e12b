//! The clauses of a definition.

use crate::ast::{
    Alternative, Choice, Clause, CohortDefinition, Comments, Definition, Entry, Heading, Keep,
    MatchOn, Matching, Moment, Rule, RuleKind, Sample, Step, Title, UseKind, Value,
};
use crate::problem::{Position, ProblemCode};
use crate::text::RULES_MAX;
use crate::text::token::Word;

use super::{Parser, Part, Phase, Taken};

/// Words that begin a clause, in the order of the text; those of one rank may be mixed.
const ORDER: &[(&str, u8)] = &[
    ("source", 1),
    ("uses", 2),
    ("calendar", 3),
    ("let", 4),
    ("target", 4),
    ("comparator", 5),
    ("entry", 5),
    ("index", 6),
    ("washout", 7),
    ("require", 8),
    ("exclude", 8),
    ("exit", 9),
    ("censor", 10),
    ("follow_up", 11),
    ("keep", 12),
    ("episodes", 13),
    ("sample", 14),
    ("matched", 15),
    ("variable", 16),
    ("outcome", 16),
    ("strata", 16),
    ("measure", 16),
    ("covariates", 17),
    ("negative_controls", 18),
];

/// What is read so far of a cohort.
#[derive(Default)]
pub(super) struct Draft {
    heading: Option<Heading>,
    calendar: Option<Clause<(crate::ast::LocalDate, crate::ast::LocalDate)>>,
    before: Vec<Clause<Value>>,
    entry: Option<Clause<Entry>>,
    index: Option<Clause<Moment>>,
    washout: Option<Clause<crate::ast::Span>>,
    steps: Vec<Clause<Step>>,
    exit: Option<Clause<Vec<Moment>>>,
    censor: Option<Clause<Vec<Moment>>>,
    follow_up: Option<Clause<crate::ast::Span>>,
    keep: Option<Clause<Keep>>,
    episodes: Option<Clause<crate::ast::Span>>,
    sample: Option<Clause<Sample>>,
    matched: Option<Clause<Matching>>,
    outputs: Vec<Clause<crate::ast::Output>>,
}

impl Parser<'_> {
    pub(super) fn definition(&mut self) -> Option<Definition> {
        let is_study = self.is_name("study");
        if !is_study && !self.is_name("cohort") {
            let _ = self.unexpected::<()>("cohort NAME version 1, study NAME version 1");
            return None;
        }
        self.places.0.insert(Part::Heading, self.place());
        let heading = self.heading();
        if heading.is_err() {
            self.recover();
        }
        let definition = if is_study {
            self.study(heading.ok()).map(|study| Definition::Study(Box::new(study)))
        } else {
            self.cohort(heading.ok()).map(|cohort| Definition::Cohort(Box::new(cohort)))
        };
        definition.filter(|_| self.is_end())
    }

    fn cohort(&mut self, heading: Option<Heading>) -> Option<CohortDefinition> {
        let mut draft = Draft { heading, ..Draft::default() };
        let mut rank = 0;
        while !self.is_end() {
            let from = self.at;
            if self.clause(&mut draft, &mut rank).is_err() {
                self.at += usize::from(self.at == from);
                self.recover();
            }
        }
        let end = self.comments_left();
        if draft.entry.is_none() && self.problems.is_empty() {
            let at = self.place();
            self.tell(at, ProblemCode::ClauseMissing, "entry");
        }
        Some(CohortDefinition {
            heading: draft.heading?,
            calendar: draft.calendar,
            before: draft.before,
            entry: draft.entry?,
            index: draft.index,
            washout: draft.washout,
            steps: draft.steps,
            exit: draft.exit,
            censor: draft.censor,
            follow_up: draft.follow_up,
            keep: draft.keep,
            episodes: draft.episodes,
            sample: draft.sample,
            matched: draft.matched,
            outputs: draft.outputs,
            end,
        })
    }

    /// Leaves out words until a line begins with a clause.
    pub(super) fn recover(&mut self) {
        (self.depth, self.with_depth, self.in_measure) = (0, 0, false);
        while !self.is_end() {
            let token = self.words.get(self.at);
            let begins = token.is_some_and(|token| match &token.word {
                Word::Name(word) => token.starts_line && rank_of(word).is_some(),
                _ => false,
            });
            if begins {
                return;
            }
            self.at += 1;
        }
    }

    /// The word a clause begins with, which must not stand after later ones.
    pub(super) fn clause_word(&mut self, rank: &mut u8) -> Taken<String> {
        let Word::Name(word) = self.word().clone() else { return self.unexpected(&clause_words()) };
        let Some(own) = rank_of(&word) else { return self.unexpected(&clause_words()) };
        // A `let` stands before or after the entry.
        let own = if word == "let" && self.phase != Phase::BeforeEntry { 8 } else { own };
        if own < *rank {
            let later = ORDER.iter().find(|(_, at)| *at > own).map_or("", |(word, _)| word);
            self.stop(ProblemCode::ClauseOrder, format!("{word} < {later}"))
        } else {
            *rank = own;
            Ok(word)
        }
    }

    fn clause(&mut self, draft: &mut Draft, rank: &mut u8) -> Taken<()> {
        let (from, at) = (self.at, self.place());
        let word = self.clause_word(rank)?;
        if !matches!(word.as_str(), "source" | "uses" | "calendar" | "entry") {
            self.after_the_entry();
        }
        match word.as_str() {
            "source" | "uses" => return self.top(&word, draft.heading.as_mut()),
            "let" if self.phase == Phase::BeforeEntry => {
                self.places.0.insert(Part::Before(draft.before.len()), at);
                self.at += 1;
                let says = self.value_named()?;
                let clause = self.finish(from, says);
                draft.before.push(clause);
            }
            "let" | "require" | "exclude" => {
                self.places.0.insert(Part::Step(draft.steps.len()), at);
                let step = self.step(&word)?;
                let clause = self.finish(from, step);
                draft.steps.push(clause);
                if draft.steps.len() == RULES_MAX + 1 {
                    self.tell(at, ProblemCode::TooManyRules, format!("> {RULES_MAX}"));
                }
            }
            "entry" => {
                self.places.0.insert(Part::Entry, at);
                let entry = self.entry()?;
                self.once(&mut draft.entry, at, entry);
                self.phase = Phase::AtIndex;
            }
            "variable" | "outcome" | "strata" | "measure" => {
                self.places.0.insert(Part::Output(draft.outputs.len()), at);
                let output = self.output(&word)?;
                let clause = self.finish(from, output);
                draft.outputs.push(clause);
            }
            _ => return self.single(&word, draft),
        }
        Ok(())
    }

    /// `index = …` may refer to the entry but not to the index; what follows may.
    fn after_the_entry(&mut self) {
        if self.phase == Phase::AtIndex && !self.is_name("index") {
            self.phase = Phase::AfterEntry;
        }
    }

    /// Clauses that stand once.
    fn single(&mut self, word: &str, draft: &mut Draft) -> Taken<()> {
        let (from, at) = (self.at, self.place());
        self.at += 1;
        match word {
            "calendar" => {
                self.places.0.insert(Part::Calendar, at);
                let days = self.calendar()?;
                let clause = self.finish(from, days);
                self.once(&mut draft.calendar, at, clause);
                self.has_calendar = true;
            }
            "index" => {
                self.places.0.insert(Part::Index, at);
                self.must_sign("=")?;
                let moment = self.moment()?;
                let clause = self.finish(from, moment);
                self.once(&mut draft.index, at, clause);
            }
            "exit" | "censor" => {
                let is_exit = word == "exit";
                self.places.0.insert(if is_exit { Part::Exit } else { Part::Censor }, at);
                let moments = self.exits()?;
                let clause = self.finish(from, moments);
                self.once(if is_exit { &mut draft.exit } else { &mut draft.censor }, at, clause);
            }
            "washout" | "follow_up" | "episodes" => {
                let (part, slot) = match word {
                    "washout" => (Part::Washout, &mut draft.washout),
                    "follow_up" => (Part::FollowUp, &mut draft.follow_up),
                    _ => (Part::Episodes, &mut draft.episodes),
                };
                self.places.0.insert(part, at);
                if word == "episodes" {
                    self.must("gap")?;
                }
                let span = self.day_span()?;
                let clause = self.finish(from, span);
                self.once(slot, at, clause);
            }
            "keep" => {
                self.places.0.insert(Part::Keep, at);
                let keep = self.keep()?;
                let clause = self.finish(from, keep);
                self.once(&mut draft.keep, at, clause);
            }
            "sample" => {
                self.places.0.insert(Part::Sample, at);
                let sample = Sample { patients: self.ordinal()?, seed: self.seed()? };
                let clause = self.finish(from, sample);
                self.once(&mut draft.sample, at, clause);
            }
            "matched" => {
                self.places.0.insert(Part::Matched, at);
                let matching = self.matching()?;
                let clause = self.finish(from, matching);
                self.once(&mut draft.matched, at, clause);
            }
            _ => {
                self.at = from;
                return self.unexpected("study NAME …");
            }
        }
        Ok(())
    }

    pub(super) fn finish<T>(&mut self, from: usize, says: T) -> Clause<T> {
        let comments = self.comments(from, self.at);
        Clause { comments, says }
    }

    pub(super) fn once<T>(&mut self, slot: &mut Option<T>, at: Position, value: T) {
        if slot.replace(value).is_some() {
            self.tell(at, ProblemCode::ClauseTwice, "");
        }
    }

    fn calendar(&mut self) -> Taken<(crate::ast::LocalDate, crate::ast::LocalDate)> {
        let at = self.place();
        self.must_sign("[")?;
        let from = self.date()?;
        self.must_sign(",")?;
        let to = self.date()?;
        self.must_sign("]")?;
        if from > to {
            self.tell(at, ProblemCode::ImpossibleWindow, format!("{from} > {to}"));
        }
        Ok((from, to))
    }

    fn date(&mut self) -> Taken<crate::ast::LocalDate> {
        let Word::Date(date) = *self.word() else {
            let written = self.written();
            return self.stop(ProblemCode::BadDate, format!("\"{written}\""));
        };
        self.at += 1;
        Ok(date)
    }

    fn day_span(&mut self) -> Taken<crate::ast::Span> {
        let at = self.place();
        let span = self.span()?;
        if span.unit.is_finer_than_a_day() {
            return self.wrong_type(at, "30d");
        }
        Ok(span)
    }

    fn exits(&mut self) -> Taken<Vec<Moment>> {
        self.must("at")?;
        let at = self.place();
        let seen = std::mem::take(&mut self.saw_exit);
        let is_list = self.is_name("first") && self.is_name_ahead(1, "of");
        self.at += if is_list { 2 } else { 0 };
        let moments =
            if is_list { self.listed(Self::moment) } else { self.moment().map(|m| vec![m]) };
        if std::mem::replace(&mut self.saw_exit, seen) {
            self.tell(at, ProblemCode::ExitOfItself, "");
        }
        moments
    }

    fn keep(&mut self) -> Taken<Keep> {
        if self.takes("first") {
            Ok(Keep::First)
        } else if self.takes("last") {
            Ok(Keep::Last)
        } else if self.takes("nth") {
            Ok(Keep::Nth(self.nth()?))
        } else {
            self.unexpected("first, last, nth(2)")
        }
    }

    fn matching(&mut self) -> Taken<Matching> {
        self.must("to")?;
        self.must("cohort")?;
        let to = self.used(UseKind::Cohort)?;
        self.must("ratio")?;
        let ratio = self.ordinal()?;
        self.must("on")?;
        let on = self.listed(|parser| {
            if parser.takes("sex") {
                return Ok(MatchOn::Sex);
            }
            if parser.takes("department") {
                return Ok(MatchOn::Department);
            }
            let is_age = parser.takes("age");
            if !is_age && !parser.takes("index") {
                return parser.unexpected("sex, age within 2y, index within 90d, department");
            }
            parser.must("within")?;
            let span = parser.day_span()?;
            Ok(if is_age { MatchOn::Age(span) } else { MatchOn::Index(span) })
        })?;
        Ok(Matching { to, ratio, on, seed: self.seed()? })
    }

    fn step(&mut self, word: &str) -> Taken<Step> {
        self.at += 1;
        if word == "let" {
            return self.value_named().map(Step::Let);
        }
        self.rule(word).map(Step::Rule)
    }

    /// A rule, after its first word.
    pub(super) fn rule(&mut self, word: &str) -> Taken<Rule> {
        let kind = if word == "require" { RuleKind::Require } else { RuleKind::Exclude };
        let at = self.place();
        let title = self.title();
        if title == Title::default() {
            self.tell(at, ProblemCode::TitleMissing, "");
        }
        Ok(Rule { kind, title, when: self.condition()? })
    }

    fn entry(&mut self) -> Taken<Clause<Entry>> {
        let from = self.at;
        self.at += 1;
        let choose = self.choice()?;
        let mut alternatives = Vec::new();
        // `of` belongs to the entry where several ways in may follow.
        if !self.takes("of") {
            let (at, set) = (self.place(), self.set()?);
            self.bind_alternative(&set, at);
            self.places.0.insert(Part::Alternative(0), at);
            alternatives.push(Alternative { comments: Comments::default(), of: set });
            return Ok(self.finish(from, Entry { choose, alternatives }));
        }
        let comments = self.comments(from, self.at);
        let mut alone = Vec::new();
        loop {
            let (start, at) = (self.at, self.place());
            let set = self.set()?;
            alone.push((set.clone(), at));
            self.places.0.insert(Part::Alternative(alternatives.len()), at);
            let goes_on = self.takes_sign(",");
            let comments = self.comments(start, self.at);
            alternatives.push(Alternative { comments, of: set });
            if !goes_on {
                break;
            }
        }
        // One way in does not know the name of another.
        for (set, at) in &alone {
            self.bind_alternative(set, *at);
        }
        Ok(Clause { comments, says: Entry { choose, alternatives } })
    }

    fn choice(&mut self) -> Taken<Choice> {
        if self.is_name("first") && matches!(self.ahead(1), Word::Number(_)) {
            return Ok(Choice::All);
        }
        if self.takes("all") {
            return Ok(Choice::All);
        }
        if self.takes("last") {
            return Ok(Choice::Last);
        }
        if self.takes("nth") {
            return Ok(Choice::Nth(self.nth()?));
        }
        if !self.takes("first") {
            return Ok(Choice::All);
        }
        if self.takes("in") {
            self.must("life")?;
            return Ok(Choice::FirstInLife);
        }
        Ok(Choice::First)
    }
}

fn rank_of(word: &str) -> Option<u8> {
    ORDER.iter().find(|(name, _)| *name == word).map(|(_, rank)| *rank)
}

fn clause_words() -> String {
    let words: Vec<&str> = ORDER.iter().map(|(word, _)| *word).collect();
    words.join(", ")
}
