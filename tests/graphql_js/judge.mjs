// What graphql-js makes of a request: whether it parses, validates, and coerces the variables, all before anything runs.
//
//   node judge.mjs SCHEMA.graphql < REQUESTS.jsonl
//
// reads a request in a line, as the body of a POST has it ({"query", "operationName", "variables"}), and prints a line
// for each: {"accepted", "stage", "errors", "messages"}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

import * as sixteen from 'graphql';
import * as seventeen from 'graphql-17';

/** All mistakes, not the first hundred only. */
const ALL = { maxErrors: Number.MAX_SAFE_INTEGER, hideSuggestions: true };

/** As the specification has it; 17 would take selections without a field. */
const READING = { allowEmptySelectionSets: false };

/** The scalars of ours, by which strings they take. SDL has no more of a scalar than its name. */
const SCALARS = {
  Date: /^\d{4}-\d\d-\d\d$/,
  DateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  TimeZone: /^(UTC|[A-Z][A-Za-z]+\/[A-Z][A-Za-z_]+)$/,
  EmailAddress: /^[^@\s]+@[^@\s]+$/,
  URL: /^https?:\/\//,
};

/** A judge of requests against an SDL, by one version of graphql-js. */
export function judge(sdl, js = sixteen) {
  const schema = js.buildSchema(sdl);
  for (const [name, form] of Object.entries(SCALARS)) teach(schema.getType(name), form, js);
  return (request) => {
    const { query, operationName, variables } = request;
    let document;
    try {
      document = js.parse(query, READING);
    } catch (error) {
      return refused('parse', [error]);
    }
    const mistakes = js.validate(schema, document, js.specifiedRules, ALL);
    if (mistakes.length) return refused('validate', mistakes);

    const operation = js.getOperationAST(document, operationName || undefined);
    if (!operation) return refused('select', [{ message: 'no operation is selected' }]);
    if (!schema.getRootType(operation.operation)) return refused('select', [{ message: 'nothing serves it' }]);

    const coerced = js.getVariableValues(schema, operation.variableDefinitions ?? [], variables ?? {}, ALL);
    if (coerced.errors) return refused('variables', coerced.errors);
    return { accepted: true, stage: null, errors: 0, messages: [] };
  };
}

export const versions = { sixteen, seventeen };

function refused(stage, errors) {
  return { accepted: false, stage, errors: errors.length, messages: errors.map(({ message }) => message) };
}

function teach(scalar, form, js) {
  const read = (value) => {
    if (typeof value === 'string' && form.test(value)) return value;
    throw new js.GraphQLError(`no ${scalar.name}: ${JSON.stringify(value)}`);
  };
  const readLiteral = (node) => read(node.kind === js.Kind.STRING ? node.value : undefined);
  scalar.parseValue = scalar.coerceInputValue = read;
  scalar.parseLiteral = scalar.coerceInputLiteral = readLiteral;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const verdict = judge(readFileSync(process.argv[2], 'utf8'));
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(verdict(JSON.parse(line))));
  }
}
