//! The steps of a deploy, one module each, and what they share. Answers "what does a step know?".

pub(crate) mod change_set;
pub(crate) mod create_stack;
pub(crate) mod execute;
pub(crate) mod prune;
pub(crate) mod upload;

use crate::artifacts::Package;
use crate::aws::{Aws, ChangeSetKind, ChangeSetRequest, Template};
use crate::event::Event;
use crate::options::Options;
use crate::random;

/// What every step is given.
pub(crate) struct Context<'a, A> {
    /// AWS.
    pub aws: &'a A,
    /// What is deployed.
    pub package: &'a Package,
    /// Options.
    pub options: &'a Options,
    /// Where events go.
    pub on_event: &'a mut dyn FnMut(Event),
}

impl<A: Aws> Context<'_, A> {
    /// Tells the caller one sentence.
    pub fn note(&mut self, text: impl Into<String>) {
        (self.on_event)(Event::note(text));
    }

    /// The request of a change set, under a name that nothing else has.
    pub fn change_set_request(&self, kind: ChangeSetKind, template: Template) -> ChangeSetRequest {
        let stack = &self.package.stack;
        let token = random::token();
        ChangeSetRequest {
            stack_name: self.package.target.stack_name.clone(),
            name: token.clone(),
            kind,
            template,
            parameters: stack.parameters.clone(),
            tags: stack.tags.clone(),
            capabilities: stack.capabilities.clone(),
            notification_arns: stack.notification_arns.clone(),
            role_arn: stack.role_arn.clone(),
            rollback_configuration: stack.rollback_configuration.clone(),
            token,
        }
    }
}
