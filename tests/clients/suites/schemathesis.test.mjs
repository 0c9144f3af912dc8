// schemathesis (PyPI): a thousand operations that nobody has thought of, none of which may be a fault of ours.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';

import { buildSchema } from 'graphql';

import { sdl, signIn, url } from '../endpoint.mjs';

const CASES = 1000;

test(`${CASES} operations`, async () => {
  const schema = buildSchema(sdl);
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const fields = roots.flatMap((root) => Object.keys(root.getFields())).length;
  const parameters = [
    ['--header', `Authorization: ${signIn('theo').authorization}`],
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
  const { stdout } = await promisify(execFile)('venv/bin/schemathesis', ['run', url, ...parameters.flat().map(String)], {
    env: { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: resolve('suites/schemathesis') },
    maxBuffer: 64 << 20,
  }).catch((error) => assert.fail(error.stdout || error));
  const cases = Number(/(\d+) generated/.exec(stdout.replaceAll(',', ''))?.[1]);
  assert.ok(cases >= CASES, `${cases} cases:\n${stdout}`);
});
