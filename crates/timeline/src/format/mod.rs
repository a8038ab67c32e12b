//! The bytes of a segment file: `docs/timeline-index.md` holds the layout, this folder reads and
//! writes it.
//!
//! Nothing here trusts a byte: a length, an offset or a width that does not fit is [`Damage`], never
//! a panic and never an allocation larger than the file could justify.

pub(crate) mod column;
pub(crate) mod decimal;
pub(crate) mod pack;
pub(crate) mod varint;

/// Which column of a run; the numbers stand in the files.
pub(crate) mod tag {
    /// Gaps between patients.
    pub(crate) const PATIENT: u8 = 0;
    /// Rows of each patient.
    pub(crate) const ROWS: u8 = 1;
    /// Day of the start.
    pub(crate) const START_DAY: u8 = 2;
    /// Second of the start's day.
    pub(crate) const START_SECOND: u8 = 3;
    /// Length of the start's stretch.
    pub(crate) const START_LENGTH: u8 = 4;
    /// Earliest end less earliest start.
    pub(crate) const END: u8 = 5;
    /// Length of the end's stretch.
    pub(crate) const END_LENGTH: u8 = 6;
    /// Rank among events of the same time.
    pub(crate) const TIE: u8 = 7;
    /// Visit within the patient.
    pub(crate) const VISIT: u8 = 8;
    /// Order within the patient.
    pub(crate) const ORDER: u8 = 10;
    /// The first column of codes and units, in the order of their places; see
    /// [`CodeField`](crate::event::CodeField).
    pub(crate) const WORDS: u8 = 11;
    /// Certainty and rank.
    pub(crate) const FLAGS: u8 = 18;
    /// The first column of decimals; see [`NumberField`](crate::event::NumberField).
    pub(crate) const NUMBERS: u8 = 19;
    /// The least value of each patient.
    pub(crate) const LEAST: u8 = 24;
    /// The largest value of each patient.
    pub(crate) const LARGEST: u8 = 25;
    /// An attribute that is a word.
    pub(crate) const ATTRIBUTE_WORD: u8 = 32;
    /// An attribute that is a number.
    pub(crate) const ATTRIBUTE_NUMBER: u8 = 33;
    /// The unit of an attribute that is a number.
    pub(crate) const ATTRIBUTE_UNIT: u8 = 34;
}

/// The preamble: magic, version 1, nothing.
pub(crate) const PREAMBLE: [u8; 16] = *b"AOBATIME\x01\0\0\0\0\0\0\0";
/// The end of a whole file.
pub(crate) const END_MAGIC: [u8; 8] = *b"EMITABOA";
/// Bytes of the trailer.
pub(crate) const TRAILER_BYTES: usize = 32;
/// Bytes of a footer's record.
pub(crate) const SECTION_BYTES: usize = 32;
/// A block is closed by the run that makes it this long.
pub(crate) const BLOCK_BYTES: usize = 64 * 1024;
/// Rows of a shard, at most: what one patient may have.
pub(crate) const SHARD_ROWS_MAX: usize = 1 << 24;
/// Patients of a shard, at most.
pub const SHARD_PATIENTS_MAX: usize = 4096;
/// Bytes of a run's record.
pub(crate) const RUN_BYTES: usize = 28;
/// Bytes of a block's record.
pub(crate) const BLOCK_RECORD_BYTES: usize = 24;
/// Bytes of a shard's record.
pub(crate) const SHARD_BYTES: usize = 16;
/// Bytes of a person's record.
pub(crate) const PERSON_BYTES: usize = 8;

/// The sections, by their tags in the footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Stamp = 1,
    Patients,
    Persons,
    Words,
    Codes,
    Concepts,
    Shards,
    Blocks,
    Runs,
    Kinds,
    Span,
}

impl Section {
    /// All of them, in the order of the file.
    pub(crate) const ALL: [Self; 11] = [
        Self::Stamp,
        Self::Patients,
        Self::Persons,
        Self::Words,
        Self::Codes,
        Self::Concepts,
        Self::Shards,
        Self::Blocks,
        Self::Runs,
        Self::Kinds,
        Self::Span,
    ];

    /// What it is called in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stamp => "stamp",
            Self::Patients => "patients",
            Self::Persons => "persons",
            Self::Words => "words",
            Self::Codes => "codes",
            Self::Concepts => "concepts",
            Self::Shards => "shards",
            Self::Blocks => "blocks",
            Self::Runs => "runs",
            Self::Kinds => "kinds",
            Self::Span => "span",
        }
    }
}

/// Bytes that are not what the layout says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It ends too soon.
    #[error("it ends too soon")]
    Short,
    /// A number has no meaning where it stands.
    #[error("a number in it has no meaning")]
    Number,
    /// It does not match its checksum.
    #[error("it does not match its checksum")]
    Checksum,
    /// It is no segment, or of another version.
    #[error("it is no timeline segment of version 1")]
    Format,
}

/// Reads a little-endian u32 at a place.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Result<u32, Damage> {
    let slice = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>);
    slice.map(|chunk| u32::from_le_bytes(*chunk)).ok_or(Damage::Short)
}

/// Reads a little-endian u64 at a place.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Result<u64, Damage> {
    let slice = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>);
    slice.map(|chunk| u64::from_le_bytes(*chunk)).ok_or(Damage::Short)
}

/// Takes a number as a length or place.
pub(crate) fn index(number: u64) -> Result<usize, Damage> {
    usize::try_from(number).map_err(|_| Damage::Number)
}

/// A u32 as a place: every machine this runs on has at least 32 bits.
pub(crate) const fn wide(number: u32) -> usize {
    number as usize
}
