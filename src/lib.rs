//! x
pub mod clock;
pub mod engine;
pub mod event;
pub mod exec;
pub mod ids;
pub mod plan;
pub mod probe;
pub mod signals;
pub mod state;
pub mod task;
pub mod units;
