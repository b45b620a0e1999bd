//! What analysis says about the comparison that is shown; worked out elsewhere.

use crate::analysis::Trust;

/// What analysis says about the comparison; brought up to date when a run is over.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Verdict {
    /// The conclusion, in a sentence or two.
    pub(crate) conclusion: Option<String>,
    /// What one worker alone suggests, in a sentence or two; none before one was measured.
    pub(crate) diagnosis: Option<String>,
    /// How far the last run can be trusted, and what speaks against it.
    pub(crate) trust: Option<Trust>,
    /// Whether every run so far came to the same results; none before there are two.
    pub(crate) same_results: Option<bool>,
}

impl Verdict {
    /// Why the last run cannot be trusted altogether; none if it can.
    pub(crate) fn doubt(&self) -> Option<String> {
        let trust = self.trust.as_ref()?;
        trust.reasons.first().map(|reason| format!("trust {} of 4: {reason}", trust.level))
    }
}
