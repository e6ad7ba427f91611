//! The variable under the cursor.

use std::ops::Range;

use slsc_core::db::{Database, File};
use slsc_core::document;
use slsc_core::path::Path;
use slsc_core::pipeline;
use slsc_core::variables::syntax::{self, Call, Operand, Piece, Source, Variable};
use slsc_yaml::{NodeId, NodeKind};

/// A call of a source, with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCall {
    /// The call.
    pub call: Call,
    /// Where it stands in the file.
    pub range: Range<usize>,
    /// The path of the text that holds it.
    pub path: Path,
}

/// The innermost call of a source at `offset`.
pub fn at(db: &Database, file: File, offset: usize) -> Option<FoundCall> {
    let parsed = pipeline::parsed(db, file);
    let tree = &parsed.tree;
    let text = pipeline::text(db, file);
    let node = *tree.path_at(offset).last()?;
    let NodeKind::String(value) = &tree.node(node).kind else { return None };
    let pieces = syntax::parse(value).ok()??;
    let path = document::path_of(tree, node);
    let mut found: Option<FoundCall> = None;
    walk(&pieces, &mut |variable| {
        for source in &variable.sources {
            let Source::Call(call) = source else { continue };
            let range = tree.source_range(text, node, call.range.clone());
            if range.start <= offset && offset <= range.end {
                found = Some(FoundCall { call: call.clone(), range, path: path.clone() });
            }
        }
    });
    found
}

/// Every call of a source in the text of a node.
pub fn each(db: &Database, file: File, node: NodeId, each: &mut dyn FnMut(&Call)) {
    let tree = &pipeline::parsed(db, file).tree;
    let NodeKind::String(value) = &tree.node(node).kind else { return };
    let Ok(Some(pieces)) = syntax::parse(value) else { return };
    walk(&pieces, &mut |variable| {
        for source in &variable.sources {
            if let Source::Call(call) = source {
                each(call);
            }
        }
    });
}

fn walk(pieces: &[Piece], each: &mut dyn FnMut(&Variable)) {
    for piece in pieces {
        let Piece::Variable(variable) = piece else { continue };
        each(variable);
        for source in &variable.sources {
            let Source::Call(call) = source else { continue };
            let params = call.params.iter().flatten().flatten();
            for operand in params.chain(call.address.as_ref()) {
                if let Operand::Template(pieces) = operand {
                    walk(pieces, each);
                }
            }
        }
    }
}

/// An address or a parameter that is written out.
pub fn literal(operand: Option<&Operand>) -> Option<String> {
    match operand? {
        Operand::Literal(value) => Some(value.to_js_string().into()),
        Operand::Template(_) => None,
    }
}
