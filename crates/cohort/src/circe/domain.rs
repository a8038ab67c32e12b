//! The domains of Circe: which fields a criterion of each can have, and what they look at.

/// What a field of a criterion is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Flag,
    Integer,
    Number,
    Date,
    Text,
    Concepts,
    Selection,
    Period,
}

/// Which day of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its first day.
    Start,
    /// Its last day.
    End,
}

/// What a field looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// The event's day.
    Day(Side),
    /// The calendar year of the event's day less the year of birth.
    Age(Side),
    Sex,
    /// Days from the start to the end.
    Length,
    /// A number of the event under this name.
    Number(&'static str),
    /// Days of supply.
    DaysSupply,
    /// How many events an era joins.
    Members,
    /// `value_as_number` divided by this.
    Ratio(&'static str),
    /// Outside the range of reference.
    Abnormal,
    /// A code of the event under this name.
    Code(&'static str),
    CodedValue,
    Route,
    /// The concept of the visit to which the event belongs.
    Visit,
    /// Turns the list in the other field into its opposite.
    Negates(&'static str),
    /// Cannot be said; why.
    Never(&'static str),
}

/// How the last day of an event is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ends {
    /// The day after the start, always.
    NextDay,
    /// The recorded last day, or the day after the start where none is recorded.
    RecordedOrNextDay,
    /// The recorded last day.
    Recorded,
}

/// A field: its name, what it is made of, what it looks at.
pub(super) type Field = (&'static str, Shape, Looks);

/// One kind of criterion.
#[derive(Debug)]
pub(super) struct Domain {
    /// Its name in Circe.
    pub(super) name: &'static str,
    /// The words of our language for its events.
    pub(super) kinds: &'static [&'static str],
    /// Whether the table has a concept by which the criterion chooses.
    pub(super) has_codes: bool,
    /// The field with the concept set of source concepts.
    pub(super) source: Option<&'static str>,
    pub(super) ends: Ends,
    pub(super) fields: &'static [Field],
}

impl PartialEq for Domain {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const TEXT: Looks = Looks::Never("a search inside a text");
const PLACE: Looks = Looks::Never("the place of a care site");

use Looks::{Age, Code, Day, Negates, Number};
use Shape as S;

const SEX: [Field; 2] =
    [("Gender", S::Concepts, Looks::Sex), ("GenderCS", S::Selection, Looks::Sex)];

macro_rules! fields {
    ($($key:literal $shape:ident $looks:expr),* $(,)?) => {
        &[SEX[0], SEX[1], $(($key, S::$shape, $looks)),*]
    };
}

const CONDITION_OCCURRENCE: Domain = Domain {
    name: "ConditionOccurrence",
    kinds: &["diagnosis"],
    has_codes: true,
    source: Some("ConditionSourceConcept"),
    ends: Ends::RecordedOrNextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "OccurrenceEndDate" Date Day(Side::End),
        "ConditionType" Concepts Code("record_type"),
        "ConditionTypeCS" Selection Code("record_type"),
        "ConditionTypeExclude" Flag Negates("ConditionType"),
        "StopReason" Text TEXT,
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
        "ConditionStatus" Concepts Code("condition_status"),
        "ConditionStatusCS" Selection Code("condition_status"),
    ],
};

const DEATH: Domain = Domain {
    name: "Death",
    kinds: &["death"],
    has_codes: true,
    source: Some("DeathSourceConcept"),
    ends: Ends::NextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "DeathType" Concepts Code("record_type"),
        "DeathTypeCS" Selection Code("record_type"),
        "DeathTypeExclude" Flag Negates("DeathType"),
        "Age" Number Age(Side::Start),
    ],
};

const DEVICE_EXPOSURE: Domain = Domain {
    name: "DeviceExposure",
    kinds: &["device"],
    has_codes: true,
    source: Some("DeviceSourceConcept"),
    ends: Ends::RecordedOrNextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "OccurrenceEndDate" Date Day(Side::End),
        "DeviceType" Concepts Code("record_type"),
        "DeviceTypeCS" Selection Code("record_type"),
        "DeviceTypeExclude" Flag Negates("DeviceType"),
        "UniqueDeviceId" Text TEXT,
        "Quantity" Number Number("item_quantity"),
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
    ],
};

const DRUG_EXPOSURE: Domain = Domain {
    name: "DrugExposure",
    kinds: &["drug"],
    has_codes: true,
    source: Some("DrugSourceConcept"),
    ends: Ends::Recorded,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "OccurrenceEndDate" Date Looks::Never("Circe compares the start where the field says end"),
        "DrugType" Concepts Code("record_type"),
        "DrugTypeCS" Selection Code("record_type"),
        "DrugTypeExclude" Flag Negates("DrugType"),
        "StopReason" Text TEXT,
        "Refills" Number Number("refills"),
        "Quantity" Number Number("item_quantity"),
        "DaysSupply" Number Looks::DaysSupply,
        "RouteConcept" Concepts Looks::Route,
        "RouteConceptCS" Selection Looks::Route,
        "EffectiveDrugDose" Number Number("effective_drug_dose"),
        "DoseUnit" Concepts Code("dose_unit"),
        "DoseUnitCS" Selection Code("dose_unit"),
        "LotNumber" Text TEXT,
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
    ],
};

const MEASUREMENT: Domain = Domain {
    name: "Measurement",
    kinds: &["lab", "vital"],
    has_codes: true,
    source: Some("MeasurementSourceConcept"),
    ends: Ends::NextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "MeasurementType" Concepts Code("record_type"),
        "MeasurementTypeCS" Selection Code("record_type"),
        "MeasurementTypeExclude" Flag Negates("MeasurementType"),
        "Operator" Concepts Code("value_operator"),
        "OperatorCS" Selection Code("value_operator"),
        "ValueAsNumber" Number Number("value_as_number"),
        "ValueAsConcept" Concepts Looks::CodedValue,
        "ValueAsConceptCS" Selection Looks::CodedValue,
        "Unit" Concepts Code("value_unit"),
        "UnitCS" Selection Code("value_unit"),
        "RangeLow" Number Number("range_low"),
        "RangeHigh" Number Number("range_high"),
        "RangeLowRatio" Number Looks::Ratio("range_low"),
        "RangeHighRatio" Number Looks::Ratio("range_high"),
        "Abnormal" Flag Looks::Abnormal,
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
    ],
};

const OBSERVATION: Domain = Domain {
    name: "Observation",
    kinds: &["observation"],
    has_codes: true,
    source: Some("ObservationSourceConcept"),
    ends: Ends::NextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "ObservationType" Concepts Code("record_type"),
        "ObservationTypeCS" Selection Code("record_type"),
        "ObservationTypeExclude" Flag Negates("ObservationType"),
        "ValueAsNumber" Number Number("value_as_number"),
        "ValueAsString" Text TEXT,
        "ValueAsConcept" Concepts Looks::CodedValue,
        "ValueAsConceptCS" Selection Looks::CodedValue,
        "Qualifier" Concepts Code("qualifier"),
        "QualifierCS" Selection Code("qualifier"),
        "Unit" Concepts Code("value_unit"),
        "UnitCS" Selection Code("value_unit"),
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
    ],
};

const PROCEDURE_OCCURRENCE: Domain = Domain {
    name: "ProcedureOccurrence",
    kinds: &["procedure"],
    has_codes: true,
    source: Some("ProcedureSourceConcept"),
    ends: Ends::NextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "ProcedureType" Concepts Code("record_type"),
        "ProcedureTypeCS" Selection Code("record_type"),
        "ProcedureTypeExclude" Flag Negates("ProcedureType"),
        "Modifier" Concepts Code("modifier"),
        "ModifierCS" Selection Code("modifier"),
        "Quantity" Number Number("item_quantity"),
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "VisitType" Concepts Looks::Visit,
        "VisitTypeCS" Selection Looks::Visit,
    ],
};

const SPECIMEN: Domain = Domain {
    name: "Specimen",
    kinds: &["specimen"],
    has_codes: true,
    source: None,
    ends: Ends::NextDay,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "SpecimenType" Concepts Code("record_type"),
        "SpecimenTypeCS" Selection Code("record_type"),
        "SpecimenTypeExclude" Flag Negates("SpecimenType"),
        "Quantity" Number Number("item_quantity"),
        "Unit" Concepts Code("value_unit"),
        "UnitCS" Selection Code("value_unit"),
        "AnatomicSite" Concepts Code("anatomic_site"),
        "AnatomicSiteCS" Selection Code("anatomic_site"),
        "DiseaseStatus" Concepts Code("disease_status"),
        "DiseaseStatusCS" Selection Code("disease_status"),
        "SourceId" Text TEXT,
        "SpecimenSourceConcept" Integer Looks::Never("specimens have no source concept in OMOP"),
        "Age" Number Age(Side::Start),
    ],
};

const VISIT_OCCURRENCE: Domain = Domain {
    name: "VisitOccurrence",
    kinds: &["visit"],
    has_codes: true,
    source: Some("VisitSourceConcept"),
    ends: Ends::Recorded,
    fields: fields![
        "OccurrenceStartDate" Date Day(Side::Start),
        "OccurrenceEndDate" Date Day(Side::End),
        "VisitType" Concepts Code("record_type"),
        "VisitTypeCS" Selection Code("record_type"),
        "VisitTypeExclude" Flag Negates("VisitType"),
        "VisitLength" Number Looks::Length,
        "Age" Number Age(Side::Start),
        "ProviderSpecialty" Concepts Code("provider_specialty"),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "PlaceOfService" Concepts Code("place_of_service"),
        "PlaceOfServiceCS" Selection Code("place_of_service"),
        "PlaceOfServiceLocation" Integer PLACE,
    ],
};

const VISIT_DETAIL: Domain = Domain {
    name: "VisitDetail",
    kinds: &["visit_detail"],
    has_codes: true,
    source: Some("VisitDetailSourceConcept"),
    ends: Ends::Recorded,
    fields: fields![
        "VisitDetailStartDate" Date Day(Side::Start),
        "VisitDetailEndDate" Date Day(Side::End),
        "VisitDetailTypeCS" Selection Code("record_type"),
        "VisitDetailLength" Number Looks::Length,
        "Age" Number Age(Side::End),
        "ProviderSpecialtyCS" Selection Code("provider_specialty"),
        "PlaceOfServiceCS" Selection Code("place_of_service"),
        "PlaceOfServiceLocation" Integer PLACE,
    ],
};

const CONDITION_ERA: Domain = Domain {
    name: "ConditionEra",
    kinds: &["condition_era"],
    has_codes: true,
    source: None,
    ends: Ends::Recorded,
    fields: fields![
        "EraStartDate" Date Day(Side::Start),
        "EraEndDate" Date Day(Side::End),
        "OccurrenceCount" Number Looks::Members,
        "EraLength" Number Looks::Length,
        "AgeAtStart" Number Age(Side::Start),
        "AgeAtEnd" Number Age(Side::End),
    ],
};

const DRUG_ERA: Domain = Domain {
    name: "DrugEra",
    kinds: &["drug_era"],
    has_codes: true,
    source: None,
    ends: Ends::Recorded,
    fields: fields![
        "EraStartDate" Date Day(Side::Start),
        "EraEndDate" Date Day(Side::End),
        "OccurrenceCount" Number Looks::Members,
        "GapDays" Number Looks::Never("Circe compares the gap with the range of the length"),
        "EraLength" Number Looks::Length,
        "AgeAtStart" Number Age(Side::Start),
        "AgeAtEnd" Number Age(Side::End),
    ],
};

const DOSE_ERA: Domain = Domain {
    name: "DoseEra",
    kinds: &["dose_era"],
    has_codes: true,
    source: None,
    ends: Ends::Recorded,
    fields: fields![
        "EraStartDate" Date Day(Side::Start),
        "EraEndDate" Date Day(Side::End),
        "Unit" Concepts Code("dose_unit"),
        "UnitCS" Selection Code("dose_unit"),
        "DoseValue" Number Number("dose_value"),
        "EraLength" Number Looks::Length,
        "AgeAtStart" Number Age(Side::Start),
        "AgeAtEnd" Number Age(Side::End),
    ],
};

const OBSERVATION_PERIOD: Domain = Domain {
    name: "ObservationPeriod",
    kinds: &["observation_period"],
    has_codes: false,
    source: None,
    ends: Ends::Recorded,
    fields: &[
        ("PeriodStartDate", S::Date, Day(Side::Start)),
        ("PeriodEndDate", S::Date, Day(Side::End)),
        ("UserDefinedPeriod", S::Period, Looks::Never("a period that replaces the event's days")),
        ("PeriodType", S::Concepts, Code("record_type")),
        ("PeriodTypeCS", S::Selection, Code("record_type")),
        ("PeriodLength", S::Number, Looks::Length),
        ("AgeAtStart", S::Number, Age(Side::Start)),
        ("AgeAtEnd", S::Number, Age(Side::End)),
    ],
};

const INSURANCE: Looks = Looks::Never("a concept of insurance");

const PAYER_PLAN_PERIOD: Domain = Domain {
    name: "PayerPlanPeriod",
    kinds: &["payer_plan_period"],
    has_codes: false,
    source: None,
    ends: Ends::Recorded,
    fields: fields![
        "PeriodStartDate" Date Day(Side::Start),
        "PeriodEndDate" Date Day(Side::End),
        "UserDefinedPeriod" Period Looks::Never("a period that replaces the event's days"),
        "PeriodLength" Number Looks::Length,
        "AgeAtStart" Number Age(Side::Start),
        "AgeAtEnd" Number Age(Side::End),
        "PayerConcept" Integer INSURANCE,
        "PlanConcept" Integer INSURANCE,
        "SponsorConcept" Integer INSURANCE,
        "StopReasonConcept" Integer INSURANCE,
        "PayerSourceConcept" Integer INSURANCE,
        "PlanSourceConcept" Integer INSURANCE,
        "SponsorSourceConcept" Integer INSURANCE,
        "StopReasonSourceConcept" Integer INSURANCE,
    ],
};

/// Read, so that it can be named; where somebody lives is no event here.
const LOCATION_REGION: Domain = Domain {
    name: "LocationRegion",
    kinds: &[],
    has_codes: true,
    source: None,
    ends: Ends::Recorded,
    fields: &[("StartDate", S::Date, Day(Side::Start)), ("EndDate", S::Date, Day(Side::End))],
};

/// Every domain of Circe.
pub(super) static DOMAINS: [Domain; 16] = [
    CONDITION_OCCURRENCE,
    DEATH,
    DEVICE_EXPOSURE,
    DRUG_EXPOSURE,
    MEASUREMENT,
    OBSERVATION,
    PROCEDURE_OCCURRENCE,
    SPECIMEN,
    VISIT_OCCURRENCE,
    VISIT_DETAIL,
    CONDITION_ERA,
    DRUG_ERA,
    DOSE_ERA,
    OBSERVATION_PERIOD,
    PAYER_PLAN_PERIOD,
    LOCATION_REGION,
];
