//! `aoba people`: who may sign in, for the person at the machine.

use std::io::stdout;

use anyhow::bail;
use ledger::{Account, AccountState, Invitation, NewAccount, Profile, account_name};
use serde_json::Value;
use vocab::{Actor, Locale};

use crate::cli::{InviteArgs, ListFormat, PeopleCommand};
use crate::house::House;
use crate::output::{List, tell};

/// Runs a subcommand.
pub(crate) async fn run(house: &House, command: &PeopleCommand) -> anyhow::Result<()> {
    let (accounts, by) = (house.ledger.accounts(), &house.actor);
    match command {
        PeopleCommand::List { format } => list(house, *format).await?,
        PeopleCommand::Invite(args) => invite(house, args).await?,
        PeopleCommand::Disable { name } => {
            accounts.disable(name, by).await?;
            match house.locale {
                Locale::En => tell!("{name} is closed: sessions, links and grants have ended"),
                Locale::Ja => tell!("{name}を停止しました(サインイン・リンク・許可は無効です)"),
            }
        }
        PeopleCommand::Enable { name } => {
            accounts.enable(name, by).await?;
            match house.locale {
                Locale::En => tell!("{name} is open again"),
                Locale::Ja => tell!("{name}を再開しました"),
            }
        }
        PeopleCommand::Reset { name, second_factor, address } => {
            let made = accounts.invite(name, by).await?;
            if *second_factor {
                accounts.remove_second(name, by).await?;
            }
            print(house, name, &made, address);
        }
    }
    Ok(())
}

async fn list(house: &House, format: ListFormat) -> anyhow::Result<()> {
    let now = house.ledger.clock().now();
    let mut list = List::new(&["name", "person", "role", "department", "state", "ends"]);
    for account in house.ledger.accounts().list().await? {
        let ends = account.profile.expires.map_or(Value::Null, |end| end.to_string().into());
        let department = account.profile.department.clone().map_or(Value::Null, Value::from);
        list.push(vec![
            account.actor.as_str().into(),
            account.name(house.locale).into(),
            account.profile.role.as_str().into(),
            department,
            state(&account, now).into(),
            ends,
        ]);
    }
    list.print(format, &mut stdout().lock())?;
    Ok(())
}

fn state(account: &Account, now: jiff::Timestamp) -> &'static str {
    match account.state(now) {
        AccountState::Invited => "invited",
        AccountState::Open => "open",
        AccountState::Expired => "expired",
        AccountState::Disabled => "disabled",
    }
}

async fn invite(house: &House, args: &InviteArgs) -> anyhow::Result<()> {
    let Some(actor) = account_name(&args.name) else {
        match house.locale {
            Locale::En => bail!(
                "{:?} is no name for signing in: it has 2 to 32 small letters, digits, dots, hyphens \
                 and underscores, a letter first",
                args.name
            ),
            Locale::Ja => bail!(
                "{:?}はサインイン用の名前になりません: 英小文字で始まる2〜32文字の英小文字・数字・「.」「-」「_」にしてください",
                args.name
            ),
        }
    };
    let profile = Profile {
        name_ja: args.name_ja.clone(),
        name_en: args.name_en.clone(),
        email: None,
        role: args.role,
        department: args.department.clone(),
        supervisor: None,
        expires: None,
    };
    let new = NewAccount { actor, profile };
    let made = house.ledger.accounts().create(&new, &house.actor).await?;
    print(house, &new.actor, &made, &args.address);
    Ok(())
}

fn print(house: &House, name: &Actor, made: &Invitation, address: &str) {
    let (address, token, ends) = (address.trim_end_matches('/'), made.token.as_str(), made.ends);
    match house.locale {
        Locale::En => tell!("give {name} this link; it opens once, until {ends}:"),
        Locale::Ja => tell!("{name}さんにこのリンクを渡してください(一度だけ、{ends}まで):"),
    }
    tell!("{address}/join/{token}");
}
