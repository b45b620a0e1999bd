//! Has predictions worked out: on a thread of their own, never while a comparison goes on, and only the one that is wanted.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock};

use crate::engine::{self, Engine, PredictError};
use crate::exec::CancelToken;
use crate::plan::{Parameters, Plan};
use crate::probe;
use crate::tui::ghost::Prediction;
use crate::tui::message::Message;
use crate::tui::model::Model;

/// What predictions need, and the one that is being worked out.
pub(crate) struct Predictor {
    engine: Arc<Engine>,
    sender: SyncSender<Message>,
    /// Measures what everything costs here.
    measure: fn(&Engine) -> Parameters,
    measured: Arc<OnceLock<Parameters>>,
    going: Option<(Plan, CancelToken)>,
}

impl Predictor {
    /// A predictor that has nothing to do yet.
    pub(crate) fn new(
        engine: Arc<Engine>,
        sender: SyncSender<Message>,
        measure: fn(&Engine) -> Parameters,
    ) -> Self {
        Self { engine, sender, measure, measured: Arc::default(), going: None }
    }

    /// Begins the prediction that the model wants, and gives up one that it wants no longer.
    pub(super) fn follow(&mut self, model: &mut Model) {
        let wanted = model.wanted_prediction();
        if self.going.as_ref().map(|(plan, _)| plan) == wanted {
            return;
        }
        if let Some((_, cancel)) = self.going.take() {
            cancel.cancel();
        }
        let Some(plan) = wanted.cloned() else { return };
        let cancel = CancelToken::default();
        self.going = Some((plan.clone(), cancel.clone()));
        let (engine, sender) = (Arc::clone(&self.engine), self.sender.clone());
        let (measure, measured) = (self.measure, Arc::clone(&self.measured));
        let first = measured.get().is_none();
        let work = {
            let plan = plan.clone();
            move || {
                probe::own::register_current_thread();
                let parameters = *measured.get_or_init(|| measure(&engine));
                let _ = sender.send(Message::Measured);
                let runs = engine::predict(&plan, engine.machine(), parameters, &cancel);
                if !cancel.is_cancelled() {
                    let _ = sender.send(Message::Predicted(Arc::new(Prediction { plan, runs })));
                }
            }
        };
        match std::thread::Builder::new().name("ps-predict".to_owned()).spawn(work) {
            Ok(_) => model.ghost.measuring |= first,
            Err(error) => {
                let runs = Err(PredictError::Thread(error.to_string()));
                model.ghost.take(Arc::new(Prediction { plan, runs }), None);
            }
        }
    }
}
