//! Tasks that do nothing on two workers, every one counted and timed, beside Python's pools in the same go; the goals are
//! 10 M/s (chunk auto), 2 M/s (threads, chunk 1) and 250 k/s (processes, chunk 1). `cargo bench --bench dispatch`

#![expect(clippy::print_stdout, reason = "a bench says what it found")]

mod harness;

use poolscope::cost::dispatch;
use poolscope::plan::{Chunk, Strategy};

const GOES: u32 = 7;

fn main() {
    let rig = harness::rig();
    for (strategy, chunk, tasks) in [
        (Strategy::Threads, Chunk::Auto, 4_000_000),
        (Strategy::Threads, Chunk::Tasks(1), 2_000_000),
        (Strategy::Processes, Chunk::Auto, 4_000_000),
        (Strategy::Processes, Chunk::Tasks(1), 400_000),
    ] {
        let rate = dispatch::tasks_per_second(&rig, strategy, chunk, tasks, GOES);
        harness::say(&format!("{strategy}, chunk {chunk}"), rate.map(|rate| rate / 1e3), "k/s");
    }
    match dispatch::peer() {
        Ok(peer) => {
            for (what, rate) in [
                ("Python's ThreadPool.map", peer.threads_auto),
                ("Python's ThreadPool.imap", peer.threads_one),
                ("Python's Pool.map", peer.processes_auto),
                ("Python's Pool.imap", peer.processes_one),
            ] {
                harness::say(what, Ok(rate / 1e3), "k/s");
            }
        }
        Err(why) => println!("no peer: {why}"),
    }
}
