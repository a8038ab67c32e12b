//! Sets of events and single events.

use vocab::Locale;

use crate::ast::{
    Certainty, Era, Event, EventSet, Kind, Rank, Records, Selection, Source, Supply, TakeFrom,
    UseKind,
};

use super::{Speaker, phrase};

impl Speaker<'_> {
    pub(super) fn kind(&self, kind: &Kind) -> String {
        let (ja, en) = match kind {
            Kind::Diagnosis => ("傷病名", "diagnosis"),
            Kind::Drug => ("薬剤(処方・投与・調剤)", "drug (ordered, given or dispensed)"),
            Kind::DrugOrder => ("処方・注射オーダー", "drug order"),
            Kind::DrugAdmin => ("投薬実施", "drug administration"),
            Kind::Dispensing => ("調剤", "dispensing"),
            Kind::Procedure => ("処置・手術", "procedure"),
            Kind::Lab => ("検体検査", "laboratory result"),
            Kind::Vital => ("バイタルサイン・身体計測", "vital sign"),
            Kind::Visit => ("受診・入院", "visit"),
            Kind::Death => ("死亡", "death"),
            Kind::Observation => ("その他の所見", "observation"),
            Kind::NoteTerm => ("記録文中の所見", "finding in a note"),
            Kind::Specimen => ("検体試料", "specimen"),
            Kind::Variant => ("遺伝子バリアント", "genetic variant"),
            Kind::Pgs => ("多遺伝子スコア", "polygenic score"),
            Kind::Form => ("調査票の回答", "form answer"),
            Kind::Device => ("医療機器", "device"),
            Kind::Immunization => ("予防接種", "vaccination"),
            Kind::Allergy => ("アレルギー", "allergy"),
            Kind::Consent => ("同意", "consent"),
            Kind::Other(name) => {
                return phrase!(self, "イベント「{name}」", "event “{name}”");
            }
        };
        match self.locale {
            Locale::Ja => ja.to_owned(),
            Locale::En => en.to_owned(),
        }
    }

    fn records(&self, records: &Records) -> String {
        let kind = self.kind(&records.kind);
        let certainty = match (records.certainty, &records.kind) {
            (Certainty::Confirmed, Kind::Diagnosis) => phrase!(self, "確定した", "confirmed "),
            (Certainty::Confirmed, _) => String::new(),
            (Certainty::Suspected, _) => phrase!(self, "疑いの", "suspected "),
            (Certainty::Either, _) => phrase!(self, "確定または疑いの", "confirmed or suspected "),
        };
        let rank = match records.rank {
            None => String::new(),
            Some(Rank::Main) => phrase!(self, "主", "main "),
            Some(Rank::Other) => phrase!(self, "主でない", "non-main "),
        };
        if records.codes.is_empty() {
            return format!("{certainty}{rank}{kind}");
        }
        let codes = self.any_used(UseKind::Codes, &records.codes);
        phrase!(self, "{codes}の{certainty}{rank}{kind}", "{certainty}{rank}{kind} of {codes}")
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Records(of) => self.records(of),
            Source::Cohort(name) => {
                let name = self.used(UseKind::Cohort, name);
                phrase!(self, "コホート{name}の期間", "period in the cohort {name}")
            }
            Source::List(name) => {
                let name = self.used(UseKind::List, name);
                phrase!(self, "名簿{name}の記載", "entry of the list {name}")
            }
            Source::Named(name) => self.named(name),
            Source::AnyOf(sets) => {
                let sets: Vec<String> = sets.iter().map(|set| self.set(set)).collect();
                match self.locale {
                    Locale::Ja => format!("〔{}〕のいずれか", sets.join("、または")),
                    Locale::En => format!("any of [{}]", sets.join(", or ")),
                }
            }
            Source::Take(take) => {
                let (count, of) = (take.count, self.set(&take.of));
                match take.from {
                    TakeFrom::First => {
                        phrase!(self, "〔{of}〕の最初の{count}件", "the first {count} of [{of}]")
                    }
                    TakeFrom::Last => {
                        phrase!(self, "〔{of}〕の最後の{count}件", "the last {count} of [{of}]")
                    }
                }
            }
            Source::Episodes(episodes) => {
                let (gap, of) = (self.span(episodes.gap), self.set(&episodes.of));
                phrase!(
                    self,
                    "〔{of}〕を間隔{gap}以内でつないだエピソード",
                    "episode of [{of}] joined over gaps of at most {gap}",
                )
            }
            Source::Era(era) => self.era(era),
        }
    }

    fn era(&self, era: &Era) -> String {
        let (gap, of) = (self.span(era.gap), self.set(&era.of));
        let supply = self.supply(era.supply, era.carry);
        phrase!(
            self,
            "〔{of}〕を{supply}、中断{gap}以内でつないだ投与継続期間",
            "era of [{of}], {supply}, joined over gaps of at most {gap}",
        )
    }

    pub(super) fn supply(&self, supply: Supply, carry: bool) -> String {
        let supply = match supply {
            Supply::Recorded => {
                phrase!(self, "記録された日数分とし", "each lasting the days recorded")
            }
            Supply::RecordedElse(other) => {
                let other = self.span(other);
                phrase!(
                    self,
                    "記録された日数分(なければ{other})とし",
                    "each lasting the days recorded (or {other} where none are)",
                )
            }
            Supply::Fixed(fixed) => {
                let fixed = self.span(fixed);
                phrase!(self, "一律{fixed}分とし", "each lasting {fixed}")
            }
        };
        if carry {
            phrase!(self, "{supply}(残薬は繰り越す)", "{supply} (what is left is used up first)")
        } else {
            supply
        }
    }

    pub(super) fn set(&self, set: &EventSet) -> String {
        let mut said = self.source(&set.from);
        if let Some(name) = &set.name {
            said = phrase!(self, "{said}(以下「{name}」)", "{said} (called “{name}”)");
        }
        if let Some(window) = &set.window {
            let window = self.window(window);
            said = phrase!(self, "{said}({window})", "{said} ({window})");
        }
        if let Some(with) = &set.with {
            let with = self.condition(with);
            said = phrase!(self, "{said}で〔{with}〕を満たすもの", "{said} for which [{with}]");
        }
        said
    }

    pub(super) fn event(&self, event: &Event) -> String {
        match event {
            Event::This => phrase!(self, "当該イベント", "this event"),
            Event::Entry => phrase!(self, "組入れイベント", "the entry event"),
            Event::Named(name) => self.named(name),
            Event::Select(which, of) => self.selected(which, of),
        }
    }

    pub(super) fn selected(&self, which: &Selection, of: &EventSet) -> String {
        let of = match (&of.name, &of.window, &of.with) {
            (None, None, None) => self.set(of),
            _ => {
                let of = self.set(of);
                phrase!(self, "〔{of}〕", "[{of}]")
            }
        };
        match which {
            Selection::First => phrase!(self, "最初の{of}", "the first {of}"),
            Selection::Last => phrase!(self, "最後の{of}", "the last {of}"),
            Selection::Nth(nth) => {
                phrase!(self, "{nth}番目の{of}", "number {nth} in order of {of}")
            }
            Selection::FirstInLife => phrase!(self, "生涯で最初の{of}", "the first in life {of}"),
            Selection::Highest => phrase!(self, "値が最も高い{of}", "the highest {of}"),
            Selection::Lowest => phrase!(self, "値が最も低い{of}", "the lowest {of}"),
            Selection::Nearest(moment) => {
                let moment = self.moment(moment);
                phrase!(self, "{moment}に最も近い{of}", "the nearest to {moment} of {of}")
            }
        }
    }
}
