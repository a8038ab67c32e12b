//! A home of each earlier form in this program: it answers what it answered, takes what comes, and
//! the databases as they were are kept.

use std::path::Path;

use synth::dice::Dice;

use super::acts::Homes;
use super::hospital::Source;
use super::steps::NUMBER;
use super::{runtime, some_of, verdict};
use crate::cli::BenchFaultsArgs;

pub(super) fn run(args: &BenchFaultsArgs, folder: &Path) -> anyhow::Result<bool> {
    let source = Source::new(args.patients, args.seed, folder);
    let lived = Homes::new(&source)?.lived;
    let (before, act) = (lived.answers()?, source.change(NUMBER)?);
    let twin = lived.copy_to(&folder.join("twin"))?;
    twin.act(&act)?;
    let after = twin.answers()?;
    let all = ledger::earlier_shapes();
    let chosen = some_of(all.len(), args.steps, &mut Dice::new(args.seed, 6));
    let shapes: Vec<ledger::Shape> =
        chosen.iter().filter_map(|number| all.get(number - 1)).copied().collect();
    let mut wrong = 0;
    for shape in &shapes {
        let home = lived.copy_to(&folder.join("work"))?;
        runtime()?.block_on(ledger::take_back(&home.path, *shape))?;
        let opened = home.answers_or_error()?;
        let kept = format!("before-upgrade/step-{:04}-{}", shape.last_step, shape.file);
        let taken = home.attempt(&act.arguments(&home))?;
        let doctor = home.attempt(&["doctor", "--deep"])?;
        let well = [
            ("it answers as before", opened.as_ref() == Some(&before)),
            ("a copy is kept", home.path.join(&kept).exists()),
            ("a day is taken in", taken.success() && home.answers()? == after),
            ("it is whole", doctor.success()),
        ];
        for (what, _) in well.iter().filter(|(_, well)| !well) {
            wrong += 1;
            let said = format!("{}{}{}", taken.err, doctor.out, doctor.err);
            println!("  {shape}: not so: {what}: {said}");
        }
    }
    println!("upgrades: homes of {} earlier shapes: {}", shapes.len(), verdict(wrong == 0));
    Ok(wrong == 0)
}
