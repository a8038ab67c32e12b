//! A Circe expression, typed.

use super::domain::Domain;
use super::range::{
    Concept, ConceptSetSelection, DateRange, NumericRange, Period, TextFilter, Window,
};

/// `CohortExpression`: a whole definition.
#[derive(Clone, Debug, PartialEq)]
pub struct CohortExpression {
    /// `Title`
    pub title: Option<String>,
    /// `ConceptSets`
    pub concept_sets: Vec<ConceptSet>,
    /// `PrimaryCriteria`
    pub primary: PrimaryCriteria,
    /// `AdditionalCriteria`
    pub additional: Option<CriteriaGroup>,
    /// `QualifiedLimit`; it works only where there are additional criteria.
    pub qualified_limit: ResultLimit,
    /// `ExpressionLimit`
    pub expression_limit: ResultLimit,
    /// `InclusionRules`
    pub inclusion_rules: Vec<InclusionRule>,
    /// `EndStrategy`
    pub end_strategy: Option<EndStrategy>,
    /// `CensoringCriteria`
    pub censoring: Vec<Criterion>,
    /// `CensorWindow`
    pub censor_window: Period,
    /// `CollapseSettings.EraPad`
    pub era_pad: u32,
}

/// `ResultLimit`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultLimit {
    /// `All`
    All,
    /// `First`
    #[default]
    First,
    /// `Last`
    Last,
}

/// `PrimaryCriteria`: the events by which people enter.
#[derive(Clone, Debug, PartialEq)]
pub struct PrimaryCriteria {
    /// `CriteriaList`
    pub criteria: Vec<Criterion>,
    /// `ObservationWindow.PriorDays`
    pub prior_days: u32,
    /// `ObservationWindow.PostDays`
    pub post_days: u32,
    /// `PrimaryCriteriaLimit`
    pub limit: ResultLimit,
}

/// `ConceptSet`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConceptSet {
    /// `id`
    pub id: i64,
    /// `name`
    pub name: String,
    /// `expression.items`
    pub items: Vec<ConceptSetItem>,
}

/// `ConceptSetItem`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConceptSetItem {
    /// `concept`
    pub concept: Concept,
    /// `isExcluded`
    pub is_excluded: bool,
    /// `includeDescendants`
    pub include_descendants: bool,
    /// `includeMapped`
    pub include_mapped: bool,
}

/// `InclusionRule`
#[derive(Clone, Debug, PartialEq)]
pub struct InclusionRule {
    /// `name`
    pub name: String,
    /// `description`
    pub description: String,
    /// `expression`
    pub expression: CriteriaGroup,
}

/// `EndStrategy`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndStrategy {
    /// `DateOffset`
    DateOffset {
        /// `DateField` is `EndDate`.
        from_end: bool,
        /// `Offset`
        offset: i32,
    },
    /// `CustomEra`
    CustomEra {
        /// `DrugCodesetId`
        drug_codeset_id: i64,
        /// `GapDays`
        gap_days: i32,
        /// `Offset`
        offset: i32,
        /// `DaysSupplyOverride`
        days_supply_override: Option<i32>,
    },
}

/// How many members of a [`CriteriaGroup`] must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupType {
    /// `ALL`
    All,
    /// `ANY`
    Any,
    /// `AT_LEAST` with its count.
    AtLeast(u32),
    /// `AT_MOST` with its count.
    AtMost(u32),
}

/// `CriteriaGroup`; one without members holds for every event.
#[derive(Clone, Debug, PartialEq)]
pub struct CriteriaGroup {
    /// `Type` and `Count`
    pub of: GroupType,
    /// `CriteriaList`
    pub criteria: Vec<CorelatedCriteria>,
    /// `DemographicCriteriaList`
    pub demographic: Vec<DemographicCriteria>,
    /// `Groups`
    pub groups: Vec<CriteriaGroup>,
}

impl CriteriaGroup {
    /// Whether it has no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.criteria.is_empty() && self.demographic.is_empty() && self.groups.is_empty()
    }
}

/// How many events a [`CorelatedCriteria`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OccurrenceType {
    /// 0
    Exactly,
    /// 1
    AtMost,
    /// 2
    AtLeast,
}

/// `Occurrence`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// `Type`
    pub is: OccurrenceType,
    /// `Count`
    pub count: u32,
    /// `CountColumn` where `IsDistinct`; `DOMAIN_CONCEPT` where none is named.
    pub distinct: Option<String>,
}

/// `CorelatedCriteria`: events around an index event, and how many.
#[derive(Clone, Debug, PartialEq)]
pub struct CorelatedCriteria {
    /// `Criteria`
    pub criterion: Criterion,
    /// `StartWindow`
    pub start_window: Window,
    /// `EndWindow`
    pub end_window: Option<Window>,
    /// `RestrictVisit`
    pub restrict_visit: bool,
    /// `IgnoreObservationPeriod`
    pub ignore_observation_period: bool,
    /// `Occurrence`
    pub occurrence: Occurrence,
}

/// A concept list or a concept set in a [`DemographicCriteria`] or a criterion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DemographicCriteria {
    /// Its fields, in the order of Circe.
    pub fields: Vec<(&'static str, Content)>,
}

/// A criterion of one domain.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    pub(super) domain: &'static Domain,
    /// `CodesetId`; none is any event of the domain.
    pub codeset_id: Option<i64>,
    /// The concept set of source concepts.
    pub source_codeset_id: Option<i64>,
    /// `First`: only the first in the person's life.
    pub first: bool,
    /// Its other fields, in the order of Circe.
    pub fields: Vec<(&'static str, Content)>,
    /// `CorrelatedCriteria`
    pub correlated: Option<Box<CriteriaGroup>>,
    /// Whether there is a `DateAdjustment`.
    pub has_date_adjustment: bool,
}

impl Criterion {
    /// The name of its domain, `ConditionOccurrence`.
    #[must_use]
    pub fn domain(&self) -> &'static str {
        self.domain.name
    }
}

/// What a field of a criterion holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// True or false.
    Flag(bool),
    /// A number that stands for something else, such as a concept set.
    Integer(i64),
    /// A range of numbers.
    Number(NumericRange),
    /// A range of days.
    Date(DateRange),
    /// A search in a text.
    Text(TextFilter),
    /// A list of concepts; one without any says nothing.
    Concepts(Vec<Concept>),
    /// A concept set.
    Selection(ConceptSetSelection),
    /// A period.
    Period(Period),
}
