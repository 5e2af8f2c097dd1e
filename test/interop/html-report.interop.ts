import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';
import { clients, isAbsent, root } from './clients.ts';

// The HTML report of a scenario that fails, opened from a file in a real browser.

const scenario = fileURLToPath(new URL('../lab/golden/create-refused.scenario.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keyrig-report-'));
const file = join(folder, 'report.html');
afterAll(() => rmSync(folder, { recursive: true }));

const details = (page: Page) => page.getByRole('complementary', { name: 'Entry' });
const rows = (page: Page) => page.locator('.rows button');

describe.skipIf(isAbsent(clients.chromium))('the HTML report in Chromium', () => {
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    const command = [join(root, 'bin/keyrig.js'), 'run', scenario, '--reporter', `html=${file}`];
    const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    watched = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
    await watched.page.goto(pathToFileURL(file).href);
  });
  afterEach(async () => {
    const { page, requests, errors } = watched;
    await page.context().close();
    // It took nothing from anywhere.
    expect({ foreign: requests.filter((line) => !/^GET (?:file|data):/.test(line)), errors }).toEqual({
      foreign: [],
      errors: [],
    });
  });

  test('what failed, in which message and on which socket, is there at once; the message is one click away', async () => {
    const { page, shot } = watched;
    const failure = page.getByRole('region', { name: 'Failure of step 1' });
    await failure.getByText('Create refused: Permission Denied').first().waitFor();
    expect(await failure.locator('.origin').innerText()).toMatch(
      /vCenter 127\.0\.0\.1:\d+ → KMS 127\.0\.0\.1:\d+ \(TLSv1\.2/,
    );
    await shot('report');
    await failure.getByRole('button', { name: 'Show the message' }).click();
    await details(page).getByText('Operation (Enumeration): Create (0x00000001)').first().waitFor();
    await details(page).getByText('Result Reason (Enumeration): Permission Denied').waitFor();
    await shot('report-entry');
    await page.keyboard.press('Escape');
    expect(await details(page).isVisible()).toBe(false);
  });

  test('filters by plane, level and text', async () => {
    const { page } = watched;
    const all = await rows(page).count();
    await page.getByRole('checkbox', { name: 'vcenter' }).uncheck();
    expect(await page.locator('.rows li.vcenter').count()).toBe(0);
    expect(await rows(page).count()).toBeGreaterThan(0);
    await page.getByRole('checkbox', { name: 'vcenter' }).check();
    await page.getByLabel('Level').selectOption('debug');
    expect(await rows(page).count()).toBeGreaterThan(all);
    await page.keyboard.press('Escape');
    await page.locator('h2').click();
    await page.keyboard.press('/');
    await page.keyboard.type('kmip.refused');
    expect(await rows(page).count()).toBe(1);
    await page.getByText(/^1 of \d+ entries$/).waitFor();
  });

  test('goes by keyboard from entry to entry, and an address leads to one', async () => {
    const { page } = watched;
    await rows(page).first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    const heading = await details(page).getByRole('heading').first().innerText();
    const address = page.url();
    expect(address).toContain('entry=');
    await page.goto('about:blank');
    await page.goto(address);
    expect(await details(page).getByRole('heading').first().innerText()).toBe(heading);
  });

  test('copies the command that runs it again', async () => {
    const { page } = watched;
    const replay = page.locator('.replay');
    await replay.getByRole('button', { name: 'Copy' }).click();
    await replay.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await replay.locator('code').innerText());
  });

  test('is readable on a telephone: nothing is wider than the screen', async () => {
    const { page, shot } = watched;
    await page.setViewportSize({ width: 400, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    await shot('report-narrow');
  });
});
