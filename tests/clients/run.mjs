// Starts the gateway, runs every suite against it, prints a line for each, and stops what it started.
//
//   node run.mjs COACH FOLDER OPERATIONS [SUITE…]
import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { start } from './gateway.mjs';

/** The timeout is for tests that would never end. */
const RUNNER = ['--test', '--test-reporter=spec', '--test-timeout=120000'];

const [coach, folder, operations, ...wanted] = process.argv.slice(2);
const suites = readdirSync('suites')
  .filter((file) => file.endsWith('.test.mjs'))
  .map((file) => file.replace('.test.mjs', ''))
  .filter((suite) => wanted.length === 0 || wanted.includes(suite));

/** Suites that cannot run here, with the reason. */
const missing = process.env.COACH_BROWSER ? {} : { console: 'there is no Chromium: tests/clients/browser says more' };

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort());

// Every request is slow, so that the console can explain one.
const gateway = await start(resolve(coach), resolve(folder), { COACH_SLOW_REQUEST: '1ms' });
let failed = 0;
try {
  const schema = resolve(folder, 'schema.graphql');
  writeFileSync(schema, await (await fetch(`${gateway.address}/schema.graphql`)).text());
  const environment = {
    url: `${gateway.address}/graphql`,
    schema,
    operations: resolve(operations),
    tokens: gateway.tokens,
    home: gateway.home,
    browser: process.env.COACH_BROWSER,
    pictures: resolve(folder, 'console'),
  };
  for (const suite of suites) {
    if (suite in missing) {
      // Who names a suite wants it to run.
      if (wanted.length > 0) failed += 1;
      console.log(`NOT RUN ${suite.padEnd(14)} ${missing[suite]}`);
      continue;
    }
    const started = performance.now();
    const { passed, output } = await run(suite, environment);
    if (!passed) failed += 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${passed ? 'ok     ' : 'FAILED '} ${suite.padEnd(14)} ${seconds.padStart(5)} s`);
    if (!passed) console.log(failures(output));
    if (stopped.signal.aborted) break;
  }
} finally {
  await gateway.stop();
}
if (stopped.signal.aborted || suites.length === 0) failed += 1;
process.exitCode = failed ? 1 : 0;

/** The part of the output about failed tests; all of it when the runner did not get that far. */
function failures(output) {
  const from = output.indexOf('failing tests:');
  return from < 0 ? output : output.slice(from);
}

/** Runs a suite in its own process, so that clients cannot change each other's global state. */
function run(suite, environment) {
  const child = spawn(process.execPath, [...RUNNER, join('suites', `${suite}.test.mjs`)], {
    env: { ...process.env, COACH_CLIENTS: JSON.stringify(environment), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: stopped.signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  child.on('error', () => {});
  return new Promise((done) => child.on('close', (code) => done({ passed: code === 0, output })));
}
