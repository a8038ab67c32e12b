//! The link on which somebody chooses their password: the first administrator's, or an invitation.

use askama::Template;
use axum::Form;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use ledger::{
    Account, LedgerError, Link, LinkToken, NewAccount, PasswordHash, Profile, Role, account_name,
    check_password,
};
use serde::Deserialize;

use super::{page_with, shown};
use crate::page::Page;
use crate::refusal::Refusal;
use crate::site::Site;

/// The longest name that a page takes, in characters.
pub(super) const TEXT_CHARS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "door/join.html")]
struct JoinPage {
    page: Page,
    token: String,
    /// The holder's name for signing in; empty where they choose it.
    account: String,
    typed: Typed,
    /// What is wrong with the name, the names of the person and the password.
    troubles: [String; 3],
}

/// What was typed, but for the password.
#[derive(Clone, Default)]
struct Typed {
    name: String,
    name_ja: String,
    name_en: String,
}

/// What the form says.
#[derive(Deserialize)]
pub(crate) struct Joining {
    #[serde(default)]
    name: String,
    #[serde(default)]
    name_ja: String,
    #[serde(default)]
    name_en: String,
    password: String,
    again: String,
}

/// `GET /join/{token}`: looks at the link and uses it not.
pub(crate) async fn form(
    State(site): State<Site>,
    Extension(page): Extension<Page>,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let (token, link) = opened(&site, &token).await?;
    let account = holder(&link).map(|account| account.actor.to_string()).unwrap_or_default();
    let (token, page) = (token.as_str().to_owned(), page.without_records());
    let troubles = Default::default();
    shown(&JoinPage { page, token, account, typed: Typed::default(), troubles })
}

/// `POST /join/{token}`
pub(crate) async fn join(
    State(site): State<Site>,
    Extension(page): Extension<Page>,
    Path(token): Path<String>,
    Form(form): Form<Joining>,
) -> Result<Response, Refusal> {
    let (token, link) = opened(&site, &token).await?;
    let mut asked = JoinPage {
        page: page.without_records(),
        token: token.as_str().to_owned(),
        account: holder(&link).map(|account| account.actor.to_string()).unwrap_or_default(),
        typed: Typed {
            name: form.name.trim().to_owned(),
            name_ja: form.name_ja.trim().to_owned(),
            name_en: form.name_en.trim().to_owned(),
        },
        troubles: Default::default(),
    };
    asked.check(&form, holder(&link));
    if asked.is_wrong() {
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked);
    }
    let hasher = site.hasher();
    let turn = site.door().queue.turn().await?;
    let hash = turn.compute(move || hasher.hash(&form.password)).await?;
    match taken(&site, &token, &link, &asked.typed, &hash).await {
        Ok(()) => Ok(Redirect::to("/sign-in").into_response()),
        Err(LedgerError::AccountExists(_)) => {
            let [name, _, _] = &mut asked.troubles;
            asked.page.say("desk.door.name_taken").clone_into(name);
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &asked)
        }
        Err(error) => Err(error.into()),
    }
}

/// The link, if it opens anything.
async fn opened(site: &Site, token: &str) -> Result<(LinkToken, Link), Refusal> {
    let token = LinkToken::parse(token).ok_or(Refusal::DeadLink)?;
    let link = site.ledger().accounts().link(&token).await?.ok_or(Refusal::DeadLink)?;
    Ok((token, link))
}

fn holder(link: &Link) -> Option<&Account> {
    match link {
        Link::First => None,
        Link::Invitation(account) => Some(account),
    }
}

async fn taken(
    site: &Site,
    token: &LinkToken,
    link: &Link,
    typed: &Typed,
    hash: &PasswordHash,
) -> Result<(), LedgerError> {
    let accounts = site.ledger().accounts();
    if holder(link).is_some() {
        return accounts.join(token, hash).await.map(drop);
    }
    let Some(actor) = account_name(&typed.name) else {
        return Err(LedgerError::NoAccount(typed.name.clone()));
    };
    let profile = Profile {
        name_ja: typed.name_ja.clone(),
        name_en: typed.name_en.clone(),
        email: None,
        role: Role::Administrator,
        department: None,
        supervisor: None,
        expires: None,
    };
    let new = NewAccount { actor, profile };
    accounts.join_first(token, &new, hash, &site.settings().actor).await
}

impl JoinPage {
    /// Looks at what was typed; what is wrong stands by its field.
    fn check(&mut self, form: &Joining, holder: Option<&Account>) {
        let [name, names, password] = &mut self.troubles;
        let say = |key: &'static str| self.page.say(key).to_owned();
        if holder.is_none() {
            if account_name(&self.typed.name).is_none() {
                *name = say("desk.door.name_form");
            }
            let fits = |text: &str| (1..=TEXT_CHARS_MAX).contains(&text.chars().count());
            if !fits(&self.typed.name_ja) || !fits(&self.typed.name_en) {
                *names = say("desk.door.names_form");
            }
        }
        *password = match holder {
            Some(account) => fault(&self.page, account, (&form.password, &form.again)),
            None => {
                let own = [&self.typed.name[..], &self.typed.name_ja, &self.typed.name_en];
                password_fault(&self.page, &own, (&form.password, &form.again))
            }
        };
    }

    fn is_wrong(&self) -> bool {
        self.troubles.iter().any(|trouble| !trouble.is_empty())
    }
}

/// What is wrong with a new password of this person; empty where nothing is.
pub(super) fn fault(page: &Page, account: &Account, typed: (&str, &str)) -> String {
    let profile = &account.profile;
    let own = [account.actor.as_str(), &profile.name_ja, &profile.name_en];
    password_fault(page, &own, typed)
}

fn password_fault(page: &Page, own: &[&str], (password, again): (&str, &str)) -> String {
    if let Err(fault) = check_password(password, own) {
        return fault.text().get(page.locale()).to_owned();
    }
    if password == again { String::new() } else { page.say("desk.door.not_the_same").to_owned() }
}
