//! What the screen looks like at first: by the options, and by what the environment says of the terminal.
//!
//! The terminal itself is not asked: its answer may never come, and the first frame does not wait. What the environment
//! does not say is a key away (`t`).

use crate::tui::theme::{Depth, Palette, Theme};

/// Whether to use colours.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum ColourChoice {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// Yes, whatever they say.
    Always,
    /// No.
    Never,
}

/// Which colours to use, where any are.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum ThemeChoice {
    /// Those for the background that `COLORFGBG` names; those for a dark one where it names none.
    #[default]
    Auto,
    /// Those for a dark background.
    Dark,
    /// Those for a light background.
    Light,
    /// None: bold and reverse alone.
    Mono,
}

impl ThemeChoice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Dark, Self::Light, Self::Mono];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Mono => "mono",
        }
    }
}

/// How the screen shall look.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub struct LookOptions {
    /// Whether nothing but ASCII may be shown.
    pub ascii: bool,
    /// Whether to use colours.
    pub colour: ColourChoice,
    /// Which.
    pub theme: ThemeChoice,
}

/// Whether the background is light, by the value of `COLORFGBG`, which some terminals set: the numbers, among the sixteen
/// colours, of text and background, as `0;15` or `15;default;0`. None where it names no background.
///
/// ```
/// use poolscope::tui::light_background;
/// assert_eq!(light_background("0;15"), Some(true));
/// assert_eq!(light_background("15;0"), Some(false));
/// assert_eq!(light_background("default;default"), None);
/// ```
pub fn light_background(colorfgbg: &str) -> Option<bool> {
    let (_, background) = colorfgbg.rsplit_once(';')?;
    match background.parse::<u8>().ok()? {
        0..=6 | 8 => Some(false),
        7 | 9..=15 => Some(true),
        _ => None,
    }
}

/// What everything looks like, by the options and the environment.
pub(super) fn theme(options: LookOptions, variable: impl Fn(&str) -> Option<String>) -> Theme {
    let no_colour = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let light = || variable("COLORFGBG").and_then(|value| light_background(&value)).unwrap_or(false);
    let palette = match (options.colour, options.theme) {
        (ColourChoice::Never, _) | (_, ThemeChoice::Mono) => Palette::Mono,
        (ColourChoice::Auto, _) if no_colour => Palette::Mono,
        (_, ThemeChoice::Light) => Palette::Light,
        (_, ThemeChoice::Auto) if light() => Palette::Light,
        (_, ThemeChoice::Auto | ThemeChoice::Dark) => Palette::Dark,
    };
    let colours = variable("COLORTERM").unwrap_or_default();
    let term = variable("TERM").unwrap_or_default();
    let depth = match () {
        () if colours == "truecolor" || colours == "24bit" || term.ends_with("-direct") => Depth::True,
        () if term.contains("256color") => Depth::Indexed,
        () => Depth::Sixteen,
    };
    Theme::new(palette, depth, options.ascii)
}

#[cfg(test)]
mod tests {
    use super::ColourChoice::{Always, Auto, Never};
    use super::*;

    fn with(options: LookOptions, vars: &[(&str, &str)]) -> (Palette, Depth) {
        let look =
            |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let theme = theme(options, look);
        (theme.palette, theme.depth)
    }

    const TERM: (&str, &str) = ("TERM", "xterm-256color");

    #[test]
    fn colours_follow_options_and_environment() {
        let with = |colour, vars: &[_]| with(LookOptions { colour, ..LookOptions::default() }, vars);
        assert_eq!(with(Auto, &[TERM]), (Palette::Dark, Depth::Indexed));
        assert_eq!(with(Auto, &[TERM, ("COLORTERM", "truecolor")]), (Palette::Dark, Depth::True));
        assert_eq!(with(Auto, &[("TERM", "linux")]), (Palette::Dark, Depth::Sixteen));
        assert_eq!(with(Auto, &[TERM, ("NO_COLOR", "1")]).0, Palette::Mono);
        assert_eq!(with(Auto, &[TERM, ("NO_COLOR", "")]).0, Palette::Dark);
        assert_eq!(with(Always, &[TERM, ("NO_COLOR", "1")]).0, Palette::Dark);
        assert_eq!(with(Never, &[TERM]).0, Palette::Mono);
    }

    #[test]
    fn the_theme_is_the_chosen_one_or_that_of_the_background() {
        let with = |theme, vars: &[_]| with(LookOptions { theme, ..LookOptions::default() }, vars).0;
        let light = ("COLORFGBG", "0;default;15");
        assert_eq!(with(ThemeChoice::Auto, &[TERM, light]), Palette::Light);
        assert_eq!(with(ThemeChoice::Auto, &[TERM, ("COLORFGBG", "15;0")]), Palette::Dark);
        assert_eq!(with(ThemeChoice::Dark, &[TERM, light]), Palette::Dark);
        assert_eq!(with(ThemeChoice::Light, &[TERM]), Palette::Light);
        assert_eq!(with(ThemeChoice::Mono, &[TERM, light]), Palette::Mono);
        // A theme says which colours, not whether there are any.
        assert_eq!(with(ThemeChoice::Light, &[TERM, ("NO_COLOR", "1")]), Palette::Mono);
    }

    #[test]
    fn what_names_no_background_says_nothing() {
        for text in ["", "15", "0;", "0;default", "0;16", "0;-1", "a;b;c"] {
            assert_eq!(light_background(text), None, "{text:?}");
        }
        assert_eq!((light_background("0;7"), light_background("12;8")), (Some(true), Some(false)));
    }
}
