// Requests that fit a schema by construction.
import {
  GraphQLBoolean,
  GraphQLNonNull,
  Kind,
  OperationTypeNode,
  astFromValue,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parseType,
} from 'graphql';

const LEVELS = 5;

/** Strings with everything that a lexer has to handle. */
export const STRINGS = [
  '',
  'soup',
  'a "quoted" \\ one',
  'two\nlines',
  'Crème brûlée',
  '🍕',
  '\u0000',
  '"""',
  ' # no comment ',
];

/** Strings that our custom scalars accept. */
const SCALARS = {
  Date: ['2026-03-14', '2024-02-29'],
  DateTime: ['2026-03-14T06:30:00Z', '2026-03-14T08:30:00.123+02:00'],
  TimeZone: ['Europe/Berlin', 'UTC'],
  EmailAddress: ['maya@demo.coach.example'],
  URL: ['https://coach.example/a'],
};

const name = (value) => ({ kind: Kind.NAME, value });
const variable = (value) => ({ kind: Kind.VARIABLE, name: name(value) });
const hasDefault = ({ defaultValue }) => defaultValue !== undefined;
const namedType = (value) => ({ kind: Kind.NAMED_TYPE, name: name(value) });

/**
 * A request: its tree, and its variables. `about` narrows down what is requested: to some root fields, to types without
 * some of their fields, and to other values of scalars.
 */
export function valid(schema, random, about) {
  return new Maker(schema, random, about).request();
}

class Maker {
  #schema;
  #random;
  #definitions = [];
  #values = {};
  #fragments = [];
  #names = 0;
  #about;

  constructor(schema, random, about = { leftOut: {}, values: {} }) {
    this.#schema = schema;
    this.#random = random;
    this.#about = about;
  }

  request() {
    const kind = this.#about.roots || this.#random.percent(80) ? OperationTypeNode.QUERY : OperationTypeNode.MUTATION;
    const named = this.#random.percent(70);
    const selectionSet = this.#selections(this.#schema.getRootType(kind), LEVELS);
    const operation = {
      kind: Kind.OPERATION_DEFINITION,
      operation: kind,
      ...(named && { name: name('Asked') }),
      variableDefinitions: this.#definitions,
      directives: [],
      selectionSet,
    };
    const others = named && this.#random.percent(15) ? [other()] : [];
    return {
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...this.#fragments, ...others] },
      operationName: others.length || (named && this.#random.percent(30)) ? 'Asked' : undefined,
      variables: this.#values,
    };
  }

  #selections(type, levels) {
    const fields = this.#fieldsOf(type).filter((field) => levels > 1 || !isCompositeType(getNamedType(field.type)));
    const selections = fields.length ? this.#random.some(fields, 4).map((field) => this.#field(field, levels)) : [];
    if (selections.length === 0 || this.#random.percent(15)) selections.push(this.#typename());
    if (levels > 1 && this.#random.percent(isAbstractType(type) ? 90 : 25))
      selections.push(this.#fragment(type, levels));
    return { kind: Kind.SELECTION_SET, selections };
  }

  #fieldsOf(type) {
    const { roots, leftOut } = this.#about;
    if (roots && type === this.#schema.getQueryType()) return roots;
    return Object.values(type.getFields?.() ?? {}).filter((field) => !leftOut[type.name]?.includes(field.name));
  }

  #typename() {
    return { kind: Kind.FIELD, name: name('__typename'), arguments: [], directives: this.#directives() };
  }

  /** A field with a unique response key, unless it has neither arguments nor selections and is the same everywhere. */
  #field(field, levels) {
    const composite = isCompositeType(getNamedType(field.type));
    const given = field.args.filter((argument) => isRequiredArgument(argument) || this.#random.percent(40));
    const plain = !composite && given.length === 0 && ['id', '__typename'].includes(field.name);
    return {
      kind: Kind.FIELD,
      ...(!plain && { alias: name(`${field.name}${(this.#names += 1)}`) }),
      name: name(field.name),
      arguments: given.map((argument) => ({
        kind: Kind.ARGUMENT,
        name: name(argument.name),
        value: this.#value(argument.type, hasDefault(argument), LEVELS),
      })),
      directives: this.#directives(),
      ...(composite && { selectionSet: this.#selections(getNamedType(field.type), levels - 1) }),
    };
  }

  #directives() {
    if (!this.#random.percent(8)) return [];
    const { BOOLEAN } = Kind;
    const value = this.#random.percent(50)
      ? { kind: BOOLEAN, value: true }
      : this.#variable(new GraphQLNonNull(GraphQLBoolean), true);
    const condition = { kind: Kind.ARGUMENT, name: name('if'), value };
    return [{ kind: Kind.DIRECTIVE, name: name(this.#random.pick(['skip', 'include'])), arguments: [condition] }];
  }

  #fragment(type, levels) {
    const on = this.#random.pick(this.#overlapping(type));
    const selectionSet = this.#selections(on, levels - 1);
    const directives = this.#directives();
    if (this.#random.percent(50)) {
      const typeCondition = on === type && this.#random.percent(50) ? undefined : namedType(on.name);
      return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet };
    }
    const called = `Part${(this.#names += 1)}`;
    this.#fragments.push({
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(called),
      typeCondition: namedType(on.name),
      directives: [],
      selectionSet,
    });
    return { kind: Kind.FRAGMENT_SPREAD, name: name(called), directives };
  }

  /** The types that an object of this type may have too, and the type itself. */
  #overlapping(type) {
    if (isAbstractType(type)) return [type, ...this.#schema.getPossibleTypes(type)];
    return [type, ...type.getInterfaces()];
  }

  /** A value for an input position: a literal, a variable, or a literal with variables in it. */
  #value(type, hasDefault, levels) {
    if (this.#random.percent(levels === LEVELS ? 30 : 15)) {
      // A position with a default accepts a nullable variable, which then must have a value.
      const looser = isNonNullType(type) && hasDefault && this.#random.percent(30);
      return this.#variable(looser ? type.ofType : type, this.#plain(type, levels));
    }
    const inner = getNullableType(type);
    if (inner === type && this.#random.percent(5)) return { kind: Kind.NULL };
    if (isListType(inner) && this.#random.percent(85)) {
      const values = Array.from({ length: this.#random.below(3) }, () => this.#value(inner.ofType, false, levels - 1));
      return { kind: Kind.LIST, values };
    }
    if (isInputObjectType(inner)) return this.#object(inner, levels);
    return astFromValue(this.#present(inner, levels), inner);
  }

  #object(type, levels) {
    const fields = this.#given(type, levels).map((field) => ({
      kind: Kind.OBJECT_FIELD,
      name: name(field.name),
      value: this.#value(type.isOneOf ? new GraphQLNonNull(field.type) : field.type, hasDefault(field), levels - 1),
    }));
    return { kind: Kind.OBJECT, fields };
  }

  #variable(type, value) {
    const called = `v${(this.#names += 1)}`;
    const definition = {
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(called),
      type: parseType(String(type)),
      directives: [],
    };
    this.#definitions.push(definition);
    if (this.#random.percent(25)) definition.defaultValue = astFromValue(this.#plain(type, 3), type);
    if (!definition.defaultValue || this.#random.percent(50)) this.#values[called] = value;
    return variable(called);
  }

  /** A value as JSON. */
  #plain(type, levels) {
    if (isNonNullType(type)) return this.#present(type.ofType, levels);
    if (this.#random.percent(5)) return null;
    return this.#present(type, levels);
  }

  #present(type, levels) {
    if (isNonNullType(type)) return this.#present(type.ofType, levels);
    if (isListType(type)) {
      if (this.#random.percent(15)) return this.#plain(type.ofType, levels); // One item without brackets.
      return Array.from({ length: this.#random.below(3) }, () => this.#plain(type.ofType, levels));
    }
    if (isEnumType(type)) return this.#random.pick(type.getValues()).name;
    if (!isInputObjectType(type)) return this.#scalar(type.name);
    const value = type.isOneOf ? this.#present : this.#plain;
    return Object.fromEntries(
      this.#given(type, levels).map((field) => [field.name, value.call(this, field.type, levels - 1)]),
    );
  }

  #given(type, levels) {
    const fields = Object.values(type.getFields());
    if (type.isOneOf) return [this.#random.pick(fields)];
    return fields.filter((field) => isRequiredInputField(field) || (levels > 0 && this.#random.percent(30)));
  }

  #scalar(type) {
    if (this.#about.values[type]) return this.#random.pick(this.#about.values[type]);
    switch (type) {
      case 'Int':
        return 1 + this.#random.below(3);
      case 'Float':
        return this.#random.pick([0, 1.5, 20]);
      case 'Boolean':
        return this.#random.percent(50);
      case 'ID':
        return this.#random.pick(['x', '7', 7]);
      default:
        return this.#random.pick(SCALARS[type] ?? STRINGS);
    }
  }
}

/** Another operation in the same document, which is not selected. */
function other() {
  const selection = { kind: Kind.FIELD, name: name('__typename'), arguments: [], directives: [] };
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    name: name('NotAsked'),
    variableDefinitions: [],
    directives: [],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [selection] },
  };
}
