import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './browser.ts';
import { clients, isAbsent } from './clients.ts';
import { startLab } from './lab-process.ts';

describe.skipIf(isAbsent(clients.chromium))('the dashboard in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('follows the lab live, adds and removes a fault, moves the clock; nothing leads out of it', async () => {
    const lab = await startLab(['--clock', 'manual', '--control-token', 'a-token-for-tests']);
    onTestFinished(() => lab.stop());
    const { url, token } = lab.ready.control;
    const page = await browser.newPage({ viewport: { width: 400, height: 800 } });
    const foreign: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(error.message));

    // Without the token it asks for it; what is typed wrongly is asked for again.
    await page.goto(url);
    const asked = page.getByLabel('control token');
    await asked.fill('wrong');
    await page.getByRole('button', { name: 'Show the lab' }).click();
    await asked.fill(token!);
    await page.getByRole('button', { name: 'Show the lab' }).click();
    await page.getByRole('cell', { name: 'db-1', exact: true }).waitFor();

    await page.getByText('Add a fault').click();
    await page.getByRole('textbox', { name: 'As in a scenario file' }).fill('{"id": "x", "at": "kmip.nowhere"}');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'kmip.connection' }).waitFor();
    const rule = { id: 'gone', at: 'kmip.port', then: { unlisten: true } };
    await page.getByRole('textbox', { name: 'As in a scenario file' }).fill(JSON.stringify(rule));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    // The timeline tells of it without being asked.
    await page.locator('#timeline').getByText('fault "gone" fires at kmip.port').waitFor();
    await page.getByRole('button', { name: 'Remove gone' }).click();
    await page.locator('#timeline').getByText('fault "gone" removed').waitFor();

    const before = await page.getByRole('status').textContent();
    await page.getByLabel('Let pass').fill('2h');
    await page.getByRole('button', { name: 'Advance' }).click();
    await expect.poll(() => page.getByRole('status').textContent(), { timeout: 15_000 }).not.toBe(before);
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'Restore before' }).click();
    await page.locator('#timeline').getByText('the lab is what it was').first().waitFor();
    await page.getByRole('button', { name: 'Back to the beginning' }).click();
    await expect.poll(() => page.getByRole('status').textContent(), { timeout: 15_000 }).toBe(before);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);

    // The token of the address is for the page alone: it does not stay where others could read it.
    const second = await browser.newPage();
    await second.goto(`${url}/#token=${token}`);
    await second.getByRole('cell', { name: 'db-1', exact: true }).waitFor();
    expect(second.url()).toBe(`${url}/`);
    expect([foreign, errors]).toEqual([[], []]);
  }, 60_000);
});
