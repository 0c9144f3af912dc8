"""The tables that the migrations make: their columns, and which of them tell rows apart."""

from pglast import ast, enums, parse_sql

KEYS = (enums.ConstrType.CONSTR_PRIMARY, enums.ConstrType.CONSTR_UNIQUE)


class Schema:
    """`columns` of each table and its `keys`, each a set of columns; partitions of a table are left out."""

    def __init__(self, folder):
        self.columns, self.keys, self.views = {}, {}, []
        for path in sorted(folder.glob("*.sql")):
            for statement in parse_sql(path.read_text()):
                self.apply(statement.stmt)

    def apply(self, node):
        if isinstance(node, ast.CreateStmt) and node.partbound is None:
            table = node.relation.relname
            self.columns[table], self.keys[table] = set(), []
            for it in node.tableElts or ():
                if isinstance(it, ast.ColumnDef):
                    self.add_column(table, it)
                else:
                    self.add_key(table, it)
        elif isinstance(node, ast.AlterTableStmt) and node.relation.relname in self.columns:
            table = node.relation.relname
            for it in node.cmds:
                if it.subtype == enums.AlterTableType.AT_AddColumn:
                    self.add_column(table, it.def_)
                elif it.subtype == enums.AlterTableType.AT_AddConstraint:
                    self.add_key(table, it.def_)
                elif it.subtype == enums.AlterTableType.AT_DropColumn:
                    self.columns[table].discard(it.name)
                elif it.subtype == enums.AlterTableType.AT_DropConstraint and it.name == f"{table}_pkey":
                    self.keys[table] = self.keys[table][1:]
        elif isinstance(node, ast.IndexStmt) and node.unique and node.whereClause is None:
            self.keys[node.relation.relname].append({it.name for it in node.indexParams})
        elif isinstance(node, ast.DropStmt) and node.removeType == enums.ObjectType.OBJECT_TABLE:
            for it in node.objects:
                self.columns.pop(it[-1].sval, None)
        elif isinstance(node, ast.ViewStmt):
            self.views.append((f"{node.view.schemaname}.{node.view.relname}", node.query))

    def add_column(self, table, column):
        self.columns[table].add(column.colname)
        for it in column.constraints or ():
            if it.contype in KEYS:
                self.keys[table].append({column.colname})

    def add_key(self, table, constraint):
        if constraint.contype in KEYS:
            key = {it.sval for it in constraint.keys or ()}
            # `ADD PRIMARY KEY USING INDEX` names none.
            self.keys[table] += [key] if key else []

    def is_owned(self, table):
        """Whether its rows are those of members."""
        return table == "member" or "member_id" in self.columns.get(table, ())

    def member_column(self, table):
        return "id" if table == "member" else "member_id"
