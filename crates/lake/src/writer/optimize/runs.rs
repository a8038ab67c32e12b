//! Which files can be read one after the other, and how many of such runs side by side.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use futures::{StreamExt as _, TryStreamExt as _, stream};
use parquet::arrow::async_reader::AsyncFileReader as _;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::merge::Run;
use crate::delta::{DataFile, Stored, TableAt};
use crate::house::LakeError;
use crate::tables::PATIENT_ID;
use crate::writer::encode::GROUP_ROWS;
use crate::writer::part::rows_wrong;

/// Fewer files than these are read side by side, in whatever order they lie.
const AT_ONCE_MIN: usize = 64;

/// Beside its row group each holds a page of each column unpacked, about two megabytes.
const AT_ONCE_MAX: usize = 256;

/// Footers read at the same time.
const FOOTERS_AT_ONCE: usize = 16;

/// How often the rows are written until all runs are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rounds {
    /// So many runs are read side by side: each holds a row group in memory, as it is stored.
    pub(super) at_once: usize,
}

impl Rounds {
    pub(super) fn of(files: &[DataFile], memory_bytes_max: usize) -> Self {
        let groups = |file: &DataFile| file.rows_stored().div_ceil(GROUP_ROWS as u64).max(1);
        let largest = files.iter().map(|file| file.size_bytes / groups(file)).max();
        let largest = usize::try_from(largest.unwrap_or(1)).unwrap_or(usize::MAX).max(1);
        Self { at_once: (memory_bytes_max / largest).clamp(AT_ONCE_MIN, AT_ONCE_MAX) }
    }

    /// How many rounds so many runs take.
    pub(super) fn times(self, runs: usize) -> u64 {
        let (mut runs, mut times) = (runs, 1);
        while runs > self.at_once {
            (runs, times) = (runs.div_ceil(self.at_once), times + 1);
        }
        times
    }
}

/// Files of which each begins after the one before it has ended are one run. Few files are not
/// looked at: each is a run.
pub(super) async fn of(at: &TableAt, files: &[DataFile]) -> Result<Vec<Run>, LakeError> {
    if files.len() <= AT_ONCE_MIN || at.order != PATIENT_ID {
        return Ok(files.iter().map(|file| vec![file.clone()]).collect());
    }
    let look = |file: DataFile| async move {
        let footer = Stored::new(&at.store, &file).get_metadata(None).await?;
        let nobodys = has_nobodys(&footer);
        Ok::<_, ParquetError>((file, nobodys))
    };
    let looking: Vec<_> = files.iter().cloned().map(look).collect();
    let looked = stream::iter(looking).buffered(FOOTERS_AT_ONCE).try_collect().await;
    Ok(in_line(looked.map_err(|error| rows_wrong(&at.name, &error.into()))?))
}

/// Whether the file holds rows of nobody, which lie before all others, or may.
fn has_nobodys(footer: &ParquetMetaData) -> bool {
    footer.row_groups().iter().any(|group| {
        let mut columns = group.columns().iter();
        let column = columns.find(|column| column.column_path().string() == PATIENT_ID);
        let nulls = column.and_then(|column| column.statistics()?.null_count_opt());
        nulls.is_none_or(|nulls| nulls > 0)
    })
}

/// As few runs as there can be: as many as hold the same patient.
fn in_line(mut files: Vec<(DataFile, bool)>) -> Vec<Run> {
    // A file with rows of nobody can only begin a run.
    files.sort_by_key(|(file, nobodys)| (!nobodys, file.patients));
    let mut runs: Vec<Run> = Vec::new();
    // Where each run ends, the earliest on top.
    let mut ends: BinaryHeap<Reverse<(i64, usize)>> = BinaryHeap::new();
    for (file, nobodys) in files {
        let (first, last) = file.patients.unwrap_or((i64::MIN, i64::MAX));
        let earliest = ends.peek_mut().filter(|end| !nobodys && end.0.0 < first);
        let at = earliest.map_or(runs.len(), |end| PeekMut::pop(end).0.1);
        match runs.get_mut(at) {
            Some(run) => run.push(file),
            None => runs.push(vec![file]),
        }
        ends.push(Reverse((last, at)));
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, patients: Option<(i64, i64)>) -> DataFile {
        let path = path.to_owned();
        DataFile { path, size_bytes: 10, rows: 1, patients, deleted: None }
    }

    fn names(runs: &[Run]) -> Vec<String> {
        let name = |run: &Run| run.iter().map(|file| file.path.as_str()).collect();
        runs.iter().map(name).collect()
    }

    #[test]
    fn files_that_follow_one_another_are_one_run() {
        let files = [("d", (30, 40)), ("a", (0, 9)), ("c", (9, 12)), ("b", (10, 29))];
        let files = files.map(|(name, patients)| (file(name, Some(patients)), false));
        assert_eq!(names(&in_line(files.to_vec())), ["ab", "cd"]);
    }

    #[test]
    fn a_file_with_rows_of_nobody_begins_a_run() {
        let files = vec![
            (file("b", Some((20, 30))), true),
            (file("c", Some((31, 31))), false),
            (file("a", Some((0, 9))), true),
            (file("o", None), true),
        ];
        // Where the file of nobody ends is not known, so none follows it.
        assert_eq!(names(&in_line(files)), ["o", "ac", "b"]);
    }

    #[test]
    fn what_is_read_side_by_side_fits_in_memory() {
        let files = |bytes| [DataFile { size_bytes: bytes, ..file("a", None) }];
        assert_eq!(Rounds::of(&files(2 << 20), 256 << 20).at_once, 128);
        assert_eq!(Rounds::of(&files(1 << 30), 256 << 20).at_once, AT_ONCE_MIN);
        assert_eq!(Rounds::of(&files(1), 256 << 20).at_once, AT_ONCE_MAX);
        let rounds = Rounds { at_once: 64 };
        let times = [1, 64, 65, 64 * 64, 64 * 64 + 1].map(|runs| rounds.times(runs));
        assert_eq!(times, [1, 1, 2, 2, 3]);
    }
}
