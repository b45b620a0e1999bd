//! The stretch of time that the lanes show: all of it, or a part that follows what is new or stays where it is.

use crate::clock::RunTime;
use crate::units::Nanos;

/// The closest zoom: a thousandth of a thousandth.
const MOST_ZOOM: u8 = 20;
/// The shortest stretch that is shown.
const SHORTEST: Nanos = Nanos::from_micros(10);

/// Which part is shown.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Window {
    /// How often the whole was halved.
    zoom: u8,
    /// Where the part begins; none while it follows what is new.
    from: Option<RunTime>,
}

impl Window {
    /// The stretch to show of a run whose time axis ends at `whole` and that is known up to `known`.
    pub(crate) fn stretch(self, whole: Nanos, known: RunTime) -> (RunTime, RunTime) {
        if self.zoom == 0 {
            return (RunTime::START, RunTime(whole.0.max(1)));
        }
        let length = Nanos((whole.0 >> self.zoom).max(SHORTEST.0));
        let last = whole.0.saturating_sub(length.0);
        let from = self.from.map_or_else(|| known.0.saturating_sub(length.0), |from| from.0).min(last);
        (RunTime(from), RunTime(from).after(length))
    }

    /// Whether a part is shown.
    pub(crate) const fn is_zoomed(self) -> bool {
        self.zoom > 0
    }

    /// Shows half of what is shown, its middle or its new end.
    pub(crate) fn zoom_in(&mut self, whole: Nanos, known: RunTime) {
        let (from, to) = self.stretch(whole, known);
        if self.zoom == MOST_ZOOM || to.since(from) <= SHORTEST * 2 {
            return;
        }
        self.zoom += 1;
        if self.from.is_some() {
            self.from = Some(from.after(to.since(from) / 4));
        }
    }

    /// Shows twice of what is shown.
    pub(crate) fn zoom_out(&mut self, whole: Nanos, known: RunTime) {
        let (from, to) = self.stretch(whole, known);
        self.zoom = self.zoom.saturating_sub(1);
        match self.zoom {
            0 => self.from = None,
            _ if self.from.is_some() => {
                self.from = Some(RunTime(from.0.saturating_sub(to.since(from).0 / 2)));
            }
            _ => {}
        }
    }

    /// Shows as much as before, with a moment in the middle, as far as there is time around it.
    pub(crate) fn centre(&mut self, at: RunTime, whole: Nanos, known: RunTime) {
        if self.zoom > 0 {
            let (from, to) = self.stretch(whole, known);
            self.from = Some(RunTime(at.0.saturating_sub(to.since(from).0 / 2)));
        }
    }

    /// Shows what lies a quarter earlier or later; past the end it follows what is new again.
    pub(crate) fn scroll(&mut self, later: bool, whole: Nanos, known: RunTime) {
        if self.zoom == 0 {
            return;
        }
        let (from, to) = self.stretch(whole, known);
        let step = to.since(from) / 4;
        let moved = if later { from.after(step) } else { RunTime(from.0.saturating_sub(step.0)) };
        let end = known.0.saturating_sub(to.since(from).0);
        self.from = (moved.0 < end).then_some(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WHOLE: Nanos = Nanos::from_secs(8);
    const KNOWN: RunTime = RunTime(8_000_000_000);

    #[test]
    fn a_zoomed_window_follows_what_is_new_until_it_is_scrolled() {
        let mut window = Window::default();
        window.scroll(false, WHOLE, KNOWN);
        assert_eq!(window.stretch(WHOLE, KNOWN), (RunTime(0), KNOWN));
        window.zoom_in(WHOLE, KNOWN);
        window.zoom_in(WHOLE, KNOWN);
        assert_eq!(window.stretch(WHOLE, KNOWN), (RunTime(6_000_000_000), KNOWN));
        window.scroll(false, WHOLE, KNOWN);
        let held = window.stretch(WHOLE, KNOWN);
        assert_eq!(held.0, RunTime(5_500_000_000));
        assert_eq!(window.stretch(WHOLE * 2, RunTime(16_000_000_000)).0, held.0, "it stays where it is");
        window.scroll(true, WHOLE, KNOWN);
        assert_eq!(window.stretch(WHOLE, KNOWN).1, KNOWN);
        window.zoom_out(WHOLE, KNOWN);
        window.zoom_out(WHOLE, KNOWN);
        assert!(!window.is_zoomed());
    }

    proptest! {
        #[test]
        fn a_window_lies_within_the_whole(
            whole in 0u64..1 << 50,
            known in 0u64..1 << 50,
            moves in proptest::collection::vec(0u8..4, 0..60),
        ) {
            let (whole, known) = (Nanos(whole), RunTime(known));
            let mut window = Window::default();
            for step in moves {
                match step {
                    0 => window.zoom_in(whole, known),
                    1 => window.zoom_out(whole, known),
                    later => window.scroll(later == 2, whole, known),
                }
                let (from, to) = window.stretch(whole, known);
                prop_assert!(from < to);
                prop_assert!(to.0 <= whole.0.max(SHORTEST.0), "{from:?} {to:?}");
            }
        }
    }
}
