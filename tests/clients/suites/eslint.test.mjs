// graphql-eslint: what people who know GraphQL expect of a schema and of operations.
import { test } from 'node:test';
import assert from 'node:assert/strict';

import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';

import { operations, schemaFile } from '../endpoint.mjs';

/** Rules of `schema-recommended` and `schema-relay` that do not hold for us, or not as they come: each with the reason. */
const EXCEPTIONS = {};

async function lint(folder, file, configurations, exceptions = {}) {
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.graphql'],
      languageOptions: {
        parser: graphql.parser,
        parserOptions: { graphQLConfig: { schema: schemaFile, documents: `${operations}/*.graphql` } },
      },
      plugins: { '@graphql-eslint': graphql },
      rules: Object.assign({}, ...configurations.map((name) => graphql.configs[`flat/${name}`].rules), exceptions),
    },
  });
  const results = await eslint.lintFiles([file]);
  return results.flatMap(({ messages }) => messages.map(({ ruleId, line, message }) => `${ruleId} ${line}: ${message}`));
}

test('the schema', async () => {
  const rules = Object.fromEntries(Object.entries(EXCEPTIONS).map(([rule, { setting }]) => [rule, setting]));
  assert.deepEqual(await lint('.', schemaFile, ['schema-recommended', 'schema-relay'], rules), []);
});

test('the operations', async () => {
  assert.deepEqual(await lint(operations, '*.graphql', ['operations-recommended']), []);
});
