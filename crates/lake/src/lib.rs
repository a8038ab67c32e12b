//! Where records are kept: the landing (bytes as received), the lake (tables computed from them),
//! snapshots across tables, and the gate that is the only way to a row.
//!
//! Only this crate knows Parquet, Delta Lake, DataFusion and object stores.

mod delta;
pub mod doctor;
pub mod file;
mod gate;
mod house;
pub mod landing;
pub mod reader;
pub mod storage;
pub mod tables;
pub mod writer;

pub use delta::TableError;
pub use house::{Lake, LakeConfig, LakeError};
pub use reader::{
    Answer, CodeCount, CodeLook, CodeProfile, Codings, ColumnLook, ColumnProfile, Look, Numbers,
    Parameter, PersonLook, Question, Reader, ReaderError, Row, SqlAnswer, TableCount, TableProfile,
    Tally, Wanted,
};
pub use writer::{
    Compacted, Compaction, FaultPoint, Freed, HeldContent, HeldIndex, HeldResource, HeldResources,
    Load, LoadMode, OldPlace, OldRow, ReportParts, Writer,
};

#[cfg(test)]
mod tests;
