// The results of our endpoint.
import { Agent, request } from 'node:http';

const CONNECTIONS = 8;

/** The codes of our limits, which graphql-js does not have. */
const LIMITS = ['DOCUMENT_TOO_LARGE', 'COST_LIMIT_EXCEEDED'];

/** Sends all requests, several at a time, and resolves to the result of each. */
export async function sendAll(url, headers, bodies) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answers = Array(bodies.length);
  let next = 0;
  const worker = async () => {
    while (next < bodies.length) {
      const index = next;
      next += 1;
      answers[index] = evaluate(await send(agent, url, headers, bodies[index]));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
  return answers;
}

function send(agent, url, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data) => (text += data));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    sent.end(body);
  });
}

/**
 * A request without `data` in its response is rejected, and its status must be 400. With `data` the status must be 200,
 * or 294 when there are errors too.
 */
function evaluate({ status, text }) {
  const { data, errors = [] } = JSON.parse(text);
  const accepted = data !== undefined;
  const codes = errors.map(({ extensions }) => extensions?.code);
  return {
    accepted,
    data,
    status,
    codes,
    messages: errors.map(({ message }) => message),
    limited: !accepted && codes.some((code) => LIMITS.includes(code)),
    proper: status === (accepted ? (errors.length > 0 ? 294 : 200) : 400),
  };
}
