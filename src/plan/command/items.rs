//! Items: what differs between the tasks of a command, commonly the names of files.

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::CommandError;
use crate::units::grouped;

/// The most items that a command may have.
pub const MAX_ITEMS: usize = 1_000_000;
/// The most bytes that they may have together.
pub const MAX_ITEMS_BYTES: usize = 16 << 20;

/// Texts, one for each task. A million of them are kept in one piece.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Items {
    text: String,
    /// Where each of them ends in the text.
    ends: Vec<u32>,
}

impl Items {
    /// These texts, as they are.
    ///
    /// # Errors
    /// Where there are none, too many, or one that cannot be an argument.
    pub fn new(items: &[impl AsRef<str>]) -> Result<Self, CommandError> {
        let mut out = Self::default();
        for (number, item) in (1u64..).zip(items) {
            out.push(item.as_ref(), &format!("number {}", grouped(number)))?;
        }
        out.some()
    }

    /// The lines of a text. A line's end is no part of it, be that `\n` or `\r\n`; empty lines are left out.
    ///
    /// # Errors
    /// Where the text cannot be read or is too long, or a line cannot be an argument; it is named by its number.
    pub fn read(from: impl Read) -> Result<Self, CommandError> {
        let wrong = |words: String| CommandError::Items(words);
        let mut bytes = Vec::new();
        let limit = MAX_ITEMS_BYTES as u64;
        from.take(limit + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
        if bytes.len() > MAX_ITEMS_BYTES {
            return Err(wrong("are longer than 16 MiB together; split them".to_owned()));
        }
        let mut out = Self::default();
        for (number, line) in (1u64..).zip(bytes.split(|byte| *byte == b'\n')) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let name = format!("line {}", grouped(number));
            let line = std::str::from_utf8(line).map_err(|error| {
                wrong(format!("{name} is no text in UTF-8 ({error}); rename what it names"))
            })?;
            if !line.is_empty() {
                out.push(line, &name)?;
            }
        }
        out.some()
    }

    /// Takes one more; `name` is what an error calls it.
    fn push(&mut self, item: &str, name: &str) -> Result<(), CommandError> {
        let wrong = |words: String| Err(CommandError::Items(words));
        if item.contains('\0') {
            return wrong(format!("{name} holds a NUL character, which no argument can hold; leave it out"));
        }
        if self.ends.len() == MAX_ITEMS {
            return wrong(format!("are more than {}; split them", grouped(MAX_ITEMS as u64)));
        }
        self.text.push_str(item);
        if self.text.len() > MAX_ITEMS_BYTES {
            return wrong("are longer than 16 MiB together; split them".to_owned());
        }
        self.ends.push(self.text.len() as u32);
        Ok(())
    }

    fn some(self) -> Result<Self, CommandError> {
        if self.ends.is_empty() {
            return Err(CommandError::Items("there are none; write one on each line".to_owned()));
        }
        Ok(self)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none, which a checked plan never has.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The item of a task.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start as usize..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
        let items = Items::read(bytes).map_err(|error| error.to_string())?;
        Ok((0..items.len()).map(|at| items.get(at).unwrap().to_owned()).collect())
    }

    #[test]
    fn lines_are_items_and_empty_ones_are_left_out() {
        assert_eq!(read(b"a\n\nb c\r\n \nlast").unwrap(), ["a", "b c", " ", "last"]);
        assert_eq!(read(b"-rf\n").unwrap(), ["-rf"]);
    }

    #[test]
    fn what_cannot_be_an_argument_is_named_by_its_line() {
        assert!(read(b"a\n\xff\n").unwrap_err().contains("line 2 is no text in UTF-8"));
        assert!(read(b"a\n\nb\0c").unwrap_err().contains("line 3 holds a NUL"));
        assert!(read(b"\n\n").unwrap_err().contains("there are none"));
        assert!(read(&vec![b'x'; MAX_ITEMS_BYTES + 1]).unwrap_err().contains("16 MiB"));
        assert!(read(&b"x\n".repeat(MAX_ITEMS + 1)).unwrap_err().contains("more than 1 000 000"));
        assert_eq!(read(&b"x\n".repeat(MAX_ITEMS)).unwrap().len(), MAX_ITEMS);
    }

    #[test]
    fn texts_that_are_given_one_by_one_are_taken_as_they_are() {
        let items = Items::new(&["", "two\nlines", "x"]).unwrap();
        assert_eq!((items.get(0), items.get(1), items.get(2)), (Some(""), Some("two\nlines"), Some("x")));
        assert_eq!((items.get(3), items.len()), (None, 3));
        assert!(Items::new(&["a", "b\0"]).unwrap_err().to_string().contains("number 2"));
    }
}
