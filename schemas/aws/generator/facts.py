"""Writes `facts.bin`: types, and the graph of what may be written in them, to be read where it lies.

All numbers are unsigned 32-bit words, little-endian; a place is the index of a word from the beginning of the file.

    header     magic (2 words), format, types, place of types, regions, place of regions, formats, place of formats,
               strings, place of their offsets, byte where their text begins
    type       name, root node, regions (2 words of bits), lists of: attributes (name, node), read-only, create-only,
               write-only and deprecated paths, primary identifier; life cycle (0, or a string `status date`); flags
    list       count, then its entries
    node       a word of bits that says which fields follow, one word each, in the order of FIELDS
"""

import json
import struct

from . import patterns

MAGIC = b"slscaws\x01"
KINDS = {"string": 1, "number": 2, "integer": 4, "boolean": 8, "object": 16, "array": 32, "null": 64}
FIELDS = (
    "types", "flags", "properties", "patternProperties", "additionalProperties", "items", "enum", "pattern", "format",
    "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties",
    "multipleOf", "required", "requiredOr", "requiredXor", "dependentRequired", "dependentExcluded", "anyOf", "oneOf",
    "allOf", "not", "condition", "propertyNames", "uniqueKeys", "prefixItems",
)  # fmt: skip
FLAGS = {"closed": 1, "unique": 2, "never": 4, "any case": 8, "warning": 16}
NUMBERS = ("minimum", "maximum", "multipleOf")
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
ONE_NODE = ("additionalProperties", "items", "not", "propertyNames")
SEVERAL_NODES = ("anyOf", "oneOf", "allOf", "prefixItems")
NAMES = ("required", "requiredOr", "requiredXor", "uniqueKeys")
# What says nothing of a value.
SILENT = {
    "$comment", "$id", "$schema", "additionalIdentifiers", "arrayType", "conditionalCreateOnlyProperties", "default",
    "definitions", "description", "documentationUrl", "examples", "insertionOrder", "relationshipRef", "title",
    "typeName", "createOnlyProperties", "deprecatedProperties", "handlers", "lifecycle", "primaryIdentifier",
    "propertyTransform", "readOnlyProperties", "replacementStrategy", "resourceLink", "sourceUrl", "taggable",
    "tagging", "typeConfiguration", "writeOnlyProperties",
}  # fmt: skip
SAID = {
    "type", "enumCaseInsensitive", "const", "uniqueItems", "if", "then", "else", "dependencies", "$ref",
    "exclusiveMinimum", "exclusiveMaximum",
}  # fmt: skip
TYPE_WORDS = 12


class Unsupported(Exception):
    """A rule says something that cannot be said here."""


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def corrected(schema):
    """A list whose items are described beside `items`, as if it were one of them, describes them below."""
    if schema.get("type") == "array" and "properties" in schema and isinstance(schema.get("items"), dict):
        items = {"allOf": [schema["items"], {"properties": schema["properties"]}]}
        return {key: it for key, it in schema.items() if key != "properties"} | {"items": items}
    return schema


class Reader:
    """Reads one document to nodes: dictionaries of fields, whose children are numbers of nodes."""

    def __init__(self, document, nodes, strict):
        self.document = document
        self.nodes = nodes
        self.strict = strict
        self.referred = {}

    def follow(self, schema):
        for _ in range(20):
            if not (isinstance(schema, dict) and isinstance(schema.get("$ref"), str)):
                break
            at = self.document
            for step in schema["$ref"].removeprefix("#/").split("/"):
                at = at[step.replace("~1", "/").replace("~0", "~")]
            schema = at
        return schema

    def node(self, schema):
        """The number of the node of a schema."""
        shared = isinstance(schema, dict) and "$ref" in schema
        beside = {key: it for key, it in schema.items() if key in FIELDS} if shared else {}
        schema = self.follow(schema)
        if beside:
            schema, shared = {**schema, **beside}, False
        if shared and id(schema) in self.referred:
            return self.referred[id(schema)]
        number = len(self.nodes)
        self.nodes.append({})
        if shared:
            self.referred[id(schema)] = number
        self.nodes[number] = self.fields(schema)
        return number

    def fields(self, schema):
        if schema is True:
            return {}
        if schema is False:
            return {"flags": FLAGS["never"]}
        if self.strict and set(schema) - set(FIELDS) - SILENT - SAID:
            raise Unsupported(str(set(schema) - set(FIELDS)))
        schema = corrected(schema)
        node = {}
        kinds = schema.get("type", [])
        node["types"] = sum({KINDS[it] for it in ([kinds] if isinstance(kinds, str) else kinds)})
        flags = FLAGS["closed"] if schema.get("additionalProperties") is False else 0
        flags |= FLAGS["unique"] if schema.get("uniqueItems") is True else 0
        flags |= FLAGS["any case"] if "enumCaseInsensitive" in schema else 0
        node["flags"] = flags
        for key in (*NUMBERS, *COUNTS):
            if isinstance(schema.get(key), (int, float)):
                node[key] = schema[key]
        # Nobody is harmed by a limit that is one too generous.
        for key, other in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if isinstance(schema.get(key), (int, float)):
                node.setdefault(other, schema[key])
        for key in NAMES:
            if isinstance(schema.get(key), list):
                node[key] = tuple(sorted(schema[key]))
        self.words(schema, node)
        self.text(schema, node)
        self.children(schema, node)
        return {key: value for key, value in node.items() if value not in (0, (), None) or key in (*NUMBERS, *COUNTS)}

    def words(self, schema, node):
        listed = schema.get("enum", schema.get("enumCaseInsensitive"))
        if "const" in schema:
            listed = [schema["const"]]
        if isinstance(listed, list):
            if not all(isinstance(it, (str, int, float, bool)) for it in listed):
                raise Unsupported("words that are no scalars")
            node["enum"] = tuple(canonical(it) for it in listed)

    def text(self, schema, node):
        if isinstance(schema.get("format"), str):
            node["format"] = schema["format"]
        if isinstance(schema.get("pattern"), str):
            done = patterns.translate(schema["pattern"])
            if done is None:
                if self.strict:
                    raise Unsupported(schema["pattern"])
                return
            if done.length and not self.strict:
                low, high = done.length
                node["minLength"] = max(low, node.get("minLength", 0))
                if high is not None:
                    node["maxLength"] = min(high, node.get("maxLength", high))
            taken = tuple(([done.pattern] if done.pattern else []) + done.others)
            node["pattern"] = (schema["pattern"], taken, tuple(done.refused))

    def children(self, schema, node):
        if isinstance(schema.get("properties"), dict):
            node["properties"] = {name: self.node(it) for name, it in schema["properties"].items()}
        if isinstance(schema.get("patternProperties"), dict):
            keys = {key: patterns.translate(key) for key in schema["patternProperties"]}
            node["patternProperties"] = {
                (done.pattern if done and done.pattern else ""): self.node(schema["patternProperties"][key])
                for key, done in keys.items()
            }
        for key in ONE_NODE:
            if isinstance(schema.get(key), dict) and schema[key]:
                node[key] = self.node(schema[key])
        for key in SEVERAL_NODES:
            if isinstance(schema.get(key), list):
                node[key] = tuple(self.node(it) for it in schema[key])
        if "if" in schema:
            branches = [schema["if"], schema.get("then", True), schema.get("else", True)]
            node["condition"] = tuple(self.node(it) for it in branches)
        for key in ("dependentRequired", "dependentExcluded", "dependencies"):
            entries = schema.get(key)
            if isinstance(entries, dict):
                entries = {name: tuple(sorted(it)) for name, it in entries.items() if isinstance(it, list)}
                node["dependentRequired" if key == "dependencies" else key] = entries


def rule_node(rule, steps, schema, nodes):
    """The node of a rule that holds at `steps` below the properties."""
    before = len(nodes)
    reader = Reader(schema, nodes, strict=True)
    try:
        number = reader.node(schema)
    except (Unsupported, KeyError):
        del nodes[before:]
        return None
    if rule.startswith("W"):
        nodes.append({"allOf": (number,), "flags": FLAGS["warning"]})
        number = len(nodes) - 1
    for step in reversed(steps):
        nodes.append({"items": number} if step == "*" else {"properties": {step: number}})
        number = len(nodes) - 1
    return number


def read(knowledge):
    """All nodes, and for each type its root and its attributes."""
    nodes, roots, rules = [], {}, 0
    for it in knowledge.types.values():
        reader = Reader(it.schema, nodes, strict=False)
        root = reader.node(it.schema)
        # Properties, not their values, say what kind of thing a resource is.
        nodes[root].pop("types", None)
        added = tuple(rule_node(*rule, nodes) for rule in it.rules)
        added = tuple(number for number in added if number is not None)
        rules += len(added)
        if added:
            nodes[root]["allOf"] = nodes[root].get("allOf", ()) + added
        attributes = {}
        for name, schema in sorted(it.attributes.items()):
            attributes[name] = reader.node(schema if isinstance(schema, dict) else {})
        roots[it.name] = (root, attributes)
    return nodes, roots, rules


def replaced(node, change):
    """A node with the numbers of its children changed."""
    found = dict(node)
    for key in ("properties", "patternProperties"):
        if key in node:
            found[key] = {name: change(it) for name, it in node[key].items()}
    for key in ONE_NODE:
        if key in node:
            found[key] = change(node[key])
    for key in (*SEVERAL_NODES, "condition"):
        if key in node:
            found[key] = tuple(change(it) for it in node[key])
    return found


def merge(nodes):
    """The class of each node: equal nodes, whose children are equal, become one."""
    classes = [0] * len(nodes)
    count = 0
    while True:
        numbers = {}
        current = [
            numbers.setdefault(canonical(replaced(node, lambda it: classes[it])) + f"#{classes[at]}", len(numbers))
            for at, node in enumerate(nodes)
        ]
        if len(numbers) == count:
            return current
        classes, count = current, len(numbers)


class Strings:
    """All strings, each once, in the order of their bytes."""

    def __init__(self, texts):
        self.texts = sorted(set(texts), key=str.encode)
        self.numbers = {text: number for number, text in enumerate(self.texts)}

    def write(self):
        encoded = [it.encode() for it in self.texts]
        offsets, at = [0], 0
        for it in encoded:
            at += len(it)
            offsets.append(at)
        return offsets, b"".join(encoded)


def texts(value):
    """All strings in a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from texts(inner)


class Writer:
    """Lays out words; a list that stands there already is not written again."""

    def __init__(self, strings):
        self.words = []
        self.strings = strings
        self.lists = {}

    def list(self, entries):
        entries = tuple(entries)
        if entries not in self.lists:
            self.lists[entries] = len(self.words)
            self.words.extend(entries)
        return self.lists[entries]

    def counted(self, rows):
        rows = [it if isinstance(it, tuple) else (it,) for it in rows]
        return self.list((len(rows), *(word for row in rows for word in row)))

    def names(self, names):
        return self.counted([self.strings.numbers[it] for it in names])

    def number(self, number):
        return self.list(struct.unpack("<2I", struct.pack("<d", number)))

    def scalar(self, text):
        """A word of an enumeration: its kind and what it is."""
        value = json.loads(text)
        if isinstance(value, bool):
            return (0, int(value))
        if isinstance(value, str):
            return (1, self.strings.numbers[value])
        return (2, self.number(value))

    def field(self, key, value, place):
        """The word of a field."""
        if key in ("types", "flags"):
            return value
        if key in COUNTS:
            return min(int(value), 0xFFFFFFFF)
        if key in NUMBERS:
            return self.number(value)
        if key in ONE_NODE:
            return place(value)
        if key in (*SEVERAL_NODES, "condition"):
            return self.counted([place(it) for it in value])
        if key in ("properties", "patternProperties"):
            order = sorted(value.items(), key=lambda it: it[0].encode())
            return self.counted([(self.strings.numbers[name], place(it)) for name, it in order])
        if key == "enum":
            return self.counted([self.scalar(it) for it in value])
        if key in NAMES:
            return self.names(value)
        if key in ("dependentRequired", "dependentExcluded"):
            return self.counted([(self.strings.numbers[name], self.names(it)) for name, it in sorted(value.items())])
        if key == "pattern":
            return self.list((self.strings.numbers[value[0]], self.names(value[1]), self.names(value[2])))
        return self.strings.numbers[value]


def paths(resource):
    """The lists of paths that a type has."""
    keys = ("readOnlyProperties", "createOnlyProperties", "writeOnlyProperties", "deprecatedProperties")
    return [resource.listed(it) for it in (*keys, "primaryIdentifier")]


def life(resource):
    cycle = resource.schema.get("lifecycle") or {}
    return f"{cycle['status']} {cycle.get('date', '')}".strip() if "status" in cycle else ""


def write(knowledge, format_version):
    """The counts of what is written, and the bytes."""
    from .schemas import OPEN_ATTRIBUTES

    nodes, roots, rules = read(knowledge)
    classes = merge(nodes)
    unique = {}
    for number, kind in enumerate(classes):
        unique.setdefault(kind, replaced(nodes[number], lambda it: classes[it]))
    every = set(knowledge.regions)
    for node in unique.values():
        every.update(texts({key: value for key, value in node.items() if key != "enum"}))
        every.update(it for it in map(json.loads, node.get("enum", ())) if isinstance(it, str))
    for it in knowledge.types.values():
        every.update([it.name, life(it), *it.attributes])
        every.update(text for listed in paths(it) for text in listed)
    formats = {name: patterns.translate(it) for name, it in sorted(knowledge.formats.items())}
    formats = {name: done for name, done in formats.items() if done and done.pattern}
    for name, done in formats.items():
        every.update([name, done.pattern, knowledge.formats[name], *done.others, *done.refused])
    writer = Writer(Strings(every))
    numbers = writer.strings.numbers

    header = 13
    types_at = header
    nodes_at = types_at + len(knowledge.types) * TYPE_WORDS
    order = sorted(unique)
    places, at = {}, nodes_at
    for kind in order:
        places[kind] = at
        at += 1 + len(unique[kind])
    writer.words = [0] * at
    for kind in order:
        node = unique[kind]
        fields = [it for it in FIELDS if it in node]
        mask = sum(1 << FIELDS.index(it) for it in fields)
        row = [mask] + [writer.field(it, node[it], places.__getitem__) for it in fields]
        writer.words[places[kind] : places[kind] + len(row)] = row
    for index, it in enumerate(knowledge.types.values()):
        root, attributes = roots[it.name]
        bits = sum(1 << knowledge.regions.index(region) for region in it.regions)
        listed = [writer.names(names) for names in paths(it)]
        row = [numbers[it.name], places[classes[root]], bits & 0xFFFFFFFF, bits >> 32]
        row += [writer.counted([(numbers[name], places[classes[n]]) for name, n in attributes.items()])]
        row += listed + [numbers[life(it)], int(it.name in OPEN_ATTRIBUTES)]
        writer.words[types_at + index * TYPE_WORDS : types_at + (index + 1) * TYPE_WORDS] = row
    regions_at = writer.list(numbers[it] for it in knowledge.regions)
    rows = [
        (numbers[name], writer.list((numbers[knowledge.formats[name]], writer.names([done.pattern, *done.others]), writer.names(done.refused))))
        for name, done in formats.items()
    ]
    formats_at = writer.list(word for row in rows for word in row)
    offsets, text = writer.strings.write()
    strings_at = len(writer.words)
    writer.words += offsets
    magic = struct.unpack("<2I", MAGIC)
    writer.words[:header] = [
        *magic, format_version, len(knowledge.types), types_at, len(knowledge.regions), regions_at,
        len(formats), formats_at, len(offsets) - 1, strings_at, len(writer.words) * 4, header,
    ]  # fmt: skip
    data = struct.pack(f"<{len(writer.words)}I", *writer.words) + text
    properties = sum(len(it.get("properties", {})) for it in unique.values())
    taken = {it["pattern"][0] for it in unique.values() if "pattern" in it}
    return {"nodes": len(unique), "properties": properties, "patterns": len(taken), "rules": rules}, data
