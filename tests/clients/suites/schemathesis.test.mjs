// schemathesis (PyPI): a thousand generated operations, none of which may cause an internal error.
import { resolve } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { buildSchema } from 'graphql';

import { command } from '../command.mjs';
import { sendQuery, sdl, signIn, url } from '../endpoint.mjs';

const CASES = 1000;
const MEMBER = 'theo';

/** Ids of the member's objects, and of the catalogue. */
async function ids() {
  const page = '(first: 3) { nodes { id } }';
  const day = '{ id workouts { id } meals { id } }';
  const cycle = `{ id today ${day} checkIn { id } }`;
  const { data } = await sendQuery(
    `{ me { id plans { id cycles ${cycle} } checkIns${page} } recipes${page} workouts${page} exercises${page} liveSessions${page} }`,
    { member: MEMBER },
  );
  return [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
}

test(`${CASES} operations`, async () => {
  const known = await ids();
  assert.ok(known.length > 20, `${known.length} ids`);
  const schema = buildSchema(sdl);
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const fields = roots.flatMap((root) => Object.keys(root.getFields())).length;
  const parameters = [
    ['--header', `Authorization: ${signIn(MEMBER).authorization}`],
    ['--checks', 'no_internal_error'],
    ['--phases', 'fuzzing'],
    // Per root field.
    ['--max-examples', Math.ceil(CASES / fields)],
    ['--seed', 1],
    ['--generation-database', 'none'],
    ['--workers', 2],
    ['--request-timeout', 10],
    ['--continue-on-failure'],
    ['--no-color'],
  ];
  const printed = await command('venv/bin/schemathesis', ['run', url, ...parameters.flat().map(String)], {
    env: {
      ...process.env,
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: resolve('suites/schemathesis'),
      COACH_IDS: JSON.stringify(known),
    },
  });
  const cases = Number(/(\d+) generated/.exec(printed.replaceAll(',', ''))?.[1]);
  assert.ok(cases >= CASES, `${cases} cases:\n${printed}`);
});
