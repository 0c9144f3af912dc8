// The gateway that run.mjs has started, for the suites.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const environment = JSON.parse(process.env.COACH_CLIENTS ?? assert.fail('start the suites with run.mjs'));

/** The URL of `/graphql`. */
export const { url } = environment;

/** The file with the SDL that the gateway serves. */
export const schemaFile = environment.schema;

/** The SDL that the gateway serves. */
export const sdl = readFileSync(schemaFile, 'utf8');

/** The folder with the operations of the app. */
export const { operations } = environment;

/** The folder in which the gateway keeps its database. */
export const { home } = environment;

/** The path of a Chromium, and the folder for pictures of pages. */
export const { browser, pictures } = environment;

/** The headers of a signed-in demo member; none without a member. */
export function signIn(member) {
  if (!member) return {};
  const token = environment.tokens[member] ?? assert.fail(`no token for ${member}`);
  return { authorization: `Bearer ${token}` };
}

/** Sends one operation, and resolves to its status and response. */
export async function sendQuery(query, { member, variables, headers } = {}) {
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

/** A `fetch` that records the requests, as JSON. */
export function recorder(send = fetch) {
  const sent = [];
  const recording = (address, init) => {
    sent.push(init?.body ? JSON.parse(init.body) : String(address));
    return send(address, init);
  };
  return { sent, fetch: recording };
}
