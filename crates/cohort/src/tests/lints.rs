//! Each lint with a bad definition that it finds and a good one that it does not.

use crate::ast::{Kind, Name};
use crate::lint::{CodesFacts, Facts, LintCode, check};
use crate::text::parse;

const HEAD: &str = "cohort c version 1
  uses codes t2dm version 1
  uses codes hba1c version 1
  uses codes metformin version 1
";

fn found_with(text: &str, facts: &Facts) -> Vec<LintCode> {
    let parsed = parse(text).unwrap_or_else(|problems| panic!("{text}\n{problems:#?}"));
    let found = check(&parsed.definition, &parsed.places, facts);
    for finding in &found {
        assert!(finding.at.is_some(), "{finding:?} has no place");
    }
    found.into_iter().map(|finding| finding.code).collect()
}

fn lint(code: LintCode, bad: &str, good: &str) {
    lint_with(code, bad, good, &Facts::default());
}

fn lint_with(code: LintCode, bad: &str, good: &str, facts: &Facts) {
    let (bad, good) = (format!("{HEAD}{bad}"), format!("{HEAD}{good}"));
    assert!(found_with(&bad, facts).contains(&code), "not found: {code:?}\n{bad}");
    assert!(!found_with(&good, facts).contains(&code), "found: {code:?}\n{good}");
}

fn rule(code: LintCode, bad: &str, good: &str) {
    let around =
        |rule: &str| format!("  entry first diagnosis in t2dm\n  {rule}\n  exit at coverage.end\n");
    lint(code, &around(bad), &around(good));
}

#[test]
fn a_set_without_a_window_is_found() {
    rule(
        LintCode::WindowMissing,
        "require \"x\" any lab in hba1c",
        "require \"x\" any lab in hba1c ever",
    );
    rule(
        LintCode::WindowMissing,
        "require \"x\" any visit ever with any lab in hba1c",
        "require \"x\" any episodes gap 1d of (lab in hba1c in [ever, index])",
    );
}

#[test]
fn a_unit_that_is_missing_unknown_or_another_is_found() {
    rule(
        LintCode::UnitMissing,
        "require \"x\" any lab in hba1c ever with value >= 6.5",
        "require \"x\" any lab in hba1c ever with value >= 6.5 %",
    );
    rule(
        LintCode::UnitMissing,
        "let r = (last lab in hba1c ever).value / (first lab in hba1c ever).value",
        "let r = (last lab in hba1c ever).value as % / (first lab in hba1c ever).value",
    );
    rule(
        LintCode::UnitMissing,
        "require \"x\" any lab in hba1c ever with value >= 2 * upper_limit",
        "require \"x\" any lab in hba1c ever with value as % >= 2 * upper_limit",
    );
    rule(
        LintCode::UnitsDiffer,
        "require \"x\" any lab in hba1c ever with value as mg/dL >= 6.5 mm[Hg]",
        "require \"x\" any lab in hba1c ever with value as mg/dL >= 6.5 mmol/L",
    );
    rule(
        LintCode::UnitsDiffer,
        "require \"x\" age at index >= 40 %",
        "require \"x\" age at index >= 40",
    );
    rule(
        LintCode::UnknownUnit,
        "require \"x\" any lab in hba1c ever with value >= 6.5 mg/dQ",
        "require \"x\" any lab in hba1c ever with value >= 6.5 mg/dl",
    );
}

#[test]
fn empty_and_retired_codes_are_found() {
    let text = "  entry first diagnosis in t2dm\n";
    let facts = |codes, retired| {
        let mut facts = Facts::default();
        facts.codes.insert(Name::new("t2dm").unwrap(), CodesFacts { codes, retired });
        facts
    };
    let found = |codes, retired| found_with(&format!("{HEAD}{text}"), &facts(codes, retired));
    assert!(found(0, 0).contains(&LintCode::EmptyCodes));
    assert!(found(5, 2).contains(&LintCode::RetiredCodes));
    let good = found(5, 0);
    assert!(!good.contains(&LintCode::EmptyCodes) && !good.contains(&LintCode::RetiredCodes));
}

#[test]
fn what_is_declared_and_not_used_is_found() {
    let used = "  require \"x\" any (lab in hba1c or drug in metformin) ever\n";
    let entry = "  entry first diagnosis in t2dm\n";
    lint(LintCode::UseIdle, entry, &format!("{entry}{used}"));
}

#[test]
fn conditions_on_the_future_are_found() {
    for ahead in ["[index, index + 365d]", "[ever, ever]", "[index, exit]", "[ever, coverage.end]"]
    {
        rule(
            LintCode::LooksAhead,
            &format!("require \"x\" any lab in hba1c in {ahead}"),
            "require \"x\" any lab in hba1c in [index - 365d, index]",
        );
    }
    rule(
        LintCode::LooksAhead,
        "let f = first lab in hba1c in [index, index + 1d]\n  require \"x\" f.value >= 6.5 %",
        "let f = last lab in hba1c in [ever, index]\n  require \"x\" f.value >= 6.5 %",
    );
    rule(
        LintCode::LooksAhead,
        "require \"x\" death after index + 30d",
        "require \"x\" birth before index - 18y",
    );
    lint(
        LintCode::LooksAhead,
        "  entry all a: diagnosis in t2dm with any lab in hba1c in [a, a + 90d]\n",
        "  entry all a: diagnosis in t2dm with any lab in hba1c in [a - 90d, a]\n",
    );
}

#[test]
fn none_without_coverage_is_found() {
    let observed = "require \"seen\" observed lab | diagnosis in [index - 365d, index]\n  ";
    for none in [
        "exclude \"x\" any lab in hba1c in [index - 365d, index]",
        "require \"x\" no lab in hba1c in [index - 365d, index]",
        "require \"x\" not (any lab in hba1c in [index - 365d, index])",
        "require \"x\" none of (any lab in hba1c in [index - 365d, index], true)",
        "require \"x\" at most 2 lab in hba1c in [index - 365d, index]",
    ] {
        rule(LintCode::NoneUnobserved, none, &format!("{observed}{none}"));
    }
    lint(
        LintCode::NoneUnobserved,
        "  entry first in life drug in metformin\n",
        "  entry first in life drug in metformin\n  require \"seen\" observed drug in [index - 365d, index]\n",
    );
}

#[test]
fn coverage_that_is_not_declared_is_found() {
    let covered = |kind| Facts { covered: Some([kind].into()), ..Facts::default() };
    let text = format!(
        "{HEAD}  entry first diagnosis in t2dm\n  require \"seen\" observed lab in [index - 1y, index]\n"
    );
    assert!(found_with(&text, &covered(Kind::Drug)).contains(&LintCode::CoverageUndeclared));
    assert!(!found_with(&text, &covered(Kind::Lab)).contains(&LintCode::CoverageUndeclared));
}

#[test]
fn rules_that_do_nothing_or_leave_nobody_are_found() {
    let a = "require \"a\" any lab in hba1c in [ever, index]\n  ";
    let other = "exclude \"b\" any lab in hba1c in [ever, index - 1d]";
    rule(
        LintCode::RuleIdle,
        &format!("{a}require \"b\" any lab in hba1c in [ever, index]"),
        &format!("{a}{other}"),
    );
    rule(LintCode::RuleIdle, "require \"x\" true", "require \"x\" known (sex)");
    rule(
        LintCode::NobodyLeft,
        &format!("{a}exclude \"b\" any lab in hba1c in [ever, index]"),
        &format!("{a}{other}"),
    );
    rule(
        LintCode::NobodyLeft,
        &format!("{a}require \"b\" not (any lab in hba1c in [ever, index])"),
        &format!("{a}{other}"),
    );
    rule(
        LintCode::NobodyLeft,
        "require \"x\" age at index within [65, 40]",
        "require \"x\" age at index within [40, 65]",
    );
    rule(
        LintCode::NobodyLeft,
        "require \"x\" at least 3 of (sex is \"male\", age at index > 3)",
        "require \"x\" at least 2 of (sex is \"male\", age at index > 3)",
    );
}

#[test]
fn a_cohort_without_an_exit_is_found() {
    let entry = "  entry first diagnosis in t2dm\n";
    lint(LintCode::ExitMissing, entry, &format!("{entry}  exit at index + 365d\n"));
}

#[test]
fn a_title_in_one_language_is_found() {
    rule(
        LintCode::TitleOneLanguage,
        "require \"x\" known (sex)",
        "require \"x\" ja \"性別\" known (sex)",
    );
}

#[test]
fn prevalent_users_are_found() {
    let bad = "  entry first drug in metformin\n";
    lint(LintCode::PrevalentUsers, bad, "  entry first in life drug in metformin\n");
    lint(LintCode::PrevalentUsers, bad, "  entry first drug in metformin\n  washout 365d\n");
    let excluded = "  exclude \"before\" any drug in metformin in [index - 365d, index - 1d]\n";
    lint(LintCode::PrevalentUsers, bad, &format!("{bad}{excluded}"));
    lint(LintCode::PrevalentUsers, bad, "  entry first diagnosis in t2dm\n");
}

#[test]
fn an_outcome_that_may_have_been_before_is_found() {
    let entry = "  entry first in life drug in metformin\n";
    let outcome =
        "  exit at coverage.end\n  outcome o = first diagnosis in t2dm in (index, exit]\n";
    let excluded = "  exclude \"before\" any diagnosis in t2dm in [ever, index]\n";
    lint(
        LintCode::OutcomeBefore,
        &format!("{entry}{outcome}"),
        &format!("{entry}{excluded}{outcome}"),
    );
    let death = outcome.replace("diagnosis in t2dm", "death");
    lint(LintCode::OutcomeBefore, &format!("{entry}{outcome}"), &format!("{entry}{death}"));
}

const STUDY: &str = "study s version 1
  uses cohort users version 1
  uses codes acei version 1
  uses codes thiazide version 1
  uses codes angioedema version 1
  target = cohort users where entry.code in acei
  comparator = cohort users where entry.code in thiazide
  exclude \"before\" ja \"既往\" any diagnosis in angioedema in [ever, index]
  outcome o \"o\" ja \"o\" = first diagnosis in angioedema at risk [index + 1d, exit]
  covariates in [index - 365d, index] except acei | thiazide
";

fn study(code: LintCode, from: &str, to: &str) {
    let bad = STUDY.replace(from, to);
    assert_ne!(bad, STUDY, "{from}");
    assert!(found_with(&bad, &Facts::default()).contains(&code), "not found: {code:?}\n{bad}");
    assert_eq!(found_with(STUDY, &Facts::default()), []);
}

#[test]
fn studies_that_compare_unequals_are_found() {
    study(LintCode::Asymmetric, "exclude \"before\"", "exclude from target \"before\"");
    study(LintCode::Asymmetric, "users where entry.code in thiazide", "users");
    study(LintCode::ArmsAlike, "entry.code in thiazide", "entry.code in acei");
    study(LintCode::OutcomeBefore, "in [ever, index]\n", "in [index, index]\n");
    study(LintCode::CovariatesAhead, "index] except", "index + 30d] except");
    study(
        LintCode::UseIdle,
        "  uses codes acei",
        "  uses codes idle version 1
  uses codes acei",
    );
}

#[test]
fn arms_from_two_cohorts_are_alike_where_their_rules_are() {
    let text = "study s version 1
  uses cohort one version 1
  uses cohort another version 1
  target = cohort one
  comparator = cohort another
  outcome o = first death at risk [index + 1d, exit]
";
    let cohort = |name: &str, entry: &str, days: u32| {
        let text = format!(
            "cohort {name} version 1\n  entry first {entry}\n  require \"seen\" observed drug in [index - {days}d, index]\n"
        );
        match parse(&text).unwrap().definition {
            crate::ast::Definition::Cohort(cohort) => (cohort.heading.name.clone(), *cohort),
            crate::ast::Definition::Study(_) => panic!("{text}"),
        }
    };
    let facts = |days| Facts {
        cohorts: [cohort("one", "drug", 365), cohort("another", "procedure", days)].into(),
        ..Facts::default()
    };
    assert!(!found_with(text, &facts(365)).contains(&LintCode::Asymmetric));
    assert!(found_with(text, &facts(180)).contains(&LintCode::Asymmetric));
    assert!(found_with(text, &Facts::default()).contains(&LintCode::Asymmetric));
}

#[test]
fn every_lint_speaks_both_languages_and_says_what_to_do() {
    for code in LintCode::ALL {
        for text in [code.what(), code.remedy()] {
            assert!(!text.ja.is_ascii(), "{code:?} has no Japanese");
            assert!(text.en.chars().all(|c| c.is_ascii() || c == '…'), "{code:?}");
        }
    }
}
