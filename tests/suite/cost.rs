//! The measurements of poolscope's own cost: that each gives a figure, by the real program. What the figures are is the
//! machine's business, and that of the benches.

use std::path::PathBuf;

use poolscope::cost::{Rig, cores, dispatch, frame, lane, memory, reducer, screen, speed, start};
use poolscope::plan::{Chunk, Strategy};
use poolscope::units::Nanos;

use crate::pty::Terminal;

fn rig() -> Rig {
    Rig::new(PathBuf::from(env!("CARGO_BIN_EXE_poolscope")))
}

const POOLS: [Strategy; 2] = [Strategy::Threads, Strategy::Processes];

#[test]
fn lanes_frames_and_events_have_a_cost() {
    assert!(lane::journalled(1_000, 3) > 0.0 && lane::summarised(1_000, 3) > 0.0);
    let rig = rig();
    assert_eq!(frame::times(&rig, 5).unwrap().len(), 5);
    assert!(reducer::events_per_second(&rig, Nanos::from_millis(50)).unwrap() > 0.0);
}

#[test]
fn pools_have_a_cost() {
    let rig = rig();
    for pool in POOLS {
        assert!(dispatch::tasks_per_second(&rig, pool, Chunk::Tasks(1), 2_000, 2).unwrap() > 0.0);
        assert!(speed::speedup(&rig, pool, 1).unwrap().median > 0.0);
        speed::per_wave(&rig, pool, 1).unwrap();
        // How much is not to be seen here, where other tests take and give memory meanwhile.
        memory::of_one_worker(&rig, pool).unwrap();
    }
    for pool in POOLS {
        let crowd = start::crowd(&rig, pool, 8, Nanos::from_secs(2)).unwrap();
        assert!(crowd.up > Nanos::ZERO && crowd.gone > Nanos::ZERO, "{crowd:?}");
    }
    for start in [start::thread(&rig, 3).unwrap(), start::process(&rig, 3).unwrap()] {
        assert!(start.worker_ns > 0.0 && start.bare_ns > 0.0 && start.ratio.median > 0.0, "{start:?}");
    }
}

#[test]
fn cores_can_be_read_beside_the_kernel() {
    assert!((0.0..=100.0).contains(&cores::largest_difference(&rig()).unwrap()));
}

#[test]
fn the_screen_has_a_cost_in_a_terminal_of_its_own() {
    let rig = rig();
    assert!(screen::first_frame(&rig, 2).unwrap() > Nanos::ZERO);
    let used = screen::used(&rig, Nanos::from_millis(500)).unwrap();
    assert!(used.busy > 0.0 && used.bytes_per_second > 0.0, "{used:?}");
    assert!(screen::slowdown(&rig, 2).unwrap().median > 0.0);
    assert!(screen::resident(&rig, 50_000).unwrap().0 > 0);
}

#[test]
fn a_lab_that_is_measured_leaves_json_and_no_table() {
    let args = ["__watched", "-t", "sum", "--size", "1000", "-n", "4", "-w", "2", "-s", "threads"];
    let mut terminal = Terminal::poolscope(100, 30, &args);
    terminal.until("Enter");
    terminal.press("\r");
    terminal.until("✓ threads");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    terminal.wait("JSON", |terminal| {
        String::from_utf8_lossy(&terminal.written()).contains("\"poolscope/run/1\"")
    });
    terminal.assert_restored();
}
