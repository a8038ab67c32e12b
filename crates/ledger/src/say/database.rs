//! The same for the databases themselves: out of reach, full, another's, in the middle of a move.

use vocab::Locale;

use crate::error::{LedgerError, Unfit};
use crate::store::{VERSION_MIN, is_busy, is_denied, is_full, is_lost, is_nowhere, is_turned_away};

impl LedgerError {
    /// What to do about a database, in English; nothing where it is about something else.
    pub(super) fn database_remedy_en(&self) -> Option<String> {
        Some(match self {
            Self::Store { source, .. } if is_full(source) => {
                ": the disk is full; free some space or \
                 move the data folder, then run the same command again"
                    .to_owned()
            }
            Self::Store { source, .. } if is_lost(source) => format!(
                ": {source}; nothing was written; check that the database server runs, then run \
                 the same command again"
            ),
            Self::Store { source, .. } if is_busy(source) => {
                ": another process is writing; wait, then run the same command again".to_owned()
            }
            Self::Store { source, .. } if is_denied(source) => format!(
                ": {source}; give the role the right to create and use tables in its schema"
            ),
            Self::Store { source, .. } => {
                format!(": {source}; check the disk, then run aoba doctor")
            }
            Self::Unreachable { source, .. } if is_turned_away(source) => format!(
                ": {source}; correct the user in aoba.toml, or the password in the file that it \
                 names or in AOBA_LEDGER_PASSWORD and AOBA_IDENTITY_PASSWORD"
            ),
            Self::Unreachable { source, .. } if is_nowhere(source) => {
                format!(": {source}; make it with createdb, or name the right one in aoba.toml")
            }
            Self::Unreachable { source, .. } => {
                format!(": {source}; check that the server runs, and what aoba.toml says of it")
            }
            Self::CommitUnknown => {
                "; when the database is back, look with aoba audit show, then run the same command \
                 again if it does not stand there"
                    .to_owned()
            }
            Self::Address { .. } => "; correct it in aoba.toml".to_owned(),
            Self::AnotherHomes { .. } => {
                "; give each home a database of its own in aoba.toml, or put this home's own keys \
                 back from their backup"
                    .to_owned()
            }
            Self::NothingOfThisHome { .. } => {
                "; name the right database in aoba.toml, or restore it from its backup; \
                 aoba ledger move brings a ledger to a new one"
                    .to_owned()
            }
            Self::Moved { .. } => "; name that database in aoba.toml".to_owned(),
            Self::CopyDiffers { .. } | Self::CopyBroken => {
                "; nothing was moved; run aoba doctor".to_owned()
            }
            Self::LeaseLost { .. } => "; run the same command again".to_owned(),
            Self::Unfit { .. } | Self::NotMovable { .. } => String::new(),
            _ => return None,
        })
    }

    /// What was wrong with a database and what to do, in Japanese; nothing where it is about
    /// something else.
    pub(super) fn database_ja(&self) -> Option<String> {
        Some(match self {
            Self::Store { source, .. } if is_full(source) => {
                "台帳に書き込めません: ディスクに空きがありません。空き容量を作るかデータフォルダを移し、同じコマンドをもう一度実行してください"
                    .to_owned()
            }
            Self::Store { source, .. } if is_lost(source) => format!(
                "台帳のデータベースとの接続が切れました: {source}。何も記録されていません。サーバーの稼働を確認し、同じコマンドをもう一度実行してください"
            ),
            Self::Store { source, .. } if is_busy(source) => {
                "別の処理が台帳に書き込んでいます。終わるのを待って、同じコマンドをもう一度実行してください"
                    .to_owned()
            }
            Self::Store { source, .. } if is_denied(source) => format!(
                "台帳のデータベースに拒否されました: {source}。ロールに、スキーマに表を作成して使う権限を与えてください"
            ),
            Self::Store { source, .. } => format!(
                "台帳のデータベースで失敗しました: {source}。ディスクを確認し、aoba doctorを実行してください"
            ),
            Self::Unreachable { place, source } if is_turned_away(source) => format!(
                "{place}に接続を拒否されました: {source}。aoba.tomlのユーザー名と、指定したファイルまたは環境変数AOBA_LEDGER_PASSWORD、AOBA_IDENTITY_PASSWORDのパスワードを直してください"
            ),
            Self::Unreachable { place, source } if is_nowhere(source) => format!(
                "{place}に接続できません: {source}。createdbで作成するか、aoba.tomlで正しいデータベースを指定してください"
            ),
            Self::Unreachable { place, source } => format!(
                "{place}に接続できません: {source}。サーバーの稼働と、aoba.tomlのアドレスおよびパスワードを確認してください"
            ),
            Self::CommitUnknown => {
                "確定の途中で接続が切れ、記録されたかどうか分かりません。データベースの復旧後にaoba audit showで確かめ、なければ同じコマンドをもう一度実行してください"
                    .to_owned()
            }
            Self::Address { setting, fault } => {
                format!("aoba.tomlの{setting}: {}", fault.say(Locale::Ja))
            }
            Self::Unfit { place, by } => {
                format!("{place}に台帳を置けません: {}", by.say(Locale::Ja))
            }
            Self::AnotherHomes { place } => format!(
                "{place}は別のデータフォルダのものです。aoba.tomlでフォルダごとに別のデータベースを指定するか、このフォルダの鍵をバックアップから戻してください"
            ),
            Self::NothingOfThisHome { place } => format!(
                "このデータフォルダは作成済みですが、{place}には何もありません。aoba.tomlで正しいデータベースを指定するか、バックアップから復元してください。新しいデータベースへはaoba ledger moveで移します"
            ),
            Self::Moved { to } => {
                format!("この台帳は{to}に移されています。aoba.tomlで移転先を指定してください")
            }
            Self::NotMovable { place } => format!(
                "移転できるのはファイルの台帳からPostgreSQLへだけです。台帳は{place}にあります"
            ),
            Self::CopyDiffers { table, rows, copied } => format!(
                "表{table}の{rows}行のうち{copied}行しか写せなかったため、移転を取り消しました。aoba doctorを実行してください"
            ),
            Self::CopyBroken => {
                "写した監査記録を検証できないため、移転を取り消しました。aoba doctorを実行してください"
                    .to_owned()
            }
            Self::LeaseLost { holder } => format!(
                "続ける権利が別の処理に移りました: {holder}。同じコマンドをもう一度実行してください"
            ),
            _ => return None,
        })
    }
}

impl Unfit {
    /// Why, and what to do, in the reader's language.
    #[must_use]
    pub fn say(self, locale: Locale) -> String {
        let said = match (self, locale) {
            (Self::Encoding, Locale::En) => {
                "its text is not UTF-8; make the database with encoding UTF8"
            }
            (Self::Encoding, Locale::Ja) => {
                "文字コードがUTF-8ではありません。encodingをUTF8にしてデータベースを作成してください"
            }
            (Self::NoSchema, Locale::En) => {
                "the schema is not there; make it, with the right to create tables in it"
            }
            (Self::NoSchema, Locale::Ja) => {
                "スキーマがありません。表を作成できる権限とともに作成してください"
            }
            (Self::OtherTables, Locale::En) => {
                "it holds tables of something else; give the ledger a schema of its own"
            }
            (Self::OtherTables, Locale::Ja) => {
                "ほかの表があります。台帳専用のスキーマを用意してください"
            }
            (Self::TooOld(version), Locale::En) => {
                return format!(
                    "it is PostgreSQL {version}; use a server of version {VERSION_MIN} or newer"
                );
            }
            (Self::TooOld(version), Locale::Ja) => {
                return format!(
                    "PostgreSQL {version}です。{VERSION_MIN}以降のサーバーを使ってください"
                );
            }
        };
        said.to_owned()
    }
}

impl std::fmt::Display for Unfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.say(Locale::En))
    }
}
