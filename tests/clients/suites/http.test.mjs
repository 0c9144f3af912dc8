// The audits of graphql-http, the reference implementation of GraphQL over HTTP.
import { serverAudits } from 'graphql-http';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { url } from '../endpoint.mjs';

const ANY =
  'since 1 January 2025 the specification has servers prefer application/graphql-response+json where a client takes either';

/** Audits that we do not pass on purpose, each with the reason. */
const EXCEPTIONS = {
  '47DE': ANY,
  '80D8': ANY,
};

/** MUST and SHOULD are required; MAY is optional for servers. */
const binding = serverAudits({ url, fetchFn: fetch }).filter(({ name }) => /^(MUST|SHOULD)/.test(name));

test('there are audits', () => assert.ok(binding.length > 30, `${binding.length}`));

for (const audit of binding) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn();
    if (audit.id in EXCEPTIONS) {
      assert.notEqual(result.status, 'ok', `no exception any more: ${EXCEPTIONS[audit.id]}`);
    } else {
      assert.equal(result.status, 'ok', result.reason);
    }
  });
}
