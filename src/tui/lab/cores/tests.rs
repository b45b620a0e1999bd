use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::event::{CoreSample, RunEvent};
use crate::ids::CpuId;
use crate::tui::lab::lab_layout;
use crate::tui::script::{before, happen, on_cores, screen};
use crate::tui::theme::{Depth, Palette, Theme};
use crate::units::Share;

/// The numbers of cores that are looked at.
const COUNTS: [u16; 11] = [1, 2, 8, 16, 17, 32, 64, 96, 128, 256, 300];

/// The cores as they are on the screen, whether in a panel or in a line.
fn drawn(model: &Model) -> String {
    let area = lab_layout(model.area, model).cores.unwrap();
    let terminal = screen(model);
    let buffer = terminal.backend().buffer();
    let line = |y| (area.x..area.right()).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (area.y..area.bottom()).map(|y| line(y).trim_end().to_owned() + "\n").collect()
}

/// All numbers of cores at one size.
fn at(columns: u16, rows: u16, threads: u16, change: fn(&mut CoreLoad)) -> String {
    let mut text = String::new();
    for count in COUNTS.into_iter().filter(|count| count.is_multiple_of(threads)) {
        writeln!(text, "{count}:").unwrap();
        text += &drawn(&on_cores(columns, rows, count, threads, change));
    }
    text
}

const AS_IT_IS: fn(&mut CoreLoad) = |_| {};

#[test]
fn cores_of_one_thread_each() {
    insta::assert_snapshot!("cores_80x24", at(80, 24, 1, AS_IT_IS));
    insta::assert_snapshot!("cores_120x40", at(120, 40, 1, AS_IT_IS));
    insta::assert_snapshot!("cores_200x60", at(200, 60, 1, AS_IT_IS));
    insta::assert_snapshot!("cores_250x70", at(250, 70, 1, AS_IT_IS));
}

#[test]
fn threads_of_one_core_stand_together() {
    insta::assert_snapshot!("cores_smt_120x40", at(120, 40, 2, AS_IT_IS));
    insta::assert_snapshot!("cores_smt_200x60", at(200, 60, 2, AS_IT_IS));
}

/// Every fifth core is not allowed, and every ninth loses time to the hypervisor.
fn troubled(core: &mut CoreLoad) {
    core.allowed = core.cpu.0 % 5 != 4;
    if core.cpu.0 % 9 == 5 {
        core.busy = Share::of(0.2, 1.0);
        core.ours = Share::ZERO;
        core.steal = Share::of(0.5, 1.0);
    }
}

#[test]
fn what_is_not_allowed_or_stolen_is_marked() {
    insta::assert_snapshot!("cores_troubled_120x40", at(120, 40, 1, troubled));
    insta::assert_snapshot!("cores_troubled_ascii_120x40", {
        let mut text = String::new();
        for count in [8, 64, 128] {
            let mut model = on_cores(120, 40, count, 1, troubled);
            model.theme = Theme::new(Palette::Mono, Depth::Sixteen, true);
            text += &drawn(&model);
        }
        text
    });
}

#[test]
fn a_few_allowed_among_many_are_shown_alone() {
    let model = on_cores(120, 40, 256, 1, |core| core.allowed = core.cpu.0 < 8);
    let text = drawn(&model);
    assert!(text.contains("+248 not allowed") && text.contains("of 8 busy"), "{text}");
    assert_eq!(text.lines().count(), 4 + 2, "{text}");
}

#[test]
fn what_does_not_fit_is_counted() {
    let text = drawn(&on_cores(120, 40, 2_000, 1, AS_IT_IS));
    let cells = text.chars().filter(|c| "▁▂▃▄▅▆▇█░▒▓·".contains(*c)).count();
    let hidden = text.split('+').nth(1).and_then(|rest| rest.split(" more").next()).unwrap();
    // The legend has two glyphs, and the lower edge two dots.
    assert_eq!(2_000 - hidden.parse::<usize>().unwrap() + 4, cells, "{text}");
    // The strip leaves nothing out.
    let strip = drawn(&on_cores(80, 24, 2_000, 1, AS_IT_IS));
    assert!(strip.contains(" each ") && !strip.contains("more"), "{strip}");
}

#[test]
fn before_the_first_reading_there_is_no_figure_and_the_room_is_kept() {
    let mut model = before(120, 40);
    model.machine.cpus = 64;
    model.machine.allowed = 64;
    let before = lab_layout(model.area, &model).cores;
    assert!(drawn(&model).contains("│ … "));
    let core = |cpu| CoreLoad { cpu: CpuId(cpu), allowed: true, ..CoreLoad::default() };
    let sample = CoreSample { cores: (0..64).map(core).collect(), ..CoreSample::default() };
    happen(&mut model, vec![RunEvent::Cores(sample)]);
    assert_eq!(lab_layout(model.area, &model).cores, before);
}

#[test]
fn cores_that_are_not_allowed_count_nowhere() {
    let model = on_cores(120, 40, 5, 1, |core| {
        core.allowed = core.cpu.0 != 4;
        core.busy = Share::of(1.0, 2.0);
        core.ours = Share::ZERO;
    });
    let panel = drawn(&model);
    assert!(panel.contains("2.0 of 4 busy") && panel.contains("4 not allowed here"), "{panel}");
    let mut small = model;
    small.area = Rect::new(0, 0, 80, 24);
    let strip = drawn(&small);
    assert!(strip.contains("2.0 of 4 busy") && !strip.contains(" 4 ─"), "{strip}");
}

#[test]
fn in_ascii_this_run_others_what_is_stolen_and_what_is_free_differ() {
    let core = CoreLoad {
        busy: Share::of(2.0, 4.0),
        ours: Share::of(1.0, 4.0),
        steal: Share::of(1.0, 4.0),
        allowed: true,
        ..CoreLoad::default()
    };
    for palette in [Palette::Dark, Palette::Light, Palette::Mono] {
        let theme = Theme::new(palette, Depth::Sixteen, true);
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        draw_bar(&mut Canvas::new(buf.area, &mut buf), &core, &theme);
        crate::tui::glyphs::to_ascii(&mut buf);
        let drawn: String = buf.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(drawn, "###:::xxx---");
    }
}

#[test]
fn a_cell_tells_without_colour_whose_use_it_is() {
    let of = |busy, ours, steal, allowed| CoreLoad {
        busy: Share::of(busy, 8.0),
        ours: Share::of(ours, 8.0),
        steal: Share::of(steal, 8.0),
        allowed,
        ..CoreLoad::default()
    };
    for ascii in [false, true] {
        let theme = Theme::new(Palette::Mono, Depth::Sixteen, ascii);
        let glyphs = |ours: bool| {
            let cell = |busy| {
                level(&of(f64::from(busy), if ours { f64::from(busy) } else { 0.0 }, 0.0, true), &theme)
            };
            (1..=8).map(|busy| cell(busy).0).collect::<Vec<char>>()
        };
        let (ours, others) = (glyphs(true), glyphs(false));
        assert!(ours.iter().all(|glyph| !others.contains(glyph)), "{ours:?} {others:?}");
        let rest = [of(0.0, 0.0, 0.0, true), of(1.0, 1.0, 4.0, true), of(8.0, 0.0, 0.0, false)];
        for core in rest {
            let glyph = level(&core, &theme).0;
            assert!(!ours.contains(&glyph) && !others.contains(&glyph), "{glyph}");
        }
    }
}

/// Pictures for people to judge: `cargo test --lib pictures_of_cores -- --ignored` writes what a terminal would be sent
/// into target/cores, a file for each.
#[test]
#[ignore = "writes files to be looked at, and checks nothing"]
fn pictures_of_cores() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/cores");
    std::fs::create_dir_all(folder).unwrap();
    for (name, palette) in [("dark", Palette::Dark), ("light", Palette::Light), ("mono", Palette::Mono)] {
        for (columns, rows) in [(80, 24), (120, 40), (200, 60), (250, 70)] {
            for (count, threads, change) in [
                (2, 1, AS_IT_IS),
                (16, 2, AS_IT_IS),
                (64, 1, troubled),
                (256, 1, AS_IT_IS),
                (256, 2, troubled),
            ] {
                let mut model = on_cores(columns, rows, count, threads, change);
                model.theme = Theme::new(palette, Depth::True, false);
                let path = format!("{folder}/{name}-{columns}x{rows}-{count}-{threads}.ansi");
                std::fs::write(path, ansi(screen(&model).backend().buffer())).unwrap();
            }
        }
    }
}

/// A screen as escape sequences.
fn ansi(buffer: &Buffer) -> String {
    let rgb = |colour: ratatui::style::Color, plane: u8| match colour {
        ratatui::style::Color::Rgb(r, g, b) => format!("\u{1b}[{plane}8;2;{r};{g};{b}m"),
        _ => String::new(),
    };
    let mut text = String::new();
    for row in buffer.content.chunks(buffer.area.width.into()) {
        for cell in row {
            let bold = if cell.modifier.contains(ratatui::style::Modifier::BOLD) { ";1" } else { "" };
            let reversed = if cell.modifier.contains(ratatui::style::Modifier::REVERSED) { ";7" } else { "" };
            let colours = rgb(cell.fg, 3) + &rgb(cell.bg, 4);
            write!(text, "\u{1b}[0{bold}{reversed}m{colours}{}", cell.symbol()).unwrap();
        }
        text += "\u{1b}[0m\n";
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_core_has_a_place_or_is_counted(
        cores in 1u16..600,
        threads in 1u16..5,
        width in 0u16..300,
        most in 0u16..40,
    ) {
        let mut model = before(80, 24);
        let cpus = cores * threads;
        model.machine = crate::plan::Machine::example(cpus.into());
        let place = |cpu| crate::plan::topology::CpuPlace { package: 0, core: CpuId(cpu % cores), cpu: CpuId(cpu) };
        model.machine.topology.cpus = (0..cpus).map(place).collect();
        let places = Places::of(&model);
        prop_assert_eq!(places.shown.len(), usize::from(cpus));
        let grid = Grid::fit(&places, width, most);
        prop_assert!(grid.rows >= 1 && grid.rows <= most.max(1));
        let room = grid.columns * usize::from(grid.rows);
        match grid.kind {
            Kind::Bars { width: each, gap } => {
                prop_assert!(room >= usize::from(cpus) && each * grid.columns as u16 <= width + gap);
                // Threads of a core are not parted where whole columns allow it.
                if usize::from(grid.rows) % usize::from(threads) == 0 && threads > 1 {
                    let parted = (0..usize::from(cpus)).any(|at| places.bracket(at, grid.rows.into()).is_none());
                    prop_assert!(!parted);
                }
            }
            Kind::Map { cell, group } => {
                let label = places.digits + 1;
                let taken = grid.columns * usize::from(cell) + (grid.columns - 1) / group;
                prop_assert!(taken + label <= usize::from(width) || grid.columns == 1);
            }
        }
    }

    #[test]
    fn no_number_of_cores_is_too_many_for_any_size(count in 1u16..700, width in 0u16..300, height in 0u16..80) {
        let mut model = on_cores(80, 24, count, 1, troubled);
        model.area = Rect::new(0, 0, width, height);
        screen(&model);
    }
}
