//! Charts of counts, with invented numbers.

use super::count;
use crate::bar::Tone;
use crate::chart::{
    Attrition, BarGroup, Bars, Bin, Column, Columns, Estimate, Figure, Forest, HeatRow, HeatStrip,
    Histogram, Pyramid, PyramidRow, Share, Step,
};
use crate::page::Page;

/// The charts, in the rows they stand in.
pub(super) fn counted(page: &Page) -> Vec<Vec<Figure>> {
    vec![
        vec![pyramid(page), histogram(page)],
        vec![heat(page)],
        vec![bars(page), compared(page)],
        vec![columns(page), attrition(page)],
        vec![forest(page)],
    ]
}

fn histogram(page: &Page) -> Figure {
    let counts = [368, 842, 578, 282, 131, 68, 24, 19, 6];
    let bin = |(raw, at): (&u64, u32)| {
        let from = 7.0 + f64::from(at) * 0.5;
        Bin { from, to: from + 0.5, count: count(*raw) }
    };
    let bins = counts.iter().zip(0..).map(bin).collect();
    let chart = Histogram::new(bins, "%")
        .with_open_end()
        .with_reference(8.0, page.say("desk.kit.chart_goal"));
    Figure::new(page, "histogram", page.say("desk.kit.histogram"), &chart)
        .with_note(page.say("desk.kit.histogram_note"))
        .with_foot(page.say("desk.kit.histogram_when"))
        .with_code(
            "rust",
            "Histogram::new(bins, \"%\")\n    .with_open_end()\n    .with_reference(8.0, goal)",
        )
}

fn pyramid(page: &Page) -> Figure {
    let bands = [
        ("80–", 103, 98),
        ("75–79", 127, 109),
        ("70–74", 190, 129),
        ("65–69", 210, 145),
        ("60–64", 250, 140),
        ("55–59", 201, 117),
        ("50–54", 169, 83),
        ("0–49", 180, 8),
    ];
    let row = |(label, male, female): &(&str, u64, u64)| PyramidRow {
        label: match label.split_once('–') {
            Some((age, "")) => page.fill("desk.kit.chart_age_from", &[("age", age)]),
            Some(("0", age)) => page.fill("desk.kit.chart_age_to", &[("age", age)]),
            _ => page.fill("desk.kit.chart_age", &[("age", label)]),
        },
        male: count(*male),
        female: count(*female),
    };
    let chart = Pyramid::new(bands.iter().map(row).collect());
    Figure::new(page, "pyramid", page.say("desk.kit.pyramid"), &chart)
        .with_note(page.say("desk.kit.sample_people"))
        .with_foot(page.say("desk.kit.pyramid_when"))
        .with_code("rust", "Pyramid::new(vec![\n    PyramidRow { label, male, female },\n    …\n])")
}

fn heat(page: &Page) -> Figure {
    let years: Vec<String> = (2014..=2026).map(|year| year.to_string()).collect();
    let rows: [(&str, [f64; 13]); 5] = [
        (
            "desk.kit.sample_lab_1",
            [88., 90., 91., 93., 95., 95., 89., 94., 96., 97., 98., 98., 97.],
        ),
        (
            "desk.kit.sample_lab_2",
            [97., 98., 98., 98., 99., 99., 96., 99., 99., 99., 100., 100., 99.],
        ),
        (
            "desk.kit.sample_lab_3",
            [22., 25., 26., 31., 33., 36., 29., 38., 41., 44., 46., 47., 47.],
        ),
        (
            "desk.kit.chart_pressure",
            [-1., -1., 12., 48., 71., 74., 70., 82., 86., 88., 88., 89., 90.],
        ),
        (
            "desk.kit.sample_lab_4",
            [-1., -1., -1., -1., -2., -2., -2., 11., 14., 18., 21., 23., 24.],
        ),
    ];
    let share = |percent: &f64| match *percent {
        nothing if nothing < -1.5 => Share::Hidden,
        nothing if nothing < 0.0 => Share::Nothing,
        percent => Share::Percent(percent),
    };
    let row = |(label, cells): &(&'static str, [f64; 13])| HeatRow {
        label: page.say(label).to_owned(),
        cells: cells.iter().map(share).collect(),
    };
    let chart = HeatStrip::new(years, rows.iter().map(row).collect());
    Figure::new(page, "heat", page.say("desk.kit.heat"), &chart)
        .with_note(page.say("desk.kit.heat_note"))
        .with_foot(page.say("desk.kit.heat_when"))
        .with_code("rust", "HeatStrip::new(years, vec![\n    HeatRow { label, cells: vec![Share::of(part, whole), …] },\n    …\n])")
}

fn bars(page: &Page) -> Figure {
    let list: [(&'static str, u64); 7] = [
        ("desk.kit.chart_hypertension", 14_208),
        ("desk.kit.chart_diabetes", 9_846),
        ("desk.kit.chart_lipid", 8_730),
        ("desk.kit.chart_kidney", 4_417),
        ("desk.kit.chart_af", 2_105),
        ("desk.kit.chart_pah", 61),
        ("desk.kit.chart_gne", 4),
    ];
    let bar = |(label, raw): &(&'static str, u64)| (page.say(label).to_owned(), count(*raw));
    let chart = Bars::new(list.iter().map(bar).collect());
    Figure::new(page, "bars", page.say("desk.kit.bars"), &chart)
        .with_note(page.say("desk.kit.sample_people"))
        .with_foot(page.say("desk.kit.bars_when"))
        .with_code("rust", "Bars::new(vec![(label, count), …])")
}

fn compared(page: &Page) -> Figure {
    let series = vec![
        (page.say("desk.kit.chart_above_60").to_owned(), Tone::GroupA),
        (page.say("desk.kit.chart_under_60").to_owned(), Tone::GroupB),
    ];
    let list: [(&'static str, u64, u64); 4] = [
        ("desk.kit.chart_hypertension", 1_012, 431),
        ("desk.kit.chart_lipid", 884, 302),
        ("desk.kit.chart_af", 96, 88),
        ("desk.kit.chart_pah", 14, 3),
    ];
    let group = |(label, a, b): &(&'static str, u64, u64)| BarGroup {
        label: page.say(label).to_owned(),
        counts: vec![count(*a), count(*b)],
    };
    let chart = Bars::grouped(series, list.iter().map(group).collect());
    Figure::new(page, "compared", page.say("desk.kit.compared"), &chart)
        .with_note(page.say("desk.kit.sample_people"))
        .with_foot(page.say("desk.kit.compared_when"))
        .with_code("rust", "Bars::grouped(\n    vec![(a, Tone::GroupA), (b, Tone::GroupB)],\n    vec![BarGroup { label, counts }, …],\n)")
}

fn columns(page: &Page) -> Figure {
    let counts = [612, 655, 701, 690, 733, 748, 581, 702, 760, 812, 905, 941, 840];
    let mut list: Vec<Column> = (2014_u32..)
        .zip(counts)
        .map(|(year, raw)| Column::new(year.to_string(), count(raw)))
        .collect();
    if let Some(last) = list.pop() {
        list.push(last.not_complete());
    }
    let chart = Columns::new(list);
    Figure::new(page, "columns", page.say("desk.kit.columns"), &chart)
        .with_note(page.say("desk.kit.sample_people"))
        .with_foot(page.say("desk.kit.columns_when"))
        .with_code("rust", "Columns::new(vec![\n    Column::new(\"2025\", count),\n    Column::new(\"2026\", count).not_complete(),\n])")
}

fn attrition(page: &Page) -> Figure {
    let say = |key: &'static str| page.say(key);
    let chart = Attrition::new(vec![
        Step::start(say("desk.kit.sample_rule_1"), count(6_412))
            .with_detail(say("desk.kit.sample_rule_1_more")),
        Step::require(say("desk.kit.sample_rule_2"), count(5_731), count(681))
            .with_detail(say("desk.kit.sample_rule_2_more")),
        Step::require(say("desk.kit.sample_rule_3"), count(3_946), count(1_785))
            .with_detail(say("desk.kit.sample_rule_3_more")),
        Step::exclude(say("desk.kit.chart_dialysis"), count(3_892), count(54))
            .with_detail(say("desk.kit.chart_before")),
        Step::exclude(say("desk.kit.chart_insulin"), count(2_317), count(1_575))
            .with_detail("ATC A10A"),
    ]);
    Figure::new(page, "attrition", page.say("desk.kit.attrition"), &chart)
        .with_note(page.say("desk.kit.sample_people"))
        .with_foot(page.say("desk.kit.attrition_when"))
        .with_code("rust", "Attrition::new(vec![\n    Step::start(label, left),\n    Step::require(label, left, lost).with_detail(window),\n    Step::exclude(label, left, lost),\n])")
}

fn forest(page: &Page) -> Figure {
    let say = |key: &'static str| page.say(key);
    let chart = Forest::new(
        say("desk.kit.chart_ratio"),
        vec![
            Estimate::heading(say("desk.chart.age")),
            Estimate::new(say("desk.kit.chart_young"), 0.71, 0.55, 0.92).with_weight(0.34),
            Estimate::new(say("desk.kit.chart_old"), 0.88, 0.70, 1.11).with_weight(0.41),
            Estimate::heading("eGFR"),
            Estimate::new(say("desk.kit.chart_above_60"), 0.76, 0.61, 0.95).with_weight(0.44),
            Estimate::new(say("desk.kit.chart_under_60"), 0.97, 0.66, 1.43).with_weight(0.15),
            Estimate::new(say("desk.kit.chart_all"), 0.80, 0.68, 0.94).pooled(),
        ],
    )
    .with_favours(say("desk.kit.chart_lower"), say("desk.kit.chart_higher"));
    Figure::new(page, "forest", page.say("desk.kit.forest"), &chart)
        .with_note(page.say("desk.kit.forest_note"))
        .with_foot(page.say("desk.kit.forest_when"))
        .with_code("rust", "Forest::new(measure, vec![\n    Estimate::heading(label),\n    Estimate::new(label, 0.71, 0.55, 0.92).with_weight(0.34),\n    Estimate::new(all, 0.80, 0.68, 0.94).pooled(),\n])\n.with_favours(left, right)")
}
