//! Where everything is: a pure function of the terminal's size and of how much there is to show. Grids are integer
//! arithmetic; no solver is asked.

use ratatui::layout::Rect;

use crate::plan::Shape;
use crate::tui::bands;
use crate::tui::chart::holders;
use crate::tui::lab::locks::LaneRows;
use crate::tui::lab::{PlanPanel, cores, finding, lanes, plan};
use crate::tui::model::{Model, Panel};
use crate::units::grouped;

/// From this size on the plan has a panel of its own.
const WIDE: (u16, u16) = (100, 26);
/// From this height on panels have frames.
const FRAMED: u16 = 18;
/// From this width on there is a margin.
const MARGINS: u16 = 60;
/// The fewest rows in which the time ledger says something.
const LEDGER_ROWS: u16 = 7;

/// Where everything is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct LabLayout {
    /// The first line.
    pub(crate) header: Rect,
    /// The form, where there is room for it.
    pub(crate) plan: Option<Rect>,
    /// The plan in one line, where there is not.
    pub(crate) summary: Option<Rect>,
    /// Where the workers' time went.
    pub(crate) ledger: Option<Rect>,
    /// The cores: a panel, or one line.
    pub(crate) cores: Option<Rect>,
    /// Where each core is in their panel; none in one line.
    pub(crate) core_grid: Option<cores::Grid>,
    /// The runs.
    pub(crate) runs: Option<Rect>,
    /// The workers.
    pub(crate) workers: WorkersLayout,
    /// What came out.
    pub(crate) finding: Rect,
    /// The keys.
    pub(crate) footer: Rect,
    /// Whether panels have frames.
    pub(crate) framed: bool,
}

/// Where everything is in the panel of the workers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct WorkersLayout {
    /// The whole panel.
    pub(crate) panel: Rect,
    /// Columns of time.
    pub(crate) columns: u16,
    /// Columns of a lane's name, before those of time.
    pub(crate) label: u16,
    /// Columns of a lane's figures, after those of time.
    pub(crate) side: u16,
    /// Rows of lanes, each of one slot or of several.
    pub(crate) chart_rows: u16,
    /// Lines of a row.
    pub(crate) lane_height: u16,
    /// Empty lines between rows.
    pub(crate) gap: u16,
    /// Slots that share a row.
    pub(crate) fold: usize,
    /// Lines that say who has an interpreter's lock, each above the lanes of its process.
    pub(crate) locks: u16,
    /// Rows of such a line.
    pub(crate) lock_height: u16,
    /// Slots of a process.
    pub(crate) threads: usize,
    /// The first slot that is shown.
    pub(crate) first: usize,
    /// All lanes, with these lines.
    pub(crate) lanes: Rect,
    /// Tasks per second.
    pub(crate) rate: Option<Rect>,
    /// The time axis.
    pub(crate) axis: Option<Rect>,
    /// What the colours mean.
    pub(crate) legend: Option<Rect>,
    /// The last tasks.
    pub(crate) tasks: Option<Rect>,
}

impl WorkersLayout {
    /// The rows of the lanes.
    pub(crate) const fn rows(&self) -> LaneRows {
        let Self { lane_height: height, gap, locks, lock_height, threads, first, .. } = *self;
        LaneRows { height, gap, locks, lock_height, threads, first }
    }
}

/// Hands out an area from top to bottom.
pub(crate) struct Stack(pub(crate) Rect);

impl Stack {
    pub(crate) fn take(&mut self, height: u16) -> Rect {
        let height = height.min(self.0.height);
        let part = Rect { height, ..self.0 };
        self.0.y += height;
        self.0.height -= height;
        part
    }

    pub(crate) fn take_bottom(&mut self, height: u16) -> Rect {
        let height = height.min(self.0.height);
        self.0.height -= height;
        Rect { y: self.0.y + self.0.height, height, ..self.0 }
    }

    pub(crate) const fn rest(self) -> Rect {
        self.0
    }
}

/// Where everything is on a terminal of this size.
pub(crate) fn lab_layout(area: Rect, model: &Model) -> LabLayout {
    let framed = area.height >= FRAMED;
    let mut stack = Stack(area);
    let header = stack.take(1);
    let footer = stack.take_bottom(1);
    let finding = stack.take_bottom(finding::rows(area, &finding::notices(model)) + finding::spare(area));
    if area.width >= MARGINS {
        // A column of air on both sides, where there is one to spare.
        stack.0.x += 1;
        stack.0.width -= 2;
    }
    let mut layout = LabLayout { header, finding, footer, framed, ..LabLayout::default() };
    if model.expanded {
        expand(&mut layout, stack.rest(), model);
    } else if area.width >= WIDE.0 && area.height >= WIDE.1 {
        wide(&mut layout, stack.rest(), model);
    } else {
        narrow(&mut layout, stack, model);
    }
    layout
}

fn expand(layout: &mut LabLayout, body: Rect, model: &Model) {
    match model.focus {
        // The form has nothing to gain from more room than it fills.
        Panel::Plan => {
            let wanted = PlanPanel::overlay_area(model);
            let (width, height) = (wanted.width.min(body.width), wanted.height.min(body.height));
            let (x, y) = (body.x + (body.width - width) / 2, body.y + (body.height - height) / 2);
            layout.plan = Some(Rect { x, y, width, height });
        }
        Panel::Runs => layout.runs = Some(body),
        Panel::Workers => layout.workers = workers(body, layout.framed, model),
    }
}

fn wide(layout: &mut LabLayout, body: Rect, model: &Model) {
    let width = if body.width >= 150 { 40 } else { 36 };
    let mut left = Stack(Rect { width, ..body });
    let mut right = Stack(Rect { x: body.x + width, width: body.width - width, ..body });
    let plan_rows = plan::rows_wanted(model) + 2;
    if body.height >= plan_rows + LEDGER_ROWS {
        layout.plan = Some(left.take(plan_rows));
        layout.ledger = Some(left.rest());
    } else {
        layout.plan = Some(left.rest());
    }
    let grid = cores::grid(model, right.0.width.saturating_sub(4), body.height / 4);
    layout.cores = Some(right.take(grid.rows + 2));
    layout.core_grid = Some(grid);
    let runs = model.row_count().clamp(1, usize::from(body.height / 4).max(3)) as u16;
    layout.runs = Some(right.take(runs + 2));
    layout.workers = workers(right.rest(), layout.framed, model);
}

fn narrow(layout: &mut LabLayout, mut stack: Stack, model: &Model) {
    layout.summary = Some(stack.take(1));
    if stack.0.height >= 9 {
        layout.cores = Some(stack.take(1));
    }
    let frame = if layout.framed { 2 } else { 0 };
    let most = usize::from(stack.0.height / 3).max(1);
    let runs = model.row_count().clamp(1, most) as u16;
    layout.runs = Some(stack.take(runs + frame));
    layout.workers = workers(stack.rest(), layout.framed, model);
}

/// The inside of a panel.
pub(crate) fn inside(area: Rect, framed: bool) -> Rect {
    if !framed {
        return area;
    }
    Rect {
        x: area.x + area.width.min(2),
        y: area.y + area.height.min(1),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

fn workers(panel: Rect, framed: bool, model: &Model) -> WorkersLayout {
    let mut inner = inside(panel, framed);
    if !framed {
        // Without a frame, a first line says whose lanes these are.
        let line = inner.height.min(1);
        inner.y += line;
        inner.height -= line;
    }
    let row = model.shown_row();
    let shown = model.bands.shown(row.map_or(1, |row| row.slots as usize));
    let slots = shown.len().max(1) as u32;
    let tasks = row.map_or(0, |row| row.tasks);
    let mut stack = Stack(inner);
    let legend = (inner.height >= 6).then(|| stack.take_bottom(1));
    let axis_rows = u16::from(inner.height >= 4);
    let room = stack.0.height - axis_rows.min(stack.0.height);
    let runtime = row.and_then(|row| row.run).map_or(model.shown_plan().runtime, |run| run.start.runtime);
    let shape = row.map_or(Shape::new(1, 1), |row| row.shape);
    let (locks, lock_height) =
        LaneRows::lock_lines(holders::locks(runtime, shape, &shown, 1).len(), slots, room);
    let lanes = Lanes::fit(slots, room - locks * lock_height, tasks);
    let name = shown.end.saturating_sub(1).to_string().len() as u16;
    let label = if lanes.fold > 1 { 2 * name + 3 } else { (name + 2).max(4) };
    let digits = grouped(tasks).chars().count().clamp(1, lanes::MOST_DIGITS) as u16;
    let side = match inner.width {
        0..44 => 0,
        44..60 => 7,
        60..88 if lanes.fold > 1 => 22 + digits,
        _ if lanes.fold > 1 => 34 + digits + lanes.fold.to_string().len() as u16,
        _ if lanes.height > 1 => (17 + 2 * digits).max(21),
        60..88 => 17 + 2 * digits,
        _ => 26 + 2 * digits,
    };
    let columns = inner.width.saturating_sub(label + side);
    let lanes_high = lanes.rows * (lanes.height + lanes.gap) - lanes.gap.min(lanes.rows);
    let lanes_area = stack.take(lanes_high + locks * lock_height);
    let rate = (lanes.rate > 0).then(|| {
        stack.take(1);
        stack.take(lanes.rate)
    });
    let axis = (axis_rows > 0).then(|| stack.take(1));
    let tasks = (lanes.table > 0).then(|| {
        // The legend stands right below the axis it explains; what is left goes to the table.
        stack.take(1);
        stack.take(lanes.table)
    });
    let mut legend = legend;
    if let (Some(axis), Some(legend)) = (axis, legend.as_mut()) {
        legend.y = axis.y + 1;
    }
    let tasks = tasks.map(|area| Rect { y: area.y + 1, ..area });
    WorkersLayout {
        panel,
        columns,
        label,
        side,
        chart_rows: lanes.rows,
        lane_height: lanes.height,
        gap: lanes.gap,
        fold: lanes.fold,
        locks,
        lock_height,
        threads: shape.threads as usize,
        first: shown.start,
        lanes: lanes_area,
        rate,
        axis,
        legend,
        tasks,
    }
}

/// The most lines of a lane and of the throughput.
const HIGHEST: u32 = 12;

/// How lanes and what stands below them share the rows.
struct Lanes {
    rows: u16,
    height: u16,
    gap: u16,
    fold: usize,
    rate: u16,
    table: u16,
}

impl Lanes {
    fn fit(slots: u32, room: u16, tasks: u64) -> Self {
        let table = tasks.min(12) as u32 + 2;
        let used = |height: u32, gap: u32| slots * (height + gap) - gap;
        let tallest = if room >= 40 { [6, 5, 4, 3] } else { [4, 4, 3, 3] };
        let tall = tallest.into_iter().map(|height| (height, 1, 4 + 1 + table));
        let options = tall.chain([(2, 1, 0), (2, 0, 0), (1, 0, 0)]);
        let room32 = u32::from(room);
        let fitting = options.into_iter().find(|(height, gap, rest)| used(*height, *gap) + rest <= room32);
        let Some((height, gap, _)) = fitting else {
            let fold = bands::fold(slots as usize, usize::from(room));
            let rows = (slots as usize).div_ceil(fold).min(usize::from(room)) as u16;
            let left = u32::from(room - rows);
            // What bands leave goes to the throughput: no row is blank while workers share one.
            let rate = if left > 1 { (left - 1).min(HIGHEST) as u16 } else { 0 };
            return Self { rows, height: 1, gap: 0, fold, rate, table: 0 };
        };
        let left = room32 - used(height, gap);
        // A line apart each, a heading of the table, and at least three tasks; at most a row for each task, or for each
        // phase that is explained before there are any.
        let most = tasks.clamp(7, 500) as u32 + 1;
        let (mut rate, mut table) = match left {
            0..3 => (0, 0),
            3..9 => ((left - 1).min(4), 0),
            _ if left > table + 8 => (4, (left - 6).min(most)),
            _ => (2, left - 4),
        };
        // What is left goes to the lanes and to the throughput, within reason.
        let apart = |rows: u32| if rows > 0 { rows + 1 } else { 0 };
        let mut spare = left.saturating_sub(apart(rate) + apart(table));
        let part = if rate > 0 && table > 0 { spare * 2 / 3 } else { spare };
        let grow = (part / slots).min(HIGHEST.saturating_sub(height));
        let height = height + grow;
        spare -= grow * slots;
        if rate > 0 && table > 0 {
            let more = spare.min(HIGHEST - rate);
            rate += more;
            table += spare - more;
        }
        Self {
            rows: slots as u16,
            height: height as u16,
            gap: gap as u16,
            fold: 1,
            rate: rate as u16,
            table: table as u16,
        }
    }
}
