//! The careful way: for views that do not compile and resources that are not as FHIR defines them.
//!
//! The resource is read whole and the general evaluator makes the rows; they enter the same
//! columns. What is wrong with a resource is told from here only, so it is told alike whichever
//! way the resource came.

use vocab::date::Zone;
use vocab::{Issue, IssueCode, PatientId, Place};

use crate::general::{self, Cell, Missed};
use crate::json::Node;
use crate::reference::Origin;

use super::Inner;
use super::array::{Datum, Misfit};
use super::column::Column;
use super::identity::Told;
use super::kind::{Kind, Shape};
use super::links::Misses;
use super::runner::{Refused, Runner};

/// The rows of one view.
type Rows = Vec<Vec<Cell>>;

impl Runner {
    /// Reads the resource whole and lets the general evaluator make the rows.
    pub(super) fn push_carefully(
        &mut self,
        text: &str,
        origin: &Origin<'_>,
        outer: Option<PatientId>,
        misses: &mut Misses,
    ) -> Result<(), Refused> {
        let node =
            Node::parse(text).map_err(|error| issue(error.code(), "", &error.to_string()))?;
        let string = |of: Option<&Node>, path: &str| match of {
            None | Some(Node::Null) => Ok(None),
            Some(Node::String(_)) => Ok(of.and_then(Node::as_str).map(str::to_owned)),
            Some(_) => Err(issue(IssueCode::WrongType, path, "a string is wanted")),
        };
        let meta = |key| node.get("meta").and_then(|meta| meta.get(key));
        let resource_type = string(node.get("resourceType"), "resourceType")?;
        let id = string(node.get("id"), "id")?;
        let version = string(meta("versionId"), "meta.versionId")?;
        let last_updated = string(meta("lastUpdated"), "meta.lastUpdated")?;
        let told = Told {
            resource_type: resource_type.as_deref(),
            id: id.as_deref(),
            version: version.as_deref(),
            last_updated: last_updated.as_deref(),
        };
        self.identify_as(&told, origin)?;
        self.find_patient(&node, origin, outer, misses);
        let Self { plan, zone, tables, identity, .. } = self;
        let keyed = Origin { key: Some(&identity.key), ..*origin };
        let origin = if identity.key.is_empty() { origin } else { &keyed };
        for (number, table) in tables.iter_mut().enumerate() {
            let filling = Filling { plan, number, node: &node, origin, zone };
            table.made = filling.fill(&mut table.columns, misses)?;
            if let Some(system) = &mut table.system {
                let pushed = system.push(&identity.row(origin), table.made, zone);
                pushed.map_err(|misfit| issue(misfit.code(), "", ""))?;
            }
        }
        Ok(())
    }
}

/// One resource on its way into the columns of one space.
struct Filling<'f> {
    plan: &'f Inner,
    /// The space's number.
    number: usize,
    node: &'f Node,
    origin: &'f Origin<'f>,
    zone: &'f Zone,
}

impl Filling<'_> {
    /// Fills the columns from the rows of the space's views; gives how many rows there are.
    fn fill(&self, columns: &mut [Column], misses: &mut Misses) -> Result<usize, Refused> {
        let Some(space) = self.plan.spaces.get(self.number) else { return Ok(0) };
        let mut filled = vec![false; space.shapes.len()];
        let mut count = None;
        for planned in self.plan.views.iter().filter(|planned| planned.member.space == self.number)
        {
            let mut missed = Missed::default();
            let rows = general::rows(&planned.view, self.node, self.origin, &mut missed);
            let rows = rows.map_err(|issue| Refused::Issue(Box::new(issue)))?;
            match count {
                None => misses.add(missed.into()),
                // Views in one space have the same rows by construction.
                Some(before) if before != rows.len() => {
                    let told = "views that share their rows differ";
                    return Err(issue(IssueCode::PathFailed, "", told).into());
                }
                Some(_) => {}
            }
            count = Some(rows.len());
            for (at, place) in planned.member.places.iter().enumerate() {
                let (Some(done), Some(column), Some(shape)) =
                    (filled.get_mut(*place), columns.get_mut(*place), space.shapes.get(*place))
                else {
                    continue;
                };
                if std::mem::replace(done, true) {
                    continue;
                }
                self.put(&rows, at, column, *shape).map_err(|misfit| {
                    let names = planned.view.columns();
                    let name = names.get(at).map_or("", |column| column.name.as_str());
                    issue(misfit.code(), "", name)
                })?;
            }
        }
        Ok(count.unwrap_or(0))
    }

    /// Puts one column of all rows where it belongs.
    fn put(&self, rows: &Rows, at: usize, column: &mut Column, shape: Shape) -> Result<(), Misfit> {
        for row in rows {
            match (row.get(at), &mut *column) {
                (Some(Cell::List(items)), Column::List(lists, kind)) => {
                    let numeric = numeric(Shape::Plain(*kind));
                    for item in items {
                        lists.push_item(datum(item, numeric), self.zone)?;
                    }
                    lists.end_row();
                }
                (Some(cell), column) => column.push(datum(cell, numeric(shape)), self.zone)?,
                (None, _) => return Err(Misfit::Type),
            }
        }
        Ok(())
    }
}

/// Whether the column's array holds decimals, which cells hold as texts.
fn numeric(shape: Shape) -> bool {
    matches!(
        shape,
        Shape::Decimal | Shape::Plain(Kind::Float32 | Kind::Float64 | Kind::Decimal(..))
    )
}

fn datum(cell: &Cell, numeric: bool) -> Datum<'_> {
    match cell {
        Cell::Null => Datum::Null,
        Cell::Boolean(value) => Datum::Bool(*value),
        Cell::Integer(value) => Datum::Int(*value),
        Cell::Text(text) if numeric => Datum::Number(text),
        Cell::Text(text) => Datum::Text(text),
        Cell::List(_) => Datum::Null,
    }
}

impl Misfit {
    /// The situation as an issue names it.
    fn code(self) -> IssueCode {
        match self {
            Self::Type => IssueCode::WrongType,
            Self::Date => IssueCode::InvalidDate,
            Self::Number => IssueCode::InvalidNumber,
            Self::Full => IssueCode::TooLong,
        }
    }
}

pub(super) fn issue(code: IssueCode, path: &str, detail: &str) -> Box<Issue> {
    let place = if path.is_empty() { Place::default() } else { Place::at_path(path) };
    Box::new(Issue::new(code, place, detail))
}
