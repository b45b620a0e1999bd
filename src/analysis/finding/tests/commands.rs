//! Findings about commands that wait for a CPU.

use super::*;

/// Four threads on two CPUs, whose commands computed half of their second and had no CPU for so many milliseconds of it.
fn commands_without_cpus(delay: u64) -> Session {
    let blocked = Script {
        slots: 4,
        elapsed: ms(1_000),
        computing: ms(0),
        preempted: ms(0),
        blocked: ms(990),
        ..threads()
    };
    let mut session = Scene::on(2).play(&blocked).over();
    let run = &mut session.runs[0];
    run.end.as_mut().unwrap().slots.iter_mut().for_each(|slot| slot.run_delay = ms(delay));
    let totals = &mut run.commands.get_or_insert_default().totals;
    (totals.ended, totals.elapsed, totals.user, totals.run_delay) = (16, ms(3_960), ms(1_980), ms(4 * delay));
    session
}

#[test]
fn commands_that_had_no_cpu_are_no_commands_that_waited() {
    let told = |delay, kind| {
        let findings = compare(&commands_without_cpus(delay)).runs.pop().unwrap().findings;
        findings.into_iter().find(|finding| finding.kind == kind).map(|finding| finding.explain())
    };
    assert_eq!(
        told(297, Kind::Preempted).unwrap(),
        "the commands of 4 threads shared 2 CPUs: for 30 % of their time they were ready to compute and had none."
    );
    assert_eq!(
        told(297, Kind::CommandsComputed).unwrap(),
        "workers were blocked while commands ran, and the commands computed 50 % of that time, and were ready without a CPU \
         for at least 30 % of it: 1.98 s of CPU time in all, and under 0 B of memory each."
    );
    assert_eq!(told(0, Kind::Preempted), None);
    assert!(told(0, Kind::CommandsComputed).unwrap().contains("computed 50 % of that time: 1.98 s"));
}
