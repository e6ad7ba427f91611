//! A source that no part of the language is: a plugin of the service may bring it.

use ecow::{EcoString, eco_format};

use super::remote::ask;
use super::{Answer, Question};
use crate::value::Value;
use crate::variables::remote::Request;
use crate::variables::resolve::Resolver;

/// What the plugins of the service say. A plugin is a program, which is run only where programs may be: without it
/// the value is unknown.
pub fn plugin(question: &Question<'_>, cx: &mut Resolver<'_>) -> Answer {
    let json = |it: &Value| EcoString::from(it.to_json());
    let request = Request::Plugin {
        source: question.call.name.clone(),
        params: question.params.iter().map(json).collect(),
        address: question.address.as_ref().filter(|it| !it.is_null()).map(json),
    };
    let missing = (
        eco_format!("the source `{}` has no value for `{request}`", question.call.name),
        "give it one where the plugin looks, or add a fallback",
    );
    ask(request, "a plugin may know it", missing, cx)
}
