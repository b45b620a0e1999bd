//! Many more workers than CPUs: they step back a little, so that whoever shows and ends the run is not one of thousands.
//!
//! Among thousands of threads that are ready to compute, one that wakes up waits until half of them have had a turn:
//! seconds, in which no frame is drawn and no signal is heeded. What the workers do to each other stays the same.

/// More workers for each CPU than this are a crowd.
const CROWD: usize = 64;
/// How far each of them steps back, in steps of niceness: whoever does not has ten times its weight.
#[cfg(target_os = "linux")]
const STEPS: i32 = 10;

/// Whether so many workers are a crowd here.
pub(super) fn is_crowd(workers: u32) -> bool {
    std::thread::available_parallelism().is_ok_and(|cpus| workers as usize > cpus.get() * CROWD)
}

/// Lets the calling thread, a worker, step back. Where niceness belongs to a process as a whole nothing is changed: the
/// screen is one of its threads.
pub(super) fn step_back() {
    #[cfg(target_os = "linux")]
    {
        // A worker that may not is one among equals.
        let _ = rustix::process::nice(STEPS);
    }
}
