//! What a configuration asks of AWS while it is compiled: parameters, outputs of stacks, objects, the account.
//! Answers "what does AWS say to all of these, asked at once?", one answer or one error each. Also archives that lie in
//! S3 are read here.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::aws::{Aws as _, AwsError, Cause, ParameterValue, Sdk};
use crate::error::{Error, ErrorKind};
use crate::options::Connection;

/// Requests that are under way at the same time.
const AT_ONCE: usize = 16;
/// The same for those that AWS has refused for being too many.
const AT_ONCE_THROTTLED: usize = 2;

/// A question to AWS. No region means that of the service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lookup {
    /// The account of the credentials.
    Account,
    /// The outputs of a CloudFormation stack.
    Stack {
        /// Region of the stack.
        region: Option<String>,
        /// Its name.
        name: String,
    },
    /// The text of an object in S3, in whichever region its bucket lies.
    Object {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
    },
    /// A parameter of the SSM Parameter Store.
    Parameter {
        /// Region of the parameter.
        region: Option<String>,
        /// Its name.
        name: String,
        /// Whether a secure text is decrypted.
        decrypt: bool,
    },
}

/// What AWS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A text: the account, or what an object holds.
    Text(String),
    /// The outputs of a stack, by their names.
    Outputs(BTreeMap<String, String>),
    /// A parameter.
    Parameter(ParameterValue),
}

/// An answer: what was found, nothing, or why it could not be asked for.
pub type Answer = Result<Option<Found>, Error>;

/// Asks AWS for all of `lookups`, many at a time, and answers in their order. `region` is that of the service;
/// without it, whatever needs one fails.
pub fn look_up(lookups: &[Lookup], region: Option<&str>, connection: &Connection) -> Vec<Answer> {
    match super::runtime() {
        Ok(runtime) => runtime.block_on(look_up_async(lookups, region, connection)),
        Err(error) => lookups.iter().map(|_| Err(error.clone())).collect(),
    }
}

/// As [`look_up`].
pub async fn look_up_async(lookups: &[Lookup], region: Option<&str>, connection: &Connection) -> Vec<Answer> {
    // Where the service has no region of its own, any will do to ask whose credentials these are.
    let home = match Sdk::connect_to_read(region.unwrap_or("us-east-1"), connection).await {
        Ok(home) => home,
        Err(mut error) => {
            if let (Cause::NoCredentials, Some(profile)) = (error.cause, &connection.profile) {
                error.cause = Cause::BadCredentials;
                error.message = format!("the profile `{profile}` is not configured, or has none");
            }
            return lookups.iter().map(|it| Err(error.clone().into_error(&it.doing()))).collect();
        }
    };
    let mut regions: BTreeMap<&str, Sdk> = BTreeMap::new();
    for name in lookups.iter().filter_map(Lookup::region) {
        regions.entry(name).or_insert_with(|| home.in_region(name));
    }
    // Once AWS cannot be reached, nobody waits for each of the others to find that out, too.
    let unreachable: RefCell<Option<AwsError>> = RefCell::default();
    let ask = |lookup: &Lookup| {
        let sdk = match lookup.region() {
            Some(name) => regions.get(name),
            None => (region.is_some() || *lookup == Lookup::Account).then_some(&home),
        };
        let (sdk, lookup, unreachable) = (sdk.cloned(), lookup.clone(), &unreachable);
        async move {
            let Some(sdk) = sdk else { return Err(lookup.no_region()) };
            let known = unreachable.borrow().clone();
            let answer = match known {
                Some(error) => Err(error),
                None => lookup.ask(&sdk).await,
            };
            answer.map_err(|error| {
                if error.cause == Cause::Network {
                    unreachable.replace(Some(error.clone()));
                }
                lookup.error(error)
            })
        }
    };
    let mut answers: Vec<Answer> = stream::iter(lookups.iter().map(ask)).buffered(AT_ONCE).collect().await;
    let throttled = |it: &Answer| it.as_ref().is_err_and(|error| error.kind == ErrorKind::Throttled);
    let (again, places): (Vec<&Lookup>, Vec<&mut Answer>) =
        lookups.iter().zip(&mut answers).filter(|(_, it)| throttled(it)).unzip();
    let second = stream::iter(again.into_iter().map(ask)).buffered(AT_ONCE_THROTTLED);
    let second: Vec<Answer> = second.collect().await;
    places.into_iter().zip(second).for_each(|(place, answer)| *place = answer);
    answers
}

impl Lookup {
    fn region(&self) -> Option<&str> {
        match self {
            Lookup::Stack { region, .. } | Lookup::Parameter { region, .. } => region.as_deref(),
            Lookup::Account | Lookup::Object { .. } => None,
        }
    }

    async fn ask(&self, sdk: &Sdk) -> Result<Option<Found>, AwsError> {
        match self {
            Lookup::Account => sdk.caller_identity().await.map(|(account, _)| Some(Found::Text(account))),
            Lookup::Stack { name, .. } => {
                let stack = sdk.describe_stack(name).await?;
                let outputs = stack.map(|it| it.outputs.into_iter().map(|it| (it.key, it.value)).collect());
                Ok(outputs.map(Found::Outputs))
            }
            Lookup::Object { bucket, key } => object(sdk, bucket, key).await,
            Lookup::Parameter { name, decrypt, .. } => {
                Ok(sdk.parameter(name, *decrypt).await?.map(Found::Parameter))
            }
        }
    }

    /// Completes "Could not ...".
    fn doing(&self) -> String {
        match self {
            Lookup::Account => "ask AWS whose credentials these are".to_owned(),
            Lookup::Stack { name, .. } => format!("read the outputs of the stack `{name}`"),
            Lookup::Object { bucket, key } => format!("read `{key}` in the bucket `{bucket}`"),
            Lookup::Parameter { name, .. } => format!("read the parameter `{name}`"),
        }
    }

    fn error(&self, error: AwsError) -> Error {
        let denied = error.cause == Cause::Denied;
        let mut error = error.into_error(&self.doing());
        if denied && matches!(self, Lookup::Object { .. }) {
            // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
            error.help += " Without `s3:ListBucket`, S3 also refuses an object that is not there.";
        }
        error
    }

    fn no_region(&self) -> Error {
        Error::new(
            ErrorKind::Aws,
            format!("Could not {}.", self.doing()),
            "the region of the service is not known before AWS has been asked",
            "Write the region of the service out, or give it with `--region`.",
        )
    }
}

/// The text of an object; `None` if the bucket has no such key. That there is no such bucket is an error.
async fn object(sdk: &Sdk, bucket: &str, key: &str) -> Result<Option<Found>, AwsError> {
    let mut text = sdk.read_object(bucket, key).await;
    if let Some(there) = elsewhere(sdk, bucket, &text).await {
        text = there.read_object(bucket, key).await;
    }
    match text {
        Ok(text) => Ok(Some(Found::Text(text))),
        Err(error) if error.code == "NoSuchKey" => Ok(None),
        Err(error) => Err(error),
    }
}

/// The region that a bucket lies in, if S3 has answered that it is another.
async fn elsewhere<T>(sdk: &Sdk, bucket: &str, answer: &Result<T, AwsError>) -> Option<Sdk> {
    let error = answer.as_ref().err()?;
    if !matches!(&*error.code, "PermanentRedirect" | "AuthorizationHeaderMalformed") {
        return None;
    }
    sdk.bucket_region(bucket).await.ok().flatten().map(|it| sdk.in_region(&it))
}

/// Downloads an object into the file `to`, which appears when it is whole. `region` is where the bucket is looked for
/// first.
///
/// # Errors
/// When AWS refuses, has no such object, or the file cannot be written.
pub fn download(
    bucket: &str,
    key: &str,
    to: &Path,
    region: &str,
    connection: &Connection,
) -> Result<(), Error> {
    let doing = format!("download `{key}` from the bucket `{bucket}`");
    let disk = |error: std::io::Error| {
        let why = format!("{}: {error}", to.display());
        Error::new(ErrorKind::Machine, format!("Could not {doing}."), why, "Check the disk.")
    };
    let directory = to.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory).map_err(disk)?;
    let part = tempfile::NamedTempFile::new_in(directory).map_err(disk)?.into_temp_path();
    super::wait(async {
        let sdk = Sdk::connect(region, connection).await;
        let mut done = sdk.download(bucket, key, &part).await;
        if let Some(there) = elsewhere(&sdk, bucket, &done).await {
            done = there.download(bucket, key, &part).await;
        }
        done.map_err(|error| error.into_error(&doing))
    })?;
    part.persist(to).map_err(|error| disk(error.error))
}
