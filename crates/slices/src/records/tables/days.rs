//! Every table of what happened says on which day, in one column of one kind.

use std::collections::BTreeMap;

use super::tests::parsed;
use super::{About, TABLES};

/// Tables with dates that tell of no event, and why.
const WITHOUT: [(&str, &str); 9] = [
    ("patient", "a person is born and dies; neither is what the row tells"),
    ("allergy_reaction", "its own `onset_at` is all there is"),
    ("care_plan_activity", "planned, not done"),
    ("consent_provision", "in force from a day, as the consent says"),
    ("document_content", "its own `creation` is all there is"),
    ("encounter_class_history", "a part of the encounter, from its own `period_start`"),
    ("encounter_location", "a part of the encounter, from its own `period_start`"),
    ("encounter_participant", "a part of the encounter, from its own `period_start`"),
    ("related_person", "a relationship lasts"),
];

#[test]
fn every_table_of_what_happened_has_the_day_of_it() {
    let without: BTreeMap<_, _> = WITHOUT.into_iter().collect();
    for table in TABLES.iter().filter(|table| table.about == About::Patient) {
        let view = parsed(table);
        let columns = view.columns();
        let is_date = |kind: &str| matches!(kind, "date" | "dateTime" | "instant");
        let dated = columns.iter().any(|column| column.r#type.as_deref().is_some_and(is_date));
        let day = columns.iter().find(|column| column.name == "event_day");
        let exempt = without.contains_key(table.name);
        assert_eq!(dated && !exempt, day.is_some(), "{}", table.name);
        if let Some(day) = day {
            assert_eq!(day.r#type.as_deref(), Some("date"), "{}", table.name);
            assert_eq!(day.tag("ansi/type"), Some("DATE"), "{}", table.name);
        }
    }
}
