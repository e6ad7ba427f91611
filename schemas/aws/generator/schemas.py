"""Reads the schemas of all resource types, the rules that hold beside them, and what `Fn::GetAtt` may name."""

import ast
import re

from .sources import Wheel

# Rules about one resource whose schema says more than its own: `if` this, `then` that. Lists of instance types by
# region change weekly and are left out, as are rules that compare several resources.
LARGEST_RULE = 20_000
# Versions of engines come and go while a release of ours is used; of these rules the engines alone are taken.
VERSIONS = "engine_version"
# Types that no template of CloudFormation proper holds: macros replace them.
MACRO_TYPES = "AWS::Serverless::"
# Formats that the package checks in code instead of by a pattern.
NETWORKS = {
    "ipv4-network": r"^((25[0-5]|2[0-4]\d|1\d\d|\d\d?)\.){3}(25[0-5]|2[0-4]\d|1\d\d|\d\d?)(/(3[0-2]|[12]?\d))?$",
    "ipv6-network": r"^[0-9a-fA-F:.]+(/(12[0-8]|1[01]\d|\d\d?))?$",
}
# The names of nested stacks' outputs are the user's own.
OPEN_ATTRIBUTES = {"AWS::CloudFormation::Stack", "AWS::ServiceCatalog::CloudFormationProvisionedProduct"}


class ResourceType:
    """One resource type with its schema."""

    def __init__(self, name, schema):
        self.name = name
        self.schema = schema
        self.regions = set()
        self.attributes = {}
        self.rules = []

    def listed(self, key):
        """A list of JSON pointers as paths with dots; `*` stands for the items of a list."""
        prefix = "/properties/"
        found = (it.removeprefix(prefix) for it in self.schema.get(key, []) if it.startswith(prefix))
        return sorted({it.replace("/properties/", "/").replace("/items", "/*").replace("/", ".") for it in found})

    def resolve(self, pointer):
        """What stands at a JSON pointer of the schema, through references; `None` if nothing does."""
        at = self.schema
        for step in pointer.strip("/").split("/"):
            at = self.follow(at)
            if isinstance(at, dict) and step == "*":
                at = at.get("items")
            elif isinstance(at, dict) and step in at:
                at = at[step]
            elif isinstance(at, dict) and step in at.get("properties", {}):
                at = at["properties"][step]
            else:
                return None
        return self.follow(at)

    def follow(self, at):
        """What a reference stands for."""
        for _ in range(20):
            if not (isinstance(at, dict) and isinstance(at.get("$ref"), str)):
                return at
            pointer = at["$ref"]
            at = self.schema
            for step in pointer.removeprefix("#/").split("/"):
                at = at[step.replace("~1", "/").replace("~0", "~")]
        return at


class Knowledge:
    """Everything that is known of CloudFormation."""

    def __init__(self):
        self.date = ""
        self.regions = []
        self.types = {}
        self.formats = {}

    def counts(self):
        types = self.types.values()
        return {
            "regions": len(self.regions),
            "types": len(self.types),
            "attributes": sum(len(it.attributes) for it in types),
            "rules": sum(len(it.rules) for it in types),
            "formats": len(self.formats),
        }


def read(path):
    """Reads the wheel. The layout has changed before; what is not as expected ends the run."""
    wheel = Wheel(path)
    knowledge = Knowledge()
    knowledge.date = wheel.json("data/schemas/version.json")["schema_date"]
    providers = wheel.names("data/schemas/providers/", ".json")
    files = {}
    listed = {it.rsplit("/", 1)[1].removesuffix(".json"): wheel.json(it) for it in providers}
    knowledge.regions = sorted(it for it in listed if it != "sam")
    for region in knowledge.regions:
        for name, file in listed[region].items():
            if files.setdefault(name, file) != file:
                raise SystemExit(f"{name} has a schema of its own in {region}")
    for name in sorted(files):
        if name.startswith(MACRO_TYPES):
            continue
        schema = wheel.json(f"data/schemas/resources/{files[name]}.json")
        if schema["typeName"] != name:
            raise SystemExit(f"{files[name]} is of {schema['typeName']}, not {name}")
        knowledge.types[name] = ResourceType(name, schema)
    for region in knowledge.regions:
        for name in listed[region]:
            if name in knowledge.types:
                knowledge.types[name].regions.add(region)
    if len(knowledge.types) < 1800 or len(knowledge.regions) < 40:
        raise SystemExit("the wheel holds fewer types than expected: its layout has changed")
    read_attributes(wheel, knowledge)
    read_rules(wheel, knowledge)
    read_formats(wheel, knowledge)
    return knowledge


def read_attributes(wheel, knowledge):
    """What `Fn::GetAtt` may name: read-only properties, and the exceptions that the package lists."""
    constants = {}
    for statement in wheel.python("schema/_getatts.py").body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            constants[statement.targets[0].id] = ast.literal_eval(statement.value)
    every_property, exceptions = constants["_all_property_types"], constants["_exceptions"]
    for it in knowledge.types.values():
        pointers = list(it.schema.get("readOnlyProperties", []))
        pointers += [f"/properties/{name}" for name in exceptions.get(it.name, [])]
        if it.name in every_property:
            pointers = list(returnable(it, it.schema.get("properties", {}), "/properties"))
        for pointer in pointers:
            name = ".".join(pointer.split("/")[2:])
            it.attributes[name] = it.resolve(pointer)


def returnable(resource, properties, above):
    """The pointers of all properties that are no lists of mappings or of lists."""
    for name, schema in properties.items():
        pointer, schema = f"{above}/{name}", resource.follow(schema)
        kinds = schema.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "object" in kinds:
            yield from returnable(resource, schema.get("properties", {}), pointer)
        elif "array" not in kinds or resource.follow(schema.get("items", {})).get("type") not in ("object", "array"):
            yield pointer


def keyword(call, name):
    return next((it.value for it in call.keywords if it.arg == name), None)


def read_rules(wheel, knowledge):
    """Schemas that hold beside those of the types, each with the places where it holds."""
    for file in wheel.names("rules/resources/", ".py"):
        for call in (it for it in ast.walk(wheel.python(file)) if isinstance(it, ast.Call)):
            details, places = keyword(call, "schema_details"), keyword(call, "keywords")
            if not isinstance(details, ast.Call) or not isinstance(places, ast.List):
                continue
            given = list(details.args) + [keyword(details, "module"), keyword(details, "filename")]
            module, name = [it for it in given if it is not None]
            folder = ast.unparse(module).removeprefix("cfnlint.data.schemas.")
            rule = rule_of(wheel.python(file))
            path = f"data/schemas/{folder.replace('.', '/')}/{ast.literal_eval(name)}"
            if not folder.startswith("extensions.") or not rule.startswith(("E", "W")):
                continue
            schema = wheel.json(path)
            if VERSIONS in path:
                schema = engines(schema)
            if len(str(schema)) > LARGEST_RULE or "cfnGather" in schema or by_region(schema):
                continue
            for place in ast.literal_eval(places):
                attach(knowledge, place, rule, schema)


def rule_of(tree):
    """The permanent name of the rule in a module, such as `E3501`."""
    for it in ast.walk(tree):
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == "id" and isinstance(it.value, ast.Constant):
            return it.value.value
    return ""


def engines(schema):
    """What a rule about engines and their versions says of the engines alone."""
    then = [it["then"] for it in schema.get("allOf", []) if isinstance(it.get("then"), dict)]
    return {"allOf": [it for it in then if list(it.get("properties", {})) == ["Engine"]]}


def by_region(schema):
    """Whether a schema is a table of schemas by region."""
    return bool(schema) and all(re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-\d", it) for it in schema)


def attach(knowledge, place, rule, schema):
    """Notes a rule at a type: `Resources/<type>/Properties/...`."""
    _, name, _, *steps = place.split("/")
    if name in knowledge.types:
        knowledge.types[name].rules.append((rule, steps, schema))


def read_formats(wheel, knowledge):
    """Formats of strings by name, such as `AWS::EC2::Subnet.Id`, with their patterns."""
    knowledge.formats.update(NETWORKS)
    prefix = ""
    for it in ast.walk(wheel.python("rules/formats/FormatKeyword.py")):
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == "ARN_PREFIX":
            prefix = ast.literal_eval(it.value)
    for file in wheel.names("rules/formats/", ".py"):
        for call in (it for it in ast.walk(wheel.python(file)) if isinstance(it, ast.Call)):
            name, pattern = keyword(call, "format"), keyword(call, "pattern")
            pattern = joined(pattern, prefix)
            if isinstance(name, ast.Constant) and pattern:
                knowledge.formats[name.value] = pattern


def joined(expression, prefix):
    """A pattern that is a constant, or one behind the prefix of all ARNs; empty if it is neither."""
    if isinstance(expression, ast.Constant):
        return expression.value
    if isinstance(expression, ast.BinOp) and ast.unparse(expression.left) == "self.ARN_PREFIX":
        return prefix + ast.literal_eval(expression.right)
    return ""
