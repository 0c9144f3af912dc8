// Addresses of pages, behind the `#`: `#/queues/email?view=1`.

/** The parts of the current address: `{ segments: ['queues', 'email'], query }`. */
export function currentRoute() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const segments = path.split('/').filter(Boolean).map(decode);
  return { segments, query: new URLSearchParams(query) };
}

/** The address of a page; parameters without a value are left out. */
export function address(segments, parameters = {}) {
  const present = Object.entries(parameters).filter(([, value]) => value);
  const query = present.length > 0 ? `?${new URLSearchParams(present)}` : '';
  return `#/${segments.map(encodeURIComponent).join('/')}${query}`;
}

/** Shows another page. */
export function navigate(segments, parameters) {
  location.hash = address(segments, parameters);
}

function decode(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
