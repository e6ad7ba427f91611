//! Resolving in a service of the betas: `${name}` comes from `serverless.env.yml`, and what it brings is final.

use ecow::{EcoString, eco_format};

use super::Written;
use super::resolve::{Located, Resolver, Spot, Traced, failed};
use super::syntax;
use crate::db::Content;
use crate::diagnostic::{Diagnostic, Place};
use crate::legacy::draft::{self, Change};
use crate::legacy::env_file::Level;
use crate::legacy::syntax::Reference;
use crate::legacy::{Looked, Variables, text};
use crate::path::Path;
use crate::rules;
use crate::value::Value;

impl<'a> Resolver<'a> {
    fn beta(&self) -> Option<&'a Variables> {
        self.input.modern.variables.as_ref()
    }

    /// Whether a text is to be looked at.
    pub(super) fn may_hold_variable(&self, text: &str) -> bool {
        syntax::may_hold_variable(text)
            || self.beta().is_some_and(|it| !it.syntax.references(text).is_empty())
    }

    /// Whether a value was written where nothing is a variable.
    pub(super) fn is_final(&self, at: &Written) -> bool {
        self.beta().is_some_and(|it| it.file == at.file)
    }

    /// The place in the file of what stands at a place of the configuration as it is read.
    pub(super) fn in_file(&self, at: &Written) -> Written {
        if at.file != self.input.config {
            return at.clone();
        }
        Written { file: at.file, path: draft::origin(&self.input.modern.origins, &at.path) }
    }

    /// Resolves a text in the language of the service.
    pub(super) fn expand_at(&mut self, path: Option<&Path>, located: Located, text: &EcoString) -> Traced {
        let of_today = path.is_some_and(|it| self.input.modern.current.contains(it));
        match self.beta().filter(|_| !of_today) {
            Some(variables) => {
                let through = vec![located.at.clone()];
                Traced::new(self.expand_beta(variables, located, text), through)
            }
            None => self.expand(located, text, true, 0),
        }
    }

    /// Offers to add a variable to the stage that lacks it.
    fn offer_to_add(
        &self,
        variables: &Variables,
        reference: &Reference,
        diagnostic: Diagnostic,
    ) -> Diagnostic {
        let path = Level::Stage(&variables.stage).path().join(reference.name());
        let Content::Text(old) = self.host().content(variables.file) else { return diagnostic };
        let title = eco_format!("add `{}` to `{}`", reference.name(), path.parent());
        let put = Change::Put { path, value: Value::string("") };
        let edit = text::apply(&old, &[put]).ok().and_then(|new| text::replacement(&old, &new));
        match edit {
            Some((range, new)) if reference.keys().next().is_none() => {
                diagnostic.replace(title, false, Place::Source { file: variables.file, range }, new)
            }
            _ => diagnostic,
        }
    }

    fn expand_beta(&mut self, variables: &Variables, located: Located, text: &EcoString) -> Located {
        let references = variables.syntax.references(text);
        let mut whole = EcoString::new();
        let mut done = 0;
        for reference in &references {
            let place = self.place(Spot { at: &located.at, exact: true }, reference.range.clone());
            let written = text.get(reference.range.clone()).unwrap_or_default();
            let (value, path) = match variables.look_up(reference) {
                Looked::Found(value, path) => (value, path),
                Looked::Literal => continue,
                Looked::Missing { message, help } => {
                    let diagnostic = Diagnostic::new(&rules::UNRESOLVED_VARIABLE, place, message).help(help);
                    self.diagnose(self.offer_to_add(variables, reference, diagnostic));
                    return Located { value: failed(&located.value), at: located.at };
                }
            };
            let message =
                eco_format!("`{written}` is a variable of the betas: today it stays as it is written");
            let help = "`slsc migrate` moves the variables of `serverless.env.yml` to `params`";
            self.diagnose(Diagnostic::new(&rules::BETA_VARIABLE, place.clone(), message).help(help));
            if reference.range == (0..text.len()) {
                return Located { value, at: Written { file: variables.file, path } };
            }
            if matches!(value, Value::Object(_) | Value::Array(_)) {
                let message = eco_format!(
                    "the variable `{}` is {}, which cannot stand inside a text",
                    reference.name(),
                    value.noun()
                );
                let help = "refer to one of its values, or let the variable stand alone";
                self.diagnose(Diagnostic::new(&rules::VARIABLE_TYPE, place, message).help(help));
                return Located { value: failed(&located.value), at: located.at };
            }
            whole.push_str(text.get(done..reference.range.start).unwrap_or_default());
            whole.push_str(&value.to_js_string());
            done = reference.range.end;
        }
        whole.push_str(text.get(done..).unwrap_or_default());
        Located { value: Value::String(whole), at: located.at }
    }
}
