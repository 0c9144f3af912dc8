// Tables, which scroll within their box.
import { h } from './dom.js';

/**
 * A table. `columns` are `[heading, cell of a row, class]`; `key` is what tells rows apart; `empty` is shown in place of
 * no rows. With `selection`, a `Set` of keys, each row has a checkbox, and `onSelect` is called after a change.
 */
export function table({ caption, columns, rows, key, empty, selection, onSelect, label = key }) {
  if (rows.length === 0) return h('p.empty', { 'data-key': caption }, empty);
  const checkbox = (attributes) => h('input', { type: 'checkbox', ...attributes });
  const selectAll = () => {
    const all = rows.every((row) => selection.has(key(row)));
    for (const row of rows) toggle(selection, key(row), !all);
    onSelect();
  };
  const chosen = selection ? rows.filter((row) => selection.has(key(row))).length : 0;
  const head = columns.map(([heading, , style]) => h(`th${style ? `.${style}` : ''}`, { scope: 'col' }, heading));
  const all = {
    'aria-label': `Select all of ${caption}`,
    checked: chosen === rows.length,
    indeterminate: chosen > 0 && chosen < rows.length,
    onchange: selectAll,
  };
  const body = rows.map((row) => {
    const id = key(row);
    const select = { 'aria-label': `Select ${label(row)}`, checked: selection?.has(id) };
    select.onchange = ({ target }) => {
      toggle(selection, id, target.checked);
      onSelect();
    };
    const cells = columns.map(([, cell, style]) => h(`td${style ? `.${style}` : ''}`, {}, cell(row)));
    return h('tr', { 'data-key': id }, selection && h('td.select', {}, checkbox(select)), cells);
  });
  return h(
    'div.scroll',
    { 'data-key': caption, tabindex: 0, role: 'region', 'aria-label': caption },
    h(
      'table',
      {},
      h('caption.hidden', {}, caption),
      h('thead', {}, h('tr', {}, selection && h('th.select', { scope: 'col' }, checkbox(all)), head)),
      h('tbody', {}, body),
    ),
  );
}

function toggle(selection, id, isSelected) {
  if (isSelected) selection.add(id);
  else selection.delete(id);
}

/** A section of a page with its heading, and what stands beside it. */
export function section(title, content, beside) {
  return h('section', { 'data-key': title }, h('div.subheading', {}, h('h2', {}, title), beside), content);
}

/** Figures, as `[label, value, link, tone]`; the tone is `bad`, `warn`, or none. */
export function figures(list) {
  const cards = list.filter(Boolean).map(([label, value, link, tone]) => {
    const content = [h('span.label', {}, label), h(`span.value${tone ? `.${tone}` : ''}`, {}, value)];
    const key = { 'data-key': label };
    return link ? h('a.figure', { ...key, href: link }, content) : h('div.figure', key, content);
  });
  return h('div.figures', { 'data-key': 'figures' }, cards);
}

/** A state, as a word with a colour; the tone is `good`, `warn`, `bad` or none. */
export function badge(text, tone) {
  return h(`span.badge${tone ? `.${tone}` : ''}`, {}, text);
}

/** Pairs of term and value; `wide` as the third makes room for a long one. */
export function facts(pairs) {
  const rows = pairs.filter(Boolean).map(([term, value, style]) => {
    return h(`div${style ? `.${style}` : ''}`, {}, h('dt', {}, term), h('dd', {}, value));
  });
  return h('dl.facts', { 'data-key': 'facts' }, rows);
}
