//! Do the notes say what is claimed of them, where it is claimed?

use vocab::{Locale, Text};

use super::estimate::Estimate;
use super::input::Person;
use super::planted::Planted;
use super::table::{Kind, Line, Unit};
use super::truth::Annotated;

/// What was found in the notes.
#[derive(Default)]
pub(super) struct Notes {
    documents: f64,
    annotated: f64,
    spans: f64,
    /// Spans whose words stand where it is said.
    in_place: f64,
}

impl Notes {
    /// Adds a patient.
    pub(super) fn add(&mut self, person: &Person) {
        self.documents += count(person.documents.len());
        self.annotated += count(person.annotated.len());
        let mut documents = person.documents.iter();
        for note in &person.annotated {
            // Both are in the same order.
            let Some(document) = documents.find(|document| document.id == note.document) else {
                continue;
            };
            self.compare(note, &decode(document.base64()));
        }
    }

    fn compare(&mut self, note: &Annotated, text: &str) {
        let letters: Vec<char> = text.chars().collect();
        let whole = letters.len() == note.characters;
        for span in &note.spans {
            let words: Option<String> =
                letters.get(span.start..span.end).map(|part| part.iter().collect());
            self.spans += 1.0;
            self.in_place += f64::from(u8::from(whole && words.as_ref() == Some(&span.text)));
        }
    }

    /// Adds what another saw.
    pub(super) fn merge(&mut self, other: &Self) {
        self.documents += other.documents;
        self.annotated += other.annotated;
        self.spans += other.spans;
        self.in_place += other.in_place;
    }

    /// The share of notes of which it is known what they say.
    fn annotated(&self) -> Option<Estimate> {
        Estimate::share(self.annotated, self.documents)
    }

    /// The share of annotations whose words stand in the note where it is said.
    fn in_place(&self) -> Option<Estimate> {
        Estimate::share(self.in_place, self.spans)
    }

    /// Says what was found: all notes are annotated, and all words stand where it is said.
    pub(super) fn tell(&self, planted: &mut Planted, locale: Locale) {
        let lines = [
            ("notes_annotated", ANNOTATED, self.annotated()),
            ("annotations_in_place", IN_PLACE, self.in_place()),
        ];
        for (name, title, found) in lines {
            planted.add(Line {
                name: name.to_owned(),
                title: title.get(locale).to_owned(),
                kind: Kind::Planted,
                unit: Unit::Percent,
                expected: 1.0,
                found,
                source: "notes.truth".to_owned(),
            });
        }
    }
}

const ANNOTATED: Text =
    Text { ja: "正解注釈のある診療文書", en: "notes with their annotations" };
const IN_PLACE: Text = Text {
    ja: "本文の該当箇所と一致する注釈",
    en: "annotations whose words stand in the note",
};

/// How many.
pub(super) fn count(number: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no patient has so many rows")]
    {
        number as f64
    }
}

/// The text behind Base64; what is not Base64 gives the text up to there.
fn decode(base64: &str) -> String {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for letter in base64.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff).try_into().unwrap_or_default());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        for (base64, text) in [("", ""), ("Zg==", "f"), ("Zm9vYmE=", "fooba"), ("6Z2S6JGJ", "青葉")]
        {
            assert_eq!(decode(base64), text);
        }
    }

    #[test]
    fn an_annotation_must_stand_where_it_says() {
        let line = |start, end| -> Annotated {
            serde_json::from_str(&format!(
                r#"{{"document":"d","characters":7,"spans":[{{"start":{start},"end":{end},
                "text":"DM","category":"condition","only_in_text":false}}]}}"#
            ))
            .unwrap()
        };
        let mut notes = Notes::default();
        notes.compare(&line(3, 5), "既往に DM。");
        assert_eq!((notes.spans, notes.in_place), (1.0, 0.0));
        notes.compare(&line(4, 6), "既往に DM。");
        assert_eq!((notes.spans, notes.in_place), (2.0, 1.0));
    }
}
