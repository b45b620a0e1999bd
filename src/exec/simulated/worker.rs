//! One simulated worker: where it stands in its life, and what it has of its chunk.

use std::ops::Range;

use super::cores::Amount;
use super::ticks::Turn;
use crate::clock::RunTime;
use crate::event::Phase;
use crate::exec::lane::LaneWriter;
use crate::ids::{CpuId, TaskIndex};
use crate::units::Nanos;

/// What a worker does, or what it does as soon as it has a core.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(super) enum Stage {
    /// It is not there yet, or no longer.
    #[default]
    Absent,
    /// Takes a chunk.
    Take,
    /// Receives one.
    Receive,
    /// Takes the lock, and begins the next task of its chunk.
    Begin,
    /// Computes.
    Compute,
    /// Takes the lock to go on computing: it was made to let go.
    Regain,
    /// Has worked in native code; takes the lock to end the task.
    ComeBack,
    /// Waits, as the task says.
    Block,
    /// Has waited; takes the lock to go on.
    Return,
    /// Sends the results of its chunk.
    Send,
    /// Waits until nothing is left to do for anyone.
    Idle,
}

#[derive(Debug, Default)]
pub(super) struct Worker {
    pub(super) lane: Option<LaneWriter>,
    pub(super) stage: Stage,
    /// What is left of the present stretch of work.
    pub(super) left: Amount,
    /// What is left of the task's computing while it has to take the lock first.
    pub(super) rest: Amount,
    /// All of the present turn of the task's computing.
    pub(super) needed: Amount,
    /// The task's turns of computing and waiting, and how many of these are done.
    pub(super) turns: u32,
    pub(super) turn: u32,
    pub(super) core: Option<usize>,
    pub(super) last_core: usize,
    /// CPU time since it was ready.
    pub(super) cpu: Nanos,
    /// What its next task costs beside its work.
    pub(super) extra: Nanos,
    /// The rest of its chunk.
    pub(super) chunk: Range<u64>,
    /// Tasks of its chunk that it has begun.
    pub(super) begun: u64,
    pub(super) task: TaskIndex,
    /// The task's computing, and its waiting.
    pub(super) computing: Nanos,
    pub(super) waiting: Nanos,
    /// Whether the task needs the lock to compute.
    pub(super) needs_lock: bool,
    pub(super) attempt: u32,
    pub(super) started: RunTime,
    /// Whether the attempt has used up its time.
    pub(super) late: bool,
    /// The attempt, and what it waits for: see `Timers`.
    pub(super) attempts: u32,
    pub(super) waits: u32,
    pub(super) gil: Holding,
}

/// What a worker has to do with its interpreter's lock.
#[derive(Debug, Default)]
pub(super) struct Holding {
    pub(super) holds: bool,
    /// Since when it waits to be woken.
    pub(super) since: RunTime,
    /// Whether it was woken to take the lock.
    pub(super) woken: bool,
    pub(super) requests: u32,
    pub(super) false_wakes: u32,
    /// Its work since it took it; under the older rule since releases began to cost something.
    pub(super) computed: Amount,
    /// Under the older rule, its turn.
    pub(super) turn: Turn,
}

impl Worker {
    /// The lane, told of the CPU time so far; none before the worker is ready and after it is done.
    pub(super) fn lane(&mut self) -> Option<&mut LaneWriter> {
        let (cpu, on) = (self.cpu, CpuId(self.last_core as u16));
        let lane = self.lane.as_mut()?;
        lane.tell_cpu(cpu, Some(on));
        Some(lane)
    }

    /// A computing task is interrupted: it goes on when its worker has the lock.
    pub(super) fn put_by(&mut self) {
        self.rest = std::mem::take(&mut self.left);
        self.stage = Stage::Regain;
    }

    /// Turns to another phase.
    pub(super) fn enter(&mut self, phase: Phase) {
        if let Some(lane) = self.lane() {
            lane.enter(phase);
        }
    }

    /// What it does, as its lane says.
    pub(super) fn phase(&self) -> Phase {
        self.lane.as_ref().map_or(Phase::Absent, LaneWriter::phase)
    }

    /// How far its task is, in 1/65 536.
    pub(super) fn progress(&self) -> u16 {
        let (needed, turns) = (self.needed.max(1), Amount::from(self.turns.max(1)));
        let done = needed * Amount::from(self.turn) + needed.saturating_sub(self.left);
        (done * 65_535 / (needed * turns)).min(65_535) as u16
    }
}
