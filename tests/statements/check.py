"""Which statements of the program are restricted to members, and whether the others are those of allowed.toml.

    check.py [--table | --log FILE…]

Prints a summary, with --table each statement. With --log it also looks at the statements in logs of Postgres (log_statement =
all): none may be restricted less than those in the source.
"""

import collections
import re
import sys
import tomllib
from pathlib import Path

import pglast
from pglast import ast
from pglast.stream import RawStream

import collect
from examples import EXAMPLES
from restriction import Analysis
from schema import Schema

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDERS = ["domain/src", "resolvers/src", "workers/src", "gateway/src", "content/src"]
ALLOWED = tomllib.loads((HERE / "allowed.toml").read_text())
VIEWS = "migrations/sql"
DATA = (ast.SelectStmt, ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt)


class Finding:
    """What is known of a statement."""

    def __init__(self, schema, statement, node):
        self.file, self.line, self.sql, self.node = statement.file, statement.line, statement.sql, node
        self.verb = type(node).__name__.removesuffix("Stmt").upper()
        uses = list(Analysis(schema, node).uses()) if isinstance(node, DATA) else []
        alone = list(Analysis(schema, node, arrays=False).uses()) if uses else []
        self.tables = {table for table, _, _ in uses}
        self.owned = {it for it in self.tables if schema.is_owned(it)}
        free = [it for it in uses if it[0] in self.owned and schema.member_column(it[0]) not in it[1]]
        self.open, found = {}, set()
        for table, bound, equal in free:
            keys = [it for it in schema.keys[table] if it <= bound]
            if keys:
                self.open.setdefault(table, f"key {', '.join(sorted(keys[0]))}")
                found |= equal
        for table, bound, equal in free:
            if not any(it <= bound for it in schema.keys[table]):
                self.open[table] = "that member" if equal & found else ", ".join(sorted(bound)) or "nothing"
        # Whether it is about one member, not some.
        self.has_one_member = all(schema.member_column(it[0]) in it[1] for it in alone if it[0] in self.owned)
        # Whether all rows that meet are those of one member: then each shard can do its part alone.
        self.is_joined_by_member = bool(free) and all(free[0][2] & equal for _, _, equal in free[1:])

    @property
    def is_crossing(self):
        """Whether it goes over rows of any number of members."""
        return any(not by.startswith("key") and by != "that member" for by in self.open.values())

    @property
    def crossing(self):
        return self.file, ", ".join(f"{table} by {by}" for table, by in sorted(self.open.items()))

    @property
    def restriction(self):
        if not self.tables:
            return "no table"
        if not self.owned:
            return "no rows of members"
        return "the member" if not self.open else self.crossing[1]


def findings(schema):
    source = collect.Source(ROOT, FOLDERS, ALLOWED["open"])
    problems, found = source.problems, []
    for statement in source.statements():
        try:
            nodes = [it.stmt for it in pglast.parse_sql(statement.sql)]
        except pglast.parser.ParseError as error:
            # Constants are parts of statements too.
            if not statement.is_constant:
                problems.append(f"{statement.file}:{statement.line}: {error}")
            continue
        found += [Finding(schema, statement, node) for node in nodes]
    for name, node in schema.views:
        found.append(Finding(schema, collect.Statement(VIEWS, name, ""), node))
    return found, source.problems


def mistaken(schema):
    """Examples that are taken for something else."""
    for sql, expected in EXAMPLES.items():
        actual = Finding(schema, collect.Statement("", 0, sql), pglast.parse_sql(sql)[0].stmt).restriction
        if actual != expected:
            yield f"{sql}: {actual} instead of {expected}"


def compare(found):
    """What is allowed and what is there, one against the other."""
    there = collections.Counter(it.crossing for it in found if it.open)
    allowed = collections.Counter()
    for group in ALLOWED["crossing"]:
        for file, statements in group["statements"].items():
            for statement in statements:
                allowed[file, statement] += 1
    for (file, statement), number in sorted((there - allowed).items()):
        lines = ", ".join(str(it.line) for it in found if it.crossing == (file, statement))
        yield f"{file}:{lines}: {number} × not restricted to a member: {statement}"
    for (file, statement), number in sorted((allowed - there).items()):
        yield f"allowed.toml: {number} × too many of {file}: {statement}"


def unknown_tables(schema, found):
    """Tables that neither the migrations nor allowed.toml know, and those that only the latter does."""
    listed = {it for group in ALLOWED["tables"].values() for it in group}
    for table in sorted(it for it in schema.columns if not schema.is_owned(it) and it not in listed):
        yield f"{table} has no column for the member: [tables] of allowed.toml says of what it is"
    for it in found:
        for table in sorted(it.tables - set(schema.columns) - listed):
            yield f"{it.file}:{it.line}: {table} is no table of the migrations"
    for table in sorted(listed & {it for it in schema.columns if schema.is_owned(it)}):
        yield f"allowed.toml: {table} has a column for the member"
    for table in sorted(listed - set(schema.columns) - {it for found_one in found for it in found_one.tables}):
        yield f"allowed.toml: there is no {table}"


def logged(path):
    """The statements in a log, once each."""
    texts = set()
    for entry in Path(path).read_text(errors="replace").replace("\n\t", "\t").splitlines():
        match = re.search(r"LOG:  (?:statement|execute [^:]*): (.*)", entry)
        if match:
            texts.add(match[1].replace("\t", "\n"))
    return texts


def parts(node):
    """A statement, or the reads that a joint statement consists of."""
    if isinstance(node, ast.SelectStmt) and node.op:
        return [*parts(node.larg), *parts(node.rarg)]
    if isinstance(node, ast.SelectStmt) and len(node.fromClause or ()) == 1:
        [item] = node.fromClause
        if isinstance(item, ast.RangeSubselect) and item.alias.aliasname == "part":
            return [item.subquery]
    return [node]


def unforeseen(schema, found, paths):
    """Statements in logs that are restricted as none in the source is. Those without parameters are of people and tests."""
    foreseen = {it.crossing[1] for it in found}
    seen = set()
    for text in sorted({text for path in paths for text in logged(path)}):
        try:
            nodes = [it.stmt for it in pglast.parse_sql(text)]
        except pglast.parser.ParseError:
            # Whatever a client sent.
            continue
        for part in (part for node in nodes if isinstance(node, DATA) for part in parts(node)):
            one = Finding(schema, collect.Statement("", 0, text), part)
            if one.owned and "$1" in text:
                seen.add(RawStream()(part))
                if one.crossing[1] not in foreseen:
                    yield f"in a log: {one.restriction}: {' '.join(text.split())[:300]}"
    print(f"{len(seen)} different statements on rows of members in the logs")


def table(found):
    print("| statement | where | tables | restricted by |\n| --- | --- | --- | --- |")
    for it in found:
        print(f"| {it.verb} | {it.file}:{it.line} | {', '.join(sorted(it.tables))} | {it.restriction} |")


def summary(schema, found):
    restricted = [it for it in found if it.owned and not it.open]
    crossing = [it for it in found if it.is_crossing]
    by_key = [it for it in found if it.open and not it.is_crossing]
    print(f"{len(found)} statements, {len(restricted) + len(crossing) + len(by_key)} of them on rows of members:")
    one = len([it for it in restricted if it.has_one_member])
    print(f"{len(restricted):5} restricted by the member's column: {one} to one value, {len(restricted) - one} to those of an array")
    mixed = len([it for it in restricted if it.tables - it.owned])
    print(f"      {mixed} of them also use tables without that column")
    print(f"{len(by_key):5} restricted to one row by another key")
    joined = len([it for it in crossing if it.is_joined_by_member])
    print(f"{len(crossing):5} over all members, {joined} of which relate rows of the same member alone")
    print("Not restricted by the member's column:")
    for group in ALLOWED["crossing"]:
        print(f"{sum(map(len, group['statements'].values())):5} {group['reason']}")
    print("On tables without that column:")
    for name, tables in ALLOWED["tables"].items():
        on = [it for it in found if not it.owned and it.tables & set(tables)]
        print(f"{len(on):5} {name}")
    print("Keys of members' tables without that column:")
    for table in sorted(it for it in schema.columns if schema.is_owned(it)):
        for key in schema.keys[table]:
            if schema.member_column(table) not in key:
                print(f"      {table} ({', '.join(sorted(key))})")


def main(arguments):
    schema = Schema(ROOT / "migrations/sql")
    found, problems = findings(schema)
    if arguments[:1] == ["--table"]:
        table(found)
    problems += [*mistaken(schema), *compare(found), *unknown_tables(schema, found)]
    if arguments[:1] == ["--log"]:
        problems += unforeseen(schema, found, arguments[1:])
    elif not arguments:
        summary(schema, found)
    for problem in dict.fromkeys(problems):
        print(problem, file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
