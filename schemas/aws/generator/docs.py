"""Writes `docs.bin`: what AWS says of types, their properties and attributes, in compressed blocks.

    header     magic (2 words), format, types, blocks, place of types, place of blocks
    type       block, first byte and length of its text in the block; in the order of `facts.bin`
    block      first byte in the file, length; a zlib stream of about 64 KiB of text

The text of a type is a list of sections, each behind a group separator (1D): the first is the type itself, the others
are the definitions that its properties refer to. A section is its name, then entries behind record separators (1E):
a property's name, the section that its value is of, and the documentation, between unit separators (1F). The entry
without a name says what the section itself is; the names of attributes begin with `@`.
"""

import struct
import zlib

MAGIC = b"slscdoc\x01"
BLOCK = 64 * 1024
# The long stories behind the first paragraphs are a link away.
LONGEST = 900


def shortened(text):
    """The text without its end where it is long: whole paragraphs, or whole sentences of the first one."""
    text = " ".join((text or "").replace("\r", "").split(" ")).strip()
    for control in "\x1d\x1e\x1f":
        text = text.replace(control, " ")
    text = text.replace(" .", ".").replace(" ,", ",")
    if len(text) <= LONGEST:
        return text
    for separator in ("\n\n", "\n", ". "):
        cut = text.rfind(separator, 0, LONGEST)
        if cut > LONGEST // 3:
            return text[:cut].rstrip() + ("." if separator == ". " else "")
    return text[: text.rfind(" ", 0, LONGEST)] + " ..."


class Specification:
    """The service specification by the names of types."""

    def __init__(self, tables):
        self.resources = {it["cloudFormationType"]: it for it in tables["resource"]["entities"]}
        self.definitions = {it["$id"]: it for it in tables["typeDefinition"]["entities"]}
        if len(self.resources) < 1700 or len(self.definitions) < 9000:
            raise SystemExit("the specification holds less than expected: its layout has changed")

    def referred(self, kind):
        """The definition that a type is, or that its items are."""
        if kind["type"] == "ref":
            return self.definitions.get(kind["reference"]["$ref"])
        if "element" in kind:
            return self.referred(kind["element"])
        for it in kind.get("types", []):
            found = self.referred(it)
            if found:
                return found
        return None


def sections(resource, specification):
    """The sections of a type: name, and entries of name, section and text."""
    described = specification.resources.get(resource.name)
    schema = resource.schema
    entries = [("", "", shortened((described or {}).get("documentation") or schema.get("description")))]
    found, waiting, seen = [], [], set()
    properties = dict((described or {}).get("properties", {}))
    for name in sorted(set(properties) | set(schema.get("properties", {}))):
        entries.append(entry(name, properties.get(name), schema.get("properties", {}).get(name), specification, waiting))
    attributes = (described or {}).get("attributes", {})
    for name in sorted(resource.attributes):
        text = attributes.get(name, {}).get("documentation")
        text = text or (resource.attributes[name] or {}).get("description")
        entries.append(("@" + name, "", shortened(text)))
    found.append(("", entries))
    while waiting:
        definition = waiting.pop(0)
        if definition["$id"] in seen:
            continue
        seen.add(definition["$id"])
        own = schema.get("definitions", {}).get(definition["name"], {})
        described_below = own.get("properties", {}) if isinstance(own, dict) else {}
        rows = [("", "", shortened(definition.get("documentation")))]
        for name, it in sorted(definition["properties"].items()):
            rows.append(entry(name, it, described_below.get(name), specification, waiting))
        found.append((definition["name"], rows))
    return found


def entry(name, described, schema, specification, waiting):
    """A property: its name, the section of its value, its text."""
    text = (described or {}).get("documentation") or (schema or {}).get("description")
    below = specification.referred(described["type"]) if described else None
    if below:
        waiting.append(below)
    return (name, below["name"] if below else "", shortened(text))


def text_of(resource, specification):
    shown = []
    for name, entries in sections(resource, specification):
        rows = ["\x1f".join(row) for row in entries if any(row[1:])]
        shown.append("\x1e".join([name, *rows]))
    return "\x1d".join(shown).encode()


def write(knowledge, tables, format_version):
    """The counts of what is written, and the bytes."""
    specification = Specification(tables)
    rows, blocks, current = [], [], b""
    documented = 0
    for it in knowledge.types.values():
        text = text_of(it, specification)
        documented += text.count(b"\x1e")
        if current and len(current) + len(text) > BLOCK:
            blocks.append(current)
            current = b""
        rows.append((len(blocks), len(current), len(text)))
        current += text
    blocks.append(current)
    packed = [zlib.compress(it, 9) for it in blocks]
    types_at = 7
    blocks_at = types_at + 3 * len(rows)
    start = (blocks_at + 2 * len(packed)) * 4
    words = [*struct.unpack("<2I", MAGIC), format_version, len(rows), len(packed), types_at, blocks_at]
    words += [word for row in rows for word in row]
    for it in packed:
        words += [start, len(it)]
        start += len(it)
    data = struct.pack(f"<{len(words)}I", *words) + b"".join(packed)
    return {"documented": documented, "blocks": len(packed)}, data
