//! What can go wrong when a hospital is made, in both languages, with what to do.

use std::io;
use std::path::{Path, PathBuf};

use vocab::Locale;

use super::files::Written;

/// Why a hospital was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SynthError {
    /// A number is outside its range.
    #[error("{option} {given} is out of range")]
    OutOfRange {
        /// The option, with its dashes.
        option: &'static str,
        /// What was given.
        given: i128,
        /// The smallest and the largest that can be taken.
        range: (u64, u64),
    },
    /// The folder holds something already.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The data folder holds something already.
    #[error("{} is not empty", .0.display())]
    HomeInUse(PathBuf),
    /// The folder holds what a run left that was killed.
    #[error("{} holds the remains of a run that was killed", .0.display())]
    Remains(PathBuf),
    /// A file or folder could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk has too little room.
    #[error("{} has too little room", path.display())]
    LittleRoom {
        /// The folder.
        path: PathBuf,
        /// About how many bytes will be written.
        needed_bytes: u64,
        /// How many are free.
        free_bytes: u64,
    },
    /// The disk became full, or somebody stopped the work.
    #[error("ended after {patients} of {of} patients")]
    Unfinished {
        /// Patients written whole.
        patients: u64,
        /// Patients wanted.
        of: u64,
        /// What had been written until then.
        written: Written,
        /// What ended it.
        why: Box<SynthError>,
    },
    /// Ctrl-C.
    #[error("stopped")]
    Stopped,
    /// A thread died.
    #[error("a thread died while patients were made; please report this")]
    Died,
    /// The folder holds another invented hospital than the one wanted.
    #[error("{} holds the hospital of seed {seed} with {patients} patients", folder.display())]
    Another {
        /// The folder.
        folder: PathBuf,
        /// The seed of the one that is there.
        seed: u64,
        /// Its patients.
        patients: u64,
    },
    /// A folder that is to be checked has no truth.
    #[error("{} has no truth.json", .0.display())]
    NoTruth(PathBuf),
    /// A file that is to be checked is not as `aoba synth` writes it.
    #[error("{place}: {what}")]
    Unreadable {
        /// File and line.
        place: String,
        /// What is wrong.
        what: String,
    },
}

impl SynthError {
    /// What a failed write comes to.
    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), source }
    }

    /// Says it in the reader's language, with what to do.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => self.in_english(),
            Locale::Ja => self.in_japanese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::OutOfRange { option, given, range: (first, last) } => {
                let (first, last) = (grouped(*first), grouped(*last));
                format!(
                    "{option} {given} is out of range: give a whole number from {first} to {last}"
                )
            }
            Self::NotEmpty(path) => format!(
                "{} is not empty: name a folder that is empty or not there yet with --out",
                path.display()
            ),
            Self::HomeInUse(path) => format!(
                "{} is not empty: name a data folder that is empty or not there yet with --into",
                path.display()
            ),
            Self::Remains(path) => format!(
                "{} holds only .part files, what a run left that was killed: remove the folder, or \
                 name another with --out",
                path.display()
            ),
            Self::Unwritable { path, source } if is_full(source) => format!(
                "the disk is full at {}: free some space, or name a folder on another disk with \
                 --out",
                path.display()
            ),
            Self::Unwritable { path, source } => format!(
                "cannot write {}: {source}; name a folder that you may write to with --out",
                path.display()
            ),
            Self::LittleRoom { path, needed_bytes, free_bytes } => format!(
                "about {} will be written and {} has {} free: free some space, make fewer patients \
                 (--patients), or pack the files (--zstd)",
                size(*needed_bytes),
                path.display(),
                size(*free_bytes)
            ),
            Self::Unfinished { patients, of, written, why } => format!(
                "{}\n{} of {} patients had been written ({} lines, {}); the unfinished files have \
                 been removed",
                why.in_english(),
                grouped(*patients),
                grouped(*of),
                grouped(written.lines),
                size(written.bytes)
            ),
            Self::Stopped => "stopped, as you asked".to_owned(),
            Self::Died => "a thread died while patients were made; please report this".to_owned(),
            Self::Another { folder, seed, patients } => format!(
                "{} holds another invented hospital (--seed {seed} --patients {patients}): give the \
                 same numbers, or name an empty folder with --home",
                folder.display()
            ),
            Self::NoTruth(path) => format!(
                "{} has no truth.json: name a folder that `aoba synth` finished",
                path.display()
            ),
            Self::Unreadable { place, what } => {
                format!("{place}: {what}; make the folder again with `aoba synth` of this version")
            }
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::OutOfRange { option, given, range: (first, last) } => {
                let (first, last) = (grouped(*first), grouped(*last));
                format!(
                    "{option} {given} は範囲外です。{first}から{last}までの整数を指定してください"
                )
            }
            Self::NotEmpty(path) => format!(
                "{}は空ではありません。--outで空のフォルダー、またはまだ存在しないフォルダーを指定してください",
                path.display()
            ),
            Self::HomeInUse(path) => format!(
                "{}は空ではありません。--intoで空のデータフォルダー、またはまだ存在しないフォルダーを指定してください",
                path.display()
            ),
            Self::Remains(path) => format!(
                "{}には、途中で強制終了された実行の残り(.part)だけがあります。フォルダーを削除するか、\
                 --outで別のフォルダーを指定してください",
                path.display()
            ),
            Self::Unwritable { path, source } if is_full(source) => format!(
                "ディスクがいっぱいです({})。空き容量を増やすか、--outで別のディスクのフォルダーを指定してください",
                path.display()
            ),
            Self::Unwritable { path, source } => format!(
                "{}に書き込めません({source})。--outで書き込めるフォルダーを指定してください",
                path.display()
            ),
            Self::LittleRoom { path, needed_bytes, free_bytes } => format!(
                "約{}を書き込みますが、{}の空きは{}です。空き容量を増やすか、患者数を減らすか(--patients)、\
                 圧縮してください(--zstd)",
                size(*needed_bytes),
                path.display(),
                size(*free_bytes)
            ),
            Self::Unfinished { patients, of, written, why } => format!(
                "{}\n{}人中{}人まで書き込んでいました({}行、{})。未完成のファイルは削除しました",
                why.in_japanese(),
                grouped(*of),
                grouped(*patients),
                grouped(written.lines),
                size(written.bytes)
            ),
            Self::Stopped => "指示により中止しました".to_owned(),
            Self::Died => {
                "患者の作成中にスレッドが異常終了しました。不具合としてご報告ください".to_owned()
            }
            Self::Another { folder, seed, patients } => format!(
                "{}には別の架空の病院があります(--seed {seed} --patients {patients})。同じ数を指定するか、\
                 --homeで空のフォルダーを指定してください",
                folder.display()
            ),
            Self::NoTruth(path) => format!(
                "{}にtruth.jsonがありません。aoba synthが最後まで作成したフォルダーを指定してください",
                path.display()
            ),
            Self::Unreadable { place, what } => {
                format!("{place}: {what}。この版のaoba synthでフォルダーを作り直してください")
            }
        }
    }
}

/// Whether a disk refused for want of room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Bytes for reading: `1.2 GB`.
pub(crate) fn size(bytes: u64) -> String {
    let [tenths_kb, tenths_mb, tenths_gb] =
        [100, 100_000, 100_000_000].map(|unit| bytes.div_ceil(unit));
    let (tenths, unit) = match bytes {
        0..1_000_000 => (tenths_kb, "kB"),
        1_000_000..1_000_000_000 => (tenths_mb, "MB"),
        _ => (tenths_gb, "GB"),
    };
    format!("{}.{} {unit}", grouped(tenths / 10), tenths % 10)
}

/// A number with commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_are_printed_for_reading() {
        assert_eq!(
            ["0", "999", "1,000", "1,234,567"],
            [0, 999, 1_000, 1_234_567].map(grouped).as_slice()
        );
        assert_eq!(size(1_500), "1.5 kB");
        assert_eq!(size(12_000_000), "12.0 MB");
        assert_eq!(size(4_321_000_000), "4.4 GB");
    }

    #[test]
    fn an_end_in_the_middle_says_why_how_far_and_what_became_of_the_files() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = SynthError::Unfinished {
            patients: 1_200,
            of: 2_000,
            written: Written { files: 3, lines: 45_678, bytes: 9_000_000 },
            why: Box::new(SynthError::disk(Path::new("out/fhir/A.ndjson"), full)),
        };
        let english = error.say(Locale::En);
        for part in ["full", "out/fhir/A.ndjson", "1,200 of 2,000", "45,678", "9.0 MB", "removed"] {
            assert!(english.contains(part), "{english}");
        }
        let japanese = error.say(Locale::Ja);
        assert!(japanese.contains("いっぱい") && japanese.contains("削除"), "{japanese}");
    }
}
