//! What is shown, what has the focus, what lies over it, and whether something runs.

use crate::ids::TaskIndex;

/// What the terminal shows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Screen {
    /// A plan to edit, and a run to watch.
    Lab,
    /// Runs side by side.
    Compare,
    /// Runs over numbers of workers.
    Sweep,
}

/// A panel that can have the focus.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Panel {
    /// What is to be run.
    Plan,
    /// How each run goes.
    Runs,
    /// What each worker does.
    Workers,
}

/// What lies over the screen.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Overlay {
    /// All keys.
    Help {
        /// Lines scrolled away.
        scroll: u16,
    },
    /// The plan, where the screen has no room for it.
    Plan,
    /// What the plan would run, which somebody has to agree to.
    Consent {
        /// Lines scrolled away.
        scroll: u16,
        /// Whether a sweep is to measure anew what it has measured already.
        anew: bool,
    },
    /// What the command of a task printed.
    Output {
        /// The task.
        task: TaskIndex,
        /// The number of the attempt, from 0.
        attempt: u8,
        /// Lines scrolled away.
        scroll: u16,
    },
}

/// What goes on.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Activity {
    /// Nothing.
    Idle,
    /// A comparison or a sweep.
    Running,
    /// One that was asked to end.
    Stopping,
    /// The end of the program.
    Quitting,
}
