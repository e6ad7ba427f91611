"""What is taken out of a template before two are compared: only what depends on the clock or on the bytes of an archive.

The rules are those of README.md, in its order; `tests/peer.rs` applies the same to our side.
"""
import re

STAMP = re.compile(r"(?<!\d)\d{13}-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def renamed(name, kind):
    """The id of a resource without its changing part, or None where nothing in it changes."""
    if kind == "AWS::ApiGateway::Deployment":
        return re.sub(r"\d+$", "ID", name)
    if kind == "AWS::Lambda::Version":
        return name[: name.rindex("LambdaVersion")] + "LambdaVersionHASH"
    if kind in ("AWS::Lambda::LayerVersion", "AWS::Lambda::LayerVersionPermission"):
        return re.sub(r"[0-9a-f]{40}$", "HASH", name)
    return None


def normalized(template):
    names = {}
    for name, resource in template.get("Resources", {}).items():
        names[name] = renamed(name, resource.get("Type")) or name

    def walk(value):
        if isinstance(value, str):
            return STAMP.sub("STAMP", names.get(value, value))
        if isinstance(value, list):
            return [walk(it) for it in value]
        if isinstance(value, dict):
            return {names.get(key, key): walk(it) for key, it in value.items()}
        return value

    out = walk(template)
    for resource in out.get("Resources", {}).values():
        properties = resource.get("Properties")
        if resource.get("Type") == "AWS::Lambda::Version":
            properties["CodeSha256"] = "HASH"
        elif resource.get("Type", "").startswith("Custom::") and "ForceDeploy" in properties:
            properties["ForceDeploy"] = "STAMP"
    for name, output in out.get("Outputs", {}).items():
        if name.endswith("LambdaLayerHash"):
            output["Value"] = "HASH"
    return out
