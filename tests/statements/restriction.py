"""Finds what restricts a statement: for each table with rows of members, whether equations bind the member's column.

A column is bound when it equals a parameter, an element of one, or another bound column, by conditions that all rows have to
meet: those of WHERE, ON and USING that are joined by AND, and the values of inserted rows. Subqueries and common table
expressions pass on which of their columns are bound. What OR joins, and what other operators compare, binds nothing.
"""

from pglast import ast, enums

BOUND = "bound"


def names(fields):
    return [it.sval for it in fields if isinstance(it, ast.String)]


def children(node):
    for slot in node:
        value = getattr(node, slot, None)
        for it in value if isinstance(value, tuple) else (value,):
            for inner in it if isinstance(it, tuple) else (it,):
                if isinstance(inner, ast.Node):
                    yield inner


def subqueries(node):
    """The subqueries in an expression, without those in them."""
    if isinstance(node, ast.SubLink):
        yield node
        if node.testexpr is not None:
            yield from subqueries(node.testexpr)
    elif not isinstance(node, (ast.SelectStmt, ast.RangeSubselect)):
        for child in children(node):
            yield from subqueries(child)


class Scope:
    """A level of a statement: its tables, and which columns are equal."""

    def __init__(self, statement, outer=None):
        self.statement, self.outer = statement, outer
        self.identity, self.tables = id(self), {}
        self.equal = dict(outer.equal) if outer else {}

    def trial(self):
        """A copy, to find out what conditions would bind."""
        copy = Scope(self.statement, self)
        copy.outer, copy.identity, copy.tables = self.outer, self.identity, self.tables
        return copy

    def find(self, column):
        while column in self.equal:
            column = self.equal[column]
        return column

    def unite(self, first, second):
        if first is None or second is None:
            return
        first, second = self.find(first), self.find(second)
        if first != second:
            if first == BOUND:
                first, second = second, first
            self.equal[first] = second

    def add(self, alias, columns, relation=None):
        """Adds a table; of one whose columns are not known, `None`, all are bound."""
        self.tables[alias] = columns
        if relation is not None:
            self.statement.tables[id(relation)] = (relation.relname, alias, self)

    def column(self, fields):
        """The column that a reference means."""
        *table, name = names(fields) or [""]
        scope = self
        while scope is not None:
            for alias, columns in scope.tables.items():
                if (alias == table[-1]) if table else (columns is not None and name in columns):
                    return BOUND if columns is None else (scope.identity, alias, name)
            if not table and None in scope.tables.values():
                return BOUND
            scope = scope.outer
        return None

    def value(self, node):
        """The column that an expression is, or that it is bound."""
        if isinstance(node, ast.TypeCast):
            return self.value(node.arg)
        if isinstance(node, ast.ParamRef):
            return BOUND
        if isinstance(node, ast.ColumnRef):
            return self.column(node.fields)
        if isinstance(node, ast.A_ArrayExpr):
            return BOUND if all(self.value(it) == BOUND for it in node.elements or ()) else None
        if isinstance(node, ast.SubLink) and node.subLinkType in (
            enums.SubLinkType.EXPR_SUBLINK,
            enums.SubLinkType.ARRAY_SUBLINK,
        ):
            columns = self.statement.query(node.subselect, self)
            return columns[0][1] if len(columns) == 1 else None
        return None

    def require(self, node):
        """Takes in a condition that all rows meet."""
        if isinstance(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
            for it in node.args:
                self.require(it)
        elif isinstance(node, ast.A_Expr) and names(node.name) == ["="]:
            left, right = node.lexpr, node.rexpr
            if node.kind == enums.A_Expr_Kind.AEXPR_IN:
                if all(self.value(it) == BOUND for it in right):
                    self.unite(self.value(left), BOUND)
            elif isinstance(left, ast.RowExpr) and isinstance(right, ast.RowExpr):
                for pair in zip(left.args, right.args):
                    self.unite(*map(self.value, pair))
            elif node.kind in (enums.A_Expr_Kind.AEXPR_OP, enums.A_Expr_Kind.AEXPR_NOT_DISTINCT) or (
                node.kind == enums.A_Expr_Kind.AEXPR_OP_ANY and self.statement.arrays
            ):
                self.unite(self.value(left), self.value(right))
        elif isinstance(node, ast.SubLink) and node.subLinkType == enums.SubLinkType.ANY_SUBLINK and not node.operName:
            tested = node.testexpr.args if isinstance(node.testexpr, ast.RowExpr) else [node.testexpr]
            for left, (_, right) in zip(tested, self.statement.query(node.subselect, self)):
                self.unite(self.value(left), right)

    def enter(self, item):
        """Takes in an item of FROM."""
        if isinstance(item, ast.RangeVar):
            alias = item.alias.aliasname if item.alias else item.relname
            given = self.statement.queries.get(item.relname)
            if given is not None and item.schemaname is None:
                self.enter_query(alias, given, ())
            else:
                self.add(alias, self.statement.schema.columns.get(item.relname, set()), item)
        elif isinstance(item, ast.RangeSubselect):
            columns = self.statement.query(item.subquery, self)
            self.enter_query(item.alias.aliasname, columns, names(item.alias.colnames or ()))
        elif isinstance(item, ast.RangeFunction):
            arguments = [it for call in item.functions for it in (call[0].args or ()) if isinstance(call[0], ast.FuncCall)]
            is_bound = self.statement.arrays and any(self.value(it) == BOUND for it in arguments) and all(
                self.value(it) == BOUND or isinstance(it, (ast.TypeCast, ast.A_Const)) for it in arguments
            )
            alias = item.alias.aliasname if item.alias else ""
            columns = set(names(item.alias.colnames or ())) if item.alias else set()
            if is_bound:
                self.add(alias, (columns or {alias}) if alias != "" and (columns or len(arguments) == 1) else None)
                for name in self.tables[alias] or ():
                    self.unite((self.identity, alias, name), BOUND)
            else:
                self.add(alias, columns or {alias})
        elif isinstance(item, ast.JoinExpr):
            before = list(self.tables)
            self.enter(item.larg)
            left = [it for it in self.tables if it not in before]
            self.enter(item.rarg)
            right = [it for it in self.tables if it not in before and it not in left]
            for name in names(item.usingClause or ()):
                sides = []
                for side in (left, right):
                    within = [it for it in side if self.tables[it] is not None and name in self.tables[it]]
                    sides.append((self.identity, within[0], name) if within else None)
                self.unite(*sides)
            if item.quals is not None and item.jointype == enums.JoinType.JOIN_INNER:
                self.require(item.quals)
            elif item.quals is not None:
                # Rows of an outer join's own side are there anyway: its conditions restrict the other side alone.
                restricted = right if item.jointype == enums.JoinType.JOIN_LEFT else left
                trial = self.trial()
                trial.require(item.quals)
                for alias in restricted:
                    for name in self.tables[alias] or ():
                        column = (self.identity, alias, name)
                        self.unite(column, trial.find(column))

    def enter_query(self, alias, columns, renamed):
        known = [renamed[place] if place < len(renamed) else name for place, (name, _) in enumerate(columns)]
        self.add(alias, set(known))
        for name, (_, column) in zip(known, columns):
            self.unite((self.identity, alias, name), column)

    def look_into(self, *expressions):
        """Takes in the subqueries of expressions."""
        for expression in expressions:
            for it in expression if isinstance(expression, tuple) else (expression,):
                if isinstance(it, ast.Node):
                    for sub in subqueries(it):
                        self.statement.query(sub.subselect, self)


class Analysis:
    """One statement. Without `arrays`, those do not bind: what is bound then has one value."""

    def __init__(self, schema, node, arrays=True):
        self.schema, self.arrays, self.queries, self.tables = schema, arrays, {}, {}
        self.query(node, None)

    def query(self, node, outer):
        """Its columns, each with its name and what it is for the query around it."""
        if node.withClause is not None:
            for it in node.withClause.ctes:
                if node.withClause.recursive:
                    self.queries[it.ctename] = []
                columns = self.query(it.ctequery, outer)
                renamed = names(it.aliascolnames or ())
                self.queries[it.ctename] = [
                    (renamed[place] if place < len(renamed) else name, column) for place, (name, column) in enumerate(columns)
                ]
        if isinstance(node, ast.SelectStmt) and node.op != enums.SetOperation.SETOP_NONE:
            left, right = self.query(node.larg, outer), self.query(node.rarg, outer)
            return [(name, one if one == other else None) for (name, one), (_, other) in zip(left, right)]
        scope = Scope(self, outer)
        return getattr(self, type(node).__name__)(node, scope)

    def passed_on(self, scope, targets):
        """The columns of a list of targets, as the query around sees them."""
        columns = []
        for target in targets or ():
            reference = target.val
            if isinstance(reference, ast.ColumnRef) and isinstance(reference.fields[-1], ast.A_Star):
                of = names(reference.fields)
                for alias, known in scope.tables.items():
                    if not of or of[-1] == alias:
                        columns += [(name, self.outside(scope, (scope.identity, alias, name))) for name in sorted(known or ())]
                continue
            name = target.name
            if name is None and isinstance(reference, ast.ColumnRef):
                name = names(reference.fields)[-1]
            columns.append((name or "?", self.outside(scope, scope.value(reference))))
        return columns

    @staticmethod
    def outside(scope, column):
        """A column as the query around knows it: bound, or equal to one of its own."""
        if column is None:
            return None
        found = scope.find(column)
        if found == BOUND:
            return BOUND
        around = scope.outer
        while around is not None:
            for other in [found, *(it for it in list(scope.equal) if scope.find(it) == found)]:
                if other[0] == around.identity:
                    return other
            around = around.outer
        return None

    def SelectStmt(self, node, scope):
        if node.valuesLists:
            rows = [[scope.value(it) for it in row] for row in node.valuesLists]
            scope.look_into(*(tuple(row) for row in node.valuesLists))
            return [("?", BOUND if all(it == BOUND for it in column) else None) for column in zip(*rows)]
        # Twice: of what the conditions say, subqueries in FROM may need some.
        for _ in range(2):
            for item in node.fromClause or ():
                scope.enter(item)
            if node.whereClause is not None:
                scope.require(node.whereClause)
        scope.look_into(node.targetList, node.whereClause, node.havingClause, node.sortClause, node.limitCount, node.fromClause)
        return self.passed_on(scope, node.targetList)

    def InsertStmt(self, node, scope):
        alias = node.relation.alias.aliasname if node.relation.alias else node.relation.relname
        columns = self.schema.columns.get(node.relation.relname, set())
        given = self.query(node.selectStmt, scope) if node.selectStmt is not None else []
        scope.add(alias, columns, node.relation)
        into = [it.name for it in node.cols] if node.cols else None
        if into is None and all(name == "*" for name, _ in given):
            into = []
        for name, (_, column) in zip(into or (), given):
            scope.unite((scope.identity, alias, name), column)
        if not node.cols:
            # All columns, of a row that a parameter has.
            for name in columns:
                scope.unite((scope.identity, alias, name), BOUND)
        if node.onConflictClause is not None:
            scope.look_into(node.onConflictClause.targetList, node.onConflictClause.whereClause)
        return self.passed_on(scope, returned(node))

    def change(self, node, scope, further):
        alias = node.relation.alias.aliasname if node.relation.alias else node.relation.relname
        scope.add(alias, self.schema.columns.get(node.relation.relname, set()), node.relation)
        for _ in range(2):
            for item in further or ():
                scope.enter(item)
            if node.whereClause is not None:
                scope.require(node.whereClause)
        scope.look_into(getattr(node, "targetList", None), node.whereClause, further)
        return self.passed_on(scope, returned(node))

    def UpdateStmt(self, node, scope):
        return self.change(node, scope, node.fromClause)

    def DeleteStmt(self, node, scope):
        return self.change(node, scope, node.usingClause)

    def uses(self):
        """Each use of a table: its name, the columns that are bound, and what its member's column equals."""
        for name, alias, scope in self.tables.values():
            columns = self.schema.columns.get(name, set())
            bound = {it for it in columns if scope.find((scope.identity, alias, it)) == BOUND}
            member = (scope.identity, alias, self.schema.member_column(name))
            equal = {it for it in [member, *scope.equal] if scope.find(it) == scope.find(member)}
            yield name, bound, equal | {scope.find(member)}


def returned(node):
    """What RETURNING lists; in Postgres 18 it is a clause of its own."""
    clause = getattr(node, "returningClause", None)
    return clause.exprs if clause is not None else getattr(node, "returningList", None)
