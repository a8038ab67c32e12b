//! The laboratory's own report: the values of one minute.

use super::super::super::codes::{Disease, TestKind};
use super::super::facts::Facts;
use super::super::pen::Pen;
use super::super::span::Assertion;
use super::super::{names, stage, values};
use super::named;

/// Lines of one report at most.
const LINES_MAX: usize = 40;

/// Writes the values measured at the report's minute, or else all of the visit; what was tested
/// and what it comes to.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts, finding: Option<&'static Disease>) {
    for done in facts.operations.iter().filter(|done| done.minute == facts.now) {
        pen.heading("検査項目");
        stage::operation(pen, done);
    }
    pen.heading("検体検査結果");
    pen.line();
    numbers(pen, facts);
    match finding {
        Some(disease) => {
            pen.heading("判定");
            named(pen, disease, Assertion::Present);
            pen.say("{に矛盾しない結果|を支持する結果|として矛盾しない}");
        }
        None if facts.labs.is_empty() => pen.say("{別紙参照|異常所見なし}"),
        None => {}
    }
    pen.line();
}

fn numbers(pen: &mut Pen<'_>, facts: &Facts) {
    let at_once = facts.labs.iter().any(|lab| lab.minute == facts.now);
    let shown = (facts.labs.iter())
        .filter(|lab| matches!(lab.test.kind, TestKind::Laboratory(_)))
        .filter(|lab| !at_once || lab.minute == facts.now);
    for lab in shown.take(LINES_MAX) {
        let Some(amount) = values::amount(lab.test, lab.value) else {
            pen.put(lab.test.ja);
            if let super::super::Value::Absent(why) = lab.value {
                pen.print(format_args!(" 測定不能（{why}）\n"));
            }
            continue;
        };
        let here = pen.open();
        pen.put(lab.test.ja);
        pen.put(" ");
        values::put_with_unit(pen, amount);
        pen.close(here, names::coded_test(lab.test, Some(amount)).on(lab.minute), false);
        match values::side_of_limits(lab, facts.is_woman) {
            std::cmp::Ordering::Less => pen.put(" L"),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => pen.put(" H"),
        }
        pen.put("\n");
    }
}
