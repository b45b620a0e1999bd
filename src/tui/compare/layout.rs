//! Where everything is on Compare: a pure function of the terminal's size and of the runs that there are. All runs have
//! lanes of one height, so that the area of a phase is worker time; where there is no room for that, lanes fold.

use ratatui::layout::Rect;

use crate::tui::chart::holders;
use crate::tui::compare::desk;
use crate::tui::compare::kept::Entry;
use crate::tui::compare::naming::Naming;
use crate::tui::lab::finding;
use crate::tui::lab::layout::Stack;
use crate::tui::lab::locks::LaneRows;
use crate::tui::model::Model;

/// The most lines of a lane.
const HIGHEST: u16 = 10;
/// Lines of the ledger, its heading among them, that are left to it where lanes need the others.
const FEW_BARS: u16 = 4;
/// Columns of a name that are not its own: the mark of the run that is looked at, its number, and air.
const BESIDE: u16 = 6;
/// Columns of a lane's name where the line of a lock stands above: `GIL` or `w12`, and air.
const TAGS: u16 = 4;
/// Columns of one worker in the read-out.
pub(crate) const READING: u16 = 39;

/// Where everything is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct CompareLayout {
    /// The first line.
    pub(crate) header: Rect,
    /// The work in words.
    pub(crate) title: Rect,
    /// The headings of the figures.
    pub(crate) heads: Option<Rect>,
    /// The runs that there is room for.
    pub(crate) blocks: Vec<Block>,
    /// Their columns.
    pub(crate) columns: Columns,
    /// The time axis.
    pub(crate) axis: Option<Rect>,
    /// What the colours mean.
    pub(crate) legend: Option<Rect>,
    /// Where the workers' time went.
    pub(crate) ledger: Option<Rect>,
    /// What each worker did at one moment, or what differs.
    pub(crate) readout: Option<Rect>,
    /// Lines of it that are about workers.
    pub(crate) readings: u16,
    /// What came out.
    pub(crate) finding: Rect,
    /// The keys.
    pub(crate) footer: Rect,
}

/// One run.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Block {
    /// Its index among those that are shown.
    pub(crate) entry: usize,
    /// All of it.
    pub(crate) area: Rect,
    /// Rows of lanes.
    pub(crate) rows: u16,
    /// Lines of a row.
    pub(crate) height: u16,
    /// Slots that share a row.
    pub(crate) fold: usize,
    /// Lines that say who has an interpreter's lock, each above the lanes of its process.
    pub(crate) locks: u16,
    /// Slots of a process.
    threads: usize,
}

impl Block {
    /// The rows of its lanes.
    pub(crate) const fn lanes(&self) -> LaneRows {
        let Self { height, locks, threads, .. } = *self;
        LaneRows { height, gap: 0, locks, lock_height: 1, threads, first: 0 }
    }
}

/// What a run would like to have rows for.
#[derive(Copy, Clone)]
struct Wish {
    slots: u16,
    /// Processes whose workers share a lock.
    locks: u16,
    threads: usize,
}

impl Wish {
    fn of(entry: &Entry<'_>) -> Self {
        let start = &entry.run.start;
        let slots = entry.run.slots.len();
        let locks = holders::locks(start.runtime, start.shape, &(0..slots), 1).len() as u16;
        Self { slots: slots.clamp(1, 65_535) as u16, locks, threads: start.shape.threads as usize }
    }
}

/// The columns of a run, all from the left edge of its area: its name, its lanes, and where its figures end.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Columns {
    /// Columns of the name.
    pub(crate) name: u16,
    /// Those at its end that lanes have for a name of their own: none where nobody's lock has a line.
    pub(crate) tags: u16,
    /// What runs are called.
    pub(crate) naming: Naming,
    /// Columns of time.
    pub(crate) time: u16,
    /// The end of the elapsed time.
    pub(crate) elapsed: u16,
    /// The end of the speedup.
    pub(crate) speedup: Option<u16>,
    /// The end of the efficiency.
    pub(crate) efficiency: Option<u16>,
    /// The end of the start-up.
    pub(crate) startup: Option<u16>,
}

impl Columns {
    fn fit(width: u16, entries: &[Entry<'_>], tags: u16) -> Self {
        let most = (width * 3 / 10).max(14).min(width);
        let naming = Naming::of(entries, most.saturating_sub(BESIDE + tags));
        let name = (naming.room + BESIDE + tags).min(most);
        let keep = |least: u16, columns: u16| if width >= least { columns } else { 0 };
        let (elapsed, speedup) = (10, keep(48, 9));
        let (efficiency, startup) = (keep(60, if width >= 110 { 12 } else { 7 }), keep(72, 10));
        let time = width.saturating_sub(name + elapsed + speedup + efficiency + startup);
        let mut x = name + time;
        let mut next = |columns: u16| {
            x = (x + columns).min(width);
            (columns > 0).then_some(x)
        };
        let elapsed = next(elapsed).unwrap_or(0);
        let (speedup, efficiency, startup) = (next(speedup), next(efficiency), next(startup));
        Self { name, tags, naming, time, elapsed, speedup, efficiency, startup }
    }
}

/// How high runs are.
struct Fit {
    /// Lines of a lane.
    height: u16,
    /// The most rows of a run.
    most: u16,
    /// Empty lines between runs.
    gap: u16,
    /// Whether locks have lines.
    locks: bool,
}

impl Fit {
    /// The highest lanes for which there is room; where there is none for single lanes, the most rows of each run.
    fn of(wishes: &[Wish], room: u16) -> Self {
        let fits = |fit: &Self| fit.used(wishes) <= u32::from(room);
        let tall = || {
            (1..=HIGHEST).rev().flat_map(|height| {
                [1, 0].into_iter().filter(move |gap| height == 1 || *gap == 1).map(move |gap| (height, gap))
            })
        };
        let with = |locks: bool| tall().map(move |(height, gap)| Self { height, most: u16::MAX, gap, locks });
        let whole = with(true).chain(with(false));
        let folded = (1..=room.max(1)).rev().flat_map(|most| {
            // Air between runs is worth a row of each, where there are several.
            let gap = u16::from(most > 2);
            [gap, 0].map(|gap| Self { height: 1, most, gap, locks: false })
        });
        whole.chain(folded).find(fits).unwrap_or(Self { height: 1, most: 1, gap: 0, locks: false })
    }

    /// Lines that runs of so many slots take.
    fn used(&self, wishes: &[Wish]) -> u32 {
        let apart = wishes.len().saturating_sub(1) as u32;
        wishes.iter().map(|wish| self.high(wish)).sum::<u32>() + u32::from(self.gap) * apart
    }

    /// Lines of one run.
    fn high(&self, wish: &Wish) -> u32 {
        let lanes = u32::from(rows(wish.slots, self.most)) * u32::from(self.height);
        lanes + u32::from(self.locks(wish))
    }

    /// Lines of a run that say who has a lock.
    const fn locks(&self, wish: &Wish) -> u16 {
        if self.locks { wish.locks } else { 0 }
    }
}

/// Rows of `slots` lanes, of which as few as possible share one, if there may be `most`.
fn rows(slots: u16, most: u16) -> u16 {
    slots.div_ceil(fold(slots, most))
}

fn fold(slots: u16, most: u16) -> u16 {
    slots.div_ceil(most.max(1)).max(1)
}

/// Where everything is on a terminal of this size.
pub(crate) fn compare_layout(area: Rect, model: &Model, entries: &[Entry<'_>]) -> CompareLayout {
    let mut stack = Stack(area);
    let header = stack.take(1);
    let footer = stack.take_bottom(1);
    let finding = stack.take_bottom(finding::rows(area, desk::notices(model, entries)));
    if area.width >= 60 {
        stack.0.x += 1;
        stack.0.width -= 2;
    }
    let air = u16::from(area.height >= 30);
    stack.take(air);
    let title = stack.take(1);
    let mut layout = CompareLayout { header, title, finding, footer, ..CompareLayout::default() };
    if entries.is_empty() {
        return layout;
    }
    stack.take(air);
    layout.heads = (stack.0.height >= 9).then(|| stack.take(1));
    let width = stack.0.width;
    layout.columns = Columns::fit(width, entries, 0);
    let height = stack.0.height;
    let axis = u16::from(height >= 4);
    let legend = u16::from(height >= 8);
    let rest = height.saturating_sub(axis + legend);
    let mut ledger = if rest >= 8 { 1 + (entries.len() as u16).min((rest / 4).max(1)) } else { 0 };
    let readout =
        if rest >= 10 { 1 + readings(model, entries, stack.0.width).min((rest / 6).max(2)) } else { 0 };
    let mut room = rest.saturating_sub(ledger + readout + 2 * air);
    let wishes: Vec<Wish> = entries.iter().map(Wish::of).collect();
    // A few bars less are no loss where every lane has a row then; and bars take what lanes leave.
    let lanes: u32 = wishes.iter().map(|wish| u32::from(wish.slots + wish.locks)).sum();
    let lacking = lanes.saturating_sub(room.into());
    if lacking <= ledger.saturating_sub(FEW_BARS).into() {
        ledger -= lacking as u16;
        room += lacking as u16;
    }
    let fit = Fit::of(&wishes, room);
    if ledger > 0 {
        let left = u32::from(room).saturating_sub(fit.used(&wishes)) as u16;
        let more = (entries.len() as u16 + 1).saturating_sub(ledger).min(left);
        ledger += more;
        room -= more;
    }
    if fit.locks && wishes.iter().any(|wish| wish.locks > 0) {
        layout.columns = Columns::fit(width, entries, TAGS);
    }
    layout.blocks = blocks(&mut stack, room, desk::chosen(model, entries), &fit, &wishes);
    layout.axis = (axis > 0).then(|| stack.take(1));
    layout.legend = (legend > 0).then(|| stack.take(1));
    if ledger > 0 {
        stack.take(air);
        layout.ledger = Some(stack.take(ledger));
    }
    if readout > 0 {
        // It takes what is left.
        stack.take(air);
        let area = stack.rest();
        layout.readings = readings(model, entries, area.width).min(area.height.saturating_sub(1));
        layout.readout = Some(area);
    }
    layout
}

/// Lines that the read-out of the run that is looked at, or what differs of it, would like to have.
fn readings(model: &Model, entries: &[Entry<'_>], width: u16) -> u16 {
    let per_line = usize::from((width / READING).max(1));
    let workers = entries.get(desk::chosen(model, entries)).map_or(1, |entry| entry.run.slots.len());
    let lines = workers.div_ceil(per_line).min(usize::from(u16::MAX)) as u16;
    if model.compare.differences { lines.max(2) } else { lines }
}

/// Places the runs that there is room for; the one that is looked at is always among them.
fn blocks(stack: &mut Stack, room: u16, chosen: usize, fit: &Fit, wishes: &[Wish]) -> Vec<Block> {
    let highs: Vec<u16> = wishes.iter().map(|wish| fit.high(wish).min(65_535) as u16).collect();
    let needed = |first: usize| -> u32 {
        highs.iter().take(chosen + 1).skip(first).map(|high| u32::from(high + fit.gap)).sum()
    };
    let first = (0..chosen).find(|first| needed(*first) <= u32::from(room + fit.gap)).unwrap_or(chosen);
    let mut left = room;
    let mut blocks: Vec<Block> = Vec::new();
    for (entry, (high, wish)) in highs.iter().zip(wishes).enumerate().skip(first) {
        let gap = if blocks.is_empty() { 0 } else { fit.gap };
        if left <= gap {
            break;
        }
        stack.take(gap);
        let area = stack.take((*high).min(left - gap));
        left -= gap + area.height;
        let height = fit.height.min(area.height).max(1);
        let fold = usize::from(fold(wish.slots, fit.most));
        let locks = fit.locks(wish).min(area.height - height);
        let rows = (area.height - locks) / height;
        blocks.push(Block { entry, area, rows, height, fold, locks, threads: wish.threads });
    }
    blocks
}
