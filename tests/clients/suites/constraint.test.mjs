// graphql-constraint-directive, with which apps validate forms before they send them: it reads the limits in our SDL,
// and accepts the same values as the gateway.
import { createRequire } from 'node:module';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { sendQuery, sdl } from '../endpoint.mjs';

// Both as CommonJS: the package rejects schemas that another copy of graphql has created.
const require = createRequire(import.meta.url);
const { buildSchema, parse } = require('graphql');
// Its other API, `constraintDirective`, is for servers, and does not support lists of enums.
const { constraintDirectiveTypeDefs, validateQuery } = require('graphql-constraint-directive');

const schema = buildSchema(sdl);

/** Whether the package accepts an operation. */
function accepts(query, variables) {
  return validateQuery(schema, parse(query), variables).length === 0;
}

const PAGE = 'query ($first: Int!) { recipes(first: $first) { pageInfo { hasNextPage } } }';
const SEARCH = 'query ($filter: RecipeFilter) { recipes(filter: $filter) { pageInfo { hasNextPage } } }';
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';

const many = (count, value) => Array(count).fill(value);

const CASES = [
  [PAGE, { first: -1 }, false],
  [PAGE, { first: 0 }, true],
  [PAGE, { first: 100 }, true],
  [PAGE, { first: 101 }, false],
  [SEARCH, { filter: { text: 'a'.repeat(100) } }, true],
  [SEARCH, { filter: { text: 'a'.repeat(101) } }, false],
  [SEARCH, { filter: { slots: many(4, 'LUNCH') } }, true],
  [SEARCH, { filter: { slots: many(5, 'LUNCH') } }, false],
  [SEARCH, { filter: { maxMinutes: 1441 } }, false],
  [SEARCH, { filter: { maxMinutes: null } }, true],
  [NODES, { ids: many(100, 'x') }, true],
  [NODES, { ids: many(101, 'x') }, false],
];

test('what the package takes and refuses, the gateway does', async () => {
  for (const [query, variables, good] of CASES) {
    const what = JSON.stringify(variables).slice(0, 60);
    assert.equal(accepts(query, variables), good, what);
    const { errors = [] } = await sendQuery(query, { variables });
    const codes = errors.map((error) => error.extensions.code);
    assert.deepEqual(codes, good ? [] : ['BAD_USER_INPUT'], what);
  }
});

test('keys of changes are checked by it too', () => {
  const change =
    'mutation ($input: SetFavouriteRecipeInput!) { setFavouriteRecipe(input: $input) { userErrors { code } } }';
  const favour = (idempotencyKey) => ({ input: { idempotencyKey, recipeId: 'x', isFavourite: true } });
  for (const key of ['k'.repeat(255), ' ~', '3f0c']) assert.ok(accepts(change, favour(key)), key);
  for (const key of ['', 'k'.repeat(256), 'é', '\t']) assert.ok(!accepts(change, favour(key)), key);
});

test('the definition is a part of its own', () => {
  const own = buildSchema(`${constraintDirectiveTypeDefs} type Query { one: Int }`).getDirective('constraint');
  const ours = schema.getDirective('constraint');
  const types = (directive) => new Map(directive.args.map(({ name, type }) => [name, String(type)]));
  const known = types(own);
  for (const [name, type] of types(ours)) assert.equal(type, known.get(name), name);
  for (const location of ours.locations) assert.ok(own.locations.includes(location), location);
});
