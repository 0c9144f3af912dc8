// graphql-inspector: the SDL has the same content as introspection, so tools may use either.
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';

import { command } from '../command.mjs';
import { sendQuery, schemaFile, sdl, url } from '../endpoint.mjs';

/** The changes that the tool reports; it fails by itself when one of them is breaking. */
async function changes(from, to) {
  const printed = await command('node_modules/.bin/graphql-inspector', ['diff', from, to]);
  const lines = printed.split('\n').map((line) => line.replace('[log] ', '').trim());
  assert.ok(/No changes detected|Detected the following changes/.test(printed), printed);
  return lines.filter((line) => /^[✔✖⚠]/.test(line));
}

/** Introspection does not contain applied directives, so the tool reports them as differences. */
const isDirective = (change) => /^\S+\s+Directive \w+ was (added to|removed from)/.test(change);

test('the served SDL is the same as itself', async () => {
  assert.deepEqual(await changes(schemaFile, schemaFile), []);
});

test('the served SDL is the same as the endpoint', async () => {
  assert.deepEqual(
    (await changes(schemaFile, url)).filter((change) => !isDirective(change)),
    [],
  );
  assert.deepEqual(
    (await changes(url, schemaFile)).filter((change) => !isDirective(change)),
    [],
  );
});

test('graphql-js prints the same of both, descriptions and all', async () => {
  const { data } = await sendQuery(
    getIntrospectionQuery({ specifiedByUrl: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }),
  );
  const print = (schema) => printSchema(lexicographicSortSchema(schema));
  assert.equal(print(buildClientSchema(data)), print(buildSchema(sdl)));
});
