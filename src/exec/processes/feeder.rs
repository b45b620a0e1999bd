//! The thread that stands for one place: it has a child spawned, greets it, reads what it says, buries it, and starts over
//! if it is missed.
//!
//! A feeder blocks in three places alone: for the spawner, in reading its child's socket, and for the death of a child
//! whose socket is closed. The watcher ends the last two by killing.

use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::Arc;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::place::Place;
use super::run::Run;
use super::spawn::{Spawned, spawn};
use super::wire::{self, FrameReader, Hello, Kind, News, Ready, WireError};
use super::writer::Writer;
use super::{registry, stderr};
use crate::clock::RunTime;
use crate::event::{RunEvent, WorkerExit};
use crate::exec::lane::{LaneHearer, LaneReader};
use crate::exec::{command, scarcity};
use crate::ids::TaskIndex;
use crate::units::Nanos;

/// So many children of a place may fail to start, one after another.
const FAILED_STARTS: u32 = 3;
/// The first pause before a child is started anew, doubled each time, up to the longest.
const FIRST_PAUSE: Nanos = Nanos::from_millis(5);
const LONGEST_PAUSE: Nanos = Nanos::from_millis(100);
/// How long the last words of a child are waited for.
const LAST_WORDS: Nanos = Nanos::from_millis(100);

/// How a child's life went.
struct Life {
    /// Whether there was a process at all, which may have said something.
    existed: bool,
    /// Whether it ever said that it is ready.
    started: bool,
    /// Whether it ended any outcome.
    useful: bool,
    /// How it ended, in words.
    end: String,
}

/// A place's feeder: its whole life, on the calling thread.
pub(super) fn feed(run: &Run, place: Place) {
    let mark = stderr::mark();
    let (mut failed_starts, mut useless) = (0u32, 0u32);
    loop {
        let Some(life) = live(run, place) else {
            return run.dispatcher.close(place, None);
        };
        failed_starts = if life.started { 0 } else { failed_starts + 1 };
        useless = if life.useful { 0 } else { useless + 1 };
        if failed_starts == FAILED_STARTS {
            let words = if life.existed { last_words(run, mark) } else { String::new() };
            let said = if words.is_empty() { words } else { format!("; it said: {words}") };
            return run.dispatcher.close(place, Some(format!("{}{said}", life.end)));
        }
        // The first replacement comes at once.
        let doublings = useless.saturating_sub(2).min(10);
        let pause =
            if useless < 2 { Nanos::ZERO } else { (FIRST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE) };
        if run.dispatcher.pause(pause) {
            return run.dispatcher.close(place, None);
        }
    }
}

/// What children said since `mark`. The last one is dead, so that it stands in the pipe at the latest now, but perhaps it
/// was not read yet.
fn last_words(run: &Run, mark: u64) -> String {
    let step = Nanos::from_millis(5);
    for _ in 0..LAST_WORDS.0 / step.0 {
        let words = stderr::since(mark);
        if !words.is_empty() {
            return words;
        }
        run.env.cancel.wait(step);
    }
    String::new()
}

/// One child from being asked for to being reaped; none if the run no longer wants one.
fn live(run: &Run, place: Place) -> Option<Life> {
    let at = run.env.clock.now();
    place.slots().for_each(|slot| run.env.lanes.spawned(slot, at));
    let asked = run.spec.work.command().is_some();
    let spawned = match spawn(run.env.worker_program.clone(), asked, &run.dispatcher.wanted) {
        Some(Ok(spawned)) => spawned,
        Some(Err(error)) => {
            never_came(run, place);
            let end = scarcity::words(&error)
                .unwrap_or_else(|| format!("start {}: {error}", run.env.worker_program.display()));
            return Some(Life { existed: false, started: false, useful: false, end });
        }
        None => {
            never_came(run, place);
            return None;
        }
    };
    let Spawned { child, stream, cpu } = spawned;
    run.spend(cpu);
    let pid = child.id();
    run.env.events.say_all(place.slots().map(|slot| RunEvent::WorkerSpawned { slot, pid, at }).collect());
    let stream = Arc::new(stream);
    let writer = Arc::new(Writer::new(Arc::clone(&stream)));
    run.dispatcher.sit(place, pid, &writer, run.active());
    let conversation = Conversation { run, place, pid, stream: &stream, shared: None };
    let (shared, foul) = conversation.hold(&writer, at);
    if foul.is_some() {
        registry::kill(pid);
    }
    run.dispatcher.left(place, run.active());
    Some(bury(run, place, child, shared, foul))
}

/// Takes back in all lanes of a place that somebody was asked for.
fn never_came(run: &Run, place: Place) {
    place.slots().for_each(|slot| run.env.lanes.never_came(slot));
}

/// Says in all lanes of a place that nobody lives there. Returns when that was.
fn gone(run: &Run, place: Place) -> RunTime {
    let at = run.env.clock.now();
    place.slots().for_each(|slot| run.env.lanes.gone(slot, at));
    at
}

/// Waits for a child's death, takes back what it held, reaps it and says so.
fn bury(run: &Run, place: Place, mut child: Child, shared: Option<bool>, foul: Option<String>) -> Life {
    let pid = child.id();
    wait_dead(pid);
    // Read while the slots are still the child's: the lane of a dead worker says what it was doing.
    let running = place.slots().filter_map(|slot| {
        let gauges = LaneReader::new(&run.env.lanes, slot).gauges();
        gauges.task.filter(|_| shared == Some(true) && gauges.pid == pid)
    });
    let running: Vec<TaskIndex> = running.collect();
    registry::leave(pid);
    let status = child.wait();
    let (killed, asked) = run.dispatcher.manner(place);
    let exit = match &status {
        Ok(status) => exit_of(*status, killed || foul.is_some(), asked),
        Err(_) => WorkerExit::Failed { status: -1 },
    };
    let at = gone(run, place);
    let buried = run.dispatcher.bury(place, &running, &exit);
    buried.post.send();
    let end = match (foul, shared) {
        (Some(foul), _) => format!("{place} said {foul}"),
        (None, None) if killed => format!("{place} did not say in time that it is ready"),
        (None, None) => format!("{place} {exit} before it was ready"),
        (None, Some(_)) => format!("{place} {exit}"),
    };
    let exits = place.slots().map(|slot| {
        // What threads of one process held is not told apart; it is said once.
        let returned = if slot == place.first() { buried.returned } else { 0 };
        RunEvent::WorkerExited { slot, pid, at, exit: exit.clone(), returned }
    });
    run.env.events.say_all(exits.collect());
    Life { existed: true, started: shared.is_some(), useful: buried.useful, end }
}

/// Waits until a child is dead, without reaping it: its number stays its own.
fn wait_dead(pid: u32) {
    let Some(pid) = Pid::from_raw(pid as i32) else {
        return;
    };
    let dead = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(waitid(WaitId::Pid(pid), dead), Err(rustix::io::Errno::INTR)) {}
}

fn exit_of(status: ExitStatus, killed: bool, asked: bool) -> WorkerExit {
    match (status.signal(), status.code()) {
        (Some(9), _) if killed => WorkerExit::Enforced,
        (Some(signal), _) => WorkerExit::Killed { signal },
        (None, Some(0)) if asked => WorkerExit::Finished,
        (None, code) => WorkerExit::Failed { status: code.unwrap_or(-1) },
    }
}

/// Talking to one child until its end of the socket is closed.
struct Conversation<'a> {
    run: &'a Run,
    place: Place,
    pid: u32,
    stream: &'a UnixStream,
    /// Whether its lane is shared; none before it is ready.
    shared: Option<bool>,
}

impl Conversation<'_> {
    /// The whole of it. Returns whether the child's lane is shared (none if it never was ready), and what was wrong with
    /// what it said.
    fn hold(mut self, writer: &Writer, spawned: RunTime) -> (Option<bool>, Option<String>) {
        match self.greeting(spawned) {
            Ok(hello) => writer.send(&hello),
            Err(error) => return (None, Some(format!("nothing, for it could not be greeted: {error}"))),
        }
        let mut reader = FrameReader::new();
        let hearer = |slot| LaneHearer::new(&self.run.env.lanes, slot);
        let mut lanes: Vec<LaneHearer> = self.place.slots().map(hearer).collect();
        let mut from = self.stream;
        loop {
            match reader.fill(&mut from) {
                Ok(0) => return (self.shared, None),
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                // A child that died with frames unread resets the connection, after all that it sent.
                Err(_) => return (self.shared, None),
            }
            loop {
                match reader.next() {
                    Ok(Some((kind, body))) => {
                        if let Err(error) = self.hear(kind, body, &mut lanes) {
                            return (self.shared, Some(error));
                        }
                    }
                    Ok(None) => break,
                    Err(error) => return (self.shared, Some(error.to_string())),
                }
            }
        }
    }

    fn greeting(&self, spawned: RunTime) -> Result<Vec<u8>, WireError> {
        let Run { spec, env, preamble, .. } = self.run;
        let hello = Hello {
            run_key: env.run_key,
            parent: std::process::id(),
            first_slot: self.place.first(),
            threads: self.place.threads(),
            spawned,
            epoch: env.clock.epoch(),
            lanes: env.lanes_path.clone(),
            slots: spec.slots,
            cpus: spec.cpus,
            work: spec.work.clone(),
            runtime: spec.runtime,
            seed: spec.seed,
            timeout: spec.timeout,
            fault: spec.fault,
            port: spec.port,
            retries: spec.retries,
            on_error: spec.on_error,
            estimate: spec.estimate,
            crowded: self.run.crowded,
            open_files: command::open_files(),
        };
        let mut frame = Vec::new();
        wire::write(&mut frame, Kind::Hello, &(preamble, hello))?;
        Ok(frame)
    }

    fn hear(&mut self, kind: Kind, body: &[u8], lanes: &mut [LaneHearer]) -> Result<(), String> {
        let words = |error: WireError| error.to_string();
        match (kind, self.shared) {
            (Kind::Ready, None) => {
                let ready: Ready = wire::body(body).map_err(words)?;
                if ready.run_key != self.run.env.run_key {
                    return Err("the number of another run".to_owned());
                }
                self.shared = Some(ready.shared);
                self.run.met(ready.shared);
                self.run.dispatcher.ready(self.place, self.run.active()).send();
            }
            (Kind::Results, Some(_)) => {
                let entries = wire::body(body).map_err(words)?;
                let (post, foul) = self.run.dispatcher.settle(self.place, entries);
                post.send();
                if let Some(foul) = foul {
                    return Err(foul.to_string());
                }
            }
            (Kind::News, Some(false)) => {
                let news: News = wire::body(body).map_err(words)?;
                let lane = self.place.position(news.slot).and_then(|at| lanes.get_mut(at));
                lane.ok_or_else(|| format!("news of {}, which is not its own", news.slot))?.hear(&news.lane);
            }
            _ => return Err(format!("a {kind:?} frame, out of turn (process {})", self.pid)),
        }
        Ok(())
    }
}
