import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { VcenterClient } from '../../lab/clients/vcenter.ts';
import { kmipServerSpec } from '../../lab/verbs/kmip-server-info.ts';
import { keys, type RunningApi, serviceName, sha1Thumbprint, startApi } from '../ovh-api-mock/api.ts';
import { launchBrowser, openPage, ovhName, type WatchedPage } from './browser.ts';
import { clients, isAbsent } from './clients.ts';
import { controlJournal, type LabProcess, startLab } from './lab-process.ts';
import { thumbprintOf } from './ovh-steps.ts';

// The control panel's section, in a real browser. The words that are looked for are the control panel's (spec 4.2) or ours.

const title = 'Virtual Machine Encryption Key Management Servers';
const world = fileURLToPath(new URL('worlds/panel.scenario.yaml', import.meta.url));
const otherThumbprint = Array(20).fill('AB').join(':');

type Keys = { applicationKey: string; applicationSecret: string; consumerKey: string };

const windowOf = (page: Page) => page.getByRole('dialog');
const field = (page: Page, name: string) => windowOf(page).getByRole('textbox', { name, exact: true });
const next = (page: Page) => windowOf(page).getByRole('button', { name: 'Next' });
const finish = (page: Page) => windowOf(page).getByRole('button', { name: 'Finish' });
const consent = (page: Page) => windowOf(page).getByRole('checkbox', { name: /read and understood/ });

async function logIn(page: Page, { applicationKey, applicationSecret, consumerKey }: Keys) {
  await page.getByLabel('Application key').fill(applicationKey);
  await page.getByLabel('Application secret').fill(applicationSecret);
  await page.getByLabel('Consumer key').fill(consumerKey);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Opens the window that adds a KMS and fills it. */
async function fillAdd(page: Page, values: { ip: string; description?: string; thumbprint: string }) {
  await page.getByRole('button', { name: 'Add a new KMS server' }).click();
  await field(page, 'IP').fill(values.ip);
  await field(page, 'Description (optional)').fill(values.description ?? '');
  await field(page, 'SSL Thumbprint').fill(values.thumbprint);
}

/** Presses Finish once it can be pressed. */
const finished = (page: Page) => finish(page).click();

/** The rows of the table, each as the texts of its cells. */
async function rows(page: Page): Promise<string[][]> {
  const all = await page.locator('tbody tr').all();
  return Promise.all(all.map(async (row) => (await row.locator('td').allInnerTexts()).map((text) => text.trim())));
}

describe.skipIf(isAbsent(clients.chromium))('the control panel in Chromium', () => {
  let browser: Browser;
  let watched: WatchedPage;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async ({ task }) => {
    const { page, requests, errors, shot } = watched;
    if (task.result?.state === 'fail') await shot('failed');
    await page.context().close();
    // It took everything from the lab, and of the API it used what is public.
    const known = /^\w+ https?:\/\/(?:127\.0\.0\.1|eu\.api\.ovh\.com):\d+\/(?:1\.0|manager|pages|auth|secure)\//;
    const foreign = requests.filter((line) => !known.test(line));
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
  });

  describe('beside a whole lab', () => {
    let lab: LabProcess;
    let thumbprint: string;
    let section: string;

    beforeAll(async () => {
      lab = await startLab([world]);
      thumbprint = await thumbprintOf(lab);
      section = `${new URL(lab.ready.ovh.url).origin}/manager/dedicatedCloud/${lab.ready.ovh.serviceName}/security/kms`;
    });
    afterAll(() => lab.stop());
    beforeEach(async () => {
      watched = await openPage(browser);
    });

    /** What a person does in the vSphere Client. */
    async function addToVcenter() {
      const { vcenter, pki, kmip } = lab.ready;
      const { hostname: host, port } = new URL(vcenter.url);
      const client = new VcenterClient({ ...vcenter, host, port: Number(port), ca: readFileSync(pki.ca, 'utf8') });
      const server = { cluster: 'keyrig-cluster', name: 'kms-alias', address: kmip.host, port: kmip.port };
      await client.crypto('RegisterKmipServer', kmipServerSpec(server, 'KMIP1'));
      client.close();
    }

    const events = async (name: string) => (await controlJournal(lab)).filter(({ event }) => event === name).length;

    test('the guide: finds the service, adds the KMS, configures vCenter, changes and deletes the KMS', async () => {
      const { page, requests, shot } = watched;
      const { ovh, kmip } = lab.ready;
      await page.goto(`${new URL(ovh.url).origin}/manager/`);
      await shot('log-in');
      await logIn(page, ovh);
      await page.getByRole('link', { name: ovh.serviceName }).click();
      await expect.poll(() => page.url()).toBe(section);
      await page.getByRole('heading', { name: title }).waitFor();
      expect(await page.title()).toContain(ovh.serviceName);
      await page.getByText('VM encryption Disabled').waitFor();
      await page.getByText('No KMS server is registered.').waitFor();
      await shot('no-kms');

      await fillAdd(page, { ip: kmip.host, description: 'The KMS <é> of the guide', thumbprint });
      await consent(page).check();
      await shot('add');
      await next(page).click();
      await windowOf(page)
        .getByText(/^Operation \w+: (?:todo|doing)$/)
        .waitFor();
      // The robot has opened the flow and waits; the bar makes room for what there is to do.
      await windowOf(page).getByText('add this KMS server to vCenter').waitFor();
      expect(await page.getByRole('progressbar').isVisible()).toBe(false);
      expect(await events('gateway.flow.opened')).toBe(1);
      await shot('waiting-for-vcenter');
      // No way out of the window while the task runs.
      expect(await finish(page).isEnabled()).toBe(false);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      expect(await windowOf(page).isVisible()).toBe(true);

      await addToVcenter();
      await windowOf(page)
        .getByText(/^Operation \w+: done$/)
        .waitFor();
      await windowOf(page)
        .getByText(/^100 % \(/)
        .waitFor();
      await shot('added');
      await finished(page);
      await page.getByText('The KMS server has been added.').waitFor();
      await page.getByText('VM encryption Enabled').waitFor();
      const [entry, ...others] = await rows(page);
      expect(others).toEqual([]);
      const [kmsId, ...shown] = entry!;
      expect(kmsId).toMatch(/^\d+$/);
      const [description, ...rest] = shown.slice(0, 5);
      expect(description).toBe('The KMS <é> of the guide');
      expect(rest).toEqual([kmip.host, String(kmip.port), thumbprint, 'Delivered']);
      await shot('table');

      await page.getByRole('button', { name: `Edit KMS server ${kmsId}` }).click();
      expect(await windowOf(page).getByText(kmip.host, { exact: true }).isVisible()).toBe(true);
      expect(await field(page, 'SSL Thumbprint').inputValue()).toBe(thumbprint);
      await field(page, 'Description (optional)').fill('renamed');
      await shot('edit');
      await windowOf(page).getByRole('button', { name: 'Confirm' }).click();
      await finished(page);
      await page.getByText('The KMS server has been changed.').waitFor();
      await page.getByRole('cell', { name: 'renamed' }).waitFor();

      await page.getByRole('button', { name: `Delete KMS server ${kmsId}` }).click();
      await shot('delete');
      await windowOf(page).getByRole('button', { name: 'Cancel' }).click();
      expect(await rows(page)).toHaveLength(1);
      await page.getByRole('button', { name: `Delete KMS server ${kmsId}` }).click();
      await windowOf(page).getByRole('button', { name: 'Delete' }).click();
      await finished(page);
      await page.getByText('The KMS server has been deleted.').waitFor();
      await page.getByText('VM encryption Disabled').waitFor();
      expect(await rows(page)).toEqual([]);
      expect(await events('gateway.flow.closed')).toBe(1);

      await page.getByRole('link', { name: 'Operations' }).click();
      await expect.poll(() => rows(page)).toHaveLength(3);
      expect((await rows(page)).map((cells) => cells.slice(2, 4))).toEqual(Array(3).fill(['Done', '100 %']));
      await shot('operations');
      // The calls that the control panel is known to make.
      const base = `${ovh.url}/dedicatedCloud/${ovh.serviceName}`;
      const made = new Set(requests.map((line) => line.replace(/\/task\/\d+$/, '/task/{taskId}')));
      expect([...made]).toEqual(
        expect.arrayContaining([
          `POST ${base}/vmEncryption/kms`,
          `GET ${base}/task/{taskId}`,
          `POST ${base}/vmEncryption/kms/${kmsId}/changeProperties`,
          `DELETE ${base}/vmEncryption/kms/${kmsId}`,
        ]),
      );
    });

    test("another certificate's thumbprint: the task fails, and only loading the page again leads out", async () => {
      const { page, shot } = watched;
      await page.goto(section);
      await logIn(page, lab.ready.ovh);
      await fillAdd(page, { ip: lab.ready.kmip.host, thumbprint: otherThumbprint });
      await consent(page).check();
      await next(page).click();
      await windowOf(page)
        .getByText(/^Operation \w+: error$/)
        .waitFor();
      const alert = windowOf(page).getByRole('alert');
      // What was expected, and what the KMS really shows.
      const details = windowOf(page).getByText(/^10 % \(.*\)$/s);
      expect(await details.innerText()).toContain(otherThumbprint);
      expect(await details.innerText()).toContain(thumbprint);
      await shot('task-in-error');
      await page.keyboard.press('Escape');
      expect(await windowOf(page).isVisible()).toBe(true);
      await alert.getByRole('link').click();
      await expect.poll(async () => (await rows(page)).map((cells) => cells[5])).toEqual(['Error']);
      expect(await windowOf(page).count()).toBe(0);
      await shot('entry-in-error');
    });
  });

  describe('beside the API alone', () => {
    let api: RunningApi;
    let section: string;

    /** Starts an API whose tasks go on with each look at them, and opens the section. */
    async function start(
      options: Parameters<typeof startApi>[1] = {},
      { faults, context }: { faults?: Parameters<typeof startApi>[2]; context?: Parameters<typeof openPage>[1] } = {},
    ) {
      api = await startApi(onTestFinished, { taskProgress: 'per-poll', ...options }, faults);
      section = new URL(`/manager/dedicatedCloud/${serviceName}/security/kms`, api.mock.httpUrl).href;
      watched = await openPage(browser, context);
      await watched.page.goto(section);
      return watched;
    }
    const oneKms = { services: [{ serviceName, kms: [{ ip: '192.0.2.1', sslThumbprint: sha1Thumbprint }] }] };

    test('what the form refuses is never sent', async () => {
      const { page, requests, shot } = await start();
      await logIn(page, keys);
      await fillAdd(page, { ip: 'kms.example.com', thumbprint: 'AB:CD' });
      await consent(page).check();
      await windowOf(page)
        .getByText(/^Invalid format: IPv4 only/)
        .waitFor();
      await windowOf(page).getByText('Invalid format (see example in documentation)').waitFor();
      expect(await field(page, 'IP').getAttribute('aria-invalid')).toBe('true');
      expect(await next(page).isEnabled()).toBe(false);
      await shot('refused-by-the-form');
      // One after the other is put right; the box comes last.
      await field(page, 'IP').fill('192.0.2.1');
      expect(
        await windowOf(page)
          .getByText(/^Invalid format: IPv4 only/)
          .count(),
      ).toBe(0);
      expect(await next(page).isEnabled()).toBe(false);
      await field(page, 'SSL Thumbprint').fill(sha1Thumbprint);
      expect(await next(page).isEnabled()).toBe(true);
      await consent(page).uncheck();
      expect(await next(page).isEnabled()).toBe(false);
      await field(page, 'IP').press('Enter');
      await field(page, 'IP').fill('');
      await windowOf(page).getByText('This field is required').waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => windowOf(page).count()).toBe(0);
      expect(requests.filter((line) => line.startsWith('POST'))).toEqual([]);
    });

    test('what the form lets through and the API refuses is shown with message and query id', async () => {
      const { page, shot } = await start(oneKms);
      await logIn(page, keys);
      await page.getByRole('cell', { name: 'Delivered' }).waitFor();
      // The pattern's dots are not escaped (spec 4.1).
      await fillAdd(page, { ip: '192x0x2x9', thumbprint: sha1Thumbprint });
      await consent(page).check();
      await next(page).click();
      const alert = windowOf(page).getByRole('alert');
      await alert.getByText(/^An error has occurred adding the KMS server: \[ip\].*192x0x2x9.*ipv4/).waitFor();
      const { queryId } = api.runtime.journal.entries({ event: 'ovh.response' }).at(-1)!.data as { queryId: string };
      expect(await alert.innerText()).toContain(queryId);
      await shot('refused-by-the-api');
      await windowOf(page).getByRole('button', { name: 'Close' }).click();
      // An address that is there already.
      await fillAdd(page, { ip: '192.0.2.1', thumbprint: sha1Thumbprint });
      await consent(page).check();
      await next(page).click();
      await windowOf(page)
        .getByText(/An error has occurred adding the KMS server: .*192\.0\.2\.1/)
        .waitFor();
    });

    describe('on a service whose sensitive operations are confirmed', () => {
      const validator = { name: 'alice', isTokenValidator: true, phoneNumber: '+33.600000001' };
      const services = [{ serviceName, tokenValidation: true, users: [validator] }];

      async function beginToAdd() {
        await start({ services });
        const { page } = watched;
        await logIn(page, keys);
        await fillAdd(page, { ip: '192.0.2.1', thumbprint: sha1Thumbprint });
        await consent(page).check();
        await next(page).click();
        await windowOf(page)
          .getByText(/: waitingTodo$/)
          .waitFor();
        return watched;
      }

      test('the token of the SMS is entered on the page /secure/, and the task goes on', async () => {
        const { page, shot } = await beginToAdd();
        await shot('waiting-for-token');
        const { text, code } = api.mock.messages.at(-1)!;
        const taskId = /id (\d+)/.exec(text)?.[1] ?? '';
        const secure = await page.context().newPage();
        await secure.goto(new URL('/secure/', section).href);
        await shot('secure', secure);
        await secure.getByLabel('Operation id').fill(taskId);
        await secure.getByRole('button', { name: 'Load operation' }).click();
        await secure.getByLabel('Token').fill('wrong');
        await secure.getByRole('button', { name: 'Confirm operation' }).click();
        await secure.getByRole('alert').waitFor();
        await shot('secure-wrong-token', secure);
        await secure.getByLabel('Token').fill(code!);
        await secure.getByRole('button', { name: 'Confirm operation' }).click();
        await secure.getByRole('status').waitFor();
        await shot('secure-confirmed', secure);
        await finished(page);
        await page.getByText('The KMS server has been added.').waitFor();
      });

      test('without it the task is canceled, which the window says, and lets go', async () => {
        const { page, shot } = await beginToAdd();
        await api.clock.advance(15 * 60_000);
        await windowOf(page)
          .getByText(/^KMS server creation cancelled: ./)
          .waitFor();
        await shot('canceled');
        await finished(page);
        await page.getByText('No KMS server is registered.').waitFor();
        expect(await page.getByText('has been added').count()).toBe(0);
      });
    });

    test('a task is looked at every two seconds, until it has ended', async () => {
      const { page, requests } = await start();
      await logIn(page, keys);
      await page.clock.install();
      await fillAdd(page, { ip: '192.0.2.1', thumbprint: sha1Thumbprint });
      await consent(page).check();
      const looks = () => requests.filter((line) => /\/task\/\d+$/.test(line)).length;
      // The browser's time stands still but for what the test lets pass.
      await page.clock.pauseAt(new Date(Date.now() + 60_000));
      await next(page).click();
      for (const [look, words] of [
        [1, 'todo'],
        [2, 'doing'],
      ] as const) {
        await windowOf(page)
          .getByText(new RegExp(`: ${words}$`))
          .waitFor();
        expect(looks()).toBe(look);
        await page.clock.runFor(1_900);
        expect(looks()).toBe(look);
        await page.clock.runFor(100);
        await expect.poll(looks).toBe(look + 1);
      }
      const hasEnded = async () => {
        await page.clock.runFor(2_000);
        return finish(page).isEnabled();
      };
      await expect.poll(hasEnded).toBe(true);
      const all = looks();
      await page.clock.runFor(20_000);
      expect(looks()).toBe(all);
    });

    test('an API that fails for a moment is asked again', async () => {
      const rule = {
        id: 'away',
        at: 'ovh.request' as const,
        match: { route: '/dedicatedCloud/{serviceName}/task/{taskId}' },
        when: { calls: 1 },
        then: { ovh: { status: 503, message: 'Come back later' } },
      };
      const { page } = await start({ taskProgress: 'immediate' }, { faults: [rule] });
      await logIn(page, keys);
      await fillAdd(page, { ip: '192.0.2.1', thumbprint: sha1Thumbprint });
      await consent(page).check();
      await next(page).click();
      await windowOf(page).getByText('The operation cannot be followed: Come back later').waitFor();
      await windowOf(page)
        .getByText(/: done$/)
        .waitFor();
      expect(await windowOf(page).getByRole('alert').count()).toBe(0);
      await finished(page);
      await page.getByText('The KMS server has been added.').waitFor();
    });

    test('a task that may not be read lets the window go', async () => {
      const { applicationKey, applicationSecret, consumerKey } = keys;
      const iamActions = ['pccVMware:apiovh:vmEncryption/*'];
      const consumerKeys = [{ consumerKey, iamActions }];
      const { page, requests } = await start({ applications: [{ applicationKey, applicationSecret, consumerKeys }] });
      await logIn(page, keys);
      await fillAdd(page, { ip: '192.0.2.1', thumbprint: sha1Thumbprint });
      await consent(page).check();
      await next(page).click();
      await windowOf(page).getByText('The operation cannot be followed: User not granted for this request').waitFor();
      await finished(page);
      await page.getByRole('cell', { name: 'To be created' }).waitFor();
      expect(requests.filter((line) => /\/task\/\d+$/.test(line))).toHaveLength(1);
    });

    test('keys that the API does not take lead back to the log-in, with its message', async () => {
      const { page, shot } = await start();
      for (const [wrong, message] of [
        [{ applicationKey: 'AAAAAAAAAAAAAAAA' }, 'This application key is invalid'],
        [{ applicationSecret: 'A'.repeat(32) }, 'Invalid signature'],
        [{ consumerKey: 'A'.repeat(32) }, 'This credential does not exist'],
      ] as const) {
        await logIn(page, { ...keys, ...wrong });
        await page.getByText(`You could not be logged in: ${message}`).waitFor();
      }
      await shot('log-in-refused');
      await logIn(page, keys);
      await page.getByRole('heading', { name: title }).waitFor();
      // A page of the same tab has them, another tab has not.
      await page.reload();
      await page.getByRole('heading', { name: title }).waitFor();
      const other = await page.context().newPage();
      await other.goto(section);
      await other.getByRole('heading', { name: 'Log in' }).waitFor();
      expect(await page.evaluate('[document.cookie, localStorage.length]')).toEqual(['', 0]);
      await page.getByRole('button', { name: 'Forget keys' }).click();
      await page.getByRole('heading', { name: 'Log in' }).waitFor();
      expect(await page.evaluate('sessionStorage.length')).toBe(0);
    });

    test('without a consumer key it asks for one', async () => {
      const { page } = await start({ autoValidate: true });
      await logIn(page, { ...keys, consumerKey: '' });
      await page.getByRole('heading', { name: title }).waitFor();
      const rules = api.mock.credentials.at(-1)!.rules.map(({ method, path }) => `${method} ${path}`);
      expect(rules).toEqual([
        'GET /dedicatedCloud',
        'GET /dedicatedCloud/*',
        'POST /dedicatedCloud/*',
        'DELETE /dedicatedCloud/*',
      ]);
    });

    test('the customer grants the new consumer key, and the browser comes back with it', async () => {
      const account = { nichandle: 'ab12345-ovh', password: 'correct horse' };
      const { page, shot } = await start({ account });
      const ask = async () => {
        await logIn(page, { ...keys, consumerKey: '' });
        await page.getByRole('heading', { name: /access to your account$/ }).waitFor();
      };
      await ask();
      // What it asks for.
      await page.getByText('/dedicatedCloud/*').first().waitFor();
      await page.getByLabel('Account').fill(account.nichandle);
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.getByRole('alert').waitFor();
      // Who goes away without granting has no key.
      await page.goto(section);
      await page.getByText('You could not be logged in: This credential is not valid').waitFor();
      await ask();
      await page.getByLabel('Account').fill(account.nichandle);
      await page.getByLabel('Password').fill(account.password);
      await page.getByLabel('Validity').selectOption('1 day');
      await shot('grant');
      await page.getByRole('button', { name: 'Authorize' }).click();
      await page.getByText('No KMS server is registered.').waitFor();
      expect(page.url()).toBe(section);
    });

    test('a clock that the API moves is followed', async () => {
      const { page } = await start(oneKms);
      await logIn(page, keys);
      await page.getByRole('cell', { name: 'Delivered' }).waitFor();
      await api.clock.advance(3_600_000);
      await page.getByRole('button', { name: 'Refresh' }).click();
      // The first call is refused, then the answers are good again.
      await expect
        .poll(() => api.runtime.journal.entries({ event: 'ovh.signature.out-of-time' }).length)
        .toBeGreaterThan(0);
      await expect
        .poll(() => api.runtime.journal.entries({ event: 'ovh.response' }).at(-1)!.data)
        .toMatchObject({ status: 200 });
      expect(await page.getByRole('alert').count()).toBe(0);
    });

    test("under OVHcloud's own name it works over HTTPS, and over HTTP it says why it cannot", async () => {
      const { page } = await start();
      await page.goto(section.replace('127.0.0.1', ovhName));
      await page.getByText(/^Signatures need HTTPS/).waitFor();
      await page.goto(`https://${ovhName}:${api.mock.httpsPort}${new URL(section).pathname}`);
      await logIn(page, keys);
      await page.getByText('No KMS server is registered.').waitFor();
    });

    test('operations come in pages, the newest first, each with what its robot does', async () => {
      const { page, shot } = await start({ taskProgress: 'immediate' });
      const taskIds: string[] = [];
      for (let host = 1; host <= 12; host++) {
        const body = { ip: `192.0.2.${host}`, sslThumbprint: sha1Thumbprint };
        const { json } = await api.service('POST', '/vmEncryption/kms', { body });
        taskIds.unshift(String(json.taskId));
        await expect.poll(async () => (await api.service('GET', `/task/${json.taskId}`)).json.state).toBe('done');
      }
      const robot = (await api.service('GET', '/robot/addVmEncryptionKms')).json;
      await page.goto(section.replace('security/kms', 'operations'));
      await logIn(page, keys);
      await page.getByText('Page 1 of 2').waitFor();
      const shown = await rows(page);
      expect(shown.map(([id]) => id)).toEqual(taskIds.slice(0, 10));
      expect(robot.description).toMatch(/./);
      expect(shown[0]?.[1]).toBe(robot.description);
      await shot('operations-in-pages');
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByText('Page 2 of 2').waitFor();
      expect((await rows(page)).map(([id]) => id)).toEqual(taskIds.slice(10));
      expect(await page.getByRole('button', { name: 'Older' }).isEnabled()).toBe(false);
    });

    test('an unknown service is told in the words of the API', async () => {
      const { page } = await start();
      await page.goto(section.replace(serviceName, 'pcc-203-0-113-1'));
      await logIn(page, keys);
      await page.getByText('The KMS servers cannot be read: This service does not exist').waitFor();
    });

    test('by keyboard alone, in the dark, on a small screen', async () => {
      const { page, shot } = await start(oneKms, {
        context: { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
      });
      await page.getByLabel('Application key').waitFor();
      for (const key of [keys.applicationKey, keys.applicationSecret, keys.consumerKey]) {
        await page.keyboard.type(key);
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page.getByRole('cell', { name: 'Delivered' }).waitFor();
      await shot('small-and-dark');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      const add = page.getByRole('button', { name: 'Add a new KMS server' });
      await add.focus();
      await page.keyboard.press('Enter');
      expect(await page.locator(':focus').getAttribute('name')).toBe('ip');
      await page.keyboard.type('192.0.2.2');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.type(otherThumbprint);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await shot('small-and-dark-add');
      await page.keyboard.press('Enter');
      await expect.poll(() => finish(page).isEnabled(), { timeout: 30_000 }).toBe(true);
      await shot('small-and-dark-added');
      await page.keyboard.press('Enter');
      await page.getByText('The KMS server has been added.').waitFor();
      expect((await rows(page)).map((cells) => cells[2])).toEqual(['192.0.2.1', '192.0.2.2']);
      expect(await page.locator(':focus').innerText()).toBe('Add a new KMS server');
    });
  });
});
