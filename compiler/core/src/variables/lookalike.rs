//! What was meant as a variable and is written otherwise: `$(self:service)`, `{param:name}`, `${self.stage}`.
//! Answers "which pieces of this text stay as they are written, and what was meant?".

use std::ops::Range;
use std::sync::LazyLock;

use ecow::{EcoString, eco_format};
use regex_lite::Regex;

/// A piece of a text that is no variable and looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    /// Where it stands in the text.
    pub range: Range<usize>,
    /// The variable that it should be.
    pub meant: EcoString,
}

/// Sources whose names are followed by a colon, and what begins behind it. Those of AWS are left out: `aws:` and `s3:` also
/// begin keys of conditions and actions of policies.
const SOURCE: &str = r"(self|opt|param|env|sls|ssm|cf)";

/// Each with two groups: the source and its address.
static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // What follows may hold a variable itself.
    let rest = r"(?:[^{}]|\$\{[^{}]*\})*";
    let forms = [
        // `$(self:service)`
        format!(r"\$\({SOURCE}:([\w./~-][^(){{}}]*)\)"),
        // `${{self:service}}`
        format!(r"\$\{{\{{\s*{SOURCE}:([\w./~-][^{{}}]*?)\s*\}}\}}"),
        // `$ {self:service}`
        format!(r"\$\s+\{{{SOURCE}:([\w./~-]{rest})\}}"),
        // `${ self:service}` and `${self :service}`
        format!(r"\$\{{\s+{SOURCE}:([\w./~-]{rest})\}}"),
        format!(r"\$\{{{SOURCE}\s+:\s*([\w./~-]{rest})\}}"),
        // `${self.service}`, with a fallback or without one
        r"\$\{(self|opt|param|env|sls)\.([A-Za-z][\w.]*(?:\s*,[^{}]*)?)\}".to_owned(),
        // `${Self:service}`
        r"\$\{(Self|SELF|Opt|OPT|Param|PARAM|Env|ENV|Sls|SLS):([\w./-][^{}]*)\}".to_owned(),
        // `${custom.table}`
        r"\$\{(custom|provider)\.([A-Za-z](?:[\w.-]|\$\{[^{}]*\})*)\}".to_owned(),
        // `$self:custom.table`
        r"\$(self|param|opt|sls):([a-z][\w.]*)".to_owned(),
        // `{self:service}`
        format!(r"\{{{SOURCE}:([A-Za-z_/][^{{}}:]*)\}}"),
    ];
    forms.iter().filter_map(|it| Regex::new(it).ok()).collect()
});

/// All lookalikes of a text, in their order.
pub fn find(text: &str) -> Vec<Lookalike> {
    let sources = ["self", "opt", "param", "env", "sls", "ssm", "cf", "custom.", "provider."];
    let lower = text.to_lowercase();
    if !sources.iter().any(|it| lower.contains(it)) || !text.contains(['$', '{']) {
        return Vec::new();
    }
    let mut found: Vec<Lookalike> = Vec::new();
    for form in FORMS.iter() {
        for captures in form.captures_iter(text) {
            let (Some(whole), Some(source), Some(address)) =
                (captures.get(0), captures.get(1), captures.get(2))
            else {
                continue;
            };
            let before = text.get(..whole.start()).and_then(|it| it.chars().last());
            // A dollar or another sign makes it something else: a variable, or one of another language.
            let is_other = match whole.as_str().starts_with('{') {
                true => before.is_some_and(|it| "$%#@\\{".contains(it)),
                false => before == Some('\\'),
            };
            let overlaps =
                found.iter().any(|it| whole.start() < it.range.end && it.range.start < whole.end());
            if !is_other && !overlaps {
                let (source, address) = (source.as_str(), address.as_str().trim());
                let meant = match source {
                    "custom" | "provider" => eco_format!("${{self:{source}.{address}}}"),
                    _ => eco_format!("${{{}:{address}}}", source.to_lowercase()),
                };
                found.push(Lookalike { range: whole.range(), meant });
            }
        }
    }
    found.sort_by_key(|it| it.range.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        let cases = [
            ("$(self:service)-x", "${self:service}"),
            ("a ${{ param:table }}", "${param:table}"),
            ("$ {self:custom.a}", "${self:custom.a}"),
            ("${ self:service}", "${self:service}"),
            ("${self :service}", "${self:service}"),
            ("${self.custom.table}", "${self:custom.table}"),
            ("${env.OWNER, 'platform'}", "${env:OWNER, 'platform'}"),
            ("$self:custom.table", "${self:custom.table}"),
            ("${custom.names.queue}", "${self:custom.names.queue}"),
            ("${Self:service}-x", "${self:service}"),
            ("{self:service}", "${self:service}"),
            ("${self :custom.${sls:stage}}", "${self:custom.${sls:stage}}"),
            ("https://{env:HOST, 'a'}/", "${env:HOST, 'a'}"),
        ];
        for (text, meant) in cases {
            let found: Vec<EcoString> = find(text).into_iter().map(|it| it.meant).collect();
            assert_eq!(found, [meant], "{text}");
        }
    }

    #[test]
    fn what_is_something_else() {
        for text in [
            "${self:service}",
            "%{self:service}",
            "\\$(self:service)",
            "${self:custom.${sls:stage}}",
            "${AWS::Region}",
            "${{ secrets.TOKEN }}",
            "$(env)",
            "{\"self\": 1}",
            "$context.requestId",
            "${selfish.thing}",
            "${Self.Arn}",
            "self:service",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
    }
}
