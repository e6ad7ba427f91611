//! CommonJS: what is put on `exports` and `module.exports`. Answers "which names are on it, and are those all?".
//!
//! Each mention of `exports` and `module` must be understood; one that is not, such as `wrap(exports)`, leaves the
//! exports open.

use oxc_ast::ast::{
    Argument, AssignmentExpression, CallExpression, Class, ClassElement, ComputedMemberExpression,
    Declaration, Expression, Function, IdentifierReference, ObjectPropertyKind, Program, Statement,
    StaticMemberExpression, TSExportAssignment, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_span::{GetSpan as _, Span};
use oxc_syntax::scope::ScopeFlags;
use rustc_hash::FxHashSet;

use super::{is_no_function, range};
use crate::code::{Exports, Syntax, Unfit};

/// Goes through a module and gathers what it exports.
pub(super) struct CommonJs<'p, 'a> {
    program: &'p Program<'a>,
    found: &'p mut Exports,
    /// All identifiers that were used, with where.
    mentions: Vec<(&'p str, u32)>,
    /// Where those begin that are understood.
    understood: FxHashSet<u32>,
    /// Variables that stand for the exports.
    stand_ins: Vec<&'p str>,
    /// What was put on variables: the variable, the name, where.
    members: Vec<(&'p str, &'p str, Span)>,
    /// How many functions and classes are around, in which `this` is another.
    depth: usize,
    /// What is put on `exports` by name: the name, and whether the value may be called.
    put: Vec<(&'p str, bool)>,
    /// Whether `module.exports` is replaced by another object, and `exports` stays the old one.
    replaced: bool,
    rebound: bool,
    /// The names of the object that replaces it.
    in_replacement: Vec<String>,
}

/// What is assigned to.
enum Target<'p> {
    /// `exports`, or `module.exports`: where the identifier begins.
    Exports { start: u32 },
    /// A variable.
    Variable { name: &'p str },
}

impl<'p, 'a> CommonJs<'p, 'a> {
    pub(super) fn new(program: &'p Program<'a>, found: &'p mut Exports) -> CommonJs<'p, 'a> {
        CommonJs {
            program,
            found,
            mentions: Vec::new(),
            understood: FxHashSet::default(),
            stand_ins: Vec::new(),
            members: Vec::new(),
            depth: 0,
            put: Vec::new(),
            replaced: false,
            rebound: false,
            in_replacement: Vec::new(),
        }
    }

    /// Adds what is on the variables that stand for the exports, and says whether all was understood.
    pub(super) fn finish(self) {
        let is_lost = self.replaced && !self.rebound;
        for (name, fits) in &self.put {
            let again = self.put.iter().any(|(other, fits)| other == name && *fits);
            let is_member = self.in_replacement.iter().any(|it| it == name);
            if is_lost && !is_member {
                self.found.unfit.push(((*name).into(), Unfit::Lost));
            } else if !fits && !again {
                self.found.unfit.push(((*name).into(), Unfit::NoFunction));
            }
        }
        for (variable, name, span) in &self.members {
            if self.stand_ins.contains(variable) {
                self.found.add(name, range(*span));
            }
        }
        let matters = |name: &str| matches!(name, "exports" | "module") || self.stand_ins.contains(&name);
        let mut mentions = self.mentions.iter();
        self.found.open |= mentions.any(|(name, start)| matters(name) && !self.understood.contains(start));
        let is_common = self.mentions.iter().any(|(name, _)| matches!(*name, "exports" | "module"));
        self.found.syntax = self.found.syntax.or(is_common.then_some(Syntax::CommonJs));
    }

    /// What an expression stands for, if something can be put on it.
    fn target(&self, expression: &Expression<'_>) -> Option<Target<'p>> {
        match expression.get_inner_expression() {
            Expression::Identifier(it) if it.name == "exports" => {
                Some(Target::Exports { start: it.span.start })
            }
            Expression::Identifier(it) => self.own(it.span).map(|name| Target::Variable { name }),
            other => {
                let member = other.as_member_expression()?;
                let Expression::Identifier(object) = member.object() else { return None };
                (object.name == "module" && member.static_property_name() == Some("exports"))
                    .then_some(Target::Exports { start: object.span.start })
            }
        }
    }

    /// The text at a span, with the life of the program.
    fn own(&self, span: Span) -> Option<&'p str> {
        self.program.source_text.get(range(span))
    }

    /// Something named is put on an object.
    fn put(&mut self, on: &Expression<'_>, name: Option<(Span, &str)>) {
        match (self.target(on), name) {
            (Some(Target::Exports { start }), Some((span, name))) => {
                self.understood.insert(start);
                if name != "__esModule" {
                    self.found.add(name, range(span));
                }
            }
            (Some(Target::Exports { start }), None) => drop(self.understood.remove(&start)),
            (Some(Target::Variable { name: variable }), Some((span, _))) => {
                if let Some(name) = self.own(span) {
                    self.members.push((variable, name.trim_matches(['"', '\'', '`']), span));
                }
            }
            _ => {}
        }
    }

    /// Notes the value of what is put on `exports` at the top of the file.
    fn value(&mut self, on: &Expression<'_>, name: Option<(Span, &str)>, value: &Expression<'a>) {
        let is_bare = matches!(on, Expression::Identifier(it) if it.name == "exports");
        let Some((span, _)) = name.filter(|_| is_bare && self.depth == 0) else { return };
        // TypeScript writes `exports.a = void 0` in front of all.
        let is_void = matches!(value.get_inner_expression(), Expression::UnaryExpression(_));
        if let Some(name) = self.own(span).filter(|_| !is_void) {
            self.put.push((name.trim_matches(['"', '\'', '`']), !is_no_function(value)));
        }
    }

    /// Notes that `module.exports` becomes an object that is written out.
    fn replacement(&mut self, value: &Expression<'a>) {
        let Expression::ObjectExpression(object) = value.get_inner_expression() else { return };
        let mut names = Vec::new();
        for property in &object.properties {
            match property {
                // What is spread may be what was there.
                ObjectPropertyKind::SpreadProperty(_) => return,
                ObjectPropertyKind::ObjectProperty(it) => {
                    names.extend(it.key.static_name().map(String::from))
                }
            }
        }
        if self.depth == 0 {
            self.replaced = true;
            self.in_replacement = names;
        }
    }

    /// All that is on the value of an expression is exported.
    fn shape(&mut self, value: &Expression<'a>) {
        match value.get_inner_expression() {
            Expression::ObjectExpression(object) => {
                for property in &object.properties {
                    match property {
                        ObjectPropertyKind::SpreadProperty(it) => self.shape(&it.argument),
                        ObjectPropertyKind::ObjectProperty(it) => match it.key.static_name() {
                            Some(name) => self.found.add(&name, range(it.key.span())),
                            None => self.found.open = true,
                        },
                    }
                }
            }
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => {}
            Expression::StringLiteral(_) | Expression::NumericLiteral(_) | Expression::NullLiteral(_) => {}
            Expression::ClassExpression(class) => self.statics(class),
            Expression::AssignmentExpression(it) => self.shape(&it.right),
            Expression::Identifier(it) => self.variable(it),
            Expression::CallExpression(call) => self.result(call),
            other => match self.target(other) {
                // `{ ...module.exports }`: what is there already.
                Some(Target::Exports { start }) => drop(self.understood.insert(start)),
                _ => self.found.open = true,
            },
        }
    }

    fn result(&mut self, call: &CallExpression<'a>) {
        if let Some(path) = call.common_js_require() {
            self.found.forwards.push(path.value.as_str().into());
            return;
        }
        if !matches!(of_object(call), Some("assign" | "freeze")) {
            self.found.open = true;
            return;
        }
        for argument in &call.arguments {
            match argument.as_expression() {
                Some(it) => self.shape(it),
                None => self.found.open = true,
            }
        }
    }

    /// The static members of a class.
    fn statics(&mut self, class: &Class<'a>) {
        self.found.open |= class.heritage.is_some();
        for element in &class.body.body {
            let (is_static, key) = match element {
                ClassElement::MethodDefinition(it) => (it.r#static, &it.key),
                ClassElement::PropertyDefinition(it) => (it.r#static, &it.key),
                ClassElement::AccessorProperty(it) => (it.r#static, &it.key),
                ClassElement::StaticBlock(_) => {
                    self.found.open = true;
                    continue;
                }
                ClassElement::TSIndexSignature(_) => continue,
            };
            match key.static_name() {
                Some(name) if is_static => self.found.add(&name, range(key.span())),
                None => self.found.open |= is_static,
                _ => {}
            }
        }
    }

    /// A variable is exported as a whole.
    fn variable(&mut self, identifier: &IdentifierReference<'_>) {
        let Some(name) = self.own(identifier.span) else { return };
        if name == "exports" {
            self.understood.insert(identifier.span.start);
            return;
        }
        self.understood.insert(identifier.span.start);
        if self.stand_ins.contains(&name) {
            return;
        }
        self.stand_ins.push(name);
        let program = self.program;
        for declaration in program.body.iter().filter_map(Statement::as_declaration) {
            match declaration {
                Declaration::FunctionDeclaration(it) if it.name().is_some_and(|it| it == name) => return,
                Declaration::ClassDeclaration(it) if it.name().is_some_and(|it| it == name) => {
                    return self.statics(it);
                }
                Declaration::VariableDeclaration(it) => {
                    let named = |it: &&VariableDeclarator<'a>| {
                        it.id.get_binding_identifier().is_some_and(|it| it.name == name)
                    };
                    if let Some(init) = it.declarations.iter().find(named).and_then(|it| it.init.as_ref()) {
                        return self.shape(init);
                    }
                }
                _ => {}
            }
        }
        self.found.open = true;
    }

    fn understand(&mut self, expression: &Expression<'_>) {
        if let Some(Target::Exports { start }) = self.target(expression) {
            self.understood.insert(start);
        }
    }

    fn is_exports(&self, expression: Option<&Expression<'_>>) -> bool {
        expression.is_some_and(|it| matches!(self.target(it), Some(Target::Exports { .. })))
    }

    /// `Object.assign(exports, ...)`, `Object.defineProperty(exports, ...)`, `__exportStar(require("./x"), exports)`.
    fn call(&mut self, call: &CallExpression<'a>) {
        let argument = |at: usize| call.arguments.get(at).and_then(Argument::as_expression);
        let callee = call.callee_name().unwrap_or_default();
        if callee == "__exportStar" && self.is_exports(argument(1)) {
            argument(1).into_iter().for_each(|it| self.understand(it));
            return argument(0).into_iter().for_each(|it| self.shape(it));
        }
        if callee == "__export" && call.arguments.len() == 1 {
            return argument(0).into_iter().for_each(|it| self.shape(it));
        }
        let (Some(method), Some(on)) = (of_object(call), argument(0)) else { return };
        match (method, argument(1).map(Expression::get_inner_expression)) {
            ("assign", _) if self.is_exports(Some(on)) => {
                self.understand(on);
                for value in call.arguments.iter().skip(1) {
                    match value.as_expression() {
                        Some(it) => self.shape(it),
                        None => self.found.open = true,
                    }
                }
            }
            ("defineProperty", Some(Expression::StringLiteral(name))) => {
                self.put(on, Some((name.span, name.value.as_str())));
                if let Some(Target::Variable { .. }) = self.target(on) {
                    self.understood.insert(on.span().start);
                }
            }
            ("defineProperties", Some(names @ Expression::ObjectExpression(_)))
                if self.is_exports(Some(on)) =>
            {
                self.understand(on);
                self.shape(names);
            }
            _ => {}
        }
    }
}

/// The method of `Object` that is called.
fn of_object<'c>(call: &'c CallExpression<'_>) -> Option<&'c str> {
    let member = call.callee.as_member_expression()?;
    let Expression::Identifier(object) = member.object() else { return None };
    if object.name == "Object" { member.static_property_name() } else { None }
}

impl<'p, 'a> Visit<'a> for CommonJs<'p, 'a> {
    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if let Some(name) = self.own(it.span) {
            self.mentions.push((name, it.span.start));
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        match &it.object {
            Expression::Identifier(object) => {
                let is_whole = object.name == "module" && it.property.name == "exports";
                if !is_whole {
                    self.understood.insert(object.span.start);
                }
            }
            object => self.understand(object),
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        if it.static_property_info().is_some() {
            match &it.object {
                Expression::Identifier(object) if object.name != "module" => {
                    self.understood.insert(object.span.start);
                }
                object => self.understand(object),
            }
        }
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_assignment_expression(&mut self, it: &AssignmentExpression<'a>) {
        if let Some(member) = it.left.as_member_expression() {
            let name = member.static_property_info();
            let object = member.object();
            let is_module = matches!(object, Expression::Identifier(it) if it.name == "module");
            if is_module && name.is_some_and(|it| it.1 == "exports") {
                self.understood.insert(object.span().start);
                self.shape(&it.right);
                self.replacement(&it.right);
            } else if matches!(object, Expression::ThisExpression(_)) && self.depth == 0 {
                // At the top of a file `this` is `exports`.
                match name {
                    Some((span, name)) => self.found.add(name, range(span)),
                    None => self.found.open = true,
                }
            } else {
                self.put(object, name);
                self.value(object, name, &it.right);
            }
        } else if it.left.get_identifier_name() == Some("exports") {
            self.rebound = true;
            self.understood.insert(it.left.span().start);
        }
        walk::walk_assignment_expression(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.depth += 1;
        walk::walk_function(self, it, flags);
        self.depth -= 1;
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.depth += 1;
        walk::walk_class(self, it);
        self.depth -= 1;
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if let Expression::Identifier(callee) = &it.callee {
            self.understood.insert(callee.span.start);
        }
        self.call(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_ts_export_assignment(&mut self, it: &TSExportAssignment<'a>) {
        self.shape(&it.expression);
        walk::walk_ts_export_assignment(self, it);
    }
}
