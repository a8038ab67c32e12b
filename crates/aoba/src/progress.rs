//! A bar on standard error: how far, how fast, how long still.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Makes a bar over `total` bytes. It is drawn only where a person watches a terminal.
pub(crate) fn bytes(total: u64, what: &str, quiet: bool) -> ProgressBar {
    bar(total, what, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}", quiet)
}

/// Makes a bar over `total` things of one kind.
pub(crate) fn things(total: u64, what: &str, quiet: bool) -> ProgressBar {
    bar(total, what, "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}", quiet)
}

/// Moves a bar to how many are done, and of how many.
pub(crate) fn moving(bar: &ProgressBar) -> impl Fn(u64, u64) {
    |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}

/// Makes a sign that something is going on, for as long as nobody knows how long it takes.
pub(crate) fn waiting(what: &str, quiet: bool) -> ProgressBar {
    let sign = bar(0, what, "{spinner} {msg} {elapsed}", quiet);
    sign.enable_steady_tick(std::time::Duration::from_millis(200));
    sign
}

fn bar(total: u64, what: &str, template: &str, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}
