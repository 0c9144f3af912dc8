// What is answered about the schema, which graphql-js answers as well: the same fields, merged, skipped and in the same
// order. Types and fields come in any order.
import { execute, parse, print } from 'graphql';

import { Random } from './random.mjs';
import { introspection } from './valid.mjs';

/** So many requests about the schema. */
export function* questions(schema, seed, count) {
  const random = new Random(seed);
  for (let number = 0; number < count; number += 1) {
    const { document, operationName, variables } = introspection(schema, random);
    yield { done: 'introspection', request: JSON.stringify({ query: print(document), operationName, variables }) };
  }
}

/** What graphql-js answers, as text to compare by. */
export function answer(schema, { query, operationName, variables }) {
  const { data } = execute({ schema, document: parse(query), operationName, variableValues: variables });
  return comparable(data);
}

/** Keys as they come, lists sorted. */
export function comparable(data) {
  return JSON.stringify(data, (_key, value) => {
    if (!Array.isArray(value)) return value;
    return value
      .map((item) => JSON.parse(comparable(item)))
      .sort((one, two) => (JSON.stringify(one) < JSON.stringify(two) ? -1 : 1));
  });
}
