//! What a call that waits may ask meanwhile: whether anybody still wants it, and whether its time is over.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::task::Stop;
use crate::units::Nanos;

/// Looks after one call that waits, from whatever threads it waits on. Clones share the same count.
#[derive(Clone, Default)]
pub struct Watch {
    cancelled: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    limit: Option<Nanos>,
    waited: Arc<AtomicU64>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("limit", &self.limit)
            .field("waited", &self.waited())
            .finish_non_exhaustive()
    }
}

impl Watch {
    /// A watch over a call that is to end when `cancelled` says so, or after `limit` of waiting.
    pub fn new(cancelled: impl Fn() -> bool + Send + Sync + 'static, limit: Option<Nanos>) -> Self {
        Self { cancelled: Some(Arc::new(cancelled)), limit, waited: Arc::default() }
    }

    /// Takes note that the call has waited for so long since the last time, stops by Ctrl-Z left out, and says whether it
    /// may wait on.
    pub fn pass(&self, time: Nanos) -> ControlFlow<Stop> {
        // Relaxed: a count alone, of one call.
        self.waited.fetch_add(time.0, Ordering::Relaxed);
        if self.cancelled.as_ref().is_some_and(|cancelled| cancelled()) {
            return ControlFlow::Break(Stop::Cancelled);
        }
        if self.limit.is_some_and(|limit| self.waited() >= limit) {
            return ControlFlow::Break(Stop::TimedOut);
        }
        ControlFlow::Continue(())
    }

    /// How long the call has waited, as far as it has told.
    pub fn waited(&self) -> Nanos {
        Nanos(self.waited.load(Ordering::Relaxed))
    }

    /// How long it may wait in all; none for as long as it likes.
    pub const fn limit(&self) -> Option<Nanos> {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_call_waits_until_its_time_is_over_or_nobody_wants_it() {
        let unwanted = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&unwanted);
        let watch = Watch::new(move || heard.load(Ordering::Relaxed), Some(Nanos(10)));
        assert_eq!(watch.clone().pass(Nanos(9)), ControlFlow::Continue(()));
        assert_eq!(watch.pass(Nanos(1)), ControlFlow::Break(Stop::TimedOut));
        assert_eq!(watch.waited(), Nanos(10));
        unwanted.store(true, Ordering::Relaxed);
        assert_eq!(watch.pass(Nanos(0)), ControlFlow::Break(Stop::Cancelled));
        assert_eq!(Watch::default().pass(Nanos::from_secs(9)), ControlFlow::Continue(()));
    }
}
