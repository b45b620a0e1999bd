//! Commands under their supervisor: real processes, and everything that can befall them.

mod left;
mod setup;

use std::os::unix::fs::PermissionsExt;

use poolscope::exec::CancelToken;
use poolscope::exec::command::{End, Order, Supervisor};
use poolscope::units::Nanos;

use setup::{order, run, sh, supervisor, within};

#[test]
fn a_command_ends_as_its_status_says() {
    for (script, end, words) in [
        ("exit 0", End::Exited(0), "exit status 0"),
        ("exit 3", End::Exited(3), "exit status 3"),
        ("kill -9 $$", End::Signalled(9), "killed by SIGKILL"),
        ("kill -SEGV $$", End::Signalled(11), "killed by SIGSEGV"),
    ] {
        let report = run(&sh(script));
        assert_eq!(report.end, end, "{script}");
        assert_eq!((report.end.to_string().as_str(), report.leaked), (words, 0));
        assert!(report.elapsed > Nanos::ZERO, "{report:?}");
    }
}

#[test]
fn what_a_command_used_is_measured() {
    // A child that it waits for counts as its own.
    let report = run(&sh("sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'"));
    assert!(report.end.is_ok() && report.user > Nanos::ZERO, "{report:?}");
    assert!(report.user + report.system <= report.elapsed * 2, "{report:?}");
}

#[test]
fn time_that_a_command_waits_for_a_cpu_is_told() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap().trim();
    let cpu = allowed.split(['-', ',']).next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (begun, done) = (file("begun"), file("done"));
    // One computes for as long as the other does, on the same CPU.
    let busy = format!("touch {begun}; until [ -e {done} ]; do :; done");
    let script = format!(
        "until [ -e {begun} ]; do sleep 0.01; done; i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; touch {done}"
    );
    let on_cpu = |script: &str| order("/usr/bin/taskset", &["-c", cpu, "/bin/sh", "-c", script]);
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&on_cpu(&busy)));
        (run(&on_cpu(&script)), first.join().unwrap())
    });
    for report in [first, second] {
        assert!(report.end.is_ok(), "{report:?}");
        assert_eq!(report.run_delay.is_some(), poolscope::probe::tells_run_delay());
        let delay = report.run_delay.unwrap_or(Nanos(1));
        assert!(delay > Nanos::ZERO && delay <= report.elapsed, "{report:?}");
    }
}

#[test]
fn memory_is_told_where_it_is_more_than_the_supervisors_own() {
    let small = run(&sh("exit 0")).peak_memory;
    assert_eq!(small.known(), None, "{small}");
    assert!(small.to_string().starts_with("under "), "{small}");
    // A variable of 64 MiB, which is more than this program ever has.
    let large = run(&sh("x=$(head -c 67108864 /dev/zero | tr '\\0' x); exit ${#x}")).peak_memory;
    assert!(large.known().unwrap().0 > 64 << 20, "{large}");
}

#[test]
fn what_cannot_be_started_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    };
    let supervisor = supervisor();
    let end_of = |program: &std::path::Path| {
        supervisor.run(&order(program.to_str().unwrap(), &[]), &CancelToken::default()).unwrap().end
    };
    assert_eq!(end_of(&folder.path().join("none")), End::NotFound);
    assert_eq!(end_of(&file("data", "x", 0o644).join("below")), End::NotFound);
    for (program, said) in [
        (file("plain", "#!/bin/sh\n", 0o644), "may be executed"),
        (folder.path().to_owned(), "may be executed"),
        (file("bare", "echo hello\n", 0o755), "#!/bin/sh"),
        (file("lost", "#!/no/such/interpreter\n", 0o755), "interpreter"),
        ("sh".into(), "not absolute"),
    ] {
        let End::NotStarted(why) = end_of(&program) else { panic!("{program:?} was started") };
        assert!(why.contains(said), "{why}");
    }
    let words = |count| order("/bin/echo", &vec!["x"; count]);
    let zero = order("/bin/echo", &["a\0b"]);
    for (order, said) in [(words(1_000_000), "longer"), (words(5_000_000), "longer"), (zero, "zero byte")] {
        let report = supervisor.run(&order, &CancelToken::default()).unwrap();
        assert!(matches!(&report.end, End::NotStarted(why) if why.contains(said)), "{:?}", report.end);
    }
    assert!(supervisor.run(&sh("exit 0"), &CancelToken::default()).unwrap().end.is_ok());
}

#[test]
fn arguments_arrive_as_they_are() {
    let hostile =
        ["; rm -rf /", "$(x)", "`x`", "-rf", "--", "two\nlines", "'\"\\", "🦀 é", "", "*", "a\u{1b}[31mb"];
    let script = r#"for a; do printf '<'; printf %s "$a" | od -An -v -tx1 | tr -d ' \n'; printf '>\n'; done"#;
    let words: Vec<&str> = ["-c", script, "sh"].into_iter().chain(hostile).collect();
    let report = run(&order("/bin/sh", &words));
    let hex = |word: &str| word.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(report.tail, hostile.map(|word| format!("<{}>\n", hex(word))).concat());
}

#[test]
fn a_command_gets_nothing_but_an_empty_input_its_output_and_no_terminal() {
    // `ls` itself opens the folder that it lists.
    let report =
        run(&sh("ls /proc/self/fd | tr '\\n' ' '; wc -c; (: < /dev/tty) 2>/dev/null || echo no terminal"));
    assert_eq!(report.tail, "0 1 2 3 0\nno terminal\n");
    let here = std::env::current_dir().unwrap();
    assert_eq!(run(&sh("pwd -P")).tail.trim_end(), here.canonicalize().unwrap().to_str().unwrap());
}

#[test]
fn output_is_drained_its_end_kept_and_the_rest_counted() {
    let report =
        run(&Order { keep: 1_000, ..sh("head -c 10485760 /dev/zero | tr '\\0' x; printf '\\nthe end'") });
    assert!(report.end.is_ok());
    assert!(report.tail.ends_with("x\nthe end"), "{}", report.tail);
    assert_eq!((report.tail.len(), report.dropped), (1_000, 10_485_760 + 8 - 1_000));
    let none = run(&Order { keep: 0, ..sh("echo hello") });
    assert_eq!((none.tail.as_str(), none.dropped), ("", 6));
    // Both streams, in the order in which they were written.
    assert_eq!(run(&sh("printf a; printf b >&2; printf c")).tail, "abc");
}

#[test]
fn output_commands_no_terminal() {
    let script = r"printf '\033]52;c;aGk=\007\033[2J\033[31mred\302\233 \r\b\342\200\256evil\377\n'";
    assert_eq!(run(&sh(script)).tail, "red \u{fffd}evil\u{fffd}\n");
}

#[test]
fn an_end_of_the_pipe_is_not_the_end_of_the_command() {
    let report = run(&sh("exec >/dev/null 2>&1; sleep 0.2; exit 5"));
    assert_eq!(report.end, End::Exited(5));
    assert!(report.elapsed >= Nanos::from_millis(200), "{report:?}");
}

#[test]
fn a_command_that_takes_too_long_is_ended() {
    let limit = Some(Nanos::from_millis(100));
    for script in
        ["exec sleep 600", "sleep 600; exit 0", "trap '' TERM; while :; do sleep 600; done", "kill -STOP $$"]
    {
        let report = run(&Order { timeout: limit, ..sh(script) });
        assert_eq!((report.end, report.leaked), (End::TimedOut, 0), "{script}");
        assert!(report.elapsed >= Nanos::from_millis(100));
    }
    // One that listens may put its things in order.
    let report =
        run(&Order { timeout: limit, ..sh("trap 'echo bye; exit 0' TERM; while :; do sleep 0.01; done") });
    assert!(report.end == End::TimedOut && report.tail.ends_with("bye\n"), "{report:?}");
}

#[test]
fn a_cancelled_command_is_ended_whether_it_listens_or_not() {
    let supervisor = supervisor();
    for (script, enforced) in [
        ("exec sleep 600", false),
        ("trap '' TERM; while :; do sleep 600; done", false),
        ("sleep 600; :", true),
    ] {
        let cancel = CancelToken::default();
        let end = std::thread::scope(|scope| {
            let call = scope.spawn(|| supervisor.run(&sh(script), &cancel).unwrap().end);
            within("a child of the supervisor", || setup::children_of(supervisor.id()).len() == 1);
            if enforced {
                cancel.enforce();
            } else {
                cancel.cancel();
            }
            call.join().unwrap()
        });
        assert_eq!(end, End::Cancelled, "{script}");
        within("nothing is left", || setup::children_of(supervisor.id()).is_empty());
        // What comes after it is not even started.
        assert_eq!(supervisor.run(&sh("exit 0"), &cancel).unwrap().end, End::Cancelled);
    }
}

#[test]
fn many_run_at_once_and_one_does_not_wait_for_the_others() {
    let (supervisor, cancel) = (supervisor(), CancelToken::default());
    std::thread::scope(|scope| {
        let long: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| supervisor.run(&sh("exec sleep 600"), &cancel).unwrap().end))
            .collect();
        within("all of them run", || setup::children_of(supervisor.id()).len() == 100);
        let report = supervisor.run(&sh("echo quick"), &CancelToken::default()).unwrap();
        assert_eq!((report.end, report.tail.as_str()), (End::Exited(0), "quick\n"));
        cancel.cancel();
        assert!(long.into_iter().all(|call| call.join().unwrap() == End::Cancelled));
    });
}

#[test]
fn stopped_commands_stand_still_and_their_time_too() {
    let (supervisor, cancel) = (supervisor(), CancelToken::default());
    let limited = Order { timeout: Some(Nanos::from_secs(5)), ..sh("sleep 3; exit 4") };
    let state = || setup::children_of(supervisor.id()).first().map(|pid| setup::state_of(*pid));
    std::thread::scope(|scope| {
        let call = scope.spawn(|| supervisor.run(&limited, &cancel).unwrap());
        within("it runs", || state().is_some());
        supervisor.stop();
        within("it is stopped", || state() == Some(Some('T')));
        let later = scope.spawn(|| supervisor.run(&sh("exit 6"), &cancel).unwrap());
        // With what it slept before, and what it sleeps after, more than its time limit.
        std::thread::sleep(std::time::Duration::from_secs(3));
        let waiting = !call.is_finished() && !later.is_finished();
        supervisor.resume();
        assert!(waiting);
        assert_eq!(call.join().unwrap().end, End::Exited(4));
        assert_eq!(later.join().unwrap().end, End::Exited(6));
    });
}

#[test]
fn a_stop_reaches_what_left_its_group() {
    let (supervisor, cancel, mark) = (supervisor(), CancelToken::default(), setup::mark());
    let script = format!("setsid sh -c 'sleep {mark}; :' & wait");
    let states = || -> Vec<_> { setup::marked(&mark).into_iter().map(setup::state_of).collect() };
    std::thread::scope(|scope| {
        let call = scope.spawn(|| supervisor.run(&sh(&script), &cancel).unwrap());
        // The sleeper, and both shells.
        within("it runs", || !setup::marked(&mark).is_empty() && states().contains(&Some('S')));
        supervisor.stop();
        within("all are stopped", || states().iter().all(|state| *state == Some('T')));
        supervisor.resume();
        within("all go on", || states().iter().all(|state| *state == Some('S')));
        cancel.cancel();
        assert_eq!(call.join().unwrap().end, End::Cancelled);
    });
    within("it is gone", || setup::marked(&mark).is_empty());
}

#[test]
fn a_supervisor_works_for_nobody_else() {
    let program = env!("CARGO_BIN_EXE_poolscope");
    let output = std::process::Command::new(program).arg("__supervise").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("run `poolscope` instead"));
    assert!(Supervisor::start("/bin/true".as_ref()).unwrap_err().to_string().contains("does not answer"));
    assert!(Supervisor::start("/no/such/program".as_ref()).is_err());
}
