//! The keys: one table, from which presses are understood and footer and help are drawn.

mod table;

pub(crate) use table::TABLE;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::form::Kind;
use crate::tui::message::Action;
use crate::tui::model::{Model, Overlay, Panel, Screen};
use crate::tui::sweep::desk::{Focus, Intent, Opened as Shown};
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

/// What a key does now, in a word or two: on the Sweep screen some do another thing while something goes on or is open.
pub(crate) fn label(row: &Binding, model: &Model) -> &'static str {
    let desk = &model.sweep;
    match row.action {
        Action::Cancel if desk.is_going() => "stop",
        _ if model.screen != Screen::Sweep || model.overlay.is_some() => row.label,
        Action::Run if desk.intent() == Intent::Resume => "go on",
        Action::Run if desk.intent() == Intent::Changed => "start anew",
        Action::Open if desk.opened == Some(Shown::Lanes) => "close",
        Action::Why if desk.opened == Some(Shown::Why) => "close",
        _ => row.label,
    }
}

use Action as Do;
use Context::{
    Compare, Consent, Curve, Editing, Empty, Everywhere, Help, Lab, Opened, Output, Plan, Runs, Simulating,
    Sweep, Workers,
};

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
            TABLE.iter().any(|row| there(row.context) && row.chord == key(KeyCode::Char(**c)))
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
