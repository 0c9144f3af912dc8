// Explains the statements of a request.
import { counted } from './format.js';

const OPERATION = `mutation ConsoleExplainRequest($input: ExplainRequestInput!) {
  explainRequest(input: $input) {
    explanations {
      position
      sql
      plan
      skipped
    }
    userErrors {
      message
      code
      path
    }
  }
}
`;

/** Runs the reading statements of a request again, with their plans. */
export function explainChange(requestId) {
  return {
    title: 'Explain the statements',
    verb: 'Explain',
    explain:
      'The reading statements of the request are run again with EXPLAIN (ANALYZE, BUFFERS), in a read-only transaction. ' +
      'That takes as long as they take, and is recorded in the audit log. Parameters are not shown. It is possible for ' +
      'slow and failed requests, for an hour, by the gateway that answered them.',
    operation: OPERATION,
    input: () => ({ requestId }),
    done: ({ explanations }) => `${counted(explanations.length, 'statement')} explained.`,
  };
}
