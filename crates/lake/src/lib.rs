//! Where records are kept: the landing (bytes as received), the lake (tables computed from them),
//! snapshots across tables, and the gate that is the only way to a row.
//!
//! Only this crate knows Parquet, Delta Lake, DataFusion and object stores.

mod blocks;
mod checked;
mod delta;
pub mod doctor;
pub mod events;
pub mod file;
mod gate;
mod house;
pub mod index;
pub mod landing;
mod needed;
pub mod reader;
pub mod storage;
pub mod tables;
pub mod writer;

pub use delta::TableError;
pub use house::{Lake, LakeConfig, LakeError};
pub use index::{EventIndex, IndexError};
pub use needed::{LakePart, Needed};
pub use reader::{
    Answer, CodeCount, CodeLook, CodeProfile, Codings, CohortAnswer, CohortCounts, CohortOverlap,
    CohortQuestion, CohortResults, ColumnLook, ColumnProfile, Engine, Explained, Look, Numbers,
    Parameter, PersonLook, Question, Reader, ReaderError, Row, SqlAnswer, TableCount, TableProfile,
    Tally, Wanted,
};
pub use writer::{
    Certificate, Compacted, Compaction, Erasing, FaultPoint, FileChange, FileErasure, Freed,
    HeldContent, HeldIndex, HeldResource, HeldResources, Hole, LinesOf, Load, LoadMode, LookedFor,
    LookedThrough, Mention, MentionEnd, OldPlace, OldRow, Recall, Removed, ReportParts, RowsAgain,
    Speaks, Writer,
};

#[cfg(test)]
mod tests;
