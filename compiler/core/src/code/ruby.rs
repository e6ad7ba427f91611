//! Ruby: the methods, classes and modules of a file. Answers "which methods can a handler name?".
//!
//! Read line by line: what begins with `def`, `class` or `module` names something, wherever it stands. A file that
//! makes methods while it runs, or takes them from elsewhere, is open.

use ecow::EcoString;

use super::lines::{behind, range_in, word};
use super::{Exports, Method};

/// What brings methods that are not written out.
const DYNAMIC: [&str; 14] = [
    "define_method",
    "method_missing",
    "instance_eval",
    "class_eval",
    "module_eval",
    "eval(",
    "eval ",
    "const_set",
    "include ",
    "extend ",
    "prepend ",
    "load ",
    "autoload",
    "def_delegator",
];

/// The methods, classes and modules of a file.
pub fn exports(text: &str) -> Exports {
    let mut found = Exports { empty: true, ..Exports::default() };
    let mut in_comment = false;
    let mut scopes: Vec<Scope> = Vec::new();
    for line in text.lines() {
        if line.starts_with("__END__") {
            break;
        }
        in_comment = if in_comment { !line.starts_with("=end") } else { line.starts_with("=begin") };
        let statement = line.trim();
        if in_comment || statement.is_empty() || statement.starts_with('#') || line.starts_with("=end") {
            continue;
        }
        found.empty = false;
        found.open |= DYNAMIC.iter().any(|it| statement.contains(it));
        read(text, statement, &mut found);
        let indent = line.len() - line.trim_start().len();
        nest(statement, indent, &mut scopes, &mut found);
    }
    found
}

/// A class or a module around what is read.
struct Scope {
    /// How far its `end` is indented.
    indent: usize,
    name: EcoString,
    /// Whether methods in it are its own: in `class << self`, and behind `module_function`.
    own: bool,
}

/// Notes a method with the class that it stands in. Indentation says where a class ends.
fn nest(statement: &str, indent: usize, scopes: &mut Vec<Scope>, found: &mut Exports) {
    if word(statement) == "end" {
        while scopes.last().is_some_and(|it| it.indent >= indent) {
            scopes.pop();
        }
    } else if statement == "module_function" {
        scopes.iter_mut().for_each(|it| it.own = true);
    } else if let Some(rest) = behind(statement, "class").or_else(|| behind(statement, "module")) {
        let own = rest.starts_with("<<");
        let name = match scopes.last() {
            Some(scope) if own => scope.name.clone(),
            _ => {
                let end = rest.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == ':'));
                let path = end.and_then(|it| rest.get(..it)).unwrap_or(rest);
                path.rsplit("::").next().unwrap_or_default().into()
            }
        };
        if !statement.ends_with("end") {
            scopes.push(Scope { indent, name, own });
        }
    } else {
        let modifiers = ["private_class_method", "module_function", "private", "public"];
        let modifier = modifiers.iter().find(|it| behind(statement, it).is_some());
        let definition = modifier.and_then(|it| behind(statement, it)).unwrap_or(statement);
        let Some(rest) = behind(definition, "def") else { return };
        let on = rest.split_once('.').filter(|it| it.0 == word(it.0));
        let scope = scopes.last();
        found.methods.push(Method {
            name: word(on.map_or(rest, |it| it.1)).into(),
            owner: scope.map(|it| it.name.clone()),
            parameters: parameters(on.map_or(rest, |it| it.1)).map(Into::into),
            of_class: on.is_some() || scope.is_some_and(|it| it.own) || modifier == Some(&"module_function"),
        });
    }
}

/// What stands in the parentheses behind the name of a method.
fn parameters(definition: &str) -> Option<&str> {
    let rest = definition.get(word(definition).len()..)?.trim_start();
    let Some(inner) = rest.strip_prefix('(') else {
        // Parameters may stand without parentheses.
        return (rest.is_empty() || rest.starts_with(['#', ';'])).then_some("");
    };
    inner.split_once(')').map(|it| it.0).filter(|it| !it.contains('('))
}

fn read(text: &str, statement: &str, found: &mut Exports) {
    let definition = ["private_class_method", "module_function", "private", "public"];
    let definition = definition.iter().find_map(|it| behind(statement, it)).unwrap_or(statement);
    if let Some(rest) = behind(definition, "def") {
        // `self.create`, `Handler.create`.
        let name = rest.split_once('.').filter(|it| it.0 == word(it.0)).map_or(rest, |it| it.1);
        add(text, word(name), found);
    } else if let Some(rest) = behind(statement, "class").or_else(|| behind(statement, "module")) {
        let end =
            rest.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == ':')).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        name.split("::").for_each(|it| add(text, it, found));
        found.open |= behind.trim_start().starts_with('<') && !behind.contains("<<") && !name.is_empty();
    } else if let Some(rest) = behind(statement, "require_relative") {
        let path = rest.trim_matches(|it: char| it.is_whitespace() || it == '\'' || it == '"');
        if path.contains(['#', '(', ' ', '"', '\'']) {
            found.open = true;
        } else {
            found.forwards.push(path.into());
        }
    } else if statement.starts_with("alias") || statement.starts_with("require_relative(") {
        found.open = true;
    } else if let Some((name, _)) = statement.split_once('=') {
        let name = name.trim();
        if name == word(name) {
            add(text, name, found);
        }
    }
}

fn add(text: &str, name: &str, found: &mut Exports) {
    if !name.is_empty() {
        found.add(name, range_in(text, name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(text: &str) -> String {
        let found = exports(text);
        let names: Vec<&str> = found.names.iter().map(|it| it.text.as_str()).collect();
        format!("{}{}", names.join(" "), if found.open { " ..." } else { "" })
    }

    #[test]
    fn definitions() {
        assert_eq!(names("require 'json'\ndef a(event:, context:)\n  b = 1\nend\n"), "a b");
        assert_eq!(
            names("module Shop\n  class Users::Api\n    def self.create(x) = 1\n  end\nend"),
            "Shop Users Api create"
        );
        assert_eq!(names("# def a\n=begin\ndef b\n=end\n__END__\ndef c"), "");
        assert_eq!(names("class A < B\nend"), "A ...");
    }

    #[test]
    fn parameters_of_methods() {
        assert_eq!(parameters("a(event:, context:)"), Some("event:, context:"));
        assert_eq!(parameters("a"), Some(""));
        assert_eq!(parameters("a event, context"), None);
        assert_eq!(parameters("a(b = c())"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(def |class |module |alias|=begin|\n|[a-c.:<='#é ]){0,20}") {
            for it in &exports(&text).names {
                prop_assert_eq!(text.get(it.range.clone()), Some(it.text.as_str()));
            }
        }
    }
}
