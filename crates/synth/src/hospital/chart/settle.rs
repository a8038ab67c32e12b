//! Nobody is in a clinic while in a ward.

use super::{Chart, Minute, VisitEnd, VisitId, VisitKind};

impl Chart {
    /// Makes one stay of what overlaps: whoever should come to a clinic, or be admitted, while in a
    /// ward is seen there. Called when every disease has written, before anything is measured.
    pub(in super::super) fn settle(&mut self) {
        let Some(moved) = self.merge() else { return };
        let end_of = |visits: &[super::Visit], id: VisitId| {
            visits.get(id as usize).map_or(Minute::MAX, |visit| visit.time.1)
        };
        let place = |visit: &mut VisitId, minute: &mut Minute, visits: &[super::Visit]| {
            let host = moved.get(*visit as usize).copied().unwrap_or(*visit);
            if host != *visit {
                *visit = host;
                *minute = (*minute).min(end_of(visits, host) - 1);
            }
        };
        for event in &mut self.events {
            place(&mut event.visit, &mut event.minute, &self.visits);
        }
        for order in &mut self.orders {
            place(&mut order.visit, &mut order.minute, &self.visits);
        }
    }

    /// Lets stays take in what falls into them; gives whose events go where, if any do.
    fn merge(&mut self) -> Option<Vec<VisitId>> {
        let mut order: Vec<(Minute, VisitId)> =
            self.visits.iter().map(|visit| (visit.time.0, visit.id)).collect();
        order.sort_unstable();
        let mut moved: Option<Vec<VisitId>> = None;
        let mut stay: Option<(VisitId, Minute)> = None;
        for (begin, id) in order {
            let Some(visit) = self.visits.get_mut(id as usize) else { continue };
            let (kind, until, end) = (visit.kind, visit.time.1, visit.end);
            let is_stay = matches!(kind, VisitKind::Inpatient { .. });
            match stay {
                Some((host, host_until)) if begin < host_until => {
                    // Nothing is left of this visit: it lies beyond all time and is cut.
                    visit.time = (Minute::MAX, Minute::MAX);
                    let count = self.visits.len();
                    let all = moved.get_or_insert_with(|| (0..).take(count).collect());
                    if let Some(place) = all.get_mut(id as usize) {
                        *place = host;
                    }
                    if is_stay && let Some(host) = self.visits.get_mut(host as usize) {
                        host.time.1 = host_until.max(until);
                        host.end = if end == VisitEnd::Home { host.end } else { end };
                        stay = Some((host.id, host.time.1));
                    }
                }
                _ if is_stay => stay = Some((id, until)),
                _ => {}
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hospital::chart::{NoteKind, What};
    use crate::hospital::codes::departments::{CARDIOLOGY, DIABETES};

    #[test]
    fn what_falls_into_a_stay_happens_in_it() {
        let mut chart = Chart::new((0, 100_000));
        let clinic = chart.visit(VisitKind::Outpatient, &DIABETES, (5_000, 5_040));
        let stay = chart.visit(VisitKind::Inpatient { ward: 3 }, &CARDIOLOGY, (4_000, 9_000));
        let later = chart.visit(VisitKind::Inpatient { ward: 4 }, &DIABETES, (8_000, 12_000));
        chart.ended(later, VisitEnd::Transfer);
        chart.happened(clinic, 5_020, What::Noted(NoteKind::Progress));
        chart.happened(later, 11_000, What::Noted(NoteKind::Ward));
        chart.settle();
        assert!(chart.events().iter().all(|event| event.visit == stay));
        let host = &chart.visits()[stay as usize];
        assert_eq!((host.time, host.end), ((4_000, 12_000), VisitEnd::Transfer));
        assert_eq!(chart.visits()[clinic as usize].time.0, Minute::MAX);
    }
}
