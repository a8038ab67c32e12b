//! Clauses.

use vocab::Locale;

use crate::ast::{
    Arm, Choice, CohortDefinition, Entry, Every, Heading, Keep, MatchOn, Matching, Moment, Output,
    Population, Rule, RuleKind, Step, StudyDefinition, Title, UseKind, Value,
};
use crate::text::{Part, quote};

use super::{Speaker, phrase};

impl Speaker<'_> {
    /// Both titles, the reader's language first.
    fn title(&self, title: &Title) -> String {
        let (ja, en) = (title.ja.as_deref().map(quote), title.en.as_deref().map(quote));
        match (self.locale, ja, en) {
            (_, None, None) => String::new(),
            (Locale::Ja, Some(ja), Some(en)) => format!("{ja}(英 {en})"),
            (Locale::Ja, Some(ja), None) => ja,
            (Locale::Ja, None, Some(en)) => format!("(英 {en})"),
            (Locale::En, Some(ja), Some(en)) => format!("{en} (ja {ja})"),
            (Locale::En, Some(ja), None) => format!("(ja {ja})"),
            (Locale::En, None, Some(en)) => en,
        }
    }

    fn heading(&mut self, heading: &Heading, ja: &str, en: &str) {
        let title = self.title(&heading.title);
        let (name, version) = (&heading.name, &heading.version);
        let text = phrase!(
            self,
            "{ja}{title}「{name}」版{version}。",
            "{en} {title} “{name}”, version {version}."
        );
        self.put(Part::Heading, text);
        for (at, source) in heading.sources.iter().enumerate() {
            let source = quote(&source.says);
            let text = phrase!(self, "出典: {source}。", "Source: {source}.");
            self.put(Part::Source(at), text);
        }
        for (at, used) in heading.uses.iter().enumerate() {
            let used = &used.says;
            let (name, version) = (self.used(used.kind, &used.name), &used.version);
            let kind = match used.kind {
                UseKind::Codes => phrase!(self, "コード群", "the codes"),
                UseKind::Cohort => phrase!(self, "コホート", "the cohort"),
                UseKind::List => phrase!(self, "名簿", "the list"),
            };
            let hash =
                used.hash.as_ref().map(|hash| format!(" SHA-256 {hash}")).unwrap_or_default();
            let text = phrase!(
                self,
                "{kind}{name}版{version}{hash}を使う。",
                "Uses {kind} {name}, version {version}{hash}."
            );
            self.put(Part::Use(at), text);
        }
    }

    pub(super) fn cohort(&mut self, cohort: &CohortDefinition) {
        self.heading(&cohort.heading, "コホート", "Cohort");
        if let Some(calendar) = &cohort.calendar {
            let (from, to) = calendar.says;
            let text = phrase!(
                self,
                "研究期間: 基準日が{from}から{to}まで(両端を含む)。",
                "Study period: the index date is from {from} to {to}, both included.",
            );
            self.put(Part::Calendar, text);
        }
        for (at, value) in cohort.before.iter().enumerate() {
            let text = self.value_named(&value.says);
            self.put(Part::Before(at), text);
        }
        self.entry(&cohort.entry.says);
        if let Some(index) = &cohort.index {
            let index = self.moment(&index.says);
            let text = phrase!(self, "基準日は{index}とする。", "The index date is {index}.");
            self.put(Part::Index, text);
        }
        if let Some(washout) = &cohort.washout {
            let span = self.span(washout.says);
            let text = phrase!(
                self,
                "ウォッシュアウト: 直前の{span}に別の組入れ候補があるものは除く。",
                "Washout: dropped where another candidate lies in the {span} before.",
            );
            self.put(Part::Washout, text);
        }
        for (at, step) in cohort.steps.iter().enumerate() {
            let text = match &step.says {
                Step::Let(value) => self.value_named(value),
                Step::Rule(rule) => self.rule(rule, ""),
            };
            self.put(Part::Step(at), text);
        }
        self.exits(cohort);
        self.afterwards(cohort);
        for (at, output) in cohort.outputs.iter().enumerate() {
            let text = self.output(&output.says);
            self.put(Part::Output(at), text);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let choose = match entry.choose {
            Choice::All => phrase!(self, "すべての", "every "),
            Choice::First => phrase!(self, "最初の", "the first "),
            Choice::Last => phrase!(self, "最後の", "the last "),
            Choice::Nth(nth) => phrase!(self, "{nth}番目の", "number {nth} of "),
            Choice::FirstInLife => phrase!(self, "生涯で最初の", "the first in life "),
        };
        if let [only] = entry.alternatives.as_slice() {
            let set = self.set(&only.of);
            let text =
                phrase!(self, "組入れ: {choose}{set}。", "Patients enter with {choose}{set}.");
            return self.put(Part::Entry, text);
        }
        let text = phrase!(
            self,
            "組入れ: 次のいずれかのうち、{choose}もの。",
            "Patients enter with {choose}event that is any of:",
        );
        self.put(Part::Entry, text);
        for (at, alternative) in entry.alternatives.iter().enumerate() {
            let (number, set) = (at + 1, self.set(&alternative.of));
            let text = phrase!(self, "({number}) {set}。", "({number}) {set}.");
            self.put(Part::Alternative(at), text);
        }
    }

    fn value_named(&self, value: &Value) -> String {
        let (name, what) = self.value(value);
        phrase!(self, "「{name}」とは、{what}をいう。", "“{name}” is {what}.")
    }

    fn value<'v>(&self, value: &'v Value) -> (&'v crate::ast::Name, String) {
        match value {
            Value::Events(name, of) => {
                let of = self.set(of);
                (name, phrase!(self, "すべての{of}", "every {of}"))
            }
            Value::Event(name, of) => {
                let of = self.event(of);
                (name, phrase!(self, "イベント: {of}", "the event: {of}"))
            }
            Value::Number(name, of) => {
                let of = self.number(of);
                (name, phrase!(self, "数値: {of}", "the number: {of}"))
            }
            Value::Moment(name, of) => {
                let of = self.moment(of);
                (name, phrase!(self, "時点: {of}", "the moment: {of}"))
            }
            Value::Code(name, of) => {
                let of = self.code(of);
                (name, phrase!(self, "区分: {of}", "the code: {of}"))
            }
            Value::Condition(name, of) => {
                let of = self.condition(of);
                (name, phrase!(self, "条件: {of}", "the condition: {of}"))
            }
        }
    }

    fn rule(&self, rule: &Rule, of_whom: &str) -> String {
        let (title, when) = (self.title(&rule.title), self.condition(&rule.when));
        match rule.kind {
            RuleKind::Require => phrase!(
                self,
                "選択基準{title}{of_whom}: {when}。",
                "Inclusion {title}{of_whom}: {when}.",
            ),
            RuleKind::Exclude => phrase!(
                self,
                "除外基準{title}{of_whom}: {when}。",
                "Exclusion {title}{of_whom}: {when}.",
            ),
        }
    }

    fn exits(&mut self, cohort: &CohortDefinition) {
        let first = |speaker: &Self, moments: &[Moment]| match moments {
            [only] => speaker.moment(only),
            moments => {
                let moments = speaker.list(moments, |moment| speaker.moment(moment));
                phrase!(speaker, "次のうち最初の時点〔{moments}〕", "the first of [{moments}]")
            }
        };
        if let Some(exit) = &cohort.exit {
            let exit = first(self, &exit.says);
            let text = phrase!(
                self,
                "追跡の終了: {exit}(遅くとも死亡または観察可能期間の終わり)。",
                "Follow-up ends at {exit}, and at the latest with death or the end of coverage.",
            );
            self.put(Part::Exit, text);
        }
        if let Some(censor) = &cohort.censor {
            let censor = first(self, &censor.says);
            let text = phrase!(self, "打切り: {censor}。", "Censored at {censor}.");
            self.put(Part::Censor, text);
        }
        if let Some(follow_up) = &cohort.follow_up {
            let span = self.span(follow_up.says);
            let text = phrase!(
                self,
                "追跡が{span}以上ある者に限る。",
                "Only with a follow-up of at least {span}."
            );
            self.put(Part::FollowUp, text);
        }
    }

    fn afterwards(&mut self, cohort: &CohortDefinition) {
        if let Some(keep) = &cohort.keep {
            let text = match keep.says {
                Keep::First => phrase!(
                    self,
                    "残った候補のうち最初のものだけを採る。",
                    "Of what is left, the first is kept."
                ),
                Keep::Last => phrase!(
                    self,
                    "残った候補のうち最後のものだけを採る。",
                    "Of what is left, the last is kept."
                ),
                Keep::Nth(nth) => {
                    phrase!(
                        self,
                        "残った候補のうち{nth}番目だけを採る。",
                        "Of what is left, number {nth} is kept."
                    )
                }
            };
            self.put(Part::Keep, text);
        }
        if let Some(gap) = &cohort.episodes {
            let span = self.span(gap.says);
            let text = phrase!(
                self,
                "間隔が{span}以内の期間は1つにつなぐ。",
                "Periods at most {span} apart are joined into one.",
            );
            self.put(Part::Episodes, text);
        }
        if let Some(sample) = &cohort.sample {
            let (patients, seed) = (sample.says.patients, sample.says.seed);
            let text = phrase!(
                self,
                "無作為に{patients}人を抽出する(乱数の種{seed})。",
                "A random sample of {patients} patients (seed {seed}).",
            );
            self.put(Part::Sample, text);
        }
        if let Some(matching) = &cohort.matched {
            let text = self.matching(&matching.says);
            self.put(Part::Matched, text);
        }
    }

    fn matching(&self, matching: &Matching) -> String {
        let (to, ratio) = (self.used(UseKind::Cohort, &matching.to), matching.ratio);
        let seed = matching.seed;
        let on = self.list(&matching.on, |on| match on {
            MatchOn::Sex => phrase!(self, "性別", "sex"),
            MatchOn::Department => phrase!(self, "診療科", "department"),
            MatchOn::Age(within) => {
                let within = self.span(*within);
                phrase!(self, "年齢(差{within}以内)", "age (within {within})")
            }
            MatchOn::Index(within) => {
                let within = self.span(*within);
                phrase!(self, "基準日(差{within}以内)", "index date (within {within})")
            }
        });
        phrase!(
            self,
            "コホート{to}の各人に、{on}の一致する者を最大{ratio}人ずつ対応させる(乱数の種{seed})。",
            "Up to {ratio} are matched to each member of the cohort {to} on {on} (seed {seed}).",
        )
    }

    fn output(&self, output: &Output) -> String {
        match output {
            Output::Variable { title, value } => {
                let title = self.title(title);
                let (name, what) = self.value(value);
                phrase!(
                    self,
                    "変数「{name}」{title}: {what}。",
                    "Variable “{name}” {title}: {what}."
                )
            }
            Output::Outcome { title, name, select, of } => {
                let (title, what) = (self.title(title), self.selected(select, of));
                phrase!(
                    self,
                    "アウトカム「{name}」{title}: {what}。",
                    "Outcome “{name}” {title}: {what}."
                )
            }
            Output::Stratum { title, name, code } => {
                let (title, code) = (self.title(title), self.code(code));
                phrase!(self, "層別「{name}」{title}: {code}。", "Strata “{name}” {title}: {code}.")
            }
            Output::Measure(measure) => {
                let (title, name) = (self.title(&measure.title), &measure.name);
                let every = match measure.every {
                    Every::Month => phrase!(self, "月", "month"),
                    Every::Quarter => phrase!(self, "四半期", "quarter"),
                    Every::Year => phrase!(self, "年", "year"),
                };
                let denominator = self.condition(&measure.denominator);
                let numerator = self.condition(&measure.numerator);
                phrase!(
                    self,
                    "指標「{name}」{title}({every}ごと): 分母は〔{denominator}〕、分子はそのうち〔{numerator}〕。",
                    "Measure “{name}” {title}, each {every}: of those with [{denominator}], those with [{numerator}].",
                )
            }
        }
    }

    pub(super) fn study(&mut self, study: &StudyDefinition) {
        self.heading(&study.heading, "研究", "Study");
        let target = self.arm(&study.target.says);
        let text = phrase!(self, "対象群: {target}。", "Target: {target}.");
        self.put(Part::Target, text);
        let comparator = self.arm(&study.comparator.says);
        let text = phrase!(self, "比較群: {comparator}。", "Comparator: {comparator}.");
        self.put(Part::Comparator, text);
        for (at, rule) in study.rules.iter().enumerate() {
            let of_whom = match rule.says.from {
                Population::Both => String::new(),
                Population::Target => phrase!(self, "(対象群のみ)", " (target only)"),
                Population::Comparator => phrase!(self, "(比較群のみ)", " (comparator only)"),
            };
            let text = self.rule(&rule.says.rule, &of_whom);
            self.put(Part::Step(at), text);
        }
        for (at, outcome) in study.outcomes.iter().enumerate() {
            let outcome = &outcome.says;
            let (title, name) = (self.title(&outcome.title), &outcome.name);
            let what = self.selected(&outcome.select, &outcome.of);
            let risk = self.window(&outcome.at_risk);
            let text = phrase!(
                self,
                "アウトカム「{name}」{title}: {what}、リスク期間は{risk}。",
                "Outcome “{name}” {title}: {what}, at risk {risk}.",
            );
            self.put(Part::Output(at), text);
        }
        if let Some(covariates) = &study.covariates {
            let covariates = &covariates.says;
            let (from, to) = (self.moment(&covariates.from), self.moment(&covariates.to));
            let except = match covariates.except.as_slice() {
                [] => String::new(),
                names => {
                    let names = self.any_used(UseKind::Codes, names);
                    phrase!(self, "(コード群{names}を除く)", ", except the codes {names}")
                }
            };
            let text = phrase!(
                self,
                "調整に使う共変量: {from}から{to}まで{except}。",
                "Covariates from {from} to {to}{except}.",
            );
            self.put(Part::Covariates, text);
        }
        if let Some(controls) = &study.negative_controls {
            let name = self.used(UseKind::Codes, &controls.says);
            let text =
                phrase!(self, "陰性対照: コード群{name}。", "Negative controls: the codes {name}.");
            self.put(Part::NegativeControls, text);
        }
    }

    fn arm(&self, arm: &Arm) -> String {
        let cohort = self.used(UseKind::Cohort, &arm.cohort);
        match &arm.only {
            None => phrase!(self, "コホート{cohort}", "the cohort {cohort}"),
            Some(only) => {
                let only = self.condition(only);
                phrase!(
                    self,
                    "コホート{cohort}のうち〔{only}〕",
                    "the cohort {cohort} where [{only}]"
                )
            }
        }
    }
}
