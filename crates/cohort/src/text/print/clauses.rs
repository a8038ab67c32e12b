//! The clauses of a definition, each on lines of its own.

use crate::ast::{
    Arm, Choice, Clause, CohortDefinition, Comments, Definition, Entry, Every, Heading, Keep,
    MatchOn, Matching, Moment, Output, Population, Remark, Rule, RuleKind, Step, StudyDefinition,
    StudyOutcome, Title, Value,
};
use crate::text::token::quote;

use super::doc::Doc;
use super::expression::{Room, Tightness, bounds, code, condition, moment, number, plain_moment};
use super::set::{event, selection, set, span};
use super::{piped, use_kind};

/// How far clauses stand from the left.
const INDENT: usize = 2;

/// Writes a definition.
#[must_use]
pub fn format(definition: &Definition) -> String {
    let mut page = Page { text: String::new() };
    match definition {
        Definition::Cohort(cohort) => page.cohort(cohort),
        Definition::Study(study) => page.study(study),
    }
    page.text
}

struct Page {
    text: String,
}

impl Page {
    /// One clause with its comments, at a distance from the left.
    fn put(&mut self, comments: &Comments, doc: &Doc, indent: usize) {
        let margin = " ".repeat(indent);
        comments_before(&mut self.text, &comments.before, &margin);
        let written = doc.clone().indent().write(indent);
        let (first, rest) = written.split_once('\n').unwrap_or((&written, ""));
        self.text.push_str(&margin);
        self.text.push_str(first);
        if let Some(after) = &comments.after {
            self.text.push_str(&remark("  ", after));
        }
        self.text.push('\n');
        if !rest.is_empty() {
            self.text.push_str(rest);
            self.text.push('\n');
        }
    }

    fn clause(&mut self, comments: &Comments, doc: &Doc) {
        self.put(comments, doc, INDENT);
    }

    fn each<T>(&mut self, clauses: &[Clause<T>], write: impl Fn(&T) -> Doc) {
        for clause in clauses {
            self.clause(&clause.comments, &write(&clause.says));
        }
    }

    fn maybe<T>(&mut self, clause: Option<&Clause<T>>, write: impl Fn(&T) -> Doc) {
        if let Some(clause) = clause {
            self.clause(&clause.comments, &write(&clause.says));
        }
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn heading(&mut self, word: &str, heading: &Heading) {
        let line = format!("{word} {} version {}", heading.name, heading.version);
        self.put(&heading.comments, &titled(&line, &heading.title), 0);
        self.each(&heading.sources, |source| format!("source {}", quote(source)).into());
        self.each(&heading.uses, |used| {
            let hash = used.hash.as_ref().map(|hash| format!(" sha256:{hash}"));
            let (kind, hash) = (use_kind(used.kind), hash.unwrap_or_default());
            format!("uses {kind} {} version {}{hash}", used.name, used.version).into()
        });
        self.gap();
    }

    fn cohort(&mut self, cohort: &CohortDefinition) {
        self.heading("cohort", &cohort.heading);
        self.maybe(cohort.calendar.as_ref(), |(from, to)| {
            format!("calendar [{from}, {to}]").into()
        });
        self.each(&cohort.before, |value| named("let ", value, &Title::default()));
        self.entry(&cohort.entry);
        self.maybe(cohort.index.as_ref(), |at| Doc::Row(vec!["index = ".into(), moment(at)]));
        self.maybe(cohort.washout.as_ref(), |days| format!("washout {}", span(*days)).into());
        self.each(&cohort.steps, |step| match step {
            Step::Let(value) => named("let ", value, &Title::default()),
            Step::Rule(of) => rule(of, ""),
        });
        self.maybe(cohort.exit.as_ref(), |at| exits("exit at ", at));
        self.maybe(cohort.censor.as_ref(), |at| exits("censor at ", at));
        self.maybe(cohort.follow_up.as_ref(), |days| format!("follow_up {}", span(*days)).into());
        self.maybe(cohort.keep.as_ref(), |keep| match keep {
            Keep::First => "keep first".into(),
            Keep::Last => "keep last".into(),
            Keep::Nth(nth) => format!("keep nth({nth})").into(),
        });
        self.maybe(cohort.episodes.as_ref(), |gap| format!("episodes gap {}", span(*gap)).into());
        self.maybe(cohort.sample.as_ref(), |sample| {
            format!("sample {} seed {}", sample.patients, sample.seed).into()
        });
        self.maybe(cohort.matched.as_ref(), |matching| matched(matching).into());
        if !cohort.outputs.is_empty() {
            self.gap();
        }
        self.each(&cohort.outputs, output);
        comments_before(&mut self.text, &cohort.end, "  ");
    }

    fn entry(&mut self, clause: &Clause<Entry>) {
        let entry = &clause.says;
        let word = match entry.choose {
            Choice::All => "entry all".to_owned(),
            Choice::First => "entry first".to_owned(),
            Choice::Last => "entry last".to_owned(),
            Choice::Nth(nth) => format!("entry nth({nth})"),
            Choice::FirstInLife => "entry first in life".to_owned(),
        };
        if let [only] = entry.alternatives.as_slice()
            && only.comments.is_empty()
        {
            let doc = Doc::Row(vec![format!("{word} ").into(), set(&only.of)]);
            return self.clause(&clause.comments, &doc);
        }
        self.clause(&clause.comments, &format!("{word} of").into());
        let last = entry.alternatives.len().saturating_sub(1);
        for (at, alternative) in entry.alternatives.iter().enumerate() {
            let comma = if at == last { "" } else { "," };
            let doc = Doc::Row(vec![set(&alternative.of), comma.into()]);
            self.put(&alternative.comments, &doc, INDENT * 2);
        }
    }

    fn study(&mut self, study: &StudyDefinition) {
        self.heading("study", &study.heading);
        self.clause(&study.target.comments, &arm("target", &study.target.says));
        self.clause(&study.comparator.comments, &arm("comparator", &study.comparator.says));
        self.each(&study.rules, |of| {
            let from = match of.from {
                Population::Both => "",
                Population::Target => " from target",
                Population::Comparator => " from comparator",
            };
            rule(&of.rule, from)
        });
        self.each(&study.outcomes, study_outcome);
        self.maybe(study.covariates.as_ref(), |covariates| {
            let except = match covariates.except.as_slice() {
                [] => String::new(),
                names => format!(" except {}", piped(names)),
            };
            let (from, to) = (moment(&covariates.from), moment(&covariates.to));
            let end = format!("]{except}");
            Doc::Row(vec!["covariates in [".into(), from, ", ".into(), to, end.into()])
        });
        self.maybe(study.negative_controls.as_ref(), |name| {
            format!("negative_controls {name}").into()
        });
        comments_before(&mut self.text, &study.end, "  ");
    }
}

fn remark(before: &str, remark: &Remark) -> String {
    if remark.as_str().is_empty() { format!("{before}#") } else { format!("{before}# {remark}") }
}

/// Comments on lines of their own.
pub(crate) fn comments_before(text: &mut String, remarks: &[Remark], margin: &str) {
    for line in remarks {
        text.push_str(&remark(margin, line));
        text.push('\n');
    }
}

/// ` "…" ja "…"`
pub(crate) fn title(title: &Title) -> String {
    let en = title.en.as_ref().map(|en| format!(" {}", quote(en)));
    let ja = title.ja.as_ref().map(|ja| format!(" ja {}", quote(ja)));
    en.unwrap_or_default() + &ja.unwrap_or_default()
}

fn titled(before: &str, of: &Title) -> Doc {
    format!("{before}{}", title(of)).into()
}

fn rule(rule: &Rule, from: &str) -> Doc {
    let word = match rule.kind {
        RuleKind::Require => "require",
        RuleKind::Exclude => "exclude",
    };
    let head = titled(&format!("{word}{from}"), &rule.title);
    Doc::Row(vec![head, Doc::Line, condition(&rule.when, Room::Wide)]).group()
}

fn named(word: &str, value: &Value, of: &Title) -> Doc {
    let (name, doc) = match value {
        Value::Events(name, of) => (name, Doc::Row(vec!["all ".into(), set(of)])),
        Value::Event(name, of) => (name, event(of)),
        Value::Number(name, of) => (name, number(of, Tightness::Sum)),
        Value::Moment(name, of) => (name, plain_moment(of)),
        Value::Code(name, of) => (name, code(of)),
        Value::Condition(name, of) => (name, condition(of, Room::Wide)),
    };
    let head = format!("{word}{name}{} =", title(of));
    Doc::Row(vec![head.into(), Doc::Line, doc]).group()
}

fn exits(word: &str, moments: &[Moment]) -> Doc {
    if let [only] = moments {
        return Doc::Row(vec![word.into(), moment(only)]);
    }
    let mut listed = Vec::new();
    for (at, of) in moments.iter().enumerate() {
        listed.extend((at > 0).then(|| ",".into()));
        listed.extend([Doc::Line, moment(of)]);
    }
    Doc::Row(vec![format!("{word}first of").into(), Doc::Row(listed).indent()]).group()
}

fn matched(matching: &Matching) -> String {
    let on: Vec<String> = matching
        .on
        .iter()
        .map(|on| match on {
            MatchOn::Sex => "sex".to_owned(),
            MatchOn::Age(within) => format!("age within {}", span(*within)),
            MatchOn::Index(within) => format!("index within {}", span(*within)),
            MatchOn::Department => "department".to_owned(),
        })
        .collect();
    let (to, ratio, seed) = (&matching.to, matching.ratio, matching.seed);
    format!("matched to cohort {to} ratio {ratio} on {} seed {seed}", on.join(", "))
}

fn output(output: &Output) -> Doc {
    match output {
        Output::Variable { title, value } => named("variable ", value, title),
        Output::Outcome { title: of, name, select, of: events } => {
            let head = format!("outcome {name}{} =", title(of));
            let event = vec![selection(select), " ".into(), set(events)];
            Doc::Row(vec![head.into(), Doc::Line, Doc::Row(event)]).group()
        }
        Output::Stratum { title: of, name, code: by } => {
            Doc::Row(vec![format!("strata {name}{} = ", title(of)).into(), code(by)])
        }
        Output::Measure(measure) => {
            let every = match measure.every {
                Every::Month => "month",
                Every::Quarter => "quarter",
                Every::Year => "year",
            };
            let head = format!("measure {}{} per {every}", measure.name, title(&measure.title));
            let denominator = condition(&measure.denominator, Room::Wide);
            let numerator = condition(&measure.numerator, Room::Wide);
            let below = vec![Doc::Line, "denominator ".into(), denominator];
            let above = vec![Doc::Line, "numerator ".into(), numerator];
            Doc::Row(vec![head.into(), Doc::Row(below), Doc::Row(above)]).group()
        }
    }
}

fn arm(word: &str, arm: &Arm) -> Doc {
    let head = format!("{word} = cohort {}", arm.cohort);
    let Some(only) = &arm.only else { return head.into() };
    Doc::Row(vec![head.into(), Doc::Line, "where ".into(), condition(only, Room::Wide)]).group()
}

fn study_outcome(outcome: &StudyOutcome) -> Doc {
    let head = format!("outcome {}{} =", outcome.name, title(&outcome.title));
    let event = Doc::Row(vec![selection(&outcome.select), " ".into(), set(&outcome.of)]);
    let risk =
        vec![Doc::Line, "at risk ".into(), bounds(&outcome.at_risk.from, &outcome.at_risk.to)];
    Doc::Row(vec![head.into(), Doc::Line, event, Doc::Row(risk)]).group()
}
