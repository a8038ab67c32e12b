//! What a person is told when the ledger did not do what was asked, and what to do about it.

mod database;

use vocab::Locale;

use crate::error::LedgerError;

impl LedgerError {
    /// What was wrong and what to do next, in the reader's language.
    #[must_use]
    pub fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => {
                let remedy = self.database_remedy_en().unwrap_or_else(|| self.remedy_en());
                format!("{self}{remedy}")
            }
            Locale::Ja => self.database_ja().unwrap_or_else(|| self.say_ja()),
        }
    }

    fn remedy_en(&self) -> String {
        match self {
            Self::File { source, .. } => {
                format!(": {source}; check that the folder can be written and the disk is not full")
            }
            Self::NotOpened { source, .. } => {
                format!(": {source}; check the disk, then run aoba doctor --deep")
            }
            Self::KeyMissing { .. } => "; put it back from the backup of the keys".to_owned(),
            Self::KeyDamaged { .. } | Self::WrongKey { .. } => {
                "; put the right one back from the backup of the keys".to_owned()
            }
            Self::MigrationChanged { .. } => {
                "; use the program as it was released, or restore the file".to_owned()
            }
            Self::MigrationUnknown { .. } => "; use the newer program".to_owned(),
            Self::SnapshotExpired { .. } => "; name a newer one".to_owned(),
            Self::NoStudy(_) => "; record it with aoba study record".to_owned(),
            Self::SecondWriter { .. } | Self::SecondPull { .. } => {
                "; wait until it has ended".to_owned()
            }
            Self::NumbersMet => {
                "; load this source again under another name of --source".to_owned()
            }
            Self::SealBroken => {
                "; restore the identity store and its key from one backup".to_owned()
            }
            Self::Damaged { .. } => "; run aoba doctor --deep".to_owned(),
            Self::NotWhole { .. } => {
                "; keep the file, and restore the home from a backup (aoba restore)".to_owned()
            }
            Self::FilesHeld => "; run the same command again when it has ended".to_owned(),
            Self::NotInFiles { .. } => {
                "; back it up with pg_dump, and the folder with a copy (docs/manual/postgres.md)"
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    fn say_pull_ja(&self) -> String {
        match self {
            Self::SecondPull { holder, since } => format!(
                "このフォルダでは別の取得が動いています: {holder}({since}から)。終了を待ってください"
            ),
            Self::NoPull(id) => format!("実行中の取得{id}はありません"),
            other => other.to_string(),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line for each thing that can go wrong")]
    fn say_ja(&self) -> String {
        match self {
            Self::File { path, source, .. } => format!(
                "{}を読み書きできません: {source}。書き込み権限とディスクの空きを確認してください",
                path.display()
            ),
            Self::KeyMissing { path } => format!(
                "鍵ファイル{}がありません。この鍵で作られた台帳があるため、鍵のバックアップから戻してください",
                path.display()
            ),
            Self::KeyDamaged { path } => format!(
                "鍵ファイル{}が壊れています(鍵は32バイト)。鍵のバックアップから戻してください",
                path.display()
            ),
            Self::WrongKey { path } => format!(
                "鍵ファイル{}はこの台帳の鍵ではありません。鍵のバックアップから正しい鍵を戻してください",
                path.display()
            ),
            Self::NoRandomness => "乱数を取得できません".to_owned(),
            Self::MigrationChanged { number, name } => format!(
                "移行手順{number}({name})が適用後に変更されています。公開版のプログラムを使うか、ファイルを元に戻してください"
            ),
            Self::MigrationUnknown { number, name } => format!(
                "台帳には新しい移行手順{number}({name})が適用されています。新しい版のプログラムを使ってください"
            ),
            Self::SecondWriter { holder, since } => format!(
                "別の処理がこのフォルダに書き込み中です: {holder}({since}から)。終了を待ってください"
            ),
            Self::SecondPull { .. } | Self::NoPull(_) => self.say_pull_ja(),
            Self::Refused { missing } => format!("拒否しました: {}", missing.say(Locale::Ja)),
            Self::NoSnapshot(id) => format!("スナップショット{id}はありません"),
            Self::SnapshotExpired { id, at } => {
                format!("スナップショット{id}は{at}に失効しました。新しいものを指定してください")
            }
            Self::NoStudy(id) => format!("研究{id}は登録されていません。aoba study recordで登録してください"),
            Self::NoLoad(id) => format!("取り込み{id}はありません"),
            Self::NoErasure(id) => format!("消去{id}はありません"),
            Self::NoGrant(id) => format!("有効な権限{id}はありません"),
            Self::NoAccount(_)
            | Self::AccountExists(_)
            | Self::LinkDead
            | Self::LastAdministrator => self.say_account_ja(),
            Self::LoadEnded { load, outcome } => {
                format!("取り込み{load}はすでに終了しています({outcome})")
            }
            Self::CountsDisagree { file, resources, accounted } => format!(
                "ファイル{file}: 入力は{resources}件、行き先が分かるのは{accounted}件で、一致しません"
            ),
            Self::QuarantineIncomplete { file, quarantined, rows } => {
                format!("ファイル{file}: 隔離{quarantined}件に対し、理由は{rows}件です")
            }
            Self::TooLarge { what, number } => format!("値が大きすぎます({what}): {number}"),
            Self::PurposeNotRefusable => {
                "オプトアウトは二次利用の目的を1つ以上指定します。診療と監査は対象にできません".to_owned()
            }
            Self::NumbersMet => {
                "2人の患者の番号が重なるため取り込みを中止しました。--sourceを別の名前にして取り込み直してください"
                    .to_owned()
            }
            Self::LinkToItself => "患者番号を自分自身に結び付けることはできません".to_owned(),
            Self::SealBroken => {
                "本人情報を復号できません。本人情報庫と鍵を同じバックアップから戻してください"
                    .to_owned()
            }
            Self::Damaged { what, found } => format!(
                "台帳に想定外の値があります({what}: {found})。aoba doctor --deepを実行してください"
            ),
            Self::NotOpened { .. }
            | Self::NotWhole { .. }
            | Self::FilesHeld
            | Self::NotInFiles { .. } => self.say_damage_ja(),
            // Said before, with everything else about the database itself.
            Self::Store { .. }
            | Self::Unreachable { .. }
            | Self::CommitUnknown
            | Self::Address { .. }
            | Self::Unfit { .. }
            | Self::AnotherHomes { .. }
            | Self::NothingOfThisHome { .. }
            | Self::Moved { .. }
            | Self::NotMovable { .. }
            | Self::CopyDiffers { .. }
            | Self::CopyBroken
            | Self::LeaseLost { .. } => self.to_string(),
        }
    }

    /// What is said of accounts.
    fn say_account_ja(&self) -> String {
        match self {
            Self::NoAccount(name) => format!("該当するアカウントがありません: {name}"),
            Self::AccountExists(name) => format!("アカウント{name}はすでにあります"),
            Self::LinkDead => {
                "このリンクは使えません(使用済み、期限切れ、または新しいリンクに置き換わりました)"
                    .to_owned()
            }
            Self::LastAdministrator => {
                "ただ一人の管理者を停止したり、期限や別の役割を付けたりすることはできません"
                    .to_owned()
            }
            other => other.to_string(),
        }
    }

    /// What is said of files that are damaged or in use.
    fn say_damage_ja(&self) -> String {
        match self {
            Self::NotOpened { file, source, .. } => format!(
                "{file}を開けません: {source}。ディスクを確認し、aoba doctor --deepを実行してください"
            ),
            Self::NotWhole { file, fault } => format!(
                "{file}が壊れています({fault})。このファイルを残したまま、バックアップから復元してください(aoba restore)"
            ),
            Self::FilesHeld => {
                "このデータフォルダーのバックアップを作成中です。終わってから同じコマンドをもう一度実行してください"
                    .to_owned()
            }
            Self::NotInFiles { place } => format!(
                "台帳は{place}にあり、コピーできるファイルではありません。pg_dumpとフォルダーのコピーでバックアップしてください(docs/manual/postgres.ja.md)"
            ),
            other => other.to_string(),
        }
    }
}
