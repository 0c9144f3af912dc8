"""Collects the SQL that the program sends, from the texts in its source.

A statement is a text that begins with a verb of SQL. Where it is put together, by `format!`, `concat!` or a macro of texts, the
parts are looked up: constants, and variables of the function, with all that they may be. What only the running program knows is
in allowed.toml. Files of SQL count where they are included. Forms that have no text of their own are made from their calls:
`Purge::new`, `database::insert` and `update`.
"""

import itertools
import re
from pathlib import Path

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<raw>\br(?P<hashes>\#*)".*?"(?P=hashes))|(?P<text>"(?:\\.|[^"\\])*")"""
    r"""|(?P<char>'(?:\\[^']+|[^'\\])')|(?P<word>[A-Za-z_0-9]+!?)|(?P<mark>::|=>|\S)""",
    re.S,
)
VERB = re.compile(
    r"(?:\s|--[^\n]*\n)*"
    r"(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK|TRUNCATE|COPY|MERGE|DO|CREATE|DROP|ALTER)\s+\S"
)
CLAUSE = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|JOIN|TABLE)\b")
HOLE = re.compile(r"\{\{|\}\}|\{(\w*)(?::[^}]*)?\}")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "0": "\0", "'": "'"}
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Open(Exception):
    """A part that cannot be looked up."""


class Token:
    def __init__(self, kind, value, line):
        self.kind, self.value, self.line = kind, value, line

    def is_mark(self, value):
        return self.kind == "mark" and self.value == value


def unescape(text):
    text = re.sub(r"\\\n\s*", "", text)
    return re.sub(r"\\(.)", lambda it: ESCAPES.get(it[1], it[0]), text)


def tokens(source):
    found = []
    for match in TOKEN.finditer(source):
        kind, value = match.lastgroup, match[0]
        if match["raw"]:
            kind, value = "text", value[value.index('"') + 1 : value.rindex('"')]
        elif match["text"]:
            kind, value = "text", unescape(value[1:-1])
        if kind != "comment":
            found.append(Token(kind, value, source.count("\n", 0, match.start()) + 1))
    return without_tests(found)


def without_tests(found):
    """Leaves out items with `#[cfg(test)]`."""
    kept, at = [], 0
    while at < len(found):
        if [it.value for it in found[at : at + 7]] == ["#", "[", "cfg", "(", "test", ")", "]"]:
            at += 7
            while not (found[at].is_mark("{") or found[at].is_mark(";")):
                at += 1
            at = end_of(found, at) if found[at].is_mark("{") else at + 1
        else:
            kept.append(found[at])
            at += 1
    return kept


def end_of(found, at):
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    for place in range(at, len(found)):
        if found[place].kind == "mark":
            depth += found[place].value in "([{"
            depth -= found[place].value in ")]}"
        if depth == 0:
            return place + 1
    raise ValueError("an open bracket")


def split(found):
    """The parts between commas."""
    parts, part, at = [], [], 0
    while at < len(found):
        if found[at].kind == "mark" and found[at].value in CLOSING:
            end = end_of(found, at)
            part += found[at:end]
            at = end
            continue
        if found[at].is_mark(","):
            parts.append(part)
            part = []
        else:
            part.append(found[at])
        at += 1
    return [it for it in [*parts, part] if it]


def up_to(found, at, mark):
    """The tokens up to a mark outside of brackets."""
    taken = []
    while at < len(found) and not found[at].is_mark(mark):
        end = end_of(found, at) if found[at].kind == "mark" and found[at].value in CLOSING else at + 1
        taken += found[at:end]
        at = end
    return taken


class Statement:
    """A statement, with where it stands and how it reads."""

    def __init__(self, file, line, sql, is_constant=False):
        self.file, self.line, self.sql, self.is_constant = file, line, sql, is_constant


class Source:
    """All files, with their constants."""

    def __init__(self, root, folders, known):
        self.root, self.known = root, known
        self.files, self.constants, self.macros, self.problems = {}, {}, {}, []
        # The texts of variables that are parts of others.
        self.parts = set()
        for folder in folders:
            for path in sorted((root / folder).rglob("*.rs")):
                name = str(path.relative_to(root))
                if "tests" not in Path(name).parts and path.name != "tests.rs":
                    self.files[name] = self.without_macros(tokens(path.read_text()))
        for file, found in self.files.items():
            for at, token in enumerate(found):
                if token.value in ("const", "static") and token.kind == "word" and found[at + 2].is_mark(":"):
                    self.constants.setdefault(found[at + 1].value, []).append((file, self.value_of(found, at)))

    def without_macros(self, found):
        """Takes out the macros with one rule."""
        kept, at = [], 0
        while at < len(found):
            if found[at].value == "macro_rules!":
                end = end_of(found, at + 2)
                inside = found[at + 3 : end - 1]
                behind = end_of(inside, 0)
                parameters = [it.value for before, it in zip(inside, inside[1:behind]) if before.is_mark("$")]
                self.macros[found[at + 1].value] = parameters, inside[behind + 2 : end_of(inside, behind + 1) - 1]
                at = end
            else:
                kept.append(found[at])
                at += 1
        return kept

    def expanded(self, name, arguments):
        """What a macro with these arguments is."""
        parameters, body = self.macros[name]
        given, expanded = dict(zip(parameters, arguments)), []
        for before, token in zip([Token("mark", "", 0), *body], body):
            if before.is_mark("$"):
                expanded[-1:] = given[token.value]
            else:
                expanded.append(token)
        return expanded

    @staticmethod
    def value_of(found, at):
        declaration = up_to(found, at, ";")
        equals = [place for place, it in enumerate(declaration) if it.is_mark("=")]
        return declaration[equals[0] + 1 :] if equals else []

    def constant(self, file, path):
        """The texts of a constant with this path."""
        *modules, name = path
        modules = [it for module in modules for it in self.renamed(file, module)]
        places = self.constants.get(name, [])
        if modules in ([], ["Self"]):
            places = [it for it in places if it[0] == file] or places
        else:
            # A module is a file or a folder; a type has its name in that of its file.
            named = [it.lower() for it in modules]
            places = [it for it in places if all(name in it[0].replace("_", "") or name in it[0] for name in named)] or places
        beside = [it for it in places if Path(it[0]).parent == Path(file).parent]
        if len(places) > 1 and len(beside) == 1:
            places = beside
        if len(places) != 1:
            raise Open(name)
        return self.texts(places[0][0], places[0][1], None)

    def renamed(self, file, module):
        """The path that `use … as module` gives another name."""
        found = self.files[file]
        for at, token in enumerate(found[:-1]):
            if token.value == "as" and found[at + 1].value == module:
                path, depth = [], 0
                while found[at - 1].value != "use":
                    at -= 1
                    depth += found[at].is_mark("}") - found[at].is_mark("{")
                    if found[at].is_mark(",") and depth >= 0:
                        # What stands before in the same list.
                        depth = max(depth, 1)
                    elif found[at].is_mark("{") and depth <= 0:
                        depth = 0
                    elif found[at].kind == "word" and depth == 0:
                        path.insert(0, found[at].value)
                return [it for it in path if it not in ("crate", "super", "self")]
        return [module]

    def variable(self, file, name, before):
        """The texts of the variable that was last declared before."""
        found = self.files[file]
        for at in range(before, 0, -1):
            names = [it.value for it in found[at : at + 3]]
            if names[:1] == ["let"] and name in names[1 : 2 + (names[1] == "mut")]:
                value = self.value_of(found, at)
                self.parts.update(id(it) for it in value if it.kind == "text")
                return self.texts(file, value, at - 1)
        raise Open(name)

    def texts(self, file, expression, at):
        """All that an expression may be; `at` is its place, for variables before it."""
        while expression and (expression[0].is_mark("&") or expression[0].is_mark("*")):
            expression = expression[1:]
        if not expression:
            raise Open("nothing")
        first = expression[0]
        if first.kind == "text":
            return [first.value]
        if first.value == "format!":
            return self.formatted(file, split(expression[2 : end_of(expression, 1) - 1]), at)
        if first.value == "concat!":
            parts = [self.texts(file, it, at) for it in split(expression[2 : end_of(expression, 1) - 1])]
            return ["".join(it) for it in itertools.product(*parts)]
        if first.value.removesuffix("!") in self.macros and first.value.endswith("!"):
            arguments = split(expression[2 : end_of(expression, 1) - 1])
            return self.texts(file, self.expanded(first.value[:-1], arguments), at)
        if first.value in ("if", "match"):
            parts = [place for place, it in enumerate(expression) if it.kind == "text" or it.value == "format!"]
            inner = [end_of(expression, place + 1) for place in parts if expression[place].value == "format!"]
            texts, skip = [], 0
            for place in parts:
                if place >= skip:
                    texts += self.texts(file, expression[place:], at)
                    skip = inner.pop(0) if expression[place].value == "format!" else place
            empty = [""] if any(it.value == "String" for it in expression) else []
            return texts + empty
        if first.kind == "word" and first.value[0].isdigit():
            return [re.sub(r"_|[iu]\d+$", "", first.value)]
        path = [it.value for it in expression if it.kind == "word"]
        if all(it.kind == "word" or it.is_mark("::") for it in expression):
            if path[-1].isupper():
                return self.constant(file, path)
            if len(path) == 1 and at is not None:
                return self.variable(file, path[0], at)
        raise Open(path[-1] if path else "?")

    def formatted(self, file, arguments, at):
        template = arguments[0][0].value
        named = {it[0].value: it[2:] for it in arguments[1:] if len(it) > 2 and it[1].is_mark("=")}
        positional = iter([it for it in arguments[1:] if not (len(it) > 2 and it[1].is_mark("="))])
        # Each hole with all that it may be; one name is the same everywhere.
        choices, pieces, last = {}, [], 0
        for hole in HOLE.finditer(template):
            pieces.append(template[last : hole.start()])
            last = hole.end()
            if hole[0] in ("{{", "}}"):
                pieces.append(hole[0][0])
                continue
            name = hole[1] or f"{len(choices)}"
            expression = named.get(hole[1]) or (next(positional) if not hole[1] else [Token("word", name, 0)])
            if name not in choices:
                choices[name] = self.part(file, hole[1], expression, at)
            pieces.append((name,))
        pieces.append(template[last:])
        found = []
        for chosen in itertools.product(*choices.values()):
            of = dict(zip(choices, chosen))
            found.append("".join(it if isinstance(it, str) else of[it[0]] for it in pieces))
        return found

    def part(self, file, name, expression, at):
        known = self.known.get(file, {}).get(name)
        if known is not None:
            return known
        try:
            return self.texts(file, expression, at)
        except Open:
            if name in self.known["anywhere"]:
                return self.known["anywhere"][name]
            raise Open(name or " ".join(it.value for it in expression)) from None

    def statements(self):
        """All statements. What could not be looked up is a problem."""
        found = []
        for file, inside in self.files.items():
            done = 0
            for at, token in enumerate(inside):
                texts = []
                try:
                    if token.value == "format!" and inside[at + 2].kind == "text":
                        done = end_of(inside, at + 1)
                        texts = self.texts(file, inside[at:done], at)
                    elif at >= done and self.is_joined(inside, at):
                        done = end_of(inside, at + 1)
                        texts = self.texts(file, inside[at:done], at)
                    elif token.value == "include_str!" and inside[at + 2].value.endswith(".sql"):
                        texts = [(self.root / file).with_name(inside[at + 2].value).read_text()]
                    elif token.kind == "text" and at >= done:
                        texts = [token.value]
                    elif token.value == "Purge" and inside[at + 2].value == "new" and inside[at + 3].is_mark("("):
                        texts = self.purge(inside, at)
                    elif token.value == "database" and self.is_writing(inside, at):
                        texts = self.built(file, inside, at)
                except Open as part:
                    if file not in self.known["skipped"] and CLAUSE.search(inside[at + 2].value):
                        self.problems.append(f"{file}:{token.line}: what `{part}` may be is not known; allowed.toml can say it")
                constant = any(it.value in ("const", "static") for it in inside[max(0, at - 8) : at])
                found += [(token, Statement(file, token.line, it, constant)) for it in texts if VERB.match(it)]
        return [it for token, it in found if id(token) not in self.parts and it.file not in self.known["skipped"]]

    @staticmethod
    def is_writing(inside, at):
        return inside[at + 2].value in ("insert", "update") and inside[at + 3].is_mark("(")

    def is_joined(self, inside, at):
        """Whether texts with SQL are joined here, by `concat!` or a macro that does so."""
        value = inside[at].value
        _, body = self.macros.get(value.removesuffix("!"), ([], []))
        if value == "concat!":
            body = inside[at : end_of(inside, at + 1)]
        is_macro = value.endswith("!") and body and body[0].value == "concat!"
        return is_macro and any(it.kind == "text" and CLAUSE.search(it.value) for it in body)

    def purge(self, inside, at):
        """What `Purge` deletes, by the text in its own file."""
        arguments = [it[0].value for it in split(inside[at + 4 : end_of(inside, at + 3) - 1])]
        if len(arguments) != 3 or inside[at + 4].kind != "text":
            return []
        after = end_of(inside, at + 3)
        is_limited = [it.value for it in inside[after : after + 2]] == [".", "only"]
        condition = inside[after + 3].value if is_limited else "TRUE"
        parts = dict(zip(("table", "key", "age"), arguments), condition=condition, limit="1")
        home = self.files["domain/src/database/purge.rs"]
        [template] = [it.value for it in home if it.kind == "text" and "DELETE FROM" in it.value]
        return [HOLE.sub(lambda hole: parts[hole[1]], template)]

    def built(self, file, inside, at):
        """What `database::insert` and `update` make of a table's name and, for `update`, the columns of the key."""
        _, table, *rest = split(inside[at + 4 : end_of(inside, at + 3) - 1])
        tables = self.part(file, table[0].value, table, at) if table[0].kind != "text" else [table[0].value]
        if inside[at + 2].value == "insert":
            # A row has all columns that may not be null.
            return [f"INSERT INTO {it} SELECT * FROM jsonb_populate_recordset(NULL::{it}, $1)" for it in tables]
        key = rest[0]
        if len(key) == 1:
            places = [it for it in range(at) if [inside[it].value, inside[it + 1].value] == ["let", key[0].value]]
            key = self.value_of(inside, places[-1])
        columns = [it.value for it in key if it.kind == "text"]
        condition = " AND ".join(f"{column} = ${number}" for number, column in enumerate(columns, 1))
        return [f"UPDATE {it} SET changed = TRUE WHERE {condition}" for it in tables]
