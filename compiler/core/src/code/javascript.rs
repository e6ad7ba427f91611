//! JavaScript and TypeScript: the exports of a module, of ES and of CommonJS, as [oxc](https://oxc.rs) parses it.

mod commonjs;

use std::ops::Range;

use oxc_allocator::Allocator;
use oxc_ast::ast::{Argument, Declaration, ExportDefaultDeclarationKind, Expression, Program, Statement};
use oxc_ast_visit::Visit as _;
use oxc_parser::Parser;
use oxc_span::{SourceType, Span};

use super::{Exports, Name, Passed, Syntax, Unfit};
use commonjs::CommonJs;

/// The extensions of its files.
pub const EXTENSIONS: &[&str] = &["js", "mjs", "cjs", "ts", "mts", "cts", "tsx", "jsx"];

/// Longer files are bundles that nobody writes, and are not read.
const LONGEST: usize = 256 * 1024;

/// What the parser and the visit need at most for each level, in bytes, and what they need anyway.
const LEVEL: usize = 16 * 1024;
const GROUND: usize = 4 * 1024 * 1024;

/// How deep a text may nest on the stack of whoever asks.
const SHALLOW: usize = 250;

/// What a module exports.
pub fn exports(text: &str, extension: &str) -> Exports {
    if text.len() > LONGEST {
        return Exports::unknown();
    }
    // The parser goes down with what it reads, however deep that is.
    let deepest = deepest(text);
    if deepest < SHALLOW {
        return read(text, extension);
    }
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(GROUND + LEVEL * deepest);
        let reader = thread.spawn_scoped(scope, || read(text, extension));
        reader.ok().and_then(|it| it.join().ok()).unwrap_or_else(Exports::unknown)
    })
}

/// No less than how deep anything nests: each level takes an opening bracket, an operator or a keyword.
fn deepest(text: &str) -> usize {
    let mut deepest: usize = 0;
    let mut open: usize = 0;
    // Between two ends of a statement, all may nest; what is inside brackets ends with them.
    let mut inside: Vec<usize> = Vec::new();
    let mut was_word = false;
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128;
        match byte {
            b'(' | b'[' | b'{' => {
                inside.push(open);
                open += 1;
            }
            b')' | b']' | b'}' => open = inside.pop().unwrap_or_default(),
            b';' | b',' => open = inside.last().map_or(0, |it| it + 1),
            _ if is_word => open += usize::from(!was_word),
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => open += 1,
        }
        was_word = is_word;
        deepest = deepest.max(open);
    }
    deepest
}

fn read(text: &str, extension: &str) -> Exports {
    let allocator = Allocator::default();
    let source_type = match extension {
        "ts" | "mts" | "cts" => SourceType::ts(),
        "tsx" => SourceType::tsx(),
        "mjs" => SourceType::mjs().with_jsx(true),
        _ => SourceType::unambiguous().with_jsx(true),
    };
    let parsed = Parser::new(&allocator, text, source_type).parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        // Flow has types of its own; what the parser goes on after may be a dialect.
        let first = parsed.diagnostics.iter().find_map(|it| it.labels.first());
        let broken = first.map(|it| (it.span().start as usize).min(text.len()));
        let broken = broken.filter(|_| parsed.panicked && extension != "jsx" && !text.contains("@flow"));
        return Exports { broken, ..Exports::unknown() };
    }
    let program = &parsed.program;
    let mut found =
        Exports { empty: program.body.is_empty() && program.directives.is_empty(), ..Exports::default() };
    for statement in &program.body {
        module_exports(statement, &mut found);
    }
    if parsed.module_record.has_module_syntax {
        found.syntax = Some(Syntax::Es);
        found.requires = asks(program).filter(|_| !text.contains("createRequire"));
        // By its ending it is read as nothing else, where `exports` is not there.
        if extension == "mjs" {
            found.locals = locals(program, &found);
            return found;
        }
    }
    let mut reader = CommonJs::new(program, &mut found);
    reader.visit_program(program);
    reader.finish();
    found.locals = locals(program, &found);
    found.imports = imports(program);
    found
}

/// The files that a module needs when it starts.
fn imports(program: &Program<'_>) -> Vec<Name> {
    let mut found = Vec::new();
    for statement in &program.body {
        match statement {
            Statement::ImportDeclaration(it) if !it.import_kind.is_type() => {
                found.push(Name { text: it.source.value.as_str().into(), range: range(it.source.span) });
            }
            _ => found.extend(required_by(statement)),
        }
    }
    found.retain(|it| it.text.starts_with("./") || it.text.starts_with("../"));
    found
}

/// Where a module first calls `require` when it starts.
fn asks(program: &Program<'_>) -> Option<Range<usize>> {
    program.body.iter().find_map(|it| required_by(it).into_iter().next()).map(|it| it.range)
}

/// What a statement asks `require` for.
fn required_by(statement: &Statement<'_>) -> Vec<Name> {
    match statement {
        Statement::VariableDeclaration(it) => {
            it.declarations.iter().filter_map(|it| required(it.init.as_ref()?)).collect()
        }
        Statement::ExpressionStatement(it) => required(&it.expression).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What `require('./other')` asks for, by itself or for a part of it.
fn required(value: &Expression<'_>) -> Option<Name> {
    match value.get_inner_expression() {
        Expression::CallExpression(call) => match (&call.callee, call.arguments.first()?) {
            (Expression::Identifier(callee), Argument::StringLiteral(it)) if callee.name == "require" => {
                Some(Name { text: it.value.as_str().into(), range: range(it.span) })
            }
            _ => None,
        },
        Expression::StaticMemberExpression(it) => required(&it.object),
        _ => None,
    }
}

/// What an `export` exports.
fn module_exports(statement: &Statement<'_>, found: &mut Exports) {
    match statement {
        Statement::ExportDeclaration(it) => {
            declared(&it.declaration).into_iter().for_each(|(name, span)| found.add(name, range(span)));
            unfit(&it.declaration, found);
        }
        Statement::ExportNamedDeclaration(it) if !it.export_kind.is_type() => {
            for specifier in it.specifiers.iter().filter(|it| !it.export_kind.is_type()) {
                found.add(specifier.exported.name().as_str(), range(specifier.span));
            }
        }
        Statement::ExportFromDeclaration(it) if !it.export_kind.is_type() => {
            for specifier in it.specifiers.iter().filter(|it| !it.export_kind.is_type()) {
                found.add(specifier.exported.name().as_str(), range(specifier.span));
                let theirs = specifier.local.name().as_str().into();
                found.passed.push(Passed {
                    name: specifier.exported.name().as_str().into(),
                    theirs: Name { text: theirs, range: range(specifier.span) },
                    from: it.source.value.as_str().into(),
                });
            }
        }
        Statement::ExportAllDeclaration(it) if !it.export_kind.is_type() => match &it.exported {
            Some(name) => found.add(name.name().as_str(), range(it.span)),
            None => found.forwards.push(it.source.value.as_str().into()),
        },
        Statement::ExportDefaultDeclaration(it)
            if !matches!(it.declaration, ExportDefaultDeclarationKind::TSInterfaceDeclaration(_)) =>
        {
            found.add("default", range(it.span));
        }
        _ => {}
    }
}

/// Notes what a declaration makes that cannot be called.
fn unfit(declaration: &Declaration<'_>, found: &mut Exports) {
    match declaration {
        Declaration::VariableDeclaration(it) if it.kind.is_const() => {
            for it in &it.declarations {
                let name = it.id.get_binding_identifier().map(|it| it.name.as_str());
                if let (Some(name), Some(init)) = (name, &it.init)
                    && is_no_function(init)
                {
                    found.unfit.push((name.into(), Unfit::NoFunction));
                }
            }
        }
        Declaration::ClassDeclaration(it) if !it.declare => {
            found.unfit.extend(it.id.iter().map(|it| (it.name.as_str().into(), Unfit::Class)));
        }
        _ => {}
    }
}

/// Whether a value is written out that cannot be called.
fn is_no_function(value: &Expression<'_>) -> bool {
    matches!(
        value.get_inner_expression(),
        Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::NumericLiteral(_)
            | Expression::StringLiteral(_)
            | Expression::TemplateLiteral(_)
            | Expression::ArrayExpression(_)
    )
}

/// The names that a declaration makes, types left out.
fn declared<'p>(declaration: &'p Declaration<'_>) -> Vec<(&'p str, Span)> {
    let named = |id: &'p oxc_ast::ast::BindingIdentifier<'_>| (id.name.as_str(), id.span);
    match declaration {
        _ if declaration.declare() => Vec::new(),
        Declaration::VariableDeclaration(it) => {
            let names = it.declarations.iter().flat_map(|it| it.id.get_binding_identifiers());
            names.map(named).collect()
        }
        Declaration::FunctionDeclaration(it) => it.id.iter().map(named).collect(),
        Declaration::ClassDeclaration(it) => it.id.iter().map(named).collect(),
        Declaration::TSEnumDeclaration(it) => vec![named(&it.id)],
        Declaration::TSNamespaceDeclaration(it) => vec![named(&it.id)],
        Declaration::TSImportEqualsDeclaration(it) => vec![named(&it.id)],
        _ => Vec::new(),
    }
}

/// What is defined and not exported.
fn locals(program: &Program<'_>, found: &Exports) -> Vec<Name> {
    let declarations = program.body.iter().filter_map(Statement::as_declaration);
    let names = declarations.flat_map(declared).filter(|(name, _)| found.find(name).is_none());
    names.map(|(name, span)| Name { text: name.into(), range: range(span) }).collect()
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str, extension: &str) -> String {
        let found = exports(text, extension);
        let names: Vec<&str> = found.names.iter().map(|it| it.text.as_str()).collect();
        let forwards = found.forwards.iter().map(|it| format!(" <{it}>")).collect::<String>();
        format!("{}{forwards}{}", names.join(" "), if found.open { " ..." } else { "" })
    }

    #[test]
    fn es_modules() {
        let js = |text: &str| names(text, "js");
        assert_eq!(js("export const a = 1, { b, c: d, ...e } = x; export let [f] = y;"), "a b d e f");
        assert_eq!(
            js("export async function a() {} export class B {} export default () => {}"),
            "a B default"
        );
        assert_eq!(js("const a = 1; export { a, a as b, a as 'c d' }; export { e } from './e'"), "a b c d e");
        assert_eq!(js("export * from './a'; export * as b from './b'"), "b <./a>");
        assert_eq!(
            names("export type A = 1; export interface B {} export enum C {} declare const d: 1", "ts"),
            "C"
        );
        assert_eq!(
            names("export { type A, b }; export type { C } from './c'; export abstract class D {}", "ts"),
            "b D"
        );
        assert_eq!(names("import a = require('a'); const b = { c: a }; export = b;", "cts"), "c");
        assert_eq!(js("export const a = <div>{1}</div>"), "a");
        assert_eq!(js("export const = 1"), " ...");
    }

    #[test]
    fn common_js() {
        let js = |text: &str| names(text, "js");
        assert_eq!(js("exports.a = exports.b = 1; module.exports.c = 2; exports['d'] = 3"), "a b c d");
        assert_eq!(
            js("module.exports = { a, b: 1, c() {}, 'd': 2, get e() {}, ...{ f: 1 } }"),
            "a b c d e f"
        );
        assert_eq!(js("exports = module.exports = { a }; exports.b = 1"), "a b");
        assert_eq!(js("const a = { b: 1 }; a.c = 2; module.exports = a"), "b c");
        assert_eq!(js("function a() {} a.b = 1; module.exports = a; module.exports.c = 1"), "c b");
        assert_eq!(js("class A { static b() {} c() {} } module.exports = A"), "b");
        assert_eq!(js("Object.assign(module.exports, { a: 1 }, require('./b'))"), "a <./b>");
        assert_eq!(js("Object.defineProperty(exports, 'a', { value: 1 }); if (x) exports.b = 1"), "a b");
        assert_eq!(
            js("Object.defineProperty(exports, '__esModule', { value: true }); exports.a = void 0"),
            "a"
        );
        assert_eq!(
            js("__exportStar(require('./a'), exports); tslib_1.__exportStar(require('./b'), exports)"),
            " <./a> <./b>"
        );
        assert_eq!(js("module.exports = require('./a')"), " <./a>");
        assert_eq!(js("this.a = 1; function f() { this.b = 1 }"), "a");
        assert_eq!(js("module.exports = async (event) => {}"), "");
    }

    #[test]
    fn files_that_are_needed() {
        let text = "import a, { type B } from './a'; import type C from './c'; import d from 'd'; const { e } = require('../e'); \
            const f = require('./f').f; require('./g'); if (x) require('./h')";
        let found = exports(text, "ts").imports;
        let names: Vec<&str> = found.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(names, ["./a", "../e", "./f", "./g"]);
    }

    #[test]
    fn what_is_made_while_it_runs() {
        let js = |text: &str| names(text, "js");
        for text in [
            "module.exports = wrap({ a: 1 })",
            "module.exports[name] = 1",
            "for (const it of all) exports[it] = 1",
            "wrap(exports)",
            "const a = {}; fill(a); module.exports = a",
            "const a = {}; a[b] = 1; module.exports = a",
            "module.exports = new Api()",
            "const a = require('a'); module.exports = a",
            "const e = module.exports; e.a = 1",
            "Object.assign(module.exports, ...all)",
            "module.exports = a ? b : c",
        ] {
            let found = js(text);
            assert!(found.ends_with("...") || found.contains('<'), "{text}: {found}");
        }
    }

    #[test]
    fn places_and_placeholders() {
        let text = "// é\nconst list = 1;\nexport const create = 1;";
        let found = exports(text, "js");
        assert_eq!(found.names.first().and_then(|it| text.get(it.range.clone())), Some("create"));
        assert_eq!(found.locals.first().and_then(|it| text.get(it.range.clone())), Some("list"));
        assert!(exports(" // nothing\n", "js").empty && exports("", "ts").empty);
    }

    #[test]
    fn deep_texts_end() {
        for part in
            ["(", "!", "a=>", "a+", "if(a)", "[", "{a:", "x?y:", "new ", "`${", "<a>", "a=", "await ", "- "]
        {
            exports(&part.repeat(20_000 / part.len()), "js");
            exports(&part.repeat(20_000 / part.len()), "tsx");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(export |const |module\\.exports|exports\\.|[a-c={}();,:'*\\[\\] ]|=>|\\PC){0,30}") {
            for it in &exports(&text, "ts").names {
                prop_assert!(text.get(it.range.clone()).is_some());
            }
        }
    }
}
