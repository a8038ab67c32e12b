//! What can go wrong with backups, in both languages, with what to do.

use std::io;
use std::path::{Path, PathBuf};

use vocab::Locale;

use crate::synth::{grouped, is_full, size};

/// Why a backup was not made, not checked or not restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    /// The folder holds something that is no backup.
    #[error("{} is not a backup of Aoba", .0.display())]
    NotABackup(PathBuf),
    /// The backup was made by a newer program.
    #[error("{} was made by a newer program", .0.display())]
    Newer(PathBuf),
    /// Somebody else works with this backup.
    #[error("{} is in use", .0.display())]
    Busy(PathBuf),
    /// The backup would lie in what it copies, or the other way round.
    #[error("{} and the data folder lie in one another", .0.display())]
    Within(PathBuf),
    /// An erasure was interrupted, so files are half changed.
    #[error("an erasure was interrupted")]
    Erasing,
    /// No generation is whole.
    #[error("{} holds no finished generation", .0.display())]
    Empty(PathBuf),
    /// No generation has this number.
    #[error("{} holds no generation {generation}", folder.display())]
    NoGeneration {
        /// The backup.
        folder: PathBuf,
        /// The number asked for.
        generation: u64,
    },
    /// The list of a generation's files is not what was written.
    #[error("{}: {what}", path.display())]
    List {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A file could not be read or written.
    #[error("cannot {act} {}: {source}", path.display())]
    File {
        /// What was tried: `read`, `write`.
        act: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The tables could not be asked.
    #[error(transparent)]
    Lake(lake::LakeError),
    /// The disk has too little room.
    #[error("{} has too little room", path.display())]
    LittleRoom {
        /// The folder.
        path: PathBuf,
        /// How many bytes will be written.
        needed_bytes: u64,
        /// How many are free.
        free_bytes: u64,
    },
    /// Ctrl-C, or the system's wish to end.
    #[error("stopped")]
    Stopped,
    /// The folder of a restore holds something.
    #[error("{} is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// The generation was made without keys, and none were named.
    #[error("generation {generation} of {} was made without keys", folder.display())]
    NoKeys {
        /// The backup.
        folder: PathBuf,
        /// Which generation.
        generation: u64,
    },
    /// Files of a backup are not what was written.
    #[error("{} of {files} files are damaged or missing", faults.len())]
    Damaged {
        /// How many files the generation has.
        files: u64,
        /// Each of them, and what is wrong.
        faults: Vec<String>,
    },
    /// The settings name a lake elsewhere in a way that cannot be put right here.
    #[error("aoba.toml names another place for the lake")]
    Settings(PathBuf),
    /// What was restored does not answer as what was backed up.
    #[error("the restored home is not what was backed up: {0}")]
    Differs(String),
}

/// Adds what was tried and where to the system's answer.
pub(super) fn at<'a>(
    act: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> BackupError + 'a {
    move |source| BackupError::File { act, path: path.to_owned(), source }
}

impl BackupError {
    /// Says it in the reader's language, with what to do.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => self.in_english(),
            Locale::Ja => self.in_japanese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::NotABackup(path) => format!(
                "{} holds something that is no backup: name a folder that is empty or not there yet",
                path.display()
            ),
            Self::Newer(path) => {
                format!("{} was made by a newer Aoba: use that version", path.display())
            }
            Self::Busy(path) => format!(
                "another process works with the backup {}: wait until it has ended",
                path.display()
            ),
            Self::Within(path) => format!(
                "{} and the data folder lie in one another: name a folder elsewhere, best on \
                 another disk",
                path.display()
            ),
            Self::Erasing => "an erasure was interrupted, and its files are half changed: run \
                              `aoba optimize`, which carries it out, then this again"
                .to_owned(),
            Self::Empty(path) => format!(
                "{} holds no finished generation: run `aoba backup` to its end first",
                path.display()
            ),
            Self::NoGeneration { folder, generation } => format!(
                "{} holds no generation {generation}: see `aoba backup list`",
                folder.display()
            ),
            Self::List { path, what } => format!(
                "{} is damaged ({what}): take another generation (--generation)",
                path.display()
            ),
            Self::File { path, source, .. } if is_full(source) => format!(
                "the disk is full at {}: free some space, then run the same command again; it goes \
                 on where it was",
                path.display()
            ),
            Self::File { act, path, source } => {
                format!("cannot {act} {}: {source}", path.display())
            }
            Self::LittleRoom { path, needed_bytes, free_bytes } => format!(
                "{} will be written and {} has {} free: free some space, or name a folder on \
                 another disk",
                size(*needed_bytes),
                path.display(),
                size(*free_bytes)
            ),
            Self::Stopped => "stopped, as you asked; nothing that was finished has changed, and \
                              the same command goes on where it was"
                .to_owned(),
            _ => self.restore_in_english(),
        }
    }

    /// What is said of a restore.
    fn restore_in_english(&self) -> String {
        match self {
            Self::NotEmpty(path) => format!(
                "{} is not empty: name a data folder that is empty or not there yet with --home",
                path.display()
            ),
            Self::NoKeys { folder, generation } => format!(
                "generation {generation} of {} was made without keys: name the folder that holds \
                 home.key and identity.key with --keys",
                folder.display()
            ),
            Self::Damaged { files, faults } => format!(
                "{} of {} files are damaged or missing, so nothing was restored:\n{}\ntake another \
                 generation (--generation), or another backup",
                grouped(faults.len() as u64),
                grouped(*files),
                faults.join("\n")
            ),
            Self::Settings(path) => format!(
                "{} names another place for the lake: take `url` out of [lake] there, then run \
                 `aoba doctor`",
                path.display()
            ),
            Self::Differs(what) => format!(
                "the restored data folder is not what was backed up ({what}): keep the backup, and \
                 run `aoba doctor --deep`"
            ),
            other => other.to_string(),
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::NotABackup(path) => format!(
                "{}にはバックアップ以外のものがあります。空のフォルダー、またはまだ存在しないフォルダーを指定してください",
                path.display()
            ),
            Self::Newer(path) => format!(
                "{}は新しい版のAobaで作られています。その版を使ってください",
                path.display()
            ),
            Self::Busy(path) => format!(
                "別の処理がバックアップ{}を使っています。終わるまで待ってください",
                path.display()
            ),
            Self::Within(path) => format!(
                "{}とデータフォルダーの一方が他方の中にあります。別の場所(できれば別のディスク)を指定してください",
                path.display()
            ),
            Self::Erasing => "中断された抹消があり、ファイルが途中の状態です。`aoba optimize`を実行すると\
                              完了します。そのあともう一度実行してください"
                .to_owned(),
            Self::Empty(path) => format!(
                "{}には完成した世代がありません。先に`aoba backup`を最後まで実行してください",
                path.display()
            ),
            Self::NoGeneration { folder, generation } => format!(
                "{}に世代{generation}はありません。`aoba backup list`で確認してください",
                folder.display()
            ),
            Self::List { path, what } => format!(
                "{}が壊れています({what})。別の世代を指定してください(--generation)",
                path.display()
            ),
            Self::File { path, source, .. } if is_full(source) => format!(
                "ディスクがいっぱいです({})。空き容量を作り、同じコマンドをもう一度実行してください。続きから再開します",
                path.display()
            ),
            Self::File { path, source, .. } => {
                format!("{}を読み書きできません: {source}", path.display())
            }
            Self::LittleRoom { path, needed_bytes, free_bytes } => format!(
                "{}を書き込みますが、{}の空きは{}です。空き容量を作るか、別のディスクのフォルダーを指定してください",
                size(*needed_bytes),
                path.display(),
                size(*free_bytes)
            ),
            Self::Stopped => "指示により中止しました。完成している世代はそのままです。同じコマンドで続きから再開します"
                .to_owned(),
            _ => self.restore_in_japanese(),
        }
    }

    /// What is said of a restore.
    fn restore_in_japanese(&self) -> String {
        match self {
            Self::NotEmpty(path) => format!(
                "{}は空ではありません。--homeで空のデータフォルダー、またはまだ存在しないフォルダーを指定してください",
                path.display()
            ),
            Self::NoKeys { folder, generation } => format!(
                "{}の世代{generation}は鍵なしで作られています。home.keyとidentity.keyのあるフォルダーを--keysで指定してください",
                folder.display()
            ),
            Self::Damaged { files, faults } => format!(
                "{}個のファイルのうち{}個が壊れているか、ありません。何も復元していません。\n{}\n\
                 別の世代(--generation)か別のバックアップを使ってください",
                grouped(*files),
                grouped(faults.len() as u64),
                faults.join("\n")
            ),
            Self::Settings(path) => format!(
                "{}がレイクの別の置き場所を指定しています。[lake]のurlを取り除き、`aoba doctor`を実行してください",
                path.display()
            ),
            Self::Differs(what) => format!(
                "復元したデータフォルダーがバックアップしたものと一致しません({what})。バックアップを残したまま、\
                 `aoba doctor --deep`を実行してください"
            ),
            other => other.to_string(),
        }
    }
}
