//! Event sources: one file each, listed once below.
//!
//! The order of the table is the order in which the framework compiles the kinds, which shows in the order of the
//! role's statements.

use crate::aws::context::{FunctionContext, ServiceContext};
use crate::cfn::Fragment;
use crate::shape::{ByKeyShape, Case, Shape, Typed};
use crate::value::Value;

/// An event with its place in the function's list, counted from 0 over all kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<E> {
    /// The index in `events`.
    pub index: usize,
    /// The event.
    pub event: E,
}

/// All events of one kind of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionEvents<'a, E> {
    /// The function.
    pub function: &'a FunctionContext,
    /// Its events of the kind, in order.
    pub events: Vec<Placed<E>>,
}

/// A kind of event: what may be written (its shape), and what it becomes.
pub trait EventSource: Typed + Clone + PartialEq {
    /// The key in an item of `events`.
    const KEY: &'static str;
    /// The page: what it does, its options, an example that is a test, and the resources it makes.
    const PAGE: &'static str;
    /// Whether functions share resources of this kind, so that [`EventSource::lower_shared`] has work.
    const SHARED: bool = false;

    /// Lowers the events of one function: what belongs to the function alone.
    fn lower(_events: &FunctionEvents<'_, Self>, _service: &ServiceContext, _out: &mut Fragment) {}

    /// Lowers what the functions share: an API, a bucket, a topic. Called without functions, too, so that what the
    /// provider says of the kind is checked.
    fn lower_shared(_functions: &[FunctionEvents<'_, Self>], _service: &ServiceContext, _out: &mut Fragment) {
    }
}

pub mod poll;
pub mod rule;

macro_rules! event_sources {
    ($($module:ident :: $Type:ident,)+) => {
        $( #[allow(missing_docs)] pub mod $module; )+

        /// One event of a function.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $( #[doc = concat!("`", stringify!($module), "`")] $Type(Box<$module::$Type>), )+
        }

        /// A kind of event, in the order of compilation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind {
            $( #[doc = concat!("`", stringify!($module), "`")] $Type, )+
        }

        /// Every kind, in the order of compilation.
        pub const KINDS: &[EventKind] = &[$( EventKind::$Type ),+];

        impl EventKind {
            /// The key in an item of `events`.
            pub fn key(self) -> &'static str {
                match self { $( EventKind::$Type => $module::$Type::KEY, )+ }
            }

            /// The documentation page.
            pub fn page(self) -> &'static str {
                match self { $( EventKind::$Type => $module::$Type::PAGE, )+ }
            }

            /// Whether functions share resources of this kind.
            pub fn shared(self) -> bool {
                match self { $( EventKind::$Type => $module::$Type::SHARED, )+ }
            }

            /// Lowers the events of this kind of one function.
            pub fn lower(self, events: &[Placed<Event>], function: &FunctionContext, service: &ServiceContext, out: &mut Fragment) {
                match self { $( EventKind::$Type => {
                    let events: Vec<_> = events.iter().filter_map(Event::$module).collect();
                    if !events.is_empty() {
                        $module::$Type::lower(&FunctionEvents { function, events }, service, out);
                    }
                } )+ }
            }

            /// Lowers what the functions share of this kind.
            pub fn lower_shared(self, functions: &[(&FunctionContext, &[Placed<Event>])], service: &ServiceContext, out: &mut Fragment) {
                match self { $( EventKind::$Type => {
                    let functions: Vec<_> = functions
                        .iter()
                        .map(|(function, events)| FunctionEvents { function, events: events.iter().filter_map(Event::$module).collect() })
                        .filter(|it| !it.events.is_empty())
                        .collect();
                    $module::$Type::lower_shared(&functions, service, out);
                } )+ }
            }
        }

        impl Event {
            /// Its kind.
            pub fn kind(&self) -> EventKind {
                match self { $( Event::$Type(_) => EventKind::$Type, )+ }
            }

            $(
                fn $module(placed: &Placed<Event>) -> Option<Placed<$module::$Type>> {
                    match &placed.event {
                        Event::$Type(event) => Some(Placed { index: placed.index, event: $module::$Type::clone(event) }),
                        #[allow(unreachable_patterns)]
                        _ => None,
                    }
                }
            )+
        }

        impl Typed for Event {
            const SHAPE: &'static Shape = &Shape::ByKey(&ByKeyShape {
                noun: "event",
                cases: &[$( Case { key: $module::$Type::KEY, shape: $module::$Type::SHAPE } ),+],
            });

            fn decode(value: &Value) -> Option<Event> {
                let (key, value) = value.as_object()?.single()?;
                match key.as_str() {
                    $( $module::$Type::KEY => $module::$Type::decode(value).map(|it| Event::$Type(Box::new(it))), )+
                    _ => None,
                }
            }
        }
    };
}

event_sources! {
    schedule::Schedule,
    s3::S3,
    http::Http,
    websocket::Websocket,
    sns::Sns,
    stream::Stream,
    kafka::Kafka,
    activemq::Activemq,
    rabbitmq::Rabbitmq,
    msk::Msk,
    alb::Alb,
    alexa_skill::AlexaSkill,
    alexa_smart_home::AlexaSmartHome,
    iot::Iot,
    iot_fleet_provisioning::IotFleetProvisioning,
    cloudwatch_event::CloudwatchEvent,
    cloudwatch_log::CloudwatchLog,
    cognito_user_pool::CognitoUserPool,
    event_bridge::EventBridge,
    sqs::Sqs,
    cloud_front::CloudFront,
    http_api::HttpApi,
}

/// `FilterCriteria` of an event source mapping: each pattern as JSON text.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>
pub fn filter_criteria(patterns: Vec<Value>) -> Value {
    let filters: Vec<Value> = patterns.iter().map(|it| crate::json!({ "Pattern": (it.to_json()) })).collect();
    crate::json!({ "Filters": filters })
}

/// An event source mapping, which waits for the role that it reads with and for the alias that it invokes.
pub fn event_source_mapping(
    id: impl Into<ecow::EcoString>,
    properties: crate::value::Object,
    function: &FunctionContext,
    from: &crate::path::Path,
) -> crate::cfn::Resource {
    let waits: Vec<ecow::EcoString> = function.role_id().into_iter().chain(function.alias_id()).collect();
    crate::cfn::Resource::new(id, "AWS::Lambda::EventSourceMapping", properties, from)
        .with("DependsOn", waits)
}

/// The permission of an event source to invoke a function, which waits for the alias that it names.
pub fn permission(
    id: impl Into<ecow::EcoString>,
    properties: impl Into<Value>,
    function: &FunctionContext,
    from: &crate::path::Path,
) -> crate::cfn::Resource {
    crate::cfn::Resource::new(id, "AWS::Lambda::Permission", properties, from)
        .with_some("DependsOn", function.alias_id())
}
