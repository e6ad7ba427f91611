//! `provider.websocket` and `provider.logs.websocket`.

use crate::shape::{Text, Typed};

/// `provider.websocket`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct Websocket {
    /// Without effect: the API carries `provider.tags`.
    #[instead("nothing: the API carries `provider.tags`")]
    pub use_provider_tags: Option<bool>,
}

/// `provider.logs.websocket`.
#[derive(Clone, Debug, PartialEq, Eq, Typed)]
pub enum WebsocketLogs {
    /// Whether messages are logged.
    Enabled(bool),
    /// How they are logged.
    Settings(WebsocketLogSettings),
}

impl WebsocketLogs {
    /// How messages are logged, if they are.
    pub fn settings(&self) -> Option<WebsocketLogSettings> {
        match self {
            WebsocketLogs::Enabled(false) => None,
            WebsocketLogs::Enabled(true) => Some(WebsocketLogSettings::default()),
            WebsocketLogs::Settings(it) => Some(it.clone()),
        }
    }
}

/// How messages are logged.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Typed)]
pub struct WebsocketLogSettings {
    /// Whether there is an access log. `true` by default.
    pub access_logging: Option<bool>,
    /// Whether there is an execution log. `true` by default.
    pub execution_logging: Option<bool>,
    /// What is logged of a message in the access log.
    pub format: Option<Text>,
    /// Whether whole messages are logged. `true` by default.
    pub full_execution_data: Option<bool>,
    /// The level of the execution log. `INFO` by default.
    pub level: Option<LogLevel>,
}

/// The level of an execution log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Typed)]
pub enum LogLevel {
    /// All.
    #[key("INFO")]
    Info,
    /// Errors.
    #[key("ERROR")]
    Error,
}
