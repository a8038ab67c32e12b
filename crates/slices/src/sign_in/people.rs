//! The pages of accounts: one's own, and everybody's for administrators.

use std::sync::atomic::Ordering;

use ledger::Role;

use super::{Answer, House, PASSWORD, TYPED, form_of};

#[tokio::test]
async fn an_administrator_invites_somebody_who_joins_and_signs_in() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    let form = form_of(&[
        ("account", "inoue"),
        ("name_ja", "井上 光"),
        ("name_en", "Hikaru Inoue"),
        ("role", "clinical-researcher"),
        ("department", "循環器内科"),
        ("supervisor", "aoki"),
        ("expires", "2027-03-31"),
    ]);
    let made = house.post("/people", &cookie, &form).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let path = made.body.split("http://localhost:8080").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(house.post("/people", &cookie, &form).await.status, 422, "the name is taken");
    let list = house.get("/people", &cookie).await.body;
    assert!(list.contains("Hikaru Inoue") && list.contains("Invited") && !list.contains(path));

    let chosen = form_of(&[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(house.post(path, "", &chosen).await.location(), "/sign-in");
    let inoue = house.signed_in("inoue").await;
    let me = house.get("/me", &inoue).await.body;
    for fact in ["Hikaru Inoue", "Clinical researcher", "循環器内科", "aoki", "1 Apr 2027 00:00"]
    {
        assert!(me.contains(fact), "{fact}: {me}");
    }
    assert!(!me.contains("href=\"/people\""), "the menu leads only where one may go");
    let person = house.get("/people/inoue", &cookie).await.body;
    assert!(person.contains("value=\"2027-03-31\""), "{person}");
}

#[tokio::test]
async fn who_is_no_administrator_sees_and_changes_nobody() {
    let house = House::with_aoki().await;
    house.joined("inoue", Role::Auditor).await;
    let cookie = house.signed_in("inoue").await;
    for path in ["/people", "/people/aoki", "/people/nobody"] {
        let answer = house.get(path, &cookie).await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(!answer.body.contains("value=\"Haruka Aoki\""), "{path}");
    }
    for path in ["/people", "/people/aoki", "/people/inoue", "/people/inoue/act"] {
        let form = "account=evil&name_ja=a&name_en=a&role=administrator&act=end-sessions";
        assert_eq!(house.post(path, &cookie, form).await.status, 403, "{path}");
    }
    assert_eq!(house.ledger.accounts().list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_administrator_changes_closes_and_opens_accounts_but_never_the_last_one() {
    let house = House::with_aoki().await;
    house.joined("inoue", Role::Student).await;
    let inoue = house.signed_in("inoue").await;
    let cookie = house.signed_in("aoki").await;
    let act = async |who: &str, act: &str| {
        house.post(&format!("/people/{who}/act"), &cookie, &format!("act={act}")).await
    };
    let edit = form_of(&[("name_ja", "井上"), ("name_en", "Inoue"), ("role", "educator")]);
    assert_eq!(house.post("/people/inoue", &cookie, &edit).await.location(), "/people/inoue");
    assert!(house.get("/me", &inoue).await.body.contains("Educator"), "from the next page on");
    let own = house.post("/people/aoki", &cookie, &edit).await;
    assert!(own.status == 422 && own.body.contains("only administrator"), "{}", own.body);
    assert_eq!(act("aoki", "disable").await.status, 422);
    assert_eq!(act("inoue", "disable").await.status, 303);
    assert_eq!(house.get("/me", &inoue).await.status, 401);
    assert_eq!(act("inoue", "enable").await.status, 303);
    let inoue = house.signed_in("inoue").await;
    assert_eq!(act("inoue", "end-sessions").await.status, 303);
    assert_eq!(house.get("/me", &inoue).await.status, 401);
    let link = act("inoue", "invite").await;
    assert!(link.status == 200 && link.body.contains("/join/"), "{}", link.body);
    let old = house.post("/sign-in", "", &format!("name=inoue&password={TYPED}")).await;
    assert_eq!(old.status, 401, "a new link takes the old password away");
    assert_eq!(act("inoue", "burn").await.status, 422);
    assert_eq!(act("nobody", "disable").await.status, 404);
}

#[tokio::test]
async fn people_change_their_password_with_the_old_one_and_end_their_sessions() {
    let house = House::with_aoki().await;
    let (one, other) = (house.signed_in("aoki").await, house.signed_in("aoki").await);
    let new = "fjord vex quilt nymph";
    let form =
        |old: &str, new: &str| form_of(&[("old_password", old), ("password", new), ("again", new)]);
    let wrong = house.post("/me/password", &one, &form("wrong", new)).await;
    assert!(wrong.status == 422 && wrong.body.contains("present password is wrong"));
    house.later(1);
    let weak = house.post("/me/password", &one, &form(PASSWORD, "aoki aoki aoki aoki")).await;
    assert!(weak.status == 422 && weak.body.contains("guessed first"), "{}", weak.body);
    let changed = house.post("/me/password", &one, &form(PASSWORD, new)).await;
    assert!(changed.status == 200 && changed.body.contains("The password is changed"));
    assert_eq!(house.get("/me", &other).await.status, 401, "signed out elsewhere");
    let old = house.post("/sign-in", "", &format!("name=aoki&password={TYPED}")).await;
    assert_eq!(old.status, 401);
    house.later(1);
    let form = form_of(&[("name", "aoki"), ("password", new)]);
    let other = house.post("/sign-in", "", &form).await.session().unwrap();
    let me = house.get("/me", &one).await.body;
    let name = me.split("name=\"session\" value=\"").nth(1).unwrap().get(..16).unwrap();
    house.post("/me/sessions/end", &one, &format!("session={name}")).await;
    assert_eq!(house.get("/me", &other).await.status, 401);
    let other = house.post("/sign-in", "", &form).await.session().unwrap();
    house.post("/me/sessions/end-others", &one, "").await;
    assert_eq!(house.get("/me", &other).await.status, 401);
    assert_eq!(house.get("/me", &one).await.status, 200);
}

#[tokio::test]
async fn each_page_speaks_both_languages_without_script_or_style() {
    let house = House::with_aoki().await;
    let cookie = house.signed_in("aoki").await;
    house.post("/me/second", &cookie, "").await;
    for language in ["ja", "en"] {
        for path in ["/sign-in", "/me", "/me/second", "/people", "/people/aoki"] {
            let page = house.get(&format!("{path}?lang={language}"), &cookie).await;
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{path}");
            for never in [">desk.", "\"desk.", " style=", " onclick=", "{name}", "{number}"] {
                assert!(!page.body.contains(never), "{path} {never}: {}", page.body);
            }
            assert!(page.body.len() < 200_000, "{path}");
        }
    }
}

/// What must hold of any page in a language.
fn speaks(page: &Answer, language: &str, told: &str) {
    let body = &page.body;
    assert!(body.contains(&format!("<html lang=\"{language}\">")), "{body}");
    assert!(body.contains(told), "{told}: {body}");
    for never in [">desk.", "\"desk.", " style=", " onclick=", "{name}", "{seconds}"] {
        assert!(!body.contains(never), "{never}: {body}");
    }
}

#[tokio::test]
async fn each_page_that_a_form_leads_to_speaks_both_languages() {
    for (language, told) in [
        (
            "ja",
            [
                "もう一度送る",
                "パスワードをもう一度",
                "渡してください",
                "回復コード",
                "確認コード",
                "のいずれかが違います",
            ],
        ),
        (
            "en",
            [
                "Send it again",
                "Your password again",
                "Give this link",
                "Recovery codes",
                "authenticator app shows",
                "or the code is wrong",
            ],
        ),
    ] {
        let house = House::with_aoki().await;
        let lang = format!("?lang={language}");
        let [resume, again, invited, recovery, code, wrong] = told;
        let form = format!("name=aoki&password={TYPED}");
        let carried = format!("{form}&to=/people&form=a%3D1");
        let page = house.post(&format!("/sign-in{lang}"), "", &carried).await;
        speaks(&page, language, resume);
        let cookie = page.session().unwrap();
        let new = form_of(&[
            ("account", "inoue"),
            ("name_ja", "井上"),
            ("name_en", "Inoue"),
            ("role", "student"),
        ]);
        speaks(&house.post(&format!("/people{lang}"), &cookie, &new).await, language, invited);
        house.post("/me/second", &cookie, "").await;
        let secret = house.get("/me/second", &cookie).await.body;
        let secret = secret.split("secret=").nth(1).unwrap().get(..32).unwrap();
        let now = house.second.load(Ordering::SeqCst);
        let typed = format!("code={}", super::code(secret, now));
        let page = house.post(&format!("/me/second/confirm{lang}"), &cookie, &typed).await;
        speaks(&page, language, recovery);
        speaks(&house.post(&format!("/sign-in{lang}"), "", &form).await, language, code);
        house.later(600);
        let page = house.post(&format!("/me/second/remove{lang}"), &cookie, "").await;
        speaks(&page, language, again);
        let page = house.post(&format!("/sign-in{lang}"), "", "name=aoki&password=x").await;
        speaks(&page, language, wrong);
    }
}
