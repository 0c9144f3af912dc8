// The console in Chromium: what is done on its pages has been done when the API is asked, with an entry in the audit log.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';

import { pictures, sendQuery, url } from '../endpoint.mjs';
import {
  announced,
  dialog,
  open,
  opened,
  origin,
  pasteToken,
  press,
  tokenOf,
  violations,
  withPage,
  withStaff,
} from './console/browser.mjs';
import { addDeadLetters, addIgnoredEvent, sendBlocked } from './console/database.mjs';
import { removeStatusFile } from './console/objects.mjs';

const PAGES = {
  overview: ['', 'Overview'],
  queue: ['queues/partner-sync', 'partner-sync'],
  empty: ['queues/email-urgent', 'email-urgent'],
  webhooks: ['webhooks', 'Webhooks'],
  live: ['live', 'Live'],
  requests: ['requests', 'Requests'],
  request: ['requests/console-suite', 'Request console-suite'],
  audit: ['audit', 'Audit'],
};

/** Takes the gateway more than a millisecond. */
const SLOW = `query ConsoleSuite {
  me { id plan { currentCycle { days { id meals { recipe { title isFavourite } } } } } }
  recipes(first: 100) { nodes { title isFavourite } }
}`;

async function ask(query, options) {
  const { data, errors } = await sendQuery(query, { member: 'sam', ...options });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

/** The newest entries of the audit log about an action, with their details as objects. */
async function audited(action) {
  const { auditEntries } = await ask('{ auditEntries(first: 100) { actor action detail } }');
  const entries = auditEntries.filter((entry) => entry.action === action);
  return entries.map(({ actor, detail }) => ({ actor, detail: JSON.parse(detail) }));
}

async function deadLettersOf(name) {
  const { operations } = await ask('{ operations { queues { name deadLetters } } }');
  return operations.queues.find((queue) => queue.name === name).deadLetters;
}

test('without a token there is nothing to see', () =>
  withPage(async (page) => {
    for (const [address] of Object.values(PAGES)) {
      await page.goto(`${origin}/console#/${address}`);
      await page.getByRole('heading', { name: 'Coach console' }).waitFor();
      assert.equal((await page.getByRole('table').count()) + (await page.locator('dl').count()), 0);
    }
  }));

test('a member’s token is refused and forgotten, in the form and in the tab', () =>
  withPage(async (page) => {
    await page.goto(`${origin}/console`);
    await pasteToken(page, tokenOf('maya'));
    await page.getByText('This token is not staff’s: the role of its holder').waitFor();
    await pasteToken(page, 'forged');
    await page.getByText('This token is not staff’s: it is not valid').waitFor();
    for (const [address] of Object.values(PAGES)) {
      await page.goto(`${origin}/console#/${address}`);
      await page.evaluate((token) => sessionStorage.setItem('coach.console.token', token), tokenOf('maya'));
      await page.reload();
      await page.getByText('This token is not staff’s').waitFor();
      assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
      assert.equal((await page.getByRole('table').count()) + (await page.locator('dl').count()), 0);
    }
  }));

test('who signs out leaves nothing behind', () =>
  withStaff(async (page) => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Coach console' }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
    assert.deepEqual(await page.context().cookies(), []);
  }));

test('selected dead letters are redriven', () =>
  withStaff(async (page) => {
    const before = (await audited('queue.redrive')).length;
    await addDeadLetters('live', ['live.publish', 'live.publish']);
    await open(page, 'queues/live', 'live');
    await page.getByLabel('Select', { exact: false }).nth(1).check();
    await page.getByRole('button', { name: 'Redrive 1 selected…' }).click();
    await dialog(page).getByText('1 message would go back to live.').waitFor();
    assert.equal(await deadLettersOf('live'), 2, 'a dry run changed something');
    await press(page, 'Redrive');
    await announced(page, '1 message of live redriven.');
    await page.getByRole('row').nth(1).waitFor();
    assert.equal(await deadLettersOf('live'), 1);
    const entries = await audited('queue.redrive');
    assert.equal(entries.length, before + 1);
    assert.match(entries[0].actor, /sam/);
    assert.equal(entries[0].detail.queue, 'live');
  }));

test('a change whose answer was lost is done once', () =>
  withStaff(async (page) => {
    const before = (await audited('queue.redrive')).length;
    await open(page, 'queues/live', 'live');
    await page.getByRole('button', { name: 'Redrive all…' }).click();
    await dialog(page).getByText('1 message would go back to live.').waitFor();
    const keys = [];
    await page.route(url, async (route) => {
      const { query, variables } = route.request().postDataJSON();
      if (!query.startsWith('mutation')) return route.continue();
      keys.push(variables.input.idempotencyKey);
      // It gets there, and the answer does not come back.
      const response = await route.fetch();
      return keys.length === 1 ? route.abort() : route.fulfill({ response });
    });
    await press(page, 'Redrive');
    await dialog(page).getByText('It may have been done or not.').waitFor();
    await dialog(page).getByText('request').waitFor();
    await press(page, 'Try again');
    await announced(page, 'of live redriven.');
    assert.equal(keys[0], keys[1]);
    assert.equal((await audited('queue.redrive')).length, before + 1);
    assert.equal(await deadLettersOf('live'), 0);
  }));

test('dead letters are discarded by who types the name of the queue', () =>
  withStaff(async (page) => {
    await open(page, 'queues/webhooks', 'webhooks');
    await page.getByText('No dead letters').waitFor();
    await addDeadLetters('webhooks', ['<img src=x onerror=alert(1)>', 'webhook.two', 'webhook.three']);
    // The page follows by itself, and shows data as text.
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    await page.getByRole('button', { name: 'Discard all…' }).click();
    await dialog(page).getByText('3 messages would be deleted for good.').waitFor();
    const discard = dialog(page).getByRole('button', { name: 'Discard', exact: true });
    await page.getByLabel('To confirm, type webhooks').fill('webhook');
    assert.equal(await discard.isDisabled(), true);
    assert.equal(await deadLettersOf('webhooks'), 3, 'a dry run changed something');
    await page.getByLabel('To confirm, type webhooks').fill('webhooks');
    await discard.click();
    await announced(page, '3 messages of webhooks discarded.');
    await page.getByText('No dead letters').waitFor();
    assert.equal(await deadLettersOf('webhooks'), 0);
    const [{ actor, detail }] = await audited('queue.discard');
    assert.match(actor, /sam/);
    assert.equal(detail.discarded, 3);
  }));

test('a queue is paused and resumed', () =>
  withStaff(async (page) => {
    await open(page, 'queues/partner-sync', 'partner-sync');
    for (const [verb, state] of [
      ['Pause', 'paused since'],
      ['Resume', 'running'],
    ]) {
      await page.getByRole('button', { name: `${verb}…` }).click();
      await press(page, verb);
      await page.locator('.facts').filter({ hasText: state }).waitFor();
      const [{ detail }] = await audited(`queue.${verb.toLowerCase()}`);
      assert.equal(detail.queue, 'partner-sync');
    }
  }));

test('webhook events are filtered and replayed', () =>
  withStaff(async (page) => {
    await addIgnoredEvent('evt-console', 'invoice.sent');
    await open(page, 'webhooks', 'Webhooks');
    await page.getByLabel('Source').selectOption('Stripe');
    await page.getByText('No event of the last 30 days is like this.').waitFor();
    await page.getByLabel('Source').selectOption('Standard Webhooks');
    await page.getByLabel('Select evt-console').check();
    await page.getByRole('button', { name: 'Replay 1 selected…' }).click();
    await dialog(page).getByText('1 event would be worked on again.').waitFor();
    assert.deepEqual(await audited('webhook.replay'), [], 'a dry run changed something');
    await press(page, 'Replay');
    await announced(page, '1 event replayed.');
    const [{ actor, detail }] = await audited('webhook.replay');
    assert.match(actor, /sam/);
    assert.equal(detail.events.length, 1);
  }));

test('a session is scheduled, set live, published and ended', () =>
  withStaff(async (page) => {
    await open(page, 'live', 'Live');
    await page.getByRole('button', { name: 'Schedule…', exact: true }).click();
    await page.getByLabel('Title').fill('Console suite');
    await page.getByLabel('Coach').fill('Sam');
    // An hour from now, in the zone of the browser.
    const begins = await page.evaluate(() => {
      const at = new Date(Date.now() + 3_600_000);
      return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    });
    await page.getByLabel('Begins').fill(begins);
    await press(page, 'Schedule');
    await announced(page, 'Console suite is scheduled.');
    const row = page.getByRole('row').filter({ hasText: 'Console suite' });
    await row.getByRole('button', { name: 'Set live…' }).click();
    await page.getByLabel('Playback URL').fill('https://play.example/console.m3u8');
    await press(page, 'Check');
    await dialog(page).getByText('would be live, playing https://play.example/console.m3u8').waitFor();
    assert.deepEqual(await audited('live.set'), [], 'a dry run changed something');
    await press(page, 'Set live');
    await announced(page, 'Console suite is live.');
    const [{ actor, detail }] = await audited('live.set');
    assert.match(actor, /sam/);
    assert.equal(detail.playbackUrl, 'https://play.example/console.m3u8');
    await removeStatusFile('live');
    await page.getByRole('button', { name: 'Publish the file again…' }).click();
    await press(page, 'Publish');
    await announced(page, 'The status file is as the database has it.');
    assert.equal((await audited('live.publish')).length, 1);
    await row.getByRole('button', { name: 'Set ended…' }).click();
    await dialog(page).getByText('would be ended').waitFor();
    await press(page, 'Set ended');
    await row.getByText('ended').waitFor();
    assert.equal((await audited('live.set')).length, 2);
  }));

test('a request is found by its id, and explained', () =>
  withStaff(async (page) => {
    await ask(SLOW, {
      member: 'maya',
      headers: { 'x-request-id': 'console-suite' },
    });
    await open(page, 'requests', 'Requests');
    await page.getByLabel('Request id').fill('console-suite');
    await page.getByRole('button', { name: 'Find' }).click();
    await opened(page, 'Request console-suite');
    await page.getByText('ConsoleSuite', { exact: true }).waitFor();
    assert.ok((await page.locator('.track .statement').count()) > 0);
    await page.getByRole('button', { name: 'Explain…' }).click();
    await press(page, 'Explain');
    await page.getByText('Execution Time').first().waitFor();
    assert.match((await audited('request.explain'))[0].actor, /sam/);
    await open(page, 'requests/unknown', 'Request unknown');
    await page.getByText('No such request is known.').waitFor();
  }));

test('the statement that made a request slow is the longest one', () =>
  withStaff(async (page) => {
    const id = 'console-suite-blocked';
    await sendBlocked('favourite_recipe', () => ask(SLOW, { member: 'maya', headers: { 'x-request-id': id } }));
    await open(page, 'requests', 'Requests');
    await page.locator(`a[href$="${id}"]`).click();
    await opened(page, `Request ${id}`);
    const rows = await page.locator('.waterfall tbody tr:has(.statement)').evaluateAll((rows) =>
      rows.map((row) => {
        const [number, unit] = row.querySelector('.number').textContent.split(' ');
        return { ms: number * (unit === 's' ? 1000 : 1), sql: row.querySelector('.sql').textContent };
      }),
    );
    const [slowest, ...others] = rows.sort((one, other) => other.ms - one.ms);
    assert.match(slowest.sql, /favourite_recipe/);
    for (const { ms } of others) assert.ok(ms < slowest.ms / 2, JSON.stringify(rows));
  }));

test('the operation of each page is copied as it can be sent', () =>
  withStaff(
    async (page) => {
      for (const [address, heading] of Object.values(PAGES)) {
        await open(page, address, heading);
        await page.getByText('The operation behind this page').click();
        await page.getByRole('button', { name: 'Copy as GraphQL' }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        const [, variables = '{}'] = /^# variables: (.*)$/m.exec(copied) ?? [];
        await ask(copied, { variables: JSON.parse(variables) });
      }
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  ));

test('an error is shown with the id of its request', () =>
  withStaff(async (page) => {
    await open(page, 'queues/nothing', 'nothing');
    const problem = page.getByRole('alert');
    await problem.getByText('BAD_USER_INPUT').waitFor();
    assert.match(await problem.getByRole('link').innerText(), /^[0-9a-f-]{36}$/);
  }));

for (const [mode, options] of Object.entries({
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
})) {
  test(`all pages can be read: ${mode}`, () =>
    withStaff(async (page) => {
      mkdirSync(pictures, { recursive: true });
      for (const [name, [address, heading]] of Object.entries(PAGES)) {
        await open(page, address, heading);
        await page.screenshot({ path: join(pictures, `${mode}-${name}.png`), fullPage: true });
        assert.deepEqual(await violations(page), [], name);
        const isTooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.equal(isTooWide, false, `${name} scrolls as a whole`);
      }
      await open(page, 'live', 'Live');
      await page.getByRole('button', { name: 'Schedule…', exact: true }).click();
      await dialog(page).waitFor();
      await page.screenshot({ path: join(pictures, `${mode}-dialog.png`) });
      assert.deepEqual(await violations(page), [], 'dialog');
    }, options));
}
