//! What a person is told when a pull did not come to its end, and what to do about it.

use std::path::PathBuf;

use vocab::Locale;

use super::error::{AnswerFault, PullError, WholeFault};

impl PullError {
    /// Says it in the reader's language, with what to do.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => self.in_english(),
            Locale::Ja => self.in_japanese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Ask(error) => error.say(Locale::En),
            Self::Unfit(error) => error.say(Locale::En),
            Self::Unreachable { .. } => format!(
                "{self}; check the address and the network, and for a certificate of the hospital's \
                 own authority name it with --ca. What was fetched is kept: run the same command \
                 again"
            ),
            Self::Busy { .. } | Self::CutOff { .. } => {
                format!("{self}; what was fetched is kept: run the same command again later")
            }
            Self::Denied { with_token: false, .. } => {
                format!("{self}; give --token-file, or --client-id with --key")
            }
            Self::Denied { with_token: true, .. } => format!(
                "{self} although a token was sent: it has expired, or does not allow this; ask the \
                 server's administrator for the scope, and see --scope"
            ),
            Self::NoToken { .. } => format!(
                "{self}; check with the server's administrator that this client id, this key and \
                 this scope are registered"
            ),
            Self::Status { kept, .. } | Self::ExportFailed { kept, .. } => {
                format!("{self}{}", kept_en(kept.as_ref()))
            }
            Self::Gone { .. } => format!("{self}; run the same command again to begin anew"),
            Self::Answer { url, fault } => answer_fault_en(url, fault),
            Self::NotReady { .. } => format!(
                "{self}; the server goes on: run the same command again to go on waiting, with \
                 --wait-at-most for longer, or give it up with --cancel"
            ),
            Self::NotWhole { name, fault } => format!(
                "{name}: {}; nothing was loaded. Run the same command again, and if it stays so, \
                 tell the server's administrator",
                whole_fault_en(fault)
            ),
            Self::Errors { count } => format!(
                "the server said {count} times that it could not give something; what came is \
                 loaded, and the next pull asks from the same moment again. Where this is known and \
                 right, say --accept-errors"
            ),
            Self::Disk { .. } => {
                format!("{self}; make room or check the folder, then run the same command again")
            }
            Self::GivenUp => "the pull was given up; nothing of it is kept".to_owned(),
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::Ask(error) => error.say(Locale::Ja),
            Self::Unfit(error) => error.say(Locale::Ja),
            Self::Unreachable { url, why } => format!(
                "{url}に接続できません: {why}。アドレスとネットワークを確認し、院内認証局の証明書の場合は--caで指定してください。取得済みの分は残っています。同じコマンドをもう一度実行してください"
            ),
            Self::Busy { url, status, .. } => format!(
                "{url}は混雑しています({status})。取得済みの分は残っています。後で同じコマンドを実行してください"
            ),
            Self::CutOff { url, why } => format!(
                "{url}の応答が途中で切れました: {why}。取得済みの分は残っています。後で同じコマンドを実行してください"
            ),
            Self::Denied { url, status, with_token: false } => format!(
                "{url}に拒否されました({status})。--token-file、または--client-idと--keyを指定してください"
            ),
            Self::Denied { url, status, with_token: true } => format!(
                "{url}にトークンを送りましたが拒否されました({status})。期限切れか権限不足です。必要なscopeをサーバーの管理者に確認し、--scopeを指定してください"
            ),
            Self::NoToken { url, status, code } => format!(
                "{url}はトークンを発行しません({status} {code})。client id、鍵、scopeの登録をサーバーの管理者に確認してください"
            ),
            Self::Status { url, status, codes, kept } => {
                format!("{url}の応答は{status} {codes}です{}", kept_ja(kept.as_ref()))
            }
            Self::ExportFailed { status, codes, kept } => format!(
                "サーバー側の一括出力が失敗しました({status} {codes}){}",
                kept_ja(kept.as_ref())
            ),
            Self::Gone { url, status } => format!(
                "{url}はもうありません({status})。同じコマンドをもう一度実行すると最初から始めます"
            ),
            Self::Answer { url, fault } => answer_fault_ja(url, fault),
            Self::NotReady { minutes } => format!(
                "{minutes}分待っても出力の準備が終わりません。サーバーでは続いています。同じコマンドで待ち続けるか、--wait-at-mostで延ばすか、--cancelで取りやめてください"
            ),
            Self::NotWhole { name, fault } => format!(
                "{name}: {}。何も取り込んでいません。もう一度実行し、変わらなければサーバーの管理者に知らせてください",
                whole_fault_ja(fault)
            ),
            Self::Errors { count } => format!(
                "サーバーが「渡せない」と{count}回伝えました。届いた分は取り込み、次回も同じ時点から求めます。承知のうえなら--accept-errorsを付けてください"
            ),
            Self::Disk { path, source } => format!(
                "{}に書き込めません: {source}。空き容量とフォルダーを確認し、同じコマンドをもう一度実行してください",
                path.display()
            ),
            Self::GivenUp => "取得を取りやめました。取得した分は残していません".to_owned(),
        }
    }
}

fn kept_en(kept: Option<&PathBuf>) -> String {
    kept.map_or_else(String::new, |path| format!("; its whole answer is in {}", path.display()))
}

fn kept_ja(kept: Option<&PathBuf>) -> String {
    kept.map_or_else(String::new, |path| format!("。応答の全文は{}にあります", path.display()))
}

fn answer_fault_en(url: &str, fault: &AnswerFault) -> String {
    match fault {
        AnswerFault::TooLarge { bytes_max } => format!(
            "the answer of {url} is larger than {bytes_max} bytes; for a search ask for smaller \
             pages with --count, or raise ingest.line_bytes_max"
        ),
        AnswerFault::Packing(packing) => {
            format!("the answer of {url} is packed as {packing:?}, which nobody asked for")
        }
        AnswerFault::NotJson => format!("the answer of {url} is not the JSON that it should be"),
        AnswerFault::NoStatusUrl => format!(
            "{url} took the order and did not say where to follow it (Content-Location); try --by \
             search"
        ),
        AnswerFault::Unexpected(found) => {
            format!("{url} answers {found}, which is not part of a bulk export; try --by search")
        }
        AnswerFault::BadUrl => format!("the answer of {url} holds an address that cannot be read"),
        AnswerFault::Circle => format!("the pages of {url} lead in a circle"),
    }
}

fn answer_fault_ja(url: &str, fault: &AnswerFault) -> String {
    match fault {
        AnswerFault::TooLarge { bytes_max } => format!(
            "{url}の応答が{bytes_max}バイトを超えています。検索なら--countで1ページの件数を減らすか、ingest.line_bytes_maxを上げてください"
        ),
        AnswerFault::Packing(packing) => {
            format!("{url}の応答は求めていない圧縮形式です: {packing:?}")
        }
        AnswerFault::NotJson => format!("{url}の応答が所定のJSONではありません"),
        AnswerFault::NoStatusUrl => format!(
            "{url}は依頼を受けましたが、進み具合の確認先(Content-Location)を示しません。--by searchを試してください"
        ),
        AnswerFault::Unexpected(found) => format!(
            "{url}の応答は{found}で、一括出力の手順にありません。--by searchを試してください"
        ),
        AnswerFault::BadUrl => format!("{url}の応答に読めないアドレスがあります"),
        AnswerFault::Circle => format!("{url}のページが循環しています"),
    }
}

fn whole_fault_en(fault: &WholeFault) -> String {
    match fault {
        WholeFault::LastLine => "its last line ends in the middle".to_owned(),
        WholeFault::Count { told, found } => {
            format!("the server said {told} resources, and only {found} came")
        }
        WholeFault::NotLines => "it is not NDJSON".to_owned(),
        WholeFault::Packing => "its gzip packing is damaged".to_owned(),
    }
}

fn whole_fault_ja(fault: &WholeFault) -> String {
    match fault {
        WholeFault::LastLine => "最後の行が途中で切れています".to_owned(),
        WholeFault::Count { told, found } => {
            format!("サーバーの申告は{told}件、届いたのは{found}件です")
        }
        WholeFault::NotLines => "NDJSONではありません".to_owned(),
        WholeFault::Packing => "gzipが壊れています".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::StatusCode;

    #[test]
    fn each_language_says_what_was_wrong_and_what_to_do() {
        let error = PullError::Denied {
            url: "https://fhir.example.jp/metadata".to_owned(),
            status: StatusCode::UNAUTHORIZED,
            with_token: false,
        };
        for locale in [Locale::Ja, Locale::En] {
            let said = error.say(locale);
            assert!(said.contains("401") && said.contains("--token-file"), "{said}");
            assert!(said.contains("fhir.example.jp"), "{said}");
        }
        let short = PullError::NotWhole {
            name: "Patient-1.ndjson".to_owned(),
            fault: WholeFault::Count { told: 5, found: 4 },
        };
        assert!(short.say(Locale::Ja).contains("5件"), "{}", short.say(Locale::Ja));
        assert!(short.say(Locale::En).contains("said 5"), "{}", short.say(Locale::En));
    }
}
