//! API keys and usage plans.

use ecow::{EcoString, eco_format};

use super::config::{ApiGateway, ApiKey, KeySettings, PlanSettings, Quota, Throttle, UsagePlan};
use super::paths::api_id;
use crate::aws::context::ServiceContext;
use crate::aws::naming;
use crate::cfn::{Fragment, Resource, reference};
use crate::json;
use crate::path::Path;
use crate::value::Object;

/// A key with its number and the plan that it belongs to.
struct Numbered {
    number: usize,
    plan: Option<EcoString>,
    settings: KeySettings,
}

impl Numbered {
    fn id(&self, kind: &str) -> EcoString {
        let plan = self.plan.as_deref().map(naming::upper_first).unwrap_or_default();
        eco_format!("ApiGateway{kind}{plan}{}", self.number)
    }
}

/// Keys, plans and what joins them.
pub fn lower(config: &ApiGateway, service: &ServiceContext, deployment: &EcoString, out: &mut Fragment) {
    let keys = numbered(config);
    let from = Path::from(["provider", "apiGateway", "apiKeys"]);
    for key in &keys {
        let KeySettings { name, value, description, customer_id, enabled } = &key.settings;
        let mut properties = Object::new();
        properties.insert("Enabled", enabled.unwrap_or(true));
        properties.insert_some("Name", name.clone());
        properties.insert_some("Value", value.clone());
        properties.insert_some("Description", description.clone());
        properties.insert_some("CustomerId", customer_id.clone());
        properties.insert("StageKeys", json!([{ "RestApiId": (api_id(config)), "StageName": (service.stage.clone()) }]));
        out.push(Resource::new(key.id("ApiKey"), "AWS::ApiGateway::ApiKey", properties, &from).with("DependsOn", deployment));
    }
    match &config.usage_plan {
        Some(UsagePlan::Named(plans)) => {
            for (name, settings) in plans.iter().flatten() {
                plan(Some(name), settings, config, service, deployment, out);
            }
        }
        Some(UsagePlan::One(settings)) => plan(None, settings, config, service, deployment, out),
        None if config.api_keys.is_some() => plan(None, &PlanSettings::default(), config, service, deployment, out),
        None => {}
    }
    for key in &keys {
        let plan = key.plan.as_deref().map(naming::upper_first).unwrap_or_default();
        let properties = json!({
            "KeyId": (reference(key.id("ApiKey"))),
            "KeyType": "API_KEY",
            "UsagePlanId": (reference(eco_format!("ApiGatewayUsagePlan{plan}"))),
        });
        out.push(Resource::new(key.id("UsagePlanKey"), "AWS::ApiGateway::UsagePlanKey", properties, &from));
    }
}

fn numbered(config: &ApiGateway) -> Vec<Numbered> {
    let mut keys = Vec::new();
    let mut number = 0;
    for key in config.api_keys.iter().flatten() {
        match key {
            ApiKey::Key(settings) => {
                number += 1;
                keys.push(Numbered { number, plan: None, settings: settings.clone() });
            }
            ApiKey::Plan(plans) => {
                for (plan, settings) in plans {
                    number = 0;
                    for settings in settings {
                        number += 1;
                        keys.push(Numbered { number, plan: Some(plan.clone()), settings: settings.clone() });
                    }
                }
            }
        }
    }
    keys
}

fn plan(
    name: Option<&EcoString>,
    settings: &PlanSettings,
    config: &ApiGateway,
    service: &ServiceContext,
    deployment: &EcoString,
    out: &mut Fragment,
) {
    let (service_name, stage) = (&service.service, &service.stage);
    let (id, title, description) = match name {
        Some(name) => (
            eco_format!("ApiGatewayUsagePlan{}", naming::upper_first(name)),
            eco_format!("{service_name}-{name}-{stage}"),
            eco_format!("Usage plan \"{name}\" for {service_name} {stage} stage"),
        ),
        None => (
            "ApiGatewayUsagePlan".into(),
            eco_format!("{service_name}-{stage}"),
            eco_format!("Usage plan for {service_name} {stage} stage"),
        ),
    };
    let mut properties = Object::new();
    properties.insert("ApiStages", json!([{ "ApiId": (api_id(config)), "Stage": (stage.clone()) }]));
    properties.insert("Description", description);
    properties.insert("UsagePlanName", title);
    if let Some(Quota { limit, offset, period }) = &settings.quota {
        let mut quota = Object::new();
        quota.insert_some("Limit", *limit);
        quota.insert_some("Offset", *offset);
        quota.insert_some("Period", *period);
        properties.insert("Quota", quota);
    }
    if let Some(Throttle { burst_limit, rate_limit }) = &settings.throttle {
        let mut throttle = Object::new();
        throttle.insert_some("BurstLimit", *burst_limit);
        throttle.insert_some("RateLimit", *rate_limit);
        properties.insert("Throttle", throttle);
    }
    let from = Path::from(["provider", "apiGateway", "usagePlan"]);
    out.push(Resource::new(id, "AWS::ApiGateway::UsagePlan", properties, &from).with("DependsOn", deployment));
}
