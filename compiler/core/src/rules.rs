//! Every rule by its permanent name: its level, its summary, the framework's error codes it stands for, and its page.
//!
//! A page in `rules/` says what a finding means, why it matters and how to mend it; `slsc explain` prints it and
//! the tests run its example. Adding a rule is one line here and one page.

pub mod codes;

use crate::diagnostic::Severity;
use crate::shape::Field;

/// A kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// The permanent kebab-case name, which users see as the code.
    pub id: &'static str,
    /// The level unless the service or the command line says otherwise.
    pub level: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// The framework's error codes that mean the same, for `slsc explain <code>`.
    pub peer: &'static [&'static str],
    /// The page in Markdown.
    pub page: &'static str,
}

impl Rule {
    /// The page of AWS that the rule stands on: the first that its own page links to.
    pub fn aws_page(&self) -> Option<&'static str> {
        let from = self.page.get(self.page.find("https://docs.aws.amazon.com/")?..)?;
        from.split(|it: char| it.is_whitespace() || matches!(it, ')' | '>')).next()
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

macro_rules! rules {
    ($($name:ident $id:literal $level:ident $summary:literal $peer:expr;)*) => {
        $(
            #[doc = $summary]
            pub static $name: Rule = Rule {
                id: $id,
                level: Severity::$level,
                summary: $summary,
                peer: &$peer,
                page: include_str!(concat!("../rules/", $id, ".md")),
            };
        )*
        /// All rules, sorted by name.
        pub static RULES: &[&Rule] = &[$(&$name),*];
        /// The keys of `custom.slsc.rules`: one for each rule.
        pub(crate) const FIELDS: &[Field] = &[$(crate::levels::field($id, $summary)),*];
    };
}

rules! {
    ACTION_RESOURCE "action-resource" Warning "The resource of a statement is none for its action." [];
    ARN_EXPECTED "arn-expected" Error "A name stands where an ARN is taken, or an ARN where a name is." [];
    BETA_DEFAULT "beta-default" Warning "Something meant another thing in the betas when nothing was said." [];
    BETA_EVENTS "beta-events" Warning "Events are a mapping by provider, as before the betas." [];
    BETA_IGNORED "beta-ignored" Warning "A key had no effect in the betas, and has none." [];
    BETA_KEY "beta-key" Warning "A key of the betas has another name or place." [];
    BETA_LOGICAL_ID "beta-logical-id" Warning "A resource is called as the betas called it." [];
    BETA_VARIABLE "beta-variable" Warning "A variable comes from `serverless.env.yml`." [];
    CFN_CONFLICTING_PROPERTIES "cfn-conflicting-properties" Error "Properties of a resource exclude each other." [];
    CFN_DEPRECATED "cfn-deprecated" Warning "AWS has deprecated a resource type or a property." [];
    CFN_FUNCTION "cfn-function" Error "A function of CloudFormation is not written as it is taken." [];
    CFN_INVALID_FORMAT "cfn-invalid-format" Error "A property of a resource is not in the form that AWS takes." [];
    CFN_MISSING_PROPERTY "cfn-missing-property" Error "A resource lacks a property that it must have." [];
    CFN_OUT_OF_RANGE "cfn-out-of-range" Error "A property of a resource is out of its limits." [];
    CFN_READ_ONLY "cfn-read-only" Error "A property is set that AWS sets itself." [];
    CFN_UNKNOWN_PROPERTY "cfn-unknown-property" Error "A resource has no such property." [];
    CFN_UNKNOWN_TYPE "cfn-unknown-type" Error "There is no such resource type." [];
    CFN_UNKNOWN_VALUE "cfn-unknown-value" Error "A property of a resource has a value that AWS does not know." [];
    CFN_WRONG_REFERENCE "cfn-wrong-reference" Error "A reference gives something else than the property takes." [];
    CFN_WRONG_TYPE "cfn-wrong-type" Error "A property of a resource has a value of the wrong kind." [];
    CIRCULAR_DEPENDENCY "circular-dependency" Error "Resources refer to each other in a circle." [];
    CONDITIONAL_REFERENCE "conditional-reference" Warning "A resource refers to one that a condition may leave out." [];
    CONFLICTING_OPTIONS "conflicting-options" Error "Two options exclude each other." ["FUNCTION_BOTH_HANDLER_AND_IMAGE_DEFINED_ERROR", "ALB_TARGET_GROUP_NAME_EXCLUSIVE", "S3_MULTIPLE_BUCKETS_PER_FUNCTION", "COGNITO_MULTIPLE_USER_POOLS_PER_FUNCTION", "COGNITO_KMS_KEY_ID_NOT_SAME_FOR_SINGLE_USER_POOL", "COGNITO_LAMBDA_VERSION_NOT_SUPPORTED", "DURABLE_FUNCTION_LAMBDA_EDGE_UNSUPPORTED"];
    DEPRECATED_KEY "deprecated-key" Info "A key has a newer name." [];
    DOTENV_SYNTAX "dotenv-syntax" Warning "A line of a `.env` file sets nothing." [];
    DUPLICATE_BEHAVIOR "duplicate-behavior" Error "Two `cloudFront` events collide in their distribution." ["CLOUDFRONT_MULTIPLE_BEHAVIORS_FOR_SINGLE_PATH_PATTERN", "CLOUDFRONT_EVENT_TYPE_NON_UNIQUE_CACHE_BEHAVIOR", "CLOUDFRONT_MULTIPLE_DEFAULT_ORIGIN_EVENTS"];
    DUPLICATE_BUCKET "duplicate-bucket" Warning "Two services make a bucket of one name." [];
    DUPLICATE_EXPORT "duplicate-export" Warning "Two services export a value under one name." [];
    DUPLICATE_FUNCTION "duplicate-function" Warning "Two parts of `functions` define one function." [];
    DUPLICATE_ITEM "duplicate-item" Error "A list holds the same item twice." [];
    DUPLICATE_NAME "duplicate-name" Error "Two functions have the same name in Lambda." [];
    DUPLICATE_PHYSICAL_NAME "duplicate-physical-name" Error "Two resources take the same name." [];
    DUPLICATE_PRIORITY "duplicate-priority" Error "Two events take the same priority at a load balancer." ["ALB_PRIORITY_ALREADY_IN_USE"];
    DUPLICATE_RESOURCE "duplicate-resource" Error "Two parts of `resources` define one resource with different types." [];
    DUPLICATE_ROUTE "duplicate-route" Error "Two events take the same method and path." ["DUPLICATE_HTTP_API_ROUTE"];
    DUPLICATE_SOURCE "duplicate-source" Warning "A function has the same source of events twice." [];
    DUPLICATE_STACK "duplicate-stack" Warning "Two services deploy to one stack." [];
    DUPLICATE_TRIGGER "duplicate-trigger" Error "Two functions take the same trigger of a user pool." [];
    EDGE_REGION "edge-region" Error "CloudFront runs functions of one region only." ["CLOUDFRONT_INVALID_REGION"];
    ENVIRONMENT_TOO_LARGE "environment-too-large" Error "An environment is larger than Lambda takes." [];
    EVENT_INDENTATION "event-indentation" Error "The keys of an event stand beside it instead of below it." [];
    EXPORTED_TWICE "exported-twice" Error "Two outputs are exported under the same name." [];
    FRAMEWORK_VERSION "framework-version" Warning "A service pins an older framework." ["FRAMEWORK_VERSION_MISMATCH"];
    HANDLER_EXPORT "handler-export" Error "A handler names what its file does not export." [];
    HANDLER_FILE "handler-file" Error "The file of a handler is not there." [];
    HANDLER_FORMAT "handler-format" Warning "A handler is not written as its runtime reads it." [];
    HANDLER_NOT_PACKAGED "handler-not-packaged" Error "Patterns leave the file of a handler out of its archive." [];
    IAM_POLICY "iam-policy" Error "A policy is not written as IAM takes it." [];
    IMPORT_CYCLE "import-cycle" Warning "Services import values of each other in a circle." [];
    INVALID_ALLOWANCE "invalid-allowance" Warning "A comment that allows a rule is not written as it is read." [];
    INVALID_ARN "invalid-arn" Error "An ARN is not whole, or of something else." [];
    INVALID_FORMAT "invalid-format" Error "A string is not in the form that is taken here." ["ALB_INVALID_LISTENER_ARN", "S3_INVALID_BUCKET_PATTERN"];
    INVALID_PATH "invalid-path" Error "A path of an API is not one that API Gateway takes." [];
    INVALID_PATTERN "invalid-pattern" Error "A pattern of events is not one that AWS takes." [];
    INVALID_STAGE "invalid-stage" Error "A stage has characters that no stage may have." ["INVALID_STAGE"];
    JSON_REFERENCE "json-reference" Warning "A `$ref` stands for a file." [];
    JSON_SYNTAX "json-syntax" Error "A text is not JSON." [];
    LEFTOVER_ENV_FILE "leftover-env-file" Warning "A `serverless.env.yml` of the betas is left beside a service of today." [];
    LETTER_CASE "letter-case" Error "A path differs from the file's name in upper and lower case." [];
    LITERAL_VARIABLE "literal-variable" Warning "A text looks like a variable, but has no source." [];
    MISPLACED_KEY "misplaced-key" Error "A key stands where only names of functions or resources do." [];
    MISSING_EXPORT "missing-export" Warning "A value is imported that the service it names does not export." [];
    MISSING_FILE "missing-file" Error "A file is named that is not there." ["INVALID_PACKAGE_ARTIFACT_PATH"];
    MISSING_HANDLER "missing-handler" Error "A function has neither a handler nor an image." ["FUNCTION_NEITHER_HANDLER_NOR_IMAGE_DEFINED_ERROR"];
    MISSING_KEY "missing-key" Error "A key that must be there is missing." ["ALB_NO_CONDITIONS", "WEBSOCKETS_MISSING_AUTHORIZER_NAME", "COGNITO_KMS_KEY_NOT_SET", "FUNCTION_KAFKA_VPC_ACCESS_CONFIGURATION_INVALID", "FUNCTION_KAFKA_STARTING_POSITION_TIMESTAMP_INVALID", "FUNCTION_MSK_STARTING_POSITION_TIMESTAMP_INVALID"];
    MISSING_PERMISSION "missing-permission" Warning "A resource may not invoke the function that it names." [];
    MISSING_SUB "missing-sub" Warning "A text names what only `Fn::Sub` would replace." [];
    MISSING_VPC "missing-vpc" Error "A function mounts a file system but is in no VPC." ["LAMBDA_FILE_SYSTEM_CONFIG_MISSING_VPC"];
    NAME_TOO_LONG "name-too-long" Warning "A name that is put together is longer than AWS takes." [];
    NO_DELETION_POLICY "no-deletion-policy" Warning "A resource that holds data is deleted with the stack." [];
    OTHER_REGION "other-region" Error "Something is named that is in another region." [];
    OUT_OF_RANGE "out-of-range" Error "A number, a length or a count is out of its limits." ["LAMBDA_EDGE_UNSUPPORTED_MEMORY_SIZE", "LAMBDA_EDGE_UNSUPPORTED_TIMEOUT_VALUE"];
    OVERLAPPING_NOTIFICATIONS "overlapping-notifications" Warning "Two notifications of a bucket tell of the same objects." [];
    PARAMETER_WITHOUT_VALUE "parameter-without-value" Warning "A parameter of the stack has no value." [];
    PATTERN_WITHOUT_MATCH "pattern-without-match" Warning "A pattern takes in no file." [];
    PLAIN_SECRET "plain-secret" Warning "A secret stands in plain text." [];
    PLUGIN_NOT_FOUND "plugin-not-found" Error "A plugin is named that is not installed." ["PLUGIN_NOT_FOUND"];
    POLICY_TOO_LARGE "policy-too-large" Error "A policy is longer than IAM takes." [];
    QUEUE_TIMEOUT "queue-timeout" Error "A message of a queue is seen again while its function works on it." [];
    QUEUE_TYPE "queue-type" Error "A FIFO queue or topic stands where a standard one is taken, or the other way round." [];
    RESERVED_VARIABLE "reserved-variable" Error "An environment variable is kept by Lambda for itself." [];
    ROLE_TRUST "role-trust" Warning "A role may not be taken on by what takes it on." [];
    RUNTIME_ENDED "runtime-ended" Warning "A runtime has ended, or will soon." [];
    SCHEDULE_DOUBTFUL "schedule-doubtful" Warning "A schedule is written as AWS does not document it." [];
    SCHEDULE_EXPRESSION "schedule-expression" Error "A schedule is not written as AWS takes it." [];
    SCHEDULE_NEVER_RUNS "schedule-never-runs" Warning "A schedule never runs, or never again." [];
    SCHEDULE_SURPRISE "schedule-surprise" Hint "A schedule runs at other times than it seems." [];
    SECRET_IN_TEMPLATE "secret-in-template" Warning "A secret is read when the service is packaged, and stands in the template." [];
    SERVICE_OBJECT "service-object" Error "`service` is a mapping instead of a name." ["SERVICE_OBJECT_NOTATION"];
    SHARED_NAME "shared-name" Warning "Two services make a resource of one name." [];
    SIBLING_VARIABLES "sibling-variables" Error "One place in the paths of a REST API has two variables." [];
    SOURCE_SYNTAX "source-syntax" Error "The file of a handler cannot be read." [];
    STATE_MACHINE "state-machine" Error "The definition of a state machine is not one that Step Functions takes." [];
    TABLE_KEYS "table-keys" Error "The keys of a table and its attributes do not agree." [];
    TABLE_THROUGHPUT "table-throughput" Error "A throughput does not go with the way that the table is paid for." [];
    TEMPLATE_TOO_LARGE "template-too-large" Error "A template is larger than CloudFormation takes." [];
    TIMEOUT_OVER_LIMIT "timeout-over-limit" Warning "A function may take longer than its caller waits." [];
    UNKNOWN_ACTION "unknown-action" Warning "A statement names an action that IAM does not have." [];
    UNKNOWN_AT_PACKAGE "unknown-at-package" Error "A value that packaging needs is only known to a remote source." [];
    UNKNOWN_ATTRIBUTE "unknown-attribute" Error "An attribute is asked for that a resource does not have." [];
    UNKNOWN_AUTHORIZER "unknown-authorizer" Error "An authorizer is named that the API does not have." ["UNRECOGNIZED_HTTP_API_AUTHORIZER", "ALB_MISSING_AUTHORIZER"];
    UNKNOWN_CACHE_POLICY "unknown-cache-policy" Error "A cache policy is named that the service does not have." ["UNRECOGNIZED_CLOUDFRONT_CACHE_POLICY"];
    UNKNOWN_CONDITION "unknown-condition" Error "A condition is named that the template does not have." [];
    UNKNOWN_EVENT "unknown-event" Error "No event source has this name." [];
    UNKNOWN_FUNCTION "unknown-function" Error "A function is named that the service does not have." ["FUNCTION_MISSING_IN_SERVICE"];
    UNKNOWN_IMAGE "unknown-image" Error "An image is named that the service does not have." ["REFERENCED_FUNCTION_IMAGE_NOT_DEFINED_IN_PROVIDER"];
    UNKNOWN_KEY "unknown-key" Error "A key is known to nobody." ["INVALID_NON_SCHEMA_COMPLIANT_CONFIGURATION"];
    UNKNOWN_MAPPING "unknown-mapping" Error "A mapping or a key of it is asked for that the template does not have." [];
    UNKNOWN_REFERENCE "unknown-reference" Error "A reference of CloudFormation leads nowhere." [];
    UNKNOWN_RESOURCE "unknown-resource" Error "A resource is extended that the template does not have." ["RESOURCE_EXTENSION_NOT_EXISTING"];
    UNKNOWN_ROLE "unknown-role" Error "A role is named that is something else." [];
    UNKNOWN_RULE "unknown-rule" Warning "A rule is named that there is not." [];
    UNKNOWN_TIME_ZONE "unknown-time-zone" Error "A time zone is named that there is not." [];
    UNKNOWN_VALUE "unknown-value" Error "A word is not one of those that are taken here." ["WEBSOCKETS_INVALID_LOGS_LEVEL", "COGNITO_INVALID_LAMBDA_VERSION"];
    UNLISTED_STAGE "unlisted-stage" Error "A stage or a region is chosen that `serverless.env.yml` does not list." [];
    UNRESOLVED_VARIABLE "unresolved-variable" Error "A variable has no value." ["MISSING_VARIABLE_RESULT", "VARIABLES_RESOLUTION_ERROR", "UNRECOGNIZED_VARIABLE_SOURCES"];
    UNUSED_ALLOWANCE "unused-allowance" Warning "A comment allows what is not found there." [];
    UNUSED_DECLARATION "unused-declaration" Info "Something is declared that nothing uses." [];
    UNUSED_OPTION "unused-option" Warning "An option has no effect here." [];
    UNUSED_VARIABLE "unused-variable" Hint "A variable is given that nothing reads." [];
    VARIABLE_CYCLE "variable-cycle" Error "Values refer to each other in a circle." ["CIRCULAR_PROPERTY_DEPENDENCY"];
    VARIABLE_SYNTAX "variable-syntax" Error "A variable is not written as variables are." ["UNTERMINATED_VARIABLE", "INVALID_VARIABLE_SOURCE", "INVALID_VARIABLE_TYPE", "INVALID_VARIABLE_ADDRESS", "INVALID_VARIABLE_PARAM", "INVALID_VARIABLE_LITERAL_SOURCE", "INVALID_VARIABLE_STRING_LITERAL"];
    VARIABLE_TYPE "variable-type" Error "A variable inside a text is a mapping." ["NON_STRING_VARIABLE_RESULT"];
    WRONG_TYPE "wrong-type" Error "A value is of the wrong type." ["S3_INVALID_NEW_BUCKET_FORMAT"];
    YAML_ALIAS_BOMB "yaml-alias-bomb" Error "Aliases expand to more than a configuration can hold." [];
    YAML_DUPLICATE_KEY "yaml-duplicate-key" Error "A key is written twice in one mapping." ["CONFIGURATION_PARSE_ERROR"];
    YAML_INDENTATION "yaml-indentation" Error "A line is indented so that it belongs nowhere." [];
    YAML_SEVERAL_DOCUMENTS "yaml-several-documents" Error "A file holds more than one document." [];
    YAML_SYNTAX "yaml-syntax" Error "A text is not YAML." [];
    YAML_TAB "yaml-tab" Error "A tab indents a line." [];
    YAML_TOO_DEEP "yaml-too-deep" Error "A document is nested deeper than can be read." [];
    YAML_UNCLOSED "yaml-unclosed" Error "A quote or a bracket is not closed." [];
    YAML_UNDEFINED_ALIAS "yaml-undefined-alias" Error "An alias names no anchor." [];
    YAML_UNKNOWN_TAG "yaml-unknown-tag" Error "A tag is known to nobody." [];
}

/// The rule called `id`, or that stands for the framework's error code `id`.
pub fn find(id: &str) -> Option<&'static Rule> {
    by_id(id).or_else(|| RULES.iter().copied().find(|it| it.peer.contains(&id)))
}

/// The rule called `id`.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|it| it.id == id)
}

/// Whether `rule` is only found where several services are looked at together.
pub fn needs_company(rule: &Rule) -> bool {
    [&DUPLICATE_STACK, &DUPLICATE_EXPORT, &DUPLICATE_BUCKET, &IMPORT_CYCLE, &MISSING_EXPORT, &SHARED_NAME]
        .contains(&rule)
}
