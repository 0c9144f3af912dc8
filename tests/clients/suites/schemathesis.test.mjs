// schemathesis (PyPI): a thousand operations that nobody has thought of, none of which may be a fault of ours.
import { resolve } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { buildSchema } from 'graphql';

import { command } from '../command.mjs';
import { ask, sdl, signIn, url } from '../endpoint.mjs';

const CASES = 1000;
const MEMBER = 'theo';

/** Ids of what the member owns, and of the catalogue. */
async function ids() {
  const page = '(first: 3) { nodes { id } }';
  const day = '{ id workouts { id } meals { id } }';
  const cycle = `{ id today ${day} checkIn { id } }`;
  const { data } = await ask(
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
    ['--checks', 'no_fault_of_the_server'],
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
