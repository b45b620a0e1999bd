//! The table for people.

use std::fmt::Write;

use crate::cli::doctor::Facts;
use crate::plan::limits::MAX_CORES;
use crate::report::TableStyle;
use crate::report::text::{ascii, clip, pad, wrap};
use crate::units::{Bytes, Nanos, grouped, three_digits};

/// The width of the column of names.
const NAMES: usize = 22;
/// The most lines of a list of CPUs.
const LINES: usize = 4;
/// The width of the column of values, where a remark follows.
const VALUES: usize = 14;

/// The facts as a table. Ends in a newline.
pub(super) fn table(facts: &Facts, style: &TableStyle) -> String {
    let mut table = Table { text: String::new(), style };
    table.machine(facts);
    table.topology(facts);
    table.costs(facts);
    table.simulator(facts);
    table.terminal(facts);
    table.missing(facts);
    if style.ascii { ascii(&table.text) } else { table.text }
}

struct Table<'a> {
    text: String,
    style: &'a TableStyle,
}

impl Table<'_> {
    fn machine(&mut self, facts: &Facts) {
        let machine = &facts.machine;
        self.heading(&format!("Machine: {} {}", machine.os, machine.arch));
        if !machine.cpu_model.is_empty() {
            self.row("processor", &machine.cpu_model, "");
        }
        self.row("CPUs online", &machine.cpus.to_string(), "");
        self.row("CPUs allowed", &machine.cpus_allowed.to_string(), "by affinity and cpuset");
        let quota = machine.cpu_quota.map_or_else(|| "none".to_owned(), three_digits);
        self.row("CPU quota", &quota, "by the control group");
        self.row("CPUs available", &machine.cpus_available.to_string(), "what -w all means");
        if let Some(load) = machine.load {
            self.row("load", &three_digits(load), "runnable threads over the last minute");
        }
        self.row("memory", &Bytes(machine.memory_available_bytes).to_string(), "available");
        let files = machine.open_files.map_or_else(|| "no limit".to_owned(), grouped);
        self.row("open files", &files, "one for each worker process");
        let tasks = machine.tasks.map_or_else(|| "no limit".to_owned(), grouped);
        self.row("threads, processes", &tasks, "those of other programs included");
        let cores = format!("up to {} cores", grouped(MAX_CORES.into()));
        self.row("simulated", &cores, "--runtime simulated:16");
    }

    fn topology(&mut self, facts: &Facts) {
        let Some(topology) = &facts.topology else { return };
        self.heading("Topology");
        self.row("packages", &topology.packages.to_string(), "");
        let threads = match (topology.threads_per_core_min, topology.threads_per_core_max) {
            (1, 1) => "one thread each".to_owned(),
            (least, most) if least == most => format!("{most} threads each"),
            (least, most) => format!("{least} to {most} threads each"),
        };
        self.row("cores", &topology.cores.to_string(), &threads);
        if topology.threads_per_core_max > 1 {
            self.list("CPUs of a core", &topology.siblings);
        }
        if topology.nodes.len() > 1 {
            self.list("CPUs of a node", &topology.nodes);
        }
        if !topology.offline.is_empty() {
            self.row("switched off", &topology.offline, "");
        }
        for cache in &topology.caches {
            let name = format!("cache {}", cache.name);
            let count = if cache.count == 1 { "one".to_owned() } else { format!("{} of them", cache.count) };
            self.row(&name, &Bytes(cache.size_bytes).to_string(), &count);
        }
    }

    /// Lists of CPUs, a few on a line; of very many only the first.
    fn list(&mut self, name: &str, lists: &[String]) {
        let room = self.style.width.max(40).saturating_sub(NAMES + 2);
        let lines = wrap(&lists.join(" "), room, false);
        for (i, line) in lines.iter().take(LINES).enumerate() {
            self.row(if i == 0 { name } else { "" }, line, "");
        }
        if lines.len() > LINES {
            self.row("", "and so on: --json has all", "");
        }
    }

    fn costs(&mut self, facts: &Facts) {
        self.heading("Costs, measured now");
        let source = facts.costs.clock_source.as_ref().map(|source| format!("from {source}"));
        self.row("reading the clock", &nanos(facts.costs.clock_ns), source.as_deref().unwrap_or_default());
        self.row("a thread's CPU time", &nanos(facts.costs.thread_clock_ns), "read for every worker");
        for kernel in &facts.costs.kernels {
            let name = format!("iteration of {}", kernel.task);
            let means = format!("100ms are {}", grouped(kernel.iterations_of_100ms));
            let means = match kernel.task {
                "primes" => "one division".to_owned(),
                "native" => format!("{means} bytes"),
                _ => means,
            };
            self.row(&name, &nanos(kernel.iteration_ns), &means);
        }
        let start =
            |ns: Option<u64>| ns.map_or_else(|| "not possible".to_owned(), |ns| Nanos(ns).to_string());
        self.row("starting a thread", &start(facts.workers.thread_start_ns), "until its first task; median");
        self.row(
            "starting a process",
            &start(facts.workers.process_start_ns),
            "until its first task; median",
        );
        self.row(
            "lanes of processes",
            if facts.workers.shared_lanes { "shared memory" } else { "frames" },
            "",
        );
    }

    fn simulator(&mut self, facts: &Facts) {
        self.heading("A simulated run as on this machine, measured now");
        for cost in facts.simulator.beside_kernels() {
            let remark =
                if cost.measured { cost.what.to_owned() } else { format!("{}; a default", cost.what) };
            self.row(cost.name, &cost.value, &remark);
        }
        self.row("as a table", "--calibrate", "writes all of them for --simulator");
    }

    fn terminal(&mut self, facts: &Facts) {
        let terminal = &facts.terminal;
        self.heading(&format!("Terminal: {}", terminal.name.as_deref().unwrap_or("TERM is not set")));
        let streams = terminal.streams.join(", ");
        self.row("streams on it", if streams.is_empty() { "none" } else { &streams }, "");
        if let (Some(columns), Some(rows)) = (terminal.columns, terminal.rows) {
            self.row("size", &format!("{columns}×{rows}"), "");
        }
        let by = format!("by {}", terminal.colours_by);
        self.row(
            "colours",
            terminal.colours,
            if terminal.no_color { "not wanted: NO_COLOR is set" } else { &by },
        );
        match terminal.background {
            Some(background) => self.row("background", background, "by COLORFGBG"),
            None => self.row("background", "taken as dark", "COLORFGBG does not say; --theme light"),
        }
        let by =
            terminal.unicode_by.map_or_else(|| "no locale is set".to_owned(), |name| format!("by {name}"));
        self.row("characters", if terminal.unicode { "Unicode" } else { "ASCII" }, &by);
    }

    fn missing(&mut self, facts: &Facts) {
        self.heading("Missing");
        if facts.missing.is_empty() {
            self.text.push_str("  nothing\n");
        }
        for missing in &facts.missing {
            let text = format!("{}; {}", missing.what, missing.way_out);
            for (i, line) in wrap(&text, self.style.width.max(40) - 4, false).iter().enumerate() {
                let indent = if i == 0 { "- " } else { "  " };
                // Writing into a string cannot fail.
                let _ = writeln!(self.text, "  {indent}{line}");
            }
        }
    }

    fn heading(&mut self, words: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let (bold, plain) = if self.style.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let _ = writeln!(self.text, "{bold}{words}{plain}");
    }

    fn row(&mut self, name: &str, value: &str, remark: &str) {
        let value = if remark.is_empty() { value.to_owned() } else { pad(value, VALUES, false) };
        let line = format!("  {}{value}  {remark}", pad(name, NAMES, false));
        let line = clip(line.trim_end(), self.style.width.max(40), false);
        let _ = writeln!(self.text, "{line}");
    }
}

/// A cost, which may be less than a nanosecond.
fn nanos(ns: f64) -> String {
    format!("{} ns", three_digits(ns))
}
