//! Positions of the protocol, lines and UTF-16 or UTF-8 units from 0, to byte offsets and back.

/// What a position counts inside a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: the default.
    Utf16,
}

/// A place as the protocol has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinePosition {
    /// The line, from 0.
    pub line: u32,
    /// Units inside the line, from 0.
    pub character: u32,
}

/// The offset of a position. One behind the end of its line, or of the text, means the end.
pub fn offset(text: &str, position: LinePosition, encoding: Encoding) -> usize {
    let mut start = 0;
    for _ in 0..position.line {
        match text.get(start..).and_then(|it| it.find('\n')) {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let line = text.get(start..).unwrap_or_default();
    let line = line.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let mut units = 0;
    for (at, char) in line.char_indices() {
        if units >= position.character as usize {
            return start + at;
        }
        units += width(char, encoding);
    }
    start + line.len()
}

/// The lines of a text, so that many offsets can be placed.
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Finds the lines.
    pub fn new(text: &'a str) -> Lines<'a> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { text, starts }
    }

    /// The position of an offset.
    pub fn position(&self, offset: usize, encoding: Encoding) -> LinePosition {
        let line = self.starts.partition_point(|it| *it <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or_default();
        let character = before.chars().map(|it| width(it, encoding)).sum::<usize>();
        // A text of more than 4 billion lines or units is none that an editor opens.
        LinePosition {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            character: u32::try_from(character).unwrap_or(u32::MAX),
        }
    }
}

fn width(char: char, encoding: Encoding) -> usize {
    match encoding {
        Encoding::Utf8 => char.len_utf8(),
        Encoding::Utf16 => char.len_utf16(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_in_utf_16_and_utf_8() {
        let text = "a\r\né😀x\n";
        for (encoding, character) in [(Encoding::Utf16, 3), (Encoding::Utf8, 6)] {
            let position = LinePosition { line: 1, character };
            let at = offset(text, position, encoding);
            assert_eq!(&text[at..], "x\n");
            assert_eq!(Lines::new(text).position(at, encoding), position);
        }
        assert_eq!(offset(text, LinePosition { line: 0, character: 99 }, Encoding::Utf16), 1);
        assert_eq!(offset(text, LinePosition { line: 9, character: 0 }, Encoding::Utf16), text.len());
    }
}
