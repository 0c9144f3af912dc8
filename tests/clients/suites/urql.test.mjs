// urql with its normalised cache, which reads our schema, and with persisted queries.
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { buildSchema, getIntrospectionQuery, introspectionFromSchema, isObjectType } from 'graphql';

import { sendQuery, recorder, sdl, signIn, url } from '../endpoint.mjs';

const served = buildSchema(sdl);

const schemas = {
  'the served SDL': introspectionFromSchema(served),
  'the endpoint': (await sendQuery(getIntrospectionQuery())).data,
};

/** Objects without an id are stored in their parent (key `null`). */
const KEYS = Object.fromEntries(
  Object.values(served.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__') && !type.getFields().id)
    .filter((type) => type !== served.getQueryType() && type !== served.getMutationType())
    .map((type) => [type.name, () => null]),
);

const PROFILE = gql`
  {
    me {
      id
      displayName
      subscription {
        access
        willRenew
      }
    }
  }
`;

function app(member, schema, { fetch: send = fetch, before = [] } = {}) {
  const warnings = [];
  const cache = cacheExchange({
    schema,
    keys: KEYS,
    logger: (_severity, message) => warnings.push(message),
  });
  const exchanges = [cache, ...before, fetchExchange];
  const client = new Client({
    url,
    exchanges,
    fetch: send,
    preferGetMethod: false,
    fetchOptions: { headers: signIn(member) },
  });
  return { client, warnings };
}

for (const [source, schema] of Object.entries(schemas)) {
  for (const [member, access] of [
    ['maya', 'ACTIVE'],
    ['gwen', 'GRACE'],
  ]) {
    test(`graphcache with ${source}: ${member} is seen to pay`, async () => {
      const { client, warnings } = app(member, schema);
      const { data, error } = await client.query(PROFILE, {});
      assert.equal(error, undefined);
      assert.equal(data.me.subscription?.access, access);
      // The same, read from the cache only.
      const cached = await client.query(PROFILE, {}, { requestPolicy: 'cache-only' });
      assert.equal(cached.data?.me.subscription?.access, access);
      assert.deepEqual(warnings, []);
    });
  }
}

test('graphcache without a schema sees it too', async () => {
  const { client } = app('maya');
  const { data } = await client.query(PROFILE, {});
  assert.equal(data?.me?.subscription?.access, 'ACTIVE');
});

test('graphcache keeps the others when one field is refused', async () => {
  const { client } = app('lara', schemas['the served SDL']);
  const history = gql`
    {
      me {
        id
        plan {
          id
          currentCycle {
            id
            number
          }
        }
      }
    }
  `;
  const week = gql`
    {
      me {
        id
        plan {
          id
          currentCycle {
            id
            days {
              id
            }
          }
        }
      }
    }
  `;
  assert.equal((await client.query(history, {})).data.me.plan.currentCycle.number, 1);
  const { error } = await client.query(week, {});
  assert.equal(error.graphQLErrors[0].extensions.code, 'SUBSCRIPTION_REQUIRED');
  const cached = await client.query(history, {}, { requestPolicy: 'cache-only' });
  assert.equal(cached.data?.me?.plan?.currentCycle?.number, 1);
});

test('persisted queries fall back to the text', async () => {
  const { sent, fetch } = recorder();
  const { client } = app('maya', schemas['the served SDL'], {
    fetch,
    before: [persistedExchange({ preferGetForPersistedQueries: false })],
  });
  const { data, error } = await client.query(PROFILE, {});
  assert.equal(error, undefined);
  assert.match(data.me.displayName, /^Maya/);
  assert.deepEqual(
    sent.map(({ query }) => Boolean(query)),
    [false, true],
  );
});
