//! A resource without what it says of one person: what is left stands as it was written.

use crate::json::DEPTH_MAX;
use crate::plan::scan::{Fault, Scan};

use super::{Kind, Kinds, Terms};

/// What came of cutting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// The resource without the mentions; the same text where there were none.
    pub text: String,
    /// The elements of the resource in which something was met, in their order.
    pub touched: Vec<Touched>,
}

/// An element of a resource in which a person was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Its name.
    pub element: String,
    /// What was met in it.
    pub kinds: Kinds,
    /// Something of the element is left.
    pub stays: bool,
}

/// Takes out of a resource what speaks of the person.
///
/// The smallest item of a list that holds a mention goes; where there is no list around it, the
/// element of the resource does.
///
/// # Nulls
/// Absent where the text is not one JSON object.
///
/// ```
/// use fhir::mention::{Kind, Kinds, Terms, cut};
/// let terms = Terms::new([(Kind::Reference, "Patient/7".to_owned())]).unwrap();
/// let group = r#"{"resourceType":"Group","member":[
///     {"entity":{"reference":"Patient/6"}}, {"entity":{"reference":"Patient/7"}}]}"#;
/// let left = cut(group, &terms, Kinds::ALL).unwrap();
/// assert_eq!(
///     left.text,
///     r#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/6"}}]}"#
/// );
/// assert_eq!((left.touched[0].element.as_str(), left.touched[0].stays), ("member", true));
/// ```
#[must_use]
pub fn cut(resource: &str, terms: &Terms, kinds: Kinds) -> Option<Cut> {
    Cutter::new(resource, terms, kinds).resource(&[]).ok()
}

/// The same for what stands around the entries of a Bundle: the entries stay as they are.
///
/// # Nulls
/// As [`cut`].
#[must_use]
pub fn cut_frame(bundle: &str, terms: &Terms, kinds: Kinds) -> Option<Cut> {
    Cutter::new(bundle, terms, kinds).resource(&["entry", "resourceType", "type"]).ok()
}

struct Cutter<'t> {
    text: &'t str,
    scan: Scan<'t>,
    terms: &'t Terms,
    kinds: Kinds,
    met: Kinds,
}

/// What becomes of a value.
enum Left {
    /// It stays as it is.
    Same,
    /// This stays of it.
    Part(String),
    /// It holds a mention that no list within it could let go.
    Gone,
    /// It is a list, and nothing of it stays.
    Empty,
}

impl<'t> Cutter<'t> {
    fn new(text: &'t str, terms: &'t Terms, kinds: Kinds) -> Self {
        Self { text, scan: Scan::new(text), terms, kinds, met: Kinds::default() }
    }

    fn resource(mut self, as_they_are: &[&str]) -> Result<Cut, Fault> {
        self.scan.expect(b'{')?;
        let (mut kept, mut touched, mut changed) = (Vec::new(), Vec::new(), false);
        while self.scan.token() != b'}' {
            let (from, name) = self.key()?;
            self.met = Kinds::default();
            let left = match as_they_are.contains(&name.as_str()) {
                true => self.scan.skip(1).map(|()| Left::Same)?,
                false => self.value(1)?,
            };
            if !self.met.is_empty() {
                let stays = matches!(left, Left::Part(_));
                touched.push(Touched { element: name, kinds: self.met, stays });
            }
            changed |= !matches!(left, Left::Same);
            self.keep(from, left, &mut kept);
            self.comma(b'}')?;
        }
        self.scan.expect(b'}')?;
        self.scan.token();
        if self.scan.at() != self.text.len() {
            return Err(Fault::Broken(self.scan.at()));
        }
        let text = if changed { joined('{', &kept, '}') } else { self.text.to_owned() };
        Ok(Cut { text, touched })
    }

    /// A value; `depth` levels are open around it.
    fn value(&mut self, depth: usize) -> Result<Left, Fault> {
        if depth > DEPTH_MAX {
            return Err(Fault::TooDeep);
        }
        match self.scan.token() {
            b'"' => self.string(),
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            _ => self.scan.skip(1).map(|()| Left::Same),
        }
    }

    fn string(&mut self) -> Result<Left, Fault> {
        let start = self.scan.at();
        let quoted = self.scan.string()?;
        let met = if quoted.escaped {
            let raw = self.text.get(start..self.scan.at()).unwrap_or_default();
            let text: String = sonic_rs::from_str(raw).map_err(|_| Fault::Broken(start))?;
            self.terms.are_in(&text)
        } else {
            self.terms.are_in(self.text.get(quoted.start..quoted.end).unwrap_or_default())
        };
        let met = self.kinds.both(met);
        self.met = self.met.with(met);
        Ok(if met.is_empty() { Left::Same } else { Left::Gone })
    }

    fn object(&mut self, depth: usize) -> Result<Left, Fault> {
        self.scan.expect(b'{')?;
        let (mut kept, mut changed, mut gone) = (Vec::new(), false, false);
        let (mut system, mut value) = (String::new(), None);
        while self.scan.token() != b'}' {
            let (from, name) = self.key()?;
            let left = self.value(depth + 1)?;
            let text = |cutter: &Self| cutter.quoted(from.1);
            match name.as_str() {
                "system" => system = text(self).unwrap_or_default(),
                "value" => value = text(self),
                _ => {}
            }
            gone |= matches!(left, Left::Gone);
            changed |= !matches!(left, Left::Same);
            self.keep(from, left, &mut kept);
            self.comma(b'}')?;
        }
        self.scan.expect(b'}')?;
        let known = value.is_some_and(|value| self.terms.has_identifier(&system, &value));
        if known && self.kinds.has(Kind::Identifier) {
            self.met = self.met.with(Kinds::of(&[Kind::Identifier]));
            gone = true;
        }
        Ok(match (gone, changed) {
            (true, _) => Left::Gone,
            (false, true) if kept.is_empty() => Left::Gone,
            (false, true) => Left::Part(joined('{', &kept, '}')),
            (false, false) => Left::Same,
        })
    }

    /// The string that was just read from here on, where it is one.
    fn quoted(&self, from: usize) -> Option<String> {
        let raw = self.text.get(from..self.scan.at())?;
        raw.starts_with('"').then(|| sonic_rs::from_str(raw).ok()).flatten()
    }

    fn list(&mut self, depth: usize) -> Result<Left, Fault> {
        self.scan.expect(b'[')?;
        let (mut kept, mut changed) = (Vec::new(), false);
        while self.scan.token() != b']' {
            let from = self.scan.at();
            let left = self.value(depth + 1)?;
            changed |= !matches!(left, Left::Same);
            self.keep((from, from), left, &mut kept);
            self.comma(b']')?;
        }
        self.scan.expect(b']')?;
        Ok(match changed {
            false => Left::Same,
            true if kept.is_empty() => Left::Empty,
            true => Left::Part(joined('[', &kept, ']')),
        })
    }

    /// A key and its colon: where the key began and where the value does, and the name.
    fn key(&mut self) -> Result<((usize, usize), String), Fault> {
        let start = self.scan.at();
        if self.scan.token() != b'"' {
            return Err(Fault::Broken(start));
        }
        let quoted = self.scan.string()?;
        self.scan.expect(b':')?;
        self.scan.token();
        let name = self.text.get(quoted.start..quoted.end).unwrap_or_default().to_owned();
        Ok(((start, self.scan.at()), name))
    }

    /// Keeps what is left of a value, with the key before it.
    fn keep(&self, (from, value): (usize, usize), left: Left, kept: &mut Vec<String>) {
        match left {
            Left::Same => {
                kept.push(self.text.get(from..self.scan.at()).unwrap_or_default().to_owned());
            }
            Left::Part(part) => {
                kept.push(format!("{}{part}", self.text.get(from..value).unwrap_or_default()));
            }
            Left::Gone | Left::Empty => {}
        }
    }

    /// What stands after an item: a comma and another one, or the end.
    fn comma(&mut self, end: u8) -> Result<(), Fault> {
        match self.scan.token() {
            b',' => {
                self.scan.advance(1);
                match self.scan.token() == end {
                    true => Err(Fault::Broken(self.scan.at())),
                    false => Ok(()),
                }
            }
            byte if byte == end => Ok(()),
            _ => Err(Fault::Broken(self.scan.at())),
        }
    }
}

fn joined(open: char, parts: &[String], close: char) -> String {
    format!("{open}{}{close}", parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        let all = [
            (Kind::Reference, "Patient/han"),
            (Kind::Name, "青葉 花子"),
            (Kind::Contact, "022-000-0001"),
        ];
        Terms::new(all.map(|(kind, text)| (kind, text.to_owned()))).unwrap()
    }

    fn check(resource: &str, expect: &str, touched: &[(&str, bool)]) {
        let done = cut(resource, &terms(), Kinds::ALL).unwrap();
        assert_eq!(done.text, expect);
        let names: Vec<(&str, bool)> =
            done.touched.iter().map(|touched| (touched.element.as_str(), touched.stays)).collect();
        assert_eq!(names, touched);
        let again = cut(&done.text, &terms(), Kinds::ALL).unwrap();
        assert!(again.touched.is_empty(), "{}", again.text);
    }

    #[test]
    fn the_smallest_item_of_a_list_goes() {
        check(
            r#"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/x"},
                "type":[{"text":"for Patient/han"},{"text":"b"}]}, {"a":1}]}"#,
            r#"{"resourceType":"Appointment","participant":[{"actor":{"reference":"Patient/x"},"type":[{"text":"b"}]},{"a":1}]}"#,
            &[("participant", true)],
        );
        check(
            r#"{"id":"1","note":[{"text":"姉は青葉 花子"}],"status":"x"}"#,
            r#"{"id":"1","status":"x"}"#,
            &[("note", false)],
        );
        check(
            r#"{"id":"1","a":{"b":[{"c":"Patient/han"}],"d":2}}"#,
            r#"{"id":"1","a":{"d":2}}"#,
            &[("a", true)],
        );
        check(r#"{"id":"1","a":{"b":["Patient/han"]}}"#, r#"{"id":"1"}"#, &[("a", false)]);
    }

    #[test]
    fn without_a_list_the_element_goes() {
        check(
            r#"{"id":"1","text":{"status":"generated","div":"<div>青葉 花子</div>"},"a":[1.50, -0]}"#,
            r#"{"id":"1","a":[1.50, -0]}"#,
            &[("text", false)],
        );
        check(r#"{"subject":{"reference":"Patient/han"}}"#, "{}", &[("subject", false)]);
    }

    #[test]
    fn what_is_written_with_escapes_is_met_and_the_rest_stays_as_written() {
        check(
            "{ \"a\" : \"\\u9752\\u8449 \\u82b1\\u5b50\" ,\n \"b\" : \"\\u0041\" }",
            "{\"b\" : \"\\u0041\"}",
            &[("a", false)],
        );
    }

    #[test]
    fn a_resource_that_says_nothing_of_the_person_is_the_same_to_the_byte() {
        let text = "{ \"a\" : [ {} , [] , null , \"Patient/hanx\" ] }\n";
        let done = cut(text, &terms(), Kinds::ALL).unwrap();
        assert_eq!((done.text.as_str(), done.touched.len()), (text, 0));
    }

    #[test]
    fn only_the_kinds_asked_for_are_cut() {
        let text = r#"{"a":["022-000-0001","Patient/han"]}"#;
        let done = cut(text, &terms(), Kinds::of(&[Kind::Reference])).unwrap();
        assert_eq!(done.text, r#"{"a":["022-000-0001"]}"#);
    }

    #[test]
    fn an_identifier_goes_where_its_system_stands_beside_it() {
        let pair = ("urn:x".to_owned(), "1".to_owned());
        let terms = Terms::with_identifiers([], [pair]).unwrap();
        let text = r#"{"identifier":[{"value":"1","system":"urn:x"},{"system":"urn:y","value":"1"}],
            "code":"1"}"#;
        let done = cut(text, &terms, Kinds::of(&[Kind::Identifier])).unwrap();
        assert_eq!(done.text, r#"{"identifier":[{"system":"urn:y","value":"1"}],"code":"1"}"#);
        assert_eq!(done.touched[0].kinds, Kinds::of(&[Kind::Identifier]));
    }

    #[test]
    fn the_entries_of_a_bundle_stay_and_what_stands_around_them_is_cut() {
        let text = r#"{"resourceType":"Bundle","id":"Patient/han","entry":["Patient/han"]}"#;
        let done = cut_frame(text, &terms(), Kinds::ALL).unwrap();
        assert_eq!(done.text, r#"{"resourceType":"Bundle","entry":["Patient/han"]}"#);
    }

    #[test]
    fn what_is_not_one_object_is_not_cut() {
        for text in ["", "[]", "{", r#"{"a":1,}"#, r#"{"a" 1}"#, "{} {}", r#"{"a":"\x"}"#] {
            assert_eq!(cut(text, &terms(), Kinds::ALL), None, "{text}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(600), "]".repeat(600));
        assert_eq!(cut(&deep, &terms(), Kinds::ALL), None);
    }
}
