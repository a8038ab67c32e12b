//! What can be wrong with what a person asks for, in both languages, with what to do.

use std::path::PathBuf;

use vocab::Locale;

/// Why nothing was asked of a server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// The address cannot be asked.
    #[error("{given:?} cannot be pulled from")]
    Address {
        /// As it was given; without the secret where it holds one.
        given: String,
        /// What is wrong with it.
        fault: AddressFault,
    },
    /// An option has a value that cannot be.
    #[error("{option} {given:?} cannot be")]
    BadOption {
        /// Which option.
        option: &'static str,
        /// What was given.
        given: String,
        /// What was meant, perhaps.
        near: Option<String>,
    },
    /// One option needs the other.
    #[error("{given} needs {other} as well")]
    Needs {
        /// The one.
        given: &'static str,
        /// The other.
        other: &'static str,
    },
    /// One option excludes the other.
    #[error("{given} and {other} do not go together")]
    Excludes {
        /// The one.
        given: &'static str,
        /// The other.
        other: &'static str,
    },
    /// What is asked in a pull of the settings was given on the command line as well.
    #[error("the pull {0} takes what it asks from aoba.toml")]
    AskedTwice(String),
    /// Two pulls of the settings have one name.
    #[error("aoba.toml has two pulls of the name {0}")]
    TwoOfOneName(String),
    /// A key or a token cannot be read.
    #[error("cannot read {place}: {why}")]
    Secret {
        /// The file or the variable.
        place: String,
        /// What the system says.
        why: String,
    },
    /// A file is not a key that can sign, or not certificates.
    #[error("{} holds no key that can be used: {fault:?}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
    /// A token would go over the network for all to read.
    #[error("a token must not be sent to {0} without TLS")]
    InClear(String),
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressFault {
    /// It is no address, and no name of a pull in the settings.
    Neither,
    /// It is not of the web.
    NotWeb,
    /// It holds a password.
    Secret,
    /// It has a query or a fragment.
    Query,
}

/// What is wrong with a file of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// It is neither JWK nor PEM.
    Neither,
    /// It has no private key of this id.
    NoSuchKey,
    /// The key is of another kind, or too weak.
    OtherKind,
    /// Part of it is missing or does not fit the rest.
    Broken,
    /// No id of the key is known.
    NoId,
    /// It holds no certificate.
    NoCertificate,
}

impl AskError {
    /// Says it in the reader's language, with what to do.
    pub(crate) fn say(&self, locale: Locale) -> String {
        match locale {
            Locale::En => self.in_english(),
            Locale::Ja => self.in_japanese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Address { given, fault } => format!("{given}: {}", fault.in_english()),
            Self::BadOption { near: Some(near), .. } => format!("{self}; did you mean {near}?"),
            Self::BadOption { near: None, .. } => format!("{self}; see aoba pull --help"),
            Self::Excludes { .. } => format!("{self}: give one of them"),
            Self::AskedTwice(_) => format!(
                "{self}: leave the other options out, or give the server's address instead of the \
                 name"
            ),
            Self::Key { path, fault } => format!("{}: {}", path.display(), fault.in_english()),
            Self::InClear(_) => format!(
                "{self}: whoever listens on the way could use it; give an address that begins with \
                 https://"
            ),
            Self::Needs { .. } | Self::TwoOfOneName(_) | Self::Secret { .. } => self.to_string(),
        }
    }

    fn in_japanese(&self) -> String {
        match self {
            Self::Address { given, fault } => format!("{given}: {}", fault.in_japanese()),
            Self::BadOption { option, given, near: Some(near) } => {
                format!("{option} {given:?}は指定できません。{near}のことですか")
            }
            Self::BadOption { option, given, near: None } => {
                format!("{option} {given:?}は指定できません。aoba pull --helpを見てください")
            }
            Self::Needs { given, other } => format!("{given}には{other}も必要です"),
            Self::Excludes { given, other } => {
                format!("{given}と{other}は同時に指定できません。どちらか一方にしてください")
            }
            Self::AskedTwice(name) => format!(
                "取得{name}の内容はaoba.tomlにあります。ほかのオプションを外すか、名前の代わりにアドレスを指定してください"
            ),
            Self::TwoOfOneName(name) => format!("aoba.tomlに同じ名前の取得が2つあります: {name}"),
            Self::Secret { place, why } => format!("{place}を読めません: {why}"),
            Self::Key { path, fault } => format!("{}: {}", path.display(), fault.in_japanese()),
            Self::InClear(url) => format!(
                "{url}には暗号化なしでトークンを送れません。https://で始まるアドレスを指定してください"
            ),
        }
    }
}

impl AddressFault {
    fn in_english(self) -> &'static str {
        match self {
            Self::Neither => {
                "this is neither an address such as https://fhir.example.jp/r4 nor the name of a \
                 pull in aoba.toml"
            }
            Self::NotWeb => "an address begins with https:// or http://",
            Self::Secret => "it holds a password: take it out and use --token-file or --key",
            Self::Query => {
                "give the server's base address without ? and #; what is asked is said with \
                 --type, --group and --patients"
            }
        }
    }

    fn in_japanese(self) -> &'static str {
        match self {
            Self::Neither => {
                "https://fhir.example.jp/r4 のようなアドレスでも、aoba.tomlにある取得の名前でもありません"
            }
            Self::NotWeb => "アドレスはhttps://かhttp://で始まります",
            Self::Secret => {
                "パスワードを含んでいます。取り除き、--token-fileか--keyを使ってください"
            }
            Self::Query => {
                "サーバーの基底アドレスを?と#なしで指定し、内容は--type、--group、--patientsで指定してください"
            }
        }
    }
}

impl KeyFault {
    fn in_english(self) -> &'static str {
        match self {
            Self::Neither => "this is neither a JWK nor a PEM file with a private key",
            Self::NoSuchKey => "there is no private key of this id in it; see --key-id",
            Self::OtherKind => "the key must be RSA of 2048 bits or more, or of the curve P-384",
            Self::Broken => "parts of the key are missing or do not fit one another",
            Self::NoId => {
                "the key has no id: give the one under which it is registered with --key-id"
            }
            Self::NoCertificate => "there is no certificate in it (PEM)",
        }
    }

    fn in_japanese(self) -> &'static str {
        match self {
            Self::Neither => "秘密鍵のJWKでもPEMでもありません",
            Self::NoSuchKey => "このidの秘密鍵がありません。--key-idを確認してください",
            Self::OtherKind => "鍵は2048ビット以上のRSAか、曲線P-384のものにしてください",
            Self::Broken => "鍵の一部が欠けているか、互いに合いません",
            Self::NoId => "鍵にidがありません。登録したidを--key-idで指定してください",
            Self::NoCertificate => "証明書(PEM)がありません",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_says_what_was_wrong_and_what_to_do() {
        let given = "https://fhir.example.jp/r4?x=1".to_owned();
        let error = AskError::Address { given, fault: AddressFault::Query };
        for locale in [Locale::Ja, Locale::En] {
            let said = error.say(locale);
            assert!(said.contains("fhir.example.jp") && said.contains("--type"), "{said}");
        }
    }
}
