// Messages: what was done, and what went wrong.
import { h, update } from './dom.js';
import { address } from './router.js';

/** Tells what was done, until it is closed or something else was done. */
export function notify(text) {
  const notices = document.getElementById('notices');
  const close = h('button.plain', { type: 'button', onclick: () => update(notices) }, 'Close');
  update(notices, h('div.notice', {}, h('span', {}, text), close));
}

/** An error with its code and its request id. */
export function problemBox(error) {
  const { code, requestId } = error;
  return h(
    'div.problem',
    {},
    h('strong', {}, error.message),
    code && h('code', {}, code),
    requestId && h('span', {}, 'request ', h('a', { href: address(['requests', requestId]) }, requestId)),
  );
}

/** The `userErrors` of a payload. */
export function userErrorBox({ message, code, path }) {
  const at = (path ?? []).join('.');
  return h('div.problem', {}, h('strong', {}, message), h('code', {}, code), at && h('span.muted', {}, at));
}
