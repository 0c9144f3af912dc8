// graphql-inspector: the SDL says what introspection says, so tools may take either.
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';

import { schemaFile, url } from '../endpoint.mjs';

const diff = (from, to) => promisify(execFile)('node_modules/.bin/graphql-inspector', ['diff', from, to]);

test('the served SDL is the same as itself', async () => {
  assert.match((await diff(schemaFile, schemaFile)).stdout, /No changes detected/);
});

test('the served SDL is the same as the endpoint', async () => {
  assert.match((await diff(schemaFile, url)).stdout, /No changes detected/);
  assert.match((await diff(url, schemaFile)).stdout, /No changes detected/);
});
