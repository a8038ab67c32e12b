//! `aoba demo` and `aoba serve`: the portal in the browser.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::bail;
use desk::{Door, Settings, Site};
use vocab::{Locale, Text};

use crate::audit::checkpoints::{self, Made};
use crate::cli::{DemoArgs, IngestArgs, ReportFormat, ServeArgs};
use crate::config::Config;
use crate::house::House;
use crate::output::tell;
use crate::{index, ingest, pull, roles, synth};

/// `aoba serve`
pub(crate) async fn serve(home: &Path, args: &ServeArgs, locale: Locale) -> anyhow::Result<()> {
    let listener = desk::bind(&args.listen).await?;
    // A home whose records are all to be pulled has none before it serves for the first time.
    let house = match Config::read(home)?.pull.scheduled.is_empty() {
        true => House::existing(home, locale).await?,
        false => House::open(home, locale).await?,
    };
    let door = match (args.open, house.config.sign_in.required) {
        (true, true) => match locale {
            Locale::En => bail!("aoba.toml requires signing in, so --open is refused"),
            Locale::Ja => bail!("aoba.tomlでサインインが必須のため、--openは使えません"),
        },
        (true, false) => Door::Open,
        (false, true) => Door::Closed,
        (false, false) => Door::ByAccounts,
    };
    listen(house, listener, Shown::Own(door)).await
}

/// `aoba demo`: an invented hospital or a folder of the visitor's, loaded into a home and shown.
pub(crate) async fn demo(home: &Path, args: &DemoArgs, locale: Locale) -> anyhow::Result<()> {
    let listener = desk::bind(&args.listen).await?;
    let synthetic = args.folder.is_none();
    let house = House::open(home, locale).await?;
    keep_apart(&house, synthetic).await?;
    let folder = match &args.folder {
        Some(folder) => folder.clone(),
        None => {
            let incoming = home.join("incoming");
            synth::for_demo(&args.hospital, &incoming, locale).await?;
            incoming.join("fhir")
        }
    };
    let load = IngestArgs {
        paths: vec![folder],
        source: if synthetic { INVENTED } else { "hospital" }.to_owned(),
        format: ReportFormat::Text,
        strict: false,
        delete_missing: false,
        delete_at_most: 0,
        quiet: false,
    };
    ingest::command(&house, &load).await?;
    index::prepare(&house, false).await;
    let shown = if synthetic { Shown::Invented } else { Shown::Own(Door::ByAccounts) };
    listen(house, listener, shown).await
}

/// The source of invented people's records.
pub(crate) const INVENTED: &str = "invented-hospital";

/// Invented people and real ones never share a home.
async fn keep_apart(house: &House, synthetic: bool) -> anyhow::Result<()> {
    let loads = house.ledger.loads().list(u32::MAX).await?;
    if loads.iter().all(|load| (load.source == INVENTED) == synthetic) {
        return Ok(());
    }
    let home = house.home.display();
    match (house.locale, synthetic) {
        (Locale::En, true) => bail!(
            "{home} holds other records, and invented people must not be among them: name an \
             empty folder with --home"
        ),
        (Locale::En, false) => {
            bail!("{home} holds an invented hospital: name an empty folder with --home for yours")
        }
        (Locale::Ja, true) => bail!(
            "{home}には別の記録があります。架空の人物を混ぜないよう、--homeで空のフォルダーを指定してください"
        ),
        (Locale::Ja, false) => {
            bail!("{home}には架空の病院の記録があります。--homeで空のフォルダーを指定してください")
        }
    }
}

/// Whose records are shown.
#[derive(Clone, Copy)]
enum Shown {
    /// Those of an invented hospital, to whomever the visitor chooses to be.
    Invented,
    /// A hospital's own, behind its door.
    Own(Door),
}

async fn listen(
    house: House,
    listener: tokio::net::TcpListener,
    shown: Shown,
) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    let synthetic = matches!(shown, Shown::Invented);
    let mut settings = Settings::new(house.actor.clone());
    settings.synthetic = synthetic;
    settings.password_memory_kib = house.config.sign_in.password_memory_kib;
    if let Shown::Own(door) = shown {
        settings.door = door;
    }
    if synthetic {
        settings.accounts = roles::prepare(&house).await?;
    }
    settings.zone.clone_from(&house.config.time.zone);
    settings.cohort.clone_from(&house.config.cohort);
    settings.pulls = if synthetic { Vec::new() } else { pull::schedules(&house.config.pull)? };
    let pulls_any = !settings.pulls.is_empty();
    let site = Site::new(house.ledger.clone(), house.lake.clone(), settings, slices::SLICES)?;
    match house.locale {
        Locale::Ja => tell!("http://{address}/ を開いてください(終了はCtrl-C)"),
        Locale::En => tell!("open http://{address}/ (Ctrl-C ends)"),
    }
    if let Shown::Own(door) = shown {
        offer_first(&house, door, &address).await?;
    }
    // Where nobody reads what is printed the pages are served all the same.
    match std::io::stdout().flush() {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
        _ => {}
    }
    let ahead = tokio::spawn(slices::catalog::warm(site.clone()));
    let served = tokio::spawn(desk::serve(site, listener));
    let beside = async {
        index::prepare(&house, true).await;
        match pulls_any {
            true => pull::keep_up(&house).await,
            false => std::future::pending().await,
        }
    };
    // What a pull has fetched by the end stays, and the next start goes on with it.
    let served = tokio::select! {
        served = served => served,
        never = beside => match never {},
        never = checkpoints::keep_up(&house) => match never {},
    };
    checkpoints::after_command(&house, Made::Always).await;
    ahead.abort();
    Ok(served??)
}

/// Where nobody has joined yet, prints the link of the first administrator, and who is shown what
/// until then.
async fn offer_first(house: &House, door: Door, address: &SocketAddr) -> anyhow::Result<()> {
    if door == Door::Open {
        tell!("{}", OPEN.get(house.locale));
        return Ok(());
    }
    let Some(first) = house.ledger.accounts().offer_first(&house.actor).await? else {
        return Ok(());
    };
    let until_then = if door == Door::Closed { NOBODY_SHOWN } else { MACHINE_SHOWN };
    tell!("{}", until_then.get(house.locale));
    let ends = first.ends;
    match house.locale {
        Locale::En => tell!("the first administrator chooses a password here, once, until {ends}:"),
        Locale::Ja => tell!("最初の管理者はここでパスワードを決めます(一度だけ、{ends}まで):"),
    }
    tell!("http://{address}/join/{}", first.token.as_str());
    Ok(())
}

const OPEN: Text = Text {
    ja: "サインインなしで開いています(--open): このコンピュータの利用者は誰でも、あなたと同じものを見られます",
    en: "nobody signs in (--open): whoever uses this machine sees what you may",
};
const NOBODY_SHOWN: Text = Text {
    ja: "まだ誰もアカウントを持っていないため、何も表示しません。",
    en: "nobody has an account yet, so nobody is shown anything.",
};
const MACHINE_SHOWN: Text = Text {
    ja: "まだ誰もアカウントを持っていません。最初の一人ができるまで、このコンピュータの利用者は誰でも、あなたと同じものを見られます。",
    en: "nobody has an account yet: until somebody has, whoever uses this machine sees what you may.",
};
