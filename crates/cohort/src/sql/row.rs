//! A row at hand: a relation, called `x`, and what is joined to it.

/// One row of a relation with others beside it.
pub(super) struct Row {
    relation: String,
    joins: Vec<(String, String)>,
}

impl Row {
    pub(super) fn of(relation: &str) -> Self {
        Self { relation: relation.to_owned(), joins: Vec::new() }
    }

    /// Puts a relation beside the row where the condition holds, in which `@` stands for it; where
    /// the same stands beside it already, that one.
    pub(super) fn beside(&mut self, relation: &str, on: &str) -> String {
        let join = (relation.to_owned(), on.to_owned());
        let place = self.joins.iter().position(|other| *other == join).unwrap_or_else(|| {
            self.joins.push(join);
            self.joins.len() - 1
        });
        format!("j{place}")
    }

    /// The part of the query after `from`.
    pub(super) fn from(&self) -> String {
        let mut text = format!("{} as x", self.relation);
        for (place, (relation, on)) in self.joins.iter().enumerate() {
            let alias = format!("j{place}");
            let on = on.replace('@', &alias);
            text.push_str(&format!("\nleft join {relation} as {alias} on {on}"));
        }
        text
    }
}
