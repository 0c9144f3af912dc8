// Code of an app that uses the client preset; tsc checks that the generated types are right.
import { graphql, useFragment, type FragmentType } from './generated/index.js';
import type { ResultOf, VariablesOf } from '@graphql-typed-document-node/core';

const Recipes = graphql(`
  query Recipes($filter: RecipeFilter, $after: String) {
    recipes(filter: $filter, first: 10, after: $after) {
      nodes {
        id
        ...Card
      }
    }
  }
`);

const Card = graphql(`
  fragment Card on Recipe {
    title
    minutes
    isFavourite
  }
`);

const Week = graphql(`
  query Week {
    me {
      displayName
      subscription {
        access
        expiresAt
      }
      plan {
        currentCycle {
          days {
            date
          }
        }
      }
    }
  }
`);

const Keep = graphql(`
  mutation Keep($input: SetFavouriteRecipeInput!) {
    setFavouriteRecipe(input: $input) {
      recipe {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`);

export function card(recipe: FragmentType<typeof Card>): string {
  const { title, minutes, isFavourite } = useFragment(Card, recipe);
  return `${title}: ${minutes?.toFixed() ?? 'unknown'} ${isFavourite ? '*' : ''}`;
}

export function titles(data: ResultOf<typeof Recipes>): string[] {
  // The connection is null when it fails, for example because of a stale cursor.
  return data.recipes?.nodes.map(card) ?? [];
}

export function week(data: ResultOf<typeof Week>): string[] {
  // The days are null when they fail; the plan and the cycle may be absent.
  return data.me?.plan?.currentCycle?.days?.map((day) => day.date) ?? [];
}

export function pays(data: ResultOf<typeof Week>): boolean {
  const access = data.me?.subscription?.access;
  return access === 'ACTIVE' || access === 'TRIAL' || access === 'GRACE';
}

export function wrong(data: ResultOf<typeof Week>): boolean {
  // @ts-expect-error: no such access
  return data.me?.subscription?.access === 'PAID';
}

export const search: VariablesOf<typeof Recipes> = { filter: { diet: 'VEGAN', slots: ['LUNCH'] } };

// @ts-expect-error: no such diet
export const wrongDiet: VariablesOf<typeof Recipes> = { filter: { diet: 'CARNIVORE' } };

export const keep: VariablesOf<typeof Keep> = { input: { idempotencyKey: 'a', recipeId: 'b', isFavourite: true } };

// @ts-expect-error: the key is required
export const withoutKey: VariablesOf<typeof Keep> = { input: { recipeId: 'b', isFavourite: true } };

export function kept(data: ResultOf<typeof Keep>): boolean {
  // The payload of a mutation is null when the mutation failed.
  return data.setFavouriteRecipe?.userErrors.length === 0;
}

export function keptUnchecked(data: ResultOf<typeof Keep>): boolean {
  // @ts-expect-error: it can be null
  return data.setFavouriteRecipe.userErrors.length === 0;
}
