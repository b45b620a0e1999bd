//! stub
use crate::exec::*;
/// stub
#[derive(Debug)]
pub struct Processes;
impl Executor for Processes {
    fn run(&self, _s: &RunSpec, _e: &RunEnv) -> Books {
        Books::default()
    }
}
/// stub
#[derive(Debug, Clone, Copy)]
pub enum GroupSignal {
    /// stub
    Stop,
    /// stub
    Continue,
    /// stub
    Kill,
}
/// stub
pub fn signal_all(_s: GroupSignal) {}
