// Requests that graphql-js can execute too: about the schema, and about some objects of the catalogue, which it gets as
// its data. They show that fields are merged, skipped and ordered alike.
import {
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  execute,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isRequiredArgument,
  parse,
  print,
  specifiedScalarTypes,
} from 'graphql';

import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { valid } from './valid.mjs';

const CATALOGUE = { recipe: 'recipes', workout: 'workouts', exercise: 'exercises' };

/** `count` requests about the schema. Types and fields may come in any order. */
export function aboutSchema(schema, seed, count) {
  const about = {
    roots: [SchemaMetaFieldDef, TypeMetaFieldDef],
    values: { String: Object.keys(schema.getTypeMap()).filter(isOurs) },
    // Implementations describe introspection's types and the built-in scalars in their own words.
    leftOut: { __Schema: ['description', 'types', 'directives'], __Type: ['description'] },
  };
  return requests(schema, about, undefined, sorted, seed, count);
}

/** `count` requests about objects of the catalogue, which are fetched with `sendQuery`. */
export async function aboutCatalogue(schema, sendQuery, seed, count) {
  const objects = new Map();
  for (const [noun, list] of Object.entries(CATALOGUE)) {
    const type = schema.getQueryType().getFields()[noun].type;
    const { data, errors } = await sendQuery(`{ ${list}(first: 3) { nodes ${everything(type, schema)} } }`);
    if (errors) throw new Error(JSON.stringify(errors));
    for (const object of data[list].nodes) objects.set(object.id, object);
  }
  const find = ({ id }) => objects.get(id) ?? null;
  const ofType = (type) => (given) => (find(given)?.__typename === type ? find(given) : null);
  const root = { node: find, recipe: ofType('Recipe'), workout: ofType('Workout'), exercise: ofType('Exercise') };
  const about = {
    roots: Object.keys(root).map((field) => schema.getQueryType().getFields()[field]),
    values: { ID: [...objects.keys()] },
    leftOut: {},
  };
  return requests(schema, about, root, JSON.stringify, seed, count);
}

/** Each request with the expected result as text, and the function that serializes results for the comparison. */
function* requests(schema, about, rootValue, write, seed, count) {
  const random = new Random(seed);
  for (let number = 0; number < count; number += 1) {
    const request = valid(schema, random, about);
    if (number % 2) mutate(request, 'a field comes again with a part of it', schema, random);
    const { operationName, variables } = request;
    const query = print(request.document);
    const { data } = execute({ schema, rootValue, document: parse(query), operationName, variableValues: variables });
    const done = rootValue ? 'about the catalogue' : 'about the schema';
    yield { done, request: JSON.stringify({ query, operationName, variables }), answer: write(data), write };
  }
}

function isOurs(type) {
  return !type.startsWith('__') && !specifiedScalarTypes.some(({ name }) => name === type);
}

/** A selection set of everything that can be selected without required arguments. */
function everything(type, schema) {
  if (!isCompositeType(type)) return '';
  if (isAbstractType(type)) {
    return `{ ${schema.getPossibleTypes(type).map((possible) => `... on ${possible} ${everything(possible, schema)}`)} }`;
  }
  const fields = Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));
  return `{ __typename ${fields.map((field) => `${field.name} ${everything(getNamedType(field.type), schema)}`).join(' ')} }`;
}

/** The JSON of a result: keys in their order, lists sorted. */
function sorted(data) {
  return JSON.stringify(data, (_key, value) => {
    if (!Array.isArray(value)) return value;
    return value
      .map((item) => JSON.parse(sorted(item)))
      .sort((one, two) => (JSON.stringify(one) < JSON.stringify(two) ? -1 : 1));
  });
}
