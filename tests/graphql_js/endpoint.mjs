// What our endpoint makes of a request.
import { Agent, request } from 'node:http';

const CONNECTIONS = 8;

/** Limits of ours, which graphql-js does not have. */
const LIMITS = ['DOCUMENT_TOO_LARGE', 'COST_LIMIT_EXCEEDED'];

/** Sends all requests, some at a time, and resolves to what came of each. */
export async function askAll(url, headers, bodies) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answers = Array(bodies.length);
  let next = 0;
  const worker = async () => {
    while (next < bodies.length) {
      const place = next;
      next += 1;
      answers[place] = verdict(await send(agent, url, headers, bodies[place]));
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
 * Refused is what has no data; then the status is one of the client's mistakes, as it is 200 where there is data, and 294
 * where there are errors beside it.
 */
function verdict({ status, text }) {
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
