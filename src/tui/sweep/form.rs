//! The plan of a sweep as a form. What it shares with the Lab's form (task, strategies, runtime, chunk) is a form of that
//! kind, with the same words and the same checks; numbers of workers, repeats and the time that there is are its own.

use crate::plan::{
    FIRST_SERIAL, Machine, Plan, Problem, Runtime, Size, Strategy, TaskType, WorkerCount, Workload,
};
use crate::sweep::{Counts, Sweep, SweepPlan, default_tasks};
use crate::tui::form::{Edit, Form, Item, beside_in};
pub(crate) use crate::tui::sweep::setting::Setting;
use crate::units::{Nanos, plural};

/// Where numbers of workers have no upper end, there are tasks for at least so many.
const OPEN: u32 = 16;
/// Numbers of workers that a step goes through; others are typed.
const COUNTS: [&str; 6] = ["1..", "all", "1..8", "1..16", "1,2,4,8,16,32", "1,2,4,8,16,32,64,128"];
/// The most repeats: medians of more say nothing new.
const MOST_REPEATS: u32 = 99;
/// The shortest limit that a step leads to.
const SHORTEST_LIMIT: Nanos = Nanos::from_secs(15);

/// The form.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct SweepForm {
    /// What is run; its number of workers is the largest that is asked for, so that its checks hold for all.
    form: Form,
    /// The setting that has the focus.
    pub(crate) at: Setting,
    counts: Counts,
    repeats: Option<u32>,
    limit: Option<Nanos>,
}

impl SweepForm {
    /// The form of a sweep of what the Lab's plan runs, over these numbers of workers. Where that is what the Lab began with,
    /// it has as many tasks, and as long ones, as suit a sweep: each number of workers is measured several times, and all of
    /// them need work.
    pub(crate) fn of(lab: &Plan, counts: Counts, machine: &Machine) -> Self {
        // One is what a comparison has unless it is asked for more, and too few for a sweep.
        let repeats = (lab.repeats > 1).then_some(lab.repeats.min(MOST_REPEATS));
        let mut plan = Plan { repeats: 1, together: false, ..lab.clone() };
        plan.workloads.truncate(1);
        plan.strategies.retain(|strategy| *strategy != Strategy::Serial);
        if plan.strategies.is_empty() {
            plan.strategies.push(Strategy::Threads);
        }
        let mut form = Self { form: Form::new(plan), at: Setting::Start, counts, repeats, limit: None };
        form.widen(machine);
        let usual = |load: &Workload| {
            let usual = Plan::for_task(load.task, &lab.machine(machine)).workloads;
            usual.into_iter().any(|usual| usual == *load || usual.with_pages_that_answer() == *load)
        };
        if form.form.plan.workloads.first().is_some_and(usual) {
            form.suit(machine);
        }
        form
    }

    /// The form that shows a sweep.
    pub(crate) fn showing(sweep: &SweepPlan) -> Self {
        let SweepPlan { plan, counts, repeats, max_time } = sweep.clone();
        Self { form: Form::new(plan), at: Setting::Start, counts, repeats, limit: max_time }
    }

    /// The sweep as it would be run.
    pub(crate) fn plan(&self) -> SweepPlan {
        let (plan, counts) = (self.form.plan.clone(), self.counts.clone());
        SweepPlan { plan, counts, repeats: self.repeats, max_time: self.limit }.settled()
    }

    /// What is run, without the numbers of workers.
    pub(crate) const fn base(&self) -> &Form {
        &self.form
    }

    /// The value that is being edited.
    pub(crate) const fn edit(&self) -> Option<&Edit> {
        self.form.edit.as_ref()
    }

    /// What a setting shows.
    pub(crate) fn value(&self, setting: Setting, machine: &Machine) -> String {
        match setting {
            // How many that is differs between numbers of workers.
            Setting::Plan(Item::Chunk) => self.form.plan.chunk.to_string(),
            Setting::Plan(Item::Way(Strategy::Hybrid)) => Strategy::Hybrid.name().to_owned(),
            Setting::Plan(item) => self.form.value(item, machine),
            Setting::Counts if self.counts.is_open() => format!("{} while more help", self.counts),
            Setting::Counts => self.counts.to_string(),
            Setting::Repeats => self.repeats.map_or_else(
                || {
                    let plan = self.plan();
                    let machine = plan.plan.machine(machine).into_owned();
                    format!("auto ({})", Sweep::new(plan, &machine).repeats())
                },
                |n| n.to_string(),
            ),
            Setting::Limit => self.limit.map_or_else(|| "none".to_owned(), |time| time.to_string()),
            Setting::Start => String::new(),
        }
    }

    /// What a setting is, for someone who sees it for the first time.
    pub(crate) fn about(&self, setting: Setting) -> &'static str {
        match setting {
            Setting::Plan(item) => item.about(self.form.task()),
            Setting::Counts => {
                "numbers of workers: 1,2,4,8; 1..16; all; 1.. goes on while more help; 1..4x1..4"
            }
            Setting::Repeats if self.is_simulated() => "each is measured once: simulated runs repeat exactly",
            Setting::Repeats => {
                "how often each is measured, after a warm-up; auto: 5, or 3 where that takes long"
            }
            Setting::Limit => "no run begins that would end later: 2min, or none",
            Setting::Start if self.is_simulated() => {
                "measures each number once: simulated runs repeat exactly"
            }
            Setting::Start if self.repeats == Some(1) => "measures every number of workers, once",
            Setting::Start => "measures every number of workers, several times",
        }
    }

    /// Whether its runs are simulated: each is run once, for the same run comes out the same again.
    pub(crate) const fn is_simulated(&self) -> bool {
        self.form.plan.runtime.simulated().is_some()
    }

    /// How often each number of workers is run, in words.
    pub(crate) fn often(&self) -> &'static str {
        if self.is_simulated() || self.repeats == Some(1) { "once" } else { "several times" }
    }

    /// Moves the focus by `steps` settings: a single step leads from either end to the other, a longer one up to it.
    pub(crate) fn step(&mut self, steps: isize) {
        let at = Setting::ALL.iter().position(|setting| *setting == self.at).unwrap_or(0);
        let last = Setting::ALL.len() - 1;
        self.go(Setting::ALL[match (at, steps) {
            (0, -1) => last,
            (at, 1) if at == last => 0,
            _ => at.saturating_add_signed(steps).min(last),
        }]);
    }

    /// Moves the focus to a setting.
    pub(crate) fn go(&mut self, setting: Setting) {
        self.at = setting;
        self.form.at = if let Setting::Plan(item) = setting { item } else { Item::Run };
    }

    /// Begins to edit the setting that has the focus, with a first character, or with what stands there less its last.
    pub(crate) fn begin(&mut self, first: Option<char>) {
        let typed = match self.at {
            Setting::Counts => self.counts.to_string(),
            Setting::Repeats => self.repeats.map_or_else(|| "auto".to_owned(), |n| n.to_string()),
            Setting::Limit => self.limit.map_or_else(|| "none".to_owned(), Nanos::exact),
            Setting::Plan(_) | Setting::Start => return self.form.begin(first),
        };
        let mut text = first.map_or(typed, String::from);
        if first.is_none() {
            text.pop();
        }
        self.form.edit = Some(Edit { text, problem: None });
    }

    /// Begins to edit with a character that no value can begin with, and says what is wanted.
    pub(crate) fn refuse(&mut self, c: char) {
        let problem = Some(format!("no value begins with \"{c}\": {}", self.about(self.at)));
        self.form.edit = Some(Edit { text: c.to_string(), problem });
    }

    /// Types one more character.
    pub(crate) fn type_in(&mut self, c: char) {
        self.form.type_in(c);
    }

    /// Takes the last character back.
    pub(crate) fn erase(&mut self) {
        self.form.erase();
    }

    /// Leaves the value as it was.
    pub(crate) fn drop_value(&mut self) {
        self.form.edit = None;
    }

    /// Takes what was typed, or says what is wrong with it and goes on editing.
    pub(crate) fn take(&mut self, machine: &Machine) {
        let Some(edit) = &self.form.edit else { return };
        let text = edit.text.trim().to_owned();
        let taken = match self.at {
            Setting::Counts => self.take_counts(&text, machine),
            Setting::Repeats if matches!(text.as_str(), "" | "auto") => {
                self.repeats = None;
                Ok(())
            }
            Setting::Repeats => match text.parse() {
                Ok(n @ 1..=MOST_REPEATS) => {
                    self.repeats = Some(n);
                    Ok(())
                }
                _ => Err(format!("is not a number of repeats; use 1 to {MOST_REPEATS}, or auto")),
            },
            Setting::Limit if matches!(text.as_str(), "" | "none") => {
                self.limit = None;
                Ok(())
            }
            Setting::Limit => match text.parse() {
                Ok(Nanos::ZERO) => Err("is no time at all; write 30s, 5min, or none".to_owned()),
                Ok(time) => {
                    self.limit = Some(time);
                    Ok(())
                }
                Err(error) => Err(format!("{error}; write 30s, 5min, or none")),
            },
            Setting::Plan(_) | Setting::Start => return self.form.take(machine),
        };
        match (taken, &mut self.form.edit) {
            (Err(problem), Some(edit)) => edit.problem = Some(problem),
            _ => self.form.edit = None,
        }
    }

    fn take_counts(&mut self, text: &str, machine: &Machine) -> Result<(), String> {
        let counts: Counts = text.parse().map_err(|error: crate::sweep::CountsError| error.to_string())?;
        let plan = SweepPlan { counts, ..self.plan() };
        let problems = plan.problems(machine);
        if let Some(Problem { wrong, way_out, .. }) =
            problems.into_iter().find(|problem| problem.field == crate::plan::Field::Workers)
        {
            return Err(format!("{wrong}; {way_out}"));
        }
        self.counts = plan.counts;
        self.widen(machine);
        Ok(())
    }

    /// The next or the previous of a setting's common values; a step over an edge is not taken.
    pub(crate) fn nudge(&mut self, up: bool, machine: &Machine) {
        match self.at {
            Setting::Counts => {
                // One that is too large for this machine stays untaken.
                let _ = self.take_counts(beside_in(&COUNTS, &self.counts.to_string(), up), machine);
            }
            Setting::Repeats => {
                self.repeats = match (self.repeats, up) {
                    (None, true) => Some(1),
                    (None | Some(0 | 1), false) => None,
                    (Some(n), true) => Some((n + 1).min(MOST_REPEATS)),
                    (Some(n), false) => Some(n - 1),
                };
            }
            Setting::Limit => {
                self.limit = match (self.limit, up) {
                    (None, true) => Some(SHORTEST_LIMIT * 2),
                    (None, false) => None,
                    (Some(time), true) => Some(time * 2),
                    (Some(time), false) => Some(time / 2).filter(|half| *half >= SHORTEST_LIMIT),
                };
            }
            Setting::Plan(item) => {
                self.form.nudge(up, machine);
                if item == Item::Task {
                    self.suit(machine);
                }
                self.widen(machine);
            }
            Setting::Start => {}
        }
    }

    /// Turns a strategy on or off.
    pub(crate) fn toggle(&mut self) {
        self.form.toggle();
    }

    /// What is wrong with it, in words, and the setting to go to.
    pub(crate) fn problem(&self, machine: &Machine) -> Option<(Setting, String)> {
        let problem = self.plan().problems(machine).into_iter().next()?;
        let setting = Setting::ALL.into_iter().find(|setting| match setting {
            Setting::Plan(item) => item.field() == Some(problem.field),
            Setting::Counts => problem.field == crate::plan::Field::Workers,
            _ => false,
        });
        Some((setting.unwrap_or(Setting::Start), problem.to_string()))
    }

    /// As many tasks, and as long ones, as suit a sweep with these numbers of workers.
    fn suit(&mut self, machine: &Machine) {
        let machine = self.form.plan.machine(machine).into_owned();
        let most = self.form.plan.workers.resolve(&machine);
        if let Some(load) = self.form.plan.workloads.first_mut()
            && TaskType::ALL.contains(&load.task)
        {
            let tasks = default_tasks(load.task, most);
            // It is run many times.
            *load = Workload {
                task: load.task,
                size: Size::default_for(load.task, FIRST_SERIAL / 2, tasks),
                tasks,
            };
        }
    }

    /// Gives the plan the largest number of workers that is asked for.
    fn widen(&mut self, machine: &Machine) {
        let machine = self.form.plan.machine(machine).into_owned();
        let open = self.counts.is_open().then_some(OPEN.max(4 * machine.available()));
        let fixed = self.counts.fixed(&machine);
        let most = fixed.iter().map(|count| count.resolve(&machine)).chain(open).max();
        self.form.plan.workers = WorkerCount::Exactly(most.unwrap_or(1));
    }

    /// The plan in a line: the work, and how it is measured in more and in fewer words. The fewest are the runtime, where it
    /// is not the plain one, and else none.
    pub(crate) fn words(&self, machine: &Machine) -> (String, [String; 4]) {
        // Of pages on the loopback, those that are asked for.
        let asked = Form::new(self.plan().plan);
        let value = |item| asked.value(item, machine);
        let plan = &asked.plan;
        let ways: Vec<&str> = plan.strategies.iter().map(|strategy| strategy.name()).collect();
        let work =
            format!("{}: {} of {}", value(Item::Task), plural(self.tasks(), "task"), value(Item::Size));
        let repeats = self.repeats.map_or_else(String::new, |n| format!(" · {}", plural(n.into(), "repeat")));
        let counts = if self.counts.is_open() {
            format!("{} workers while more help", self.counts)
        } else {
            format!("{} workers", self.counts)
        };
        let runtime = match plan.runtime {
            Runtime::Native => String::new(),
            runtime => runtime.to_string(),
        };
        let joined = |parts: &[&str]| {
            let said: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
            said.join(" · ")
        };
        let by = joined(&[&ways.join(", "), &runtime, &counts]);
        let limit = self.limit.map_or_else(String::new, |time| format!(" · at most {time}"));
        let fewer = joined(&[&runtime, &counts]);
        (work, [format!("{by}{repeats}{limit}"), by, fewer, runtime])
    }

    fn tasks(&self) -> u64 {
        self.form.plan.workloads.first().map_or(0, |load| load.tasks)
    }
}
