// Apollo Client 4 and its links, set up as in its documentation.
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { HttpLink, gql } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { SetContextLink } from '@apollo/client/link/context';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RetryLink } from '@apollo/client/link/retry';

import { recorder, signIn, url } from '../endpoint.mjs';
import { NAME, TITLES, app } from './apollo/app.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** For each operation the code of its first error; without a GraphQL error its message, or the result. */
async function errorCodes(operations) {
  return (await Promise.allSettled(operations)).map(({ reason, value }) =>
    CombinedGraphQLErrors.is(reason) ? reason.errors[0].extensions.code : (reason?.message ?? value),
  );
}

// As https://www.apollographql.com/docs/react/networking/authentication does it: without a token the header is empty.
test('who is signed out reads the catalogue', async () => {
  const signedOut = new SetContextLink(({ headers }) => ({ headers: { ...headers, authorization: '' } }));
  const client = app([signedOut, new HttpLink({ uri: url })]);
  const query = gql`
    {
      recipes(first: 3) {
        nodes {
          id
          title
          isFavourite
        }
      }
    }
  `;
  const { data } = await client.query({ query });
  assert.deepEqual(
    data.recipes.nodes.map(({ isFavourite }) => isFavourite),
    [false, false, false],
  );
});

test('a browser may send what clients and their instruments add', async () => {
  const names = [
    ...['accept', 'content-type', 'authorization', 'apollographql-client-name', 'apollographql-client-version'],
    ...['traceparent', 'baggage', 'sentry-trace', 'cache-control', 'idempotency-key'],
  ];
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': names.join(','),
    },
  });
  assert.ok(response.ok, `${response.status}`);
  const allowed =
    response.headers
      .get('access-control-allow-headers')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? [];
  assert.deepEqual(
    names.filter((name) => !allowed.includes(name)),
    [],
  );
  assert.match(response.headers.get('access-control-allow-origin'), /^(\*|https:\/\/app\.example)$/);
});

test('persisted queries fall back to the text, once and for all', async () => {
  for (const useGETForHashedQueries of [false, true]) {
    const { sent, fetch } = recorder();
    const client = app([
      createPersistedQueryLink({ sha256, useGETForHashedQueries }),
      new HttpLink({ uri: url, fetch, headers: signIn('maya') }),
    ]);
    assert.match((await client.query({ query: NAME })).data.me.displayName, /^Maya/);
    assert.equal((await client.query({ query: TITLES, variables: { first: 2 } })).data.recipes.nodes.length, 2);
    assert.equal(sent.length, 3);
    assert.equal(sent[0].query, undefined);
    assert.ok(sent[1].query && !sent[1].extensions?.persistedQuery);
    assert.ok(sent[2].query && !sent[2].extensions?.persistedQuery);
  }
});

test('persisted queries in a batch fall back, each of them', async () => {
  const link = new BatchHttpLink({ uri: url, batchInterval: 5, headers: signIn('maya') });
  const client = app([createPersistedQueryLink({ sha256 }), link]);
  const answers = await Promise.all([
    client.query({ query: NAME }),
    client.query({ query: TITLES, variables: { first: 3 } }),
  ]);
  assert.match(answers[0].data.me.displayName, /^Maya/);
  assert.equal(answers[1].data.recipes.nodes.length, 3);
});

/** `size` different operations that are sent in one request. */
function batch(size, { headers, context } = {}) {
  const { sent, fetch } = recorder();
  const client = app([new BatchHttpLink({ uri: url, fetch, batchMax: 50, batchInterval: 5, headers })]);
  const operations = Array.from({ length: size }, (_, index) =>
    client.query({ query: TITLES, variables: { first: index + 1 }, context: context?.(index) }),
  );
  return { sent, operations };
}

test('a batch is answered in its order', async () => {
  const { sent, operations } = batch(10);
  const answers = await Promise.all(operations);
  assert.equal(sent.length, 1);
  assert.deepEqual(
    answers.map(({ data }) => data.recipes.nodes.length),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
});

test('each operation of a batch that is too long is told', async () => {
  assert.deepEqual(await errorCodes(batch(12).operations), Array(12).fill('BAD_REQUEST'));
});

test('each operation of a batch with a bad token is told', async () => {
  const { operations } = batch(3, { headers: { authorization: 'Bearer nonsense' } });
  assert.deepEqual(await errorCodes(operations), Array(3).fill('UNAUTHENTICATED'));
});

test('each operation of a batch in which one has no text is told', async () => {
  // All operations of a request have the same context: Apollo sends those with different contexts separately.
  const { sent, operations } = batch(3, { context: () => ({ http: { includeQuery: false } }) });
  const codes = await errorCodes(operations);
  assert.deepEqual(
    sent.map(({ length }) => length),
    [3],
  );
  assert.deepEqual(codes, Array(3).fill('BAD_REQUEST'));
});

test('a retry whose first answer was lost changes nothing again', async () => {
  let lost = 0;
  const { sent, fetch: recording } = recorder();
  const losing = async (address, init) => {
    const response = await recording(address, init);
    if (lost++ === 0) throw new TypeError('the connection was lost');
    return response;
  };
  const client = app([
    new RetryLink({ delay: { initial: 1, jitter: false } }),
    new HttpLink({ uri: url, fetch: losing, headers: signIn('chen') }),
  ]);
  const { data: before } = await app([new HttpLink({ uri: url, headers: signIn('chen') })]).query({
    query: gql`
      {
        me {
          plan {
            currentCycle {
              id
              checkInDue
            }
          }
        }
      }
    `,
  });
  assert.equal(before.me.plan.currentCycle.checkInDue, true);
  const input = { idempotencyKey: randomUUID(), cycleId: before.me.plan.currentCycle.id, energy: 4, sleep: 3 };
  const { data } = await client.mutate({
    mutation: gql`
      mutation Submit($input: SubmitCheckInInput!) {
        submitCheckIn(input: $input) {
          checkIn {
            id
            energy
          }
          nextCycle {
            id
            number
          }
          userErrors {
            code
          }
        }
      }
    `,
    variables: { input },
  });
  assert.equal(sent.length, 2);
  assert.deepEqual(sent[0], sent[1]);
  assert.deepEqual(data.submitCheckIn.userErrors, []);
  assert.equal(data.submitCheckIn.checkIn.energy, 4);
  assert.equal(data.submitCheckIn.nextCycle.number, 2);
});
