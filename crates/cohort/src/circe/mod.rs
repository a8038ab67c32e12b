//! OHDSI Circe: cohort definitions as JSON, read strictly, brought into our language and back.
//!
//! The meaning kept is that of the queries of circe-be (release 1.11): `meaning` tells it again,
//! independently, for tests. What our language cannot say is named by its path in the JSON, never
//! left out.
//!
//! # What imported definitions look at
//! Events as a slice that publishes OMOP tables has them: codes of the system `omop` (concept ids),
//! and, where a definition asks for them, attributes under these names: `record_type`,
//! `source_concept`, `provider_specialty`, `condition_status`, `modifier`, `qualifier`,
//! `value_operator`, `value_unit`, `dose_unit`, `place_of_service`, `anatomic_site`,
//! `disease_status` (codes); `value_as_number`, `range_low`, `range_high`, `item_quantity`,
//! `refills`, `effective_drug_dose`, `dose_value` (numbers as recorded). Kinds beside the usual
//! ones: `visit_detail`, `condition_era`, `drug_era`, `dose_era`, `observation_period`,
//! `payer_plan_period`. Coverage of `visit` is the observation period.
//!
//! # Source
//! <https://github.com/OHDSI/circe-be>, commit 9a80aa7.

mod domain;
mod export;
mod expression;
mod import;
#[cfg(test)]
mod meaning;
mod parse;
mod range;
mod read;
#[cfg(test)]
mod tests;

pub use domain::Side;
pub use export::{Exported, export};
pub use expression::{
    CohortExpression, ConceptSet, ConceptSetItem, Content, CorelatedCriteria, CriteriaGroup,
    Criterion, DemographicCriteria, EndStrategy, GroupType, InclusionRule, Occurrence,
    OccurrenceType, PrimaryCriteria, ResultLimit,
};
pub use import::{Feature, Imported, Naming, import};
pub use range::{
    Concept, ConceptSetSelection, DateRange, Endpoint, NumericRange, Op, Period, Range, TextFilter,
    Window,
};
pub use read::NotRead;
