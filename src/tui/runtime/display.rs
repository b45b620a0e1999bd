//! What is on the terminal: the last frame, so that of the next one only the cells that changed are written.

use std::io;

use ratatui::Terminal;

use crate::tui::model::Model;
use crate::tui::terminal::Screen;
use crate::tui::view::view;

/// Memory for frames with so many times more cells than are needed now is not kept.
const FAR_TOO_LARGE: u32 = 4;

/// The terminal as it is drawn on.
pub(super) struct Display {
    terminal: Terminal<Screen>,
    /// The cells of the largest frame that there is memory for.
    cells: u32,
}

impl Display {
    /// The terminal, of which nothing is known.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { terminal: Terminal::new(Screen::new())?, cells: 0 })
    }

    /// Draws what there is to see. Returns the bytes that this took for each cell of the terminal.
    pub(super) fn draw(&mut self, model: &Model) -> io::Result<f64> {
        let size = self.terminal.size()?;
        let cells = u32::from(size.width) * u32::from(size.height);
        if self.cells / FAR_TOO_LARGE > cells {
            *self = Self::new()?;
            self.clear()?;
        }
        self.cells = self.cells.max(cells);
        self.terminal.backend().set_colours(model.theme.has_colours());
        let before = self.terminal.backend().written();
        self.terminal.draw(|frame| view(model, frame))?;
        let bytes = self.terminal.backend().written() - before;
        Ok(bytes as f64 / f64::from(cells.max(1)))
    }

    /// Forgets what is on the terminal, so that every cell is drawn.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }
}
