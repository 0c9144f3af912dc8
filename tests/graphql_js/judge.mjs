// The result of graphql-js for a request: whether it parses and validates, and its variables can be coerced, before
// anything is executed.
//
//   node judge.mjs SCHEMA.graphql < REQUESTS.jsonl
//
// reads one request per line, in the format of a POST body ({"query", "operationName", "variables"}), and prints a line
// for each: {"accepted", "stage", "errors", "messages"}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import * as sixteen from 'graphql';
import * as seventeen from 'graphql-17';

/** Report all errors, not only the first hundred. */
const ALL = { maxErrors: Number.MAX_SAFE_INTEGER, hideSuggestions: true };

/** As specified; version 17 would accept empty selection sets. */
const READING = { allowEmptySelectionSets: false };

/** Our custom scalars, with the strings that they accept. SDL has only their names. */
const SCALARS = {
  Date: /^\d{4}-\d\d-\d\d$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  TimeZone: /^(UTC|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+)$/,
  // An invalid address is a user error, not an error of the request, so any text is valid for the type.
  EmailAddress: /^/,
  URL: /^https?:\/\//,
};

/** A function that checks requests against an SDL with one version of graphql-js. */
export function judge(sdl, js = sixteen) {
  const schema = js.buildSchema(sdl);
  for (const [name, form] of Object.entries(SCALARS)) defineScalar(schema.getType(name), form, js);
  return (request) => {
    const { query, operationName, variables } = request;
    let document;
    try {
      document = js.parse(query, READING);
    } catch (error) {
      return rejected('parse', [error]);
    }
    const mistakes = js.validate(schema, document, js.specifiedRules, ALL);
    if (mistakes.length) return rejected('validate', mistakes);

    const operation = js.getOperationAST(document, operationName || undefined);
    if (!operation) return rejected('select', [{ message: 'no operation is selected' }]);
    if (!schema.getRootType(operation.operation)) return rejected('select', [{ message: 'nothing serves it' }]);

    const coerced = js.getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, ALL);
    if (coerced.errors) return rejected('variables', coerced.errors);
    return { accepted: true, stage: null, errors: 0, messages: [] };
  };
}

export const versions = { sixteen, seventeen };

function rejected(stage, errors) {
  return { accepted: false, stage, errors: errors.length, messages: errors.map(({ message }) => message) };
}

function defineScalar(scalar, form, js) {
  const read = (value) => {
    if (typeof value === 'string' && form.test(value)) return value;
    throw new js.GraphQLError(`no ${scalar.name}: ${JSON.stringify(value)}`);
  };
  const readLiteral = (node) => read(node.kind === js.Kind.STRING ? node.value : undefined);
  scalar.parseValue = scalar.coerceInputValue = read;
  scalar.parseLiteral = scalar.coerceInputLiteral = readLiteral;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const check = judge(readFileSync(process.argv[2], 'utf8'));
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(check(JSON.parse(line))));
  }
}
