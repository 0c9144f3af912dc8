// graphql-eslint: common conventions for schemas and operations.
import { dirname } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';

import { operations, schemaFile } from '../endpoint.mjs';

/** Value types, and types with a single instance. */
const WITHOUT_ID = [
  ...['CheckInChange', 'Consent', 'CycleProgress', 'Explanation', 'Image', 'IngredientAmount', 'LiveStream'],
  ...['MemberSubscription', 'Nutrition', 'Operations', 'OutboxStatus', 'PageInfo', 'Preferences', 'QueueStatus'],
  ...['RecipeIngredient', 'RequestTrace', 'ShoppingItem', 'ShoppingList', 'TracedBatch', 'TracedSideEffect'],
  ...['TracedStatement', 'UserError', 'WorkoutExercise'],
];

/** Rules of `schema-recommended` and `schema-relay` that we configure differently, each with the reason. */
const EXCEPTIONS = {
  '@graphql-eslint/relay-edge-types': {
    setting: ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
    reason: 'lists that stay short, such as the steps of a recipe, are plain lists; those that grow are connections',
  },
  '@graphql-eslint/relay-arguments': {
    setting: ['error', { includeBoth: false }],
    reason: 'pages are asked for forwards; nothing in the app goes backwards from an end that it has not seen',
  },
  '@graphql-eslint/strict-id-in-types': {
    setting: ['error', { exceptions: { suffixes: ['Payload', 'Connection', 'Edge'], types: WITHOUT_ID } }],
    reason: 'payloads, pages and values have no identity: caches keep them with the object that they belong to',
  },
};

/** The depth limit of the gateway, instead of seven. */
const DEPTH = { '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 12 }] };

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
  const messages = results.flatMap(({ messages }) => messages);
  return messages.map(({ ruleId, line, message }) => `${ruleId} ${line}: ${message}`).join('\n');
}

test('the schema', async () => {
  const rules = Object.fromEntries(Object.entries(EXCEPTIONS).map(([rule, { setting }]) => [rule, setting]));
  assert.equal(await lint(dirname(schemaFile), schemaFile, ['schema-recommended', 'schema-relay'], rules), '');
});

test('the operations', async () => {
  assert.equal(await lint(operations, '*.graphql', ['operations-recommended'], DEPTH), '');
});

test('no exception is there for nothing', async () => {
  const report = await lint(dirname(schemaFile), schemaFile, ['schema-recommended', 'schema-relay']);
  assert.deepEqual(
    Object.keys(EXCEPTIONS).filter((rule) => !report.includes(rule)),
    [],
  );
  assert.deepEqual(
    WITHOUT_ID.filter((type) => !report.includes(`type "${type}" must have`)),
    [],
  );
});
