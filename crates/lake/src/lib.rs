//! Where records are kept: the landing (bytes as received), the lake (tables computed from them),
//! snapshots across tables, and the gate that is the only way to a row.
//!
//! Only this crate knows Parquet, Delta Lake, DataFusion and object stores.

#![expect(dead_code, unused_imports, reason = "the reader and the writer are being joined")]

mod delta;
pub mod file;
mod gate;
pub mod landing;
pub mod storage;
pub mod tables;
