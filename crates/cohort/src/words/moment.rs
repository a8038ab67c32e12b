//! Moments, lengths of time, windows.

use vocab::Locale;

use crate::ast::{Anchor, Bound, Moment, Offset, Relation, Span, TimeUnit, Window};

use super::{Speaker, phrase};

impl Speaker<'_> {
    pub(super) fn time_unit(&self, unit: TimeUnit, count: u32) -> &'static str {
        let (ja, one, many) = match unit {
            TimeUnit::Second => ("秒", "second", "seconds"),
            TimeUnit::Minute => ("分", "minute", "minutes"),
            TimeUnit::Hour => ("時間", "hour", "hours"),
            TimeUnit::Day => ("日", "day", "days"),
            TimeUnit::Week => ("週", "week", "weeks"),
            TimeUnit::Month => ("か月", "month", "months"),
            TimeUnit::Year => ("年", "year", "years"),
        };
        match self.locale {
            Locale::Ja => ja,
            Locale::En if count == 1 => one,
            Locale::En => many,
        }
    }

    pub(super) fn span(&self, span: Span) -> String {
        let (count, unit) = (span.count, self.time_unit(span.unit, span.count));
        phrase!(self, "{count}{unit}", "{count} {unit}")
    }

    pub(super) fn moment(&self, moment: &Moment) -> String {
        let anchor = self.anchor(&moment.anchor);
        let Some(Offset { count, unit }) = moment.offset else { return anchor };
        let span = self.span(Span { count: count.unsigned_abs(), unit });
        if count < 0 {
            phrase!(self, "{anchor}の{span}前", "{span} before {anchor}")
        } else {
            phrase!(self, "{anchor}の{span}後", "{span} after {anchor}")
        }
    }

    fn anchor(&self, anchor: &Anchor) -> String {
        let (ja, en) = match anchor {
            Anchor::Index => ("基準日", "the index date"),
            Anchor::Exit => ("終了時点", "the exit"),
            Anchor::Birth => ("出生", "birth"),
            Anchor::Death => ("死亡", "death"),
            Anchor::StudyStart => ("研究期間の初日", "the first day of the study period"),
            Anchor::StudyEnd => ("研究期間の最終日", "the last day of the study period"),
            Anchor::CoverageStart => ("観察可能期間の初日", "the first day of coverage"),
            Anchor::CoverageEnd => ("観察可能期間の最終日", "the last day of coverage"),
            Anchor::IntervalStart => ("集計区間の初日", "the first day of the interval"),
            Anchor::IntervalEnd => ("集計区間の最終日", "the last day of the interval"),
            Anchor::Start(of) => {
                let of = self.event(of);
                return phrase!(self, "{of}の開始", "the start of {of}");
            }
            Anchor::End(of) => {
                let of = self.event(of);
                return phrase!(self, "{of}の終了", "the end of {of}");
            }
            Anchor::CoverageStartOf(of) => {
                let of = self.event(of);
                return phrase!(
                    self,
                    "{of}を含む観察可能期間の初日",
                    "the first day of the coverage that holds {of}"
                );
            }
            Anchor::CoverageEndOf(of) => {
                let of = self.event(of);
                return phrase!(
                    self,
                    "{of}を含む観察可能期間の最終日",
                    "the last day of the coverage that holds {of}"
                );
            }
            Anchor::Else(known, other) => {
                let (known, other) = (self.moment(known), self.moment(other));
                return phrase!(
                    self,
                    "〔{known}、定まらなければ{other}〕",
                    "[{known}, or where that is not known {other}]"
                );
            }
            Anchor::Date(date) => return date.to_string(),
            Anchor::Named(name) => return self.named(name),
            Anchor::Earliest(moments) => {
                let moments = self.list(moments, |moment| self.moment(moment));
                return phrase!(
                    self,
                    "〔{moments}〕のうち最も早い時点",
                    "the earliest of [{moments}]"
                );
            }
            Anchor::Latest(moments) => {
                let moments = self.list(moments, |moment| self.moment(moment));
                return phrase!(
                    self,
                    "〔{moments}〕のうち最も遅い時点",
                    "the latest of [{moments}]"
                );
            }
        };
        match self.locale {
            Locale::Ja => ja.to_owned(),
            Locale::En => en.to_owned(),
        }
    }

    /// `from … to …`
    pub(super) fn bounds(&self, from: &Bound, to: &Bound) -> String {
        match (from, to) {
            (Bound::Ever, Bound::Ever) => phrase!(self, "全期間", "at any time"),
            (Bound::Closed(from), Bound::Closed(to)) if from == to => {
                let moment = self.moment(from);
                phrase!(self, "{moment}当日", "on {moment}")
            }
            (Bound::Closed(from), Bound::Closed(to)) => {
                let (from, to) = (self.moment(from), self.moment(to));
                phrase!(self, "{from}から{to}まで", "from {from} to {to}")
            }
            (from, to) => {
                let parts: Vec<String> =
                    [self.lower(from), self.upper(to)].into_iter().flatten().collect();
                match self.locale {
                    Locale::Ja => parts.join("、"),
                    Locale::En => parts.join(" and "),
                }
            }
        }
    }

    fn lower(&self, from: &Bound) -> Option<String> {
        let moment = self.moment(from.moment()?);
        Some(match from {
            Bound::Open(_) => phrase!(self, "{moment}より後", "after {moment}"),
            _ => phrase!(self, "{moment}以降", "on or after {moment}"),
        })
    }

    fn upper(&self, to: &Bound) -> Option<String> {
        let moment = self.moment(to.moment()?);
        Some(match to {
            Bound::Open(_) => phrase!(self, "{moment}より前", "before {moment}"),
            _ => phrase!(self, "{moment}まで", "up to and including {moment}"),
        })
    }

    pub(super) fn window(&self, window: &Window) -> String {
        let bounds = self.bounds(&window.from, &window.to);
        let bounds = if window.counts_seconds() {
            phrase!(self, "{bounds}(時刻で比較)", "{bounds} (to the second)")
        } else {
            bounds
        };
        match window.relation {
            Relation::Starts => bounds,
            Relation::Ends => phrase!(self, "終了が{bounds}", "ending {bounds}"),
            Relation::Wholly => {
                phrase!(self, "開始から終了までが{bounds}", "lying wholly {bounds}")
            }
            Relation::Overlaps => {
                phrase!(self, "一部でも{bounds}", "overlapping the time {bounds}")
            }
        }
    }
}
