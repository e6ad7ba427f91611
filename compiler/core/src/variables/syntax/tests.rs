//! Texts and what is read in them.

use super::*;

fn show(text: &str) -> String {
    match parse(text) {
        Ok(None) => "text".into(),
        Ok(Some(pieces)) => pieces.iter().map(piece).collect::<Vec<_>>().join(" + "),
        Err(error) => format!("error at {:?}: {}", &text[error.range], error.message),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(it) => format!("{it:?}"),
        Piece::Escape(it) => format!("escaped {it:?}"),
        Piece::Variable(it) => {
            format!("<{}>", it.sources.iter().map(source).collect::<Vec<_>>().join(" or "))
        }
    }
}

fn source(source: &Source) -> String {
    match source {
        Source::Literal(it) => it.to_json(),
        Source::Call(it) => {
            let operand = |it: &Operand| match it {
                Operand::Literal(it) => it.to_json(),
                Operand::Template(it) => it.iter().map(piece).collect::<Vec<_>>().join("+"),
            };
            let params = it.params.as_ref().map_or(String::new(), |it| {
                format!(
                    "({})",
                    it.iter().map(|it| it.as_ref().map_or("-".into(), operand)).collect::<Vec<_>>().join(",")
                )
            });
            format!("{}{params}:{}", it.name, it.address.as_ref().map_or("-".into(), operand))
        }
    }
}

#[test]
fn variables_and_text() {
    assert_eq!(show("plain"), "text");
    assert_eq!(show("${self:a.b}"), "<self:\"a.b\">");
    assert_eq!(
        show("a-${opt:stage, self:provider.stage, 'dev'}-b"),
        "\"a-\" + <opt:\"stage\" or self:\"provider.stage\" or \"dev\"> + \"-b\""
    );
    assert_eq!(show("${file(./a.${opt:x}.yml):b}"), "<file(\"./a.\"+<opt:\"x\">+\".yml\"):\"b\">");
    assert_eq!(show("${ssm(eu-west-1, raw):/a/b}"), "<ssm(\"eu-west-1\",\"raw\"):\"/a/b\">");
    assert_eq!(show("${opt:a, -1.5}"), "<opt:\"a\" or -1.5>");
    assert_eq!(show("${strToBool(${self:x})}"), "<strToBool(<self:\"x\">):->");
    assert_eq!(show("a$${self:n}b"), "\"a\" + <self:\"n\"> + \"b\"");
    assert_eq!(show("${self:}"), "<self:->");
}

#[test]
fn what_is_no_variable_stays() {
    assert_eq!(show("${AWS::Region} ${} ${ self:x } ${foo} $x"), "text");
    assert_eq!(show("${foo::bar}"), "text");
    assert_eq!(show("${AWS::Region}-${self:a}"), "\"${AWS::Region}-\" + <self:\"a\">");
    assert_eq!(show("${self"), "text");
    assert_eq!(show("${Foo ${self:a}}"), "\"${Foo \" + <self:\"a\"> + \"}\"");
    assert_eq!(show(r"${Foo \${self:a}}"), r#""${Foo \\" + <self:"a"> + "}""#);
}

#[test]
fn backslashes_escape() {
    assert_eq!(show(r"\${self:a}"), r#"escaped "$" + "{self:a}""#);
    assert_eq!(show(r"\\${self:a}"), r#"escaped "\\" + <self:"a">"#);
    assert_eq!(show(r"\\\${self:a}"), r#"escaped "\\$" + "{self:a}""#);
    assert_eq!(show(r"\$${self:a}"), r#""\\$" + <self:"a">"#);
    assert_eq!(show(r"$\${self:a}"), r#""$\\" + <self:"a">"#);
    assert_eq!(show(r"\x ${self:a}"), r#""\\x " + <self:"a">"#);
}

#[test]
fn mistakes_have_their_place() {
    assert_eq!(show("${self:a"), "error at \"${self:a\": this variable is not closed");
    assert_eq!(
        show("${opt:a, ${self:b}}"),
        "error at \"${self:b}\": a fallback stands without `${` and `}` of its own"
    );
    assert_eq!(show("${opt:a, x_y, 'z'}"), "error at \"x_y\": this is no fallback");
    assert_eq!(show("${opt:a, dev}"), "error at \"dev\": `dev` is neither a source nor a value");
    assert_eq!(show("${file(a}"), "error at \"}\": the parenthesis is not closed");
    assert_eq!(show("${self:a.${b}}"), "error at \"b\": a variable inside a variable needs a source");
}

#[test]
fn what_stands_behind_a_dollar_is_text() {
    assert_eq!(show("${self:a$}}"), "<self:\"a$}\">");
    assert_eq!(show("${file(a$)b):c}"), "<file(\"a$)b\"):\"c\">");
}

#[test]
fn numbers_are_those_of_javascript() {
    assert_eq!(show("${opt:a, 0x1F}"), "<opt:\"a\" or 31>");
    assert_eq!(show("${opt:a, 5.}"), "<opt:\"a\" or 5>");
    assert_eq!(show("${opt:a, 1e3}"), "<opt:\"a\" or 1000>");
    assert_eq!(
        show("${opt:a, Infinity}"),
        "error at \"Infinity\": `Infinity` is neither a source nor a value"
    );
}
