//! What a deploy would change, resource by resource, as CloudFormation itself works it out. Answers "what does `plan`
//! show, and does a saved plan still hold?". A preview leaves nothing behind in AWS.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::artifacts::{Encryption, Package, sha256_base64};
use crate::aws::{Aws, ChangeSetKind, Object, Sdk, Template, Upload, UploadBody};
use crate::deploy::look;
use crate::error::{Error, ErrorKind};
use crate::event::{Change, Event};
use crate::options::Options;
use crate::plan::Plan;
use crate::random;
use crate::status::BODY_LIMIT;
use crate::steps::{Context, change_set};
use crate::unchanged::{is_unchanged, normalised};

/// A plan with its changes; it can be saved and applied later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The steps, and the stack as it was.
    pub plan: Plan,
    /// The changes. For a stack that does not exist yet: every resource of its template.
    pub changes: Vec<Change>,
    /// Digest of what would be deployed: template, archives and settings.
    pub digest: String,
}

/// Works out what deploying `package` to the real AWS would change.
///
/// # Errors
/// As for a deploy, up to its change set.
pub async fn preview_async(package: &Package, options: &Options) -> Result<Preview, Error> {
    let aws = Sdk::connect(&package.target.region, &options.connection).await;
    preview_with(&aws, package, options).await
}

/// Works out what deploying `package` through `aws` would change.
///
/// # Errors
/// As [`preview_async`].
pub async fn preview_with<A: Aws>(aws: &A, package: &Package, options: &Options) -> Result<Preview, Error> {
    let found = look(aws, package).await?;
    let plan = Plan::new(package, found.stack.as_ref(), found.bucket.as_deref());
    let digest = digest(package)?;
    let exists = found.stack.as_ref().filter(|stack| stack.status != "REVIEW_IN_PROGRESS");
    let Some(stack) = exists else {
        return Ok(Preview { plan, changes: additions(&template(package)?), digest });
    };
    let bucket = found.bucket.unwrap_or_default();
    if !options.force && is_unchanged(aws, package, stack, &bucket).await {
        return Ok(Preview { plan: Plan { steps: Vec::new(), ..plan }, changes: Vec::new(), digest });
    }
    let mut ignore = |_: Event| {};
    let mut context = Context { aws, package, options, on_event: &mut ignore };
    let changes = changes(&mut context, &bucket).await?;
    Ok(Preview { plan, changes, digest })
}

/// Makes the change set, reads it and deletes it. A template that is too long for the request goes through the
/// bucket, apart from the deployments.
async fn changes<A: Aws>(context: &mut Context<'_, A>, bucket: &str) -> Result<Vec<Change>, Error> {
    let body = template(context.package)?.to_string();
    let uploaded = if body.len() > BODY_LIMIT { Some(upload(context, bucket, &body).await?) } else { None };
    let source = match &uploaded {
        Some(key) => Template::Url(context.package.url(bucket, key)),
        None => Template::Body(body),
    };
    let request = context.change_set_request(ChangeSetKind::Update, source);
    let made = change_set::make(context, request.clone()).await;
    if let Ok(Some(_)) = made {
        change_set::discard(context, &request).await;
    }
    if let Some(key) = uploaded {
        let object = Object { key, version: None, modified: 0 };
        let deleted = context.aws.delete_objects(bucket, &[object]).await;
        deleted.map_err(|error| error.into_error("delete the template of the plan"))?;
    }
    Ok(made?.map(|ready| ready.changes).unwrap_or_default())
}

async fn upload<A: Aws>(context: &Context<'_, A>, bucket: &str, body: &str) -> Result<String, Error> {
    let key = format!("{}plans/{}.json", context.package.target.base(), random::token());
    let encryption: &Encryption = &context.package.encryption;
    let sha256 = sha256_base64(body.as_bytes());
    let content_type = "application/json";
    let put =
        Upload { bucket, key: &key, body: UploadBody::Text(body), content_type, sha256: &sha256, encryption };
    let put = context.aws.put_object(&put).await;
    put.map_err(|error| error.into_error("upload the template of the plan"))?;
    Ok(key)
}

fn template(package: &Package) -> Result<Value, Error> {
    serde_json::from_str(&package.update_template_json).map_err(|error| {
        Error::new(
            ErrorKind::Package,
            "The template is not JSON.",
            error.to_string(),
            "Package the service again.",
        )
    })
}

fn additions(template: &Value) -> Vec<Change> {
    let resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
    let added = resources.map(|(id, resource)| Change {
        action: "Add".to_owned(),
        logical_id: id.clone(),
        resource_type: resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned(),
        replacement: None,
        properties: Vec::new(),
        loses_data: false,
    });
    added.collect()
}

/// Digest of what would be deployed, blind to names that change with each packaging.
pub(crate) fn digest(package: &Package) -> Result<String, Error> {
    let mut archives: Vec<_> = package.files.iter().map(|file| file.sha256_base64.as_str()).collect();
    archives.sort_unstable();
    let whole = serde_json::json!({
        "target": package.target,
        "template": normalised(package, &template(package)?),
        "archives": archives,
        "settings": package.stack,
    });
    Ok(sha256_base64(whole.to_string().as_bytes()))
}

/// Says why a saved plan no longer holds, if it does not.
pub(crate) fn check_fresh(saved: &Preview, package: &Package, now: &Plan) -> Result<(), Error> {
    let stale = |why: &str| {
        let what = format!("The saved plan of `{}` does not hold any more.", saved.plan.stack_name);
        Err(Error::new(ErrorKind::PlanStale, what, why, "Make a new plan and look at it before you deploy."))
    };
    if saved.digest != digest(package)? {
        return stale("The service or its code has changed since.");
    }
    let stack = |plan: &Plan| (plan.stack_id.clone(), plan.stack_updated.clone(), plan.stack_status.clone());
    if stack(&saved.plan) != stack(now) {
        return stale("The stack has changed since.");
    }
    Ok(())
}

/// Whether the change set about to be executed is the one that was planned.
pub(crate) fn same_changes(planned: &[Change], now: &[Change]) -> bool {
    let key =
        |change: &Change| (change.logical_id.clone(), change.action.clone(), change.replacement.clone());
    let sorted = |changes: &[Change]| {
        let mut keys: Vec<_> = changes.iter().map(key).collect();
        keys.sort();
        keys
    };
    sorted(planned) == sorted(now)
}
