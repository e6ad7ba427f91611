//! What is said of a property that does not fit.

use ecow::{EcoString, eco_format};

use super::walk::{Finding, Note, Problem};
use crate::cfn::schema::{ResourceType, docs};
use crate::diagnostic::{Diagnostic, Place, Rule, Severity, nearest};
use crate::path::{Path, Segment};
use crate::rules;
use crate::shape::check::shorten;

/// Where a finding was written.
pub struct Written {
    /// The place in the configuration.
    pub path: Path,
    /// Its path from the properties of the resource on.
    pub below: Vec<Segment>,
    /// The type of the resource.
    pub kind: ResourceType,
}

impl Written {
    /// The property that is meant, as one writes it to a colleague: `RedrivePolicy.maxReceiveCount`.
    fn property(&self) -> EcoString {
        let names: Vec<&str> = self.keys().collect();
        names.join(".").into()
    }

    /// The keys without the places in lists and the branches of conditions.
    fn keys(&self) -> impl Iterator<Item = &str> {
        self.below.iter().filter_map(|it| match it {
            Segment::Key(key) if key != "Fn::If" => Some(key.as_str()),
            _ => None,
        })
    }

    /// What holds the property: the type, or another property of it.
    fn holder(&self) -> EcoString {
        let mut keys: Vec<&str> = self.keys().collect();
        keys.pop();
        match keys.last() {
            Some(last) => eco_format!("`{last}` of `{}`", self.kind.name()),
            None => eco_format!("`{}`", self.kind.name()),
        }
    }

    /// The mapping that misses something.
    fn mapping(&self) -> EcoString {
        match self.keys().last() {
            Some(last) => eco_format!("`{last}` of `{}`", self.kind.name()),
            None => eco_format!("`{}`", self.kind.name()),
        }
    }

    /// The page that says what is taken.
    fn link(&self) -> String {
        let page = docs::page(self.kind);
        let found = page.and_then(|it| it.property(self.keys()));
        found.map_or_else(|| self.kind.link(), |it| it.link)
    }

    fn at_key(&self) -> Place {
        Place::key(self.path.clone())
    }

    fn at_value(&self) -> Place {
        Place::value(self.path.clone())
    }
}

/// The diagnostic of a finding.
pub fn diagnostic(finding: &Finding, at: &Written) -> Diagnostic {
    let mut diagnostic = match &finding.problem {
        Problem::UnknownProperty(name, known) => unknown(name, known, at),
        Problem::Unwanted(name) => {
            let message = eco_format!("`{name}` must not be set here");
            made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_key(), message)
                .why(eco_format!("another property of {} excludes it", at.holder()))
                .help(eco_format!("remove `{name}`, or the property that excludes it"))
        }
        Problem::Missing(names) => missing(names, at),
        Problem::Needs(name, other) => {
            let message = eco_format!("`{name}` needs `{other}` beside it");
            made(&rules::CFN_MISSING_PROPERTY, at.at_key(), message).help(eco_format!("add `{other}`"))
        }
        Problem::OnlyOne(names) => {
            let message = eco_format!("{} exclude each other", list(names, "and"));
            made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_key(), message)
                .why(eco_format!("{} takes one of them only", at.holder()))
                .help("keep one of them")
        }
        Problem::Kind(kinds, noun) => {
            let message = eco_format!("`{}` takes {}, not {noun}", at.property(), kinds.noun());
            made(&rules::CFN_WRONG_TYPE, at.at_value(), message)
        }
        Problem::Word(text, words) => match (words.as_slice(), finding.because.is_empty()) {
            ([only], false) => {
                let message = eco_format!("`{}` must be `{only}`, not `{}`", at.property(), short(text));
                made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_value(), message)
                    .help(eco_format!("write `{only}`, or remove it"))
            }
            _ => word(text, words, at),
        },
        Problem::Stranger(text, of, names) => stranger(text, of, names, at),
        Problem::Refused(text) => refused(text, finding, at),
        Problem::Range(..) | Problem::Multiple(..) | Problem::Count(..) => limit(&finding.problem, at),
        Problem::More(..) | Problem::Less(..) => comparison(&finding.problem, at),
        Problem::Form(..) | Problem::Name(..) | Problem::NoArn(_) | Problem::KeyForm(_) => {
            form(&finding.problem, at)
        }
        Problem::Twice(_) => {
            made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_value(), "the list holds the same item twice")
                .why(eco_format!("the items of {} must differ", at.holder()))
                .help("remove one of them")
        }
        Problem::Again(_) | Problem::Idle(_) | Problem::Old(..) | Problem::Json | Problem::Said(..) => {
            said(&finding.problem, at)
        }
    };
    // What is said of a form or of another property says enough.
    let says_enough = matches!(finding.problem, Problem::Form(..) | Problem::More(..) | Problem::Less(..));
    if !finding.because.is_empty() && !says_enough {
        let because: Vec<&str> = finding.because.iter().copied().filter(|it| *it != last(at)).collect();
        if !because.is_empty() {
            diagnostic = diagnostic.why(eco_format!("{} decides that", list(&because, "or")));
        }
    }
    if finding.doubtful || is_doubtful(finding) {
        diagnostic.severity = Severity::Warning;
    }
    let note = finding.note.unwrap_or(Note { why: "", page: "" });
    if !note.why.is_empty() {
        diagnostic = diagnostic.why(note.why);
    }
    diagnostic.page(if note.page.is_empty() { at.link() } else { note.page.to_owned() })
}

/// What is said of a value that AWS refuses.
fn refused(text: &str, finding: &Finding, at: &Written) -> Diagnostic {
    if finding.note.is_some_and(|it| !it.why.is_empty()) {
        let property = at.property();
        let message = match text {
            "it" => eco_format!("the value of `{property}` is not taken here"),
            text => eco_format!("`{}` is no value of `{property}`", short(text)),
        };
        return made(&rules::CFN_UNKNOWN_VALUE, at.at_value(), message);
    }
    made(&rules::CFN_UNKNOWN_VALUE, at.at_key(), eco_format!("`{text}` is not taken here"))
        .why("AWS keeps it for itself")
        .help("use another one")
}

/// What is said of what only the tables of facts know.
fn said(problem: &Problem, at: &Written) -> Diagnostic {
    let property = at.property();
    match problem {
        Problem::Again(text) => {
            let message = eco_format!("`{}` stands there already", short(text));
            made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_value(), message)
                .why(eco_format!("each `{property}` is another one"))
                .help("give it another value, or remove one of them")
        }
        Problem::Idle(name) => {
            made(&rules::CFN_CONFLICTING_PROPERTIES, at.at_key(), eco_format!("`{name}` has no effect here"))
                .help(eco_format!("remove `{name}`"))
        }
        Problem::Old(name, new) => {
            let message = eco_format!("`{name}` of `{}` is deprecated", at.kind.name());
            made(&rules::CFN_DEPRECATED, at.at_key(), message).help(eco_format!("use `{new}`"))
        }
        Problem::Said(text, help) => {
            made(&rules::CFN_INVALID_FORMAT, at.at_value(), text.clone()).help(*help)
        }
        _ => made(&rules::CFN_INVALID_FORMAT, at.at_value(), eco_format!("`{property}` is not JSON"))
            .help("write JSON: names and texts stand in double quotes"),
    }
}

fn last(at: &Written) -> &str {
    at.keys().last().unwrap_or_default()
}

/// Values that AWS took once, and takes no more: who has them may have deployed with them.
const RETIRED: [&str; 3] = ["aurora", "oracle-se", "oracle-se1"];

/// What AWS takes in some cases: buckets of before 2023 keep lists of access without saying who owns the objects, and
/// an id that begins as one may stand for one.
fn is_doubtful(finding: &Finding) -> bool {
    match &finding.problem {
        Problem::Word(text, _) => RETIRED.contains(&text.as_str()),
        Problem::Missing(names) => names.contains(&"OwnershipControls"),
        Problem::Name(text, _) => {
            ["arn:", "sg-", "subnet-", "vpc-", "ami-", "alias/"].iter().any(|it| text.starts_with(it))
        }
        _ => false,
    }
}

fn made(rule: &'static Rule, at: Place, message: impl Into<EcoString>) -> Diagnostic {
    Diagnostic::new(rule, at, message)
}

fn unknown(name: &str, known: &[&'static str], at: &Written) -> Diagnostic {
    let message = eco_format!("{} has no property `{name}`", at.holder());
    let found = made(&rules::CFN_UNKNOWN_PROPERTY, at.at_key(), message);
    match nearest(name, known.iter().copied()) {
        Some(near) => found.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("rename to `{near}`"),
            near.eq_ignore_ascii_case(name),
            at.at_key(),
            near,
        ),
        None if at.keys().count() > 1 && at.kind.property(name).is_some() => {
            found.help(eco_format!("`{name}` is a property of the resource itself: indent it less"))
        }
        None if known.len() <= 8 => found.help(eco_format!("it has {}", list(known, "and"))),
        None => found.help("look for its name in AWS's documentation, or remove it"),
    }
}

fn missing(names: &[&'static str], at: &Written) -> Diagnostic {
    let message = match names {
        [name] => eco_format!("`{name}` is missing in {}", at.mapping()),
        names => eco_format!("{} is missing in {}", list(names, "or"), at.mapping()),
    };
    let help = match names {
        [name] => eco_format!("add `{name}`"),
        _ => "add one of them".into(),
    };
    made(&rules::CFN_MISSING_PROPERTY, at.at_key(), message).help(help)
}

/// The number that is least far from `number`.
fn closest(number: f64, words: &[EcoString]) -> Option<&str> {
    let far = |it: &EcoString| it.parse::<f64>().map(|it| (it - number).abs()).ok();
    let all = words.iter().filter_map(|it| Some((it, far(it)?)));
    all.min_by(|one, other| one.1.total_cmp(&other.1)).map(|it| it.0.as_str())
}

fn word(text: &str, words: &[EcoString], at: &Written) -> Diagnostic {
    let message = eco_format!("`{}` is no value of `{}`", short(text), at.property());
    let found = made(&rules::CFN_UNKNOWN_VALUE, at.at_value(), message);
    let near = match text.parse::<f64>() {
        // Of a few numbers all can be named.
        Ok(_) if words.len() <= 4 => None,
        Ok(number) => closest(number, words),
        Err(_) => nearest(text, words.iter().map(EcoString::as_str)),
    };
    match (near, words) {
        (Some(near), [_, _, ..]) => found.help(eco_format!("did you mean `{near}`?")).replace(
            eco_format!("replace with `{near}`"),
            false,
            at.at_value(),
            near,
        ),
        (_, [only]) => found.help(eco_format!("write `{only}`")),
        (_, words) if words.len() <= 12 => {
            let words: Vec<&str> = words.iter().map(EcoString::as_str).collect();
            found.help(eco_format!("write one of {}", list(&words, "or")))
        }
        _ => found.help("look for its values in AWS's documentation"),
    }
}

/// What is said of a name that nothing has.
fn stranger(text: &str, of: &[&str], names: &[EcoString], at: &Written) -> Diagnostic {
    let source = |path: &&str| match path.rsplit_once(".*") {
        Some((list, "")) => eco_format!("item of `{}`", list.replace(".*", "")),
        Some((list, name)) => {
            eco_format!("`{}` of `{}`", name.trim_start_matches('.'), list.replace(".*", ""))
        }
        None => eco_format!("`{path}`"),
    };
    let sources: Vec<EcoString> = of.iter().map(source).collect();
    let message = eco_format!("no {} is `{}`", sources.join(" or "), short(text));
    let found = made(&rules::CFN_UNKNOWN_VALUE, at.at_value(), message)
        .why(eco_format!("`{}` names one that is there", at.property()));
    let near = nearest(text, names.iter().map(EcoString::as_str)).filter(|_| text.parse::<f64>().is_err());
    let shown: Vec<&str> = names.iter().map(EcoString::as_str).collect();
    let otherwise = match shown.len() {
        0..=8 => eco_format!("write {}, or add what is missing", list(&shown, "or")),
        _ => "name one that is there, or add it".into(),
    };
    found.meant("replace with", at.at_value(), near, otherwise)
}

/// What is said of a string or a key of another form.
fn form(problem: &Problem, at: &Written) -> Diagnostic {
    match problem {
        Problem::Form(text, form) => {
            let message = eco_format!("`{}` is not in the form that `{}` takes", short(text), at.property());
            let found = made(&rules::CFN_INVALID_FORMAT, at.at_value(), message);
            if form.len() <= 120 { found.why(eco_format!("it has to match `{form}`")) } else { found }
        }
        Problem::Name(text, names) => {
            let nouns: Vec<EcoString> = names.iter().map(|it| noun(it)).collect();
            let message = eco_format!("`{}` is not {}", short(text), nouns.join(" or "));
            made(&rules::CFN_INVALID_FORMAT, at.at_value(), message)
                .help("write it in full, or refer to the resource by `!Ref` or `!GetAtt`")
        }
        Problem::NoArn(id) => {
            let message = eco_format!("`!Ref {id}` gives no ARN");
            made(&rules::CFN_INVALID_FORMAT, at.at_value(), message)
                .why(eco_format!("`{}` takes an ARN", at.property()))
                .help(eco_format!("write `!GetAtt {id}.Arn`"))
        }
        Problem::KeyForm(key) => {
            let message = eco_format!("`{key}` is not in the form of the keys of {}", at.holder());
            made(&rules::CFN_INVALID_FORMAT, at.at_key(), message).help("give it another name")
        }
        _ => {
            made(&rules::CFN_INVALID_FORMAT, at.at_value(), "the value is not in the form that is taken here")
        }
    }
}

/// What is said of a number, a length or a count.
fn limit(problem: &Problem, at: &Written) -> Diagnostic {
    let property = at.property();
    let (message, why) = match problem {
        Problem::Range(number, least, most) => {
            let limits = limits(least.map(number_text), most.map(number_text));
            let past = past(
                least.filter(|it| number < it).map(number_text),
                most.filter(|it| number > it).map(number_text),
            );
            (eco_format!("`{property}` is {}{past}", number_text(*number)), eco_format!("it takes {limits}"))
        }
        Problem::Multiple(number, unit) => {
            let why = eco_format!("it takes multiples of {}", number_text(*unit));
            let message = eco_format!(
                "`{property}` is {}, no multiple of {}",
                number_text(*number),
                number_text(*unit)
            );
            (message, why)
        }
        Problem::Count(count, least, most, what) => {
            let limits = limits(least.map(|it| eco_format!("{it}")), most.map(|it| eco_format!("{it}")));
            let past = past(
                least.filter(|it| count < it).map(|it| eco_format!("{it}")),
                most.filter(|it| count > it).map(|it| eco_format!("{it}")),
            );
            (eco_format!("`{property}` has {count} {what}{past}"), eco_format!("it takes {limits}"))
        }
        _ => (eco_format!("`{property}` is out of its limits"), EcoString::new()),
    };
    made(&rules::CFN_OUT_OF_RANGE, at.at_value(), message).why(why)
}

/// The limit that is passed, as it ends a message.
fn past(least: Option<EcoString>, most: Option<EcoString>) -> EcoString {
    match (least, most) {
        (Some(least), _) => eco_format!(", the least is {least}"),
        (_, Some(most)) => eco_format!(", the most is {most}"),
        _ => EcoString::new(),
    }
}

/// What is said of a number that goes with that of another property.
fn comparison(problem: &Problem, at: &Written) -> Diagnostic {
    let property = at.property();
    let message = match problem {
        Problem::More(number, other, limit) => {
            let (number, limit) = (number_text(*number), number_text(*limit));
            eco_format!("`{property}` is {number}, more than the {limit} of `{other}`")
        }
        Problem::Less(number, other, limit, by) => {
            let (number, limit) = (number_text(*number), number_text(*limit));
            match by {
                0.0 => eco_format!("`{property}` is {number}, not more than the {limit} of `{other}`"),
                by => {
                    let by = number_text(by + 1.0);
                    eco_format!("`{property}` is {number}, less than {by} above the {limit} of `{other}`")
                }
            }
        }
        _ => eco_format!("`{property}` is out of its limits"),
    };
    made(&rules::CFN_OUT_OF_RANGE, at.at_value(), message)
}

/// What a string of a format is.
fn noun(format: &str) -> EcoString {
    let (kind, part) = format.rsplit_once('.').unwrap_or((format, ""));
    let words = match kind {
        "AWS::KMS::Key" => "KMS key",
        "AWS::KMS::Alias" => "KMS alias",
        "AWS::IAM::Role" => "role",
        "AWS::EC2::VPC" => "VPC",
        "AWS::EC2::SecurityGroup" => "security group",
        "AWS::EC2::Image" => "machine image",
        "AWS::Lambda::Function" => "function",
        "AWS::ACM::Certificate" => "certificate",
        "AWS::Logs::LogGroup" => "log group",
        "AWS::SNS::Topic" => "topic",
        "AWS::S3::Bucket" => "bucket",
        "AWS::EC2::Subnet" => "subnet",
        other => other,
    };
    match part {
        _ if format == "ipv4-network" => "a range of addresses such as `10.0.0.0/16`".into(),
        _ if format == "ipv6-network" => "a range of addresses such as `2001:db8::/56`".into(),
        "Arn" => eco_format!("the ARN of a {words}"),
        "Id" => eco_format!("the id of a {words}"),
        _ => eco_format!("the name of a {words}"),
    }
}

fn number_text(number: f64) -> EcoString {
    crate::value::number_to_string(number)
}

fn limits(least: Option<EcoString>, most: Option<EcoString>) -> EcoString {
    match (least, most) {
        (Some(least), Some(most)) if least == most => eco_format!("{least} only"),
        (Some(least), Some(most)) => eco_format!("{least} to {most}"),
        (Some(least), None) => eco_format!("{least} at least"),
        (None, Some(most)) => eco_format!("{most} at most"),
        (None, None) => "others".into(),
    }
}

fn short(text: &str) -> EcoString {
    shorten(text)
}

/// Names as words: `` `a`, `b` and `c` ``.
fn list(names: &[&str], word: &str) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
        None => String::new(),
    }
}
