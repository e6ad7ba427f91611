//! What a program asks while it runs: a variable, or a value of the configuration. Answers as the place would be
//! answered where the program's value goes.

use ecow::{EcoString, eco_format};

use super::{Located, Resolver};
use crate::path::Path;
use crate::value::Value;
use crate::variables::remote::Request;
use crate::variables::sources::Answer;
use crate::variables::{Input, Written};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What stands between `${` and `}`.
    Variable(EcoString),
    /// A text that may hold variables.
    Text(EcoString),
    /// A value of the configuration, by its keys.
    Property(Vec<EcoString>),
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The value.
    Value(Value),
    /// There is none.
    Nothing,
    /// It waits for values that nobody has asked for yet, or that are on their way.
    Waits(Vec<Request>),
    /// It cannot be told: why not.
    Failed(EcoString),
}

/// Answers a program.
pub fn tell(input: &Input<'_>, question: &Question) -> Told {
    let mut resolver = Resolver::new(input);
    let before = resolver.out.diagnostics.len();
    let answer = match question {
        Question::Variable(text) => resolver.text(&eco_format!("${{{text}}}")),
        Question::Text(text) => resolver.text(text),
        Question::Property(keys) => {
            let keys: Vec<&str> = keys.iter().map(EcoString::as_str).collect();
            resolver.config_at(&keys)
        }
    };
    let failed = resolver.out.diagnostics.get(before).map(|it| it.message.clone());
    let requests = std::mem::take(&mut resolver.out.requests);
    match answer {
        Answer::Refused { message, .. } => Told::Failed(failed.unwrap_or(message)),
        _ if failed.is_some() => Told::Failed(failed.unwrap_or_default()),
        Answer::Missing { .. } => Told::Nothing,
        Answer::Unknown(_) if !requests.is_empty() => Told::Waits(requests),
        Answer::Unknown(unknown) => Told::Failed(eco_format!("`{}`: {}", unknown.text, unknown.reason)),
        Answer::Failed => Told::Failed("it could not be resolved".into()),
        Answer::Value(value, _) => match first_unknown(&value) {
            Some(_) if !requests.is_empty() => Told::Waits(requests),
            Some(reason) => Told::Failed(reason),
            None => Told::Value(value),
        },
    }
}

impl Resolver<'_> {
    /// A text that stands in no file, with its variables replaced.
    fn text(&mut self, text: &EcoString) -> Answer {
        // No key of a configuration is called so, and each question has a resolver of its own.
        let mut path = Path::from(["${}"]);
        let at = Written { file: self.input.config, path: path.clone() };
        let located = Located { value: Value::from(text.as_str()), at };
        match self.deep(located, &mut path, 0) {
            Value::Unknown(unknown) => Answer::Unknown((*unknown).clone()),
            value => Answer::plain(value),
        }
    }
}

/// Why the first value inside that is not known is not.
fn first_unknown(value: &Value) -> Option<EcoString> {
    match value {
        Value::Unknown(it) => Some(eco_format!("`{}`: {}", it.text, it.reason)),
        Value::Array(items) => items.iter().find_map(first_unknown),
        Value::Object(object) => object.iter().find_map(|(_, it)| first_unknown(it)),
        _ => None,
    }
}
