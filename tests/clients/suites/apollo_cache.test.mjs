// Apollo Client 4 and its normalised cache, which all screens of an app read.
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { HttpLink, InMemoryCache, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

import { signIn, url } from '../endpoint.mjs';
import { TITLES, app } from './apollo/app.mjs';

test('a screen that was refused takes nothing from the others', async () => {
  const client = app([new HttpLink({ uri: url, headers: signIn('lara') })]);
  const history = gql`
    query History {
      me {
        id
        plan {
          id
          currentCycle {
            id
            number
            startsOn
          }
        }
      }
    }
  `;
  const week = gql`
    query Week {
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
  const shopping = gql`
    query Shopping($from: Date!, $to: Date!) {
      me {
        id
        plan {
          id
          currentCycle {
            id
            shoppingList(from: $from, to: $to) {
              __typename
            }
          }
        }
      }
    }
  `;
  const today = gql`
    query Day {
      me {
        id
        plan {
          id
          currentCycle {
            id
            today {
              id
            }
          }
        }
      }
    }
  `;
  const { data: shown } = await client.query({ query: history });
  assert.equal(shown.me.plan.currentCycle.number, 1);

  const from = new Date().toISOString().slice(0, 10);
  const variables = { from, to: from };
  for (const [query, field] of [
    [week, 'days'],
    [shopping, 'shoppingList'],
    [today, 'today'],
  ]) {
    const { data, error } = await client.query({ query, variables, errorPolicy: 'all' });
    assert.equal(error.errors[0].extensions.code, 'SUBSCRIPTION_REQUIRED');
    assert.equal(data.me.plan.currentCycle?.[field], null);
    // Read from the cache only.
    assert.deepEqual(client.readQuery({ query: history }), shown, `after ${field} was refused`);
  }
});

test('a mutation that was refused takes nothing from another in the same request', async () => {
  const client = app([new HttpLink({ uri: url, headers: signIn('lara') })]);
  const {
    data: { recipes },
  } = await client.query({ query: TITLES, variables: { first: 1 } });
  const recipeId = recipes.nodes[0].id;
  const { data, error } = await client.mutate({
    mutation: gql`
      mutation Both($favourite: SetFavouriteRecipeInput!, $plan: StartPlanInput!) {
        setFavouriteRecipe(input: $favourite) {
          recipe {
            id
            isFavourite
          }
          userErrors {
            code
          }
        }
        startPlan(input: $plan) {
          plan {
            id
          }
          userErrors {
            code
          }
        }
      }
    `,
    variables: {
      favourite: { idempotencyKey: randomUUID(), recipeId, isFavourite: true },
      plan: { idempotencyKey: randomUUID() },
    },
    errorPolicy: 'all',
  });
  assert.equal(data?.setFavouriteRecipe?.recipe?.isFavourite, true, String(error));
  assert.equal(data.startPlan?.plan ?? null, null);
});

test('pages are laid together', async () => {
  const cache = new InMemoryCache({ typePolicies: { Query: { fields: { recipes: relayStylePagination() } } } });
  const client = app([new HttpLink({ uri: url })], cache);
  const query = gql`
    query Recipes($after: String) {
      recipes(first: 20, after: $after) {
        totalCount
        edges {
          node {
            id
            title
            isFavourite
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  `;
  const screen = client.watchQuery({ query });
  const shown = screen.subscribe(() => {});
  let {
    data: { recipes },
  } = await screen.refetch();
  const pages = Math.ceil(recipes.totalCount / 20);
  for (let page = 1; page < pages; page += 1) {
    assert.ok(recipes.pageInfo.hasNextPage);
    await screen.fetchMore({ variables: { after: recipes.pageInfo.endCursor } });
    ({ recipes } = client.readQuery({ query }));
  }
  shown.unsubscribe();
  assert.ok(pages > 2 && !recipes.pageInfo.hasNextPage);
  assert.equal(recipes.edges.length, recipes.totalCount);
  assert.equal(new Set(recipes.edges.map(({ node }) => node.id)).size, recipes.totalCount);
});
