//! The text of concept sets: one clause a line.

use crate::ast::{
    Branch, Clause, Comments, ConceptSet, Include, Name, Quantity, Remark, Title, Unit, Version,
};
use crate::problem::{Position, Problem, ProblemCode};

use super::print::{comments_before, title};
use super::token::{quote, unquote};
use super::{CODES_BYTES_MAX, CODES_MAX, PROBLEMS_MAX};

/// Code systems with a short name.
pub(crate) const SYSTEMS: &[&str] = &[
    "aoba",
    "atc",
    "byomei_exchange",
    "byomei_key",
    "clinvar",
    "core_labo",
    "cpt4",
    "cvx",
    "dpc",
    "general_name",
    "hcpcs",
    "hgnc",
    "hot13",
    "hot7",
    "hot9",
    "icd10",
    "icd10_cm",
    "icd10_jp",
    "icd9_cm",
    "icd_o_3",
    "jfagy_food",
    "jfagy_medication",
    "jfagy_other",
    "jlac10",
    "jlac11",
    "k_code",
    "loinc",
    "mdc",
    "ndc",
    "omim",
    "omop",
    "receipt_disease",
    "rxnorm",
    "snomed",
    "stem7",
    "yj",
];

const QUANTITIES: &[(Quantity, &str)] = &[
    (Quantity::HbA1c, "hba1c"),
    (Quantity::Creatinine, "creatinine"),
    (Quantity::Glucose, "glucose"),
    (Quantity::Cholesterol, "cholesterol"),
    (Quantity::Triglyceride, "triglyceride"),
    (Quantity::Urate, "urate"),
    (Quantity::UreaNitrogen, "urea_nitrogen"),
    (Quantity::Bilirubin, "bilirubin"),
    (Quantity::Calcium, "calcium"),
    (Quantity::Hemoglobin, "hemoglobin"),
];

/// Reads a concept set.
///
/// ```
/// let text = "codes t2dm version 1 \"type 2 diabetes\"\n\ninclude icd10_jp E11*\n";
/// let set = cohort::text::parse_codes(text).unwrap();
/// assert_eq!(cohort::text::format_codes(&set), text);
/// ```
///
/// # Errors
/// All that is wrong with it, in the order of the text; at most [`PROBLEMS_MAX`].
pub fn parse_codes(text: &str) -> Result<ConceptSet, Vec<Problem>> {
    let mut reader = Reader::default();
    if text.len() > CODES_BYTES_MAX {
        let detail = format!("{} > {CODES_BYTES_MAX} B", text.len());
        return Err(vec![Problem::at(
            Position { line: 1, column: 1 },
            ProblemCode::TooLong,
            detail,
        )]);
    }
    for (at, line) in text.trim_start_matches('\u{feff}').split('\n').enumerate() {
        reader.line = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let _ = reader.read(line);
        if reader.problems.len() >= PROBLEMS_MAX {
            return Err(reader.problems);
        }
    }
    let set = reader.set.take().map(|mut set| {
        set.end = std::mem::take(&mut reader.remarks);
        set
    });
    let is_empty = set.as_ref().is_none_or(|set| set.include.is_empty());
    if is_empty && reader.problems.is_empty() {
        let place = Position { line: reader.line, column: 1 };
        let clause = if set.is_some() { "include" } else { "codes" };
        reader.problems.push(Problem::at(place, ProblemCode::ClauseMissing, clause));
    }
    match set {
        Some(set) if reader.problems.is_empty() => Ok(set),
        _ => Err(reader.problems),
    }
}

struct Stop;
type Taken<T> = Result<T, Stop>;

#[derive(Default)]
struct Reader {
    line: u32,
    set: Option<ConceptSet>,
    remarks: Vec<Remark>,
    problems: Vec<Problem>,
}

/// A word of a line.
struct Word {
    text: String,
    form: Form,
    column: u32,
}

/// How a word is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `E11` or `E11*`
    Bare,
    /// `"E 11"`
    Quoted,
    /// `"E 11"*`
    QuotedPrefix,
}

/// The words of a line that are not read yet.
struct Words {
    words: std::iter::Peekable<std::vec::IntoIter<Word>>,
    /// Behind the last word read.
    column: u32,
}

impl Words {
    fn next(&mut self) -> Option<Word> {
        let word = self.words.next()?;
        self.column = word.column + u32::try_from(word.text.chars().count()).unwrap_or(0);
        Some(word)
    }

    fn next_is(&mut self, text: &str) -> bool {
        self.words.next_if(|word| word.form == Form::Bare && word.text == text).is_some()
    }

    fn next_quoted(&mut self) -> Option<String> {
        self.words.next_if(|word| word.form == Form::Quoted).map(|word| word.text)
    }
}

impl Reader {
    fn tell<T>(&mut self, column: u32, code: ProblemCode, detail: &str) -> Taken<T> {
        let place = Position { line: self.line, column };
        let detail: String = detail.chars().take(40).collect();
        self.problems.push(Problem::at(place, code, detail));
        Err(Stop)
    }

    fn read(&mut self, line: &str) -> Taken<()> {
        let (words, comment) = self.cut(line)?;
        if words.is_empty() {
            self.remarks.extend(comment);
            return Ok(());
        }
        let comments = Comments { before: std::mem::take(&mut self.remarks), after: comment };
        let mut words = Words { words: words.into_iter().peekable(), column: 1 };
        let first =
            self.next(&mut words, "codes, source, quantity, vocabulary, include, exclude")?;
        let Some(mut set) = self.set.take() else {
            if first.text != "codes" {
                return self.tell(
                    first.column,
                    ProblemCode::Unexpected,
                    &format!("{} → codes", first.text),
                );
            }
            let set = self.heading(&mut words, comments)?;
            self.set = Some(set);
            return self.nothing_left(&mut words);
        };
        let done = self.clause(&mut set, &first, &mut words, comments);
        self.set = Some(set);
        done?;
        self.nothing_left(&mut words)
    }

    fn cut(&mut self, line: &str) -> Taken<(Vec<Word>, Option<Remark>)> {
        let (mut words, mut at, mut column) = (Vec::new(), 0, 1_u32);
        loop {
            let rest = line.get(at..).unwrap_or_default();
            let Some(next) = rest.chars().next() else { return Ok((words, None)) };
            let length = match next {
                next if next.is_whitespace() => next.len_utf8(),
                '#' => {
                    let text = rest.strip_prefix("# ").or(rest.strip_prefix('#')).unwrap_or(rest);
                    let text: String =
                        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                    return Ok((words, Remark::new(text.trim_end()).ok()));
                }
                '"' => match unquote(rest) {
                    Ok((text, length)) => {
                        let is_prefix = rest.get(length..length + 1) == Some("*");
                        let form = if is_prefix { Form::QuotedPrefix } else { Form::Quoted };
                        words.push(Word { text, form, column });
                        length + usize::from(is_prefix)
                    }
                    Err((code, _)) => return self.tell(column, code, ""),
                },
                next if next.is_control() => {
                    return self.tell(column, ProblemCode::BadCharacter, &format!("{next:?}"));
                }
                _ => {
                    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
                    let text = rest.get(..length).unwrap_or_default().to_owned();
                    words.push(Word { text, form: Form::Bare, column });
                    length
                }
            };
            let walked = rest.get(..length).unwrap_or_default().chars().count();
            column = column.saturating_add(u32::try_from(walked).unwrap_or(u32::MAX));
            at += length;
        }
    }

    fn next(&mut self, words: &mut Words, wanted: &str) -> Taken<Word> {
        match words.next() {
            Some(word) => Ok(word),
            None => self.tell(words.column, ProblemCode::Unexpected, &format!("∎ → {wanted}")),
        }
    }

    fn nothing_left(&mut self, words: &mut Words) -> Taken<()> {
        match words.next() {
            None => Ok(()),
            Some(word) => self.tell(word.column, ProblemCode::Unexpected, &word.text),
        }
    }

    fn name(&mut self, words: &mut Words) -> Taken<Name> {
        let word = self.next(words, "NAME")?;
        match Name::new(&word.text) {
            Ok(name) if word.form == Form::Bare => Ok(name),
            _ => self.tell(word.column, ProblemCode::BadName, &word.text),
        }
    }

    fn heading(&mut self, words: &mut Words, comments: Comments) -> Taken<ConceptSet> {
        let name = self.name(words)?;
        let version = self.next(words, "version")?;
        if version.text != "version" {
            return self.tell(
                version.column,
                ProblemCode::Unexpected,
                &format!("{} → version", version.text),
            );
        }
        let word = self.next(words, "1")?;
        let Ok(version) = Version::new(&word.text) else {
            return self.tell(word.column, ProblemCode::BadVersion, &word.text);
        };
        let title = Self::title(words);
        Ok(ConceptSet {
            comments,
            name,
            version,
            title,
            sources: Vec::new(),
            quantity: None,
            vocabularies: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            end: Vec::new(),
        })
    }

    fn title(words: &mut Words) -> Title {
        let en = words.next_quoted();
        let ja = if words.next_is("ja") { words.next_quoted() } else { None };
        Title { en, ja }
    }

    fn clause(
        &mut self,
        set: &mut ConceptSet,
        first: &Word,
        words: &mut Words,
        comments: Comments,
    ) -> Taken<()> {
        match first.text.as_str() {
            "source" => {
                let says = self.quoted(words)?;
                set.sources.push(Clause { comments, says });
            }
            "quantity" => {
                let word = self.next(words, "hba1c")?;
                let Some((quantity, _)) = QUANTITIES.iter().find(|(_, name)| *name == word.text)
                else {
                    let known: Vec<&str> = QUANTITIES.iter().map(|(_, name)| *name).collect();
                    let detail = format!("→ {}", known.join(", "));
                    return self.tell(word.column, ProblemCode::Unexpected, &detail);
                };
                if set.quantity.replace(Clause { comments, says: *quantity }).is_some() {
                    return self.tell(first.column, ProblemCode::ClauseTwice, "quantity");
                }
            }
            "vocabulary" => {
                let system = self.system(words)?;
                let release = self.quoted(words)?;
                set.vocabularies.push(Clause { comments, says: (system, release) });
            }
            "include" | "exclude" => {
                if set.include.len() + set.exclude.len() >= CODES_MAX {
                    let detail = format!("> {CODES_MAX}");
                    self.problems.truncate(PROBLEMS_MAX - 1);
                    return self.tell(first.column, ProblemCode::TooManyCodes, &detail);
                }
                let says = self.include(words)?;
                let list =
                    if first.text == "include" { &mut set.include } else { &mut set.exclude };
                list.push(Clause { comments, says });
            }
            other => {
                let detail = format!("{other} → source, quantity, vocabulary, include, exclude");
                return self.tell(first.column, ProblemCode::Unexpected, &detail);
            }
        }
        Ok(())
    }

    fn quoted(&mut self, words: &mut Words) -> Taken<String> {
        match words.next_quoted() {
            Some(text) => Ok(text),
            None => self.tell(words.column, ProblemCode::Unexpected, "→ \"…\""),
        }
    }

    fn system(&mut self, words: &mut Words) -> Taken<String> {
        let word = self.next(words, "icd10_jp, yj, jlac10 …")?;
        let is_known = SYSTEMS.contains(&word.text.as_str()) || word.text.contains(':');
        if is_known && word.form != Form::QuotedPrefix {
            Ok(word.text)
        } else {
            self.tell(word.column, ProblemCode::UnknownSystem, &word.text)
        }
    }

    fn include(&mut self, words: &mut Words) -> Taken<Include> {
        let system = self.system(words)?;
        let word = self.next(words, "CODE")?;
        let (code, is_prefix) = match (word.form, word.text.strip_suffix('*')) {
            (Form::Bare, Some(stem)) => (stem.to_owned(), true),
            (form, _) => (word.text.clone(), form == Form::QuotedPrefix),
        };
        if code.is_empty() {
            return self.tell(word.column, ProblemCode::Meaningless, "*");
        }
        let branch = if is_prefix {
            Branch::Prefix
        } else if words.next_is("descendants") {
            Branch::Descendants
        } else {
            Branch::Itself
        };
        let mapped = words.next_is("mapped");
        let unit = if words.next_is("unit") {
            let word = self.next(words, "%")?;
            match Unit::new(&word.text) {
                Ok(unit) => Some(unit),
                Err(_) => return self.tell(word.column, ProblemCode::BadUnit, &word.text),
            }
        } else {
            None
        };
        Ok(Include { system, code, branch, mapped, display: Self::title(words), unit })
    }
}

/// Writes a concept set in the one canonical way.
#[must_use]
pub fn format_codes(set: &ConceptSet) -> String {
    let mut text = String::new();
    let head = format!("codes {} version {}{}", set.name, set.version, title(&set.title));
    line(&mut text, &set.comments, &head);
    for source in &set.sources {
        line(&mut text, &source.comments, &format!("source {}", quote(&source.says)));
    }
    if let Some(quantity) = &set.quantity {
        line(&mut text, &quantity.comments, &format!("quantity {}", quantity_word(quantity.says)));
    }
    for vocabulary in &set.vocabularies {
        let (system, release) = &vocabulary.says;
        let written = format!("vocabulary {} {}", bare(system), quote(release));
        line(&mut text, &vocabulary.comments, &written);
    }
    text.push('\n');
    for (word, includes) in [("include", &set.include), ("exclude", &set.exclude)] {
        for include in includes {
            line(&mut text, &include.comments, &format!("{word} {}", written(&include.says)));
        }
    }
    comments_before(&mut text, &set.end, "");
    text
}

/// The word of a quantity.
pub(crate) fn quantity_word(quantity: Quantity) -> &'static str {
    QUANTITIES.iter().find(|(known, _)| *known == quantity).map_or("", |(_, word)| word)
}

fn line(text: &mut String, comments: &Comments, written: &str) {
    comments_before(text, &comments.before, "");
    text.push_str(written);
    match &comments.after {
        Some(after) if after.as_str().is_empty() => text.push_str("  #"),
        Some(after) => {
            text.push_str("  # ");
            text.push_str(after.as_str());
        }
        None => {}
    }
    text.push('\n');
}

fn written(include: &Include) -> String {
    let mut text = format!("{} {}", bare(&include.system), bare(&include.code));
    match include.branch {
        Branch::Itself => {}
        Branch::Descendants => text.push_str(" descendants"),
        Branch::Prefix => text.push('*'),
    }
    if include.mapped {
        text.push_str(" mapped");
    }
    if let Some(unit) = &include.unit {
        text.push_str(&format!(" unit {unit}"));
    }
    text.push_str(&title(&include.display));
    text
}

/// A word without quotes, where it can stand without them.
fn bare(word: &str) -> String {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | '+');
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { quote(word) }
}
