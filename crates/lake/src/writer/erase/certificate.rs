//! What certifies an erasure: who, when, why, what was looked for, what was taken out, which files
//! changed from what to what, what stays and why, and what must be called back from outside.
//!
//! It tells of nobody: neither names nor numbers of the person, and no key of a record of theirs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use vocab::{ErasureId, Locale};

use super::recall::Recall;

/// A certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The erasure's number; 0 where nothing was erased, and this is what would be.
    pub erasure: i64,
    /// Who erased.
    pub actor: String,
    /// Why, in words that name nobody.
    pub reason: String,
    /// When it was looked through what there is.
    pub looked: String,
    /// When everything that changes had been written aside.
    pub prepared: String,
    /// What was looked for, in numbers.
    pub looked_for: LookedFor,
    /// What was looked through, in numbers.
    pub looked_through: LookedThrough,
    /// What was taken out, in numbers.
    pub removed: Removed,
    /// Records of others that spoke of the person.
    pub mentions: Vec<Mention>,
    /// Every file that changed.
    pub files: Vec<FileChange>,
    /// Snapshots that studies keep, and how many rows each lacks from now on.
    pub holes: Vec<Hole>,
    /// What has left the house, or lies beside it, and must be called back by people.
    pub recall: Vec<Recall>,
}

/// What was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedFor {
    /// Numbers of the person in this house.
    pub numbers: u64,
    /// References to the person's record and to what belongs to it.
    pub references: u64,
    /// Identifiers.
    pub identifiers: u64,
    /// Names, in each of their writings.
    pub names: u64,
    /// Addresses and telephone numbers.
    pub contacts: u64,
}

/// What was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedThrough {
    /// Kept files.
    pub landing_files: u64,
    /// Their lines or entries.
    pub landing_lines: u64,
    /// Tables.
    pub tables: u64,
    /// Their data files, of every version.
    pub data_files: u64,
}

/// What was taken out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Resources and deletions in kept files.
    pub resources: u64,
    /// Lines that could not be read and spoke of the person.
    pub unreadable: u64,
    /// Rows of data files of every version, by table.
    pub rows: BTreeMap<String, u64>,
    /// Of them, rows that counted until now.
    pub rows_counting: u64,
    /// Records of the identity store.
    pub identities: u64,
    /// Texts of the ledger.
    pub texts: u64,
    /// Pulls from servers that had not ended: what they had fetched went.
    #[serde(default)]
    pub pulls: u64,
}

/// A record of somebody else, or of nobody, that spoke of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The kept file.
    pub file: String,
    /// The line or entry.
    pub line: u64,
    /// The type of the resource.
    pub resource_type: String,
    /// The elements in which it stood.
    pub elements: Vec<String>,
    /// What became of it.
    pub end: MentionEnd,
}

/// What became of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MentionEnd {
    /// It was cut out, and the rest of the resource stays.
    Cut,
    /// It could not be cut out: the whole resource went.
    Whole,
    /// It stays: somebody else bears this name.
    SameName,
}

/// A file that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Where, from the home or from the lake.
    pub file: String,
    /// The SHA-256 of what was there.
    pub before: String,
    /// The SHA-256 of what is there; absent where nothing is.
    pub after: Option<String>,
    /// How large it was and is, in bytes.
    pub sizes: (u64, u64),
}

/// What a snapshot lacks that a study keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// The snapshot.
    pub snapshot: i64,
    /// The studies that keep it.
    pub studies: Vec<String>,
    /// How many rows it lacks, by table.
    pub rows: BTreeMap<String, u64>,
}

impl Certificate {
    /// The erasure's number.
    #[must_use]
    pub fn id(&self) -> ErasureId {
        ErasureId(self.erasure)
    }

    /// The certificate as a text for people.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = match locale {
            Locale::En => self.say_en(&mut out),
            Locale::Ja => self.say_ja(&mut out),
        };
        out
    }

    fn say_en(&self, out: &mut String) -> std::fmt::Result {
        let Self { looked_for: sought, looked_through: through, removed, .. } = self;
        if self.erasure == 0 {
            writeln!(out, "What an erasure would take out. Nothing was changed.")?;
        } else {
            writeln!(out, "Certificate of erasure {}", self.erasure)?;
            writeln!(out)?;
            writeln!(out, "Erased by {}, because: {}", self.actor, self.reason)?;
            writeln!(out, "Looked through at {}, carried out from {}", self.looked, self.prepared)?;
        }
        writeln!(out)?;
        writeln!(
            out,
            "Looked for: {} numbers, {} references, {} identifiers, {} names, {} addresses and \
             telephone numbers",
            sought.numbers, sought.references, sought.identifiers, sought.names, sought.contacts
        )?;
        writeln!(
            out,
            "Looked through: {} kept files with {} lines, {} data files of {} tables in every \
             version, the ledger, the identity store, and every other file of the data folder",
            through.landing_files, through.landing_lines, through.data_files, through.tables
        )?;
        writeln!(
            out,
            "Taken out: {} resources and {} unreadable lines of kept files, {} rows of tables ({} \
             of them counted until now), {} records of the identity store, {} texts of the ledger, \
             {} unfinished pulls",
            removed.resources,
            removed.unreadable,
            removed.rows.values().sum::<u64>(),
            removed.rows_counting,
            removed.identities,
            removed.texts,
            removed.pulls
        )?;
        self.say_rows(out)?;
        self.say_mentions(out, Locale::En)?;
        self.say_recall(out, Locale::En)?;
        writeln!(out)?;
        writeln!(out, "What stays, and why:")?;
        for words in STAYS_EN {
            writeln!(out, "- {words}")?;
        }
        self.say_files(out, Locale::En)
    }

    fn say_ja(&self, out: &mut String) -> std::fmt::Result {
        let Self { looked_for: sought, looked_through: through, removed, .. } = self;
        if self.erasure == 0 {
            writeln!(out, "消去した場合に消えるもの(まだ何も変更していません)")?;
        } else {
            writeln!(out, "消去証明書 {}", self.erasure)?;
            writeln!(out)?;
            writeln!(out, "実施者: {} 理由: {}", self.actor, self.reason)?;
            writeln!(out, "探索: {} 実施開始: {}", self.looked, self.prepared)?;
        }
        writeln!(out)?;
        writeln!(
            out,
            "探した手掛かり: 番号{}件、参照{}件、識別子{}件、氏名の表記{}件、住所・電話番号{}件",
            sought.numbers, sought.references, sought.identifiers, sought.names, sought.contacts
        )?;
        writeln!(
            out,
            "探した場所: 受領ファイル{}個({}行)、{}表のすべての版のデータファイル{}個、台帳、本人情報庫、データフォルダー内のその他のファイル",
            through.landing_files, through.landing_lines, through.tables, through.data_files
        )?;
        writeln!(
            out,
            "消去したもの: 受領ファイルのリソース{}件と読めない行{}件、表の行{}件(うち現行{}件)、本人情報庫の記録{}件、台帳の語句{}件、未完了の取得{}件",
            removed.resources,
            removed.unreadable,
            removed.rows.values().sum::<u64>(),
            removed.rows_counting,
            removed.identities,
            removed.texts,
            removed.pulls
        )?;
        self.say_rows(out)?;
        self.say_mentions(out, Locale::Ja)?;
        self.say_recall(out, Locale::Ja)?;
        writeln!(out)?;
        writeln!(out, "残るものと理由:")?;
        for words in STAYS_JA {
            writeln!(out, "- {words}")?;
        }
        self.say_files(out, Locale::Ja)
    }

    /// The rows that went, table by table.
    fn say_rows(&self, out: &mut String) -> std::fmt::Result {
        self.removed.rows.iter().try_for_each(|(table, rows)| writeln!(out, "- {table}: {rows}"))
    }

    fn say_mentions(&self, out: &mut String, locale: Locale) -> std::fmt::Result {
        if self.mentions.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        writeln!(
            out,
            "{}",
            by(
                locale,
                "Records of others that spoke of the person:",
                "本人に言及していた他の記録:"
            )
        )?;
        for mention in &self.mentions {
            let Mention { file, line, resource_type, elements, end } = mention;
            let end = match end {
                MentionEnd::Cut => by(locale, "cut out", "その部分を除去"),
                MentionEnd::Whole => by(locale, "went whole", "全体を消去"),
                MentionEnd::SameName => {
                    by(locale, "stays: somebody of the same name", "残す(同姓同名の別人)")
                }
            };
            writeln!(out, "- {resource_type}, {file}:{line} ({}): {end}", elements.join(", "))?;
        }
        Ok(())
    }

    fn say_recall(&self, out: &mut String, locale: Locale) -> std::fmt::Result {
        writeln!(out)?;
        if self.recall.is_empty() {
            let words = by(
                locale,
                "Nothing that may hold the person is known to have left the house.",
                "院外に出た可能性のあるものは見つかりませんでした。",
            );
            return writeln!(out, "{words}");
        }
        writeln!(out, "{}", by(locale, "To be called back by people:", "人が回収すべきもの:"))?;
        for recall in &self.recall {
            writeln!(out, "- {}", recall.say(locale))?;
        }
        Ok(())
    }

    fn say_files(&self, out: &mut String, locale: Locale) -> std::fmt::Result {
        writeln!(out)?;
        writeln!(
            out,
            "{}",
            by(locale, "Files, SHA-256 before and after:", "ファイル(消去前と消去後のSHA-256):")
        )?;
        for FileChange { file, before, after, .. } in &self.files {
            let after = after.as_deref().unwrap_or("-");
            writeln!(out, "- {file}\n  {before}\n  {after}")?;
        }
        for Hole { snapshot, studies, rows } in &self.holes {
            let (studies, rows) = (studies.join(", "), rows.values().sum::<u64>());
            match locale {
                Locale::En => {
                    writeln!(out, "Snapshot {snapshot}, kept by {studies}: {rows} rows empty")?;
                }
                Locale::Ja => {
                    writeln!(out, "断面{snapshot}({studies}が保持): 空になった行{rows}件")?;
                }
            }
        }
        Ok(())
    }
}

fn by(locale: Locale, en: &'static str, ja: &'static str) -> &'static str {
    match locale {
        Locale::En => en,
        Locale::Ja => ja,
    }
}

/// What stays, and why.
const STAYS_EN: [&str; 4] = [
    "the audit log: who looked at which number stays told; the number is a keyed hash that leads to \
     nobody any more",
    "keyed hashes of the records and of what was refused, so that the same records are not taken in \
     again, and a refusal holds if they ever are",
    "empty lines and rows, so that the lines and rows of others keep their places",
    "backups that another program made: they go by the hospital's own rule. After any backup was \
     restored this erasure must be carried out again",
];

/// The same in Japanese.
const STAYS_JA: [&str; 4] = [
    "監査記録: どの番号を誰が見たかは残ります。番号は鍵付きハッシュで、もう誰にもつながりません",
    "記録と拒否内容の鍵付きハッシュ: 同じ記録を再び取り込まないため、また再び取り込まれた場合に拒否を有効に保つためです",
    "空の行: 他の人の行番号と位置を変えないためです",
    "他のプログラムで作ったバックアップ: 病院の規定に従って廃棄してください。どのバックアップでも、復元した場合は消去をもう一度実行する必要があります",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_speaks_both_languages() {
        let certificate = Certificate {
            erasure: 3,
            actor: "local:steward".to_owned(),
            reason: "request 12".to_owned(),
            mentions: vec![Mention {
                file: "ab".to_owned(),
                line: 4,
                resource_type: "Group".to_owned(),
                elements: vec!["member".to_owned()],
                end: MentionEnd::Cut,
            }],
            files: vec![FileChange {
                file: "landing/ab/ab.zst".to_owned(),
                before: "b0".to_owned(),
                after: None,
                sizes: (2, 0),
            }],
            holes: vec![Hole {
                snapshot: 1,
                studies: vec!["S1".to_owned()],
                rows: BTreeMap::from([("patient".to_owned(), 2)]),
            }],
            recall: vec![
                Recall::Study { study: "S1".to_owned(), snapshot: 1 },
                Recall::File { file: "incoming/x".to_owned() },
                Recall::Backup { generation: Some(41), made: "2026-11-01".to_owned() },
                Recall::Bucket { url: "s3://specimens/a".to_owned() },
            ],
            ..Certificate::default()
        };
        for locale in [Locale::En, Locale::Ja] {
            let said = certificate.say(locale);
            for part in
                ["local:steward", "request 12", "Group", "b0", "S1", "incoming/x", "41", "s3://"]
            {
                assert!(said.contains(part), "{part}: {said}");
            }
        }
        assert!(certificate.say(Locale::Ja).contains("消去証明書"));
        let dry = Certificate { erasure: 0, ..certificate.clone() };
        assert!(
            !dry.say(Locale::En).contains("Certificate") && !dry.say(Locale::Ja).contains("証明書")
        );
        let text = serde_json::to_string(&certificate).unwrap();
        assert_eq!(serde_json::from_str::<Certificate>(&text).unwrap(), certificate);
    }
}
