// The bar on top: where one is, how old what one sees is, and who one is.
import { h, update } from './dom.js';
import { age } from './format.js';
import { isPaused } from './refresh.js';
import { nameInToken, signOut } from './session.js';

const LINKS = [
  ['', 'Overview'],
  ['queues', 'Queues'],
  ['webhooks', 'Webhooks'],
  ['live', 'Live'],
  ['requests', 'Requests'],
  ['audit', 'Audit'],
];

/** When the page was last updated, in milliseconds; null before the first answer. */
let updatedAt = null;
let refresh = () => {};

/** Draws the bar; `current` is the first part of the address. */
export function bar(current) {
  const links = LINKS.map(([name, label]) =>
    h('a', { href: `#/${name}`, 'aria-current': name === current && 'page' }, label),
  );
  update(
    document.getElementById('top'),
    h('a.brand', { href: '#/' }, 'Coach', h('span.muted', {}, ' console')),
    h('nav', { 'aria-label': 'Pages' }, links),
    h(
      'div.session',
      {},
      h('button.plain', { type: 'button', id: 'freshness', title: 'Refresh now', onclick: () => refresh() }, '…'),
      h('span.who.muted', { title: nameInToken() }, nameInToken()),
      h('button', { type: 'button', onclick: () => signOut() }, 'Sign out'),
    ),
  );
  tick();
}

/** Starts to count for a new page, which `now` refreshes. */
export function startCounting(now) {
  updatedAt = null;
  refresh = now;
  tick();
}

/** Notes that the page was updated at this moment. */
export function countFromNow() {
  updatedAt = Date.now();
  tick();
}

function tick() {
  const freshness = document.getElementById('freshness');
  if (!freshness) return;
  const seconds = updatedAt === null ? null : (Date.now() - updatedAt) / 1000;
  const text = seconds === null ? 'loading…' : `updated ${age(seconds)} ago`;
  freshness.textContent = isPaused() ? `${text}, paused` : text;
  // Three refreshes were missed.
  freshness.classList.toggle('late', seconds !== null && seconds > 16 && !isPaused());
}

setInterval(tick, 1000);
