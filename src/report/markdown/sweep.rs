//! A sweep as Markdown.

use std::fmt::Write;

use super::{escaped, grid};
use crate::analysis::sizing::{Advice, Sizing};
use crate::report::sweep as words;
use crate::sweep::Sweep;

/// A sweep as Markdown: the points, what is recommended, and why.
pub fn markdown(sweep: &Sweep, sizing: &Sizing) -> String {
    let mut text = String::new();
    let heading = words::heading(sweep, &sweep.measurements().machine).join(" · ");
    // Writing into a string cannot fail, here and below.
    let _ = writeln!(text, "### {}\n", escaped(&heading));
    if let Ok(diagnosis) = &sizing.diagnosis {
        let _ = writeln!(text, "{}\n", escaped(&diagnosis.words));
    }
    let advice = words::recommended(sizing);
    for (strategy, _) in &sizing.each {
        let (lines, _) = words::lines(*strategy, sizing, advice);
        grid(&mut text, &lines, |_| false);
    }
    if let Some(lines) = words::grid(sizing) {
        grid(&mut text, &lines, |_| false);
    }
    match &sizing.advice {
        Advice::Recommended(r) => {
            let _ = writeln!(text, "**Recommended: {}.**\n", escaped(&words::sentence(r)));
            for why in r.why.iter().cloned().chain(words::knee(r)).chain(words::measure_next(r)) {
                let _ = writeln!(text, "- {}", escaped(&why));
            }
            for caution in &r.cautions {
                let _ = writeln!(text, "- **!** {}.", escaped(caution));
            }
        }
        Advice::Refused(refused) => {
            let reasons = escaped(&refused.reasons.join("; "));
            let _ = writeln!(text, "**Nothing is recommended:** {reasons}.\n");
            for next in &refused.next {
                let _ = writeln!(text, "- {}", escaped(next));
            }
        }
    }
    text.push('\n');
    let laws = words::laws(sizing);
    for (title, said) in &laws {
        let _ = writeln!(text, "- {}: {}", escaped(title), escaped(said));
    }
    if !laws.is_empty() {
        text.push('\n');
    }
    for fit in &sizing.fits {
        let _ = writeln!(text, "Scaling law, {}: {}\n", fit.strategy, escaped(&words::law(fit)));
    }
    for notice in sweep.notices() {
        let _ = writeln!(text, "- {}", escaped(&crate::report::text::harmless(notice)));
    }
    format!("{}\n", text.trim_end())
}
