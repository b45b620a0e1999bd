//! The keys: one table, from which presses are understood and footer and help are drawn.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::form::Kind;
use crate::tui::message::Action;
use crate::tui::model::{Model, Overlay, Panel, Screen};
use crate::tui::sweep::desk::Focus;
use crate::tui::theme::Theme;

/// Where a key means something.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Context {
    /// Everywhere, unless a value is edited or an overlay is open that has other uses for it.
    Everywhere,
    /// In the Lab.
    Lab,
    /// With the focus on the plan.
    Plan,
    /// With the focus on the runs.
    Runs,
    /// With the focus on the workers.
    Workers,
    /// On Compare.
    Compare,
    /// On Compare, in a run that is opened.
    Opened,
    /// On the Sweep screen.
    Sweep,
    /// On the Sweep screen, with the focus on the curve.
    Curve,
    /// On Compare while there is nothing to compare.
    Empty,
    /// While a simulated comparison goes on.
    Simulating,
    /// While a value is edited: nothing else means anything then.
    Editing,
    /// While the help is open: nothing else but quitting means anything then.
    Help,
    /// While somebody is asked whether the plan may be run.
    Consent,
    /// While the output of a command is shown.
    Output,
}

/// A key, perhaps with Ctrl.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Chord {
    code: KeyCode,
    ctrl: bool,
}

impl Chord {
    /// What was pressed. Shift is in the character already.
    pub(crate) fn of(event: &KeyEvent) -> Self {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Self { code, ctrl }
    }

    /// The character, if it is one and stands alone.
    pub(crate) const fn character(self) -> Option<char> {
        match self {
            Self { code: KeyCode::Char(c), ctrl: false } => Some(c),
            _ => None,
        }
    }
}

/// A key without Ctrl.
pub(crate) const fn key(code: KeyCode) -> Chord {
    Chord { code, ctrl: false }
}

const fn char(c: char) -> Chord {
    key(KeyCode::Char(c))
}

const fn ctrl(c: char) -> Chord {
    Chord { code: KeyCode::Char(c), ctrl: true }
}

/// A row of the table.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Binding {
    /// Where it holds.
    pub(crate) context: Context,
    /// The key.
    pub(crate) chord: Chord,
    /// What it asks for.
    pub(crate) action: Action,
    /// The keys as they are shown, with those of the rows below that have nothing here.
    pub(crate) shown: &'static str,
    /// What it does, in a word or two.
    pub(crate) label: &'static str,
    /// Its place in the footer, from the left; 0 for none.
    pub(crate) rank: u8,
}

impl Binding {
    /// The keys as they are shown: where arrows would become the signs of other keys, by their names.
    pub(crate) fn shown(&self, theme: &Theme) -> &'static str {
        named(self.shown, theme)
    }
}

/// Arrows as they are shown, or their names where there is only ASCII.
pub(crate) fn named(keys: &'static str, theme: &Theme) -> &'static str {
    match keys {
        "↑ ↓" if theme.ascii => "Up Down",
        "← →" if theme.ascii => "Left Right",
        keys => keys,
    }
}

const fn row(
    context: Context,
    chord: Chord,
    action: Action,
    (shown, label): (&'static str, &'static str),
    rank: u8,
) -> Binding {
    Binding { context, chord, action, shown, label, rank }
}

/// A further key for the row above it.
const fn also(context: Context, chord: Chord, action: Action) -> Binding {
    row(context, chord, action, ("", ""), 0)
}

use Action as Do;
use Context::{
    Compare, Consent, Curve, Editing, Empty, Everywhere, Help, Lab, Opened, Output, Plan, Runs, Simulating,
    Sweep, Workers,
};
use KeyCode as Key;

/// Every key.
pub(crate) const TABLE: &[Binding] = &[
    row(Everywhere, char('1'), Do::Show(Screen::Lab), ("1 2 3", "Lab, Compare, Sweep"), 0),
    also(Everywhere, char('2'), Do::Show(Screen::Compare)),
    also(Everywhere, char('3'), Do::Show(Screen::Sweep)),
    row(Everywhere, char('x'), Do::Cancel, ("x", "cancel"), 2),
    row(Everywhere, char('f'), Do::Freeze, ("f", "freeze"), 7),
    row(Everywhere, char('+'), Do::ZoomIn, ("+ - 0", "zoom"), 8),
    also(Everywhere, char('-'), Do::ZoomOut),
    also(Everywhere, char('0'), Do::ZoomReset),
    also(Everywhere, char('='), Do::ZoomIn),
    row(Everywhere, char('<'), Do::Earlier, ("< >", "earlier, later"), 8),
    also(Everywhere, char('>'), Do::Later),
    row(Everywhere, char('t'), Do::Theme, ("t", "theme"), 10),
    row(Everywhere, char('m'), Do::Mouse, ("m", "mouse"), 11),
    row(Everywhere, char('?'), Do::Help, ("?", "help"), 12),
    also(Everywhere, key(Key::F(1)), Do::Help),
    row(Everywhere, char('q'), Do::Quit, ("q", "quit"), 13),
    row(Everywhere, ctrl('c'), Do::Interrupt, ("Ctrl-C", "quit"), 0),
    row(Everywhere, key(Key::Esc), Do::Close, ("Esc", "back"), 1),
    row(Everywhere, ctrl('l'), Do::Repaint, ("Ctrl-L", "draw again"), 0),
    row(Everywhere, ctrl('z'), Do::Suspend, ("Ctrl-Z", "to the shell; fg returns"), 0),
    row(Simulating, char('['), Do::Slower, ("[ ]", "slower, faster"), 2),
    also(Simulating, char(']'), Do::Faster),
    row(Simulating, char('e'), Do::ToTheEnd, ("e", "to the end"), 2),
    row(Lab, key(Key::Enter), Do::Run, ("Enter", "run"), 1),
    row(Lab, char('p'), Do::OpenPlan, ("p", "plan"), 3),
    row(Lab, char('P'), Do::Predict, ("P", "predict"), 3),
    row(Lab, key(Key::Tab), Do::NextPanel, ("Tab", "next panel"), 6),
    row(Lab, key(Key::BackTab), Do::PreviousPanel, ("Shift-Tab", "previous panel"), 0),
    row(Lab, char('z'), Do::Expand, ("z", "expand"), 9),
    row(Lab, char('{'), Do::GilShorter, ("{ }", "GIL interval"), 2),
    also(Lab, char('}'), Do::GilLonger),
    row(Lab, char('o'), Do::Output, ("o", "output of a command"), 6),
    row(Plan, key(Key::Up), Do::Up, ("↑ ↓", "choose"), 4),
    also(Plan, key(Key::Down), Do::Down),
    also(Plan, char('k'), Do::Up),
    also(Plan, char('j'), Do::Down),
    row(Plan, key(Key::Left), Do::Less, ("← →", "change"), 5),
    also(Plan, key(Key::Right), Do::More),
    also(Plan, char('h'), Do::Less),
    also(Plan, char('l'), Do::More),
    row(Plan, char(' '), Do::Toggle, ("Space", "toggle"), 6),
    row(Plan, key(Key::Backspace), Do::Edit, ("0-9", "type a value"), 0),
    row(Plan, key(Key::Home), Do::First, ("Home End", "first, last"), 0),
    also(Plan, key(Key::End), Do::Last),
    row(Runs, key(Key::Up), Do::Up, ("↑ ↓", "choose a run"), 4),
    also(Runs, key(Key::Down), Do::Down),
    also(Runs, char('k'), Do::Up),
    also(Runs, char('j'), Do::Down),
    also(Runs, key(Key::Home), Do::First),
    also(Runs, key(Key::End), Do::Last),
    row(Workers, key(Key::Up), Do::Up, ("↑ ↓", "choose a worker"), 4),
    also(Workers, key(Key::Down), Do::Down),
    also(Workers, char('k'), Do::Up),
    also(Workers, char('j'), Do::Down),
    row(Workers, char(' '), Do::OpenBand, ("Space", "open the band"), 5),
    row(Workers, key(Key::Left), Do::Earlier, ("← →", "earlier, later"), 5),
    also(Workers, key(Key::Right), Do::Later),
    also(Workers, char('h'), Do::Earlier),
    also(Workers, char('l'), Do::Later),
    row(Workers, key(Key::PageUp), Do::PageUp, ("PgUp PgDn", "a page"), 0),
    also(Workers, key(Key::PageDown), Do::PageDown),
    row(Workers, key(Key::Home), Do::First, ("Home End", "first, last"), 0),
    also(Workers, key(Key::End), Do::Last),
    row(Empty, key(Key::Enter), Do::Run, ("Enter", "run the plan"), 1),
    row(Compare, key(Key::Enter), Do::Open, ("Enter", "open"), 3),
    row(Compare, key(Key::Up), Do::Up, ("↑ ↓", "run"), 4),
    also(Compare, key(Key::Down), Do::Down),
    also(Compare, char('k'), Do::Up),
    also(Compare, char('j'), Do::Down),
    row(Compare, key(Key::Left), Do::Back, ("← →", "moment"), 5),
    also(Compare, key(Key::Right), Do::Forth),
    also(Compare, char('h'), Do::Back),
    also(Compare, char('l'), Do::Forth),
    row(Compare, key(Key::PageUp), Do::FarBack, ("PgUp PgDn", "a tenth earlier, later"), 0),
    also(Compare, key(Key::PageDown), Do::FarForth),
    row(Compare, key(Key::Home), Do::First, ("Home End", "first, last moment"), 0),
    also(Compare, key(Key::End), Do::Last),
    row(Compare, char('d'), Do::Differences, ("d", "differences"), 6),
    row(Compare, char('w'), Do::NextWork, ("w", "next workload"), 7),
    row(Compare, char('E'), Do::Export, ("E", "export"), 9),
    row(Opened, key(Key::Up), Do::Up, ("↑ ↓", "row"), 3),
    also(Opened, key(Key::Down), Do::Down),
    also(Opened, char('k'), Do::Up),
    also(Opened, char('j'), Do::Down),
    row(Opened, key(Key::Left), Do::Back, ("← →", "moment"), 4),
    also(Opened, key(Key::Right), Do::Forth),
    also(Opened, char('h'), Do::Back),
    also(Opened, char('l'), Do::Forth),
    row(Opened, char('n'), Do::NextTask, ("n p", "task"), 5),
    also(Opened, char('p'), Do::PreviousTask),
    row(Curve, char('o'), Do::Output, ("o", "output of a command"), 6),
    row(Opened, char('o'), Do::Output, ("o", "output of the task"), 6),
    also(Opened, key(Key::Enter), Do::Output),
    row(Opened, key(Key::Tab), Do::NextPanel, ("Tab", "panel"), 6),
    also(Opened, key(Key::BackTab), Do::PreviousPanel),
    row(Opened, key(Key::PageUp), Do::PageUp, ("PgUp PgDn", "a page"), 0),
    also(Opened, key(Key::PageDown), Do::PageDown),
    row(Opened, key(Key::Home), Do::First, ("Home End", "first, last"), 0),
    also(Opened, key(Key::End), Do::Last),
    row(Opened, char('E'), Do::Export, ("E", "export"), 9),
    row(Sweep, key(Key::Enter), Do::Run, ("Enter", "measure"), 1),
    row(Sweep, char('R'), Do::StartAnew, ("R", "anew"), 3),
    row(Sweep, char('p'), Do::OpenPlan, ("p", "plan"), 3),
    row(Sweep, char('y'), Do::NextMeasure, ("y", "what is drawn"), 7),
    row(Sweep, char('w'), Do::Why, ("w", "why"), 3),
    row(Sweep, key(Key::Tab), Do::NextPanel, ("Tab", "plan, curve"), 6),
    also(Sweep, key(Key::BackTab), Do::PreviousPanel),
    row(Sweep, char('E'), Do::Export, ("E", "export"), 8),
    row(Curve, key(Key::Left), Do::Back, ("← →", "point"), 4),
    also(Curve, key(Key::Right), Do::Forth),
    also(Curve, char('h'), Do::Back),
    also(Curve, char('l'), Do::Forth),
    row(Curve, key(Key::Up), Do::Up, ("↑ ↓", "strategy"), 5),
    also(Curve, key(Key::Down), Do::Down),
    also(Curve, char('k'), Do::Up),
    also(Curve, char('j'), Do::Down),
    row(Curve, key(Key::Home), Do::First, ("Home End", "fewest, most workers"), 0),
    also(Curve, key(Key::End), Do::Last),
    row(Curve, char(' '), Do::Open, ("Space", "its lanes"), 5),
    row(Editing, key(Key::Enter), Do::TakeValue, ("Enter", "take the value"), 1),
    also(Editing, key(Key::Tab), Do::TakeValue),
    also(Editing, key(Key::Up), Do::Up),
    also(Editing, key(Key::Down), Do::Down),
    row(Editing, key(Key::Esc), Do::DropValue, ("Esc", "leave it as it was"), 2),
    row(Editing, key(Key::Backspace), Do::Erase, ("Backspace", "erase"), 3),
    also(Editing, ctrl('c'), Do::Interrupt),
    also(Editing, ctrl('l'), Do::Repaint),
    also(Editing, ctrl('z'), Do::Suspend),
    row(Help, key(Key::Esc), Do::Close, ("Esc", "close"), 1),
    also(Help, char('?'), Do::Close),
    also(Help, key(Key::F(1)), Do::Close),
    also(Help, key(Key::Enter), Do::Close),
    row(Help, key(Key::Up), Do::Up, ("↑ ↓", "scroll"), 2),
    also(Help, key(Key::Down), Do::Down),
    also(Help, char('k'), Do::Up),
    also(Help, char('j'), Do::Down),
    row(Help, char('t'), Do::Theme, ("t", "theme"), 0),
    row(Help, char('q'), Do::Quit, ("q", "quit"), 3),
    also(Help, ctrl('c'), Do::Interrupt),
    also(Help, ctrl('l'), Do::Repaint),
    also(Help, ctrl('z'), Do::Suspend),
    row(Consent, char('y'), Do::Agree, ("y", "agree"), 1),
    row(Consent, key(Key::Up), Do::Up, ("↑ ↓", "more"), 2),
    also(Consent, key(Key::Down), Do::Down),
    also(Consent, char('k'), Do::Up),
    also(Consent, char('j'), Do::Down),
    row(Consent, key(Key::PageUp), Do::PageUp, ("PgUp PgDn", "a page"), 0),
    also(Consent, key(Key::PageDown), Do::PageDown),
    row(Consent, key(Key::Home), Do::First, ("Home End", "first, last"), 0),
    also(Consent, key(Key::End), Do::Last),
    row(Consent, key(Key::Esc), Do::Close, ("Esc", "no"), 3),
    row(Consent, char('q'), Do::Quit, ("q", "quit"), 4),
    also(Consent, ctrl('c'), Do::Interrupt),
    also(Consent, ctrl('l'), Do::Repaint),
    also(Consent, ctrl('z'), Do::Suspend),
    row(Output, key(Key::Esc), Do::Close, ("Esc", "close"), 1),
    also(Output, char('o'), Do::Close),
    also(Output, key(Key::Enter), Do::Close),
    row(Output, char('n'), Do::NextTask, ("n p", "task"), 2),
    also(Output, char('p'), Do::PreviousTask),
    also(Output, key(Key::Right), Do::NextTask),
    also(Output, key(Key::Left), Do::PreviousTask),
    row(Output, key(Key::Up), Do::Up, ("↑ ↓", "scroll"), 3),
    also(Output, key(Key::Down), Do::Down),
    also(Output, char('k'), Do::Up),
    also(Output, char('j'), Do::Down),
    row(Output, key(Key::PageUp), Do::PageUp, ("PgUp PgDn", "a page"), 0),
    also(Output, key(Key::PageDown), Do::PageDown),
    also(Output, key(Key::Home), Do::First),
    also(Output, key(Key::End), Do::Last),
    row(Output, char('t'), Do::Theme, ("t", "theme"), 0),
    row(Output, char('q'), Do::Quit, ("q", "quit"), 4),
    also(Output, ctrl('c'), Do::Interrupt),
    also(Output, ctrl('l'), Do::Repaint),
    also(Output, ctrl('z'), Do::Suspend),
];

/// The contexts that hold now, the first before the second.
pub(crate) fn contexts(model: &Model) -> &'static [Context] {
    if model.edit().is_some() {
        return &[Editing];
    }
    let all: &[Context] = match (model.overlay, model.screen, model.focus) {
        (Some(Overlay::Help { .. }), ..) => return &[Help],
        (Some(Overlay::Consent { .. }), ..) => return &[Consent],
        (Some(Overlay::Output { .. }), ..) => return &[Output],
        (None, Screen::Compare, _) if model.shown().runs.is_empty() && model.compare.archive.is_empty() => {
            &[Empty, Everywhere, Simulating]
        }
        (None, Screen::Compare, _) if model.compare.opened.is_some() => &[Opened, Everywhere, Simulating],
        (None, Screen::Compare, _) => &[Compare, Everywhere, Simulating],
        (_, Screen::Sweep, _) if model.sweep.focus == Focus::Plan => &[Plan, Sweep, Everywhere],
        (_, Screen::Sweep, _) => &[Curve, Sweep, Everywhere],
        (Some(Overlay::Plan), ..) | (None, Screen::Lab, Panel::Plan) => &[Plan, Lab, Everywhere, Simulating],
        (None, Screen::Lab, Panel::Runs) => &[Runs, Lab, Everywhere, Simulating],
        (None, Screen::Lab, Panel::Workers) => &[Workers, Lab, Everywhere, Simulating],
    };
    match all.split_last() {
        Some((Simulating, others)) if !model.is_simulating() => others,
        _ => all,
    }
}

/// What a press asks for now. In a value of the plan, a character that a value can begin with begins to edit it; while
/// it is edited, every character goes there.
pub(crate) fn action(model: &Model, chord: Chord) -> Option<Action> {
    let contexts = contexts(model);
    if let Some(c) = chord.character() {
        if model.edit().is_some() {
            return Some(Action::Type(c));
        }
        let begins = match model.screen {
            Screen::Sweep => model.sweep.form.at.is_typed() && model.sweep.form.at.begins_with(c),
            Screen::Lab | Screen::Compare => model.form.at.is_typed() && model.form.at.begins_with(c),
        };
        if contexts.first() == Some(&Plan) && begins {
            return Some(Action::Type(c));
        }
    }
    let found = |context| TABLE.iter().find(|row| row.context == context && row.chord == chord);
    let found = contexts.iter().copied().find_map(found).map(|row| row.action);
    // A letter that means nothing else is meant as a value: that it cannot be one is said there.
    let typed = model.screen == Screen::Sweep
        && contexts.first() == Some(&Plan)
        && model.sweep.form.at.kind() == Kind::Value;
    // Time is not drawn there: these mean nothing.
    let found = found.filter(|action| !(typed && matches!(action, Do::Freeze | Do::Expand)));
    found.or_else(|| chord.character().filter(|c| typed && c.is_alphanumeric()).map(Action::Type))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::form::Item;
    use crate::tui::sweep::form::Setting;

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for (i, row) in TABLE.iter().enumerate() {
            let twin =
                TABLE[..i].iter().find(|other| (other.context, other.chord) == (row.context, row.chord));
            assert!(twin.is_none(), "{row:?} and {twin:?}");
        }
    }

    #[test]
    fn a_panel_takes_no_key_from_everywhere() {
        for row in
            TABLE.iter().filter(|row| !matches!(row.context, Everywhere | Editing | Help | Consent | Output))
        {
            let in_the_lab = matches!(row.context, Plan | Runs | Workers);
            let in_a_sweep = matches!(row.context, Plan | Curve);
            let holds = |context| {
                context == Everywhere || (in_the_lab && context == Lab) || (in_a_sweep && context == Sweep)
            };
            let taken = TABLE.iter().any(|other| holds(other.context) && other.chord == row.chord);
            assert!(!taken, "{row:?}");
        }
    }

    #[test]
    fn what_a_simulated_run_adds_takes_no_key_from_anything_but_an_edited_value() {
        for row in TABLE.iter().filter(|row| row.context == Simulating) {
            let taken = |other: &&Binding| {
                !matches!(other.context, Simulating | Editing | Help | Consent | Output)
                    && other.chord == row.chord
            };
            assert!(TABLE.iter().find(taken).is_none(), "{row:?}");
            let begins = |c| Item::ALL.iter().any(|item| item.begins_with(c));
            assert!(!row.chord.character().is_some_and(begins), "{row:?}");
        }
    }

    #[test]
    fn values_take_the_keys_of_zooming_and_of_screens_alone() {
        let begins = |c| {
            Item::ALL.iter().any(|item| item.begins_with(c))
                || Setting::ALL.iter().any(|setting| setting.begins_with(c))
        };
        let begin: Vec<char> = (' '..='~').filter(|c| begins(*c)).collect();
        let held = |c: &&char| {
            let there = |context| matches!(context, Everywhere | Lab | Plan | Sweep);
            TABLE.iter().any(|row| there(row.context) && row.chord == char(**c))
        };
        assert_eq!(begin.iter().filter(held).collect::<String>(), "+0123");
    }

    #[test]
    fn no_capital_is_used_whose_small_letter_moves() {
        let capitals = TABLE.iter().filter_map(|row| row.chord.character()).filter(char::is_ascii_uppercase);
        assert_eq!(capitals.filter(|c| "HJKL".contains(*c)).count(), 0);
    }

    #[test]
    fn every_shown_row_has_a_label_and_every_other_row_follows_one() {
        assert!(!TABLE[0].shown.is_empty());
        for row in TABLE {
            assert_eq!(row.shown.is_empty(), row.label.is_empty(), "{row:?}");
        }
    }
}
