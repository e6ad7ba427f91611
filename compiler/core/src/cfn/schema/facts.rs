//! `facts.bin` read where it lies: words, strings and lists of the file that is built in.
//!
//! `schemas/aws/generator/facts.py` writes it and says what stands where. Nothing is decoded before it is asked for,
//! so that loading costs nothing. A place outside of the file reads as `None`: a damaged file knows less, and no more.

/// The file.
static FILE: &[u8] = include_bytes!("../../../../../schemas/aws/facts.bin");

/// The version of the format that is read here.
pub const FORMAT: u32 = 1;

/// The index of a word.
pub type At = u32;

/// A number of the header.
#[derive(Clone, Copy)]
pub enum Header {
    /// The version of the format.
    Format = 2,
    /// How many types there are.
    Types = 3,
    /// Where they begin.
    TypesAt = 4,
    /// How many regions there are.
    Regions = 5,
    /// Where they begin.
    RegionsAt = 6,
    /// How many formats of strings there are.
    Formats = 7,
    /// Where they begin.
    FormatsAt = 8,
    /// Where the offsets of strings begin.
    StringsAt = 10,
    /// The byte where the text of strings begins.
    TextAt = 11,
}

/// A number of the header; 0 if the file is damaged.
pub fn header(which: Header) -> u32 {
    word(which as u32).unwrap_or_default()
}

/// The word at `at`.
pub fn word(at: At) -> Option<u32> {
    let start = usize::try_from(at).ok()?.checked_mul(4)?;
    FILE.get(start..)?.first_chunk::<4>().map(|it| u32::from_le_bytes(*it))
}

/// The number at `at`, which takes two words.
pub fn number(at: At) -> Option<f64> {
    let start = usize::try_from(at).ok()?.checked_mul(4)?;
    FILE.get(start..)?.first_chunk::<8>().map(|it| f64::from_le_bytes(*it))
}

/// The string with this number.
pub fn string(number: u32) -> Option<&'static str> {
    let offsets = header(Header::StringsAt).checked_add(number)?;
    let text = usize::try_from(header(Header::TextAt)).ok()?;
    let start = text.checked_add(usize::try_from(word(offsets)?).ok()?)?;
    let end = text.checked_add(usize::try_from(word(offsets.checked_add(1)?)?).ok()?)?;
    std::str::from_utf8(FILE.get(start..end)?).ok()
}

/// A list whose entries are rows of words.
#[derive(Clone, Copy, Debug, Default)]
pub struct List {
    first: At,
    count: u32,
    width: u32,
}

impl List {
    /// The list at `at`, which begins with the count of its rows of `width` words.
    pub fn at(at: At, width: u32) -> List {
        List { first: at.saturating_add(1), count: word(at).unwrap_or_default(), width }
    }

    /// `count` rows from `first` on.
    pub fn rows(first: At, count: u32, width: u32) -> List {
        List { first, count, width }
    }

    /// The place of a row.
    pub fn row(self, index: u32) -> Option<At> {
        if index >= self.count {
            return None;
        }
        index.checked_mul(self.width)?.checked_add(self.first)
    }

    /// The places of all rows.
    pub fn iter(self) -> impl Iterator<Item = At> + Clone {
        (0..self.count).map_while(move |index| self.row(index))
    }

    /// The first words of all rows.
    pub fn words(self) -> impl Iterator<Item = u32> + Clone {
        self.iter().map_while(word)
    }

    /// The strings whose numbers are the first words of the rows.
    pub fn strings(self) -> impl Iterator<Item = &'static str> + Clone {
        self.words().filter_map(string)
    }

    /// The row that begins with the string `key`; the rows are in the order of these strings.
    pub fn find(self, key: &str) -> Option<(u32, At)> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.row(middle)?;
            match string(word(row)?)?.as_bytes().cmp(key.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some((middle, row)),
            }
        }
        None
    }
}
