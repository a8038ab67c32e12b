//! Is the ledger well? Each check says what it found, and what to do.

use std::path::PathBuf;

use serde::Serialize;
use vocab::Locale;

use crate::audit::{AuditVerdict, BrokenBy};
use crate::deep;
use crate::error::{Doing, LedgerError};
use crate::files::{self, FILE_MODE, FOLDER_MODE};
use crate::home::Ledger;
use crate::keys::KeyFiles;
use crate::store::{self, Place, Pool, Server, ask};

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "check", rename_all = "kebab-case")]
pub enum Check {
    /// Where a part of the ledger is.
    Place {
        /// Which part.
        part: Part,
        /// The file, or the server, database and schema.
        place: String,
        /// The server's version.
        version: Option<String>,
    },
    /// A server keeps what it acknowledged through a power cut.
    Durable {
        /// Which database.
        place: String,
        /// Its settings under which it does not.
        settings: Vec<String>,
    },
    /// A database file is whole.
    Integrity {
        /// Which file.
        file: &'static str,
        /// What the database says is wrong.
        faults: Vec<String>,
    },
    /// Rows whose parent is missing.
    Parents {
        /// Which file.
        file: &'static str,
        /// How many such rows.
        orphans: u64,
    },
    /// A file or folder is for its owner only.
    Mode {
        /// Which one.
        path: PathBuf,
        /// Its permission bits, in octal.
        mode: String,
        /// The most it should have, in octal.
        most: String,
    },
    /// The audit is what was written.
    Audit(AuditVerdict),
    /// A database is made of what this program makes, and every value stands twice in it.
    Shape {
        /// Which file.
        file: &'static str,
        /// What differs.
        faults: Vec<String>,
    },
    /// Every sealed identity opens.
    Sealed {
        /// How many there are.
        records: u64,
        /// How many do not open.
        broken: u64,
    },
    /// A key is the one this home was made with.
    Key {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Option<String>,
    },
}

/// A part of the ledger that has a database of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What people decided and what was loaded.
    Ledger,
    /// Who each number is.
    Identities,
}

/// One check and whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at and found.
    #[serde(flatten)]
    pub check: Check,
    /// Whether it is well.
    pub well: bool,
}

impl Ledger {
    /// Looks at everything that can be wrong with the ledger.
    ///
    /// # Errors
    /// When something cannot be looked at; what is found wrong is a diagnosis, not an error.
    ///
    /// # Cost
    /// Reads both databases whole.
    pub async fn doctor(&self) -> Result<Vec<Diagnosis>, LedgerError> {
        let mut found = Vec::new();
        let pools = [self.pool(), self.identities()];
        let parts = [(Part::Ledger, "ledger.db"), (Part::Identities, "identity.db")];
        for (((part, file), place), pool) in parts.into_iter().zip(self.places()).zip(pools) {
            match place {
                Place::File(_) => found.extend(look_at_file(part, place, file, pool).await?),
                Place::Server(server) => found.extend(look_at_server(part, server).await?),
            }
        }
        found.extend(self.modes()?);
        let verdict = self.audit().verify().await?;
        let well = verdict.first_broken.is_none();
        found.push(Diagnosis { well, check: Check::Audit(verdict) });
        Ok(found)
    }

    fn modes(&self) -> Result<Vec<Diagnosis>, LedgerError> {
        let home = self.home();
        let keys = KeyFiles::of(home);
        let mut looked_at = vec![
            (home.to_owned(), FOLDER_MODE),
            (keys.folder, FOLDER_MODE),
            (keys.home, FILE_MODE),
            (keys.identity, FILE_MODE),
        ];
        for place in self.places() {
            let files = place.file().into_iter().chain(place.password_file());
            looked_at.extend(files.map(|path| (path.to_owned(), FILE_MODE)));
        }
        looked_at.dedup();
        let mut found = Vec::new();
        for (path, most) in looked_at {
            let mode = files::mode(&path)?;
            let well = mode & !most == 0;
            let (mode, most) = (format!("{mode:o}"), format!("{most:o}"));
            found.push(Diagnosis { well, check: Check::Mode { path, mode, most } });
        }
        Ok(found)
    }
}

async fn look_at_file(
    part: Part,
    place: &Place,
    file: &'static str,
    pool: &Pool,
) -> Result<Vec<Diagnosis>, LedgerError> {
    // A file so damaged that it cannot be checked is told like one that is not whole.
    let faults = integrity(pool).await.unwrap_or_else(|error| vec![error.cause()]);
    let orphans = ask(include_str!("../sql/sqlite/foreign_keys.sql"))
        .rows(pool)
        .await
        .doing("check its foreign keys")?
        .len() as u64;
    let stands = Check::Place { part, place: place.to_string(), version: None };
    Ok(vec![
        Diagnosis { well: true, check: stands },
        Diagnosis { well: faults.is_empty(), check: Check::Integrity { file, faults } },
        Diagnosis { well: orphans == 0, check: Check::Parents { file, orphans } },
    ])
}

/// What a database file says is wrong with it.
pub(crate) async fn integrity(pool: &Pool) -> Result<Vec<String>, LedgerError> {
    let lines: Vec<String> = ask(include_str!("../sql/sqlite/integrity.sql"))
        .values(pool)
        .await
        .doing("check its integrity")?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Pages and parents are the server's own care; what we can see is how it is set.
async fn look_at_server(part: Part, server: &Server) -> Result<Vec<Diagnosis>, LedgerError> {
    let facts = store::look(server).await?;
    let (place, settings) = (server.to_string(), facts.unsafe_settings);
    let stands = Check::Place { part, place: place.clone(), version: Some(facts.version) };
    Ok(vec![
        Diagnosis { well: true, check: stands },
        Diagnosis { well: settings.is_empty(), check: Check::Durable { place, settings } },
    ])
}

impl Diagnosis {
    /// What was found, and what to do where it is not well.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let en = locale == Locale::En;
        match &self.check {
            Check::Place { part, place, version } => {
                say_place(*part, place, version.as_deref(), locale)
            }
            Check::Durable { place, settings } => match (settings.join(", "), en) {
                (none, true) if none.is_empty() => {
                    format!("{place} keeps what it acknowledged through a power cut")
                }
                (none, false) if none.is_empty() => {
                    format!("{place}は停電でも確定した記録を失いません")
                }
                (off, true) => format!(
                    "{place} may lose what it acknowledged in a power cut ({off}); have the \
                     server's settings corrected"
                ),
                (off, false) => format!(
                    "{place}は停電で確定した記録を失うことがあります({off})。サーバーの設定を直してもらってください"
                ),
            },
            Check::Integrity { file, faults } => match (faults.first(), en) {
                (None, true) => format!("{file} is whole"),
                (None, false) => format!("{file}は壊れていません"),
                (Some(fault), true) => format!("{file} is damaged ({fault}); restore a backup"),
                (Some(fault), false) => {
                    format!("{file}が壊れています({fault})。バックアップから復元してください")
                }
            },
            Check::Parents { file, orphans } => match (*orphans, en) {
                (0, true) => format!("every row of {file} has its parent"),
                (0, false) => format!("{file}のすべての行に親の行があります"),
                (n, true) => format!("{n} rows of {file} lack their parent; restore a backup"),
                (n, false) => {
                    format!("{file}の{n}行に親の行がありません。バックアップから復元してください")
                }
            },
            Check::Mode { path, mode, most } => match (self.well, en) {
                (true, true) => format!("{} is for its owner only", path.display()),
                (true, false) => format!("{}は所有者だけが使えます", path.display()),
                (false, true) => {
                    let path = path.display();
                    format!("others can use {path} (mode {mode}); run chmod {most} {path}")
                }
                (false, false) => {
                    let path = path.display();
                    format!(
                        "{path}を他の利用者も使えます(モード{mode})。chmod {most} {path}を実行してください"
                    )
                }
            },
            Check::Audit(verdict) => verdict.say(locale),
            Check::Shape { .. } | Check::Sealed { .. } | Check::Key { .. } => {
                deep::say(&self.check, locale)
            }
        }
    }
}

fn say_place(part: Part, place: &str, version: Option<&str>, locale: Locale) -> String {
    let place = match version {
        Some(version) => format!("{place} (PostgreSQL {version})"),
        None => place.to_owned(),
    };
    match (part, locale) {
        (Part::Ledger, Locale::En) => format!("the ledger is in {place}"),
        (Part::Ledger, Locale::Ja) => format!("台帳は{place}にあります"),
        (Part::Identities, Locale::En) => format!("the identity store is in {place}"),
        (Part::Identities, Locale::Ja) => format!("本人情報庫は{place}にあります"),
    }
}

impl AuditVerdict {
    /// The verdict as a sentence.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let (rows, head) = (self.rows, &self.head.hash);
        match (&self.first_broken, locale) {
            (None, Locale::En) => format!(
                "the audit is whole: {rows} rows, head {head}; held against {} checkpoints, the \
                 newest over {} rows",
                self.checkpoints, self.covered
            ),
            (None, Locale::Ja) => format!(
                "監査記録は完全です: {rows}行、末尾のハッシュ {head}。チェックポイント{}件と照合しました(最新は{}行まで)",
                self.checkpoints, self.covered
            ),
            (Some(broken), Locale::En) => {
                format!("the audit is broken at row {}: {}", broken.seq, broken.by.say(locale))
            }
            (Some(broken), Locale::Ja) => {
                format!("監査記録は{}行目で壊れています: {}", broken.seq, broken.by.say(locale))
            }
        }
    }
}

impl BrokenBy {
    /// What is wrong, in the reader's language.
    #[must_use]
    pub fn say(self, locale: Locale) -> &'static str {
        match (self, locale) {
            (Self::Missing, Locale::En) => "rows before it were removed",
            (Self::Missing, Locale::Ja) => "直前の行が削除されています",
            (Self::NotInOrder, Locale::En) => "it does not follow the row before it",
            (Self::NotInOrder, Locale::Ja) => "直前の行とつながりません",
            (Self::Changed, Locale::En) => "its content was changed",
            (Self::Changed, Locale::Ja) => "内容が変更されています",
            (Self::CutShort, Locale::En) => {
                "rows at the end were removed or replaced, or the file audit.head was changed"
            }
            (Self::CutShort, Locale::Ja) => {
                "末尾の行が削除または差し替えられているか、ファイルaudit.headが変更されています"
            }
            (Self::HeadMissing, Locale::En) => "the file audit.head is gone",
            (Self::HeadMissing, Locale::Ja) => "ファイルaudit.headがありません",
            (Self::HeadUnreadable, Locale::En) => "the file audit.head cannot be read",
            (Self::HeadUnreadable, Locale::Ja) => "ファイルaudit.headを読めません",
            (Self::NotAsCheckpoint, Locale::En) => {
                "the rows up to it are not those of the checkpoint made there"
            }
            (Self::NotAsCheckpoint, Locale::Ja) => {
                "ここまでの行が、そこで作られたチェックポイントと一致しません"
            }
            (Self::BehindCheckpoint, Locale::En) => "a checkpoint covers rows that are not there",
            (Self::BehindCheckpoint, Locale::Ja) => {
                "チェックポイントが示す行がありません(末尾が失われています)"
            }
            (Self::CheckpointChanged, Locale::En) => {
                "a checkpoint there is not what this house signed"
            }
            (Self::CheckpointChanged, Locale::Ja) => {
                "そこのチェックポイントは、この施設が署名したものではありません"
            }
        }
    }
}
