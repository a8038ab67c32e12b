//! Views whose rows run alike share them: a space is the rows, its views are choices of columns.
//!
//! Two views over the same resources with the same conditions and the same repetitions have the
//! same rows. Then a column both declare is computed and held once; so many flat views of one type
//! cost little more than the widest of them.

use super::compile_view::{Body, ColumnProgram, Repeated, ViewProgram};
use super::kind::Shape;
use super::program::Test;

/// Rows and all columns some view takes from them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Space {
    pub(super) wheres: Vec<Test>,
    pub(super) body: Body,
    pub(super) columns: Vec<ColumnProgram>,
    /// How each place in the row is laid out.
    pub(super) shapes: Vec<Shape>,
    /// Whether it is one view's own: views that do not compile or that have a `unionAll`.
    own: bool,
}

/// Which rows a view has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) space: usize,
    /// For each column of the view its place in the space's row.
    pub(super) places: Vec<usize>,
}

/// Puts each view into a space, in their order.
pub(super) fn share(
    views: Vec<(Option<ViewProgram>, Vec<Shape>)>,
) -> (Vec<Space>, Vec<Membership>) {
    let (mut spaces, mut members) = (Vec::<Space>::new(), Vec::new());
    for (program, shapes) in views {
        let own = program.as_ref().is_none_or(|program| has_union(&program.body));
        let program = program.unwrap_or_default();
        let alike = |space: &Space| {
            !own && !space.own
                && space.wheres == program.wheres
                && runs_alike(&space.body, &program.body)
        };
        let found = spaces.iter().position(alike);
        let places = match found.and_then(|at| spaces.get_mut(at)) {
            Some(space) => space.join(&program, &shapes),
            None => {
                let places = (0..shapes.len()).collect();
                let ViewProgram { wheres, body, columns, .. } = program;
                spaces.push(Space { wheres, body, columns, shapes, own });
                places
            }
        };
        members.push(Membership { space: found.unwrap_or(spaces.len() - 1), places });
    }
    (spaces, members)
}

fn has_union(body: &Body) -> bool {
    body.repeats.iter().any(|repeated| match repeated {
        Repeated::Union(_) => true,
        Repeated::Each { body, .. } => has_union(body),
    })
}

/// Whether two bodies repeat over the same elements in the same order.
fn runs_alike(left: &Body, right: &Body) -> bool {
    left.repeats.len() == right.repeats.len()
        && left.repeats.iter().zip(&right.repeats).all(|pair| match pair {
            (
                Repeated::Each { over: left, body: left_body, .. },
                Repeated::Each { over: right, body: right_body, .. },
            ) => left == right && runs_alike(left_body, right_body),
            _ => false,
        })
}

/// A view on its way into a space.
struct Joining<'j> {
    program: &'j ViewProgram,
    shapes: &'j [Shape],
    /// The place each column has found.
    places: Vec<usize>,
}

impl Space {
    /// Takes a view in that runs alike; gives the places of its columns.
    fn join(&mut self, program: &ViewProgram, shapes: &[Shape]) -> Vec<usize> {
        let places = vec![0; shapes.len()];
        let mut body = std::mem::take(&mut self.body);
        let mut joining = Joining { program, shapes, places };
        self.merge(&mut body, &program.body, &mut joining);
        self.body = body;
        joining.places
    }

    fn merge(&mut self, into: &mut Body, from: &Body, joining: &mut Joining<'_>) {
        let Joining { program, shapes, places } = joining;
        for number in &from.columns {
            let Some(column) = program.columns.get(*number) else { continue };
            let Some(shape) = shapes.get(column.at) else { continue };
            let same = |held: &&ColumnProgram| {
                held.value == column.value
                    && held.list == column.list
                    && self.shapes.get(held.at) == Some(shape)
            };
            let held = into.columns.iter().filter_map(|held| self.columns.get(*held)).find(same);
            let at = match held {
                Some(held) => held.at,
                None => {
                    let at = self.shapes.len();
                    self.shapes.push(*shape);
                    into.columns.push(self.columns.len());
                    self.columns.push(ColumnProgram { at, ..column.clone() });
                    at
                }
            };
            if let Some(place) = places.get_mut(column.at) {
                *place = at;
            }
        }
        for pair in into.repeats.iter_mut().zip(&from.repeats) {
            let (Repeated::Each { body, cells, .. }, Repeated::Each { body: from, .. }) = pair
            else {
                continue;
            };
            let width = self.shapes.len();
            self.merge(body, from, joining);
            cells.extend(width..self.shapes.len());
        }
    }
}
