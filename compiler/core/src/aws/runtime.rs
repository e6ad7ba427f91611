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
    ($($text:literal $docs:literal;)*) => { &[$( Word { text: $text, docs: $docs } ),*] };
}

/// The runtimes that the reference takes.
pub const CURRENT: &[Word] = words! {
    "nodejs24.x" "Node.js 24 on Amazon Linux 2023.";
    "nodejs22.x" "Node.js 22 on Amazon Linux 2023.";
    "nodejs20.x" "Node.js 20 on Amazon Linux 2023.";
    "python3.14" "Python 3.14 on Amazon Linux 2023.";
    "python3.13" "Python 3.13 on Amazon Linux 2023.";
    "python3.12" "Python 3.12 on Amazon Linux 2023.";
    "python3.11" "Python 3.11 on Amazon Linux 2.";
    "python3.10" "Python 3.10 on Amazon Linux 2.";
    "java25" "Java 25 on Amazon Linux 2023.";
    "java21" "Java 21 on Amazon Linux 2023.";
    "java17.al2023" "Java 17 on Amazon Linux 2023.";
    "java17" "Java 17 on Amazon Linux 2.";
    "java11.al2023" "Java 11 on Amazon Linux 2023.";
    "java11" "Java 11 on Amazon Linux 2.";
    "java8.al2023" "Java 8 on Amazon Linux 2023.";
    "java8.al2" "Java 8 on Amazon Linux 2.";
    "dotnet10" ".NET 10 on Amazon Linux 2023.";
    "dotnet9" ".NET 9 on Amazon Linux 2023, for container images.";
    "dotnet8" ".NET 8 on Amazon Linux 2023.";
    "ruby4.0" "Ruby 4.0 on Amazon Linux 2023.";
    "ruby3.4" "Ruby 3.4 on Amazon Linux 2023.";
    "ruby3.3" "Ruby 3.3 on Amazon Linux 2023.";
    "provided.al2023" "An own runtime on Amazon Linux 2023.";
    "provided.al2" "An own runtime on Amazon Linux 2.";
};

/// Runtimes that Lambda had and that the reference no longer takes, with their names for people.
pub const ENDED: &[(&str, &str)] = &[
    ("nodejs18.x", "Node.js 18"),
    ("nodejs16.x", "Node.js 16"),
    ("nodejs14.x", "Node.js 14"),
    ("nodejs12.x", "Node.js 12"),
    ("nodejs10.x", "Node.js 10"),
    ("nodejs8.10", "Node.js 8"),
    ("nodejs6.10", "Node.js 6"),
    ("nodejs4.3", "Node.js 4"),
    ("nodejs", "Node.js 0.10"),
    ("python3.9", "Python 3.9"),
    ("python3.8", "Python 3.8"),
    ("python3.7", "Python 3.7"),
    ("python3.6", "Python 3.6"),
    ("python2.7", "Python 2.7"),
    ("java8", "Java 8 on Amazon Linux 1"),
    ("dotnet7", ".NET 7"),
    ("dotnet6", ".NET 6"),
    ("dotnet5.0", ".NET 5"),
    ("dotnetcore3.1", ".NET Core 3.1"),
    ("dotnetcore2.1", ".NET Core 2.1"),
    ("dotnetcore2.0", ".NET Core 2.0"),
    ("dotnetcore1.0", ".NET Core 1.0"),
    ("ruby3.2", "Ruby 3.2"),
    ("ruby2.7", "Ruby 2.7"),
    ("ruby2.5", "Ruby 2.5"),
    ("go1.x", "Go 1"),
    ("provided", "an own runtime on Amazon Linux 1"),
];

impl Typed for Runtime {
    const SHAPE: &'static Shape = &Shape::Choice(&ChoiceShape { words: CURRENT, ignore_case: false });

    fn decode(value: &Value) -> Option<Runtime> {
        EcoString::decode(value).map(Runtime)
    }
}

impl From<Runtime> for Value {
    fn from(it: Runtime) -> Value {
        Value::String(it.0)
    }
}
