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
