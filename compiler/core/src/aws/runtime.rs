//! Lambda's runtimes: which there are, and until when.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>

use ecow::EcoString;

use crate::shape::{ChoiceShape, Shape, Typed, Word};
use crate::value::Value;

/// A runtime's identifier. Any string decodes, so that a service with an older runtime can be lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime(pub EcoString);

/// The day at which the dates below were AWS's.
pub const TABLE: &str = "2026-11-21";

/// When Lambda stops to support a runtime, each as `2027-02-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// From then on it gets no updates.
    pub deprecation: &'static str,
    /// From then on no function can be made with it.
    pub creation: &'static str,
    /// From then on no function with it can be changed.
    pub update: &'static str,
}

macro_rules! docs {
    ($name:literal) => {
        concat!($name, ".")
    };
    ($name:literal $deprecation:literal $creation:literal $update:literal) => {
        concat!(
            $name,
            ". Supported until ",
            $deprecation,
            "; no new functions from ",
            $creation,
            ", no changes from ",
            $update,
            "."
        )
    };
}

macro_rules! lifecycle {
    () => {
        None
    };
    ($deprecation:literal $creation:literal $update:literal) => {
        Some(Lifecycle { deprecation: $deprecation, creation: $creation, update: $update })
    };
}

macro_rules! runtimes {
    ($($text:literal $name:literal $ended:literal [$($date:literal)*];)*) => {
        /// The runtimes: those that the reference takes, then those that it takes no more.
        pub const RUNTIMES: &[Word] =
            &[$( Word { text: $text, docs: docs!($name $($date)*), ended: $ended } ),*];

        /// Each runtime with its name and, where AWS has said them, its dates.
        const LIFECYCLES: &[(&str, &str, Option<Lifecycle>)] =
            &[$( ($text, $name, lifecycle!($($date)*)) ),*];
    };
}

runtimes! {
    "nodejs24.x" "Node.js 24 on Amazon Linux 2023" false ["2028-04-30" "2028-06-01" "2028-07-01"];
    "nodejs22.x" "Node.js 22 on Amazon Linux 2023" false ["2027-04-30" "2027-06-01" "2027-07-01"];
    "nodejs20.x" "Node.js 20 on Amazon Linux 2023" false ["2026-04-30" "2027-02-01" "2027-03-03"];
    "python3.14" "Python 3.14 on Amazon Linux 2023" false ["2029-06-30" "2029-07-31" "2029-08-31"];
    "python3.13" "Python 3.13 on Amazon Linux 2023" false ["2029-06-30" "2029-07-31" "2029-08-31"];
    "python3.12" "Python 3.12 on Amazon Linux 2023" false ["2028-10-31" "2028-11-30" "2029-01-10"];
    "python3.11" "Python 3.11 on Amazon Linux 2" false ["2027-06-30" "2027-07-31" "2027-08-31"];
    "python3.10" "Python 3.10 on Amazon Linux 2" false ["2026-10-31" "2027-02-01" "2027-03-03"];
    "java25" "Java 25 on Amazon Linux 2023" false ["2029-06-30" "2029-07-31" "2029-08-31"];
    "java21" "Java 21 on Amazon Linux 2023" false ["2029-06-30" "2029-07-31" "2029-08-31"];
    "java17.al2023" "Java 17 on Amazon Linux 2023" false [];
    "java17" "Java 17 on Amazon Linux 2" false ["2027-06-30" "2027-07-31" "2027-08-31"];
    "java11.al2023" "Java 11 on Amazon Linux 2023" false [];
    "java11" "Java 11 on Amazon Linux 2" false ["2027-06-30" "2027-07-31" "2027-08-31"];
    "java8.al2023" "Java 8 on Amazon Linux 2023" false [];
    "java8.al2" "Java 8 on Amazon Linux 2" false ["2027-06-30" "2027-07-31" "2027-08-31"];
    "dotnet10" ".NET 10 on Amazon Linux 2023" false ["2028-11-14" "2028-12-14" "2029-01-15"];
    "dotnet9" ".NET 9 on Amazon Linux 2023, for container images" false [];
    "dotnet8" ".NET 8 on Amazon Linux 2023" false ["2026-11-10" "2027-02-01" "2027-03-03"];
    "ruby4.0" "Ruby 4.0 on Amazon Linux 2023" false ["2029-03-31" "2029-04-30" "2029-05-31"];
    "ruby3.4" "Ruby 3.4 on Amazon Linux 2023" false ["2028-03-31" "2028-04-30" "2028-05-31"];
    "ruby3.3" "Ruby 3.3 on Amazon Linux 2023" false ["2027-03-31" "2027-04-30" "2027-05-31"];
    "provided.al2023" "An own runtime on Amazon Linux 2023" false ["2029-06-30" "2029-07-31" "2029-08-31"];
    "provided.al2" "An own runtime on Amazon Linux 2" false ["2026-07-31" "2027-02-01" "2027-03-03"];
    "nodejs18.x" "Node.js 18" true ["2025-09-01" "2027-02-01" "2027-03-03"];
    "nodejs16.x" "Node.js 16" true ["2024-06-12" "2027-02-01" "2027-03-03"];
    "nodejs14.x" "Node.js 14" true ["2023-12-04" "2024-01-09" "2027-03-03"];
    "nodejs12.x" "Node.js 12" true ["2023-03-31" "2023-03-31" "2023-04-30"];
    "nodejs10.x" "Node.js 10" true ["2021-07-30" "2021-07-30" "2022-02-14"];
    "nodejs8.10" "Node.js 8" true ["2020-03-06" "2020-02-04" "2020-03-06"];
    "nodejs6.10" "Node.js 6" true ["2019-08-12" "2019-07-12" "2019-08-12"];
    "nodejs4.3" "Node.js 4" true ["2020-03-05" "2020-02-03" "2020-03-05"];
    "nodejs" "Node.js 0.10" true ["2016-10-31" "2016-09-30" "2016-10-31"];
    "python3.9" "Python 3.9" true ["2025-12-15" "2027-02-01" "2027-03-03"];
    "python3.8" "Python 3.8" true ["2024-10-14" "2027-02-01" "2027-03-03"];
    "python3.7" "Python 3.7" true ["2023-12-04" "2024-01-09" "2027-03-03"];
    "python3.6" "Python 3.6" true ["2022-07-18" "2022-07-18" "2022-08-29"];
    "python2.7" "Python 2.7" true ["2021-07-15" "2021-07-15" "2022-05-30"];
    "java8" "Java 8 on Amazon Linux 1" true ["2024-01-08" "2024-02-08" "2027-03-03"];
    "dotnet7" ".NET 7" true [];
    "dotnet6" ".NET 6" true ["2024-12-20" "2027-02-01" "2027-03-03"];
    "dotnet5.0" ".NET 5" true [];
    "dotnetcore3.1" ".NET Core 3.1" true ["2023-04-03" "2023-04-03" "2023-05-03"];
    "dotnetcore2.1" ".NET Core 2.1" true ["2022-01-05" "2022-01-05" "2022-04-13"];
    "dotnetcore2.0" ".NET Core 2.0" true ["2019-05-30" "2019-04-30" "2019-05-30"];
    "dotnetcore1.0" ".NET Core 1.0" true ["2019-06-27" "2019-06-30" "2019-07-30"];
    "ruby3.2" "Ruby 3.2" true ["2026-03-31" "2027-02-01" "2027-03-03"];
    "ruby2.7" "Ruby 2.7" true ["2023-12-07" "2024-01-09" "2027-03-03"];
    "ruby2.5" "Ruby 2.5" true ["2021-07-30" "2021-07-30" "2022-03-31"];
    "go1.x" "Go 1" true ["2024-01-08" "2024-02-08" "2027-03-03"];
    "provided" "An own runtime on Amazon Linux 1" true ["2024-01-08" "2024-02-08" "2027-03-03"];
}

/// The name of a runtime, without the system that it runs on, and its dates.
pub fn lifecycle(runtime: &str) -> Option<(&'static str, Lifecycle)> {
    let (_, name, dates) = LIFECYCLES.iter().find(|(text, ..)| *text == runtime)?;
    Some((name.split(" on ").next().unwrap_or(name), (*dates)?))
}

impl Typed for Runtime {
    const SHAPE: &'static Shape = &Shape::Choice(&ChoiceShape { words: RUNTIMES, ignore_case: false });

    fn decode(value: &Value) -> Option<Runtime> {
        EcoString::decode(value).map(Runtime)
    }
}

impl From<Runtime> for Value {
    fn from(it: Runtime) -> Value {
        Value::String(it.0)
    }
}
