use super::*;
use crate::plan::{Chunk, OnError, Parameters, Size, Strategy, TaskType, WorkerCount};
use crate::units::Nanos;
use proptest::prelude::*;

fn machine() -> Machine {
    Machine::example(2)
}

/// A scenario with these lines in `[run]`; the first of them is line 11.
fn with_run(lines: &str) -> String {
    format!(
        "schema = \"poolscope/scenario/1\"\ntitle = \"T\"\nabout = \"A\"\n\n[[workload]]\ntask = \"sleep\"\n\
         size = \"1s\"\ntasks = 10\n\n[run]\n{lines}\n"
    )
}

/// What is wrong with a text, a line for each fault.
fn wrong(text: &str) -> Vec<String> {
    match Scenario::parse("my.toml", text, &machine()) {
        Ok(scenario) => panic!("nothing is wrong: {scenario:?}"),
        Err(faults) => faults.to_string().lines().map(ToOwned::to_owned).collect(),
    }
}

#[test]
fn every_embedded_scenario_is_right_on_small_and_large_machines() {
    for cpus in [1, 2, 64] {
        let machine = Machine::example(cpus);
        for (name, text) in EMBEDDED {
            let scenario = Scenario::parse(name, text, &machine).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(scenario.plan.check(&machine), Ok(()), "{name}");
            assert_eq!((scenario.name.as_str(), scenario.plan.seed), (name, 1));
            assert!(scenario.title.len() <= 60 && scenario.about.len() > 100, "{name}");
            assert!(!scenario.about.contains('\n'), "{name}: one paragraph");
        }
    }
    assert_eq!(Scenario::names().len(), EMBEDDED.len());
}

#[test]
fn embedded_scenarios_are_those_of_the_notes() {
    let words = |name| {
        let plan = Scenario::load(name, &machine()).unwrap().plan;
        let load = &plan.workloads[0];
        assert_eq!((plan.workloads.len(), plan.strategies.as_slice()), (1, Strategy::FIRST.as_slice()));
        format!("{} {} {} on {}", load.tasks, load.task, load.size, plan.workers)
    };
    assert_eq!(words("classic-io"), "10 sleep 1s on 4");
    assert_eq!(words("classic-cpu"), "10 cpu 500000 on 4");
    assert_eq!(words("five-on-four"), "5 sleep 1s on 4");
    assert_eq!(words("cpu-100ms"), "24 cpu 100ms on 4");
    assert_eq!(words("native-300ms"), "8 native 300ms on 4");
    assert_eq!(words("io-100ms"), "24 sleep 100ms on 4");
    assert_eq!(words("mixed-500"), "500 mixed 100ms+100ms on 4");
    let primes = Scenario::load("primes", &machine()).unwrap().plan.workloads.remove(0);
    assert_eq!(primes.size, Size::Numbers(crate::plan::size::NOTES_PRIMES.to_vec()));
    assert_eq!(primes.tasks, 6);
    let mixed = Scenario::names().iter().find(|listed| listed.name == "mixed-500").unwrap();
    assert!(mixed.about.contains("100 s"), "{}", mixed.about);
}

#[test]
fn whatever_run_leaves_out_is_as_in_the_first_plan() {
    let plan = Scenario::parse("x/my.toml", &with_run(""), &machine()).unwrap();
    assert_eq!((plan.name.as_str(), plan.title.as_str(), plan.about.as_str()), ("my", "T", "A"));
    let first = Plan::first(&machine());
    assert_eq!(Plan { workloads: first.workloads.clone(), ..plan.plan }, first);
}

#[test]
fn every_key_of_run_is_read() {
    let text = with_run(
        "strategies = [\"threads\", 'serial']\nworkers = \"+2\"\nchunk = 3\ntimeout = \"1.5 s\"\nretries = 2\n\
         on_error = \"stop\"\nrepeats = 0x10\nseed = 18_446_744_073_709_551_615\ntogether = true\nruntime = \"native\"\n\
         delivery = \"map\"",
    );
    let plan = Scenario::parse("x", &text, &machine()).unwrap().plan;
    assert_eq!(plan.strategies, [Strategy::Threads, Strategy::Serial]);
    assert_eq!((plan.workers, plan.chunk), (WorkerCount::Plus(2), Chunk::Tasks(3)));
    assert_eq!(plan.timeout, Some(Nanos::from_millis(1_500)));
    assert_eq!((plan.retries, plan.repeats, plan.seed), (2, 16, u64::MAX));
    assert_eq!((plan.on_error, plan.together), (OnError::Stop, true));
    let text = with_run("workers = \"50%\"\nchunk = \"auto\"\ntimeout = \"none\"");
    let plan = Scenario::parse("x", &text, &machine()).unwrap().plan;
    assert_eq!((plan.workers, plan.chunk, plan.timeout), (WorkerCount::Percent(50), Chunk::Auto, None));
}

#[test]
fn a_mix_is_a_task_with_weights() {
    let workload = |task: &str, size: &str| {
        let plan = with_run("").replace("task = \"sleep\"", task).replace("size = \"1s\"", size);
        Scenario::parse("x", &plan, &machine()).map(|scenario| scenario.plan.workloads[0].clone())
    };
    let mix = workload("task = \"cpu:4,sleep:1\"", "size = \"cpu=100ms,sleep=1ms\"").unwrap();
    let mut typed = crate::plan::Workload::read("cpu:4,sleep:1", 4, Some(10)).unwrap();
    typed.resize("cpu=100ms,sleep=1ms").unwrap();
    assert_eq!(mix, typed);
    let wrong = workload("task = \"cpu:4,cup:1\"", "size = \"1s\"").unwrap_err().to_string();
    assert!(wrong.contains("cup"), "{wrong}");
}

#[test]
fn a_simulated_run_names_its_cores_and_what_everything_costs() {
    let table = "[simulator]\ncpu_ps = 30_000\nslice = \"4ms\"\nfull_speed_permille = 620\n";
    let text = with_run("runtime = \"simulated:16,gil\"\nworkers = 5000") + table;
    let plan = Scenario::parse("x", &text, &machine()).unwrap().plan;
    assert_eq!(plan.runtime.to_string(), "simulated:16,gil");
    let mut wanted =
        Parameters { slice: Nanos::from_millis(4), full_speed_permille: 620, ..Parameters::default() };
    wanted.costs.cpu_ps = 30_000;
    assert_eq!(*plan.simulator, wanted);
    assert_eq!(super::simulator::read("x", table).unwrap(), wanted, "in a file of its own");
}

#[test]
fn a_simulator_that_cannot_be_is_told_with_its_place() {
    let wrong = |text: &str| super::simulator::read("my.toml", text).unwrap_err().to_string();
    for (text, said) in [
        ("", "my.toml: there is no table [simulator]"),
        ("simulator = 1", "my.toml:1:13: simulator is 1, and a table is wanted: [simulator]"),
        ("[simulator]\nslice = 3", "my.toml:2:9: slice is 3, and a time in quotes is wanted, as \"60us\""),
        (
            "[simulator]\nslice = \"3\"",
            "my.toml:2:9: slice \"3\" needs a unit of time: ns, us, ms, s, min or h",
        ),
        ("[simulator]\nslice = \"0s\"", "my.toml:2:9: slice = 0s is out of range; use 1us to 10s"),
        (
            "[simulator]\nslices = \"3ms\"",
            "my.toml:2:1: \"slices\" is no key of [simulator]; did you mean slice?",
        ),
        (
            "[simulator]\nfull_speed_permille = 1001",
            "my.toml:2:23: full_speed_permille = 1001 is out of range; use 1 to 1000",
        ),
    ] {
        assert_eq!(wrong(text), said);
    }
}

#[test]
fn several_workloads_make_one_plan() {
    let text = with_run("") + "[[workload]]\ntask = \"cpu\"\nsize = 1_000\ntasks = 3\n";
    let plan = Scenario::parse("x", &text, &machine()).unwrap().plan;
    let tasks: Vec<_> = plan.workloads.iter().map(|load| (load.task, load.tasks)).collect();
    assert_eq!(tasks, [(TaskType::Sleep, 10), (TaskType::Cpu, 3)]);
}

#[test]
fn a_fault_says_file_line_column_key_value_and_way_out() {
    for (lines, fault) in [
        (
            "workers = \"four\"",
            "my.toml:11:11: workers \"four\" is not a number of workers; write 4, 50%, all, +2 or 2x4",
        ),
        (
            "workers = -1",
            "my.toml:11:11: workers \"-1\" is not a number of workers; write 4, 50%, all, +2 or 2x4",
        ),
        ("workers = 1.5", "my.toml:11:11: workers is 1.5, and a whole number or a text in quotes is wanted"),
        ("chunk = 0", "my.toml:11:9: chunk \"0\" is no chunk size; write auto, or a number of tasks from 1"),
        (
            "timeout = 10",
            "my.toml:11:11: timeout \"10\" needs a unit of time: ns, us, ms, s, min or h, or none",
        ),
        (
            "on_error = \"µ\"",
            "my.toml:11:12: on_error \"µ\" is no rule for errors; there are continue and stop",
        ),
        ("together = 1", "my.toml:11:12: together is 1, and true or false is wanted"),
        (
            "retries = 99999999999",
            "my.toml:11:11: retries 99999999999 is no whole number from 0 to 4294967295",
        ),
        ("seed = -1", "my.toml:11:8: seed -1 is no whole number from 0 to 18446744073709551615"),
        ("seed = \"1\"", "my.toml:11:8: seed \"1\" is no whole number from 0 to 18446744073709551615"),
        (
            "# µµ\nstrategies = [\"serial\", \"treads\"]",
            "my.toml:12:25: strategy \"treads\" is no strategy; there are serial, threads, processes, hybrid",
        ),
        (
            "strategies = [\"serial\", \"serial\"]",
            "my.toml:11:25: strategy serial is named twice; name it once, and use repeats",
        ),
        (
            "strategies = \"serial\"",
            "my.toml:11:14: strategies is \"serial\", and a list is wanted: [\"serial\", \"threads\"]",
        ),
        (
            "runtime = \"python\"",
            "my.toml:11:11: runtime \"python\" is no runtime; there are native, gil (as gil:1ms or gil:ticks=100 too) and simulated \
             (simulated:16)",
        ),
        ("delivery = []", "my.toml:11:12: delivery a list is not known; there is \"map\""),
        ("worker = 4", "my.toml:11:1: \"worker\" is no key of [run]; did you mean workers?"),
        (
            "\"wor\\u001bkers\" = 4",
            "my.toml:11:1: \"wor\\u{1b}kers\" is no key of [run]; did you mean workers?",
        ),
        (
            "colour = 4",
            "my.toml:11:1: \"colour\" is no key of [run]; there are strategies, workers, chunk, timeout, retries, \
             on_error, repeats, together, seed, runtime, delivery",
        ),
        // What only the check of the whole plan can find.
        ("workers = 0", "my.toml:11:11: workers 0: nobody would do the work; use 1 or more"),
        ("repeats = 0", "my.toml:11:11: repeats 0: is out of range; use 1 to 1 000"),
        (
            "strategies = []",
            "my.toml:11:14: strategy (none): there is no way to run it; choose serial, threads, processes or hybrid",
        ),
    ] {
        assert_eq!(wrong(&with_run(lines)), [fault]);
    }
}

#[test]
fn faults_of_a_workload_stand_where_it_stands() {
    let load = |lines: &str| with_run("") + "\n[[workload]]\n" + lines;
    for (lines, fault) in [
        ("task = \"cpu\"\nsize = 5", "my.toml:13:1: tasks is missing from this [[workload]]"),
        (
            "task = \"sleep\"\nsize = 200\ntasks = 1",
            "my.toml:15:8: size \"200\" does not suit sleep, whose size is time: 200ms",
        ),
        (
            "task = \"cpu\"\nsize = \"5 parsecs\"\ntasks = 1",
            "my.toml:15:8: size \"5 parsecs\" needs a unit of time: ns, us, ms, s, min or h; write iterations or \
             time: 5000000, 100ms",
        ),
        (
            "task = \"cup\"\nsize = 5\ntasks = 1",
            "my.toml:14:8: task \"cup\" is no task type; there are cpu, sum, primes, native, sleep, mixed, \
             file, http, command",
        ),
        (
            "task = \"cpu\"\nsize = 5\ntasks = 0",
            "my.toml:16:9: tasks 0: there is nothing to do; use 1 to 100 000 000",
        ),
        (
            "task = \"cpu\"\nsize = 5\ntasks = 1\nn = 2",
            "my.toml:17:1: \"n\" is no key of [[workload]]; there are task, size, tasks",
        ),
    ] {
        assert_eq!(wrong(&load(lines)), [fault]);
    }
}

#[test]
fn commands_are_read_with_their_items_and_go_one_by_one() {
    let text = |lines: &str| {
        format!(
            "schema = \"poolscope/scenario/1\"\ntitle = \"T\"\n[[workload]]\ntask = \"command\"\n{lines}\n"
        )
    };
    let read = |lines: &str| Scenario::parse("my.toml", &text(lines), &machine());
    let plan = read("command = [\"sh\", \"{item}\"]\nitems = [\"a\", \"two\\nlines\"]").unwrap().plan;
    assert_eq!((plan.workloads[0].tasks, plan.chunk), (2, Chunk::Tasks(1)));
    let Size::Command(command) = &plan.workloads[0].size else { panic!("{plan:?}") };
    assert_eq!(command.arguments(1), ["two\nlines"]);
    let plan = read("command = [\"exit $1\"]\nshell = true\ntasks = 3\n[run]\nchunk = 2").unwrap().plan;
    assert_eq!((plan.workloads[0].tasks, plan.chunk), (3, Chunk::Tasks(2)));
    for (lines, said) in [
        ("tasks = 1", "my.toml:3:1: command is missing from this [[workload]]"),
        ("command = \"sh\"\ntasks = 1", "my.toml:5:11: command is \"sh\", and a list is wanted"),
        ("command = [\"sh\"]", "my.toml:3:1: tasks is missing"),
        ("command = [\"sh\"]\nsize = 3\ntasks = 1", "my.toml:6:1: \"size\" is no key of [[workload]]"),
        ("command = [\"sh\", \"{item}\"]\ntasks = 1", "my.toml:5:11: command \"{item}\" names an item"),
        (
            "command = [\"no-such-program-here\"]\ntasks = 1",
            "my.toml:5:11: command \"no-such-program-here\" is no program",
        ),
        ("command = [\"sh\"]\nitems = [\"a\"]\ntasks = 2", "my.toml:7:9: tasks 2: is more than the 1 item"),
        ("command = [\"sh\"]\nitems_file = \"/dev/zero\"", "no regular file"),
        ("command = [\"sh\"]\nitems = [\"a\"]\nitems_file = \"b\"", "leave one of them out"),
        ("command = [\"sh\"]\nshell = 1\ntasks = 1", "true or false is wanted"),
    ] {
        let faults = wrong(&text(lines));
        assert!(faults.len() == 1 && faults[0].contains(said), "{lines}: {faults:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_and_in_order() {
    let text = "title = 5\nschema = \"poolscope/scenario/1\"\ncolor = 1\n[run]\nretries = []\n";
    assert_eq!(
        wrong(text),
        [
            "my.toml: there is nothing to run; write a [[workload]] with task, size and tasks",
            "my.toml:1:9: title is 5, and a text in quotes is wanted",
            "my.toml:3:1: \"color\" is no key of the scenario; there are schema, title, about, workload, run, simulator",
            "my.toml:5:11: retries a list is no whole number from 0 to 4294967295",
        ]
    );
    let many = (0..100_000).fold(with_run(""), |text, n| text + &format!("k{n}=1\n"));
    assert_eq!(wrong(&many).len(), fault::MOST_FAULTS);
}

#[test]
fn another_schema_or_none_is_said_and_nothing_else() {
    assert_eq!(wrong(""), ["my.toml: schema is missing; begin with schema = \"poolscope/scenario/1\""]);
    let newer = with_run("").replace("scenario/1", "scenario/2");
    assert_eq!(
        wrong(&newer),
        ["my.toml:1:10: schema \"poolscope/scenario/2\" is not known here; \"poolscope/scenario/1\" is"]
    );
}

#[test]
fn what_is_no_toml_is_said_with_its_place() {
    for (text, place) in [
        ("a = 1\nb = ", "my.toml:2:5:"),
        ("µ = 1", "my.toml:1:1:"),
        ("a=1\r\na=2\r\n", "my.toml:2:1:"),
        ("\0", "my.toml:1:"),
    ] {
        let said = wrong(text);
        assert!(said.len() == 1 && said[0].starts_with(place), "{said:?}");
    }
    assert!(Scenario::parse("x", &"[".repeat(100_000), &machine()).is_err());
    assert!(Scenario::parse("x", &format!("a={}", "[".repeat(100_000)), &machine()).is_err());
    assert!(Scenario::parse("x", &format!("{}=1", "a.".repeat(100_000)), &machine()).is_err());
}

#[test]
fn a_byte_order_mark_and_dos_line_ends_are_tolerated() {
    let text = format!("\u{feff}{}", with_run("workers = 3").replace('\n', "\r\n"));
    assert_eq!(Scenario::parse("x", &text, &machine()).unwrap().plan.workers, WorkerCount::Exactly(3));
    let text = format!("\u{feff}{}", with_run("workers = \"x\"").replace('\n', "\r\n"));
    assert!(wrong(&text)[0].starts_with("my.toml:11:11:"));
}

#[test]
fn texts_are_shown_without_anything_that_a_terminal_obeys() {
    let text = with_run("").replace("\"A\"", "\"\"\"one\ntwo\n\n\n  three\\u001b[31m \"\"\"");
    let text = text.replace("\"T\"", "\"a\\nb\"");
    let scenario = Scenario::parse("x", &text, &machine()).unwrap();
    assert_eq!((scenario.title.as_str(), scenario.about.as_str()), ("a b", "one two\n\nthree [31m"));
}

#[test]
fn a_name_with_a_slash_or_the_ending_is_a_file_and_any_other_is_built_in() {
    let error = |name: &str| Scenario::load(name, &machine()).unwrap_err().to_string();
    assert_eq!(
        error("clasic-io"),
        "there is no scenario \"clasic-io\"; there are classic-io, classic-cpu, five-on-four, io-100ms, cpu-100ms, \
         native-300ms, primes, mixed-500, notes-laptop; a file's name ends in .toml or holds a /"
    );
    assert!(error("no-such.toml").starts_with("no-such.toml: "));
    assert!(error("./classic-io").starts_with("./classic-io: "));

    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = Scenario::load(&file("good.toml", with_run("").as_bytes()), &machine()).unwrap();
    assert_eq!((good.name.as_str(), good.plan.workloads[0].tasks), ("good", 10));
    let latin = error(&file("latin.toml", b"# \xc2\xb5 \xb5\n"));
    assert!(latin.ends_with("latin.toml:1:5: is no text in UTF-8 from here on"), "{latin}");
    let padded = format!("{}{}", with_run(""), "#".repeat(MAX_BYTES as usize));
    assert!(
        error(&file("long.toml", padded.as_bytes()))
            .ends_with("is longer than 1 MiB, which no scenario needs")
    );
    assert!(error(dir.path().to_str().unwrap()).starts_with(dir.path().to_str().unwrap()));
}

/// A text that TOML or the schema cares about.
fn piece() -> impl Texts<Value = String> {
    prop_oneof![
        any::<char>().prop_map(|c| c.to_string()),
        prop::sample::select(vec![
            "[[workload]]\n",
            "[run]\n",
            "[",
            "]",
            "\"",
            "\"\"\"",
            "'",
            "=",
            "\n",
            "\r\n",
            ".",
            ",",
            "#",
            "{",
            "}",
            "1e308",
            "-1",
            "0",
            "nan",
            "true",
            "99999999999999999999",
            "1979-05-27",
            "0xff",
            "[]",
            "{}",
            "\\u0000",
            "\u{feff}",
            "workers",
            "size",
            "\"112,,\"",
            "\"1s+1s\"",
            "\"all\"",
            "\"50%\"",
            "schema",
        ])
        .prop_map(ToOwned::to_owned),
    ]
}
use proptest::strategy::Strategy as Texts;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn a_changed_scenario_is_a_right_plan_or_has_faults_with_places(
        which in 0..EMBEDDED.len() + 1,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, piece()), 0..5),
    ) {
        let full = with_run("strategies = [\"serial\"]\nworkers = 4\nchunk = \"auto\"\ntimeout = \"1s\"\nseed = 1");
        let mut text: Vec<char> = EMBEDDED.get(which).map_or(full.as_str(), |(_, text)| text).chars().collect();
        for (place, remove, insert) in changes {
            let start = place.index(text.len() + 1);
            let end = (start + remove).min(text.len());
            text.splice(start..end, insert.chars());
        }
        let text: String = text.into_iter().collect();
        match Scenario::parse("x.toml", &text, &machine()) {
            Ok(scenario) => prop_assert_eq!(scenario.plan.check(&machine()), Ok(())),
            Err(faults) => {
                prop_assert!(!faults.faults.is_empty());
                let lines = text.matches('\n').count() + 1;
                prop_assert!(faults.faults.iter().all(|f| f.place.is_none_or(|p| p.line <= lines)));
                prop_assert!(!faults.to_string().chars().any(|c| c.is_control() && c != '\n'));
            }
        }
    }
}
