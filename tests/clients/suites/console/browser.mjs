// A browser at the console, which fails the test when the page complains or turns to another origin.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

import { browser as executablePath, signIn, url } from '../../endpoint.mjs';

export const { origin } = new URL(url);

// Chromium refuses its sandbox to root.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const browser = await chromium.launch({ executablePath, args });
after(() => browser.close());

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Calls `use` with a page of a new browser, which nobody has signed in to. */
export async function withPage(use, options = {}) {
  const context = await browser.newContext(options);
  try {
    // Only what never happens takes as long.
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
      // What Chromium says of an answer with the status 401 is none of the page's.
      const isStatus = message.text().startsWith('Failed to load resource') && message.location().url === url;
      if (['error', 'warning'].includes(message.type()) && !isStatus) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.stack));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== origin) complaints.push(`a request to ${request.url()}`);
    });
    // Violations of the policy that the console leaves out, such as those of frames.
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective}`));
    });
    await use(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** The same, with a page of which staff has signed in. */
export function withStaff(use, options) {
  return withPage(async (page) => {
    await page.goto(`${origin}/console`);
    await page.getByRole('button', { name: 'Sign in as the demo’s staff' }).click();
    await opened(page, 'Overview');
    await use(page);
  }, options);
}

/** Signs in with a token of this demo member, by the form. */
export async function pasteToken(page, token) {
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The token of a demo member. */
export function tokenOf(member) {
  return signIn(member).authorization.replace('Bearer ', '');
}

/** Goes to a page of the console, and waits until it shows its data. */
export async function open(page, address, heading) {
  await page.goto(`${origin}/console#/${address}`);
  await opened(page, heading);
}

/** Waits until a page shows its data. */
export async function opened(page, heading) {
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await page.locator('.content[aria-busy="false"]').waitFor();
}

/** The open dialog. */
export function dialog(page) {
  return page.getByRole('dialog');
}

/** Clicks a button of the open dialog. */
export function press(page, name) {
  return dialog(page).getByRole('button', { name, exact: true }).click();
}

/** Waits until the page tells that something was done. */
export function announced(page, text) {
  return page.getByRole('status').filter({ hasText: text }).waitFor();
}

/** What axe-core finds against WCAG 2.2 AA in the page. */
export async function violations(page) {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const found = await page.evaluate((tags) => axe.run({ runOnly: tags }), tags);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`);
}
