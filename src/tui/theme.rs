//! The theme: what each role looks like. Nobody else names a colour.
//!
//! Phases have one family of colours (green, blue, orange, violet) and strategies another (grey, sky, rose); one accent
//! is for focus and keys. In the mono theme there are attributes alone, and phases are told apart by their glyphs. The
//! text and its background are the terminal's own: what differs between the dark and the light theme is what stands on
//! them.

mod paints;

use ratatui::style::{Color, Modifier, Style};

use crate::event::Phase;
use crate::plan::Strategy;
use crate::tui::theme::paints::{DARK, LIGHT, Paint};

/// Which theme.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Palette {
    /// Colours for a dark background.
    Dark,
    /// Colours for a light background.
    Light,
    /// No colours: bold and reverse alone.
    Mono,
}

/// How many colours the terminal has.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Depth {
    /// The sixteen names, whose look is the user's own.
    Sixteen,
    /// 256, by number.
    Indexed,
    /// All.
    True,
}

/// What each role looks like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Theme {
    /// Where the colours come from.
    pub(crate) palette: Palette,
    /// How many colours there are.
    pub(crate) depth: Depth,
    /// Whether nothing but ASCII may be shown.
    pub(crate) ascii: bool,
    /// Ordinary text: values.
    pub(crate) text: Style,
    /// Labels, units, and whatever else may stay in the background.
    pub(crate) dim: Style,
    /// Lines that only part one thing from another.
    pub(crate) faint: Style,
    /// Headings and what matters now.
    pub(crate) bright: Style,
    /// Focus and keys.
    pub(crate) accent: Style,
    /// The heading of the panel that has the focus.
    pub(crate) focus: Style,
    /// A button, and a field that is being edited.
    pub(crate) button: Style,
    /// The row that has the focus.
    pub(crate) row: Style,
    /// What went well.
    pub(crate) good: Style,
    /// What went wrong.
    pub(crate) bad: Style,
    /// A core's part that other programs use, and a worker's time in which they did.
    pub(crate) other: Style,
    phases: [Color; Phase::COUNT],
    shades: [Color; Phase::COUNT],
    words: [Color; Phase::COUNT],
    deep: Color,
    ghosts: Ghosts,
    strategies: [Color; 4],
    holders: [(Color, Color); 8],
}

/// The phases that were predicted.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
struct Ghosts {
    computing: Color,
    shade: Color,
    blocked: Color,
    gil_wait: Color,
    rest: Color,
}

impl Theme {
    /// The look of a palette on a terminal.
    pub(crate) fn new(palette: Palette, depth: Depth, ascii: bool) -> Self {
        let paints = match palette {
            Palette::Dark => &DARK,
            Palette::Light => &LIGHT,
            Palette::Mono => return Self::mono(depth, ascii),
        };
        let plain = Style::new().fg(Color::Reset);
        let colour = |paint: &Paint| depth.colour(paint);
        let fg = |paint: &Paint| Style::new().fg(depth.colour(paint));
        let accent = fg(&paints.accent).add_modifier(Modifier::BOLD);
        Self {
            palette,
            depth,
            ascii,
            text: plain,
            dim: fg(&paints.dim),
            faint: fg(&paints.faint),
            bright: plain.add_modifier(Modifier::BOLD),
            accent,
            focus: accent,
            button: fg(&paints.ink).bg(colour(&paints.accent)).add_modifier(Modifier::BOLD),
            row: Style::new().bg(colour(&paints.row)),
            good: fg(&paints.good),
            bad: fg(&paints.bad),
            other: fg(&paints.other),
            phases: paints.phases.each_ref().map(colour),
            shades: paints.shades.each_ref().map(colour),
            words: paints.words.each_ref().map(colour),
            deep: colour(&paints.deep),
            ghosts: Ghosts {
                computing: colour(&paints.ghosts.computing),
                shade: colour(&paints.ghosts.shade),
                blocked: colour(&paints.ghosts.blocked),
                gil_wait: colour(&paints.ghosts.gil_wait),
                rest: colour(&paints.ghosts.rest),
            },
            strategies: paints.strategies.each_ref().map(colour),
            holders: paints.holders.each_ref().map(|(paint, ink)| (colour(paint), colour(ink))),
        }
    }

    fn mono(depth: Depth, ascii: bool) -> Self {
        let plain = Style::new().fg(Color::Reset);
        let bold = plain.add_modifier(Modifier::BOLD);
        let reverse = bold.add_modifier(Modifier::REVERSED);
        Self {
            palette: Palette::Mono,
            depth,
            ascii,
            text: plain,
            dim: plain,
            faint: plain,
            bright: bold,
            accent: bold,
            focus: reverse,
            button: reverse,
            row: Style::new().add_modifier(Modifier::REVERSED),
            good: plain,
            bad: bold,
            other: plain,
            phases: [Color::Reset; Phase::COUNT],
            shades: [Color::Reset; Phase::COUNT],
            words: [Color::Reset; Phase::COUNT],
            deep: Color::Reset,
            ghosts: Ghosts::default(),
            strategies: [Color::Reset; 4],
            holders: [(Color::Reset, Color::Reset); 8],
        }
    }

    /// The theme after this one.
    pub(crate) fn next(&self) -> Self {
        let palette = match self.palette {
            Palette::Dark => Palette::Light,
            Palette::Light => Palette::Mono,
            Palette::Mono => Palette::Dark,
        };
        Self::new(palette, self.depth, self.ascii)
    }

    /// The same look with dim colours for all phases: for what was predicted, and did not happen.
    pub(crate) fn ghost(&self) -> Self {
        let Ghosts { computing, shade, blocked, gil_wait, rest } = self.ghosts;
        let (mut phases, mut shades) = ([rest; Phase::COUNT], [rest; Phase::COUNT]);
        for (phase, colour, odd) in [
            (Phase::Computing, computing, shade),
            (Phase::Blocked, blocked, rest),
            (Phase::GilWait, gil_wait, rest),
            // A dot is nothing, and is to be seen all the same.
            (Phase::Waiting, self.faint.fg.unwrap_or(rest), rest),
        ] {
            phases[phase as usize] = colour;
            shades[phase as usize] = odd;
        }
        Self { phases, shades, deep: rest, other: Style::new().fg(rest), ..self.clone() }
    }

    /// What is read on a coloured cell.
    pub(crate) fn ink(&self) -> Style {
        self.button.fg.map_or(self.bright, |ink| Style::new().fg(ink))
    }

    /// Whether colours can tell phases apart; otherwise their glyphs must.
    pub(crate) const fn tells_by_colour(&self) -> bool {
        !matches!(self.palette, Palette::Mono) && !self.ascii
    }

    /// Whether there are colours at all.
    pub(crate) const fn has_colours(&self) -> bool {
        !matches!(self.palette, Palette::Mono)
    }

    /// The colour of a phase; `odd` tasks have a shade of their own.
    pub(crate) const fn phase(&self, phase: Phase, odd: bool) -> Color {
        if odd { self.shades[phase as usize] } else { self.phases[phase as usize] }
    }

    /// The look of a column, or of a sample in a legend, that is one phase alone. A solid phase fills the background too,
    /// so that no seams show; what is blocked, or waits for the GIL, has a texture. In ASCII letters are to be read, on the usual background.
    pub(crate) const fn pure(&self, phase: Phase, odd: bool) -> Style {
        let colour = self.phase(phase, odd);
        match phase {
            _ if self.ascii => Style::new().fg(colour),
            Phase::Computing => Style::new().fg(colour).bg(colour),
            Phase::Blocked if odd => Style::new().fg(colour).bg(self.deep),
            Phase::Blocked => Style::new().fg(colour).bg(self.phase(phase, true)),
            Phase::GilWait => Style::new().fg(self.phase(phase, !odd)).bg(colour),
            _ => Style::new().fg(colour),
        }
    }

    /// The name of a phase in its colour, far enough from the background to be read.
    pub(crate) const fn word(&self, phase: Phase) -> Style {
        Style::new().fg(self.words[phase as usize])
    }

    /// The colour of a worker that has an interpreter's lock; after eight they come again, and the number tells.
    pub(crate) const fn holder(&self, slot: usize) -> Color {
        self.holders[slot % self.holders.len()].0
    }

    /// A worker's number on its colour; bold where there are no colours, or letters are to be read.
    pub(crate) const fn holder_name(&self, slot: usize) -> Style {
        let (colour, ink) = self.holders[slot % self.holders.len()];
        match self.palette {
            Palette::Mono => Style::new().fg(Color::Reset),
            _ if self.ascii => Style::new().fg(colour),
            _ => Style::new().fg(ink).bg(colour),
        }
    }

    /// The colour of a strategy.
    pub(crate) const fn strategy(&self, strategy: Strategy) -> Style {
        let index = match strategy {
            Strategy::Serial => 0,
            Strategy::Threads => 1,
            Strategy::Processes => 2,
            Strategy::Hybrid => 3,
        };
        Style::new().fg(self.strategies[index])
    }
}

impl Depth {
    fn colour(self, paint: &Paint) -> Color {
        let [_, r, g, b] = paint.0.to_be_bytes();
        match self {
            Self::Sixteen => paint.2,
            Self::Indexed => Color::Indexed(paint.1),
            Self::True => Color::Rgb(r, g, b),
        }
    }
}

#[cfg(test)]
mod colour_blind;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mono_theme_has_no_colour_at_all() {
        let theme = Theme::new(Palette::Mono, Depth::True, false);
        let styles = [
            theme.text,
            theme.dim,
            theme.faint,
            theme.bright,
            theme.accent,
            theme.button,
            theme.row,
            theme.good,
            theme.bad,
            theme.other,
            theme.strategy(Strategy::Threads),
        ];
        for style in styles {
            assert!(matches!(style.fg, None | Some(Color::Reset)) && style.bg.is_none(), "{style:?}");
            assert!(!style.add_modifier.contains(Modifier::DIM));
        }
        assert!(Phase::ALL.iter().all(|p| theme.phase(*p, true) == Color::Reset));
        assert_eq!(theme.next().next().next(), theme);
        assert_eq!([theme.next().palette, theme.next().next().palette], [Palette::Dark, Palette::Light]);
    }

    #[test]
    fn every_depth_has_its_own_colours() {
        let computing = |depth| Theme::new(Palette::Dark, depth, false).phase(Phase::Computing, false);
        assert_eq!(computing(Depth::Sixteen), Color::Green);
        assert_eq!(computing(Depth::Indexed), Color::Indexed(36));
        assert_eq!(computing(Depth::True), Color::Rgb(0x2f, 0xbf, 0x8f));
        let light = Theme::new(Palette::Light, Depth::True, false);
        assert_eq!(light.phase(Phase::Computing, false), Color::Rgb(0x0a, 0x8f, 0x6a));
        assert_eq!((light.text, light.bright.fg), (Style::new().fg(Color::Reset), Some(Color::Reset)));
    }
}
