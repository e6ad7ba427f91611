//! How to reach AWS: which credentials a service is compiled and deployed with.

use std::collections::BTreeMap;

use ecow::EcoString;
use slsc_core::pipeline;
use slsc_core::value::Value;
use slsc_deploy::{AccessKey, Connection};

use crate::args::Global;
use crate::project::Project;

/// The connection of a service, in the order of the framework: `--aws-profile`, then what the environment says for the
/// stage, then what it says for all, then `provider.profile`, then whatever the SDK finds. Variables of `.env` files
/// count as the environment.
pub fn connection(project: &Project, global: &Global) -> Connection {
    let resolved = pipeline::resolved(&project.db, project.service);
    let options = project.service.options(&project.db);
    let profile = resolved.value.get("provider").and_then(|it| it.get("profile")).and_then(Value::as_str);
    choose(global.aws_profile.as_deref(), &resolved.stage, profile, &|name: &str| {
        let sources: [&BTreeMap<EcoString, EcoString>; 2] = [&options.env, &resolved.dotenv];
        sources.iter().find_map(|it| it.get(name)).filter(|it| !it.is_empty()).map(ToString::to_string)
    })
}

fn choose(
    given: Option<&str>,
    stage: &str,
    provider: Option<&str>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Connection {
    let of_profile = |it: String| Connection { profile: Some(it), ..Connection::default() };
    if let Some(profile) = given {
        return of_profile(profile.to_owned());
    }
    for prefix in [format!("AWS_{}", stage.to_uppercase()), "AWS".to_owned()] {
        if let Some(profile) = env(&format!("{prefix}_PROFILE")) {
            return of_profile(profile);
        }
        let key = || {
            Some(AccessKey {
                id: env(&format!("{prefix}_ACCESS_KEY_ID"))?,
                secret: env(&format!("{prefix}_SECRET_ACCESS_KEY"))?,
                session_token: env(&format!("{prefix}_SESSION_TOKEN")),
            })
        };
        if let Some(key) = key() {
            return Connection { access_key: Some(key), ..Connection::default() };
        }
    }
    provider.map_or_else(Connection::default, |it| of_profile(it.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(given: Option<&str>, provider: Option<&str>, env: &[(&str, &str)]) -> String {
        let find = |name: &str| env.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        let connection = choose(given, "prod", provider, &find);
        match (connection.profile, connection.access_key) {
            (Some(profile), None) => format!("profile {profile}"),
            (None, Some(key)) => format!("key {}", key.id),
            _ => "whatever the SDK finds".to_owned(),
        }
    }

    #[test]
    fn the_nearest_credentials_are_taken() {
        let stage = [("AWS_PROD_PROFILE", "p"), ("AWS_PROFILE", "all")];
        let keys = [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        assert_eq!(chosen(Some("mine"), Some("service"), &stage), "profile mine");
        assert_eq!(chosen(None, Some("service"), &stage), "profile p");
        assert_eq!(chosen(None, Some("service"), &stage[1..]), "profile all");
        assert_eq!(chosen(None, Some("service"), &keys), "key id");
        assert_eq!(chosen(None, Some("service"), &keys[..1]), "profile service");
        assert_eq!(chosen(None, None, &[]), "whatever the SDK finds");
    }
}
