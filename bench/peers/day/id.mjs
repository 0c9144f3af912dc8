// The external form of ids: a tag, `_`, and the bytes in base64url.

/** The id of a type: its tag, UUIDs, and the numbers behind them. */
export function opaqueId(tag, ...parts) {
  const bytes = parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : uuidBytes(part)));
  return `${tag}_${Buffer.concat(bytes).toString('base64url')}`;
}

function uuidBytes(uuid) {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
