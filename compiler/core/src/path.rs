//! Paths: how a value is named without saying where it stands in a file.
//!
//! `functions.hello.events.0.http` is the same path whatever is typed above it, so diagnostics, fragments and
//! resources carry paths; [`crate::locate`] turns one into a place in a file when something is shown.

use std::fmt;

use ecow::{EcoString, EcoVec};

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// Into a mapping.
    Key(EcoString),
    /// Into a list.
    Index(u32),
}

/// The steps from the root of a document or of the resolved configuration to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(EcoVec<Segment>);

impl Path {
    /// The root.
    pub fn root() -> Path {
        Path::default()
    }

    /// One step further.
    #[must_use]
    pub fn join(&self, segment: impl Into<Segment>) -> Path {
        let mut path = self.clone();
        path.0.push(segment.into());
        path
    }

    /// Takes the last step back.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// Goes one step further in place.
    pub fn push(&mut self, segment: impl Into<Segment>) {
        self.0.push(segment.into());
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// The last step.
    pub fn last(&self) -> Option<&Segment> {
        self.0.last()
    }

    /// The path without its last step.
    #[must_use]
    pub fn parent(&self) -> Path {
        let mut path = self.clone();
        path.0.pop();
        path
    }

    /// Whether `self` is `other` or lies above it.
    pub fn contains(&self, other: &Path) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl<S: Into<Segment>, const N: usize> From<[S; N]> for Path {
    fn from(segments: [S; N]) -> Path {
        segments.into_iter().map(Into::into).collect()
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Path {
        Path(segments.into_iter().collect())
    }
}

impl From<&str> for Segment {
    fn from(key: &str) -> Segment {
        Segment::Key(key.into())
    }
}

impl From<EcoString> for Segment {
    fn from(key: EcoString) -> Segment {
        Segment::Key(key)
    }
}

impl From<&EcoString> for Segment {
    fn from(key: &EcoString) -> Segment {
        Segment::Key(key.clone())
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Segment {
        // A document of more than 4 billion items does not fit the reader's bounds.
        Segment::Index(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Key(key) => f.write_str(key),
            Segment::Index(index) => write!(f, "{index}"),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{segment}")?;
        }
        Ok(())
    }
}
