//! x
pub mod analysis;
pub mod clock;
pub mod event;
pub mod exec;
pub mod ids;
pub mod plan;
pub mod report;
pub mod state;
pub mod task;
pub mod units;
