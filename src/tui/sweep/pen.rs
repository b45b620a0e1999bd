//! The kinds of lines of the curve: how each is dashed, and which letter stands for it where there are no dots. Nothing here
//! draws.

use crate::tui::theme::Theme;

/// A kind of line.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Pen {
    /// As many times as fast as one worker.
    Ideal,
    /// What CPUs, whole rounds and locks allow.
    Possible,
    /// What joins the points of a strategy.
    Joined,
    /// The fitted law of a strategy.
    Fitted,
    /// Where a point lies with 95 %.
    Interval,
    /// The height of a point: its mark stands in a whole row.
    Level,
}

impl Pen {
    /// Dots of the line, and of the gaps in it.
    pub(crate) const fn dashes(self) -> (usize, usize) {
        match self {
            Self::Ideal => (1, 4),
            Self::Possible => (5, 3),
            Self::Joined => (2, 1),
            Self::Fitted | Self::Interval | Self::Level => (1, 0),
        }
    }

    /// The letter that stands for its dots where there is only ASCII; none for what would be lost in a whole row. None of
    /// them is that of the grid, of an axis, of a mark, or of what is recommended.
    pub(crate) const fn letter(self) -> Option<char> {
        match self {
            Self::Ideal => Some('/'),
            Self::Possible => Some('^'),
            Self::Joined => Some('.'),
            Self::Fitted => Some('~'),
            Self::Interval => Some('I'),
            Self::Level => None,
        }
    }

    /// What it looks like in a legend.
    pub(crate) fn sample(self, theme: &Theme) -> String {
        if theme.ascii {
            return self.letter().map(String::from).unwrap_or_default();
        }
        let dots = match self {
            Self::Ideal => "⠄⠂",
            Self::Possible => "⠤⠄⠠⠤",
            Self::Joined => "⠤⠠⠄",
            Self::Fitted | Self::Level => "⠤⠤",
            Self::Interval => "⡇",
        };
        dots.to_owned()
    }
}
