//! One picture of each kind, as one would look at it, and what holds for all of them.

use std::sync::Arc;

use disclosure::{Policy, Released, release};
use jiff::civil::date;
use jiff::tz::TimeZone;
use vocab::{Locale, RawCount};

use super::*;
use crate::bar::Tone;
use crate::texts::Texts;

fn words(locale: Locale) -> Words {
    let mut texts = Texts::default();
    texts.add("desk", include_str!("../../texts.toml")).unwrap();
    Words::new(Arc::new(texts), locale, TimeZone::UTC)
}

fn count(raw: u64) -> Released {
    release(RawCount::new(raw), &Policy::default())
}

fn histogram() -> Histogram {
    let counts = [368, 842, 578, 282, 131, 68, 4, 19];
    let bins = counts.iter().zip(0_u32..).map(|(raw, at)| {
        let from = 7.0 + f64::from(at) * 0.5;
        Bin { from, to: from + 0.5, count: count(*raw) }
    });
    Histogram::new(bins.collect(), "%").with_open_end().with_reference(8.0, "緩和目標 8.0%")
}

fn columns() -> Columns {
    let years = [(2023, 812), (2024, 905), (2025, 7), (2026, 430)];
    let mut list: Vec<Column> =
        years.iter().map(|(year, raw)| Column::new(year.to_string(), count(*raw))).collect();
    let last = list.pop().unwrap();
    list.push(last.not_complete());
    Columns::new(list)
}

fn pyramid() -> Pyramid {
    let row = |label: &str, male, female| PyramidRow {
        label: label.to_owned(),
        male: count(male),
        female: count(female),
    };
    Pyramid::new(vec![row("80–", 103, 198), row("60–79", 410, 355), row("0–59", 88, 6)])
}

fn heat() -> HeatStrip {
    let years = (2020..2025).map(|year| year.to_string()).collect();
    let cells = vec![
        Share::Nothing,
        Share::of(count(9), count(100)),
        Share::of(count(88), count(100)),
        Share::of(count(9_999), count(10_000)),
        Share::Percent(41.0),
    ];
    HeatStrip::new(years, vec![HeatRow { label: "HbA1c".to_owned(), cells }])
}

fn bars() -> Bars {
    let series = vec![("eGFR ≥60".to_owned(), Tone::GroupA), ("<60".to_owned(), Tone::GroupB)];
    let group =
        |label: &str, a, b| BarGroup { label: label.to_owned(), counts: vec![count(a), count(b)] };
    Bars::grouped(series, vec![group("高血圧", 812, 388), group("心房細動", 41, 3)])
}

fn attrition() -> Attrition {
    Attrition::new(vec![
        Step::start("SGLT2阻害薬の初回処方", count(6_412)),
        Step::require("20歳以上", count(6_398), count(14)).with_detail("起点時の年齢"),
        Step::exclude("維持透析・腎移植", count(6_390), count(8)),
    ])
}

fn forest() -> Forest {
    let rows = vec![
        Estimate::heading("Age"),
        Estimate::new("under 65", 0.71, 0.55, 0.92).with_weight(0.6),
        Estimate::new("65 and over", 1.04, 0.66, 1.63).with_weight(0.4),
        Estimate::new("All", 0.80, 0.64, 0.99).pooled(),
    ];
    Forest::new("Hazard ratio (95% CI)", rows).with_favours("drug", "control")
}

fn lines() -> Lines {
    let line = |label: &str, tone, slope: f64| {
        let place = |year: u32| {
            let value = 1.0 - slope * f64::from(year);
            Place::new(f64::from(year), value).within(value - 0.02, value + 0.01)
        };
        Line::new(label, tone, (0..4).map(place).collect())
    };
    let risk = AtRisk::new(
        vec![0.0, 1.0, 2.0, 3.0],
        vec![[590, 400, 90, 4].map(count).into(), [610, 480, 210, 55].map(count).into()],
    );
    Lines::new(
        vec![line("eGFR 60未満", Tone::GroupB, 0.08), line("eGFR 60以上", Tone::GroupA, 0.03)],
        "年",
    )
    .in_steps()
    .in_percent()
    .with_y(0.7, 1.0)
    .with_at_risk(risk)
}

fn run() -> RunChart {
    let value = |month: &str, value| RunPoint::new(month, value);
    RunChart::new(
        vec![
            value("4月", 61.0),
            value("5月", 58.5),
            RunPoint::missing("6月"),
            value("7月", 63.0),
            value("8月", 82.0).as_signal(),
        ],
        "%",
    )
    .with_centre(62.0)
    .with_limits(50.0, 74.0)
    .with_target(70.0)
    .with_notes(vec![Note { at: 3, text: "検査セットを見直した".to_owned() }])
}

fn lanes() -> Lanes {
    let span = |label: &str, from, to| Span::new(label, from, to);
    Lanes::new(
        date(2019, 2, 1),
        date(2026, 11, 22),
        vec![
            Lane::heading("受診"),
            Lane::spans(
                "入院",
                vec![
                    span("循環器内科", date(2021, 3, 2), Ending::On(date(2021, 3, 19)))
                        .with_href("#visit-1"),
                ],
            ),
            Lane::events("外来", vec![Event::new("初診", date(2019, 4, 8))]),
            Lane::spans(
                "病名",
                vec![
                    span("2型糖尿病", date(2019, 4, 8), Ending::Open),
                    span("狭心症", date(2020, 11, 1), Ending::On(date(2021, 3, 19))).not_sure(),
                ],
            ),
            Lane::series(
                "HbA1c",
                "%",
                1,
                vec![
                    Sample { day: date(2019, 4, 8), value: 8.9 },
                    Sample { day: date(2020, 1, 9), value: 7.1 },
                    Sample { day: date(2025, 1, 9), value: 5.9 },
                ],
            )
            .with_reference(4.9, 6.0),
        ],
    )
}

/// One picture, an element a line.
fn look(chart: &impl Chart, size: Size) -> String {
    let drawn = chart.draw(&words(Locale::Ja), size).to_string();
    drawn.replace("><", ">\n<")
}

fn every() -> Vec<(&'static str, Box<dyn Chart>)> {
    vec![
        ("histogram", Box::new(histogram())),
        ("columns", Box::new(columns())),
        ("pyramid", Box::new(pyramid())),
        ("heat", Box::new(heat())),
        ("bars", Box::new(bars())),
        ("attrition", Box::new(attrition())),
        ("forest", Box::new(forest())),
        ("lines", Box::new(lines())),
        ("run", Box::new(run())),
        ("lanes", Box::new(lanes())),
    ]
}

#[test]
fn each_chart_looks_as_it_did() {
    insta::assert_snapshot!("histogram", look(&histogram(), Size::Narrow));
    insta::assert_snapshot!("columns", look(&columns(), Size::Narrow));
    insta::assert_snapshot!("pyramid", look(&pyramid(), Size::Narrow));
    insta::assert_snapshot!("heat", look(&heat(), Size::Narrow));
    insta::assert_snapshot!("bars", look(&bars(), Size::Narrow));
    insta::assert_snapshot!("attrition", look(&attrition(), Size::Narrow));
    insta::assert_snapshot!("forest", look(&forest(), Size::Middle));
    insta::assert_snapshot!("lines", look(&lines(), Size::Wide));
    insta::assert_snapshot!("run", look(&run(), Size::Middle));
    insta::assert_snapshot!("lanes", look(&lanes(), Size::Wide));
}

#[test]
fn a_sparkline_breaks_where_a_value_is_missing() {
    let values = vec![Some(8.0), Some(7.4), None, Some(6.9)];
    let spark = Sparkline::new(values, "HbA1c 8.0 → 6.9").with_band(4.9, 6.0);
    insta::assert_snapshot!("sparkline", spark.to_string().replace("><", ">\n<"));
}

#[test]
fn a_figure_holds_picture_table_and_code() {
    let words = words(Locale::En);
    let figure = Figure::new(&words, "visits", "Visits by year", &columns())
        .with_note("people")
        .with_code("sql", "select count(distinct patient_id) from encounter where a < b");
    insta::assert_snapshot!("figure", figure.to_string());
}

#[test]
fn no_hidden_number_is_in_a_picture_its_words_or_its_table() {
    for (name, chart) in every() {
        for locale in [Locale::Ja, Locale::En] {
            let words = words(locale);
            let table = chart.table(&words);
            let told = format!("{} {table:?}", chart.alt(&words));
            for hidden in ["4人", "7人", "6人", "3人", "9人", "8人"] {
                assert!(!told.split(['"', ' ', '（']).any(|cell| cell == hidden), "{name}: {told}");
            }
            for size in chart.sizes() {
                let drawn = chart.draw(&words, *size).to_string();
                assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{name}: {drawn}");
                assert_eq!(drawn.contains("class=\"hatch\""), hatches(name), "{name} {size:?}");
            }
        }
    }
}

/// The charts above with a hidden count that has a mark of its own.
fn hatches(name: &str) -> bool {
    ["histogram", "columns", "pyramid", "heat", "bars"].contains(&name)
}

#[test]
fn a_hidden_bar_is_as_long_as_any_other_hidden_bar() {
    let drawn = |raw| {
        let chart = Columns::new(vec![Column::new("a", count(raw)), Column::new("b", count(500))]);
        chart.draw(&words(Locale::En), Size::Narrow).to_string()
    };
    assert_eq!(drawn(1), drawn(9));
    assert_eq!(drawn(0), drawn(9));
}

#[test]
fn every_table_is_as_wide_as_its_head_and_no_key_shows() {
    for (name, chart) in every() {
        for locale in [Locale::Ja, Locale::En] {
            let words = words(locale);
            let table = chart.table(&words);
            assert!(!table.rows.is_empty(), "{name}");
            assert!(
                table.rows.iter().all(|row| row.len() == table.head.len()),
                "{name}: {table:?}"
            );
            let drawn: String =
                chart.sizes().iter().map(|size| chart.draw(&words, *size).to_string()).collect();
            assert!(!format!("{drawn}{table:?}{}", chart.alt(&words)).contains("desk.chart"));
        }
    }
}

#[test]
fn a_chart_of_nothing_is_drawn_without_falling_over() {
    let empty: Vec<Box<dyn Chart>> = vec![
        Box::new(Histogram::new(Vec::new(), "")),
        Box::new(Columns::new(Vec::new())),
        Box::new(Pyramid::new(Vec::new())),
        Box::new(HeatStrip::new(Vec::new(), Vec::new())),
        Box::new(Bars::new(Vec::new())),
        Box::new(Attrition::new(Vec::new())),
        Box::new(Forest::new("", Vec::new())),
        Box::new(Lines::new(Vec::new(), "")),
        Box::new(RunChart::new(Vec::new(), "")),
        Box::new(Lanes::new(date(2026, 1, 1), date(2025, 1, 1), Vec::new())),
    ];
    for chart in empty {
        for size in chart.sizes() {
            let drawn = chart.draw(&words(Locale::En), *size).to_string();
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}

#[test]
fn a_mark_stands_on_its_day_and_nowhere_outside() {
    for size in [Size::Narrow, Size::Wide] {
        let marked = |day| look(&lanes().with_mark(day, "今日"), size);
        let inside = marked(date(2026, 11, 22));
        assert!(inside.contains("class=\"day\"") && inside.contains(">今日<"), "{inside}");
        let outside = marked(date(2026, 11, 23));
        assert!(!outside.contains("class=\"day\"") && !outside.contains("今日"));
        assert_eq!(outside, look(&lanes(), size));
    }
}

#[test]
fn values_outside_the_usual_range_are_told_apart_also_in_words() {
    let table = lanes().table(&words(Locale::En));
    let told: Vec<&str> =
        table.rows.iter().filter_map(|row| row.get(1)).map(String::as_str).collect();
    let high = told.iter().filter(|text| text.ends_with(" (high)")).count();
    assert!(high > 0 && told.iter().all(|text| !text.ends_with(" (low)")), "{told:?}");
    let samples = vec![Sample { day: date(2024, 1, 1), value: 55.0 }];
    let lane = |low: Option<f64>| {
        let lane = Lane::series("eGFR", "mL/min", 0, samples.clone()).with_reference(low, None);
        Lanes::new(date(2024, 1, 1), date(2024, 12, 31), vec![lane])
    };
    let drawn = |low| look(&lane(low), Size::Wide);
    assert!(drawn(Some(60.0)).contains("基準 60以上") && drawn(Some(60.0)).contains("fill warm"));
    assert!(!drawn(None).contains("基準") && !drawn(None).contains("fill warm"));
}
