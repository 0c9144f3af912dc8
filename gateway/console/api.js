// Sends operations to the API.
import { signOut, token } from './session.js';

/** An error with what support needs to find it: `code`, and the request id of the answer. */
export class ApiError extends Error {
  constructor(message, { code = null, requestId, isFinal = true }) {
    super(message);
    this.code = code;
    this.requestId = requestId;
    /** False when a mutation may have been executed all the same, so that it has to be sent again. */
    this.isFinal = isFinal;
  }
}

/** Codes after which the same mutation may be sent again (docs/CLIENTS.md). */
const RETRIED = ['TIMEOUT', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL_SERVER_ERROR'];

const REASONS = {
  UNAUTHENTICATED: 'This token is not staff’s: it is not valid, or not any more.',
  FORBIDDEN: 'This token is not staff’s: the role of its holder does not allow this.',
};

/**
 * Sends an operation. Resolves to its data, and the problems of fields that failed (`ApiError`); rejects when there is
 * no data. A token that is not staff's is forgotten.
 */
export async function send(query, variables = {}, { signal, as = token() } = {}) {
  const requestId = uuid();
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
    authorization: `Bearer ${as}`,
    // Made here, so that there is one to show when no answer comes.
    'x-request-id': requestId,
  };
  const body = JSON.stringify({ query, variables });
  const answer = await request('/graphql', { method: 'POST', headers, body, signal }, requestId);
  const problems = (answer.errors ?? []).map((error) => {
    const code = error.extensions?.code;
    const details = { code, requestId, isFinal: !RETRIED.includes(code) };
    return new ApiError(REASONS[code] ?? error.message, details);
  });
  const refused = problems.find(({ code }) => code in REASONS);
  if (refused) {
    signOut(refused.message);
    throw refused;
  }
  if (!answer.data) throw problems[0] ?? new ApiError('The answer has no data.', { requestId, isFinal: false });
  return { data: answer.data, problems };
}

/** Resolves to the JSON of an address of this origin. */
export async function request(url, options = {}, requestId = uuid()) {
  const fixed = { cache: 'no-store', credentials: 'omit', redirect: 'error' };
  try {
    const response = await fetch(url, { ...options, ...fixed });
    return await response.json();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError('There was no answer that can be read.', { requestId, isFinal: false });
  }
}

/** A random UUID. `crypto.randomUUID` exists on secure origins only, which `coach dev` on a phone is not. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
