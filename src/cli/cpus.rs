//! `--cpus`: the CPUs that are left to poolscope and to everything that it starts.

use crate::cli::usage::Wrong;
use crate::ids::CpuId;
use crate::plan::topology;
use crate::probe;

/// Leaves only the named CPUs to this thread and to what it starts; to be done before anything is started. What is wrong
/// with the list, if something is.
pub(super) fn restrict(text: Option<&str>) -> Result<(), Wrong> {
    let Some(text) = text else { return Ok(()) };
    let wrong = |said: &dyn std::fmt::Display| Wrong::new("--cpus", text, said);
    let wanted = read(text).ok_or_else(|| wrong(&"is no list of CPUs; write 0,1 or 0-3"))?;
    let allowed = probe::allowed_cpus();
    if let Some(stranger) = wanted.iter().find(|cpu| !allowed.contains(cpu)) {
        let allowed = topology::folded(&allowed);
        return Err(wrong(&format!(
            "{} is not among the CPUs that poolscope may use: {allowed}",
            stranger.0
        )));
    }
    probe::restrict(&wanted)
        .map_err(|error| wrong(&format!("cannot be had here: {error}; leave the option out")))
}

/// Reads `0,2-3`: each CPU once, in ascending order; none where that is no list.
fn read(text: &str) -> Option<Vec<CpuId>> {
    let number =
        |text: &str| text.trim().bytes().all(|b| b.is_ascii_digit()).then(|| text.trim().parse().ok())?;
    let mut cpus: Vec<CpuId> = Vec::new();
    for part in text.split(',') {
        let (from, to): (u16, u16) = match part.split_once('-') {
            Some((from, to)) => (number(from)?, number(to)?),
            None => (number(part)?, number(part)?),
        };
        if from > to {
            return None;
        }
        cpus.extend((from..=to).map(CpuId));
    }
    cpus.sort_unstable();
    cpus.dedup();
    Some(cpus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges_are_read() {
        let numbers = |text| read(text).map(|cpus| cpus.iter().map(|cpu| cpu.0).collect::<Vec<_>>());
        assert_eq!(numbers("0"), Some(vec![0]));
        assert_eq!(numbers("3, 0-2,1"), Some(vec![0, 1, 2, 3]));
        for text in ["", "a", "1-", "-1", "2-1", "1,,2", "70000"] {
            assert_eq!(numbers(text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_had_is_said_and_nothing_changes() {
        assert_eq!(restrict(None), Ok(()));
        let said = restrict(Some("60000")).unwrap_err().to_string();
        assert!(
            said.starts_with("--cpus 60000: 60000 is not among the CPUs that poolscope may use: "),
            "{said}"
        );
        assert!(restrict(Some("x")).unwrap_err().to_string().contains("write 0,1 or 0-3"));
    }
}
