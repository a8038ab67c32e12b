//! Rows of a data file that no longer count: a deletion vector of Delta Lake, kept in the table's
//! log beside the file's name, so that a change of a few rows writes no file anew.

use std::sync::Arc;

use deltalake_core::kernel::{DeletionVectorDescriptor, StorageType};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use roaring::RoaringTreemap;

/// What a bitmap in the portable form begins with.
const MAGIC: u32 = 1_681_511_377;

/// The places, counted from 0, of the rows of one file that do not count; never none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deleted(Arc<RoaringTreemap>);

impl Deleted {
    /// These rows; nothing where there are none.
    pub(crate) fn new(rows: RoaringTreemap) -> Option<Self> {
        (!rows.is_empty()).then(|| Self(Arc::new(rows)))
    }

    pub(crate) fn rows(&self) -> &RoaringTreemap {
        &self.0
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The rows that are left of so many.
    pub(crate) fn selection(&self, stored: u64) -> RowSelection {
        let number = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        let mut selectors = Vec::new();
        let mut next = 0;
        for row in self.0.iter().take_while(|row| *row < stored) {
            if row > next {
                selectors.push(RowSelector::select(number(row - next)));
            }
            selectors.push(RowSelector::skip(1));
            next = row + 1;
        }
        if stored > next {
            selectors.push(RowSelector::select(number(stored - next)));
        }
        // Neighbours of one kind become one.
        RowSelection::from(selectors)
    }

    /// As it stands in a log.
    pub(crate) fn to_descriptor(&self) -> DeletionVectorDescriptor {
        let mut bytes = MAGIC.to_le_bytes().to_vec();
        // Writing into memory cannot fail.
        let _ = self.0.serialize_into(&mut bytes);
        let size_in_bytes = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        DeletionVectorDescriptor {
            storage_type: StorageType::Inline,
            path_or_inline_dv: z85::encode(&bytes),
            offset: None,
            size_in_bytes,
            cardinality: i64::try_from(self.0.len()).unwrap_or(i64::MAX),
        }
    }

    /// From a log; what is wrong with it where it cannot be read.
    pub(crate) fn read(found: &DeletionVectorDescriptor) -> Result<Option<Self>, String> {
        if found.storage_type != StorageType::Inline {
            return Err("its deleted rows stand in a file of their own, which no load of this \
                        program writes"
                .to_owned());
        }
        let bytes = z85::decode(&found.path_or_inline_dv).map_err(|error| error.to_string())?;
        let (magic, bitmap) = bytes.split_first_chunk().ok_or("its deleted rows are cut short")?;
        if u32::from_le_bytes(*magic) != MAGIC {
            return Err("its deleted rows are written in a form not known here".to_owned());
        }
        let rows = RoaringTreemap::deserialize_from(bitmap).map_err(|error| error.to_string())?;
        if i64::try_from(rows.len()).ok() != Some(found.cardinality) {
            return Err("its deleted rows are not as many as the log says".to_owned());
        }
        Ok(Self::new(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deleted(rows: &[u64]) -> Deleted {
        Deleted::new(rows.iter().copied().collect()).unwrap()
    }

    #[test]
    fn deleted_rows_are_read_back_from_the_log() {
        for rows in [&[0][..], &[3, 4, 7, 11, 18, 29], &[u64::from(u32::MAX) + 5]] {
            let written = deleted(rows).to_descriptor();
            assert_eq!(Deleted::read(&written), Ok(Some(deleted(rows))));
        }
        assert_eq!(Deleted::new(RoaringTreemap::new()), None);
    }

    #[test]
    fn what_another_program_wrote_into_a_log_is_read() {
        // Six rows, as the tests of Delta Lake's own kernel have them.
        let found = DeletionVectorDescriptor {
            storage_type: StorageType::Inline,
            path_or_inline_dv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L".to_owned(),
            offset: None,
            size_in_bytes: 44,
            cardinality: 6,
        };
        assert_eq!(Deleted::read(&found), Ok(Some(deleted(&[3, 4, 7, 11, 18, 29]))));
    }

    #[test]
    fn damage_in_the_log_is_told() {
        let whole = deleted(&[1, 2, 900]).to_descriptor();
        let text = &whole.path_or_inline_dv;
        let damaged = [
            DeletionVectorDescriptor { path_or_inline_dv: text[..10].to_owned(), ..whole.clone() },
            DeletionVectorDescriptor { path_or_inline_dv: String::new(), ..whole.clone() },
            DeletionVectorDescriptor { path_or_inline_dv: "\"".repeat(10), ..whole.clone() },
            DeletionVectorDescriptor { cardinality: 4, ..whole.clone() },
            DeletionVectorDescriptor { storage_type: StorageType::UuidRelativePath, ..whole },
        ];
        for found in damaged {
            assert!(Deleted::read(&found).is_err(), "{found:?}");
        }
    }

    #[test]
    fn the_rows_that_are_left_are_selected() {
        let check = |rows: &[u64], stored, expect: &[RowSelector]| {
            let selection = deleted(rows).selection(stored);
            assert_eq!(selection, RowSelection::from(expect.to_vec()));
        };
        let (select, skip) = (RowSelector::select, RowSelector::skip);
        check(&[0, 1, 4], 6, &[skip(2), select(2), skip(1), select(1)]);
        check(&[5], 6, &[select(5), skip(1)]);
        check(&[0], 1, &[skip(1)]);
    }
}
