//! The journal: a ring of fixed-size records with one producer and one consumer, over plain atomics.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::RunTime;
use crate::event::{GilMark, Outcome, Phase, Record};
use crate::ids::{CpuId, TaskIndex};
use crate::units::Nanos;

/// Cells of one record.
pub(super) const RECORD_CELLS: usize = 4;
/// The producer's count of records published, and the consumer's of records taken, each 128 bytes from the other.
const HEAD: usize = 0;
const TAIL: usize = 16;
const RING: usize = 32;

/// Cells of a journal of `records` records.
pub(super) const fn cells(records: usize) -> usize {
    RING + records * RECORD_CELLS
}

fn capacity(journal: &[AtomicU64]) -> u64 {
    ((journal.len() - RING) / RECORD_CELLS) as u64
}

fn place(journal: &[AtomicU64], number: u64) -> &[AtomicU64] {
    let start = RING + (number & (capacity(journal) - 1)) as usize * RECORD_CELLS;
    &journal[start..start + RECORD_CELLS]
}

/// The producer's end of a journal.
#[derive(Debug)]
pub(super) struct Producer {
    head: u64,
    /// The consumer's count as last seen: it only grows, so that an old one is merely cautious.
    tail: u64,
}

impl Producer {
    /// Goes on where the slot's last producer stopped.
    pub(super) fn resume(journal: &[AtomicU64]) -> Self {
        let tail = journal[TAIL].load(Ordering::Acquire);
        let head = journal[HEAD].load(Ordering::Relaxed);
        if head.wrapping_sub(tail) > capacity(journal) {
            // No producer of ours leaves such a count: begin anew.
            journal[HEAD].store(tail, Ordering::Release);
            return Self { head: tail, tail };
        }
        Self { head, tail }
    }

    /// Publishes a record; false where there is no room for it.
    pub(super) fn push(&mut self, journal: &[AtomicU64], record: &Record) -> bool {
        if self.head.wrapping_sub(self.tail) >= capacity(journal) {
            // Acquire: the consumer has finished reading the place before it counted it as taken.
            self.tail = journal[TAIL].load(Ordering::Acquire);
            if self.head.wrapping_sub(self.tail) >= capacity(journal) {
                return false;
            }
        }
        for (cell, word) in place(journal, self.head).iter().zip(encode(record)) {
            cell.store(word, Ordering::Relaxed);
        }
        self.head = self.head.wrapping_add(1);
        // Release: whoever sees the new count sees the words.
        journal[HEAD].store(self.head, Ordering::Release);
        true
    }

    /// Whether so many more records fit.
    pub(super) fn has_room(&mut self, journal: &[AtomicU64], records: u64) -> bool {
        let fits = |tail| self.head.wrapping_sub(tail) + records <= capacity(journal);
        fits(self.tail) || {
            // Acquire: see `push`.
            let tail = journal[TAIL].load(Ordering::Acquire);
            let fits = fits(tail);
            self.tail = tail;
            fits
        }
    }
}

/// The consumer's end of a journal.
#[derive(Debug, Default)]
pub(super) struct Consumer {
    tail: u64,
}

impl Consumer {
    /// Takes every record that is published, in order. Returns how many could not be read: shared memory holds only
    /// claims, and a claim that makes no sense is counted, not believed.
    pub(super) fn drain(&mut self, journal: &[AtomicU64], mut take: impl FnMut(Record)) -> u64 {
        // Acquire: see `Producer::push`.
        let head = journal[HEAD].load(Ordering::Acquire);
        let published = head.wrapping_sub(self.tail);
        let mut unread = 0;
        if published > capacity(journal) {
            unread = published.min(capacity(journal));
            self.tail = head;
        }
        while self.tail != head {
            let mut words = [0; RECORD_CELLS];
            for (word, cell) in words.iter_mut().zip(place(journal, self.tail)) {
                *word = cell.load(Ordering::Relaxed);
            }
            match decode(words) {
                Some(record) => take(record),
                None => unread += 1,
            }
            self.tail = self.tail.wrapping_add(1);
        }
        // Release: the producer may write over these places only after they were read.
        journal[TAIL].store(self.tail, Ordering::Release);
        unread
    }
}

const SPAN: u64 = 1;
const TASK: u64 = 2;
const SUMMARY: u64 = 3;
const HELD: u64 = 4;
const GIL: u64 = 5;
const HAS_TASK: u64 = 1 << 8;
/// Bits of a CPU time, and the longest one: 78 hours.
const CPU_BITS: u32 = 48;
const MOST_CPU: u64 = (1 << CPU_BITS) - 1;

/// Word 0: beginning. Word 1: end. Word 2: kind in bits 0..8, flags in 8..16, phase, outcome or mark in 16..24, attempt in
/// 24..32, task or count in 32..64. Word 3: CPU time in bits 0..48 and the CPU, counted from 1, in 48..64; or two
/// lengths of 32 bits in steps of 16 ns; or one length.
fn encode(record: &Record) -> [u64; RECORD_CELLS] {
    match *record {
        Record::Span { phase, task, start, end } => {
            let task = task.map_or(0, |t| HAS_TASK | u64::from(t.0) << 32);
            [start.0, end.0, SPAN | task | (phase as u64) << 16, 0]
        }
        Record::Task { task, outcome, attempt, start, end, cpu, on } => [
            start.0,
            end.0,
            TASK | (outcome as u64) << 16 | u64::from(attempt) << 24 | u64::from(task.0) << 32,
            cpu.0.min(MOST_CPU) | u64::from(on.map_or(0, |cpu| cpu.0.saturating_add(1))) << CPU_BITS,
        ],
        Record::Summary { start, end, tasks, working, moving } => {
            let half = |time: Nanos| (time.0 >> 4).min(u64::from(u32::MAX));
            [start.0, end.0, SUMMARY | u64::from(tasks) << 32, half(working) | half(moving) << 32]
        }
        Record::Held { start, end, held } => [start.0, end.0, HELD, held.0],
        Record::Gil { at, what, count } => {
            [at.0, at.0, GIL | (what as u64) << 16 | u64::from(count) << 32, 0]
        }
    }
}

fn decode([start, end, word, rest]: [u64; RECORD_CELLS]) -> Option<Record> {
    let (start, end) = (RunTime(start), RunTime(end));
    if end < start {
        return None;
    }
    let upper = (word >> 32) as u32;
    let code = word >> 16 & 0xff;
    match word & 0xff {
        SPAN => {
            let task = (word & HAS_TASK != 0).then_some(TaskIndex(upper));
            Some(Record::Span { phase: Phase::from_number(code)?, task, start, end })
        }
        TASK => Some(Record::Task {
            task: TaskIndex(upper),
            outcome: Outcome::from_number(code)?,
            attempt: (word >> 24) as u8,
            start,
            end,
            cpu: Nanos(rest & MOST_CPU),
            on: ((rest >> CPU_BITS) as u16).checked_sub(1).map(CpuId),
        }),
        SUMMARY => {
            let (working, moving) = (Nanos((rest & 0xffff_ffff) << 4), Nanos(rest >> 32 << 4));
            Some(Record::Summary { start, end, tasks: upper, working, moving })
        }
        HELD => Some(Record::Held { start, end, held: Nanos(rest.min(end.since(start).0)) }),
        GIL => Some(Record::Gil { at: start, what: GilMark::from_number(code)?, count: upper }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn journal(records: usize) -> Vec<AtomicU64> {
        (0..cells(records)).map(|_| AtomicU64::new(0)).collect()
    }

    fn span(n: u64) -> Record {
        Record::Span {
            phase: Phase::Computing,
            task: Some(TaskIndex(n as u32)),
            start: RunTime(n),
            end: RunTime(n + 1),
        }
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let times = || {
            (any::<u32>(), any::<u32>())
                .prop_map(|(s, len)| (RunTime(s.into()), RunTime(u64::from(s) + u64::from(len))))
        };
        prop_oneof![
            (0u64..8, any::<Option<u32>>(), times()).prop_map(|(p, task, (start, end))| Record::Span {
                phase: Phase::from_number(p).unwrap_or_default(),
                task: task.map(TaskIndex),
                start,
                end
            }),
            (any::<u32>(), 1u64..6, any::<u8>(), times(), 0..=MOST_CPU, proptest::option::of(0..u16::MAX))
                .prop_map(|(t, o, attempt, (start, end), cpu, on)| {
                    Record::Task {
                        task: TaskIndex(t),
                        outcome: Outcome::from_number(o).unwrap_or(Outcome::Ok),
                        attempt,
                        start,
                        end,
                        cpu: Nanos(cpu),
                        on: on.map(CpuId),
                    }
                }),
            (any::<u32>(), times(), any::<u32>(), any::<u32>()).prop_map(|(tasks, (start, end), w, m)| {
                let (working, moving) = (Nanos(u64::from(w) << 4), Nanos(u64::from(m) << 4));
                Record::Summary { start, end, tasks, working, moving }
            }),
        ]
    }

    proptest! {
        #[test]
        fn records_read_back_as_they_were_written(record in any_record()) {
            prop_assert_eq!(decode(encode(&record)), Some(record));
        }

        #[test]
        fn no_words_make_the_reader_panic(words in any::<[u64; 4]>()) {
            let _ = decode(words);
        }
    }

    #[test]
    fn a_full_journal_refuses_and_loses_nothing_that_it_took() {
        let journal = journal(4);
        let (mut producer, mut consumer) = (Producer::resume(&journal), Consumer::default());
        let pushed = (0..6).filter(|n| producer.push(&journal, &span(*n))).count();
        assert_eq!(pushed, 4);
        let mut seen = Vec::new();
        assert_eq!(consumer.drain(&journal, |r| seen.push(r)), 0);
        assert_eq!(seen, [span(0), span(1), span(2), span(3)]);
        assert!(producer.push(&journal, &span(6)));
        consumer.drain(&journal, |r| seen.push(r));
        assert_eq!(seen.last(), Some(&span(6)));
    }

    #[test]
    fn a_replacement_goes_on_where_its_forerunner_died() {
        let journal = journal(4);
        let mut consumer = Consumer::default();
        Producer::resume(&journal).push(&journal, &span(1));
        Producer::resume(&journal).push(&journal, &span(2));
        let mut seen = Vec::new();
        consumer.drain(&journal, |r| seen.push(r));
        assert_eq!(seen, [span(1), span(2)]);
    }

    #[test]
    fn counts_that_make_no_sense_are_skipped_and_counted() {
        let journal = journal(4);
        let mut consumer = Consumer::default();
        journal[HEAD].store(1 << 40, Ordering::Release);
        assert_eq!(consumer.drain(&journal, |_| panic!("nothing is there")), 4);
        assert!(Producer::resume(&journal).push(&journal, &span(7)));
        let mut seen = Vec::new();
        assert_eq!(consumer.drain(&journal, |r| seen.push(r)), 0);
        assert_eq!(seen, [span(7)]);
    }

    #[test]
    fn two_threads_pass_every_record_in_order() {
        let records = if cfg!(miri) { 200 } else { 100_000 };
        let journal = journal(64);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut producer = Producer::resume(&journal);
                for n in 0..records {
                    while !producer.push(&journal, &span(n)) {
                        std::thread::yield_now();
                    }
                }
            });
            let (mut consumer, mut next) = (Consumer::default(), 0);
            while next < records {
                let unread = consumer.drain(&journal, |record| {
                    assert_eq!(record, span(next));
                    next += 1;
                });
                assert_eq!(unread, 0);
                std::thread::yield_now();
            }
        });
    }
}
