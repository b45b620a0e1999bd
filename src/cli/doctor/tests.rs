use super::*;
use crate::cli::doctor::measure::Starts;
use crate::cost::{NotMeasured, simulator};
use crate::headless::terminal::Attached;
use crate::ids::CpuId;
use crate::plan;
use crate::plan::Topology;
use crate::plan::topology::CpuPlace;
use crate::probe::Cache;
use crate::units::Bytes;
use crate::units::Nanos;

fn facts(change: impl Fn(&mut Machine, &mut Terminal, &mut Starts)) -> Facts {
    let place = |cpu: u16| CpuPlace { package: 0, core: CpuId(cpu % 4), cpu: CpuId(cpu) };
    let cpus = (0..8).map(place).collect();
    let topology = Box::new(Topology { cpus, ..Topology::default() });
    let mut machine = Machine { open_files: Some(1 << 20), topology, ..Machine::example(8) };
    let mut terminal = Terminal {
        attached: Attached { input: true, output: true, error: true },
        name: Some("xterm-256color".to_owned()),
        size: Some((120, 36)),
        colours: ColourDepth::Indexed,
        colours_by: "TERM",
        foreground_background: Some("0;15".to_owned()),
        no_colour: false,
        unicode: true,
        unicode_by: Some("LANG"),
    };
    let mut starts = Starts {
        thread: Some(Nanos::from_micros(85)),
        process: Ok(Nanos::from_micros(2_100)),
        shared_lanes: true,
    };
    change(&mut machine, &mut terminal, &mut starts);
    let costs = plan::Costs { cpu_ns: 52.0, sum_ns: 0.4, primes_ns: 6.5, native_ns: 0.5 };
    let simulator = simulator::Measured {
        defaults: vec![("slice", NotMeasured("only Linux holds a thread on one CPU".to_owned()))],
        ..simulator::Measured::default()
    };
    let measured = Measured { clock_ns: 38.2, thread_clock_ns: 110.0, costs, starts, simulator };
    let cache = Cache { name: "L1d".to_owned(), size: Bytes(48 << 10), count: 4 };
    let clock = Some("tsc".to_owned());
    let looked = Looked { load: Some(0.4), caches: vec![cache], clock, tasks: Some(60_000), run_delay: true };
    Facts::of(&machine, &looked, &terminal, &measured)
}

#[test]
fn a_good_machine_lacks_nothing() {
    let facts = facts(|_, _, _| {});
    assert_eq!(facts.missing, []);
    let style = TableStyle { ascii: true, colour: false, width: 80 };
    insta::assert_snapshot!(table::table(&facts, &style), @r#"
    Machine: linux x86_64
      processor             example
      CPUs online           8
      CPUs allowed          8               by affinity and cpuset
      CPU quota             none            by the control group
      CPUs available        8               what -w all means
      load                  0.40            runnable threads over the last minute
      memory                8.00 GiB        available
      open files            1 048 576       one for each worker process
      threads, processes    60 000          those of other programs included
      simulated             up to 1 024 cores  --runtime simulated:16

    Topology
      packages              1
      cores                 4               2 threads each
      CPUs of a core        0,4 1,5 2,6 3,7
      cache L1d             48.0 KiB        4 of them

    Costs, measured now
      reading the clock     38.2 ns         from tsc
      a thread's CPU time   110 ns          read for every worker
      iteration of cpu      52.0 ns         100ms are 1 900 000
      iteration of sum      0.40 ns         100ms are 250 000 000
      iteration of primes   6.50 ns         one division
      iteration of native   0.50 ns         100ms are 200 000 000 bytes
      starting a thread     85.0 us         until its first task; median
      starting a process    2.10 ms         until its first task; median
      lanes of processes    shared memory

    A simulated run as on this machine, measured now
      slice                 3.00 ms         a core, where others want it; a default
      switch                3.00 us         a core's turn to another thread
      wake                  60.0 us         from an event to running
      thread_start          60.0 us         for each thread
      process_start         1.20 ms         for each process
      thread_stop           10.0 us         for each thread
      process_stop          400 us          for as many as there are CPUs
      take                  100 ns          a thread takes a chunk
      chunk                 15.0 us         a process takes one, and answers
      task                  70 ns           the books for each task
      byte_ps               400             each byte of results, in ps
      check                 5.00 us         between looks at the GIL
      full_speed_permille   1000            of each core when all are busy
      as a table            --calibrate     writes all of them for --simulator

    Terminal: xterm-256color
      streams on it         stdin, stdout, stderr
      size                  120x36
      colours               256             by TERM
      background            light           by COLORFGBG
      characters            Unicode         by LANG

    Missing
      nothing
    "#);
}

#[test]
fn whatever_is_missing_comes_with_the_way_out() {
    let facts = facts(|machine, terminal, starts| {
        *machine = Machine { quota: Some(1.5), open_files: Some(256), ..machine.clone() };
        machine.topology.nodes = vec![(0..4).map(CpuId).collect(), (4..8).map(CpuId).collect()];
        machine.topology.offline = vec![CpuId(8), CpuId(9)];
        terminal.foreground_background = None;
        terminal.attached.output = false;
        terminal.unicode = false;
        starts.process = Err("spawn: Operation not permitted".to_owned());
    });
    let style = TableStyle { ascii: false, colour: false, width: 80 };
    insta::assert_snapshot!(table::table(&facts, &style), @r#"
    Machine: linux x86_64
      processor             example
      CPUs online           8
      CPUs allowed          8               by affinity and cpuset
      CPU quota             1.50            by the control group
      CPUs available        2               what -w all means
      load                  0.40            runnable threads over the last minute
      memory                8.00 GiB        available
      open files            256             one for each worker process
      threads, processes    60 000          those of other programs included
      simulated             up to 1 024 cores  --runtime simulated:16

    Topology
      packages              1
      cores                 4               2 threads each
      CPUs of a core        0,4 1,5 2,6 3,7
      CPUs of a node        0-3 4-7
      switched off          8-9
      cache L1d             48.0 KiB        4 of them

    Costs, measured now
      reading the clock     38.2 ns         from tsc
      a thread's CPU time   110 ns          read for every worker
      iteration of cpu      52.0 ns         100ms are 1 900 000
      iteration of sum      0.40 ns         100ms are 250 000 000
      iteration of primes   6.50 ns         one division
      iteration of native   0.50 ns         100ms are 200 000 000 bytes
      starting a thread     85.0 µs         until its first task; median
      starting a process    not possible    until its first task; median
      lanes of processes    shared memory

    A simulated run as on this machine, measured now
      slice                 3.00 ms         a core, where others want it; a default
      switch                3.00 µs         a core's turn to another thread
      wake                  60.0 µs         from an event to running
      thread_start          60.0 µs         for each thread
      process_start         1.20 ms         for each process
      thread_stop           10.0 µs         for each thread
      process_stop          400 µs          for as many as there are CPUs
      take                  100 ns          a thread takes a chunk
      chunk                 15.0 µs         a process takes one, and answers
      task                  70 ns           the books for each task
      byte_ps               400             each byte of results, in ps
      check                 5.00 µs         between looks at the GIL
      full_speed_permille   1000            of each core when all are busy
      as a table            --calibrate     writes all of them for --simulator

    Terminal: xterm-256color
      streams on it         stdin, stderr
      size                  120×36
      colours               256             by TERM
      background            taken as dark   COLORFGBG does not say; --theme light
      characters            ASCII           by LANG

    Missing
      - CPUs are switched off: 8-9; as root, write 1 to
        /sys/devices/system/cpu/cpu8/online, and so on
      - 2 of 8 CPUs are available to this program; ask for more with taskset, or
        with --cpus of the container
      - worker processes cannot be started: spawn: Operation not permitted; use -s
        serial,threads
      - at most 96 worker processes, for want of open files; raise ulimit -n
      - no terminal on standard input and output, so no lab; use poolscope compare
      - the locale has ASCII alone, so bars are coarse; set LANG, as C.UTF-8
    "#);
}
