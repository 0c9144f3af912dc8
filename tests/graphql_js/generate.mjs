// Requests for the comparison: some valid ones, and many with a mistake or two. They depend only on the seed and the
// schema.
import { print } from 'graphql';

import { mistakes, mutate } from './mutate.mjs';
import { Random } from './random.mjs';
import { spoil, spoils } from './spoil.mjs';
import { valid } from './valid.mjs';

/** `count` requests, each with the names of its mistakes. */
export function* generate(schema, seed, count) {
  const random = new Random(seed);
  for (let number = 0; number < count; number += 1) {
    const request = valid(schema, random);
    const done = [];
    // Round-robin, so that no kind is rare: no mistake, then mistakes in the tree, then in the text.
    if (number % 4 !== 0) {
      for (let times = random.percent(80) ? 1 : 2; number % 4 !== 3 && times > 0; times -= 1) {
        done.push(mistakes[(number + times * random.below(mistakes.length)) % mistakes.length]);
        mutate(request, done.at(-1), schema, random);
      }
    }
    let query = print(request.document);
    if (number % 4 === 3) {
      done.push(spoils[random.below(spoils.length)]);
      query = spoil(query, done.at(-1), random);
    }
    const { operationName, variables } = request;
    yield { done: done.join(', ') || 'nothing', request: JSON.stringify({ query, operationName, variables }) };
  }
}
