//! The stage, and the environment with what `.env` files add to it.

use ecow::{EcoString, eco_format};

use super::Resolver;
use crate::db::Content;
use crate::diagnostic::{Diagnostic, Place};
use crate::path::Path;
use crate::rules;
use crate::value::Value;
use crate::variables;
use crate::variables::sources::Answer;

impl Resolver<'_> {
    /// An environment variable. A `.env` file gives those that the environment has not, or has empty.
    pub fn env(&mut self, name: &str) -> Option<EcoString> {
        let found = self.env.get(name).or_else(|| self.input.options.env.get(name)).cloned();
        if found.is_none() && !self.absent.iter().any(|it| it == name) {
            self.absent.push(name.into());
        }
        found
    }

    /// The stage: `--stage`, else `provider.stage`, else `dev`.
    pub fn stage(&mut self) -> EcoString {
        if let Some(stage) = &self.stage {
            return stage.clone();
        }
        let stage = match &self.input.options.stage {
            Some(stage) => stage.clone(),
            None => match self.config_at(&["provider", "stage"]) {
                Answer::Value(Value::String(stage), _) => stage,
                Answer::Value(Value::Unknown(_), _) => "dev".into(),
                Answer::Value(value, _) => {
                    let is_number = matches!(value, Value::Number(_));
                    let stage = if is_number { value.to_js_string() } else { "dev".into() };
                    self.odd_stage = Some(value);
                    stage
                }
                _ => "dev".into(),
            },
        };
        self.stage = Some(stage.clone());
        stage
    }

    /// The stage, if it is one that can be; else that is reported.
    pub fn valid_stage(&mut self) -> Option<EcoString> {
        let stage = self.stage();
        let odd = self.odd_stage.as_ref().map(variables::stage_that_is_no_text);
        let Some(invalid) = odd.or_else(|| variables::invalid_stage(&stage)) else { return Some(stage) };
        if !self.out.diagnostics.contains(&invalid) {
            self.out.diagnostics.push(invalid);
        }
        None
    }

    /// `.env.{stage}`, else `.env`, if `useDotenv` asks for it. What the environment has already stays.
    pub(super) fn load_dotenv(&mut self) {
        match self.config_at(&["useDotenv"]) {
            Answer::Value(value, _) if value.is_truthy() && !matches!(value, Value::Unknown(_)) => {}
            _ => return,
        }
        // With `--stage`, nobody has asked yet for what the configuration says.
        self.config_at(&["provider", "stage"]);
        let stage = self.out.stage.clone();
        let (own, common) = (eco_format!(".env.{stage}"), EcoString::from(".env"));
        for name in [own, common] {
            let file = self.host().file(&name);
            let text = match self.host().content(file) {
                Content::Text(text) => text,
                Content::Missing => continue,
                _ => {
                    return self.refuse_dotenv(
                        "useDotenv",
                        eco_format!("`{name}` is no text in UTF-8"),
                        "save it as UTF-8",
                    );
                }
            };
            for (range, message) in crate::dotenv::mistakes(&text) {
                let at = Place::Source { file, range };
                self.out.diagnostics.push(
                    Diagnostic::new(&rules::DOTENV_SYNTAX, at, message)
                        .help("write `NAME=value`, the value in quotes where it has spaces"),
                );
            }
            let options = self.input.options;
            let environment = |name: &str| options.env.get(name).map(ToString::to_string);
            let expanded = crate::dotenv::expand(crate::dotenv::parse(&text), &environment);
            self.env = expanded.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
            if let Some(asked) = self.absent.iter().find(|it| self.env.contains_key(*it)).cloned() {
                let message = eco_format!(
                    "the stage says which `.env` file is read, and `{name}` sets `{asked}` for it"
                );
                self.refuse_dotenv(
                    "stage",
                    message,
                    "set it in the environment, or give the stage with `--stage`",
                );
            }
            return;
        }
    }

    fn refuse_dotenv(&mut self, key: &str, message: EcoString, help: &str) {
        let path = if key == "stage" { Path::from(["provider", key]) } else { Path::from([key]) };
        let diagnostic = Diagnostic::new(&rules::UNRESOLVED_VARIABLE, Place::value(path), message);
        self.out.diagnostics.push(diagnostic.help(help));
    }
}
