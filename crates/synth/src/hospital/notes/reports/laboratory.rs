//! The laboratory's own report: the values of one minute.

use super::super::super::codes::TestKind;
use super::super::facts::Facts;
use super::super::pen::Pen;
use super::super::{names, values};

/// Lines of one report at most.
const LINES_MAX: usize = 40;

/// Writes the values measured at the report's minute, or else all of the visit.
pub(super) fn write(pen: &mut Pen<'_>, facts: &Facts) {
    pen.heading("検体検査結果");
    pen.line();
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
