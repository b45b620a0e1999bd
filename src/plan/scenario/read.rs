//! From TOML to a plan. The tree is walked by hand, for each value knows its place then, and a fault can say in our own
//! words what is wanted.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::plan::check::Field;
use crate::plan::limits::Machine;
use crate::plan::mix::TasksError;
use crate::plan::scenario::SCHEMA;
use crate::plan::scenario::fault::{Fault, Faults, MOST_FAULTS, Place, nearest, plain, shortened};
use crate::plan::size::SizeError;
use crate::plan::{Chunk, Plan, Strategy, TaskType, Workload};
use crate::units::Nanos;

/// Keys at the top.
const TOP: &[&str] = &["schema", "title", "about", "workload", "run", "simulator"];
/// Keys of a workload.
const WORKLOAD: &[&str] = &["task", "size", "tasks"];
/// Keys of `[run]`.
const RUN: &[&str] = &[
    "strategies",
    "workers",
    "chunk",
    "timeout",
    "retries",
    "on_error",
    "repeats",
    "together",
    "seed",
    "runtime",
    "delivery",
];

/// Reads title, about and plan.
pub(super) fn read(
    source_name: &str,
    text: &str,
    machine: &Machine,
) -> Result<(String, String, Plan), Faults> {
    let mut scenario = None;
    parse(source_name, text, |reader, root| scenario = reader.scenario(root, machine))?;
    // Whatever is missing from a scenario has been said.
    scenario.ok_or_else(|| Faults { source_name: source_name.to_owned(), faults: Vec::new() })
}

/// Has `walk` read the tree of a text, and gives back what it found wrong.
pub(super) fn parse(
    source_name: &str,
    text: &str,
    walk: impl FnOnce(&mut Reader<'_>, &DeTable<'_>),
) -> Result<(), Faults> {
    let folder = Path::new(source_name).parent().unwrap_or(Path::new(""));
    let mut reader = Reader { text, folder, found: Vec::new() };
    match DeTable::parse(text) {
        Ok(root) => walk(&mut reader, root.get_ref()),
        Err(error) => {
            reader.fault(error.span().map_or(text.len(), |span| span.start), error.message());
        }
    }
    let mut found = reader.found;
    if found.is_empty() {
        return Ok(());
    }
    found.sort_by_key(|(offset, _)| *offset);
    let faults = found.into_iter().map(|(_, fault)| fault).collect();
    Err(Faults { source_name: source_name.to_owned(), faults })
}

/// A table with its place and its name.
#[derive(Copy, Clone)]
pub(super) struct Table<'a> {
    pub(super) entries: &'a DeTable<'a>,
    pub(super) at: usize,
    pub(super) name: &'static str,
}

/// A value with its place and its key.
#[derive(Copy, Clone)]
pub(super) struct Value<'a> {
    pub(super) tree: &'a DeValue<'a>,
    pub(super) at: usize,
    pub(super) key: &'static str,
}

impl<'a> Table<'a> {
    pub(super) fn get(self, key: &'static str) -> Option<Value<'a>> {
        self.entries.get(key).map(|value| Value { tree: value.get_ref(), at: value.span().start, key })
    }

    /// The place of a key's value, else of the table.
    pub(super) fn place(self, key: &'static str) -> usize {
        self.get(key).map_or(self.at, |value| value.at)
    }
}

pub(super) struct Reader<'t> {
    text: &'t str,
    /// Where files lie that it names.
    pub(super) folder: &'t Path,
    found: Vec<(usize, Fault)>,
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, at: usize, text: impl AsRef<str>) {
        // To count lines is a pass over the text, which a hostile file should not cause for each of its keys.
        if !self.full() {
            let place = Some(Place::of(self.text, at));
            self.found.push((at, Fault { place, text: shortened(text.as_ref()) }));
        }
    }

    const fn full(&self) -> bool {
        self.found.len() >= MOST_FAULTS
    }

    /// A fault of the file as a whole.
    pub(super) fn lack(&mut self, text: impl Into<String>) {
        self.found.push((0, Fault { place: None, text: text.into() }));
    }

    fn scenario(&mut self, root: &DeTable<'_>, machine: &Machine) -> Option<(String, String, Plan)> {
        let top = Table { entries: root, at: 0, name: "the scenario" };
        match top.get("schema") {
            Some(schema) if matches!(schema.tree, DeValue::String(text) if text == SCHEMA) => {}
            // A file of another kind, or of another version: what its keys mean is anybody's guess.
            Some(schema) => {
                self.fault(
                    schema.at,
                    format!("schema {} is not known here; {SCHEMA:?} is", shown(schema.tree)),
                );
                return None;
            }
            None => {
                self.lack(format!("schema is missing; begin with schema = {SCHEMA:?}"));
                return None;
            }
        }
        self.keys(top, TOP);
        let title = top.get("title");
        if title.is_none() {
            self.lack("title is missing; write title = \"…\"");
        }
        let title = title.and_then(|title| self.string(title));
        let about = top.get("about").map_or(Some(String::new()), |about| self.string(about));
        let mut plan = Plan::first(machine);
        let loads = self.workloads(top);
        let run = top.get("run").and_then(|run| self.table(run, "[run]"));
        if let Some(run) = run {
            self.keys(run, RUN);
            self.run(run, &mut plan);
            if !run.entries.contains_key("workers") {
                plan.workers = Plan::first_in(plan.runtime, machine).workers;
            }
        }
        let commands = loads.iter().any(|(_, load)| load.task == TaskType::Command);
        if commands && run.is_none_or(|run| run.get("chunk").is_none()) {
            plan.chunk = Chunk::Tasks(1);
        }
        if let Some(simulator) = top.get("simulator") {
            self.simulator(simulator, &mut plan.simulator);
        }
        if self.found.is_empty() {
            self.check(&mut plan, loads, run.unwrap_or(top), machine);
        }
        Some((title?.chars().map(plain).collect(), paragraphs(&about?), plan))
    }

    /// Finds the keys of a table that are not known.
    pub(super) fn keys(&mut self, table: Table<'_>, known: &[&'static str]) {
        for key in table.entries.keys() {
            let name: &str = key.get_ref();
            if self.full() {
                return;
            }
            if !known.contains(&name) {
                let hint = match nearest(name, known) {
                    Some(meant) => format!("did you mean {meant}?"),
                    None => format!("there are {}", known.join(", ")),
                };
                self.fault(key.span().start, format!("{name:?} is no key of {}; {hint}", table.name));
            }
        }
    }

    pub(super) fn table<'a>(&mut self, value: Value<'a>, name: &'static str) -> Option<Table<'a>> {
        if let DeValue::Table(entries) = value.tree {
            return Some(Table { entries, at: value.at, name });
        }
        self.fault(
            value.at,
            format!("{} is {}, and a table is wanted: {name}", value.key, shown(value.tree)),
        );
        None
    }

    pub(super) fn string(&mut self, value: Value<'_>) -> Option<String> {
        if let DeValue::String(text) = value.tree {
            return Some(text.clone().into_owned());
        }
        self.fault(
            value.at,
            format!("{} is {}, and a text in quotes is wanted", value.key, shown(value.tree)),
        );
        None
    }

    /// The text of a value that may be written as a number or in quotes.
    fn word(&mut self, value: Value<'_>) -> Option<String> {
        let text = match value.tree {
            DeValue::String(text) => Some(text.clone().into_owned()),
            // A number of another radix is written as people count, so that the readers of texts understand it.
            DeValue::Integer(number) => {
                i128::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n.to_string())
            }
            _ => None,
        };
        if text.is_none() {
            let wanted = "and a whole number or a text in quotes is wanted";
            self.fault(value.at, format!("{} is {}, {wanted}", value.key, shown(value.tree)));
        }
        text
    }

    /// Reads a value that may be written as a number or in quotes into the plan.
    fn parse_into<T: FromStr<Err: fmt::Display>>(&mut self, value: Option<Value<'_>>, into: &mut T) {
        let Some(value) = value else { return };
        let Some(text) = self.word(value) else { return };
        match text.parse() {
            Ok(parsed) => *into = parsed,
            Err(error) => self.fault(value.at, format!("{} {error}", value.key)),
        }
    }

    /// Reads a whole number that is not negative into the plan.
    pub(super) fn number_into<T: TryFrom<u64>>(&mut self, value: Option<Value<'_>>, most: u64, into: &mut T) {
        let Some(value) = value else { return };
        let number = match value.tree {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if let Some(number) = number.and_then(|number| T::try_from(number).ok()) {
            *into = number;
        } else {
            let text = format!("{} {} is no whole number from 0 to {most}", value.key, shown(value.tree));
            self.fault(value.at, text);
        }
    }

    fn workloads<'a>(&mut self, top: Table<'a>) -> Vec<(Table<'a>, Workload)> {
        let elements: Vec<&'a Spanned<DeValue<'a>>> = match top.get("workload").map(|value| value.tree) {
            Some(DeValue::Array(array)) => array.iter().collect(),
            // One workload alone reads well as [workload], too.
            Some(DeValue::Table(_)) => top.entries.get("workload").into_iter().collect(),
            Some(other) => {
                let text = format!("workload is {}, and a table is wanted: [[workload]]", shown(other));
                self.fault(top.place("workload"), text);
                return Vec::new();
            }
            None => Vec::new(),
        };
        if elements.is_empty() {
            self.lack("there is nothing to run; write a [[workload]] with task, size and tasks");
        }
        elements.into_iter().filter_map(|element| self.workload(element)).collect()
    }

    fn workload<'a>(&mut self, element: &'a Spanned<DeValue<'a>>) -> Option<(Table<'a>, Workload)> {
        let value = Value { tree: element.get_ref(), at: element.span().start, key: "workload" };
        let table = self.table(value, "[[workload]]")?;
        match table.get("task").map(|task| task.tree) {
            Some(DeValue::String(name)) if name == "command" => {
                return self.command(table).map(|load| (table, load));
            }
            Some(DeValue::String(name)) if name == "http" => {
                return self.pages(table).map(|load| (table, load));
            }
            _ => {}
        }
        self.keys(table, WORKLOAD);
        for key in WORKLOAD {
            if table.get(key).is_none() {
                self.fault(table.at, format!("{key} is missing from this [[workload]]"));
            }
        }
        let mut tasks = 1;
        self.number_into(table.get("tasks"), u64::MAX, &mut tasks);
        let load = table.get("task").and_then(|value| {
            let text = self.string(value)?;
            // These begin with the word that is wrong.
            let wrong = |error: TasksError| match error {
                TasksError::Unknown(_) | TasksError::Weight(_) => format!("task {error}"),
                _ => format!("task {text:?} {error}"),
            };
            Workload::read(&text, 1, Some(tasks)).map_err(|error| self.fault(value.at, wrong(error))).ok()
        });
        let size = table.get("size").and_then(|value| Some((value, self.word(value)?)));
        let mut load = load?;
        let (value, text) = size?;
        match load.resize(&text) {
            Ok(()) => Some((table, load)),
            Err(error @ SizeError::Part { .. }) => {
                self.fault(value.at, format!("size {error}; write {}", load.task.size_hint()));
                None
            }
            Err(error) => {
                self.fault(value.at, format!("size {text:?} {error}"));
                None
            }
        }
    }

    fn run(&mut self, run: Table<'_>, plan: &mut Plan) {
        if let Some(value) = run.get("strategies") {
            plan.strategies = self.strategies(value);
        }
        self.parse_into(run.get("workers"), &mut plan.workers);
        self.parse_into(run.get("chunk"), &mut plan.chunk);
        self.parse_into(run.get("runtime"), &mut plan.runtime);
        self.parse_into(run.get("on_error"), &mut plan.on_error);
        self.number_into(run.get("retries"), u32::MAX.into(), &mut plan.retries);
        self.number_into(run.get("repeats"), u32::MAX.into(), &mut plan.repeats);
        self.number_into(run.get("seed"), u64::MAX, &mut plan.seed);
        if let Some(value) = run.get("together") {
            match value.tree {
                DeValue::Boolean(together) => plan.together = *together,
                other => {
                    self.fault(
                        value.at,
                        format!("together is {}, and true or false is wanted", shown(other)),
                    );
                }
            }
        }
        if let Some(value) = run.get("timeout")
            && let Some(text) = self.word(value)
            && text.trim() != "none"
        {
            match text.parse::<Nanos>() {
                Ok(time) => plan.timeout = Some(time),
                Err(error) => self.fault(value.at, format!("timeout {text:?} {error}, or none")),
            }
        }
        if let Some(value) = run.get("delivery")
            && !matches!(value.tree, DeValue::String(text) if text == "map")
        {
            self.fault(value.at, format!("delivery {} is not known; there is \"map\"", shown(value.tree)));
        }
    }

    fn strategies(&mut self, value: Value<'_>) -> Vec<Strategy> {
        let DeValue::Array(array) = value.tree else {
            let wanted = "and a list is wanted: [\"serial\", \"threads\"]";
            self.fault(value.at, format!("strategies is {}, {wanted}", shown(value.tree)));
            return Vec::new();
        };
        let mut out = Vec::new();
        for element in array {
            let at = element.span().start;
            let Some(text) = self.string(Value { tree: element.get_ref(), at, key: "a strategy" }) else {
                continue;
            };
            match text.parse() {
                Ok(strategy) if out.contains(&strategy) => {
                    self.fault(
                        at,
                        format!("strategy {strategy} is named twice; name it once, and use repeats"),
                    );
                }
                Ok(strategy) => out.push(strategy),
                Err(error) => self.fault(at, format!("strategy {error}")),
            }
        }
        out
    }

    /// Checks what has been read on the machine, and puts each problem where its value stands.
    fn check(
        &mut self,
        plan: &mut Plan,
        loads: Vec<(Table<'_>, Workload)>,
        run: Table<'_>,
        machine: &Machine,
    ) {
        let of_load = |field| matches!(field, Field::Task | Field::Size | Field::Tasks);
        let mut places = Vec::new();
        plan.workloads.clear();
        for (table, load) in loads {
            // A problem does not say which workload it is about, so each has a plan of its own.
            let runtime = plan.runtime;
            let alone = Plan { workloads: vec![load.clone()], runtime, ..Plan::first(machine) };
            let problems = alone.check(machine).err().unwrap_or_default().into_iter();
            let problems = problems.filter(|problem| of_load(problem.field));
            places.extend(problems.map(|problem| (table.place(problem.field.name()), problem)));
            plan.workloads.push(load);
        }
        for problem in plan.check(machine).err().unwrap_or_default() {
            let key = if problem.field == Field::Strategy { "strategies" } else { problem.field.name() };
            if !of_load(problem.field) {
                places.push((run.place(key), problem));
            }
        }
        for (at, problem) in places {
            self.fault(at, problem.to_string());
        }
    }
}

/// The text with its lines joined, for whoever shows it breaks them anew; an empty line still parts two paragraphs.
fn paragraphs(text: &str) -> String {
    let mut out: Vec<String> = vec![String::new()];
    for line in text.lines().map(str::trim) {
        let last = out.last().is_none_or(String::is_empty);
        match out.last_mut() {
            Some(paragraph) if !line.is_empty() => {
                paragraph.extend((!last).then_some(' '));
                paragraph.extend(line.chars().map(plain));
            }
            _ if !last => out.push(String::new()),
            _ => {}
        }
    }
    out.join("\n\n").trim_end().to_owned()
}

/// A value as it might have been written, for a fault.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{:?}", shortened(text)),
        DeValue::Integer(number) => shortened(&number.to_string()),
        DeValue::Float(number) => shortened(number.as_str()),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
