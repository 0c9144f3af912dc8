// Relay: its compiler keeps every field of the served SDL, and its runtime pages through our connections.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import assert from 'node:assert/strict';

import { buildSchema, getNamedType, isCompositeType, isRequiredArgument, parse, visit } from 'graphql';
import {
  Environment,
  Network,
  RecordSource,
  Store,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
} from 'relay-runtime';

import { command } from '../command.mjs';
import { sendQuery, schemaFile, sdl, signIn, url } from '../endpoint.mjs';

const require = createRequire(import.meta.url);
const app = resolve('relay-app');
const artifact = (name) => require(join(app, 'artifacts', `${name}.graphql.js`));
const schema = buildSchema(sdl);
const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((root) =>
  Object.values(root.getFields()).map((field) => ({ root: root.name, field })),
);

before(async () => {
  rmSync(app, { recursive: true, force: true });
  mkdirSync(join(app, 'artifacts'), { recursive: true });
  cpSync('suites/relay', join(app, 'source'), { recursive: true });
  const screens = rootFields.map(({ root, field }) => `graphql\`\n${operation(root, field)}\n\`;\n`);
  writeFileSync(join(app, 'source', 'Root.js'), screens.join('\n'));
  const config = {
    src: 'source',
    schema: schemaFile,
    language: 'javascript',
    artifactDirectory: 'artifacts',
    eagerEsModules: false,
  };
  writeFileSync(join(app, 'package.json'), '{ "type": "commonjs" }');
  writeFileSync(join(app, 'relay.config.json'), JSON.stringify(config));
  await command(resolve('node_modules/.bin/relay-compiler'), ['relay.config.json'], { cwd: app });
});

/** An operation that selects one root field, and the id or the type of its result. */
function operation(root, field) {
  const required = field.args.filter(isRequiredArgument);
  const list = (from, write) => (from.length ? `(${from.map(write).join(', ')})` : '');
  const name = `Root${root}${field.name}${root === 'Query' ? 'Query' : 'Mutation'}`;
  return `${root.toLowerCase()} ${name}${list(required, ({ name, type }) => `$${name}: ${type}`)} {
    ${field.name}${list(required, ({ name }) => `${name}: $${name}`)} ${selection(field.type)}
  }`;
}

function selection(type) {
  if (!isCompositeType(getNamedType(type))) return '';
  const inside = getNamedType(type).getFields?.() ?? {};
  return inside.id ? '{ id __typename }' : '{ __typename }';
}

/** The names of the fields in a text, at any depth. */
function fieldsOf(text) {
  const names = [];
  visit(parse(text), { Field: ({ name }) => void names.push(name.value) });
  return names;
}

// relay-compiler takes type extensions in an SDL for client-only fields, and silently leaves them out of the query
// text.
test('every root field is sent', () => {
  for (const { root, field } of rootFields) {
    const { params } = artifact(`Root${root}${field.name}${root === 'Query' ? 'Query' : 'Mutation'}`);
    assert.ok(params.text, `${root}.${field.name} has no text: it was taken for a field of the client`);
    assert.ok(fieldsOf(params.text).includes(field.name), params.text);
  }
});

test('every field of the screens is sent', () => {
  for (const [name, expected] of Object.entries({
    RecipesQuery: [
      'recipes',
      'totalCount',
      'edges',
      'node',
      'title',
      'isFavourite',
      'cursor',
      'pageInfo',
      'endCursor',
      'hasNextPage',
    ],
    RecipesPaginationQuery: ['recipes', 'title', 'cursor', 'endCursor', 'hasNextPage'],
    CheckInsQuery: ['me', 'checkIns', 'submittedAt', 'cursor', 'endCursor', 'hasNextPage'],
    CheckInsPaginationQuery: ['node', 'checkIns', 'submittedAt', 'cursor', 'endCursor', 'hasNextPage'],
  })) {
    const { text } = artifact(name).params;
    assert.ok(text, `${name} has no text`);
    assert.deepEqual(
      expected.filter((field) => !fieldsOf(text).includes(field)),
      [],
      text,
    );
  }
});

/** Relay's environment of an app with a signed-in member, or with a signed-out viewer. */
function environmentOf(member) {
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...signIn(member) },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

/** What a screen shows: the data of a query in the store. */
function readScreen(environment, query, variables) {
  return environment.lookup(createOperationDescriptor(artifact(query), variables).fragment).data;
}

const fragment = (environment, name, reference) =>
  environment.lookup(getSingularSelector(artifact(name), reference)).data;

test('a connection on Query is paged through', async () => {
  const environment = environmentOf();
  const first = { count: 7, after: null };
  await fetchQuery(environment, artifact('RecipesQuery'), first).toPromise();
  const list = () => fragment(environment, 'Recipes_list', readScreen(environment, 'RecipesQuery', first)).recipes;
  let pages = 1;
  for (; list().pageInfo.hasNextPage; pages += 1) {
    const variables = { count: 7, after: list().pageInfo.endCursor };
    await fetchQuery(environment, artifact('RecipesPaginationQuery'), variables).toPromise();
  }
  const cards = list().edges.map(({ node }) => fragment(environment, 'Recipes_card', node));
  assert.ok(pages > 2, `${pages} pages`);
  assert.equal(cards.length, list().totalCount);
  assert.equal(new Set(cards.map(({ id }) => id)).size, cards.length);
  assert.ok(cards.every(({ title, isFavourite }) => title && isFavourite === false));
});

test('a connection on an object is paged through by its id', async () => {
  const environment = environmentOf('theo');
  await fetchQuery(environment, artifact('CheckInsQuery'), {}).toPromise();
  const member = () => fragment(environment, 'CheckIns_member', readScreen(environment, 'CheckInsQuery', {}).me);
  while (member().checkIns.pageInfo.hasNextPage) {
    const variables = { id: member().id, count: 1, after: member().checkIns.pageInfo.endCursor };
    await fetchQuery(environment, artifact('CheckInsPaginationQuery'), variables).toPromise();
  }
  const shown = member().checkIns.edges.map(({ node }) => node.id);
  const { data } = await sendQuery('{ me { checkIns(first: 100) { nodes { id } } } }', { member: 'theo' });
  assert.equal(shown.length, 2);
  assert.deepEqual(
    shown,
    data.me.checkIns.nodes.map(({ id }) => id),
  );
});
