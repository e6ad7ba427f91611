"""Translates regular expressions of several dialects to one small one: no look-around, no Unicode classes, ASCII.

What cannot be said there is widened, never narrowed: a string that AWS takes always matches. `\\p{L}` becomes the
ASCII letters and everything beyond ASCII; a look-around is left out, but for those directly behind the leading `^`,
which become patterns of their own; repetitions of thousands lose their upper bound.
"""

import unicodedata

TOP = 0x10FFFF
BEYOND = (0x80, TOP)
DIGITS = [(0x30, 0x39)]
WORD = [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)]
SPACE = [(0x09, 0x0D), (0x20, 0x20)]
NAMED = {
    "ASCII": [(0, 0x7F)],
    "Alnum": [(0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)],
    "Alpha": [(0x41, 0x5A), (0x61, 0x7A)],
    "Digit": DIGITS,
    "Graph": [(0x21, 0x7E)],
    "Print": [(0x20, 0x7E)],
    "Punct": [(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
    "Space": SPACE,
}
CONTROLS = {"n": 0x0A, "t": 0x09, "r": 0x0D, "f": 0x0C, "v": 0x0B, "a": 0x07, "e": 0x1B}
# More states than this are not worth compiling for one property.
LARGEST = 400


class Unsupported(Exception):
    """The pattern cannot be translated."""


class Parser:
    """Reads a pattern to a tree: nested tuples whose first item names them."""

    def __init__(self, text):
        self.text = text
        self.at = 0

    def peek(self, count=1):
        return self.text[self.at : self.at + count]

    def take(self, count=1):
        taken = self.peek(count)
        if len(taken) < count:
            raise Unsupported(self.text)
        self.at += count
        return taken

    def parse(self):
        tree = self.alternatives()
        if self.at < len(self.text):
            raise Unsupported(self.text)
        return tree

    def alternatives(self):
        branches = [self.sequence()]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence())
        return ("or", branches)

    def sequence(self):
        items = []
        while self.at < len(self.text) and self.peek() not in "|)":
            item = self.item()
            low, high = self.quantifier()
            if (low, high) != (1, 1):
                item = ("repeat", item, low, high)
            items.append(item)
        return items

    def quantifier(self):
        char = self.peek()
        bounds = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(char)
        if char and bounds:
            self.take()
        elif char == "{":
            end = self.text.find("}", self.at)
            inside = self.text[self.at + 1 : end] if end > 0 else ""
            low, comma, high = inside.partition(",")
            if not (low.strip().isdigit() or (comma and high.strip().isdigit())):
                return 1, 1
            bounds = (int(low or 0), (int(high) if high.strip() else None) if comma else int(low))
            self.at = end + 1
        else:
            return 1, 1
        if self.peek() and self.peek() in "?+":
            self.take()
        return bounds

    def item(self):
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return ("class", self.bracket())
        if char == "\\":
            return self.escape()
        return {".": ("any",), "^": ("start",), "$": ("end",)}.get(char, ("class", [(ord(char), ord(char))]))

    def group(self):
        kind = "group"
        if self.peek() == "?":
            self.take()
            char = self.take()
            if char == "<" and self.peek() in "=!":
                char += self.take()
            if char in ("=", "!", "<=", "<!", ">"):
                kind = {"=": "ahead", "!": "not-ahead", ">": "group"}.get(char, "behind")
            elif char in "Pi<s" or char == "m":
                return self.named_or_flags(char)
            elif char != ":":
                raise Unsupported(self.text)
        inner = self.alternatives()
        if self.take() != ")":
            raise Unsupported(self.text)
        return (kind, inner)

    def named_or_flags(self, char):
        if char == "P" or char == "<":
            end = self.text.index(">", self.at)
            self.at = end + 1
            inner = self.alternatives()
            self.take()
            return ("group", inner)
        flags = char
        while self.peek() not in (")", ""):
            flags += self.take()
        self.take()
        if not set(flags) <= set("is"):
            raise Unsupported(self.text)
        return ("flags", flags)

    def code(self, char):
        """The character of an escape with digits, if `char` begins one."""
        if char == "x" and self.peek() == "{" or char == "u" and self.peek() == "{":
            end = self.text.index("}", self.at)
            digits, self.at = self.text[self.at + 1 : end], end + 1
            return int(digits, 16)
        if char in "xu":
            return int(self.take(2 if char == "x" else 4), 16)
        return CONTROLS.get(char)

    def property(self, negated):
        """A Unicode class: its part of ASCII, and everything beyond."""
        name = self.take()
        if name == "{":
            end = self.text.index("}", self.at)
            name, self.at = self.text[self.at : end], end + 1
        name = name.removeprefix("Is")
        if name in NAMED:
            ranges = list(NAMED[name])
        else:
            ranges = [(it, it) for it in range(0x80) if unicodedata.category(chr(it)).startswith(name)]
        if negated:
            ranges = [it for it in invert(ranges) if it[0] < 0x80]
            ranges = [(low, min(high, 0x7F)) for low, high in ranges]
        return ranges if name == "ASCII" and not negated else ranges + [BEYOND]

    def escape(self):
        char = self.take()
        if char in "AzZ":
            return ("start",) if char == "A" else ("end",)
        if char in "bB":
            return ("behind", ("or", [[]]))
        if char.isdigit() and char != "0":
            raise Unsupported(self.text)
        if char in "Rh":
            raise Unsupported(self.text)
        return ("class", self.set_of(char))

    def set_of(self, char):
        """The characters of an escape."""
        sets = {"d": DIGITS, "w": WORD + [BEYOND], "s": SPACE + [BEYOND]}
        if char in sets:
            return sets[char]
        if char in "DWS":
            return invert({"D": DIGITS, "W": WORD, "S": SPACE}[char])
        if char in "pP":
            return self.property(char == "P")
        code = self.code(char)
        code = ord(char) if code is None else code
        return [(code, code)]

    def bracket(self):
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges, first = [], True
        while first or self.peek() != "]":
            first = False
            if self.peek(2) in ("&&", "[:", "[^"):
                raise Unsupported(self.text)
            low = self.member()
            single = len(low) == 1 and low[0][0] == low[0][1]
            if single and self.peek() == "-" and self.peek(2)[1:] not in ("]", ""):
                dash = self.at
                self.take()
                high = self.member()
                if len(high) == 1 and high[0][0] == high[0][1]:
                    low = [(low[0][0], high[0][0])] if low[0][0] <= high[0][0] else [BEYOND, *low, *high]
                else:
                    self.at = dash
            ranges += low
        self.take()
        if any(low <= 0xDFFF and high >= 0xD800 and (low, high) != BEYOND for low, high in ranges):
            ranges.append((0x10000, TOP))
        # What is beyond ASCII in a class that is only known roughly is not taken away by its negation.
        return invert([it for it in ranges if it != BEYOND]) if negated else ranges

    def member(self):
        char = self.take()
        if char != "\\":
            return [(ord(char), ord(char))]
        char = self.take()
        return [(8, 8)] if char == "b" else self.set_of(char)


def invert(ranges):
    """All other characters."""
    found, at = [], 0
    for low, high in sorted(ranges):
        if low > at:
            found.append((at, low - 1))
        at = max(at, high + 1)
    return found + [(at, TOP)] if at <= TOP else found


def merged(ranges):
    """The ranges in order, joined where they touch, without the halves of surrogate pairs."""
    parts = []
    for low, high in ranges:
        parts += [(low, min(high, 0xD7FF)), (max(low, 0xE000), high)]
    found = []
    for low, high in sorted(it for it in parts if it[0] <= it[1]):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def size(tree):
    """About how many states it takes."""
    kind = tree[0]
    if kind == "repeat":
        return size(tree[1]) * max(tree[3] or 1, tree[2], 1)
    if kind == "or":
        return sum(size(it) for branch in tree[1] for it in branch) + len(tree[1])
    return size(tree[1]) if kind == "group" else 1


def widened(tree):
    """Repetitions without large upper bounds."""
    kind = tree[0]
    if kind == "repeat":
        low, high = tree[2], tree[3]
        low, high = (low, high) if max(low, high or 0) <= 20 else (min(low, 1), None)
        return (kind, widened(tree[1]), low, high)
    if kind == "or":
        return (kind, [[widened(it) for it in branch] for branch in tree[1]])
    return (kind, widened(tree[1])) if kind == "group" else tree


def char(code):
    """A character, as it may stand in a class or outside."""
    text = chr(code)
    if text.isascii() and text.isalnum():
        return text
    return "\\" + text if 0x21 <= code <= 0x7E and text not in "<>" else f"\\x{{{code:X}}}"


def show(tree):
    """A tree as a pattern."""
    kind = tree[0]
    if kind == "or":
        return "|".join("".join(show(it) for it in branch) for branch in tree[1])
    if kind == "group":
        return f"(?:{show(tree[1])})"
    if kind == "flags":
        return f"(?{tree[1]})"
    if kind == "repeat":
        low, high = tree[2], tree[3]
        mark = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((low, high))
        if mark is None:
            mark = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
        inner = show(tree[1])
        # What has been left out cannot be repeated.
        return f"{inner}{mark}" if inner else ""
    if kind == "class":
        ranges = merged(tree[1])
        if ranges == [(0, 0xD7FF), (0xE000, TOP)] or ranges == [(0, TOP)]:
            return "(?s:.)"
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return char(ranges[0][0])
        shown = (char(low) if low == high else f"{char(low)}-{char(high)}" for low, high in ranges)
        return f"[{''.join(shown)}]"
    return {"any": ".", "start": "^", "end": "$"}.get(kind, "")


def is_anything(tree):
    """Whether a tree takes any string: repetitions of anything alone."""
    branches = tree[1]
    items = [it for it in branches[0] if it[0] not in ("start", "end", "flags")] if len(branches) == 1 else []
    return len(branches) == 1 and all(
        it[0] == "repeat" and it[2] == 0 and it[3] is None and show(it[1]) in (".", "(?s:.)", "(?:.)") for it in items
    )


class Translated:
    """A pattern in the small dialect, with what had to be said beside it."""

    def __init__(self):
        self.pattern = None
        self.others = []
        self.refused = []
        self.length = None


def translate(text):
    """Translates a pattern; `None` if it cannot be, or takes everything."""
    try:
        tree = Parser(text).parse()
    except (Unsupported, ValueError, IndexError):
        return None
    done = Translated()
    if len(tree[1]) == 1 and tree[1][0][:1] == [("start",)]:
        items = tree[1][0]
        while len(items) > 1 and items[1][0] in ("ahead", "not-ahead"):
            look = items.pop(1)
            kept = done.others if look[0] == "ahead" else done.refused
            if exact(look[1]):
                kept.append("^" + show(("group", widened(look[1]))))
        if [it[0] for it in items] == ["start", "repeat", "end"] and items[1][1][0] in ("class", "any"):
            low, high = items[1][2], items[1][3]
            if (high or 0) > 20:
                done.length = (low, high)
    if size(tree) > LARGEST:
        tree = widened(tree)
    if not is_anything(tree):
        done.pattern = show(tree)
    return done if done.pattern or done.others or done.refused or done.length else None


def exact(tree):
    """Whether nothing of a look-around would be widened: a refusal must not refuse more."""
    if tree[0] == "or":
        return all(exact(it) for branch in tree[1] for it in branch)
    if tree[0] in ("group", "repeat"):
        return exact(tree[1]) and size(tree) <= LARGEST
    return tree[0] in ("any", "start", "end", "flags") or tree[0] == "class" and BEYOND not in tree[1]
