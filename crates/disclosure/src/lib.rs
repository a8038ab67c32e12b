//! What may be shown: turns raw counts into numbers that tell nothing about one person.
//!
//! Floor 1: pure. A [`RawCount`](vocab::RawCount) has no way to a page but through here; a
//! [`Released`] cannot be made anywhere else.

pub mod anonymity;
mod history;
mod list;
mod policy;
mod release;
mod rounded;
mod rounding;
mod spread;
mod table;

pub use history::{Asked, COMBINED_MAX, History, Overlap, REMEMBERED_MAX, Verdict};
pub use list::{ReleasedList, release_list};
pub use policy::{Policy, Zero};
pub use release::{Counted, Released, release};
pub use rounded::release_rounded;
pub use rounding::{Rounding, RoundingKey, release_in_steps};
pub use spread::{Bins, ReleasedValue, bins, digits, release_quantile};
pub use table::{
    Attacked, CELLS_MAX, Cells, Interval, Place, ReleasedTable, attack, release_table, round_each,
    round_together,
};
