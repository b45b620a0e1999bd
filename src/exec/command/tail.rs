//! The end of what a command writes: always drained, the last bytes kept, the rest counted.

/// The last bytes of an output.
#[derive(Debug)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    keep: usize,
    total: u64,
}

impl Tail {
    /// Keeps at most `keep` bytes.
    pub(super) const fn new(keep: usize) -> Self {
        Self { bytes: Vec::new(), keep, total: 0 }
    }

    /// Takes what was written next.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let end = &bytes[bytes.len().saturating_sub(self.keep)..];
        if self.bytes.len() + end.len() > self.keep.saturating_mul(2) {
            // Twice as much is held before anything is moved, so that each byte is moved once.
            let stay = self.keep - end.len();
            self.bytes.drain(..self.bytes.len().saturating_sub(stay));
        }
        self.bytes.extend_from_slice(end);
    }

    /// What is kept, and how many bytes came before it. A character that the cut goes through is left out.
    pub(super) fn finish(mut self) -> (Vec<u8>, u64) {
        let over = self.bytes.len().saturating_sub(self.keep);
        self.bytes.drain(..over);
        if self.total > self.bytes.len() as u64 {
            let torn = self.bytes.iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count();
            self.bytes.drain(..torn);
        }
        let dropped = self.total - self.bytes.len() as u64;
        (self.bytes, dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_character_is_kept_whole_or_not_at_all() {
        let mut tail = Tail::new(4);
        tail.push("aé漢b".as_bytes());
        assert_eq!(tail.finish(), ("漢b".as_bytes().to_vec(), 3));
        let mut tail = Tail::new(3);
        tail.push("aé漢b".as_bytes());
        assert_eq!(tail.finish(), (b"b".to_vec(), 6));
    }

    proptest! {
        #[test]
        fn the_last_bytes_are_kept(parts in proptest::collection::vec("[a-z]{0,30}", 0..20), keep in 0usize..50) {
            let mut tail = Tail::new(keep);
            for part in &parts {
                tail.push(part.as_bytes());
            }
            let all = parts.concat().into_bytes();
            let dropped = all.len().saturating_sub(keep);
            prop_assert_eq!(tail.finish(), (all[dropped..].to_vec(), dropped as u64));
        }
    }
}
