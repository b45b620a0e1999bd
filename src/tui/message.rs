//! What the screen is told, and what it asks for in return.

use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use crate::clock::RunTime;
use crate::engine::Pace;
use crate::event::RunEvent;
use crate::plan::{Costs, Plan};
use crate::tui::ghost::Prediction;
use crate::tui::model::Screen;
use crate::tui::pointer::Pointer;

/// Something that a key asks for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// Run the plan.
    Run,
    /// Agree to what the plan would run, and run it.
    Agree,
    /// Show what the command of a task printed.
    Output,
    /// Predict the runs of the plan, or no longer.
    Predict,
    /// End the comparison that runs, and stay; a second time, by force.
    Cancel,
    /// Leave the program.
    Quit,
    /// Leave the program, as by SIGINT.
    Interrupt,
    /// Give the terminal back to the shell for a while.
    Suspend,
    /// Draw every cell again.
    Repaint,
    /// Stop or go on showing what is new.
    Freeze,
    /// The next theme.
    Theme,
    /// Take clicks and the wheel, or leave them to the terminal.
    Mouse,
    /// Open the help.
    Help,
    /// Go to the plan, in an overlay where there is no room for it.
    OpenPlan,
    /// Close what is open.
    Close,
    /// Give the panel that has the focus the whole screen, or take it back.
    Expand,
    /// Show the lanes of the band under the cursor alone.
    OpenBand,
    /// Move the focus to the next panel.
    NextPanel,
    /// Move the focus to the previous panel.
    PreviousPanel,
    /// One up.
    Up,
    /// One down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// To a screen.
    Show(Screen),
    /// The moment a column earlier.
    Back,
    /// The moment a column later.
    Forth,
    /// The moment much earlier.
    FarBack,
    /// The moment much later.
    FarForth,
    /// Open what is chosen.
    Open,
    /// Sweep again, whatever was measured before.
    StartAnew,
    /// Show what is recommended and why, or no longer.
    Why,
    /// Draw the next measure over workers.
    NextMeasure,
    /// The next work that there are runs of.
    NextWork,
    /// To the next task of the lane.
    NextTask,
    /// To the previous task of the lane.
    PreviousTask,
    /// Write the tasks of the run, or what was swept, into files.
    Export,
    /// Show what differs, or no longer.
    Differences,
    /// The previous value.
    Less,
    /// The next value.
    More,
    /// On or off.
    Toggle,
    /// Begin to edit a value from its last character.
    Edit,
    /// Type a character.
    Type(char),
    /// Take the last character back.
    Erase,
    /// Take the value that was typed.
    TakeValue,
    /// Leave the value as it was.
    DropValue,
    /// Half the time, or half the ticks, after which a holder of the interpreter's lock lets go.
    GilShorter,
    /// Twice that.
    GilLonger,
    /// Show less time, more closely.
    ZoomIn,
    /// Show more time.
    ZoomOut,
    /// Show all of it.
    ZoomReset,
    /// Show what was earlier.
    Earlier,
    /// Show what was later.
    Later,
    /// Let the time of a simulated run pass half as fast.
    Slower,
    /// Let it pass twice as fast.
    Faster,
    /// Work the rest of a simulated comparison out at once.
    ToTheEnd,
}

/// Something that the screen is told.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// Something was done with the mouse.
    Pointer(Pointer),
    /// The terminal has another size, in columns and rows.
    Resized(u16, u16),
    /// What an iteration costs here.
    Calibrated(Costs),
    /// This machine has been measured for predictions.
    Measured,
    /// What was predicted of a plan.
    Predicted(Arc<Prediction>),
    /// What happened, and the time of the run that goes on by now; none if none does.
    News(Vec<RunEvent>, Option<RunTime>),
    /// What became of writing a file: where it is, or why it is not.
    Written(Result<String, String>),
    /// The engine did not take the plan, in words.
    Refused(String),
    /// SIGTSTP came from outside.
    StopAsked,
    /// SIGCONT came: whoever had the terminal meanwhile has left something on it.
    Continued,
    /// The program is to end with this exit code, because of a signal.
    EndAsked(u8),
    /// The terminal is gone.
    TerminalLost,
}

/// Texts to be written into files of one name, each with an ending of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Export {
    /// What they are, in words: `256 tasks of threads ×4`.
    pub(crate) what: String,
    /// The name, up to a number.
    pub(crate) stem: &'static str,
    /// The endings and the texts.
    pub(crate) files: Vec<(&'static str, String)>,
}

/// What the screen asks for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// Run this plan.
    Start(Box<Plan>),
    /// Write texts into new files of the current directory, and say where.
    Write(Box<Export>),
    /// Let holders of interpreters' locks let go after twice the time or the ticks, or after half, in the runs that go on.
    ScaleInterval {
        /// Twice, not half.
        longer: bool,
    },
    /// Let the time of simulated runs pass so fast.
    Pace(Pace),
    /// Cancel the comparison.
    Cancel,
    /// Cancel it by force.
    Enforce,
    /// Give the terminal to the shell, and stop until it continues us.
    Suspend,
    /// Take the terminal again as it should be, and draw every cell.
    Reclaim,
    /// Draw every cell again.
    Repaint,
    /// Ask the terminal for clicks and the wheel, or no longer.
    Mouse(bool),
    /// End the program, after cancelling what runs.
    Quit,
    /// End the program at once: there is no terminal any more.
    Abandon,
}
