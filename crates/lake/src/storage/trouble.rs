//! What can go wrong with a folder or a bucket, and what to do about it, in both languages.

use serde::Serialize;
use vocab::{Locale, Text};

/// Why a folder or a bucket would not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// No space is left.
    DiskFull,
    /// The file system is mounted read-only, or the folder does not allow writing.
    NotWritable,
    /// The file or folder does not allow reading.
    NotReadable,
    /// The address of the object store is none.
    NotAServer,
    /// An address has a key in it, where it would be told to everybody.
    KeyInAddress,
    /// The object store would be spoken to without TLS.
    PlainHttp,
    /// No key for the object store is given.
    NoKey,
    /// The file with the key can be read by others.
    KeyExposed,
    /// The file does not hold a key.
    NotAKey,
    /// The object store does not know the key, or its signature does not fit.
    KeyRefused,
    /// There is no such bucket.
    NoBucket,
    /// The key may not write there.
    MayNotWrite,
    /// The key may not read there.
    MayNotRead,
    /// The object store did not answer, or failed, however often it was asked.
    Unreachable,
    /// The object store writes over what is there, although asked not to.
    NotConditional,
    /// Anything else the system said.
    Other,
}

impl Trouble {
    /// What happened, as a sentence.
    #[must_use]
    pub fn what(self, locale: Locale) -> &'static str {
        let text = match self {
            Self::DiskFull => {
                Text { en: "the disk is full", ja: "ディスクに空きがありません" }
            }
            Self::NotWritable => {
                Text { en: "writing is not allowed", ja: "書き込みできません" }
            }
            Self::NotReadable => {
                Text { en: "reading is not allowed", ja: "読み取りできません" }
            }
            Self::NotAServer => Text {
                en: "lake.store.endpoint is not the address of a server",
                ja: "lake.store.endpointがサーバーのアドレスとして読めません",
            },
            Self::KeyInAddress => Text {
                en: "an address has a name or a key in it",
                ja: "アドレスに名前や鍵が含まれています",
            },
            Self::PlainHttp => Text {
                en: "the object store would be spoken to without TLS",
                ja: "オブジェクトストレージとの通信がTLSで保護されません",
            },
            Self::NoKey => Text {
                en: "no key for the object store is given",
                ja: "オブジェクトストレージの鍵が指定されていません",
            },
            Self::KeyExposed => Text {
                en: "others can read the file with the key",
                ja: "鍵のファイルがほかのユーザーからも読める状態です",
            },
            Self::NotAKey => Text {
                en: "the file does not hold a key",
                ja: "鍵のファイルとして読めません",
            },
            Self::KeyRefused => Text {
                en: "the object store does not accept the key",
                ja: "オブジェクトストレージに鍵が受け付けられませんでした",
            },
            Self::NoBucket => {
                Text { en: "there is no such bucket", ja: "バケットがありません" }
            }
            Self::MayNotWrite => Text {
                en: "the key may not write there",
                ja: "この鍵では書き込めません",
            },
            Self::MayNotRead => Text {
                en: "the key may not read there",
                ja: "この鍵では読み取れません",
            },
            Self::Unreachable => Text {
                en: "the object store does not answer, however often it is asked",
                ja: "オブジェクトストレージから、何度試しても応答がありません",
            },
            Self::NotConditional => Text {
                en: "the object store writes over what is there, although asked not to",
                ja: "オブジェクトストレージが条件付き書き込みを守らず、既存のものを上書きします",
            },
            Self::Other => {
                Text { en: "the system refused", ja: "システムが拒否しました" }
            }
        };
        text.get(locale)
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self, locale: Locale) -> &'static str {
        let text = match self {
            Self::DiskFull => Text {
                en: "free some space or move the data folder, then run the same command again",
                ja: "空き容量を作るかデータフォルダを移し、同じコマンドをもう一度実行してください",
            },
            Self::NotWritable => Text {
                en: "make the folder writable for this user, then run the same command again",
                ja: "このユーザーが書き込めるようにし、同じコマンドをもう一度実行してください",
            },
            Self::NotReadable => Text {
                en: "make it readable for this user",
                ja: "このユーザーが読めるようにしてください",
            },
            Self::NotAServer => Text {
                en: "write it as https://…",
                ja: "https://…の形で書いてください",
            },
            Self::KeyInAddress => Text {
                en: "take all up to the @ out of it; a key goes into lake.store.credentials_file",
                ja: "@とその前を消し、鍵はlake.store.credentials_fileのファイルに書いてください",
            },
            Self::PlainHttp => Text {
                en: "use https, or set lake.store.allow_http = true where nobody else can listen",
                ja: "lake.store.endpointをhttpsにするか、傍受されない経路なら\
                     lake.store.allow_http = trueとしてください",
            },
            Self::NoKey => Text {
                en: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a file in \
                     lake.store.credentials_file",
                ja: "AWS_ACCESS_KEY_IDとAWS_SECRET_ACCESS_KEYを設定するか、\
                     lake.store.credentials_fileにファイルを指定してください",
            },
            Self::KeyExposed => Text {
                en: "chmod 600 it, and change the key if others have been on this machine",
                ja: "chmod 600としてください。ほかの人が使う計算機なら鍵も替えてください",
            },
            Self::NotAKey => Text {
                en: "write aws_access_key_id = … and aws_secret_access_key = … into it, a line each",
                ja: "aws_access_key_id = …とaws_secret_access_key = …を1行ずつ書いてください",
            },
            Self::KeyRefused => Text {
                en: "check the key, lake.store.region and this machine's clock",
                ja: "鍵、lake.store.region、この計算機の時刻を確かめてください",
            },
            Self::NoBucket => Text {
                en: "make the bucket, or correct lake.url in aoba.toml",
                ja: "バケットを作るか、aoba.tomlのlake.urlを直してください",
            },
            Self::MayNotWrite | Self::MayNotRead => Text {
                en: "let the key list, read, write and delete under lake.url",
                ja: "lake.url以下の一覧、読み取り、書き込み、削除をこの鍵に許可してください",
            },
            Self::Unreachable => Text {
                en: "nothing is lost: look at the network and the server, then run the same command \
                     again",
                ja: "失われたものはありません。ネットワークとサーバーを確かめ、\
                     同じコマンドをもう一度実行してください",
            },
            Self::NotConditional => Text {
                en: "use a server that honours If-None-Match on PUT: without it two writers could \
                     undo each other's work",
                ja: "PUTのIf-None-Matchを守るサーバーを使ってください。守られないと、\
                     同時に書き込んだ2者が互いの変更を消すおそれがあります",
            },
            Self::Other => Text {
                en: "look at the system's message and at `aoba doctor`",
                ja: "システムのメッセージと`aoba doctor`の結果を確認してください",
            },
        };
        text.get(locale)
    }
}
