//! The text of an entry that moves: its lines, comments and all, under another key at another place.

use ecow::EcoString;

use crate::legacy::write;

/// The lines of an entry that goes elsewhere.
pub struct Snippet<'a> {
    /// The lines.
    pub text: &'a str,
    /// The column that they begin at.
    pub column: usize,
    /// The key as it is written.
    pub key: &'a str,
    /// The keys below the one that it is put at, down to its own: mappings that are not there yet.
    pub below: Vec<EcoString>,
}

impl Snippet<'_> {
    /// The same as the entry `key` of a mapping that is put with it.
    pub fn below(mut self, key: &EcoString) -> Self {
        self.below.insert(0, key.clone());
        self
    }

    /// The lines with another key at another column.
    pub fn at(&self, key: &str, column: usize) -> String {
        let mut out = String::new();
        let mut keys = std::iter::once(key).chain(self.below.iter().map(EcoString::as_str)).peekable();
        let mut column = column;
        let mut own = key;
        while let Some(key) = keys.next() {
            own = key;
            if keys.peek().is_some() {
                out.push_str(&format!("{}{}:\n", " ".repeat(column), write::scalar(key)));
                column += 2;
            }
        }
        let mut renamed = false;
        for line in self.text.lines() {
            let mut line = match line.split_at_checked(self.column) {
                Some((indent, rest)) if indent.trim().is_empty() => format!("{}{rest}", " ".repeat(column)),
                _ => line.to_owned(),
            };
            if !renamed && line.trim_start().starts_with(self.key) && !line.trim_start().starts_with('#') {
                line = line.replacen(self.key, &write::scalar(own), 1);
                renamed = true;
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
