// Who is signed in: a token that is kept until the tab is closed, and sent to nobody but our own API.
const KEY = 'coach.console.token';
const listeners = [];
let reason = null;

/** The token; null when nobody is signed in. */
export function token() {
  return sessionStorage.getItem(KEY);
}

/** Why the last token was forgotten; null when it was not, or by who had it. */
export function signOutReason() {
  return reason;
}

/** Keeps a token. */
export function signIn(accepted) {
  reason = null;
  sessionStorage.setItem(KEY, accepted);
  for (const listener of listeners) listener();
}

/** Forgets the token. */
export function signOut(because = null) {
  if (!token()) return;
  reason = because;
  sessionStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

/** Calls `listener` when somebody has signed in or out. */
export function onSessionChange(listener) {
  listeners.push(listener);
}

/** The name in the token: for show only, since nobody but the API can tell whether it is genuine. */
export function nameInToken() {
  try {
    const payload = token().split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims.email ?? claims.sub ?? '';
  } catch {
    return '';
  }
}
