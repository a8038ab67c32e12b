//! Charts over time, with invented numbers and an invented person.

use jiff::civil::{Date, date};

use super::count;
use crate::bar::Tone;
use crate::chart::{
    AtRisk, Ending, Event, Figure, Lane, Lanes, Line, Lines, Note, Place, RunChart, RunPoint,
    Sample, Span,
};
use crate::page::Page;

/// Two curves of survival.
pub(super) fn survival(page: &Page) -> Vec<Figure> {
    // A staircase whose steps come a little unevenly, as deaths do.
    let curve = |hazard: f64, spread: f64| -> Vec<Place> {
        let mut left = 1.0;
        let step = |at: u32| {
            let uneven = f64::from(at * 7 % 5) / 4.0;
            left *= 1.0 - hazard / 6.0 * uneven * 2.0;
            let years = f64::from(at) / 6.0;
            let half = spread * (1.0 - left) + 0.002 * years;
            Place::new(years, left).within(left - half, (left + half * 0.9).min(1.0))
        };
        (0..=36).map(step).collect()
    };
    let at_risk = AtRisk::new(
        vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        vec![
            [1_727, 1_540, 1_310, 1_058, 858, 675, 471].map(count).into(),
            [590, 499, 408, 320, 256, 98, 7].map(count).into(),
        ],
    );
    let chart = Lines::new(
        vec![
            Line::new(page.say("desk.kit.chart_above_60"), Tone::GroupA, curve(0.016, 0.12)),
            Line::new(page.say("desk.kit.chart_under_60"), Tone::GroupB, curve(0.047, 0.14)),
        ],
        page.say("desk.kit.sample_long"),
    )
    .in_steps()
    .in_percent()
    .with_y(0.7, 1.0)
    .with_at_risk(at_risk);
    let figure = Figure::new(page, "lines", page.say("desk.kit.lines"), &chart)
        .with_note(page.say("desk.kit.lines_note"))
        .with_foot(page.say("desk.kit.lines_when"))
        .with_code("rust", "Lines::new(vec![Line::new(a, Tone::GroupA, places), …], years)\n    .in_steps()\n    .in_percent()\n    .with_y(0.7, 1.0)\n    .with_at_risk(AtRisk::new(at, rows))");
    vec![figure]
}

/// A run chart and the course of one person.
pub(super) fn over_time(page: &Page) -> Vec<Vec<Figure>> {
    vec![vec![run(page)], vec![lanes(page)]]
}

fn run(page: &Page) -> Figure {
    let values = [
        61.2, 58.4, 63.0, 60.1, 62.7, 57.9, 61.5, 64.2, 59.8, 62.0, 66.3, 68.9, 71.4, 70.2, 74.8,
        76.1, 75.3, 78.0,
    ];
    let point = |(at, value): (usize, &f64)| {
        let (year, month) = (2025 + at / 12, at % 12 + 1);
        let point = RunPoint::new(&format!("{year}-{month:02}"), *value);
        if at >= 14 { point.as_signal() } else { point }
    };
    let chart = RunChart::new(values.iter().enumerate().map(point).collect(), "%")
        .with_centre(61.1)
        .with_limits(53.0, 72.2)
        .with_target(80.0)
        .with_notes(vec![Note { at: 9, text: page.say("desk.kit.chart_note").to_owned() }]);
    Figure::new(page, "run", page.say("desk.kit.run"), &chart)
        .with_note(page.say("desk.kit.run_note"))
        .with_foot(page.say("desk.kit.run_when"))
        .with_code("rust", "RunChart::new(points, \"%\")\n    .with_centre(61.1)\n    .with_limits(53.0, 72.2)\n    .with_target(80.0)\n    .with_notes(vec![Note { at: 9, text }])")
}

fn lanes(page: &Page) -> Figure {
    let mut lanes = visits(page);
    lanes.extend(illness(page));
    lanes.extend(measured(page));
    let chart = Lanes::new(date(2017, 4, 1), date(2026, 12, 31), lanes)
        .with_mark(date(2026, 11, 22), page.say("desk.chart.today"));
    Figure::new(page, "lanes", page.say("desk.kit.lanes"), &chart)
        .with_note(page.say("desk.kit.lanes_note"))
        .with_foot(page.say("desk.kit.lanes_when"))
        .with_code("rust", "Lanes::new(from, to, vec![\n    Lane::heading(visits),\n    Lane::spans(inpatient, vec![Span::new(label, start, Ending::On(end))]),\n    Lane::events(outpatient, events),\n    Lane::series(\"HbA1c\", \"%\", 1, samples).with_reference(4.9, 6.0),\n])\n.with_mark(day, today)")
}

fn visits(page: &Page) -> Vec<Lane> {
    let say = |key: &'static str| page.say(key);
    let span = |label, from, to| Span::new(label, from, Ending::On(to));
    let seen = |at: i16| {
        let (year, month) = (2017 + (at + 3) / 12, (at + 3) % 12 + 1);
        Event::new(
            say("desk.kit.chart_outpatient"),
            date(year, i8::try_from(month).unwrap_or(1), 8 + i8::try_from(at % 9).unwrap_or(0)),
        )
    };
    let outpatient = (1..115).step_by(4).map(seen).collect();
    vec![
        Lane::heading(say("desk.kit.chart_visits")),
        Lane::events(say("desk.kit.chart_outpatient"), outpatient),
        Lane::spans(
            say("desk.kit.chart_inpatient"),
            vec![
                span(say("desk.kit.sample_cardiology"), date(2021, 3, 2), date(2021, 3, 19)),
                span(say("desk.kit.sample_cardiology"), date(2024, 8, 11), date(2024, 9, 2)),
            ],
        ),
    ]
}

fn illness(page: &Page) -> Vec<Lane> {
    let say = |key: &'static str| page.say(key);
    let open = |label, from: Date| Span::new(label, from, Ending::Open);
    let span = |label, from, to| Span::new(label, from, Ending::On(to));
    vec![
        Lane::heading(say("desk.kit.chart_conditions")),
        Lane::spans(
            say("desk.kit.sample_diagnoses"),
            vec![
                open(say("desk.kit.chart_diabetes"), date(2017, 4, 10)),
                open(say("desk.kit.chart_hypertension"), date(2018, 2, 5)),
                span(say("desk.kit.chart_angina"), date(2021, 2, 20), date(2021, 3, 19)).not_sure(),
                open(say("desk.kit.chart_infarction"), date(2021, 3, 2)).with_tone(Tone::Warm),
                open(say("desk.kit.chart_kidney"), date(2023, 6, 12)),
            ],
        ),
        Lane::spans(
            say("desk.kit.sample_drugs"),
            vec![
                span(say("desk.kit.chart_metformin"), date(2017, 5, 8), date(2023, 6, 12))
                    .with_tone(Tone::Teal),
                span(say("desk.kit.chart_clopidogrel"), date(2021, 3, 3), date(2022, 3, 10))
                    .with_tone(Tone::Teal),
                open(say("desk.kit.chart_empagliflozin"), date(2021, 4, 6)).with_tone(Tone::Teal),
            ],
        ),
    ]
}

fn measured(page: &Page) -> Vec<Lane> {
    let series = |first: f64, values: &[f64]| -> Vec<Sample> {
        let sample = |(at, change): (i16, &f64)| {
            let months = at * 8;
            let (year, month) = (2017 + (months + 4) / 12, (months + 4) % 12 + 1);
            let day = date(year, i8::try_from(month).unwrap_or(1), 9);
            Sample { day, value: first + change }
        };
        (0..).zip(values).map(sample).collect()
    };
    let hba1c = [0.0, -0.6, -1.0, -0.9, -1.1, -1.3, -2.0, -2.3, -2.2, -2.5, -2.4, -2.6, -2.9, -3.1];
    let egfr = [0.0, -1., -3., -4., -6., -9., -8., -12., -15., -17., -19., -22., -22., -24.];
    vec![
        Lane::heading(page.say("desk.kit.sample_labs")),
        Lane::series("HbA1c", "%", 1, series(8.9, &hba1c)).with_reference(4.9, 6.0),
        Lane::series("eGFR", "mL/min/1.73m²", 0, series(78.0, &egfr)).with_reference(60.0, 90.0),
    ]
}
