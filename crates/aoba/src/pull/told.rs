//! What a pull came to, for people and for programs.

use ledger::{PullMessage, PullWay};
use serde_json::json;
use vocab::Locale;

use super::ask::Ask;
use super::run::Done;
use crate::cli::ReportFormat;
use crate::output::tell;
use crate::report;

/// Prints what a pull came to, and the report of its load.
pub(super) fn done(
    done: &Done,
    ask: &Ask,
    format: ReportFormat,
    locale: Locale,
) -> anyhow::Result<()> {
    if format == ReportFormat::Json {
        let load = done.load.as_ref().map(|load| report::json(load, None, locale)).transpose()?;
        let all = json!({
            "pull": done.id, "source": ask.source, "base": ask.base_text(), "asked": ask.asked(),
            "way": done.way, "since": done.since, "server_time": done.server_time,
            "outcome": done.outcome, "files": done.files, "messages": done.messages, "load": load,
        });
        tell!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    print!("{}", text(done, ask, locale));
    match &done.load {
        Some(load) => report::print(load, None, format, locale),
        None => {
            match locale {
                Locale::En => tell!("the server has nothing new"),
                Locale::Ja => tell!("新しい内容はありません"),
            }
            Ok(())
        }
    }
}

fn text(done: &Done, ask: &Ask, locale: Locale) -> String {
    let (id, base, files) = (done.id, ask.base_text(), done.files);
    let way = match (done.way, locale) {
        (PullWay::Export, Locale::En) => "bulk export",
        (PullWay::Export, Locale::Ja) => "一括出力",
        (PullWay::Search, Locale::En) => "search",
        (PullWay::Search, Locale::Ja) => "検索",
    };
    let since = match (&done.since, locale) {
        (Some(since), Locale::En) => format!("what changed since {since}"),
        (Some(since), Locale::Ja) => format!("{since}以降の変更分"),
        (None, Locale::En) => "everything".to_owned(),
        (None, Locale::Ja) => "全件".to_owned(),
    };
    let first = match locale {
        Locale::En => format!("pull {id} from {base}: {way}, {since}, {files} files\n"),
        Locale::Ja => format!("取得 {id} {base}: {way}、{since}、ファイル{files}個\n"),
    };
    let said: String =
        done.messages.iter().map(|message| format!("  {}\n", said(message, locale))).collect();
    let time = &done.server_time;
    let holds = match locale {
        Locale::En => format!("the answer holds for {time}\n"),
        Locale::Ja => format!("サーバーの時刻 {time} 時点の内容です\n"),
    };
    format!("{first}{said}{holds}")
}

fn said(message: &PullMessage, locale: Locale) -> String {
    let PullMessage { severity, code, count } = message;
    match locale {
        Locale::En => format!("the server said {count} times: {severity} {code}"),
        Locale::Ja => format!("サーバーからの通知{count}件: {severity} {code}"),
    }
}

/// Tells that a pull was given up, or that there was none.
pub(super) fn given_up(had: bool, locale: Locale) {
    tell!(
        "{}",
        match (had, locale) {
            (true, Locale::En) => "given up; the server was told, and nothing of it is kept",
            (true, Locale::Ja) => "取りやめました。サーバーに伝え、取得した分は残していません",
            (false, Locale::En) => "there is no pull of this under way",
            (false, Locale::Ja) => "途中の取得はありません",
        }
    );
}
