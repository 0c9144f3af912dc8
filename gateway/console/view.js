// Shows a page: loads it, draws it, keeps it up to date, and shows its errors.
import { send } from './api.js';
import { countFromNow, startCounting } from './bar.js';
import { h, update } from './dom.js';
import { problemBox } from './notice.js';
import { operationPanel } from './operation.js';
import { keepFresh } from './refresh.js';

/**
 * Shows `page` in `parent` until the signal is aborted. A page is an object with
 *
 *   title(view)       its heading
 *   operation         the text of its query; `variables(view)` are its variables
 *   load(view, isRepeated)
 *                     in place of sending that, when there is more to it; resolves to `{ data, problems }`
 *   actions(view)     the buttons beside its heading
 *   render(view)      its content
 *
 * and a view is what these functions know: the `route`, the `data` (null before the first answer), `state` for what was
 * selected, and the functions `draw` and `refresh`.
 */
export function show(parent, page, route, signal) {
  const view = { route, signal, data: null, state: {}, problems: [] };
  view.send = (operation, variables) => send(operation, variables, { signal });
  view.draw = () => draw(parent, page, view);
  const load = async (isRepeated) => {
    try {
      const loaded = await (page.load
        ? page.load(view, isRepeated)
        : view.send(page.operation, page.variables?.(view)));
      if (signal.aborted) return;
      view.data = loaded.data;
      view.problems = loaded.problems;
      countFromNow();
    } catch (error) {
      if (signal.aborted) return;
      // What was loaded before stays; its age is in the bar.
      view.problems = [error];
    }
    view.draw();
  };
  update(parent);
  view.draw();
  parent.querySelector('h1').focus();
  view.refresh = keepFresh(load, signal);
  startCounting(view.refresh);
}

function draw(parent, page, view) {
  const title = page.title(view);
  document.title = `${title} · Coach console`;
  const actions = view.data && page.actions?.(view);
  update(
    parent,
    h('div.heading', { 'data-key': 'heading' }, h('h1', { tabindex: -1 }, title), h('div.actions', {}, actions)),
    h('div.problems', { 'data-key': 'problems', role: 'alert' }, view.problems.map(problemBox)),
    h('div.content', { 'data-key': 'content', 'aria-busy': String(view.data === null) }, content(page, view)),
    h('div', { 'data-key': 'operation' }, operationPanel(page.operation, page.variables?.(view))),
  );
}

function content(page, view) {
  if (view.data) return page.render(view);
  return view.problems.length > 0 ? null : h('p.muted', {}, 'Loading…');
}
