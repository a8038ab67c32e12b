//! Carries out what was ordered, when every disease has written.

use super::body::{Body, State};
use super::calendar;
use super::chart::{Chart, Order, VisitEnd, VisitKind, What};
use super::codes::{Material, TestKind};
use super::panel::{Look, Measured, Panel};
use super::person::Person;
use crate::dice::Dice;

/// Measures all orders that fall in the known time and before death.
pub(super) fn carry_out(person: &Person, dice: &mut Dice, chart: &mut Chart) {
    let mut orders = chart.take_orders();
    let (begin, end) = (chart.known().0, chart.end());
    orders.retain(|order| (begin..end).contains(&order.minute) && is_kept(chart, *order));
    if orders.is_empty() {
        return;
    }
    orders.sort_unstable_by_key(|order| (order.minute, order.visit));
    let body = Body::new(person, dice);
    let mut measured = Measured::default();
    let mut left = orders.into_iter().peekable();
    while let Some(mut order) = left.next() {
        order.panel = needed(chart, order, &measured);
        while let Some(same) = left.next_if(|next| is_same(next, &order)) {
            order.panel = order.panel.and(needed(chart, same, &measured));
        }
        if order.panel == Panel::NONE {
            continue;
        }
        measured.note(order.panel, order.minute);
        let state = body.at(person, chart.shifts(), order.minute);
        measure(&state, person, order, (dice, chart));
    }
}

fn is_same(one: &Order, other: &Order) -> bool {
    (one.visit, one.minute) == (other.visit, other.minute)
}

/// What of an order is measured: all in wards and emergencies; in a clinic what is not known yet.
fn needed(chart: &Chart, order: Order, measured: &Measured) -> Panel {
    let is_clinic = chart.get(order.visit).is_some_and(|visit| visit.kind == VisitKind::Outpatient);
    if order.again || !is_clinic {
        return order.panel;
    }
    order.panel.lacking(measured, order.minute)
}

fn is_kept(chart: &Chart, order: Order) -> bool {
    chart.get(order.visit).is_some_and(|visit| visit.end != VisitEnd::NoShow)
}

fn measure(state: &State, person: &Person, order: Order, into: (&mut Dice, &mut Chart)) {
    let (dice, chart) = into;
    let shared = [dice.normal(), dice.normal(), dice.normal()];
    let look = Look { state, person, age: calendar::age(person, order.minute), shared };
    if order.panel.has(Panel::PRESSURE) {
        chart.happened(order.visit, order.minute, pressure(state, dice));
    }
    let mut taken: [Option<&'static Material>; 4] = [None; 4];
    for measurement in order.panel.measurements() {
        let Some(value) = measurement.value(&look, dice) else { continue };
        if let TestKind::Laboratory(material) = measurement.test.kind {
            take(chart, order, &mut taken, material);
        }
        chart.happened(order.visit, order.minute, What::Measured { test: measurement.test, value });
    }
}

/// Writes down once that a specimen was taken.
fn take(
    chart: &mut Chart,
    order: Order,
    taken: &mut [Option<&'static Material>; 4],
    material: &'static Material,
) {
    for place in taken {
        match place {
            Some(known) if std::ptr::eq(*known, material) => return,
            Some(_) => {}
            None => {
                *place = Some(material);
                chart.happened(order.visit, order.minute, What::Taken(material));
                return;
            }
        }
    }
}

fn pressure(state: &State, dice: &mut Dice) -> What {
    use super::body::Latent;
    let shared = dice.normal();
    let systolic = state.get(Latent::Systolic) + 9.0 * shared;
    let diastolic = state.get(Latent::Diastolic) + 4.0 * shared + 4.0 * dice.normal();
    let systolic = systolic.clamp(60.0, 250.0);
    let whole = |value: f64| i16::try_from(calendar::whole(value)).unwrap_or_default();
    What::Pressure {
        systolic: whole(systolic),
        diastolic: whole(diastolic.clamp(30.0, systolic - 12.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::birth;
    use super::super::chart::DAY;
    use super::super::codes::departments::DIABETES;
    use super::super::codes::labs;
    use super::*;

    /// What is measured of creatinine at two visits so many days apart.
    fn measured(kinds: [VisitKind; 2], days: i64, again: bool) -> usize {
        let (person, known) = birth::person(&mut Dice::new(1, 5), 1, 5);
        let mut chart = Chart::new((known.0, known.0 + 900 * DAY));
        for (kind, minute) in kinds.into_iter().zip([known.0, known.0 + days * DAY]) {
            let visit = chart.visit(kind, &DIABETES, (minute, minute + 60));
            if again {
                chart.order_again(visit, minute, Panel::KIDNEY);
            } else {
                chart.order(visit, minute, Panel::KIDNEY);
            }
        }
        carry_out(&person, &mut Dice::new(1, 6), &mut chart);
        let of_creatinine = |what: &What| matches!(what, What::Measured { test, .. } if std::ptr::eq(*test, &labs::CREATININE));
        chart.events().iter().filter(|event| of_creatinine(&event.what)).count()
    }

    #[test]
    fn a_clinic_does_not_ask_again_for_what_is_known() {
        let clinics = [VisitKind::Outpatient; 2];
        assert_eq!(measured(clinics, 25, false), 1);
        assert_eq!(measured(clinics, 26, false), 2);
        assert_eq!(measured(clinics, 25, true), 2);
    }

    #[test]
    fn a_ward_measures_what_it_wants_and_a_clinic_knows_of_it() {
        let ward = VisitKind::Inpatient { ward: 1 };
        assert_eq!(measured([VisitKind::Outpatient, ward], 2, false), 2);
        assert_eq!(measured([VisitKind::Outpatient, VisitKind::Emergency], 2, false), 2);
        assert_eq!(measured([ward, VisitKind::Outpatient], 9, false), 1);
    }
}
