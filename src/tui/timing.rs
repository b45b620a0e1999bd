//! What frames cost: the real model and the real view, on no terminal.

use std::io;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::clock::Clock;
use crate::event::RunEvent;
use crate::plan::{Machine, Plan};
use crate::tui::message::{Effect, Message};
use crate::tui::model::{Activity, Model};
use crate::tui::theme::{Depth, Palette, Theme};
use crate::tui::update::{refresh, update};
use crate::tui::view::view;
use crate::units::Nanos;

/// Between two frames, as on a real screen.
const FRAME: Nanos = Nanos::from_millis(50);

/// The times of `frames` frames, one after another as the run's time goes on, of a screen that was told `events`: taking
/// in what is new, drawing, and writing the cells that changed, but to nobody. Empty where there is no room to draw.
pub fn time_frames(
    machine: Machine,
    events: &[RunEvent],
    (columns, rows): (u16, u16),
    frames: u32,
) -> Vec<Nanos> {
    let plan = Plan::first(&machine);
    let mut model = Model::new(machine, plan, Theme::new(Palette::Dark, Depth::True, false));
    model.activity = Activity::Running;
    let _: Effect = update(&mut model, Message::Resized(columns, rows));
    let end = events.iter().rev().find_map(|event| match event {
        RunEvent::Levels { at, .. } => Some(*at),
        _ => None,
    });
    let mut now = end.unwrap_or_default();
    let _: Effect = update(&mut model, Message::News(events.to_vec(), Some(now)));
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    let backend = CrosstermBackend::new(io::sink());
    let Ok(mut terminal) = Terminal::with_options(backend, TerminalOptions { viewport }) else {
        return Vec::new();
    };
    let clock = Clock::monotonic();
    let frame = |_| {
        now = now.after(FRAME);
        let start = clock.now();
        let _: Effect = update(&mut model, Message::News(Vec::new(), Some(now)));
        refresh(&mut model);
        terminal.draw(|frame| view(&model, frame)).ok()?;
        Some(clock.now().since(start))
    };
    (0..frames).map_while(frame).collect()
}
