//! Where codes stand in the tables, and what stands beside them.

use lake::{CodeLook, Codings, PersonLook};

/// A column of codes and the table that says when and how much.
#[derive(Debug)]
pub(crate) struct Place {
    /// The table of the codes.
    pub(crate) table: &'static str,
    /// The columns of code, system and name in it.
    pub(crate) columns: [&'static str; 3],
    /// The table whose rows say when.
    pub(crate) main: &'static str,
    /// Whether its rows carry a measured value.
    pub(crate) has_value: bool,
}

macro_rules! of_records {
    ($($table:literal $main:literal $has_value:literal;)*) => {
        [$(Place {
            table: $table,
            columns: ["code", "code_system", "code_display"],
            main: $main,
            has_value: $has_value,
        },)*]
    };
}

/// Tables with one row for each coding of a record.
static CODINGS: [Place; 10] = of_records! {
    "condition_code" "condition" false;
    "observation_code" "observation" true;
    "medication_request_code" "medication_request" false;
    "medication_administration_code" "medication_administration" false;
    "medication_dispense_code" "medication_dispense" false;
    "medication_statement_code" "medication_statement" false;
    "medication_code" "medication" false;
    "procedure_code" "procedure" false;
    "allergy_intolerance_code" "allergy_intolerance" false;
    "diagnostic_report_code" "diagnostic_report" false;
};

/// Tables that hold one coding in their own rows.
static OWN: [Place; 2] = [
    Place {
        table: "observation_component",
        columns: ["code", "code_system", "code_display"],
        main: "observation",
        has_value: true,
    },
    Place {
        table: "immunization",
        columns: ["vaccine_code", "vaccine_system", "vaccine_display"],
        main: "immunization",
        has_value: false,
    },
];

/// Every place.
pub(crate) fn all() -> impl Iterator<Item = &'static Place> {
    CODINGS.iter().chain(&OWN)
}

/// The place of this table.
pub(crate) fn of(table: &str) -> Option<&'static Place> {
    all().find(|place| place.table == table)
}

impl Place {
    /// How the lake is asked for its codes.
    pub(crate) fn codings(&self) -> Codings {
        let [code, system, display] = self.columns.map(str::to_owned);
        let of_one_record = CODINGS.iter().any(|place| place.table == self.table);
        Codings { table: self.table.to_owned(), code, system, display, of_one_record }
    }

    /// How the lake is asked for one code.
    pub(crate) fn look(&self, system: &str, code: &str) -> CodeLook {
        let value = || ("value_quantity".to_owned(), "value_unit".to_owned());
        let words = ["value_code_display", "value_code_text"].map(str::to_owned);
        CodeLook {
            place: self.codings(),
            system: system.to_owned(),
            code: code.to_owned(),
            main: self.main.to_owned(),
            number: self.has_value.then(value),
            words: if self.has_value { words.to_vec() } else { Vec::new() },
        }
    }
}

/// Where age and sex stand.
pub(crate) fn people() -> PersonLook {
    let [table, birth, sex] = ["patient", "birth_date", "gender"].map(str::to_owned);
    PersonLook { table, birth, sex }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary;

    #[test]
    fn every_place_is_a_column_of_a_table() {
        for place in all() {
            let entry = dictionary::bundled().get(place.table).unwrap();
            for column in place.columns {
                assert!(entry.columns.iter().any(|known| known.name == column), "{place:?}");
            }
            assert!(dictionary::bundled().contains_key(place.main), "{place:?}");
        }
        for table in dictionary::bundled().keys().filter(|name| name.ends_with("_code")) {
            assert!(of(table).is_some(), "the codes of {table} have no pages");
        }
    }
}
