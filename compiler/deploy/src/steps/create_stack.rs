//! Makes the stack with its deployment bucket, or adds the bucket to a stack without one. Answers "where do the
//! uploads go on a first deploy?".

use serde_json::Value;

use super::{Context, change_set, execute};
use crate::artifacts::BUCKET_LOGICAL_ID;
use crate::aws::{Aws, ChangeSetKind, Template};
use crate::error::{Error, ErrorKind};
use crate::status::BODY_LIMIT;

/// Makes the stack from the first template; the name of its bucket.
pub(crate) async fn create<A: Aws>(context: &mut Context<'_, A>) -> Result<String, Error> {
    let template = Template::Body(minified(&context.package.create_template_json)?);
    apply(context, ChangeSetKind::Create, template).await
}

/// Adds the bucket to what is deployed, for a service that had a bucket of its own before.
pub(crate) async fn add_bucket<A: Aws>(context: &mut Context<'_, A>) -> Result<String, Error> {
    let stack = context.package.target.stack_name.clone();
    let deployed = context.aws.stack_template(&stack).await;
    let deployed = deployed.map_err(|error| error.into_error("read the deployed template"))?;
    let merged = merge(&deployed, &context.package.create_template_json).ok_or_else(|| {
        Error::new(
            ErrorKind::StackStuck,
            format!("The stack `{stack}` has no deployment bucket and none could be added."),
            "Its deployed template is not JSON.",
            "Name a bucket in `provider.deploymentBucket`, or remove the stack and deploy again.",
        )
    })?;
    if merged.len() > BODY_LIMIT {
        return Err(Error::new(
            ErrorKind::StackStuck,
            format!("The stack `{stack}` has no deployment bucket and none could be added."),
            format!(
                "Its template has {} bytes; without a bucket AWS takes at most {BODY_LIMIT}.",
                merged.len()
            ),
            "Name a bucket in `provider.deploymentBucket`.",
        ));
    }
    apply(context, ChangeSetKind::Update, Template::Body(merged)).await
}

async fn apply<A: Aws>(
    context: &mut Context<'_, A>,
    kind: ChangeSetKind,
    template: Template,
) -> Result<String, Error> {
    let request = context.change_set_request(kind, template);
    if let Some(ready) = change_set::make(context, request).await? {
        execute::run(context, &ready).await?;
    }
    let stack = &context.package.target.stack_name;
    let bucket = find_bucket(context.aws, stack).await?;
    bucket.ok_or_else(|| {
        Error::new(
            ErrorKind::BucketMissing,
            format!("The stack `{stack}` has no deployment bucket."),
            format!("Its first template makes no `{BUCKET_LOGICAL_ID}`."),
            "Name a bucket in `provider.deploymentBucket`, or package the service again.",
        )
    })
}

/// Name of the bucket that the stack made, if it has one.
pub(crate) async fn find_bucket<A: Aws>(aws: &A, stack: &str) -> Result<Option<String>, Error> {
    let found = aws.stack_resource(stack, BUCKET_LOGICAL_ID).await;
    let found = found.map_err(|error| error.into_error("find the deployment bucket"))?;
    let found = found.filter(|bucket| bucket.status != "DELETE_COMPLETE" && !bucket.physical_id.is_empty());
    Ok(found.map(|bucket| bucket.physical_id))
}

fn minified(template: &str) -> Result<String, Error> {
    let value: Value = serde_json::from_str(template).map_err(|error| {
        Error::new(
            ErrorKind::Package,
            "The first template is not JSON.",
            error.to_string(),
            "Package it again.",
        )
    })?;
    Ok(value.to_string())
}

/// The deployed template with the resources and outputs of the first one.
fn merge(deployed: &str, first: &str) -> Option<String> {
    let mut deployed: Value = serde_json::from_str(deployed).ok()?;
    let first: Value = serde_json::from_str(first).ok()?;
    let whole = deployed.as_object_mut()?;
    for section in ["Resources", "Outputs"] {
        let Some(added) = first.get(section).and_then(Value::as_object) else { continue };
        let present = whole.entry(section).or_insert_with(|| Value::Object(serde_json::Map::new()));
        let present = present.as_object_mut()?;
        present.extend(added.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Some(deployed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_joins_what_is_deployed() {
        let deployed = r#"{"Resources":{"Queue":{"Type":"AWS::SQS::Queue"}}}"#;
        let first = r#"{"Resources":{"ServerlessDeploymentBucket":{}},"Outputs":{"Name":{"Value":"x"}}}"#;
        let merged: Value = serde_json::from_str(&merge(deployed, first).unwrap()).unwrap();
        assert_eq!(merged["Resources"].as_object().unwrap().len(), 2);
        assert_eq!(merged["Outputs"]["Name"]["Value"], "x");
        assert_eq!(merge("Resources: {}", first), None);
    }
}
