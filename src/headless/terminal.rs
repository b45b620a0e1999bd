//! What the terminal can do, from the environment and the descriptors. It is only looked at here: who draws on it with
//! more than lines and bars is the business of `tui`.

use std::io::IsTerminal;

/// How many colours a terminal shows.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ColourDepth {
    /// None.
    None,
    /// The sixteen of its own palette.
    Sixteen,
    /// 256.
    Indexed,
    /// 24 bits.
    True,
}

impl ColourDepth {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::True => "24-bit",
        }
    }
}

/// Which of the three standard streams are terminals.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct Attached {
    /// Standard input.
    pub input: bool,
    /// Standard output.
    pub output: bool,
    /// Standard error.
    pub error: bool,
}

impl Attached {
    /// The names of those that are.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [(self.input, "stdin"), (self.output, "stdout"), (self.error, "stderr")]
            .into_iter()
            .filter_map(|(is, name)| is.then_some(name))
    }
}

/// What the terminal can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terminal {
    /// Which streams are terminals.
    pub attached: Attached,
    /// The terminal's name (`TERM`), if it has one.
    pub name: Option<String>,
    /// Columns and rows, where the system says.
    pub size: Option<(u16, u16)>,
    /// How many colours it shows, by `COLORTERM` and `TERM`.
    pub colours: ColourDepth,
    /// The variable that says so.
    pub colours_by: &'static str,
    /// What `COLORFGBG` says of the colours of text and background, if it is set.
    pub foreground_background: Option<String>,
    /// Whether the user wants no colours (`NO_COLOR`).
    pub no_colour: bool,
    /// Whether the locale can say more than ASCII.
    pub unicode: bool,
    /// The variable that names the locale; none where none is set.
    pub unicode_by: Option<&'static str>,
}

impl Terminal {
    /// Looks at the terminal of this process.
    pub fn look() -> Self {
        let attached = Attached {
            input: std::io::stdin().is_terminal(),
            output: std::io::stdout().is_terminal(),
            error: std::io::stderr().is_terminal(),
        };
        Self::from(attached, size(), |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from(attached: Attached, size: Option<(u16, u16)>, env: impl Fn(&str) -> Option<String>) -> Self {
        let name = env("TERM");
        let (colours, colours_by) = match (name.as_deref(), env("COLORTERM").as_deref()) {
            (None | Some("dumb"), _) => (ColourDepth::None, "TERM"),
            (_, Some("truecolor" | "24bit")) => (ColourDepth::True, "COLORTERM"),
            (Some(term), _) if term.contains("256") => (ColourDepth::Indexed, "TERM"),
            (Some(term), _) if term.contains("direct") => (ColourDepth::True, "TERM"),
            _ => (ColourDepth::Sixteen, "TERM"),
        };
        // The first of these that is set decides. Where none is, which is usual in containers, the terminal is taken to
        // be one of today.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, env(name)?)));
        let unicode_by = locale.as_ref().map(|(name, _)| *name);
        let unicode = locale.is_none_or(|(_, locale)| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self {
            attached,
            name,
            size,
            colours,
            colours_by,
            foreground_background: env("COLORFGBG"),
            no_colour: env("NO_COLOR").is_some(),
            unicode,
            unicode_by,
        }
    }

    /// Whether cursor movements make sense to it.
    pub fn can_move(&self) -> bool {
        self.name.as_deref().is_some_and(|name| name != "dumb")
    }

    /// Whether colours are wanted on a stream, when nobody said so.
    pub fn wants_colour(&self, stream_attached: bool) -> bool {
        stream_attached && !self.no_colour && self.colours != ColourDepth::None
    }
}

/// Columns and rows of the terminal that any of the standard streams is on, where the system says.
#[cfg(unix)]
pub fn size() -> Option<(u16, u16)> {
    let of = |size: rustix::io::Result<rustix::termios::Winsize>| {
        size.ok().map(|s| (s.ws_col, s.ws_row)).filter(|(cols, rows)| *cols > 0 && *rows > 0)
    };
    of(rustix::termios::tcgetwinsize(std::io::stderr()))
        .or_else(|| of(rustix::termios::tcgetwinsize(std::io::stdout())))
        .or_else(|| of(rustix::termios::tcgetwinsize(std::io::stdin())))
}

/// Nothing: this system does not say.
#[cfg(not(unix))]
pub fn size() -> Option<(u16, u16)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(vars: &[(&str, &str)]) -> Terminal {
        let attached = Attached { output: true, ..Attached::default() };
        Terminal::from(attached, None, |name| {
            vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn colours_follow_the_terminal_and_the_user() {
        for (vars, depth) in [
            (&[][..], ColourDepth::None),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], ColourDepth::None),
            (&[("TERM", "xterm")], ColourDepth::Sixteen),
            (&[("TERM", "tmux-256color")], ColourDepth::Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColourDepth::True),
        ] {
            let terminal = terminal(vars);
            assert_eq!(terminal.colours, depth, "{vars:?}");
            assert_eq!(terminal.colours_by == "COLORTERM", depth == ColourDepth::True, "{vars:?}");
        }
        assert!(terminal(&[("TERM", "xterm")]).wants_colour(true));
        assert!(!terminal(&[("TERM", "xterm")]).wants_colour(false));
        assert!(!terminal(&[("TERM", "xterm"), ("NO_COLOR", "1")]).wants_colour(true));
    }

    #[test]
    fn the_locale_says_whether_there_is_more_than_ascii() {
        for (vars, unicode) in [
            (&[][..], true),
            (&[("LANG", "C")], false),
            (&[("LANG", "en_GB.UTF-8")], true),
            (&[("LANG", "en_GB.UTF-8"), ("LC_ALL", "C")], false),
            (&[("LANG", "de_DE.ISO-8859-1"), ("LC_CTYPE", "C.utf8")], true),
        ] {
            let terminal = terminal(vars);
            assert_eq!(terminal.unicode, unicode, "{vars:?}");
            assert_eq!(terminal.unicode_by.is_none(), vars.is_empty(), "{vars:?}");
        }
    }
}
