// Sends the same requests to our endpoint and graphql-js, and lists those that one accepts and the other rejects.
//
//   node compare.mjs COACH FOLDER [SEED [COUNT]]
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { buildSchema } from 'graphql';

import { aboutCatalogue, aboutSchema } from './answers.mjs';
import documents from './cases/documents.mjs';
import merging from './cases/merging.mjs';
import text from './cases/text.mjs';
import values from './cases/values.mjs';
import { sendAll } from './endpoint.mjs';
import { start } from './gateway.mjs';
import { generate } from './generate.mjs';
import { judge, versions } from './judge.mjs';
import { KNOWN } from './known.mjs';

const [coach, folder, seed = '1', count = '4000'] = process.argv.slice(2);

/** High limits, since limits are not compared. */
const SETTINGS = {
  COACH_LIMIT_COST: '1000000000',
  COACH_LIMIT_DEPTH: '50',
  COACH_LIMIT_INTROSPECTION_DEPTH: '50',
  COACH_LIMIT_ALIASES: '1000',
  COACH_LIMIT_DIRECTIVES: '1000',
  COACH_LIMIT_TOKENS: '20000',
};

/** A viewer with a token but no account, who can read the catalogue and change nothing. */
const VIEWER = 'nobody';

function* handPicked() {
  for (const [rule, { accepted, rejected }] of Object.entries({ ...documents, ...values, ...merging, ...text })) {
    for (const [list, expected] of [
      [accepted, true],
      [rejected, false],
    ]) {
      for (const entry of list) yield { done: rule, expected, request: body(entry) };
    }
  }
}

/** A case is the text of a document, a request, or the text of a request. */
function body(entry) {
  if (typeof entry !== 'string') return JSON.stringify(entry);
  return entry.startsWith('{"query"') ? entry : JSON.stringify({ query: entry });
}

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stopped.abort());
const gateway = await start(resolve(coach), resolve(folder), SETTINGS);
let sdl, requests, ours;
try {
  sdl = await (await fetch(`${gateway.address}/schema.graphql`)).text();
  const schema = buildSchema(sdl);
  const url = `${gateway.address}/graphql`;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
    authorization: `Bearer ${gateway.tokens[VIEWER]}`,
  };
  const sendQuery = async (query) => {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.json();
  };
  requests = [
    ...handPicked(),
    ...generate(schema, Number(seed), Number(count)),
    ...aboutSchema(schema, Number(seed), Number(count) / 10),
    ...(await aboutCatalogue(schema, sendQuery, Number(seed), Number(count) / 10)),
  ];
  ours = await sendAll(
    url,
    headers,
    requests.map(({ request }) => request),
  );
} finally {
  await gateway.stop();
}

const sixteen = judge(sdl);
const seventeen = judge(sdl, versions.seventeen);
const used = new Set();
const disagreements = [];
let [limited, accepted] = [0, 0];
for (const [index, { done, expected, request, answer, write }] of requests.entries()) {
  const parsed = JSON.parse(request);
  const one = { done, request, parsed, theirs: sixteen(parsed), latest: seventeen(parsed), ours: ours[index] };
  if (one.ours.limited) {
    limited += 1;
    continue;
  }
  accepted += one.ours.accepted ? 1 : 0;
  const why =
    wrong(one, expected) ?? (answer && write(one.ours.data) !== answer ? 'we answer something else' : undefined);
  if (!why) continue;
  const known = KNOWN.find(({ covers }) => covers(one));
  if (known) used.add(known);
  else disagreements.push({ why, ...one });
}

/** Why a request counts as a disagreement. */
function wrong({ theirs, latest, ours }, expected) {
  if (expected !== undefined && theirs.accepted !== expected) return 'the case is not what it says';
  if (theirs.accepted !== latest.accepted) return 'graphql-js 16 and 17 disagree';
  if (ours.accepted !== theirs.accepted) return ours.accepted ? 'we take it' : 'we refuse it';
  return ours.proper ? undefined : `the status is ${ours.status}`;
}

for (const { why, done, request, theirs, ours } of disagreements.slice(0, 40)) {
  console.log(
    `${why} (${done})\n  ${request}\n  graphql-js: ${theirs.messages[0] ?? 'takes it'}\n  ours: ${ours.messages[0] ?? 'takes it'}`,
  );
}
const list = resolve('disagreements.jsonl');
writeFileSync(list, disagreements.map((one) => `${JSON.stringify(one)}\n`).join(''));
const unused = KNOWN.filter((known) => !used.has(known));
for (const { reason } of unused) console.log(`nothing falls under this any more: ${reason}`);
console.log(
  `${requests.length} requests: ${accepted} accepted, ${requests.length - accepted - limited} rejected, ${limited} beyond our limits; ` +
    `${disagreements.length} disagreements, and ${used.size} reasons for others${disagreements.length ? `; all in ${list}` : ''}`,
);
const rare = limited < requests.length / 50;
if (!rare) console.log('too many are beyond our limits to compare anything');
process.exitCode = disagreements.length || unused.length || !rare || stopped.signal.aborted ? 1 : 0;
