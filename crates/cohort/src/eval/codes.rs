//! Which codes a concept set holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::{Branch, ConceptSet, Include, Quantity};

use super::Refused;

/// The hierarchies of code systems: for each system, the parents of each code, and the codes that
/// each is mapped to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hierarchies {
    parents: Above,
    maps: Above,
}

/// Of each system, for each code, those above it.
type Above = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

impl Hierarchies {
    /// Says that a system's hierarchy is held, even if no code of it has a parent.
    pub fn hold(&mut self, system: &str) {
        self.parents.entry(system.to_owned()).or_default();
    }

    /// Puts a code below another.
    pub fn below(&mut self, system: &str, code: &str, parent: &str) {
        let parents = self.parents.entry(system.to_owned()).or_default();
        parents.entry(code.to_owned()).or_default().insert(parent.to_owned());
    }

    /// Says that a system's maps are held, even if no code of it is mapped.
    pub fn hold_maps(&mut self, system: &str) {
        self.maps.entry(system.to_owned()).or_default();
    }

    /// Says that a code is mapped to another of its system.
    pub fn map(&mut self, system: &str, code: &str, to: &str) {
        let maps = self.maps.entry(system.to_owned()).or_default();
        maps.entry(code.to_owned()).or_default().insert(to.to_owned());
    }

    /// The codes that a code is mapped to.
    fn mapped(&self, system: &str, code: &str) -> impl Iterator<Item = &str> {
        let to = self.maps.get(system).and_then(|codes| codes.get(code));
        to.into_iter().flatten().map(String::as_str)
    }

    /// Whether a code is another or stands below it, however many steps. A circle is walked once.
    fn is_at_or_below(&self, system: &str, code: &str, ancestor: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut left = vec![code];
        while let Some(code) = left.pop() {
            if code == ancestor {
                return true;
            }
            if seen.insert(code) {
                let parents = self.parents.get(system).and_then(|codes| codes.get(code));
                left.extend(parents.into_iter().flatten().map(String::as_str));
            }
        }
        false
    }
}

/// A concept set with the hierarchies it needs.
#[derive(Clone, Copy, Debug)]
pub struct Codes<'a> {
    set: &'a ConceptSet,
    hierarchies: &'a Hierarchies,
}

impl<'a> Codes<'a> {
    /// Takes a concept set.
    ///
    /// # Errors
    /// When it asks for descendants in a system whose hierarchy is not held, or for mapped codes in
    /// one whose maps are not held.
    pub fn new(set: &'a ConceptSet, hierarchies: &'a Hierarchies) -> Result<Self, Refused> {
        let lines = set.include.iter().chain(&set.exclude).map(|clause| &clause.says);
        for line in lines {
            let (set, system) = (set.name.as_str().to_owned(), line.system.clone());
            let descends = line.branch == Branch::Descendants;
            if descends && !hierarchies.parents.contains_key(&line.system) {
                return Err(Refused::NoHierarchy { set, system });
            }
            if line.mapped && !hierarchies.maps.contains_key(&line.system) {
                return Err(Refused::NoMaps { set, system });
            }
        }
        Ok(Self { set, hierarchies })
    }

    /// The first line that covers a code, unless it is excluded.
    #[must_use]
    pub fn line(&self, system: &str, code: &str) -> Option<&'a Include> {
        let covers = |line: &Include| self.covers(line, system, code);
        if self.set.exclude.iter().any(|clause| covers(&clause.says)) {
            return None;
        }
        self.set.include.iter().map(|clause| &clause.says).find(|line| covers(line))
    }

    /// What its results measure.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        self.set.quantity.as_ref().map(|clause| clause.says)
    }

    /// The units that its lines give to values.
    pub(crate) fn units(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let units = self.set.include.iter().filter_map(|clause| clause.says.unit.as_ref());
        units.map(crate::ast::Unit::as_str)
    }

    fn covers(&self, line: &Include, system: &str, code: &str) -> bool {
        let is_in = |code: &str| match line.branch {
            Branch::Itself => line.code == code,
            Branch::Prefix => code.starts_with(&line.code),
            Branch::Descendants => self.hierarchies.is_at_or_below(system, code, &line.code),
        };
        line.system == system
            && (is_in(code) || line.mapped && self.hierarchies.mapped(system, code).any(is_in))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{Clause, Name, Title, Version};

    fn set(include: &[(&str, Branch)], exclude: &[(&str, Branch)]) -> ConceptSet {
        let lines = |lines: &[(&str, Branch)]| {
            let line = |(code, branch): &(&str, Branch)| Clause {
                comments: crate::ast::Comments::default(),
                says: Include {
                    system: "s".to_owned(),
                    code: (*code).to_owned(),
                    branch: *branch,
                    mapped: false,
                    display: Title::default(),
                    unit: None,
                },
            };
            lines.iter().map(line).collect()
        };
        ConceptSet {
            comments: crate::ast::Comments::default(),
            name: Name::new("x").unwrap(),
            version: Version::new("1").unwrap(),
            title: Title::default(),
            sources: Vec::new(),
            quantity: None,
            vocabularies: Vec::new(),
            include: lines(include),
            exclude: lines(exclude),
            end: Vec::new(),
        }
    }

    #[test]
    fn a_code_belongs_where_a_line_covers_it_and_none_excludes_it() {
        let mut hierarchies = Hierarchies::default();
        hierarchies.below("s", "child", "root");
        hierarchies.below("s", "grandchild", "child");
        hierarchies.below("s", "root", "grandchild");
        let held = set(
            &[("E11", Branch::Prefix), ("root", Branch::Descendants), ("a", Branch::Itself)],
            &[("E116", Branch::Prefix), ("child", Branch::Itself)],
        );
        let codes = Codes::new(&held, &hierarchies).unwrap();
        for (code, belongs) in [
            ("E11", true),
            ("E119", true),
            ("E1169", false),
            ("E10", false),
            ("root", true),
            ("child", false),
            ("grandchild", true),
            ("a", true),
            ("ab", false),
        ] {
            assert_eq!(codes.line("s", code).is_some(), belongs, "{code}");
            assert!(codes.line("other", code).is_none(), "{code}");
        }
    }

    #[test]
    fn mapped_codes_belong_where_what_they_are_mapped_to_does() {
        let mut hierarchies = Hierarchies::default();
        hierarchies.below("s", "child", "root");
        let mut asks = set(&[("root", Branch::Descendants), ("a", Branch::Itself)], &[]);
        asks.include[0].says.mapped = true;
        assert!(Codes::new(&asks, &hierarchies).is_err());
        hierarchies.hold_maps("s");
        hierarchies.map("s", "old", "child");
        hierarchies.map("s", "older", "old");
        hierarchies.map("s", "other", "a");
        let codes = Codes::new(&asks, &hierarchies).unwrap();
        for (code, belongs) in [("old", true), ("older", false), ("other", false), ("a", true)] {
            assert_eq!(codes.line("s", code).is_some(), belongs, "{code}");
        }
    }

    #[test]
    fn descendants_without_a_hierarchy_are_refused() {
        let asks = set(&[("root", Branch::Descendants)], &[]);
        let mut hierarchies = Hierarchies::default();
        assert!(Codes::new(&asks, &hierarchies).is_err());
        hierarchies.hold("s");
        assert!(Codes::new(&asks, &hierarchies).is_ok());
    }
}
