//! The page `/kit`: every part and chart of the desk with its name and when to use it.
//!
//! All numbers on it are invented and none is read, so it needs no permit. Who makes a page opens
//! the kit first; who changes a part sees here what becomes of it, in both languages.

mod courses;
mod pictures;

use askama::Template;
use axum::extract::Extension;
use axum::response::Html;
use axum::routing::get;
use axum::{Router, response::IntoResponse as _, response::Response};
use disclosure::{Policy, Released, release};
use vocab::RawCount;

use crate::assets;
use crate::bar::{Bar, Part, Tone};
use crate::chart::{Figure, Sparkline};
use crate::page::Page;
use crate::pager::Pager;
use crate::refusal::Refusal;
use crate::site::Site;

/// One tab: address, name, count, whether it is this one.
type Tab = (&'static str, String, &'static str, bool);

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/kit", get(parts))
        .route("/kit/forms", get(forms))
        .route("/kit/charts", get(charts))
}

#[derive(Template)]
#[template(path = "kit/pieces.html")]
pub(crate) struct PartsPage {
    page: Page,
    tabs: Vec<Tab>,
    above: [(&'static str, String); 1],
    rules: Vec<Rule>,
    lines: Vec<Line>,
    pager: Pager,
    spark: Sparkline,
    tones: [(Tone, &'static str); 7],
    icons: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "kit/forms.html")]
pub(crate) struct FormsPage {
    page: Page,
    tabs: Vec<Tab>,
    by: Vec<(&'static str, String, bool)>,
}

#[derive(Template)]
#[template(path = "kit/charts.html")]
pub(crate) struct ChartsPage {
    page: Page,
    tabs: Vec<Tab>,
    rows: Vec<Vec<Figure>>,
}

/// A rule of a cohort and who is left after it.
struct Rule {
    at: &'static str,
    label: &'static str,
    code: &'static str,
    detail: &'static str,
    left: &'static str,
    lost: &'static str,
    bar: Bar,
}

/// A line of the list.
struct Line {
    label: &'static str,
    unit: &'static str,
    code: &'static str,
    people: String,
    filled: u64,
    bar: Bar,
    spark: Sparkline,
}

async fn parts(Extension(page): Extension<Page>) -> Result<Response, Refusal> {
    shown(&PartsPage::new(page))
}

async fn forms(Extension(page): Extension<Page>) -> Result<Response, Refusal> {
    shown(&FormsPage::new(page))
}

async fn charts(Extension(page): Extension<Page>) -> Result<Response, Refusal> {
    shown(&ChartsPage::new(page))
}

fn shown(page: &impl Template) -> Result<Response, Refusal> {
    Ok(Html(page.render().map_err(Refusal::internal)?).into_response())
}

/// An invented count, released as any other.
pub(crate) fn count(raw: u64) -> Released {
    release(RawCount::new(raw), &Policy::default())
}

fn tabs(page: &Page, here: &str) -> Vec<Tab> {
    let tab =
        |href: &'static str, key, number| (href, page.say(key).to_owned(), number, href == here);
    vec![
        tab("/kit", "desk.kit.tab_parts", "15"),
        tab("/kit/forms", "desk.kit.tab_forms", "6"),
        tab("/kit/charts", "desk.kit.tab_charts", "11"),
    ]
}

impl PartsPage {
    pub(crate) fn new(page: Page) -> Self {
        let page = page.without_records();
        let course = [8.4, 8.1, 8.3, 7.6, 7.4, 7.2, 7.3, 7.1];
        Self {
            tabs: tabs(&page, "/kit"),
            above: [("/kit", page.say("desk.kit.sample_cohorts").to_owned())],
            rules: rules(),
            lines: lines(&page),
            pager: Pager::new(&page, "/kit?page=", 3, (1_284, 50)),
            spark: Sparkline::new(
                course.map(Some).into(),
                page.say("desk.kit.sample_hba1c_course"),
            )
            .with_band(6.0, 7.0),
            tones: tones(),
            icons: assets::icons(),
            page,
        }
    }
}

impl FormsPage {
    pub(crate) fn new(page: Page) -> Self {
        let page = page.without_records();
        let option = |value, key: &'static str, on| (value, page.say(key).to_owned(), on);
        Self {
            tabs: tabs(&page, "/kit/forms"),
            by: vec![
                option("month", "desk.kit.sample_month", false),
                option("quarter", "desk.kit.sample_quarter", true),
                option("year", "desk.kit.sample_year", false),
            ],
            page,
        }
    }
}

impl ChartsPage {
    pub(crate) fn new(page: Page) -> Self {
        let page = page.without_records();
        let mut rows = vec![courses::survival(&page)];
        rows.extend(pictures::counted(&page));
        rows.extend(courses::over_time(&page));
        Self { tabs: tabs(&page, "/kit/charts"), rows, page }
    }
}

fn tones() -> [(Tone, &'static str); 7] {
    [
        (Tone::Data, "desk.kit.tone_data"),
        (Tone::Mid, "desk.kit.tone_mid"),
        (Tone::Light, "desk.kit.tone_light"),
        (Tone::Warm, "desk.kit.tone_warm"),
        (Tone::Teal, "desk.kit.tone_teal"),
        (Tone::GroupA, "desk.kit.tone_a"),
        (Tone::GroupB, "desk.kit.tone_b"),
    ]
}

fn rules() -> Vec<Rule> {
    let bar = |left, gone, rest| {
        Bar::parts(&[
            Part { amount: left, tone: Tone::Data },
            Part { amount: gone, tone: Tone::Light },
            Part { amount: rest, tone: Tone::Rest },
        ])
        .thin()
    };
    vec![
        Rule {
            at: "1",
            label: "desk.kit.sample_rule_1",
            code: "ATC A10BK",
            detail: "desk.kit.sample_rule_1_more",
            left: "6,398",
            lost: "−14",
            bar: bar(6_398, 14, 0),
        },
        Rule {
            at: "2",
            label: "desk.kit.sample_rule_2",
            code: "ICD-10 E11–E14",
            detail: "desk.kit.sample_rule_2_more",
            left: "5,731",
            lost: "−667",
            bar: bar(5_731, 667, 14),
        },
        Rule {
            at: "3",
            label: "desk.kit.sample_rule_3",
            code: "≥ 7.0%",
            detail: "desk.kit.sample_rule_3_more",
            left: "3,946",
            lost: "−1,785",
            bar: bar(3_946, 1_785, 681),
        },
    ]
}

fn lines(page: &Page) -> Vec<Line> {
    let line = |label, unit, code, (people, filled): (u64, u64), course: [f64; 6]| Line {
        label,
        unit,
        code,
        people: count(people).brief(),
        filled,
        bar: Bar::share(filled, 100),
        spark: Sparkline::new(course.map(Some).into(), page.say("desk.kit.sample_course")),
    };
    vec![
        line(
            "desk.kit.sample_lab_1",
            "%",
            "3D046000001926201",
            (38_204, 97),
            [88.0, 91.0, 92.0, 95.0, 96.0, 97.0],
        ),
        line(
            "desk.kit.sample_lab_2",
            "mg/dL",
            "3C015000002327101",
            (45_910, 99),
            [97.0, 98.0, 98.0, 99.0, 99.0, 99.0],
        ),
        line(
            "desk.kit.sample_lab_3",
            "mg/gCr",
            "3A015000000104101",
            (9_846, 47),
            [22.0, 25.0, 31.0, 33.0, 41.0, 47.0],
        ),
        line(
            "desk.kit.sample_lab_4",
            "%",
            "9A900000000000001",
            (7, 3),
            [2.0, 3.0, 2.0, 4.0, 3.0, 3.0],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;
    use vocab::Locale;

    use super::*;
    use crate::texts::Texts;
    use crate::words::Words;

    fn page(locale: Locale, target: &str) -> Page {
        let mut texts = Texts::default();
        texts.add("desk", include_str!("../../texts.toml")).unwrap();
        Page::new(Words::new(Arc::new(texts), locale, TimeZone::UTC), target, "hanako")
    }

    fn all(locale: Locale) -> [(&'static str, String); 3] {
        [
            ("/kit", PartsPage::new(page(locale, "/kit")).render().unwrap()),
            ("/kit/forms", FormsPage::new(page(locale, "/kit/forms")).render().unwrap()),
            ("/kit/charts", ChartsPage::new(page(locale, "/kit/charts")).render().unwrap()),
        ]
    }

    #[test]
    fn the_kit_is_whole_and_small_in_both_languages() {
        for locale in [Locale::Ja, Locale::En] {
            for (path, html) in all(locale) {
                assert!(html.len() < 200_000, "{path} has {} bytes", html.len());
                assert!(!html.contains(">desk."), "{path} shows a key for words");
                assert!(!html.contains(" style=") && !html.contains("NaN"), "{path}");
            }
        }
    }

    #[test]
    fn each_tab_tells_how_many_things_it_shows() {
        for (path, html) in all(Locale::En) {
            let shown = html.matches("<section class=\"card specimen\"").count()
                + html.matches("<figure class=\"card figure\"").count();
            let tab = html.split(&format!("href=\"{path}\" aria-current=\"page\">")).nth(1);
            let told = tab.and_then(|rest| rest.split("</small>").next()).unwrap();
            assert!(told.ends_with(&format!(">{shown}")), "{path} shows {shown}: {told}");
        }
    }

    #[test]
    fn every_id_of_a_page_is_its_only_one() {
        for (path, html) in all(Locale::Ja) {
            let mut ids: Vec<&str> =
                html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            let number = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), number, "{path}");
        }
    }
}
