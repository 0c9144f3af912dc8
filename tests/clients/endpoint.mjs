// What the suites know of the gateway that run.mjs has started.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const environment = JSON.parse(process.env.COACH_CLIENTS ?? assert.fail('start the suites with run.mjs'));

/** The address of `/graphql`. */
export const { url } = environment;

/** Where the SDL lies that the gateway serves. */
export const schemaFile = environment.schema;

/** The SDL that the gateway serves. */
export const sdl = readFileSync(schemaFile, 'utf8');

/** The folder with the operations of the app. */
export const { operations } = environment;

/** The headers that sign a demo member in; none without one. */
export function signIn(member) {
  if (!member) return {};
  const token = environment.tokens[member] ?? assert.fail(`no token for ${member}`);
  return { authorization: `Bearer ${token}` };
}

/** An answer to one operation, as it came. */
export async function ask(query, { member, variables, headers } = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...signIn(member),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...(await response.json()) };
}

/** `fetch` that keeps what was sent, as JSON. */
export function recorder(send = fetch) {
  const sent = [];
  const recording = (address, init) => {
    sent.push(init?.body ? JSON.parse(init.body) : String(address));
    return send(address, init);
  };
  return { sent, fetch: recording };
}
