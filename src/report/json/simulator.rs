//! What a simulated run takes everything to cost, in the contract.

use serde::Serialize;

use crate::plan::Parameters;

#[derive(Serialize)]
pub(super) struct SimulatorFacts {
    cpu_ps: u64,
    sum_ps: u64,
    primes_ps: u64,
    native_ps: u64,
    slice_ns: u64,
    switch_ns: u64,
    wake_ns: u64,
    thread_start_ns: u64,
    process_start_ns: u64,
    thread_stop_ns: u64,
    process_stop_ns: u64,
    take_ns: u64,
    chunk_ns: u64,
    task_ns: u64,
    byte_ps: u64,
    check_ns: u64,
    full_speed_permille: u32,
}

impl SimulatorFacts {
    pub(super) const fn of(parameters: &Parameters) -> Self {
        Self {
            cpu_ps: parameters.costs.cpu_ps,
            sum_ps: parameters.costs.sum_ps,
            primes_ps: parameters.costs.primes_ps,
            native_ps: parameters.costs.native_ps,
            slice_ns: parameters.slice.0,
            switch_ns: parameters.switch.0,
            wake_ns: parameters.wake.0,
            thread_start_ns: parameters.thread_start.0,
            process_start_ns: parameters.process_start.0,
            thread_stop_ns: parameters.thread_stop.0,
            process_stop_ns: parameters.process_stop.0,
            take_ns: parameters.take.0,
            chunk_ns: parameters.chunk.0,
            task_ns: parameters.task.0,
            byte_ps: parameters.byte_ps,
            check_ns: parameters.check.0,
            full_speed_permille: parameters.full_speed_permille,
        }
    }
}
