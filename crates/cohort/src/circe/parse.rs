//! Reads a Circe expression strictly: what Circe does not know is refused, with its path.

use serde_json::Value;

use super::domain::{DOMAINS, Shape};
use super::expression::{
    CohortExpression, ConceptSet, ConceptSetItem, Content, CorelatedCriteria, CriteriaGroup,
    Criterion, DemographicCriteria, EndStrategy, GroupType, InclusionRule, Occurrence,
    OccurrenceType, PrimaryCriteria, ResultLimit,
};
use super::range::{
    Concept, ConceptSetSelection, DateRange, NumericRange, Period, TextFilter, Window,
};
use super::read::{Node, NotRead};

impl CohortExpression {
    /// Reads a Circe expression.
    ///
    /// # Errors
    /// When a field is not known to Circe, is missing, or holds what it cannot hold: with its path.
    pub fn read(json: &Value) -> Result<Self, NotRead> {
        let fields = Node::root(json).object(&[
            "cdmVersionRange",
            "Title",
            "PrimaryCriteria",
            "AdditionalCriteria",
            "ConceptSets",
            "QualifiedLimit",
            "ExpressionLimit",
            "InclusionRules",
            "EndStrategy",
            "CensoringCriteria",
            "CollapseSettings",
            "CensorWindow",
        ])?;
        fields.optional("cdmVersionRange", Node::text)?;
        Ok(Self {
            title: fields.optional("Title", |node| Ok(node.text()?.to_owned()))?,
            concept_sets: fields.list("ConceptSets", ConceptSet::read)?,
            primary: PrimaryCriteria::read(&fields.need("PrimaryCriteria")?)?,
            additional: fields.optional("AdditionalCriteria", CriteriaGroup::read)?,
            qualified_limit: fields.or_default("QualifiedLimit", ResultLimit::read)?,
            expression_limit: fields.or_default("ExpressionLimit", ResultLimit::read)?,
            inclusion_rules: fields.list("InclusionRules", InclusionRule::read)?,
            end_strategy: fields.optional("EndStrategy", EndStrategy::read)?,
            censoring: fields.list("CensoringCriteria", Criterion::read)?,
            censor_window: fields.or_default("CensorWindow", Period::read)?,
            era_pad: fields.or_default("CollapseSettings", read_era_pad)?,
        })
    }
}

fn read_era_pad(node: &Node<'_>) -> Result<u32, NotRead> {
    let fields = node.object(&["CollapseType", "EraPad"])?;
    if let Some(kind) = fields.get("CollapseType")
        && kind.text()? != "ERA"
    {
        return Err(kind.wrong("ERA is the only way to collapse"));
    }
    fields.or_default("EraPad", |node| {
        u32::try_from(node.days()?).map_err(|_| node.wrong("a pad below zero joins nothing"))
    })
}

impl ResultLimit {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["Type"])?;
        // Where the type itself is missing, Circe's own default holds.
        let Some(kind) = fields.get("Type") else { return Ok(Self::First) };
        match kind.text()?.to_ascii_uppercase().as_str() {
            "ALL" => Ok(Self::All),
            "FIRST" => Ok(Self::First),
            "LAST" => Ok(Self::Last),
            _ => Err(kind.wrong("All, First or Last is expected")),
        }
    }
}

impl PrimaryCriteria {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["CriteriaList", "ObservationWindow", "PrimaryCriteriaLimit"])?;
        let window = fields.need("ObservationWindow")?.object(&["PriorDays", "PostDays"])?;
        let days = |key| {
            window.or_default(key, |node: &Node<'_>| {
                u32::try_from(node.days()?).map_err(|_| node.wrong("days below zero"))
            })
        };
        let list = fields.need("CriteriaList")?;
        let criteria: Vec<Criterion> = fields.list("CriteriaList", Criterion::read)?;
        if criteria.is_empty() {
            return Err(list.wrong("at least one criterion is needed to enter"));
        }
        Ok(Self {
            criteria,
            prior_days: days("PriorDays")?,
            post_days: days("PostDays")?,
            limit: fields.or_default("PrimaryCriteriaLimit", ResultLimit::read)?,
        })
    }
}

impl ConceptSet {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["id", "name", "expression"])?;
        let expression = fields.need("expression")?.object(&["items"])?;
        Ok(Self {
            id: fields.need("id")?.integer()?,
            name: fields.or_default("name", |node| Ok(node.text()?.to_owned()))?,
            items: expression.list("items", ConceptSetItem::read)?,
        })
    }
}

impl ConceptSetItem {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let known = ["concept", "isExcluded", "includeDescendants", "includeMapped"];
        let fields = node.object(&known)?;
        Ok(Self {
            concept: Concept::read(&fields.need("concept")?)?,
            is_excluded: fields.or_default("isExcluded", Node::truth)?,
            include_descendants: fields.or_default("includeDescendants", Node::truth)?,
            include_mapped: fields.or_default("includeMapped", Node::truth)?,
        })
    }
}

impl InclusionRule {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["name", "description", "expression"])?;
        let text = |key| fields.or_default(key, |node: &Node<'_>| Ok(node.text()?.to_owned()));
        Ok(Self {
            name: text("name")?,
            description: text("description")?,
            expression: CriteriaGroup::read(&fields.need("expression")?)?,
        })
    }
}

impl EndStrategy {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let (kind, inner) = node.tagged()?;
        match kind {
            "DateOffset" => {
                let fields = inner.object(&["DateField", "Offset"])?;
                let from_end = fields.or_default("DateField", |node| match node.text()? {
                    "StartDate" => Ok(false),
                    "EndDate" => Ok(true),
                    _ => Err(node.wrong("StartDate or EndDate is expected")),
                })?;
                Ok(Self::DateOffset { from_end, offset: fields.or_default("Offset", Node::days)? })
            }
            "CustomEra" => {
                let known = ["DrugCodesetId", "GapDays", "Offset", "DaysSupplyOverride"];
                let fields = inner.object(&known)?;
                Ok(Self::CustomEra {
                    drug_codeset_id: fields.need("DrugCodesetId")?.integer()?,
                    gap_days: fields.or_default("GapDays", Node::days)?,
                    offset: fields.or_default("Offset", Node::days)?,
                    days_supply_override: fields.optional("DaysSupplyOverride", Node::days)?,
                })
            }
            _ => Err(inner.wrong("DateOffset or CustomEra is expected")),
        }
    }
}

impl CriteriaGroup {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let known = ["Type", "Count", "CriteriaList", "DemographicCriteriaList", "Groups"];
        let fields = node.object(&known)?;
        let kind = fields.need("Type")?;
        let of = match kind.text()?.to_ascii_uppercase().as_str() {
            "ALL" => GroupType::All,
            "ANY" => GroupType::Any,
            "AT_LEAST" => GroupType::AtLeast(fields.need("Count")?.count()?),
            "AT_MOST" => GroupType::AtMost(fields.need("Count")?.count()?),
            _ => return Err(kind.wrong("ALL, ANY, AT_LEAST or AT_MOST is expected")),
        };
        Ok(Self {
            of,
            criteria: fields.list("CriteriaList", CorelatedCriteria::read)?,
            demographic: fields.list("DemographicCriteriaList", DemographicCriteria::read)?,
            groups: fields.list("Groups", Self::read)?,
        })
    }
}

impl Occurrence {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&["Type", "Count", "IsDistinct", "CountColumn"])?;
        let kind = fields.need("Type")?;
        let is = match kind.integer()? {
            0 => OccurrenceType::Exactly,
            1 => OccurrenceType::AtMost,
            2 => OccurrenceType::AtLeast,
            _ => return Err(kind.wrong("0 (exactly), 1 (at most) or 2 (at least) is expected")),
        };
        let column = fields.optional("CountColumn", |node| Ok(node.text()?.to_owned()))?;
        // Circe looks at the column only where distinct values are counted.
        let is_distinct = fields.or_default("IsDistinct", Node::truth)?;
        let distinct =
            is_distinct.then(|| column.unwrap_or_else(|| String::from("DOMAIN_CONCEPT")));
        Ok(Self { is, count: fields.need("Count")?.count()?, distinct })
    }
}

impl CorelatedCriteria {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&[
            "Criteria",
            "StartWindow",
            "EndWindow",
            "RestrictVisit",
            "IgnoreObservationPeriod",
            "Occurrence",
        ])?;
        Ok(Self {
            criterion: Criterion::read(&fields.need("Criteria")?)?,
            start_window: Window::read(&fields.need("StartWindow")?)?,
            end_window: fields.optional("EndWindow", Window::read)?,
            restrict_visit: fields.or_default("RestrictVisit", Node::truth)?,
            ignore_observation_period: fields.or_default("IgnoreObservationPeriod", Node::truth)?,
            occurrence: Occurrence::read(&fields.need("Occurrence")?)?,
        })
    }
}

/// The fields of demographic criteria.
const DEMOGRAPHIC_FIELDS: [(&str, Shape); 9] = [
    ("Age", Shape::Number),
    ("Gender", Shape::Concepts),
    ("GenderCS", Shape::Selection),
    ("Race", Shape::Concepts),
    ("RaceCS", Shape::Selection),
    ("Ethnicity", Shape::Concepts),
    ("EthnicityCS", Shape::Selection),
    ("OccurrenceStartDate", Shape::Date),
    ("OccurrenceEndDate", Shape::Date),
];

impl DemographicCriteria {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let fields = node.object(&DEMOGRAPHIC_FIELDS.map(|(key, _)| key))?;
        let mut found = Vec::new();
        for (key, shape) in DEMOGRAPHIC_FIELDS {
            if let Some(node) = fields.get(key) {
                found.push((key, Content::read(&node, shape)?));
            }
        }
        Ok(Self { fields: found })
    }
}

impl Criterion {
    fn read(node: &Node<'_>) -> Result<Self, NotRead> {
        let (name, inner) = node.tagged()?;
        let domain = DOMAINS.iter().find(|domain| domain.name == name);
        let domain = domain.ok_or_else(|| inner.wrong("Circe has no such criterion"))?;
        let mut known: Vec<&str> = domain.fields.iter().map(|(key, ..)| *key).collect();
        known.extend(["CorrelatedCriteria", "DateAdjustment"]);
        known.extend(domain.source);
        if domain.has_codes {
            known.push("CodesetId");
        }
        if domain.name != "Death" && domain.name != "LocationRegion" {
            known.push("First");
        }
        let fields = inner.object(&known)?;
        let mut found = Vec::new();
        for (key, shape, _) in domain.fields {
            if let Some(node) = fields.get(key) {
                found.push((*key, Content::read(&node, *shape)?));
            }
        }
        let source = domain.source.map(|key| fields.optional(key, Node::integer));
        Ok(Self {
            domain,
            codeset_id: fields.optional("CodesetId", Node::integer)?,
            source_codeset_id: source.transpose()?.flatten(),
            first: fields.or_default("First", Node::truth)?,
            fields: found,
            correlated: fields
                .optional("CorrelatedCriteria", CriteriaGroup::read)?
                .filter(|group| !group.is_empty())
                .map(Box::new),
            has_date_adjustment: fields
                .optional("DateAdjustment", |node| {
                    node.object(&["StartWith", "StartOffset", "EndWith", "EndOffset"]).map(|_| ())
                })?
                .is_some(),
        })
    }
}

impl Content {
    fn read(node: &Node<'_>, shape: Shape) -> Result<Self, NotRead> {
        Ok(match shape {
            Shape::Flag => Self::Flag(node.truth()?),
            Shape::Integer => Self::Integer(node.integer()?),
            Shape::Number => Self::Number(NumericRange::read(node)?),
            Shape::Date => Self::Date(DateRange::read(node)?),
            Shape::Text => Self::Text(TextFilter::read(node)?),
            Shape::Concepts => {
                let concepts: Result<_, _> = node.items()?.iter().map(Concept::read).collect();
                Self::Concepts(concepts?)
            }
            Shape::Selection => Self::Selection(ConceptSetSelection::read(node)?),
            Shape::Period => Self::Period(Period::read(node)?),
        })
    }
}
