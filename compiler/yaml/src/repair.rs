//! Reading on after a mistake: what is to blame is mended or taken out, and the text is parsed again.
//!
//! Edits never add or remove lines, so a line keeps its number, and every range is taken back to the original text.

use std::mem::Discriminant;

use granit_parser::ErrorKind;
use rustc_hash::FxHashMap;

use crate::events::{self, Failure};
use crate::mend::{self, Mend, Mended};
use crate::patch::Patched;
use crate::{Parsed, Problem, ProblemKind, Range, Tree, check, comments, lines};

/// Texts may be parsed this often in any case; each repair costs one parse.
const MIN_ROUNDS: usize = 8;
/// Small texts may be parsed more often,
const MAX_ROUNDS: usize = 48;
/// as long as no more than this many bytes are read in total.
const BYTES: usize = 3_000_000;

/// Parses with repairs.
pub(crate) fn parse(text: &str, known_tags: Option<&[&str]>) -> Parsed {
    let strict = events::parse(text);
    let mut problems = Vec::new();
    let mut too_deep = strict.too_deep;
    let mut tree = strict.tree;
    if let Some(failure) = strict.failure {
        let mut repair = Repair {
            original: text,
            patched: Patched::new(text),
            problems,
            mended: Mended::default(),
            tries: FxHashMap::default(),
        };
        let last = repair.run(failure);
        if let Some(last) = last {
            tree = last.tree;
            too_deep = last.too_deep.or(too_deep);
        }
        repair.take_back(&mut tree);
        comments::find(text, &mut tree);
        too_deep = too_deep.map(|it| repair.patched.origin(text, &it));
        problems = repair.problems;
    }
    if let Some(range) = too_deep
        && problems.iter().all(|it| it.kind != ProblemKind::TooDeep)
    {
        problems.push(mend::too_deep(first_char(text, &range)));
    }
    check::check(text, &tree, known_tags, &mut problems);
    Parsed { tree, problems }
}

fn first_char(text: &str, range: &Range) -> Range {
    let width = text.get(range.start..).and_then(|it| it.chars().next()).map_or(0, char::len_utf8);
    range.start..range.start + width
}

struct Repair<'a> {
    original: &'a str,
    patched: Patched,
    problems: Vec<Problem>,
    /// The lines with a mend, by their numbers.
    mended: Mended,
    /// What has been tried on each line, by its number.
    tries: FxHashMap<usize, Tries>,
}

#[derive(Default)]
struct Tries {
    mends: usize,
    level: usize,
    last: Option<(Discriminant<ErrorKind>, usize)>,
}

/// What is taken out when mending does not help, from little to much.
#[derive(Clone, Copy)]
enum Level {
    Value,
    Line,
    Block,
    Top,
}

const LEVELS: [Level; 4] = [Level::Value, Level::Line, Level::Block, Level::Top];

/// A line may be mended this often before parts of it are taken out.
const MENDS: usize = 3;

impl Repair<'_> {
    /// Repairs until the text can be read, or nothing more can be done.
    fn run(&mut self, mut failure: Failure) -> Option<events::Strict> {
        let rounds = (BYTES / self.original.len().max(1)).clamp(MIN_ROUNDS, MAX_ROUNDS);
        let mut last = None;
        for round in 0..rounds {
            // The last rounds are for what can no longer be looked at closely.
            let coarse = round + 2 >= rounds;
            if !self.step(&failure, coarse) {
                return last;
            }
            let mut strict = events::parse(&self.patched.text);
            let failed = strict.failure.take();
            last = Some(strict);
            match failed {
                Some(it) => failure = it,
                None => return last,
            }
        }
        last
    }

    /// Changes the text where it is to blame; answers whether there was anything to change.
    fn step(&mut self, failure: &Failure, coarse: bool) -> bool {
        let text = &self.patched.text;
        let Mend { problem, edits, line } = mend::plan(text, failure, &self.mended);
        if let Some(it) = &problem
            && it.kind == ProblemKind::TooDeep
        {
            self.report(problem);
            return false;
        }
        let number = text.get(..line).unwrap_or_default().matches('\n').count();
        let line = lines::start(text, line);
        let place = self.patched.origin(self.original, &(failure.at..failure.at)).start;
        let failed = (std::mem::discriminant(&failure.kind), place);
        let tries = self.tries.entry(number).or_default();
        let first = tries.mends == 0;
        let again = tries.last.replace(failed) == Some(failed);
        let mend = !again && tries.mends < MENDS && !coarse;
        tries.mends += 1;
        if mend || first {
            self.report(problem);
        }
        self.mended.insert(number);
        if mend && self.patched.apply(edits) {
            return true;
        }
        self.take_out(number, line, coarse)
    }

    fn take_out(&mut self, number: usize, line: usize, coarse: bool) -> bool {
        let tries = self.tries.entry(number).or_default();
        let from = if coarse { LEVELS.len() - 1 } else { tries.level };
        for (index, level) in LEVELS.iter().enumerate().skip(from) {
            tries.level = index + 1;
            let range = extent(&self.patched.text, line, *level);
            if self.patched.blank(range) {
                return true;
            }
        }
        false
    }

    /// Adds a problem, with its places in the original text; one of a kind on each line.
    fn report(&mut self, problem: Option<Problem>) {
        let Some(mut problem) = problem else { return };
        problem.range = self.patched.origin(self.original, &problem.range);
        for (range, _) in &mut problem.related {
            *range = self.patched.origin(self.original, range);
        }
        let line = |it: &Problem| lines::start(self.original, it.range.start);
        if self.problems.iter().all(|it| it.kind != problem.kind || line(it) != line(&problem)) {
            self.problems.push(problem);
        }
    }

    /// Gives every node its place in the original text.
    fn take_back(&self, tree: &mut Tree) {
        let back = |range: &mut Range| *range = self.patched.origin(self.original, range);
        for node in &mut tree.nodes {
            back(&mut node.range);
            if let Some(tag) = &mut node.tag {
                back(&mut tag.range);
            }
            if let Some(anchor) = &mut node.anchor {
                back(&mut anchor.range);
            }
        }
        // Where text was moved, a node at the edge of another may end up beside it. Parents stand before children.
        for index in 0..tree.nodes.len() {
            let parent = tree.parents.get(index).copied().flatten();
            let Some(outer) = parent.and_then(|it| tree.nodes.get(it.0 as usize)).map(|it| it.range.clone())
            else {
                continue;
            };
            if let Some(node) = tree.nodes.get_mut(index) {
                node.range.start = node.range.start.clamp(outer.start, outer.end);
                node.range.end = node.range.end.clamp(node.range.start, outer.end);
            }
        }
    }
}

fn extent(text: &str, line: usize, level: Level) -> Range {
    match level {
        Level::Value => lines::value(text, line),
        Level::Line => line..lines::end(text, line),
        Level::Block => line..lines::block_end(text, line),
        Level::Top => {
            let own = (lines::indent(text, line) == 0 && !lines::is_blank(text, line)).then_some(line);
            let top = own.or_else(|| lines::above(text, line).find(|it| lines::indent(text, *it) == 0));
            top.unwrap_or(0)..lines::block_end(text, line).max(lines::block_end(text, top.unwrap_or(0)))
        }
    }
}
