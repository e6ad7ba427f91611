//! The one call to SSM. Answers "what is in the Parameter Store under this name?".

use aws_sdk_ssm as ssm;

use super::super::{AwsError, ParameterKind, ParameterValue};

pub(super) async fn get(client: &ssm::Client, name: &str, decrypt: bool) -> Result<ParameterValue, AwsError> {
    let answer = client.get_parameter().name(name).with_decryption(decrypt).send().await;
    let answer = answer.map_err(|error| AwsError::of("GetParameter", &error))?;
    let found = answer.parameter.unwrap_or_else(|| ssm::types::Parameter::builder().build());
    Ok(ParameterValue {
        kind: match found.r#type {
            Some(ssm::types::ParameterType::StringList) => ParameterKind::List,
            Some(ssm::types::ParameterType::SecureString) => ParameterKind::Secure,
            _ => ParameterKind::Text,
        },
        text: found.value.unwrap_or_default(),
    })
}
