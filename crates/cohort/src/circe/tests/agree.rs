//! People made around published definitions: some come in, some do not.

use super::super::Imported;
use super::super::meaning::{Answers, Person, Vocabulary, compare};
use super::{bring, published};

/// An engine that lets nobody in.
struct Nobody;

impl Answers for Nobody {
    fn periods(&self, _: &Imported, _: &Vocabulary, _: &Person) -> Vec<(i64, i64)> {
        Vec::new()
    }
}

#[test]
fn people_come_into_nearly_every_published_definition_and_stay_out_of_it() {
    let Some(definitions) = published() else { return };
    let mut with_both = 0;
    let mut without_members = Vec::new();
    for (id, json) in &definitions {
        let imported = bring(json).unwrap();
        let report = compare(json, &imported, 0..20, &Nobody);
        // Whoever is in differs from nobody: the harness sees it.
        assert_eq!(report.differ.len(), report.members);
        with_both += usize::from(report.members > 0 && report.members < report.people);
        if report.members == 0 {
            without_members.push(*id);
        }
    }
    println!("{with_both} definitions have people in and out; nobody in {without_members:?}");
    assert!(with_both >= definitions.len() * 9 / 10, "{with_both}");
}

#[test]
fn made_people_are_the_same_for_a_seed_and_know_what_is_below_what() {
    let Some(definitions) = published() else { return };
    let (_, json) = &definitions[0];
    struct Remember(std::cell::RefCell<Vec<String>>);
    impl Answers for Remember {
        fn periods(
            &self,
            _: &Imported,
            vocabulary: &Vocabulary,
            person: &Person,
        ) -> Vec<(i64, i64)> {
            assert!(vocabulary.pairs().all(|(child, parent)| vocabulary.is_under(child, parent)));
            assert!(vocabulary.pairs().next().is_some());
            self.0.borrow_mut().push(format!("{:?}", person.published()));
            Vec::new()
        }
    }
    let remember = Remember(std::cell::RefCell::default());
    let imported = bring(json).unwrap();
    for _ in 0..2 {
        compare(json, &imported, 0..10, &remember);
    }
    let people = remember.0.into_inner();
    let (first, second) = people.split_at(10);
    assert_eq!(first, second);
    assert!(first.windows(2).any(|two| two[0] != two[1]));
}
