//! What the simulator would have to take everything to cost, to be this machine: its [`Parameters`], measured.
//!
//! What a parameter stands for is what the model does with it, so most are read off short runs of the real pools: how late
//! the last of a few workers comes is the start, what a task that does nothing takes is the books and the handing out. A
//! switch, a time slice and a wake-up have no run that shows them alone; they are measured on bare threads. Each figure is
//! the median of several, or where a disturbance can only make it larger, the smallest. What cannot be measured keeps its
//! default, and is named. Nothing here simulates.

mod pinned;
mod pools;
mod speed;
mod waking;

use crate::cost::{NotMeasured, Rig};
use crate::plan::Parameters;
use crate::plan::simulator::Parameter;
use crate::task::CPU_STEP;
use crate::units::Nanos;

/// Times from here on are rounded.
const ROUNDED: Nanos = Nanos::from_micros(10);

/// How long it may take.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Effort {
    /// Less than a second: while somebody waits, or something else is on the screen.
    Quick,
    /// Up to three seconds.
    Thorough,
}

impl Effort {
    /// So many goes: `few` where it is to be quick, three times as many otherwise.
    const fn goes(self, few: u32) -> u32 {
        match self {
            Self::Quick => few,
            Self::Thorough => few * 3,
        }
    }
}

/// The parameters of this machine.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Measured {
    /// All of them; defaults where nothing was measured.
    pub parameters: Parameters,
    /// The names of those that keep their defaults, and why each does.
    pub defaults: Vec<(&'static str, NotMeasured)>,
}

/// Measures the parameters of the machine that `rig` is on. It starts threads and processes, and keeps every CPU busy for
/// a part of the time; it may be called on any thread. On a machine that does something else meanwhile the parameters are
/// those of what is left of it.
pub fn parameters(rig: &Rig, effort: Effort) -> Measured {
    let mut measured = Measured::default();
    measured.parameters.costs = rig.engine().costs().into();
    // What lies between two looks of a kernel at the lock.
    measured.parameters.check = Nanos(measured.parameters.costs.cpu_ps * CPU_STEP / 1_000);
    // These need no run. The first run of an engine waits a quarter of a second for the cores' first reading.
    measured.take("switch", pinned::switch(effort));
    measured.take("slice", pinned::slice(effort));
    measured.take("wake", waking::wake(effort));
    match speed::full_speed(rig, effort) {
        Ok(permille) => measured.parameters.full_speed_permille = permille,
        Err(why) => measured.defaults.push(("full_speed_permille", why)),
    }
    pools::threads(rig, effort, &mut measured);
    pools::processes(rig, effort, &mut measured);
    measured.keep_in_range();
    measured
}

impl Measured {
    /// Whether the parameter of a name was measured, and is no default.
    pub fn is_measured(&self, name: &str) -> bool {
        self.defaults.iter().all(|(default, _)| *default != name)
    }

    /// Takes a time over, from ten microseconds on to the nearest of them, for nothing is known better; or leaves the
    /// default and says why.
    fn take(&mut self, name: &'static str, time: Result<Nanos, NotMeasured>) {
        match (time, self.parameters.by_name(name)) {
            (Ok(time), Some(Parameter::Time(place, _))) => {
                *place = if time < ROUNDED { time } else { Nanos((time.0 + 500) / 1_000 * 1_000) };
            }
            (Ok(time), Some(Parameter::Picoseconds(place, _))) => *place = time.0,
            (Ok(_), _) => {}
            (Err(why), _) => self.defaults.push((name, why)),
        }
    }

    /// What was measured and no simulation can go by, because something disturbed it, is left at its default.
    fn keep_in_range(&mut self) {
        let mut defaults = Parameters::default();
        for (name, value, range) in self.parameters.out_of_range() {
            match (self.parameters.by_name(name), defaults.by_name(name)) {
                (Some(Parameter::Time(time, _)), Some(Parameter::Time(default, _))) => *time = *default,
                (Some(Parameter::Picoseconds(ps, _)), Some(Parameter::Picoseconds(default, _))) => {
                    *ps = *default;
                }
                (Some(Parameter::Permille(part)), Some(Parameter::Permille(default))) => *part = *default,
                _ => {}
            }
            self.defaults
                .push((name, NotMeasured(format!("{value} was measured, which is not within {range}"))));
        }
    }

    /// As a table `[simulator]`, which a scenario may hold and `--simulator` reads. Ends in a newline.
    pub fn to_toml(&self) -> String {
        let line = |name: &'static str| {
            let value = self.parameters.written(name)?;
            let why = self.defaults.iter().find(|(default, _)| *default == name);
            let remark = why.map_or(String::new(), |(_, NotMeasured(why))| {
                // Control characters may not stand in a comment.
                let why: String = why.chars().filter(|c| !c.is_control()).collect();
                format!(" # the default: {why}")
            });
            Some(format!("{name} = {value}{remark}\n"))
        };
        format!("[simulator]\n{}", Parameters::NAMES.iter().copied().filter_map(line).collect::<String>())
    }
}

/// The middle of some times; none where there are none.
fn median(mut times: Vec<Nanos>) -> Result<Nanos, NotMeasured> {
    times.sort_unstable();
    times.get(times.len() / 2).copied().ok_or_else(|| NotMeasured("nothing came of it".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_parameter_and_says_what_is_a_default() {
        let mut measured = Measured::default();
        measured.take("slice", Err(NotMeasured("it has\none CPU".to_owned())));
        measured.take("wake", Ok(Nanos::from_micros(71)));
        measured.take("byte_ps", Ok(Nanos(12)));
        let text = measured.to_toml();
        assert_eq!(text.lines().count(), Parameters::NAMES.len() + 1);
        assert!(text.contains("\nwake = \"71us\"\n") && text.contains("\nbyte_ps = 12\n"), "{text}");
        assert!(text.contains("\nslice = \"3ms\" # the default: it hasone CPU\n"), "{text}");
        assert!(measured.is_measured("wake") && !measured.is_measured("slice"));
    }

    #[test]
    fn what_no_simulation_can_go_by_is_a_default() {
        let mut measured = Measured::default();
        measured.parameters.slice = Nanos::ZERO;
        measured.parameters.full_speed_permille = 2_000;
        measured.keep_in_range();
        assert_eq!(measured.parameters, Parameters::default());
        assert_eq!(measured.defaults.len(), 2);
    }
}
