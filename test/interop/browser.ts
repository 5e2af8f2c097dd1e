import { mkdirSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { clients, root } from './clients.ts';

const resultsFolder = `${root}test-results/panel/`;

/** A name that leads to this machine, in this browser alone. */
export const ovhName = 'eu.api.ovh.com';

// The browser asks nobody but the lab, and its sandbox cannot be had by root.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${ovhName} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
];

/** Debian's browser, without a window, its profile new. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: clients.chromium.program, args: flags });
}

/** A page and what it did meanwhile. */
export interface WatchedPage {
  page: Page;
  /** Method and URL of every request, in order. */
  requests: string[];
  /** Errors of the page: what it threw, what its policy refused. Answers that refuse a call are none. */
  errors: string[];
  /** Keeps a picture as `NN-name.png`: of this page, or of another one beside it. */
  shot(name: string, other?: Page): Promise<void>;
}

let pictures = 0;

/** Opens a page in a profile of its own; the lab's certificates are taken as they are. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1200, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const requests: string[] = [];
  const errors: string[] = [];
  // Of all pages of the profile.
  context.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
  page.on('pageerror', ({ message }) => errors.push(message));
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource: the server responded');
    if (message.type() === 'error' && !isAnswer) errors.push(message.text());
  });
  mkdirSync(resultsFolder, { recursive: true });
  return {
    page,
    requests,
    errors,
    async shot(name, other = page) {
      const number = String(++pictures).padStart(2, '0');
      await other.screenshot({ path: `${resultsFolder}${number}-${name}.png`, animations: 'disabled' });
    },
  };
}
