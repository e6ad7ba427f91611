//! The steps of a deploy, as data. Answers "what would a deploy do, in which order?" before anything is done.

use serde::{Deserialize, Serialize};

use crate::artifacts::Package;
use crate::aws::Stack;

/// One step of a deploy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Make the stack with its deployment bucket and nothing else.
    CreateStack {
        /// Name of the stack.
        stack: String,
    },
    /// Add the deployment bucket to a stack that used another one.
    AddBucket {
        /// Name of the stack.
        stack: String,
    },
    /// Upload the template, the state and the archives.
    Upload {
        /// The service's own bucket; `None` for the stack's.
        bucket: Option<String>,
        /// Keys in the order of upload.
        keys: Vec<String>,
        /// Size of the archives in bytes.
        bytes: u64,
    },
    /// Have CloudFormation work out the changes.
    ChangeSet {
        /// Name of the stack.
        stack: String,
        /// Whether the stack is made by it.
        creates: bool,
    },
    /// Make the changes and follow them.
    Execute {
        /// Name of the stack.
        stack: String,
    },
    /// Set the stack policy.
    SetPolicy {
        /// Name of the stack.
        stack: String,
    },
    /// Delete old deployments from the bucket.
    Prune {
        /// Deployments to keep.
        keep: usize,
    },
}

/// What a deploy would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the stack.
    pub stack_name: String,
    /// Region.
    pub region: String,
    /// ARN of the stack, if there is one.
    pub stack_id: Option<String>,
    /// Its state.
    pub stack_status: Option<String>,
    /// Its last update.
    pub stack_updated: Option<String>,
    /// The deployment bucket, if it is known yet.
    pub bucket: Option<String>,
    /// The steps in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Works out the steps for `package`, given what was found in AWS.
    pub fn new(package: &Package, stack: Option<&Stack>, bucket: Option<&str>) -> Self {
        let target = &package.target;
        let name = target.stack_name.clone();
        // A stack under review has no resources yet: the next change set still creates it.
        let exists = stack.is_some_and(|stack| stack.status != "REVIEW_IN_PROGRESS");
        let mut steps = Vec::new();
        match (exists, bucket) {
            (false, None) => steps.push(Step::CreateStack { stack: name.clone() }),
            (true, None) => steps.push(Step::AddBucket { stack: name.clone() }),
            (_, Some(_)) => {}
        }
        let fixed = [package.template_key(), package.state_key()].into_iter();
        steps.push(Step::Upload {
            bucket: target.bucket.clone(),
            keys: fixed.chain(package.files.iter().map(|file| file.key.clone())).collect(),
            bytes: package.files.iter().map(|file| file.bytes).sum(),
        });
        let creates = !exists && target.bucket.is_some();
        steps.push(Step::ChangeSet { stack: name.clone(), creates });
        steps.push(Step::Execute { stack: name.clone() });
        if package.stack.policy.is_some() {
            steps.push(Step::SetPolicy { stack: name.clone() });
        }
        steps.push(Step::Prune { keep: package.keep_previous });
        Self {
            stack_name: name,
            region: target.region.clone(),
            stack_id: stack.map(|stack| stack.id.clone()),
            stack_status: stack.map(|stack| stack.status.clone()),
            stack_updated: stack.and_then(|stack| stack.updated.clone()),
            bucket: bucket.map(str::to_owned),
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifacts::{Encryption, StackSettings, Target};

    fn package(bucket: Option<&str>) -> Package {
        let mut target = Target::new("shop", "dev", "us-east-1");
        target.bucket = bucket.map(str::to_owned);
        Package {
            target,
            create_template_json: "{}".to_owned(),
            update_template_json: "{}".to_owned(),
            state_json: "{}".to_owned(),
            artifact_directory: "serverless/shop/dev/1-x".to_owned(),
            files: Vec::new(),
            stack: StackSettings::default(),
            encryption: Encryption::default(),
            keep_previous: 5,
        }
    }

    fn steps(package: &Package, status: Option<&str>, bucket: Option<&str>) -> Vec<String> {
        let stack = status.map(|status| Stack { status: status.to_owned(), ..Stack::default() });
        let plan = serde_json::to_value(Plan::new(package, stack.as_ref(), bucket)).unwrap();
        let steps = plan["steps"].as_array().unwrap();
        let name = |step: &serde_json::Value| {
            let name = step["step"].as_str().unwrap().to_owned();
            if step["creates"] == true { format!("{name} (creates)") } else { name }
        };
        steps.iter().map(name).collect()
    }

    #[test]
    fn the_bucket_decides_how_a_stack_begins() {
        let own = package(None);
        assert_eq!(steps(&own, None, None), ["create-stack", "upload", "change-set", "execute", "prune"]);
        assert_eq!(steps(&own, Some("REVIEW_IN_PROGRESS"), None)[0], "create-stack");
        assert_eq!(
            steps(&own, Some("CREATE_COMPLETE"), Some("b")),
            ["upload", "change-set", "execute", "prune"]
        );
        assert_eq!(steps(&own, Some("CREATE_COMPLETE"), None)[0], "add-bucket");
        let custom = package(Some("ours"));
        assert_eq!(
            steps(&custom, None, Some("ours")),
            ["upload", "change-set (creates)", "execute", "prune"]
        );
        assert_eq!(steps(&custom, Some("UPDATE_COMPLETE"), Some("ours"))[1], "change-set");
    }
}
