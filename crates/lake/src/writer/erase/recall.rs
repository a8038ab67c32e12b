//! What people must call back, or look at, after an erasure.

use serde::{Deserialize, Serialize};
use vocab::Locale;

/// Something outside that may still hold the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Recall {
    /// Answers in SQL or members of cohorts, some of them written to files.
    Answers {
        /// Who took them.
        actor: String,
        /// For which purpose.
        purpose: Option<String>,
        /// For which study.
        study: Option<String>,
        /// How many.
        answers: u64,
        /// Whether they were written to files.
        to_files: bool,
        /// The first.
        first: String,
        /// The last.
        last: String,
    },
    /// A study works with a snapshot that has a hole now.
    Study {
        /// The study.
        study: String,
        /// The snapshot.
        snapshot: i64,
    },
    /// A backup that was made while the person was there.
    Backup {
        /// Which, in the place of the backups; absent where it was not said.
        generation: Option<u64>,
        /// When.
        made: String,
    },
    /// The bucket in which the lake lies: what its operator keeps of it, no client sees.
    Bucket {
        /// The bucket, and the place in it.
        url: String,
    },
    /// A file in the data folder that is not this program's to change, and speaks of the person.
    File {
        /// Which, from the home.
        file: String,
    },
}

impl Recall {
    /// In the reader's language.
    pub(super) fn say(&self, locale: Locale) -> String {
        let none = "-".to_owned();
        match (self, locale) {
            (Self::Answers { actor, purpose, study, answers, to_files, first, last }, locale) => {
                let (purpose, study) =
                    (purpose.as_ref().unwrap_or(&none), study.as_ref().unwrap_or(&none));
                let files = match (to_files, locale) {
                    (true, Locale::En) => "written to files",
                    (true, Locale::Ja) => "ファイルに出力",
                    (false, Locale::En) => "shown or passed on",
                    (false, Locale::Ja) => "画面表示または転送",
                };
                match locale {
                    Locale::En => format!(
                        "ask {actor} (purpose {purpose}, study {study}) about {answers} answers, \
                         {files}, from {first} to {last}"
                    ),
                    Locale::Ja => format!(
                        "{actor}(目的{purpose}、研究{study})に確認: 回答{answers}件({files})、{first}から{last}まで"
                    ),
                }
            }
            (Self::Study { study, snapshot }, Locale::En) => format!(
                "tell study {study} that snapshot {snapshot} lacks somebody from now on, and ask \
                 for what was made from it"
            ),
            (Self::Study { study, snapshot }, Locale::Ja) => format!(
                "研究{study}に連絡: 断面{snapshot}から1人分の行がなくなったこと、そこから作った成果物の確認"
            ),
            (Self::Backup { generation, made }, locale) => {
                let number = generation.map_or(none, |number| number.to_string());
                match locale {
                    Locale::En => format!("destroy backup {number}, made at {made}"),
                    Locale::Ja => format!("{made}に作ったバックアップ{number}を破棄"),
                }
            }
            (Self::Bucket { url }, Locale::En) => format!(
                "ask whoever runs {url} for replicas, backups and unfinished uploads of it, and destroy \
                 those from before"
            ),
            (Self::Bucket { url }, Locale::Ja) => {
                format!(
                    "{url}の運用者に、複製・バックアップ・中断したアップロードの有無を確認し、消去前のものを破棄"
                )
            }
            (Self::File { file }, Locale::En) => {
                format!(
                    "look at {file}: it speaks of the person, and is not changed by this program"
                )
            }
            (Self::File { file }, Locale::Ja) => {
                format!("{file}を確認: 本人に言及していますが、このプログラムでは変更しません")
            }
        }
    }
}
