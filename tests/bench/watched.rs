//! A run that is watched on the screen, in a real pseudo-terminal, over the same run with `run -q`, in pairs that alternate
//! in who is first; the goal is 1.01 at most. Below stands what the screen itself uses, beside the monitors that are
//! installed, on a terminal of the same size at the same rate as far as they go. `cargo bench --bench watched`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;
mod monitor;

use poolscope::cost::screen;
use poolscope::units::Nanos;

/// Enough for an interval of about a percent on a quiet machine.
const PAIRS: u32 = 40;

fn main() {
    let rig = harness::rig();
    harness::say_ratio("watched / not watched", screen::slowdown(&rig, PAIRS));
    let used = screen::used(&rig, Nanos::from_secs(10));
    let part = |part: fn(&screen::Use) -> f64| used.as_ref().map(part).map_err(Clone::clone);
    harness::say("own threads, busy, 20 frames/s", part(|used| used.busy * 100.0), "% of a core");
    harness::say("own threads, idle", part(|used| used.idle * 100.0), "% of a core");
    harness::say("written, busy", part(|used| used.bytes_per_second / 1e3), "kB/s");
    for (name, args) in [("btop", &["--update", "100"][..]), ("htop", &["-d", "1"])] {
        let used = monitor::used(name, args);
        let part = |part: fn(&monitor::Use) -> f64| used.as_ref().map(part).map_err(Clone::clone);
        harness::say(&format!("{name}, 10 frames/s"), part(|used| used.cpu * 100.0), "% of a core");
        harness::say(&format!("{name}, written"), part(|used| used.bytes_per_second / 1e3), "kB/s");
    }
}
