//! Lambda's runtimes: which there are, and which have ended.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>

use ecow::EcoString;

use crate::shape::{ChoiceShape, Shape, Typed, Word};
use crate::value::Value;

/// A runtime's identifier. Any string decodes, so that a service with an older runtime can be lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime(pub EcoString);

macro_rules! words {
    ($($text:literal $docs:literal $ended:literal;)*) => { &[$( Word { text: $text, docs: $docs, ended: $ended } ),*] };
}

/// The runtimes: those that the reference takes, then those that have ended.
pub const RUNTIMES: &[Word] = words! {
    "nodejs24.x" "Node.js 24 on Amazon Linux 2023." false;
    "nodejs22.x" "Node.js 22 on Amazon Linux 2023." false;
    "nodejs20.x" "Node.js 20 on Amazon Linux 2023." false;
    "python3.14" "Python 3.14 on Amazon Linux 2023." false;
    "python3.13" "Python 3.13 on Amazon Linux 2023." false;
    "python3.12" "Python 3.12 on Amazon Linux 2023." false;
    "python3.11" "Python 3.11 on Amazon Linux 2." false;
    "python3.10" "Python 3.10 on Amazon Linux 2." false;
    "java25" "Java 25 on Amazon Linux 2023." false;
    "java21" "Java 21 on Amazon Linux 2023." false;
    "java17.al2023" "Java 17 on Amazon Linux 2023." false;
    "java17" "Java 17 on Amazon Linux 2." false;
    "java11.al2023" "Java 11 on Amazon Linux 2023." false;
    "java11" "Java 11 on Amazon Linux 2." false;
    "java8.al2023" "Java 8 on Amazon Linux 2023." false;
    "java8.al2" "Java 8 on Amazon Linux 2." false;
    "dotnet10" ".NET 10 on Amazon Linux 2023." false;
    "dotnet9" ".NET 9 on Amazon Linux 2023, for container images." false;
    "dotnet8" ".NET 8 on Amazon Linux 2023." false;
    "ruby4.0" "Ruby 4.0 on Amazon Linux 2023." false;
    "ruby3.4" "Ruby 3.4 on Amazon Linux 2023." false;
    "ruby3.3" "Ruby 3.3 on Amazon Linux 2023." false;
    "provided.al2023" "An own runtime on Amazon Linux 2023." false;
    "provided.al2" "An own runtime on Amazon Linux 2." false;
    "nodejs18.x" "Node.js 18." true;
    "nodejs16.x" "Node.js 16." true;
    "nodejs14.x" "Node.js 14." true;
    "nodejs12.x" "Node.js 12." true;
    "nodejs10.x" "Node.js 10." true;
    "nodejs8.10" "Node.js 8." true;
    "nodejs6.10" "Node.js 6." true;
    "nodejs4.3" "Node.js 4." true;
    "nodejs" "Node.js 0.10." true;
    "python3.9" "Python 3.9." true;
    "python3.8" "Python 3.8." true;
    "python3.7" "Python 3.7." true;
    "python3.6" "Python 3.6." true;
    "python2.7" "Python 2.7." true;
    "java8" "Java 8 on Amazon Linux 1." true;
    "dotnet7" ".NET 7." true;
    "dotnet6" ".NET 6." true;
    "dotnet5.0" ".NET 5." true;
    "dotnetcore3.1" ".NET Core 3.1." true;
    "dotnetcore2.1" ".NET Core 2.1." true;
    "dotnetcore2.0" ".NET Core 2.0." true;
    "dotnetcore1.0" ".NET Core 1.0." true;
    "ruby3.2" "Ruby 3.2." true;
    "ruby2.7" "Ruby 2.7." true;
    "ruby2.5" "Ruby 2.5." true;
    "go1.x" "Go 1." true;
    "provided" "an own runtime on Amazon Linux 1." true;
};

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
