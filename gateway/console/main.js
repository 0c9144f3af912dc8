// Starts the console: either the form to sign in, or the page that the address names.
import { bar } from './bar.js';
import { h, update } from './dom.js';
import { audit } from './page_audit.js';
import { live } from './page_live.js';
import { overview } from './page_overview.js';
import { queue } from './page_queue.js';
import { request } from './page_request.js';
import { requests } from './page_requests.js';
import { webhooks } from './page_webhooks.js';
import { currentRoute } from './router.js';
import { onSessionChange, token } from './session.js';
import { signInForm } from './sign_in.js';
import { show } from './view.js';

/** Pages by the first part of their address, in the order of the navigation. */
const PAGES = { '': overview, queues: queue, webhooks, live, requests, audit };

const main = document.getElementById('main');
let shown = new AbortController();

function render() {
  shown.abort();
  shown = new AbortController();
  for (const dialog of document.querySelectorAll('dialog')) dialog.remove();
  if (token() === null) {
    document.title = 'Sign in · Coach console';
    update(document.getElementById('top'));
    update(main, signInForm());
    main.querySelector('input').focus();
    return;
  }
  const route = currentRoute();
  const [first = ''] = route.segments;
  const page = first === 'requests' && route.segments[1] ? request : PAGES[first];
  bar(first);
  if (page) show(main, page, route, shown.signal);
  else update(main, h('h1', {}, 'There is no such page'), h('p', {}, h('a', { href: '#/' }, 'Overview')));
}

document.getElementById('skip').onclick = () => main.querySelector('h1')?.focus();
addEventListener('hashchange', render);
onSessionChange(render);
render();
