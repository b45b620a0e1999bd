//! Where everything is on the Sweep screen: a pure function of the terminal's size, and of what has the focus.

use ratatui::layout::Rect;

use crate::tui::lab::layout::Stack;
use crate::tui::model::Model;
use crate::tui::sweep::desk::{Focus, Opened};
use crate::tui::sweep::{plan, table, verdict};

/// From this size on the form has a place beside the curve.
const WIDE: (u16, u16) = (100, 26);
/// From this width on it always has a column of its own.
const THREE_COLUMNS: u16 = 150;
/// Columns of the form.
const FORM: u16 = 34;
/// From this width on the points stand beside the curve as numbers.
const TABLE: u16 = 64;
/// The fewest rows, with its frame, in which a curve is one.
const CURVE: u16 = 12;
/// The fewest rows, with their frame, in which lanes are worth a place.
const POINT: u16 = 9;

/// Where everything is.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SweepLayout {
    /// The first line.
    pub(crate) header: Rect,
    /// The plan in a line.
    pub(crate) title: Rect,
    /// The form.
    pub(crate) plan: Option<Rect>,
    /// Whether the form and what is recommended have a place beside the curve.
    pub(crate) wide: bool,
    /// The curve, unless lanes have its place.
    pub(crate) curve: Option<Rect>,
    /// The lanes of a point.
    pub(crate) point: Option<Rect>,
    /// What is recommended.
    pub(crate) verdict: Option<Rect>,
    /// The points as numbers.
    pub(crate) table: Option<Rect>,
    /// The cores.
    pub(crate) cores: Option<Rect>,
    /// What is to be said.
    pub(crate) finding: Rect,
    /// How far it is.
    pub(crate) progress: Rect,
    /// The keys.
    pub(crate) footer: Rect,
    /// Whether panels have frames.
    pub(crate) framed: bool,
}

/// Where everything is on a terminal of this size.
pub(crate) fn sweep_layout(area: Rect, model: &Model) -> SweepLayout {
    let desk = &model.sweep;
    let mut stack = Stack(area);
    let header = stack.take(1);
    let footer = stack.take_bottom(1);
    let wide = area.width >= WIDE.0 && area.height >= WIDE.1;
    let lines = match (area.height, wide) {
        (0..14, _) => 0,
        (14..22, _) => 2,
        (_, false) => 5,
        (0..48, true) => 3,
        (_, true) => 4,
    };
    // What is said below stands above then, but for what one worker alone says.
    let lines = if desk.opened == Some(Opened::Why) { lines.min(2) } else { lines };
    if area.width >= 60 {
        stack.0.x += 1;
        stack.0.width -= 2;
    }
    let progress = stack.take_bottom(1);
    let finding = stack.take_bottom(lines);
    // The mark of the finding stands in the margin.
    let finding = Rect { x: area.x, width: area.width, ..finding };
    // What simulated workers do is nothing to the cores of this machine.
    let simulated = desk.course.as_ref().map_or_else(
        || desk.form.base().plan.runtime.simulated().is_some(),
        super::desk::Course::is_simulated,
    );
    let cores = (area.height >= 30 && !simulated).then(|| stack.take_bottom(1));
    let title = stack.take(1);
    let framed = area.height >= 18;
    let mut layout =
        SweepLayout { header, title, cores, finding, progress, footer, framed, ..SweepLayout::default() };
    let focused = desk.focus == Focus::Plan;
    let mut body = stack.rest();
    layout.wide = wide;
    if area.width >= THREE_COLUMNS && wide {
        layout.plan = Some(left(&mut body, FORM));
    }
    if desk.opened == Some(Opened::Why) {
        layout.verdict = Some(body);
        return layout.with_plan_over(area, focused);
    }
    // Where there is little room, lanes that are opened have all of it.
    let alone = desk.opened == Some(Opened::Lanes) && !wide;
    let side = if alone { 0 } else { side(model, body.width, wide, layout.plan.is_some()) };
    if side > 0 {
        let column = right(&mut body, side);
        if wide && focused && layout.plan.is_none() {
            layout.plan = Some(column);
        } else if wide {
            let wanted = table::rows(model) + 2;
            let half = column.height / 2;
            // When nothing more is said, what is said has as many lines as it needs, and the numbers have the rest.
            let over = desk.course.as_ref().is_some_and(|course| course.end.is_some());
            let said = if over { verdict::height(model, column.width) } else { column.height - half };
            let table = wanted.min(column.height.saturating_sub(said).max(half)).max(8.min(half));
            let mut column = Stack(column);
            layout.table = Some(column.take_bottom(table));
            layout.verdict = Some(column.rest());
        } else {
            layout.table = Some(column);
        }
    }
    let high = body.height;
    let there_are_runs = desk.course.is_some();
    if desk.opened == Some(Opened::Lanes) {
        layout.point = Some(body);
    } else if framed && high >= CURVE + POINT + 2 && there_are_runs {
        let mut column = Stack(body);
        // The curve is what it is about: its marks need rows to be told apart.
        layout.point = Some(column.take_bottom((high / 3).max(POINT)));
        layout.curve = Some(column.rest());
    } else {
        layout.curve = Some(body);
    }
    layout.with_plan_over(area, focused)
}

impl SweepLayout {
    /// With the form over everything, where it has the focus and no place beside.
    fn with_plan_over(mut self, area: Rect, focused: bool) -> Self {
        if focused && self.plan.is_none() {
            self.plan = Some(plan::overlay_area(area));
        }
        self
    }
}

/// Columns beside the curve; 0 where there is no room. Where the form has a place too, there is room for words.
fn side(model: &Model, width: u16, wide: bool, roomy: bool) -> u16 {
    let table = table::columns(model, wide);
    match width {
        0..TABLE if !wide => 0,
        _ if !wide => table.min(width * 3 / 7),
        _ if roomy => table.max((width * 2 / 5).clamp(38, 56)).min(width / 2),
        _ => table.max((width * 3 / 10).clamp(38, 56)).min(width / 2),
    }
}

/// Takes columns from the left.
fn left(body: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(body.width);
    let part = Rect { width: columns, ..*body };
    body.x += columns;
    body.width -= columns;
    part
}

/// Takes columns from the right.
fn right(body: &mut Rect, columns: u16) -> Rect {
    let columns = columns.min(body.width);
    body.width -= columns;
    Rect { x: body.x + body.width, width: columns, ..*body }
}
