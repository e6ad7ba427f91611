//! Reads what is deployed: state, outputs, functions, endpoints. Answers "what does `info` show?".

use serde::{Deserialize, Serialize};

use crate::artifacts::Target;
use crate::aws::{Aws, Output, Resource, Sdk, Stack};
use crate::error::{Error, ErrorKind};
use crate::options::Options;

/// A deployed function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Logical id, `HelloLambdaFunction`.
    pub logical_id: String,
    /// Name in AWS Lambda.
    pub name: String,
    /// Its function URL, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
}

/// An endpoint of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Output that holds it: `ServiceEndpoint`, `HttpApiUrl`, `ServiceEndpointWebsocket`,
    /// `CloudFrontDistributionDomainName`.
    pub output: String,
    /// URL, or the domain name of a distribution.
    pub url: String,
}

/// What is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Service.
    pub service: String,
    /// Stage.
    pub stage: String,
    /// Region.
    pub region: String,
    /// Name of the stack.
    pub stack_name: String,
    /// ARN of the stack.
    pub stack_id: String,
    /// State of the stack.
    pub stack_status: String,
    /// AWS's reason for the state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stack_status_reason: Option<String>,
    /// Last update, RFC 3339 in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub updated: Option<String>,
    /// Number of resources.
    pub resources: usize,
    /// Functions.
    pub functions: Vec<Function>,
    /// Endpoints.
    pub endpoints: Vec<Endpoint>,
    /// ARNs of layers, by output.
    pub layers: Vec<Output>,
    /// All outputs.
    pub outputs: Vec<Output>,
}

/// Reads what is deployed, from the real AWS.
///
/// # Errors
/// [`ErrorKind::StackMissing`] when nothing is deployed, and whatever AWS refuses.
pub async fn info_async(target: &Target, options: &Options) -> Result<Info, Error> {
    let aws = Sdk::connect(&target.region, &options.connection).await;
    read(&aws, target).await
}

/// Reads what is deployed, through `aws`.
///
/// # Errors
/// As [`info_async`].
pub async fn read<A: Aws>(aws: &A, target: &Target) -> Result<Info, Error> {
    let stack = find(aws, target).await?;
    Ok(of_stack(aws, target, stack).await)
}

/// The stack of `target`, or an error that says it is missing.
pub(crate) async fn find<A: Aws>(aws: &A, target: &Target) -> Result<Stack, Error> {
    let name = &target.stack_name;
    let stack = aws.describe_stack(name).await;
    let stack = stack.map_err(|error| error.into_error(&format!("look up the stack `{name}`")))?;
    stack.ok_or_else(|| {
        Error::new(
            ErrorKind::StackMissing,
            format!("There is no stack `{name}` in `{}`.", target.region),
            "The service was not deployed to this stage, region and account.",
            "Check `--stage`, `--region` and the credentials, or run `slsc deploy`.",
        )
    })
}

/// What is known of `stack`. Without the right to list resources the functions are missing, no more.
pub(crate) async fn of_stack<A: Aws>(aws: &A, target: &Target, stack: Stack) -> Info {
    let resources = resources(aws, &stack.id).await.unwrap_or_default();
    let outputs = stack.outputs;
    let functions = resources.iter().filter(|resource| is_function(resource));
    let functions = functions.map(|resource| Function {
        url: outputs.iter().find(|output| is_url_of(output, resource)).map(|output| output.value.clone()),
        logical_id: resource.logical_id.clone(),
        name: resource.physical_id.clone(),
    });
    let endpoints = outputs.iter().filter(|output| is_endpoint(&output.key));
    let endpoints =
        endpoints.map(|output| Endpoint { output: output.key.clone(), url: output.value.clone() });
    let layers = outputs.iter().filter(|output| output.key.ends_with("LambdaLayerQualifiedArn"));
    Info {
        service: target.service.clone(),
        stage: target.stage.clone(),
        region: target.region.clone(),
        stack_name: stack.name,
        stack_id: stack.id,
        stack_status: stack.status,
        stack_status_reason: stack.reason,
        updated: stack.updated,
        resources: resources.len(),
        functions: functions.collect(),
        endpoints: endpoints.collect(),
        layers: layers.cloned().collect(),
        outputs,
    }
}

async fn resources<A: Aws>(aws: &A, stack: &str) -> Option<Vec<Resource>> {
    let mut all = Vec::new();
    let mut next = None;
    loop {
        let (page, following) = aws.stack_resources(stack, next).await.ok()?;
        all.extend(page.into_iter().filter(|resource| resource.status != "DELETE_COMPLETE"));
        next = following;
        if next.is_none() {
            return Some(all);
        }
    }
}

/// The framework's own helpers are functions too, but not the user's.
fn is_function(resource: &Resource) -> bool {
    resource.resource_type == "AWS::Lambda::Function"
        && !resource.logical_id.starts_with("CustomDashresource")
}

fn is_url_of(output: &Output, function: &Resource) -> bool {
    function
        .logical_id
        .strip_suffix("LambdaFunction")
        .is_some_and(|name| output.key.strip_suffix("LambdaFunctionUrl") == Some(name))
}

fn is_endpoint(output: &str) -> bool {
    output.starts_with("ServiceEndpoint")
        || output == "HttpApiUrl"
        || output == "CloudFrontDistributionDomainName"
}
