//! What was agreed to of a plan that is somebody else's, and what is asked about now.
//!
//! An answer holds for what was shown and for nothing else: more tasks, more runs, or runs of a sweep are asked about again.

use crate::plan::consent::{Asked, Starts};
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::page;

/// What is asked about, and what was answered.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Consent {
    /// Whether what the plan runs or asks for comes from somebody else: nothing else has to be agreed to.
    pub(crate) needed: bool,
    /// What is asked about while the question is open.
    pub(crate) asked: Asked,
    agreed: Starts,
}

impl Consent {
    /// A plan that comes from somebody else, or none that does; nobody has agreed to anything.
    pub(crate) fn new(needed: bool) -> Self {
        Self { needed, ..Self::default() }
    }

    /// Takes what is asked about for agreed to.
    pub(crate) fn agree(&mut self) {
        self.agreed.add(std::mem::take(&mut self.asked).starts);
    }
}

impl Model {
    /// Asks whether the plan may do what it would, and `anew` what was measured already; false where there is nothing that
    /// has to be agreed to.
    pub(crate) fn asks(&mut self, anew: bool) -> bool {
        if !self.consent.needed {
            return false;
        }
        let asked = match self.screen {
            Screen::Lab | Screen::Compare => self.form.plan.asks(&self.machine),
            Screen::Sweep => self.sweep.form.plan().asks(&self.machine),
        };
        if self.consent.agreed.cover(&asked.starts) {
            return false;
        }
        self.consent.asked = asked;
        self.overlay = Some(Overlay::Consent { scroll: 0, anew });
        true
    }

    /// Whether an answer can be given: where not all is listed, once the end has been reached, for it says so.
    pub(crate) fn may_agree(&self) -> bool {
        let Some(Overlay::Consent { scroll, .. }) = self.overlay else { return false };
        self.consent.asked.all_listed || scroll >= page::reach(self, page::room(self.area)).1
    }
}
