//! Java, C# and their kin: the classes of a file and their methods. Answers "does this class have that method?".
//!
//! Strings and comments are blanked without moving anything. A word in front of a parenthesis directly inside a class,
//! with a type in front of it, is a method.

use ecow::EcoString;

use super::Name;
use super::lines::{behind, word};

/// A class, record, interface or object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name, and where it stands.
    pub name: Name,
    /// Its methods.
    pub methods: Vec<Name>,
    /// The names of those that are private or protected.
    pub hidden: Vec<EcoString>,
    /// Whether it may have methods from elsewhere.
    pub inherits: bool,
}

/// The classes of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Types {
    /// The package or namespace.
    pub namespace: EcoString,
    /// The classes, those inside of others as well.
    pub types: Vec<Type>,
}

/// What a class may be declared as.
const KEYWORDS: [&str; 6] = ["class", "record", "interface", "struct", "object", "enum"];

/// Interfaces that bring no method of their own.
const PLAIN: [&str; 4] = ["RequestHandler", "RequestStreamHandler", "Serializable", "Function"];

/// The classes of a file.
pub fn types(text: &str) -> Types {
    let plain = blank(text);
    let mut found = Types::default();
    let mut before = "";
    let mut at = 0;
    while let Some(start) = next_word(&plain, at) {
        let here = plain.get(start..).unwrap_or_default();
        let name = word(here);
        at = start + name.len();
        if before == "package" || before == "namespace" {
            let end =
                here.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == '.')).unwrap_or(here.len());
            if found.namespace.is_empty() {
                found.namespace = here.get(..end).unwrap_or_default().into();
            }
            at = start + end;
        } else if KEYWORDS.contains(&before) && !KEYWORDS.contains(&name) {
            found.types.extend(declaration(&plain, start, name));
        }
        before = name;
    }
    found
}

fn next_word(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    rest.find(|it: char| it.is_alphanumeric() || it == '_').map(|it| from + it)
}

/// The class whose name stands at `start`.
fn declaration(plain: &str, start: usize, name: &str) -> Option<Type> {
    let rest = plain.get(start..)?;
    let open = rest.find(['{', ';'])?;
    let header = rest.get(name.len()..open)?;
    let interfaces = header.split_once("implements").map_or("", |it| it.1);
    let outside = without_arguments(interfaces);
    let is_plain =
        outside.split(',').all(|it| PLAIN.contains(&it.trim().rsplit('.').next().unwrap_or_default()));
    let extends = header.contains("extends") || header.contains(':') || header.contains("with ");
    let methods = methods(plain, start + open);
    let is_hidden = |it: &&Name| {
        let before = plain.get(..it.range.start).unwrap_or_default();
        let declared = before.rsplit(['{', '}', ';']).next().unwrap_or_default();
        declared.split_whitespace().any(|it| it == "private" || it == "protected")
    };
    Some(Type {
        name: Name { text: name.into(), range: start..start + name.len() },
        hidden: methods.iter().filter(is_hidden).map(|it| it.text.clone()).collect(),
        methods,
        inherits: extends || !interfaces.is_empty() && !is_plain,
    })
}

/// A list of types without what stands in `<>`.
fn without_arguments(text: &str) -> String {
    let mut depth: usize = 0;
    let kept = text.chars().filter(|it| {
        match it {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *it != '>'
    });
    kept.collect()
}

/// The methods directly inside of the block that opens at `open`.
fn methods(plain: &str, open: usize) -> Vec<Name> {
    let mut found = Vec::new();
    let mut braces: usize = 0;
    let mut parens: usize = 0;
    for (at, char) in plain.char_indices().skip_while(|it| it.0 < open) {
        match char {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '(' => {
                if braces == 1 && parens == 0 {
                    found.extend(method(plain, at));
                }
                parens += 1;
            }
            ')' => parens = parens.saturating_sub(1),
            _ => {}
        }
        if braces == 0 {
            break;
        }
    }
    found
}

/// The method whose parenthesis stands at `paren`, if it is one.
fn method(plain: &str, paren: usize) -> Option<Name> {
    let before = plain.get(..paren)?.trim_end();
    // `T run<T>(T event)`.
    let before = if before.ends_with('>') { before.rsplit_once('<')?.0.trim_end() } else { before };
    let start = before
        .rfind(|it: char| !(it.is_alphanumeric() || it == '_'))
        .map_or(0, |it| it + before.get(it..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8));
    let name = before.get(start..)?;
    let type_of = before.get(..start)?.trim_end();
    let has_type = type_of.ends_with(|it: char| it.is_alphanumeric() || matches!(it, '_' | '>' | ']' | '?'));
    // Words that stand before a call, where a method has its type.
    let last = type_of.rsplit(|it: char| !it.is_alphanumeric()).next().unwrap_or_default();
    let is_call = matches!(last, "new" | "return" | "await" | "throw" | "else" | "yield" | "in");
    (!name.is_empty() && has_type && !is_call)
        .then(|| Name { text: name.into(), range: start..start + name.len() })
}

/// The text with spaces for what stands in strings and comments, each byte in its place.
fn blank(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |it| it + 2)
        } else if rest.starts_with("\"\"\"") {
            rest.get(3..).and_then(|it| it.find("\"\"\"")).map_or(rest.len(), |it| it + 6)
        } else if let Some(verbatim) = rest.strip_prefix("@\"") {
            verbatim.find('"').map_or(rest.len(), |it| it + 3)
        } else if char == '"' || char == '\'' {
            quoted(rest, char)
        } else {
            0
        };
        if length == 0 {
            plain.push(char);
            rest = rest.get(char.len_utf8()..).unwrap_or_default();
        } else {
            plain.extend(std::iter::repeat_n(' ', length));
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    plain
}

/// How long a string is; one that is not closed ends with its line.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            it if it == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a line of a file is its `package`, and which.
pub fn package(text: &str) -> Option<&str> {
    text.lines().find_map(|it| behind(it.trim(), "package")).map(|it| it.trim_end_matches(';').trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        let found = types(text);
        let each = found.types.iter().map(|it| {
            let methods: Vec<&str> = it.methods.iter().map(|it| it.text.as_str()).collect();
            format!("{}{}({})", it.name.text, if it.inherits { "+" } else { "" }, methods.join(" "))
        });
        format!("{}: {}", found.namespace, each.collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn java() {
        let text = "package a.b;\n// class No\npublic final class A implements RequestHandler<Map<String, Object>, Void> {\n \
            private final X x = new X();\n  @Override public Void handleRequest(Map<String, Object> e, Context c) { run(1); \
            return \"class B { int c()\"; }\n  <T> List<T> all(T t) { }\n}";
        assert_eq!(shown(text), "a.b: A(handleRequest all)");
        assert_eq!(shown("class A extends B { void c() {} class D { int e() {} } }"), ": A+(c), D(e)");
    }

    #[test]
    fn c_sharp() {
        let text = "namespace Shop.Api;\npublic class Users : Base {\n  public async Task<Response> Get(Request r) => await Send(r);\n}";
        assert_eq!(shown(text), "Shop.Api: Users+(Get)");
        assert_eq!(
            shown("namespace Shop { public class A { public string[] B(string c) { return @\"\\\"; } } }"),
            "Shop: A(B)"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(class |package |namespace |[A-Ca-c.;:<>(){}\"'@/* \n]|é|\\\\){0,40}") {
            types(&text);
        }
    }
}
