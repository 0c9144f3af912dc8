// Mistakes in the tree of a request: names that are mistyped, and nodes that are omitted, duplicated or mixed up.
import { Kind, isInputType, isOutputType, visit } from 'graphql';

import { STRINGS } from './valid.mjs';

const name = (value) => ({ kind: Kind.NAME, value });
const field = (called) => ({ kind: Kind.FIELD, name: name(called), arguments: [], directives: [] });
const argument = (called, value) => ({ kind: Kind.ARGUMENT, name: name(called), value });
const directive = (called, ...given) => ({ kind: Kind.DIRECTIVE, name: name(called), arguments: given });
const boolean = (value) => ({ kind: Kind.BOOLEAN, value });
const variable = (called) => ({ kind: Kind.VARIABLE, name: name(called) });
const namedType = (called) => ({ kind: Kind.NAMED_TYPE, name: name(called) });
const selectionSet = (...selections) => ({ kind: Kind.SELECTION_SET, selections });

/** Literals of every kind. */
const LITERALS = [
  { kind: Kind.INT, value: '7' },
  { kind: Kind.INT, value: '2147483648' },
  { kind: Kind.INT, value: '55376161017' },
  { kind: Kind.FLOAT, value: '1.0' },
  { kind: Kind.FLOAT, value: '1e400' },
  { kind: Kind.STRING, value: 'VEGAN' },
  { kind: Kind.STRING, value: '2026-03-14', block: true },
  boolean(true),
  { kind: Kind.NULL },
  { kind: Kind.ENUM, value: 'VEGAN' },
  { kind: Kind.ENUM, value: 'NONSENSE' },
  { kind: Kind.LIST, values: [] },
  { kind: Kind.LIST, values: [{ kind: Kind.NULL }] },
  { kind: Kind.OBJECT, fields: [] },
];

/** The nodes of some kinds in a document, which may be changed. */
function nodes(document, ...kinds) {
  const found = [];
  visit(document, { enter: (node) => void (kinds.includes(node.kind) && found.push(node)) });
  return found;
}

/** Replaces the content of a node by that of another one. */
function become(node, other) {
  const copy = structuredClone(other);
  for (const key of Object.keys(node)) delete node[key];
  Object.assign(node, copy);
}

const VALUES = [
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.VARIABLE,
];
const WITH_DIRECTIVES = [
  ...[Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.FRAGMENT_DEFINITION],
  ...[Kind.OPERATION_DEFINITION, Kind.VARIABLE_DEFINITION],
];

/**
 * The mistakes by name. Each function gets `at(...kinds)`, which picks a node of these kinds, the request, and the
 * names in the schema; without such a node it changes nothing.
 */
const MISTAKES = {
  'a name is mistyped': ({ at }) => at(Kind.NAME, (node) => (node.value += 'x')),
  'a name is that of another': ({ at, document, random }) =>
    at(Kind.NAME, (node) => (node.value = random.pick(nodes(document, Kind.NAME)).value)),
  'a field is another': ({ at, fields, random }) => at(Kind.FIELD, (node) => (node.name = name(random.pick(fields)))),
  'a literal is of another kind': ({ at, random }) => at(VALUES, (node) => become(node, random.pick(LITERALS))),
  'an enum is a string': ({ at }) => at(Kind.ENUM, (node) => become(node, { kind: Kind.STRING, value: node.value })),
  'a string is an enum': ({ at }) => at(Kind.STRING, (node) => become(node, { kind: Kind.ENUM, value: 'LUNCH' })),
  'a string is a block': ({ at }) => at(Kind.STRING, (node) => (node.block = true)),
  'an integer is a float': ({ at }) =>
    at(Kind.INT, (node) => become(node, { kind: Kind.FLOAT, value: `${node.value}.0` })),
  'a value is in a list': ({ at }) =>
    at(VALUES, (node) => become(node, { kind: Kind.LIST, values: [structuredClone(node)] })),
  'a value is in an object': ({ at }) =>
    at(VALUES, (node) =>
      become(node, {
        kind: Kind.OBJECT,
        fields: [{ kind: Kind.OBJECT_FIELD, name: name('a'), value: structuredClone(node) }],
      }),
    ),
  'an argument is missing': ({ at, random }) =>
    at(Kind.FIELD, ({ arguments: given }) => given.splice(random.below(given.length), 1)),
  'an argument is doubled': ({ at }) => at(Kind.FIELD, ({ arguments: given }) => given.push(...given.slice(0, 1))),
  'an argument is unknown': ({ at }) =>
    at(Kind.FIELD, ({ arguments: given }) => given.push(argument('unknown', boolean(true)))),
  'an input field is missing': ({ at, random }) =>
    at(Kind.OBJECT, ({ fields }) => fields.splice(random.below(fields.length), 1)),
  'an input field is doubled': ({ at }) => at(Kind.OBJECT, ({ fields }) => fields.push(...fields.slice(0, 1))),
  'an input field is unknown': ({ at }) =>
    at(Kind.OBJECT, ({ fields }) =>
      fields.push({ kind: Kind.OBJECT_FIELD, name: name('unknown'), value: boolean(true) }),
    ),
  'a selection is missing': ({ at }) => at(Kind.FIELD, (node) => delete node.selectionSet),
  'a leaf has a selection': ({ at }) =>
    at(Kind.FIELD, (node) => (node.selectionSet ??= selectionSet(field('__typename')))),
  'a field is doubled': ({ at }) =>
    at(Kind.SELECTION_SET, ({ selections }) => selections.push(structuredClone(selections[0]))),
  'two fields have one key': ({ at }) =>
    at(Kind.SELECTION_SET, ({ selections }) => {
      for (const selected of selections) if (selected.kind === Kind.FIELD) selected.alias = name('same');
    }),
  'fields anywhere have one key': ({ document, random }) => {
    for (const node of nodes(document, Kind.FIELD)) if (random.percent(40)) node.alias = name('same');
  },
  'a field comes again in a fragment, differently': ({ at, random }) =>
    at(Kind.SELECTION_SET, ({ selections }) => {
      const copy = structuredClone(selections[0]);
      if (copy.arguments) copy.arguments = copy.arguments.slice(random.below(2));
      selections.push({ kind: Kind.INLINE_FRAGMENT, directives: [], selectionSet: selectionSet(copy) });
    }),
  'a field comes again with a part of it': ({ at, random }) =>
    at(Kind.SELECTION_SET, ({ selections }) => {
      const copy = structuredClone(random.pick(selections));
      const inside = copy.selectionSet?.selections;
      if (inside?.length > 1) inside.splice(random.below(inside.length), 1);
      selections.splice(random.below(selections.length + 1), 0, copy);
    }),
  'a fragment is on another type': ({ at, types, random }) =>
    at(
      [Kind.INLINE_FRAGMENT, Kind.FRAGMENT_DEFINITION],
      (node) => (node.typeCondition = namedType(random.pick(types).name)),
    ),
  'a fragment is not used': ({ document, types, random }) =>
    document.definitions.push({
      kind: Kind.FRAGMENT_DEFINITION,
      name: name('Unused'),
      typeCondition: namedType(random.pick(types).name),
      directives: [],
      selectionSet: selectionSet(field('__typename')),
    }),
  'a fragment is missing': ({ document }) => {
    const at = document.definitions.findIndex(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    if (at >= 0) document.definitions.splice(at, 1);
  },
  'a fragment is there twice': ({ at, document }) =>
    at(Kind.FRAGMENT_DEFINITION, (node) => document.definitions.push(structuredClone(node))),
  'a fragment holds itself': ({ at, document, random }) =>
    at(Kind.FRAGMENT_DEFINITION, (node) => {
      const inside = random.pick(nodes(node, Kind.SELECTION_SET));
      const other = random.pick(nodes(document, Kind.FRAGMENT_DEFINITION));
      inside.selections.push({ kind: Kind.FRAGMENT_SPREAD, name: other.name, directives: [] });
    }),
  'a variable is not declared': ({ at, random }) =>
    at(Kind.OPERATION_DEFINITION, ({ variableDefinitions: declared }) =>
      declared.splice(random.below(declared.length), 1),
    ),
  'a variable is not used': ({ at }) =>
    at(Kind.OPERATION_DEFINITION, ({ variableDefinitions }) =>
      variableDefinitions.push({
        kind: Kind.VARIABLE_DEFINITION,
        variable: variable('unused'),
        type: namedType('Int'),
        directives: [],
      }),
    ),
  'a variable is declared twice': ({ at }) =>
    at(Kind.OPERATION_DEFINITION, ({ variableDefinitions: declared }) => declared.push(...declared.slice(0, 1))),
  'a variable is of another type': ({ at, allTypes, random }) =>
    at(Kind.VARIABLE_DEFINITION, (node) => (node.type = namedType(random.pick(allTypes).name))),
  'a variable may be null': ({ at }) =>
    at(Kind.VARIABLE_DEFINITION, (node) => {
      if (node.type.kind === Kind.NON_NULL_TYPE) node.type = node.type.type;
    }),
  'a variable is a list': ({ at }) =>
    at(Kind.VARIABLE_DEFINITION, (node) => (node.type = { kind: Kind.LIST_TYPE, type: node.type })),
  'a variable has another default': ({ at, random }) =>
    at(Kind.VARIABLE_DEFINITION, (node) => (node.defaultValue = structuredClone(random.pick(LITERALS)))),
  'a value is a variable': ({ at, document, random }) =>
    at(VALUES, (node) => become(node, random.pick([...nodes(document, Kind.VARIABLE), variable('unknown')]))),
  'a directive is where it does not belong': ({ at, random }) =>
    at(WITH_DIRECTIVES, (node) =>
      node.directives.push(
        directive(
          random.pick(['skip', 'include', 'deprecated', 'specifiedBy', 'oneOf']),
          argument('if', boolean(true)),
        ),
      ),
    ),
  'a directive is there twice': ({ at }) =>
    at([Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD], (node) =>
      node.directives.push(
        directive('skip', argument('if', boolean(false))),
        directive('skip', argument('if', boolean(false))),
      ),
    ),
  'a directive is unknown': ({ at }) => at(WITH_DIRECTIVES, (node) => node.directives.push(directive('unknown'))),
  'a directive lacks its condition': ({ at }) => at(Kind.FIELD, (node) => node.directives.push(directive('include'))),
  'a directive has another condition': ({ at, random }) =>
    at(Kind.FIELD, (node) => node.directives.push(directive('include', argument('if', random.pick(LITERALS))))),
  'another operation has no name': ({ document }) =>
    document.definitions.push({
      kind: Kind.OPERATION_DEFINITION,
      operation: 'query',
      variableDefinitions: [],
      directives: [],
      selectionSet: selectionSet(field('__typename')),
    }),
  'another operation has the same name': ({ document }) =>
    document.definitions.push({
      kind: Kind.OPERATION_DEFINITION,
      operation: 'query',
      name: name('Asked'),
      variableDefinitions: [],
      directives: [],
      selectionSet: selectionSet(field('__typename')),
    }),
  'the operation is of another kind': ({ at, random }) =>
    at(Kind.OPERATION_DEFINITION, (node) => (node.operation = random.pick(['query', 'mutation', 'subscription']))),
  'an operation is asked for that is not there': ({ request, random }) =>
    (request.operationName = random.pick(['Other', 'Asked', 'asked'])),
  'a variable has no value': ({ request, random }) => {
    const given = Object.keys(request.variables);
    if (given.length) delete request.variables[random.pick(given)];
  },
  'a variable has another value': ({ request, random }) => {
    const given = Object.keys(request.variables);
    const others = [null, 0, 7, 2.5, 2 ** 31, 55376161017, 'VEGAN', true, [], [null], {}, { unknown: 1 }, ...STRINGS];
    if (given.length) request.variables[random.pick(given)] = random.pick(others);
  },
  'a value within a variable is another': ({ request, random }) => {
    const inside = Object.values(request.variables).filter((value) => value && typeof value === 'object');
    if (inside.length === 0) return;
    const value = random.pick(inside);
    const keys = Object.keys(value);
    value[
      keys.length && !Array.isArray(value) && random.percent(70)
        ? random.pick(keys)
        : Array.isArray(value)
          ? 0
          : 'unknown'
    ] = random.pick([null, 7, 'VEGAN', [null], {}]);
  },
  'a variable is given that is not declared': ({ request }) => (request.variables.extra = 1),
  'something else of the language stands there': ({ document }) =>
    document.definitions.push({ kind: Kind.SCALAR_TYPE_DEFINITION, name: name('Mine'), directives: [] }),
};

export const mistakes = Object.keys(MISTAKES);

/** Makes a mistake in a request, which is modified in place. */
export function mutate(request, mistake, schema, random) {
  const { document } = request;
  const allTypes = Object.values(schema.getTypeMap());
  const at = (kinds, change) => {
    const found = nodes(document, ...[kinds].flat());
    if (found.length) change(random.pick(found));
  };
  const types = allTypes.filter((type) => isOutputType(type) || isInputType(type));
  const fields = [...new Set(allTypes.flatMap((type) => Object.keys(type.getFields?.() ?? {})))];
  MISTAKES[mistake]({ at, document, request, allTypes, types, fields, random });
}
