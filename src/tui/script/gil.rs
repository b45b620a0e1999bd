//! A scripted run under the lock of one interpreter.

use super::{Lane, ms, start, tell, themed};
use crate::event::{Gauges, GilCounts, GilMark, Phase, PhaseTotals, Record, RunEvent, RunStart};
use crate::ids::{RunId, SlotId, TaskIndex};
use crate::plan::{Shape, Strategy, Work};
use crate::tui::message::Message;
use crate::tui::model::Model;
use crate::tui::theme::{Depth, Palette, Theme};
use crate::units::Nanos;

/// What a worker of the scripted run under a lock has it for.
const TENURE_MS: u64 = 5;

/// Four threads under one interpreter's lock, which goes round every 5 ms; at 1.2 s.
pub(in crate::tui) fn gil(columns: u16, rows: u16) -> Model {
    gil_themed(columns, rows, Theme::new(Palette::Dark, Depth::True, false))
}

pub(in crate::tui) fn gil_themed(columns: u16, rows: u16, theme: Theme) -> Model {
    const SLOTS: u64 = 4;
    const NOW: u64 = 1_200;
    let mut model = themed(columns, rows, theme);
    model.form.plan.workers = crate::plan::WorkerCount::Exactly(SLOTS as u32);
    model.form.plan.runtime = "gil".parse().unwrap();
    model.form.plan.strategies = vec![Strategy::Threads];
    start(&mut model);
    let plan = model.session.plan.clone().unwrap();
    let mut events = vec![RunEvent::RunStarted(RunStart {
        pid: 4_000,
        parent: Some(3_000),
        run: RunId(0),
        workload: 0,
        repeat: 0,
        runtime: plan.runtime,
        strategy: Strategy::Threads,
        slots: SLOTS as u32,
        shape: Shape::new(1, SLOTS as u32),
        chunk: 1,
        tasks: plan.workloads[0].tasks,
        work: Work::Cpu { iterations: 20_000_000 },
        serial_estimate: Nanos::from_secs(4),
        shared_lanes: true,
    })];
    let tenures = (NOW - 1) / TENURE_MS;
    let mut levels = Vec::new();
    for slot in 0..SLOTS {
        let id = SlotId(slot as u16);
        events.push(RunEvent::WorkerSpawned { slot: id, pid: 4_000, at: ms(0) });
        let mut lane = Lane { slot: id, events: &mut events, totals: PhaseTotals::default() };
        lane.span(Phase::Starting, None, 0, 1);
        let task = Some(TaskIndex(slot as u32));
        let (mut since, mut held) = (1, 0);
        for turn in (slot..tenures).step_by(SLOTS as usize) {
            let (from, to) = (1 + turn * TENURE_MS, 1 + (turn + 1) * TENURE_MS);
            if since < from {
                lane.span(Phase::GilWait, task, since, from);
                lane.say(Record::Gil { at: ms(from - 1), what: GilMark::Request, count: 1 });
            }
            lane.span(Phase::Computing, task, from, to);
            lane.say(Record::Gil { at: ms(to), what: GilMark::Forced, count: 1 });
            lane.say(Record::Held { start: ms(from), end: ms(to), held: Nanos::from_millis(TENURE_MS) });
            held += TENURE_MS;
            since = to;
        }
        let turns = held / TENURE_MS;
        let holds = tenures % SLOTS == slot;
        if holds {
            lane.span(Phase::GilWait, task, since, 1 + tenures * TENURE_MS);
            since = 1 + tenures * TENURE_MS;
        }
        levels.push((
            id,
            Gauges {
                phase: if holds { Phase::Computing } else { Phase::GilWait },
                since: ms(since),
                task,
                pid: 4_000,
                totals: lane.totals,
                computing_cpu: Nanos::from_millis(held),
                gil: GilCounts {
                    switches: turns,
                    requests: turns,
                    forced: turns,
                    held: Nanos::from_millis(held),
                    ..GilCounts::default()
                },
                holds: holds.then_some(ms(since)),
                ..Gauges::default()
            },
        ));
    }
    events.push(RunEvent::Levels { at: ms(NOW), slots: levels });
    tell(&mut model, Message::News(events, Some(ms(NOW))));
    model
}
