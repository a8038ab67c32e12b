//! What makes a server unfit to be pulled from as asked, in both languages, with what to do.

use vocab::Locale;

/// Why a server cannot give what is asked of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// It is a server, and no FHIR server.
    #[error("{url} is not a FHIR server: its answer is {found}")]
    NotFhir {
        /// What was asked.
        url: String,
        /// What came instead.
        found: String,
    },
    /// It speaks another version of FHIR.
    #[error("{url} speaks FHIR {version}")]
    Version {
        /// The server.
        url: String,
        /// Its version.
        version: String,
    },
    /// It has no bulk export of what is asked.
    #[error("{0} has no bulk export of this")]
    NoExport(String),
    /// It cannot search for what is asked.
    #[error("{url} cannot search for {types}")]
    NoSearch {
        /// The server.
        url: String,
        /// Which types; empty where it can search for nothing that has a table.
        types: String,
    },
    /// It does not say where tokens are given.
    #[error("{0} does not say where tokens are given")]
    NoTokenUrl(String),
    /// It leads to another server, where it must not.
    #[error("{from} leads to another server, {to}")]
    Elsewhere {
        /// What was asked.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// It wants its token to be sent to another server.
    #[error("the export lies at {0}, and asks for the token there")]
    TokenElsewhere(String),
    /// It sends on and on.
    #[error("{0} sends on and on")]
    Redirects(String),
}

impl Unfit {
    /// Says it in the reader's language, with what to do.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => format!("{self}{}", self.remedy()),
            Locale::Ja => self.in_japanese(),
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NotFhir { .. } => {
                "; give the base address of the FHIR server, under which /metadata lies"
            }
            Self::Version { .. } => "; R4 (4.0) is read here",
            Self::NoExport(_) => "; try --by search, without --group",
            Self::NoSearch { .. } => "; its /metadata says what it can search for",
            Self::NoTokenUrl(_) => "; give --token-url",
            Self::Elsewhere { .. } => {
                ": not followed; give the address that the server itself uses, or have the public \
                 address in its settings corrected"
            }
            Self::TokenElsewhere(_) => {
                ": not sent; the server must give its files under its own address, or without \
                 asking for the token"
            }
            Self::Redirects(_) => "; check the address",
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::NotFhir { url, found } => format!(
                "{url}はFHIRサーバーではありません(応答は{found})。/metadataのある基底アドレスを指定してください"
            ),
            Self::Version { url, version } => {
                format!("{url}のFHIRは{version}版です。ここで読めるのはR4(4.0)です")
            }
            Self::NoExport(url) => format!(
                "{url}はこの内容の一括出力に対応していません。--groupなしで--by searchを試してください"
            ),
            Self::NoSearch { url, types } => {
                format!("{url}では{types}を検索できません。/metadataを確認してください")
            }
            Self::NoTokenUrl(url) => {
                format!("{url}はトークンの発行先を示していません。--token-urlを指定してください")
            }
            Self::Elsewhere { from, to } => format!(
                "{from}は別のサーバー({to})を指しているため、従いません。サーバー自身が名乗るアドレスを指定するか、サーバーの公開アドレスの設定を直してもらってください"
            ),
            Self::TokenElsewhere(to) => format!(
                "出力ファイルが別のサーバー({to})にあり、そこでトークンを求めています。トークンは送りません。サーバー自身のアドレスで渡すか、トークンなしで渡すよう設定してもらってください"
            ),
            Self::Redirects(url) => {
                format!("{url}は転送を繰り返します。アドレスを確認してください")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_what_was_wrong_and_what_to_do() {
        let from = "https://fhir.example.jp/status".to_owned();
        let error = Unfit::Elsewhere { from, to: "http://10.0.0.7:8080".to_owned() };
        assert!(error.say(Locale::En).contains("not followed"), "{}", error.say(Locale::En));
        assert!(error.say(Locale::Ja).contains("従いません"), "{}", error.say(Locale::Ja));
    }
}
