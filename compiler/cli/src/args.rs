//! The command line: commands, options and what they mean.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// The serverless compiler: checks, compiles, deploys and serves Serverless Framework services.
#[derive(Debug, Parser)]
#[command(name = "slsc", version, propagate_version = true, disable_help_subcommand = true)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Clone, Debug, ClapArgs)]
pub struct Global {
    /// The directory of the service.
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR", default_value = ".")]
    pub directory: PathBuf,
    /// The configuration file, in the directory of the service.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub config: Option<String>,
    /// The stage.
    #[arg(short, long, global = true)]
    pub stage: Option<String>,
    /// The region.
    #[arg(short, long, global = true)]
    pub region: Option<String>,
    /// A parameter for `${param:...}`; may be given several times.
    #[arg(long = "param", global = true, value_name = "KEY=VALUE")]
    pub params: Vec<String>,
    /// The profile of the AWS credentials.
    #[arg(long, global = true, value_name = "PROFILE")]
    pub aws_profile: Option<String>,
    /// Say more of what is done.
    #[arg(long, global = true)]
    pub verbose: bool,
    /// Say everything that is done.
    #[arg(long, global = true, value_name = "NAMES", num_args = 0..=1, default_missing_value = "*")]
    pub debug: Option<String>,
    /// Whether to write colours.
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

/// Whether to write colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show every mistake of a service, or of all services below a directory.
    Check(Check),
    /// Print the CloudFormation template of a service.
    Template(Template),
    /// Write the template and the archives into `.serverless/`.
    Package(Package),
    /// Print the resolved configuration.
    Print(Print),
    /// Rewrite a service of the alpha and beta releases in today's language.
    Migrate(Migrate),
    /// Print the JSON Schema of `serverless.yml`, for editors.
    Schema,
    /// Explain a rule, an error code of the framework, a logical id of this service, a property, or a schedule.
    Explain(Explain),
    /// Deploy the service.
    Deploy(Deploy),
    /// Show what is deployed.
    Info(Info),
    /// Remove the service from AWS.
    Remove(Remove),
    /// Run the language server over standard input and output.
    Lsp,
    /// Print completions for a shell.
    Completions(Completions),
    /// Print the version.
    Version,
}

/// `slsc check`.
#[derive(Debug, ClapArgs)]
pub struct Check {
    /// Directories of services, or directories below which services are looked for. Without one, the service here, or
    /// all services below.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to show what is found.
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub format: CheckFormat,
    /// Check every stage that the files know: those of `serverless.env.yml`, of `params`, and of mappings that are
    /// indexed by the stage.
    #[arg(long, conflicts_with = "stage")]
    pub all_stages: bool,
    /// Make findings of a rule errors; `warnings` names all warnings. May be given several times. Levels of the command
    /// line win over those of `custom.slsc.rules`.
    #[arg(long, value_name = "RULE")]
    pub deny: Vec<String>,
    /// Make findings of a rule warnings. What the compiler itself refuses stays an error.
    #[arg(long, value_name = "RULE")]
    pub warn: Vec<String>,
    /// Leave findings of a rule out. What the compiler itself refuses stays.
    #[arg(long, value_name = "RULE")]
    pub allow: Vec<String>,
    /// Show how often each rule was broken instead of where.
    #[arg(long)]
    pub statistics: bool,
    /// Apply the fixes that cannot change what the service does otherwise, check again, and show what is left.
    #[arg(long)]
    pub fix: bool,
    /// Show what `--fix` would change as a diff, and change nothing. Ends with 1 if there is something to change.
    #[arg(long, alias = "dry-run")]
    pub diff: bool,
    /// Check again whenever a file changes that the services read, until interrupted.
    #[arg(long, conflicts_with_all = ["fix", "diff", "write_baseline"])]
    pub watch: bool,
    /// Leave out the findings that this file knows. Without it, `slsc-baseline.json` here or above is taken, up to the
    /// root of the repository, by `package` and `deploy`, too.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Show also what a baseline knows.
    #[arg(long, conflicts_with = "baseline")]
    pub no_baseline: bool,
    /// Write all findings into a baseline, `slsc-baseline.json` unless another is named, so that only new ones count.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with_all = ["fix", "diff"])]
    pub write_baseline: Option<Option<PathBuf>>,
}

/// How `check` shows what it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With the code and what to do.
    Human,
    /// One line for each.
    Concise,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for GitHub's code scanning and others.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit's XML, for CI servers.
    Junit,
}

/// Options of `package`, which `template` takes, too.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct PackageOptions {
    /// Where the artifacts go, instead of `.serverless`.
    #[arg(short, long = "package", value_name = "DIR")]
    pub package: Option<PathBuf>,
    /// Write templates without white space.
    #[arg(long)]
    pub minify_template: bool,
    /// How many processors to use; all by default.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// Accelerated transfer to the deployment bucket.
    #[arg(long, hide = true)]
    pub aws_s3_accelerate: bool,
    /// No accelerated transfer to the deployment bucket.
    #[arg(long, hide = true)]
    pub no_aws_s3_accelerate: bool,
}

/// `slsc template`.
#[derive(Debug, ClapArgs)]
pub struct Template {
    /// The format.
    #[arg(long, value_enum, default_value_t = TemplateFormat::Json)]
    pub format: TemplateFormat,
    /// Do not ask AWS; what only AWS knows stays as it is written.
    #[arg(long)]
    pub offline: bool,
    /// Options of `package`.
    #[command(flatten)]
    pub package: PackageOptions,
}

/// The format of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TemplateFormat {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
}

/// `slsc package`.
#[derive(Debug, ClapArgs)]
pub struct Package {
    /// Options.
    #[command(flatten)]
    pub options: PackageOptions,
}

/// `slsc print`.
#[derive(Debug, ClapArgs)]
pub struct Print {
    /// The format.
    #[arg(long, value_enum, default_value_t = PrintFormat::Yaml)]
    pub format: PrintFormat,
    /// The value at a dotted path only.
    #[arg(long)]
    pub path: Option<String>,
    /// A change of what is printed.
    #[arg(long, value_enum)]
    pub transform: Option<Transform>,
    /// Do not ask AWS; what only AWS knows stays as it is written.
    #[arg(long)]
    pub offline: bool,
}

/// The format of `print`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrintFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// The bare value: a text, or one line for each item.
    Text,
}

/// A change of what `print` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Transform {
    /// The keys only.
    Keys,
}

/// `slsc migrate`.
#[derive(Debug, ClapArgs)]
pub struct Migrate {
    /// Write the new text; the old files are kept beside it, with `.orig` behind their names.
    #[arg(long)]
    pub write: bool,
    /// Change nothing, and end with 1 if there is something to change.
    #[arg(long, conflicts_with = "write")]
    pub check: bool,
}

/// `slsc explain`.
#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// What to explain; without it, all rules are listed.
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    /// The time zone of a schedule such as `cron(0 12 * * ? *)`.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
}

/// `slsc deploy`.
#[derive(Debug, ClapArgs)]
pub struct Deploy {
    /// Deploy artifacts that have been packaged before.
    #[arg(short, long = "package", value_name = "DIR")]
    pub package: Option<PathBuf>,
    /// Deploy even if nothing has changed.
    #[arg(long)]
    pub force: bool,
    /// Print events and the result as JSON, one object a line.
    #[arg(long)]
    pub json: bool,
    /// Do not show outputs, which may hold secrets.
    #[arg(long)]
    pub conceal: bool,
    /// Write templates without white space.
    #[arg(long)]
    pub minify_template: bool,
    /// How many processors to package with; all by default.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
}

/// `slsc info`.
#[derive(Debug, ClapArgs)]
pub struct Info {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Do not show outputs, which may hold secrets.
    #[arg(long)]
    pub conceal: bool,
}

/// `slsc remove`.
#[derive(Debug, ClapArgs)]
pub struct Remove {
    /// Print events and the result as JSON, one object a line.
    #[arg(long)]
    pub json: bool,
}

/// `slsc completions`.
#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
