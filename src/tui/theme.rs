//! The theme: what each role looks like. Nobody else names a colour.
//!
//! Phases have one family of colours (green, blue, orange, violet) and strategies another (grey, sky, rose); one accent
//! is for focus and keys. In the mono theme there are attributes alone, and phases are told apart by their glyphs.

use ratatui::style::{Color, Modifier, Style};

use crate::event::Phase;
use crate::plan::Strategy;

/// Which theme.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Palette {
    /// Colours for a dark background.
    Dark,
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
    /// A core's part that other programs use.
    pub(crate) other: Style,
    phases: [Color; Phase::COUNT],
    shades: [Color; Phase::COUNT],
    deep: Color,
    wait: Color,
    strategies: [Color; 4],
}

/// A colour, as red-green-blue, as one of the 256 that every terminal draws alike, and as one of the sixteen names.
struct Paint(u32, u8, Color);

const DIM: Paint = Paint(0x7b_84_8f, 245, Color::Gray);
const FAINT: Paint = Paint(0x3a_42_4c, 239, Color::DarkGray);
const ACCENT: Paint = Paint(0xf2_c1_4e, 221, Color::Yellow);
const INK: Paint = Paint(0x10_14_18, 233, Color::Black);
const ROW: Paint = Paint(0x1f_26_2e, 236, Color::Reset);
const GOOD: Paint = Paint(0x2f_bf_8f, 36, Color::Green);
const BAD: Paint = Paint(0xf0_5d_3c, 203, Color::LightRed);
const OTHER: Paint = Paint(0x6b_74_80, 243, Color::Gray);

/// By number of the phase; told apart by colour-blind eyes too (after Okabe and Ito).
const PHASES: [Paint; Phase::COUNT] = [
    Paint(0x3a_42_4c, 239, Color::DarkGray),
    Paint(0xe6_9f_00, 214, Color::Yellow),
    Paint(0x5a_64_70, 241, Color::DarkGray),
    Paint(0xa8_8b_e0, 140, Color::LightMagenta),
    Paint(0x2f_bf_8f, 36, Color::Green),
    Paint(0x3f_6f_b5, 25, Color::Blue),
    Paint(0x8a_63_d2, 98, Color::Magenta),
    Paint(0xa8_6a_1d, 130, Color::Red),
];

/// The same, for every other task.
const SHADES: [Paint; Phase::COUNT] = [
    Paint(0x3a_42_4c, 239, Color::DarkGray),
    Paint(0xe6_9f_00, 214, Color::Yellow),
    Paint(0x5a_64_70, 241, Color::DarkGray),
    Paint(0x96_7a_cc, 140, Color::LightMagenta),
    Paint(0x25_9e_77, 29, Color::LightGreen),
    Paint(0x34_5d_9a, 24, Color::LightBlue),
    Paint(0x78_54_ba, 98, Color::Magenta),
    Paint(0xa8_6a_1d, 130, Color::Red),
];

/// Behind the texture of what is blocked in every other task.
const DEEP: Paint = Paint(0x2a_46_7c, 18, Color::Black);

/// The colour of what is blocked, in letters.
const WAIT: Paint = Paint(0x6d_97_d8, 68, Color::LightBlue);

const STRATEGIES: [Paint; 4] = [
    Paint(0x9c_a3_ad, 248, Color::Gray),
    Paint(0x56_b4_e9, 74, Color::LightCyan),
    Paint(0xd0_7c_ac, 175, Color::LightMagenta),
    Paint(0xbf_d8_6b, 149, Color::LightYellow),
];

impl Theme {
    /// The look of a palette on a terminal.
    pub(crate) fn new(palette: Palette, depth: Depth, ascii: bool) -> Self {
        let plain = Style::new().fg(Color::Reset);
        let bold = plain.add_modifier(Modifier::BOLD);
        if palette == Palette::Mono {
            let reverse = plain.add_modifier(Modifier::REVERSED);
            return Self {
                palette,
                depth,
                ascii,
                text: plain,
                dim: plain,
                faint: plain,
                bright: bold,
                accent: bold,
                focus: reverse.add_modifier(Modifier::BOLD),
                button: reverse.add_modifier(Modifier::BOLD),
                row: Style::new().add_modifier(Modifier::REVERSED),
                good: plain,
                bad: bold,
                other: plain,
                phases: [Color::Reset; Phase::COUNT],
                shades: [Color::Reset; Phase::COUNT],
                deep: Color::Reset,
                wait: Color::Reset,
                strategies: [Color::Reset; 4],
            };
        }
        let colour = |paint: &Paint| depth.colour(paint);
        let fg = |paint: &Paint| Style::new().fg(depth.colour(paint));
        Self {
            palette,
            depth,
            ascii,
            text: plain,
            dim: fg(&DIM),
            faint: fg(&FAINT),
            bright: bold,
            accent: fg(&ACCENT).add_modifier(Modifier::BOLD),
            focus: fg(&ACCENT).add_modifier(Modifier::BOLD),
            button: fg(&INK).bg(colour(&ACCENT)).add_modifier(Modifier::BOLD),
            row: Style::new().bg(colour(&ROW)),
            good: fg(&GOOD),
            bad: fg(&BAD),
            other: fg(&OTHER),
            phases: PHASES.each_ref().map(colour),
            shades: SHADES.each_ref().map(colour),
            deep: colour(&DEEP),
            wait: colour(&WAIT),
            strategies: STRATEGIES.each_ref().map(colour),
        }
    }

    /// The theme after this one.
    pub(crate) fn next(&self) -> Self {
        let palette = match self.palette {
            Palette::Dark => Palette::Mono,
            Palette::Mono => Palette::Dark,
        };
        Self::new(palette, self.depth, self.ascii)
    }

    /// Whether colours can tell phases apart; otherwise their glyphs must.
    pub(crate) const fn tells_by_colour(&self) -> bool {
        matches!(self.palette, Palette::Dark) && !self.ascii
    }

    /// The colour of a phase; `odd` tasks have a shade of their own.
    pub(crate) const fn phase(&self, phase: Phase, odd: bool) -> Color {
        if odd { self.shades[phase as usize] } else { self.phases[phase as usize] }
    }

    /// The look of a column, or of a sample in a legend, that is one phase alone. A solid phase fills the background too,
    /// so that no seams show; what is blocked has a texture. In ASCII letters are to be read, on the usual background.
    pub(crate) const fn pure(&self, phase: Phase, odd: bool) -> Style {
        let colour = self.phase(phase, odd);
        match phase {
            _ if self.ascii => Style::new().fg(colour),
            Phase::Computing => Style::new().fg(colour).bg(colour),
            Phase::Blocked if odd => Style::new().fg(colour).bg(self.deep),
            Phase::Blocked => Style::new().fg(colour).bg(self.phase(phase, true)),
            _ => Style::new().fg(colour),
        }
    }

    /// The name of a phase in its colour, light enough to be read.
    pub(crate) const fn word(&self, phase: Phase) -> Style {
        match phase {
            Phase::Absent | Phase::Waiting => self.dim,
            Phase::Blocked => Style::new().fg(self.wait),
            phase => Style::new().fg(self.phase(phase, false)),
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
        assert_eq!(theme.next().next(), theme);
    }

    #[test]
    fn every_depth_has_its_own_colours() {
        let computing = |depth| Theme::new(Palette::Dark, depth, false).phase(Phase::Computing, false);
        assert_eq!(computing(Depth::Sixteen), Color::Green);
        assert_eq!(computing(Depth::Indexed), Color::Indexed(36));
        assert_eq!(computing(Depth::True), Color::Rgb(0x2f, 0xbf, 0x8f));
    }
}
