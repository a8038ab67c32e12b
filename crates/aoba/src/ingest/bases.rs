//! Which addresses in references mean the sender's own records: those of the settings, and those of
//! the servers that records of this source were pulled from.

use std::collections::BTreeMap;

use crate::house::House;

/// The addresses, source by source: what one server's address means is no other source's record.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnBases {
    of_all: Vec<String>,
    of_source: BTreeMap<String, Vec<String>>,
}

impl OwnBases {
    /// Reads the settings, and what the ledger knows of pulls.
    pub(crate) async fn read(house: &House) -> anyhow::Result<Self> {
        let pulled = house.ledger.pulls().bases().await?;
        Ok(Self::of_these(house.config.ingest.own_bases.clone(), pulled))
    }

    fn of_these(of_all: Vec<String>, pulled: Vec<(String, String)>) -> Self {
        let mut of_source: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (source, base) in pulled {
            of_source.entry(source).or_insert_with(|| of_all.clone()).push(base);
        }
        Self { of_all, of_source }
    }

    /// Those that mean records of this source.
    pub(super) fn of(&self, source: &str) -> &[String] {
        self.of_source.get(source).unwrap_or(&self.of_all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_address_means_the_records_of_its_own_source_only() {
        let pulled =
            [("east", "https://east"), ("east", "https://new.east"), ("west", "https://west")];
        let pulled = pulled.map(|(source, base)| (source.to_owned(), base.to_owned()));
        let bases = OwnBases::of_these(vec!["https://all".to_owned()], pulled.to_vec());
        assert_eq!(bases.of("east"), ["https://all", "https://east", "https://new.east"]);
        assert_eq!(bases.of("west"), ["https://all", "https://west"]);
        assert_eq!(bases.of("files"), ["https://all"]);
    }
}
