//! Numbers of workers as a person writes them: `1..16`, `1,2,4,8`, `1..`, `all`, `2x4`.

use std::fmt;
use std::str::FromStr;

use crate::plan::strategy::WorkerCountError;
use crate::plan::{Machine, Shape, WorkerCount};

/// At most so many numbers in one sweep: each is measured several times.
pub const MOST_COUNTS: usize = 64;
/// A range of more than this is thinned out: neighbours of a hundred differ by nothing that anybody could measure.
const MOST_OF_RANGE: usize = 24;
/// The end of a range without one, unless tasks or limits end it sooner.
pub(super) const FAR: u32 = 4_096;

/// Numbers of workers, as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(Vec<Part>);

/// From, to; both included.
type Range = (u32, u32);

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Part {
    One(WorkerCount),
    /// From, to; both included.
    Range(Range),
    /// From, and on until it does not help any more.
    Open(u32),
    /// From one to as many as there are CPUs available.
    All,
    /// Processes from and to, and threads in each from and to, for hybrid: every shape of them.
    Grid(Range, Range),
}

impl Default for Counts {
    /// From one on, until more do not help.
    fn default() -> Self {
        Self(vec![Part::Open(1)])
    }
}

impl Counts {
    /// How many numbers are named, those that are named twice counted twice.
    pub fn named(&self, machine: &Machine) -> u64 {
        let length = |(from, to): &Range| u64::from(to - from) + 1;
        self.0
            .iter()
            .map(|part| match part {
                Part::One(_) => 1,
                Part::Range((from, to)) => thinned(*from, *to).len() as u64,
                Part::All => thinned(1, machine.available()).len() as u64,
                Part::Grid(processes, threads) => length(processes).saturating_mul(length(threads)),
                Part::Open(_) => 0,
            })
            .fold(0, u64::saturating_add)
    }

    /// The numbers that are asked for on `machine`, each once, the smaller first; of a grid no more than show that it has too
    /// many.
    pub fn fixed(&self, machine: &Machine) -> Vec<WorkerCount> {
        let mut counts: Vec<WorkerCount> = Vec::new();
        for part in &self.0 {
            match part {
                Part::One(grid @ WorkerCount::Grid(_)) => counts.push(*grid),
                Part::One(one) => counts.push(WorkerCount::Exactly(one.resolve(machine))),
                Part::Range((from, to)) => counts.extend(thinned(*from, *to)),
                Part::All => counts.extend(thinned(1, machine.available())),
                Part::Grid(processes, threads) => {
                    let shapes = (processes.0..=processes.1).flat_map(|processes| {
                        (threads.0..=threads.1)
                            .map(move |threads| WorkerCount::Grid(Shape::new(processes, threads)))
                    });
                    counts.extend(shapes.take(MOST_COUNTS + 1));
                }
                Part::Open(_) => {}
            }
        }
        counts.sort_by_key(|count| (count.resolve(machine), count.to_string()));
        counts.dedup();
        counts
    }

    /// The numbers of a range without an end, up to `most`: 1, 2, 3, 4, 6, 8, 12, 16 and so on. Empty where every range
    /// has an end.
    pub fn open(&self, most: u32) -> Vec<WorkerCount> {
        let Some(from) = self.begins() else {
            return Vec::new();
        };
        let steps = (0..).flat_map(|power| [2u32 << power, 3u32 << power]).take_while(|n| *n < 2 * FAR);
        let mut counts: Vec<u32> = std::iter::once(from)
            .chain(std::iter::once(1).chain(steps).filter(|n| *n > from))
            .take_while(|n| *n <= most.min(FAR))
            .collect();
        // The last possible number is worth a look: as many workers as tasks.
        if most <= FAR && counts.last().is_some_and(|last| *last < most) {
            counts.push(most);
        }
        counts.into_iter().map(WorkerCount::Exactly).collect()
    }

    /// Whether there is a range without an end.
    pub fn is_open(&self) -> bool {
        self.begins().is_some()
    }

    /// Where the range without an end begins; none where there is none.
    pub fn begins(&self) -> Option<u32> {
        self.0.iter().find_map(|part| match part {
            Part::Open(from) => Some(*from),
            _ => None,
        })
    }
}

/// The numbers of a range; of a long one some, about equally far apart by their ratio.
fn thinned(from: u32, to: u32) -> Vec<WorkerCount> {
    let mut counts: Vec<u32> = if ((to - from) as usize) < MOST_OF_RANGE {
        (from..=to).collect()
    } else {
        let ratio = f64::from(to) / f64::from(from.max(1));
        let last = (MOST_OF_RANGE - 1) as f64;
        (0..MOST_OF_RANGE)
            .map(|i| (f64::from(from.max(1)) * ratio.powf(i as f64 / last)).round() as u32)
            .collect()
    };
    counts.dedup();
    counts.into_iter().map(WorkerCount::Exactly).collect()
}

/// Why a text is no list of numbers of workers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a number of workers, nor a range of them; write 1,2,4,8, 1..16, 1.., all or 2x4")]
pub struct CountsError(pub String);

impl FromStr for Counts {
    type Err = CountsError;

    fn from_str(text: &str) -> Result<Self, CountsError> {
        text.split(',').map(|part| part_of(part.trim())).collect::<Result<_, _>>().map(Self)
    }
}

fn part_of(text: &str) -> Result<Part, CountsError> {
    let wrong = || CountsError(text.to_owned());
    let number = |text: &str| -> Result<u32, CountsError> {
        let text = text.trim();
        let n: u32 = text.parse().map_err(|_not_a_number| wrong())?;
        if n == 0 || !text.bytes().all(|b| b.is_ascii_digit()) { Err(wrong()) } else { Ok(n) }
    };
    if text.eq_ignore_ascii_case("all") {
        return Ok(Part::All);
    }
    if let Some((processes, threads)) = text.split_once(['x', 'X', '×']).filter(|_| text.contains("..")) {
        let range = |text: &str| -> Result<Range, CountsError> {
            let (from, to) = text.split_once("..").unwrap_or((text, text));
            let (from, to) = (number(from)?, number(to)?);
            if from <= to { Ok((from, to)) } else { Err(wrong()) }
        };
        return Ok(Part::Grid(range(processes)?, range(threads)?));
    }
    match text.split_once("..") {
        Some((from, to)) if to.trim().is_empty() => Ok(Part::Open(number(from)?)),
        Some((from, to)) => match (number(from)?, number(to.trim_start_matches('='))?) {
            (from, to) if from <= to => Ok(Part::Range((from, to))),
            _ => Err(wrong()),
        },
        None => match text.parse() {
            Ok(count) => Ok(Part::One(count)),
            Err(WorkerCountError::Several(_) | WorkerCountError::Unreadable(_)) => Err(wrong()),
        },
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match part {
                Part::One(count) => write!(f, "{count}")?,
                Part::Range((from, to)) => write!(f, "{from}..{to}")?,
                Part::Open(from) => write!(f, "{from}..")?,
                Part::All => f.write_str("all")?,
                Part::Grid((from, to), (least, most)) => write!(f, "{from}..{to}x{least}..{most}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> String {
        let counts: Counts = text.parse().unwrap();
        assert_eq!(counts.to_string(), text);
        let words: Vec<String> = counts.fixed(&Machine::example(4)).iter().map(ToString::to_string).collect();
        words.join(" ")
    }

    #[test]
    fn lists_and_ranges_become_numbers() {
        for (text, numbers) in [
            ("1,2,4,8", "1 2 4 8"),
            ("8,1..3,2", "1 2 3 8"),
            ("all", "1 2 3 4"),
            ("50%,+2", "2 6"),
            ("2x2,4,1x4", "1x4 2x2 4"),
            ("7", "7"),
            ("1..2x1..3", "1x1 1x2 2x1 1x3 2x2 2x3"),
        ] {
            assert_eq!(fixed(text), numbers, "{text}");
        }
        let long = fixed("1..1000");
        assert!(long.starts_with("1 2 ") && long.ends_with(" 1000"), "{long}");
        assert!(long.split(' ').count() <= MOST_OF_RANGE);
        assert_eq!(fixed("1..24").split(' ').count(), 24);
    }

    #[test]
    fn a_range_without_an_end_doubles_in_two_steps() {
        let open = |text: &str, most| {
            let counts: Counts = text.parse().unwrap();
            counts.open(most).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(open("1..", 20), "1 2 3 4 6 8 12 16 20");
        assert_eq!(open("5..", 16), "5 6 8 12 16");
        assert_eq!(open("1..8", 16), "");
        assert!(open("1..", u32::MAX).ends_with(" 3072 4096"));
        assert!(Counts::default().is_open());
    }

    #[test]
    fn what_is_no_number_is_told() {
        for text in ["", "x", "0..4", "4..1", "1..x", "1..2..3", "1,,2", "-1..4", "1..2x", "2..1x1..2"] {
            assert!(text.parse::<Counts>().is_err(), "{text}");
        }
    }
}
