//! x
pub mod clock;
pub mod event;
pub mod exec;
pub mod ids;
pub mod plan;
pub mod probe;
pub mod task;
pub mod units;
