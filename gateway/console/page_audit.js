// Who changed what.
import { h } from './dom.js';
import { time } from './format.js';
import { table } from './table.js';

const OPERATION = `query ConsoleAudit {
  auditEntries(first: 100) {
    id
    occurredAt
    actor
    action
    detail
  }
}
`;

export const audit = {
  operation: OPERATION,
  title: () => 'Audit',
  render: ({ data }) =>
    data.auditEntries &&
    table({
      caption: 'Changes by operators, the newest first',
      rows: data.auditEntries,
      key: ({ id }) => id,
      empty: 'No operator has changed anything.',
      columns: [
        ['At', ({ occurredAt }) => time(occurredAt)],
        ['Who', ({ actor }) => actor],
        ['Action', ({ action }) => h('code', {}, action)],
        ['Detail', ({ detail }) => pairs(detail), 'wide'],
      ],
    }),
};

/** The JSON of an entry: its fields one after the other, or all of it when it is something else. */
function pairs(detail) {
  let fields;
  try {
    fields = Object.entries(JSON.parse(detail));
  } catch {
    return h('code', {}, detail);
  }
  const present = fields.filter(([, value]) => value !== null);
  return h(
    'div.pairs',
    {},
    present.map(([name, value]) => h('span', {}, `${name} `, h('code', {}, textOf(value)))),
  );
}

function textOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
