//! The files of `testdata/people`, built in.

/// A file: its path within the folder of its person, and its bytes.
pub type WrittenFile = (&'static str, &'static [u8]);

/// One of the twelve.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The name by which tests and pages call the person.
    pub name: &'static str,
    /// The same in Japanese.
    pub name_ja: &'static str,
    /// The folder under `testdata/people`.
    pub folder: &'static str,
    /// The id of the Patient resource that is in use.
    pub patient_key: &'static str,
    /// FHIR files, in the order of their names.
    pub files: &'static [WrittenFile],
}

macro_rules! files {
    ($folder:literal: $($file:literal)*) => {
        &[$((
            $file,
            include_bytes!(concat!("../../../testdata/people/", $folder, "/", $file)).as_slice(),
        ),)*]
    };
}

macro_rules! people {
    ($($folder:literal $name:literal $name_ja:literal: $($file:literal)*;)*) => {
        &[$(Person {
            name: $name,
            name_ja: $name_ja,
            folder: $folder,
            patient_key: $folder,
            files: files!($folder: $($file)*),
        },)*]
    };
}

static PEOPLE: &[Person] = people! {
    "hanako" "Hanako" "花子": "bundle.json";
    "jiro" "Jiro" "次郎": "bundle.json";
    "ken" "Ken" "健":
        "Condition.ndjson" "Encounter.ndjson" "MedicationRequest.ndjson" "Observation.ndjson"
        "Patient.ndjson";
    "maria" "Maria" "マリア": "bundle.json";
    "mio" "Mio" "澪": "bundle.json";
    "ota" "Mrs Ōta" "太田さん": "bundle.json";
    "rin" "Rin" "凜": "bundle.json";
    "sachiko" "Sachiko" "幸子": "bundle.json";
    "shigeru" "Shigeru" "茂":
        "Condition.ndjson" "Encounter.ndjson" "MedicationRequest.ndjson"
        "MedicationStatement.ndjson" "Observation.ndjson" "Patient.ndjson";
    "sora" "Sora" "空": "bundle.json";
    "takeshi" "Takeshi" "武":
        "Condition.ndjson" "Encounter.ndjson" "MedicationDispense.ndjson"
        "MedicationRequest.ndjson" "MedicationStatement.ndjson" "Observation.ndjson"
        "Patient.ndjson" "Specimen.ndjson";
    "yoko" "Yoko" "陽子": "bundle.json";
};

static HOUSE: &[WrittenFile] = files!("hospital":
    "Device.ndjson" "Endpoint.ndjson" "Location.ndjson" "Medication.ndjson" "Organization.ndjson"
    "Practitioner.ndjson" "PractitionerRole.ndjson" "ResearchStudy.ndjson");

/// The twelve people.
///
/// # Order
/// By folder.
///
/// ```
/// assert_eq!(synth::people().len(), 12);
/// ```
#[must_use]
pub fn people() -> &'static [Person] {
    PEOPLE
}

/// The hospital: organisations, places, staff, equipment, its drug list and a study.
///
/// ```
/// assert!(synth::house().iter().any(|(path, _)| *path == "Organization.ndjson"));
/// ```
#[must_use]
pub fn house() -> &'static [WrittenFile] {
    HOUSE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_the_twelve_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/people");
        let mut found = BTreeSet::new();
        for folder in fs::read_dir(&root).unwrap().map(Result::unwrap) {
            if !folder.file_type().unwrap().is_dir() {
                continue;
            }
            for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
                let names = [folder.file_name(), file.file_name()];
                found.insert(names.map(|name| name.into_string().unwrap()).join("/"));
            }
        }
        let people = PEOPLE.iter().flat_map(|person| {
            person.files.iter().map(|(file, _)| format!("{}/{file}", person.folder))
        });
        let house = HOUSE.iter().map(|(file, _)| format!("hospital/{file}"));
        let built_in: BTreeSet<String> = people.chain(house).collect();
        assert_eq!(found, built_in);
    }

    #[test]
    fn each_persons_patient_is_in_the_persons_files() {
        for person in PEOPLE {
            let wanted = [
                format!(r#""resourceType":"Patient","id":"{}""#, person.patient_key),
                format!(r#""id": "{}""#, person.patient_key),
            ];
            let told = person.files.iter().any(|(_, bytes)| {
                let text = std::str::from_utf8(bytes).unwrap();
                wanted.iter().any(|id| text.contains(id))
            });
            assert!(told, "{} has no Patient", person.name);
        }
    }

    #[test]
    fn only_hanako_carries_the_marker_and_her_birth_year() {
        for person in PEOPLE {
            for (file, bytes) in person.files {
                let text = std::str::from_utf8(bytes).unwrap();
                let hers = person.name == "Hanako";
                assert_eq!(text.contains("HANAKOMARK"), hers, "{} {file}", person.name);
                assert_eq!(text.contains("1961"), hers, "{} {file}", person.name);
            }
        }
        for (file, bytes) in HOUSE {
            let text = std::str::from_utf8(bytes).unwrap();
            assert!(!text.contains("HANAKOMARK") && !text.contains("1961"), "{file}");
        }
    }
}
