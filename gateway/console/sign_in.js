// The form to sign in.
import { send } from './api.js';
import { h, update } from './dom.js';
import { problemBox } from './notice.js';
import { signIn, signOutReason } from './session.js';

/** Any query that is for staff alone. */
const PROBE = 'query ConsoleSignIn { operations { outbox { unsent } } }';

/** A token of the demo's staff; null outside of development. */
const { demo } = JSON.parse(document.getElementById('start').textContent);

/** The form; its problem is why the last token was forgotten. */
export function signInForm() {
  const problems = h('div', { role: 'alert' });
  const field = h('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true });
  const button = h('button.primary', { type: 'submit' }, 'Sign in');
  const attempt = async (pasted) => {
    const candidate = pasted.trim().replace(/^bearer\s+/i, '');
    button.disabled = true;
    try {
      await send(PROBE, {}, { as: candidate });
      signIn(candidate);
    } catch (error) {
      update(problems, problemBox(error));
      field.value = '';
      field.focus();
    } finally {
      button.disabled = false;
    }
  };
  const submit = (event) => {
    event.preventDefault();
    attempt(field.value);
  };
  if (signOutReason()) update(problems, problemBox({ message: signOutReason() }));
  return h(
    'form.sign-in',
    { onsubmit: submit },
    h('h1', { tabindex: -1 }, 'Coach console'),
    h('p', {}, 'For staff. Paste an access token; it is kept in this tab alone, and forgotten when the tab is closed.'),
    problems,
    h('label', { for: 'token' }, 'Access token'),
    field,
    h('div.actions', {}, button, demo && demoButton(attempt)),
  );
}

function demoButton(attempt) {
  return h('button', { type: 'button', onclick: () => attempt(demo) }, 'Sign in as the demo’s staff');
}
