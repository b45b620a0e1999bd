//! poolscope: an oscilloscope for worker pools.
//!
//! One workload is run for real as a plain loop, as threads and as processes, while every worker and every core is
//! watched; then a sentence says which was faster, by how much, and why. This crate is the whole of it: the binary is
//! [`cli`] and a few lines.
//!
//! # The flow
//!
//! ```text
//! plan → executor → lanes → collector → events → run state → { tui · headless · report }
//!                     ↑ workers write
//!                   probe (cores) ──────────────↗
//! ```
//!
//! A [`plan::Plan`] is data, checked in one place. The [`engine`] runs it with an [`exec::Executor`] for each strategy.
//! Workers write what they do into their [`exec::lane`]s; the engine drains those by time and tells [`event::RunEvent`]s.
//! [`state::Session`] is a pure reducer over events, and everything that a person sees is read from it: the same events
//! give the same state, whoever watches.
//!
//! # Words
//!
//! - A **task** is one unit of work, with an index; it ends in an *outcome*. Its **task type** says what it does.
//! - A **worker** executes tasks: a thread or a process. It lives in a **slot**, and writes the slot's **lane**: its stream
//!   of **phases** (starting, waiting, receiving, computing, blocked, sending, stopping).
//! - A **strategy** is a way to run: serial, threads, processes, hybrid. Tasks are handed out in **chunks**.
//! - A **run** is one execution; a **comparison** is several runs of one workload. A **finding** is one insight about
//!   them, said in a sentence.
//!
//! # Layers
//!
//! A module uses only those above it; a test reads the sources and says so.
//!
//! | layer | what it holds |
//! | --- | --- |
//! | [`units`] [`ids`] [`clock`] | numbers with meaning, and the only source of time |
//! | [`text`] | bytes from outside as text that commands no terminal |
//! | [`plan`] | what is to be run, its limits and its one check; scenarios |
//! | [`event`] | facts about a run |
//! | [`task`] | kernels: what a task does, knowing nothing of pools |
//! | [`exec`] | executors and lanes |
//! | [`probe`] | the machine and its cores |
//! | [`state`] | what the events say, put together |
//! | [`analysis`] | what it means: summaries, findings, trust |
//! | [`signals`] [`engine`] | what the system asks, and the one who runs plans |
//! | [`sweep`] | one workload over numbers of workers |
//! | [`report`] | tables and JSON |
//! | [`headless`] [`tui`] | the front ends; neither knows the other |
//! | [`cost`] | what poolscope itself costs, measured |
//! | [`cli`] | words typed at a shell |
//!
//! # Run a plan
//!
//! ```no_run
//! use poolscope::clock::Clock;
//! use poolscope::engine::{Engine, EngineOptions};
//! use poolscope::event::RunEvent;
//! use poolscope::plan::Plan;
//! use poolscope::state::Session;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let worker_program = std::env::current_exe()?;
//! let (engine, feed) = Engine::new(EngineOptions { worker_program, clock: Clock::monotonic(), fault: None });
//! engine.start(Plan::first(engine.machine()))?;
//! let mut session = Session::default();
//! for event in feed.iter().flatten() {
//!     session.apply(&event);
//!     if event == RunEvent::Finished {
//!         break;
//!     }
//! }
//! for run in &session.runs {
//!     println!("{}: {} of {} tasks", run.start.strategy, run.done(), run.start.tasks);
//! }
//! # Ok(())
//! # }
//! ```

pub mod analysis;
pub mod chance;
pub mod cli;
pub mod clock;
pub mod cost;
pub mod engine;
pub mod event;
pub mod exec;
pub mod headless;
pub mod ids;
pub mod plan;
pub mod probe;
pub mod report;
pub mod signals;
pub mod state;
pub mod sweep;
#[cfg(unix)]
mod sys;
pub mod task;
pub mod text;
pub mod tui;
pub mod units;
