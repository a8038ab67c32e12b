//! What references mean: the identity policy, case by case.

use std::borrow::Cow;

use fhir::reference::{BundleKeys, Origin, Resolved, key_of_full_url, resolve, within};

fn key(resource_type: &'static str, key: &'static str) -> Resolved<'static> {
    Resolved::Key { resource_type: Some(resource_type.into()), key: key.into() }
}

#[test]
fn relative_and_versioned_references_have_the_id_as_key() {
    let origin = Origin::default();
    assert_eq!(resolve("Patient/1", &origin), key("Patient", "1"));
    assert_eq!(resolve("Patient/1/_history/3", &origin), key("Patient", "1"));
    assert_eq!(resolve(" Patient/1 ", &origin), key("Patient", "1"));
    for text in ["Patient", "Patient/", "patient/1", "Patient/1/2", "/Patient/1", "a b/c"] {
        assert_eq!(resolve(text, &origin), Resolved::Unresolved, "{text}");
    }
    assert_eq!(resolve("", &origin), Resolved::None);
    assert_eq!(resolve("#med", &origin), Resolved::Contained("med"));
}

#[test]
fn absolute_references_are_ours_only_where_we_say_so() {
    let bases = ["https://fhir.example.jp/r4/".to_owned()];
    let origin = Origin { own_bases: &bases, ..Origin::default() };
    let own = "https://fhir.example.jp/r4/Patient/1/_history/2";
    assert_eq!(resolve(own, &origin), key("Patient", "1"));
    for text in ["https://other.example/Patient/1", "https://fhir.example.jp/r4x/Patient/1"] {
        assert_eq!(resolve(text, &origin), Resolved::Foreign, "{text}");
    }
    assert_eq!(resolve(own, &Origin::default()), Resolved::Foreign);
}

#[test]
fn full_urls_of_the_bundle_are_followed() {
    let mut keys = BundleKeys::default();
    keys.add("urn:uuid:0A48A4BF-0d87-4efb-aafd-d45e0842a4dd", "Patient", "p1");
    keys.add("https://elsewhere.example/Organization/5", "Organization", "5");
    let origin = Origin { references: Some(&keys), ..Origin::default() };
    let urn = "urn:uuid:0a48a4bf-0d87-4efb-aafd-d45e0842a4dd";
    assert_eq!(resolve(urn, &origin), key("Patient", "p1"));
    let versioned = "https://elsewhere.example/Organization/5/_history/1";
    assert_eq!(resolve(versioned, &origin), key("Organization", "5"));
    assert_eq!(resolve("urn:uuid:1", &origin), Resolved::Unresolved);
    assert_eq!(resolve("urn:oid:1.2.3", &Origin::default()), Resolved::Unresolved);
}

#[test]
fn conditional_references_give_their_identifier() {
    let conditional = |system: &str, value: &str| Resolved::Conditional {
        resource_type: "Patient",
        system: system.to_owned(),
        value: value.to_owned(),
    };
    let origin = Origin::default();
    let text = "Patient?identifier=https://example.org/mrn|77";
    assert_eq!(resolve(text, &origin), conditional("https://example.org/mrn", "77"));
    let text = "Patient?identifier=urn%3Aoid%3A1.2%7C77";
    assert_eq!(resolve(text, &origin), conditional("urn:oid:1.2", "77"));
    assert_eq!(resolve("Patient?identifier=77", &origin), conditional("", "77"));
    for text in ["Patient?name=x", "Patient?identifier=", "X?identifier=1", "Patient?identifier=%"]
    {
        assert_eq!(resolve(text, &origin), Resolved::Unresolved, "{text}");
    }
}

#[test]
fn contained_resources_are_keyed_under_what_contains_them() {
    let types = |local: &str| (local == "m").then_some(Cow::Borrowed("Medication"));
    let found = within("m", ("MedicationRequest", "1"), types);
    assert_eq!(found.key_of(Some("Medication")), Some("MedicationRequest/1#m"));
    assert_eq!(within("x", ("MedicationRequest", "1"), types), Resolved::Unresolved);
    assert_eq!(within("", ("Patient", "1"), types), key("Patient", "1"));
    let elsewhere = resolve("MedicationRequest/1#m", &Origin::default());
    assert_eq!(elsewhere.key_of(None), Some("MedicationRequest/1#m"));
    assert_eq!(elsewhere.key_of(Some("Medication")), None);
}

#[test]
fn an_entry_without_id_is_keyed_by_its_full_url() {
    let key = key_of_full_url;
    assert_eq!(key("urn:uuid:AB-1").as_deref(), Some("ab-1"));
    assert_eq!(key("http://x.example/fhir/Patient/9").as_deref(), Some("9"));
    assert_eq!(key("http://x.example/9").as_deref(), Some("http://x.example/9"));
    assert_eq!(key(" "), None);
}
