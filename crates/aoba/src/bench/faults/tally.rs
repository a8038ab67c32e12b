//! What breaking acts came to: before or after, and nothing between.

use super::acts::Act;
use super::kept::{Home, State};

/// The two states there may be.
#[derive(Clone, Debug)]
pub(super) struct States {
    pub(super) before: State,
    pub(super) after: State,
}

/// What was found, case by case.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) cases: u64,
    before: u64,
    after: u64,
    /// States that are neither, or homes that do not answer.
    torn: u64,
    /// Acts that had said they were done, and were not.
    lost: u64,
    /// Acts repeated that failed or ended elsewhere.
    other: u64,
    /// Homes whose audit or files were not whole, or whose backup does not give them back.
    unwell: u64,
    /// Commands that had to be ended.
    hung: u64,
}

impl Tally {
    pub(super) fn is_well(&self) -> bool {
        self.torn + self.lost + self.other + self.unwell + self.hung == 0
    }

    /// Takes a command that had to be ended.
    pub(super) fn hung(&mut self, case: &str) {
        self.hung += 1;
        println!("  {case}: hung");
    }

    /// Looks at a home in which an act was broken; true when it stands.
    pub(super) fn broken(
        &mut self,
        (home, case): (&Home, &str),
        acknowledged: bool,
        states: &States,
    ) -> anyhow::Result<bool> {
        self.cases += 1;
        let now = home.state()?;
        let stands = now.as_ref() == Some(&states.after);
        match (stands, now.as_ref() == Some(&states.before)) {
            (true, _) => self.after += 1,
            (false, true) => self.before += 1,
            (false, false) => {
                self.torn += 1;
                println!("  {case}: neither before nor after: {}", home.complaint()?);
            }
        }
        if acknowledged && !stands {
            self.lost += 1;
            println!("  {case}: it said that it was done, and it was not");
        }
        let audit = home.attempt(&["audit", "verify"])?;
        if !audit.success() {
            self.unwell += 1;
            println!("  {case}: {}{}", audit.out, audit.err);
        }
        Ok(stands)
    }

    /// Repeats the act to its end, and looks whether it ended where it should; what it holds then.
    pub(super) fn repeated(
        &mut self,
        (home, case): (&Home, &str),
        (act, states): (&Act, &States),
        doctor: &[&str],
    ) -> anyhow::Result<Option<State>> {
        let again = home.attempt(&act.arguments(home))?;
        let now = home.state()?;
        if !again.success() || !now.as_ref().is_some_and(|now| now.holds(&states.after)) {
            self.other += 1;
            let complaint = home.complaint()?;
            println!(
                "  {case}: repeated, it ended elsewhere: {}{}{complaint}",
                again.out, again.err
            );
        }
        let doctor = home.attempt(doctor)?;
        if !doctor.success() {
            self.unwell += 1;
            println!("  {case}: {}{}", doctor.out, doctor.err);
        }
        if act.generations() > 0 && !home.comes_back()? {
            self.unwell += 1;
            println!("  {case}: its backup does not give it back");
        }
        Ok(now)
    }

    pub(super) fn tell(&self) {
        let Self { cases: _, before, after, torn, lost, other, unwell, hung } = self;
        println!("  afterwards before {before}, after {after}, neither {torn}");
        println!(
            "  acknowledged and lost {lost}, repeated and ended elsewhere {other}, not whole \
             {unwell}, hung {hung}"
        );
    }
}
