// Events that other services sent.
import { confirmChange } from './change.js';
import { h } from './dom.js';
import { counted, NONE, time } from './format.js';
import { navigate } from './router.js';
import { badge, section, table } from './table.js';

const FIELDS = `id
    source
    eventId
    kind
    receivedAt
    state
    detail`;

const OPERATION = `query ConsoleWebhooks($source: WebhookSource, $state: WebhookEventState) {
  webhookEvents(first: 100, source: $source, state: $state) {
    ${FIELDS}
  }
}
`;

const REPLAY = `mutation ConsoleReplayWebhookEvents($input: ReplayWebhookEventsInput!) {
  replayWebhookEvents(input: $input) {
    events {
      id
      state
    }
    userErrors {
      message
      code
      path
    }
  }
}
`;

const SOURCES = {
  BRIGHTCOVE: 'Brightcove',
  STANDARD: 'Standard Webhooks',
  STRIPE: 'Stripe',
  APP_STORE: 'App Store',
  GOOGLE_PLAY: 'Google Play',
};
const STATES = { RECEIVED: 'received', DONE: 'done', IGNORED: 'ignored', FAILED: 'failed' };
const TONES = { RECEIVED: 'blue', DONE: 'good', FAILED: 'bad' };

export const webhooks = {
  operation: OPERATION,
  title: () => 'Webhooks',
  variables: ({ route }) => ({ source: route.query.get('source'), state: route.query.get('state') }),
  load: async (view) => {
    const loaded = await view.send(OPERATION, webhooks.variables(view));
    const present = new Set((loaded.data.webhookEvents ?? []).map(({ id }) => id));
    const selection = (view.state.selection ??= new Set());
    for (const id of selection) if (!present.has(id)) selection.delete(id);
    return loaded;
  },
  render: (view) => {
    const { source, state } = webhooks.variables(view);
    const filters = h(
      'div.filters',
      {},
      filter('Source', SOURCES, source, (chosen) => navigate(['webhooks'], { source: chosen, state })),
      filter('State', STATES, state, (chosen) => navigate(['webhooks'], { source, state: chosen })),
    );
    const { webhookEvents } = view.data;
    return [
      h('div', { 'data-key': 'filters' }, filters),
      webhookEvents && section('Events', events(view, source || state), replayButton(view)),
    ];
  },
};

function filter(label, choices, chosen, onchange) {
  const options = Object.entries(choices).map(([value, text]) =>
    h('option', { value, selected: value === chosen }, text),
  );
  const select = { onchange: ({ target }) => onchange(target.value) };
  return h('label', {}, `${label} `, h('select', select, h('option', { value: '' }, 'all'), options));
}

function events(view, isFiltered) {
  return table({
    caption: 'Events, the newest first',
    rows: view.data.webhookEvents,
    key: ({ id }) => id,
    selection: view.state.selection,
    onSelect: view.draw,
    label: ({ eventId }) => eventId,
    empty: isFiltered
      ? 'No event of the last 30 days is like this.'
      : 'No event was received in the last 30 days. Services send them to /webhooks/….',
    columns: [
      ['Received', ({ receivedAt }) => time(receivedAt)],
      ['Source', ({ source }) => SOURCES[source] ?? source],
      ['Kind', ({ kind }) => h('code', {}, kind)],
      ['State', ({ state }) => badge(STATES[state] ?? state, TONES[state])],
      ['Detail', ({ detail }) => detail ?? NONE, 'wide'],
      ['Id of the event', ({ eventId }) => h('code', {}, eventId)],
    ],
  });
}

function replayButton(view) {
  const ids = [...view.state.selection];
  const replay = async () => {
    if ((await confirmChange(replayChange(ids))) === null) return;
    view.state.selection.clear();
    await view.refresh();
  };
  const label = ids.length > 0 ? `Replay ${ids.length} selected…` : 'Replay…';
  const title = ids.length === 0 && 'Select events first';
  return h(
    'div.actions',
    {},
    h('button', { type: 'button', disabled: ids.length === 0, title, onclick: replay }, label),
  );
}

function replayChange(ids) {
  return {
    title: `Replay ${counted(ids.length, 'event')}`,
    verb: 'Replay',
    explain: 'They are worked on again as they were received. What counts by its date has no other effect than before.',
    operation: REPLAY,
    input: () => ({ ids }),
    hasDryRun: true,
    outcome: ({ events }) => ({
      text: `${counted(events.length, 'event')} would be worked on again.`,
      isNothing: events.length === 0,
    }),
    done: ({ events }) => `${counted(events.length, 'event')} replayed.`,
  };
}
