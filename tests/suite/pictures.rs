//! Pictures for the README: the real program in a pseudo-terminal, drawn as SVG.
//!
//! `cargo test --release --test suite pictures -- --ignored` makes them anew. Text stays text, so that it can be read
//! aloud, searched and scaled.

use std::fmt::Write as _;

use crate::pty::Terminal;

/// Width and height of a cell: as the font has them, so that lines join.
const CELL: (f64, f64) = (8.43, 16.4);

struct Palette {
    background: &'static str,
    text: &'static str,
    /// The sixteen colours that a terminal gives names to.
    named: [&'static str; 16],
}

const DARK: Palette = Palette {
    background: "#101418",
    text: "#d4d8dc",
    named: [
        "#101418", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5", "#666666",
        "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
    ],
};

const LIGHT: Palette = Palette {
    background: "#fbfaf7",
    text: "#24292f",
    named: [
        "#24292f", "#cf222e", "#116329", "#4d2d00", "#0969da", "#8250df", "#1b7c83", "#6e7781", "#57606a",
        "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#ffffff",
    ],
};

const THEMES: [(&str, Palette); 2] = [("dark", DARK), ("light", LIGHT)];

#[test]
#[ignore = "makes the README's pictures; run it by hand when the screen has changed"]
fn pictures_of_the_lab() {
    for (theme, palette) in THEMES {
        let mut terminal = Terminal::poolscope(120, 36, &["--theme", theme]);
        terminal.until("Enter");
        terminal.press("\r");
        terminal.wait("the end of the second run", |t| t.text().matches('✓').count() >= 2);
        std::thread::sleep(std::time::Duration::from_millis(900));
        keep(&terminal, &palette, &format!("lab-{theme}.svg"));
    }
}

#[test]
#[ignore = "makes the README's pictures; run it by hand when the screen has changed"]
fn pictures_of_compare() {
    for (theme, palette) in THEMES {
        let args = ["-t", "mixed", "--size", "40ms+60ms", "-n", "24", "-w", "4"];
        let args = [&args[..], &["-s", "serial,threads,processes,hybrid", "--theme", theme]].concat();
        let mut terminal = Terminal::poolscope(120, 36, &args);
        terminal.until("Enter");
        terminal.press("\r");
        terminal.wait("the end of all four runs", |t| t.text().matches('✓').count() >= 5);
        terminal.press("2");
        terminal.until("Where the worker time went");
        std::thread::sleep(std::time::Duration::from_millis(900));
        keep(&terminal, &palette, &format!("compare-{theme}.svg"));
    }
}

#[test]
#[ignore = "makes the README's pictures; run it by hand when the screen has changed"]
fn pictures_of_the_sweep() {
    for (theme, palette) in THEMES {
        let args = ["-t", "mixed", "--size", "2ms+8ms", "-n", "60", "-s", "threads,processes"];
        let args = [&args[..], &["--theme", theme]].concat();
        let mut terminal = Terminal::poolscope(140, 42, &args);
        terminal.until("Enter");
        terminal.press("3");
        terminal.until("Enter measures");
        terminal.press("\r");
        terminal.until("measures again");
        keep(&terminal, &palette, &format!("sweep-{theme}.svg"));
    }
}

#[test]
#[ignore = "makes the README's pictures; run it by hand when the screen has changed"]
fn pictures_of_the_gil() {
    for (theme, palette) in THEMES {
        let args =
            ["-t", "cpu", "--size", "30ms", "-n", "16", "-w", "4", "-s", "threads", "--runtime", "gil"];
        let mut terminal = Terminal::poolscope(120, 36, &[&args[..], &["--theme", theme]].concat());
        terminal.until("Enter");
        terminal.press("\r");
        terminal.wait("the end of the run", |t| t.text().contains('✓'));
        terminal.press("\t\t+++");
        terminal.until("made to let go");
        std::thread::sleep(std::time::Duration::from_millis(900));
        keep(&terminal, &palette, &format!("gil-{theme}.svg"));
    }
}

fn keep(terminal: &Terminal, palette: &Palette, name: &str) {
    let picture = terminal.screen(|screen| svg(screen, palette));
    std::fs::write(format!("{}/assets/{name}", env!("CARGO_MANIFEST_DIR")), picture).unwrap();
}

fn svg(screen: &vt100::Screen, palette: &Palette) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f64::from(columns.get()) * CELL.0, f64::from(rows.get()) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        palette.background
    );
    for row in 0..rows.get() {
        backgrounds(&mut out, screen, palette, row);
        texts(&mut out, screen, palette, row);
    }
    out.push_str("</svg>\n");
    out
}

/// One rectangle for each stretch of cells with the same background, full blocks included.
fn backgrounds(out: &mut String, screen: &vt100::Screen, palette: &Palette, row: u16) {
    let columns = screen.size().1.get();
    let mut start = 0;
    while start < columns {
        let fill = background(screen, palette, row, start);
        let end = (start..columns).find(|c| background(screen, palette, row, *c) != fill).unwrap_or(columns);
        if let Some(fill) = fill {
            rectangle(out, f64::from(start), f64::from(row), f64::from(end - start), 1.0, &fill);
        }
        start = end;
    }
}

fn background(screen: &vt100::Screen, palette: &Palette, row: u16, column: u16) -> Option<String> {
    let cell = screen.cell(row, column)?;
    let (front, back) = colours(cell, palette);
    if cell.contents() == "█" { Some(front) } else { (back != palette.background).then_some(back) }
}

fn texts(out: &mut String, screen: &vt100::Screen, palette: &Palette, row: u16) {
    let columns = screen.size().1.get();
    let mut column = 0;
    while column < columns {
        let Some(cell) = screen.cell(row, column) else { break };
        let (front, _) = colours(cell, palette);
        if let Some((x, y, w, h)) = block(cell.contents()) {
            if cell.contents() != "█" {
                rectangle(out, f64::from(column) + x, f64::from(row) + y, w, h, &front);
            }
            column += 1;
            continue;
        }
        let mut text = String::new();
        let start = column;
        while let Some(next) = screen.cell(row, column) {
            let same = colours(next, palette).0 == front && next.bold() == cell.bold();
            if column >= columns || !same || block(next.contents()).is_some() {
                break;
            }
            text.push_str(if next.has_contents() { next.contents() } else { " " });
            column += 1;
        }
        if text.trim().is_empty() {
            continue;
        }
        let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
        let (x, y) = (f64::from(start) * CELL.0, (f64::from(row) + 0.74) * CELL.1);
        let length = f64::from(column - start) * CELL.0;
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{front}\"{weight} textLength=\"{length:.1}\" \
             xml:space=\"preserve\">{escaped}</text>"
        );
    }
}

fn rectangle(out: &mut String, x: f64, y: f64, w: f64, h: f64, fill: &str) {
    // A hair wider than the cells, so that neighbours leave no seam.
    let (x, y, w, h) = (x * CELL.0, y * CELL.1, w * CELL.0 + 0.3, h * CELL.1 + 0.3);
    let _ =
        writeln!(out, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" fill=\"{fill}\"/>");
}

/// The part of its cell that a block element fills: left, top, width, height.
fn block(text: &str) -> Option<(f64, f64, f64, f64)> {
    let code = u32::from(text.chars().next()?);
    match code {
        0x2580 => Some((0.0, 0.0, 1.0, 0.5)),
        0x2581..=0x2588 => {
            let height = f64::from(code - 0x2580) / 8.0;
            Some((0.0, 1.0 - height, 1.0, height))
        }
        0x2589..=0x258f => Some((0.0, 0.0, f64::from(0x2590 - code) / 8.0, 1.0)),
        0x2590 => Some((0.5, 0.0, 0.5, 1.0)),
        _ => None,
    }
}

fn colours(cell: &vt100::Cell, palette: &Palette) -> (String, String) {
    let front = colour(cell.fgcolor(), palette, palette.text);
    let back = colour(cell.bgcolor(), palette, palette.background);
    if cell.inverse() { (back, front) } else { (front, back) }
}

fn colour(colour: vt100::Color, palette: &Palette, default: &str) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(n @ 0..16) => palette.named[usize::from(n)].to_owned(),
        vt100::Color::Idx(n @ 16..232) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * u32::from(step) };
            let n = n - 16;
            format!("#{:02x}{:02x}{:02x}", level(n / 36), level(n / 6 % 6), level(n % 6))
        }
        vt100::Color::Idx(n) => {
            let grey = 8 + 10 * u32::from(n - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}
