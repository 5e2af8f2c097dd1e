import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../lab/environment.ts';
import type { ReadyLine } from '../../lab/index.ts';
import { root } from '../interop/clients.ts';
import { actsOf, emptyFolder, expectPageToHold, play, printed } from './page.ts';

// What the pages tell their readers to do is done here, in the order of the page; what they say is printed must be printed.

describe('the pages', () => {
  // vitest.md is tried with the package as it is published: package.test.ts.
  for (const page of ['getting-started.md', 'cookbook.md', 'running.md']) {
    it(page, { timeout: 300_000 }, () => expectPageToHold(page, emptyFolder()));
  }
});

describe('how a page is read', () => {
  it('files, commands and what they print, in order; what a reader has done before is left out', () => {
    const page =
      '```shell setup\nno\n```\n```yaml file=a.yaml\na: 1\n```\ntext\n```shell\necho 1\n```\n\n```text\n1\n```\n';
    expect(actsOf(page)).toEqual([
      { file: 'a.yaml', content: 'a: 1\n' },
      { commands: 'echo 1\n', prints: '1\n' },
    ]);
  });

  it('"…" stands for anything in a line, alone for lines', () => {
    expect('a 1 b\nx\ny\nend\n').toMatch(printed('a … b\n…\nend'));
    expect('a 1 c\nend\n').not.toMatch(printed('a … b\n…\nend'));
    expect('a\nmore\n').not.toMatch(printed('a'));
  });

  it('a command that fails makes the page fail', async () => {
    const { code } = await play([{ commands: 'false\n' }, { commands: 'true\n' }], emptyFolder());
    expect(code).not.toBe(0);
  });
});

describe('the index', () => {
  it('leads to every page of docs/', () => {
    const folder = join(root, 'docs');
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
  });

  it('and the pages only to what is there', () => {
    for (const page of ['README.md', 'getting-started.md', 'cookbook.md', 'vitest.md']) {
      const text = readFileSync(join(root, 'docs', page), 'utf8');
      const links = [...text.matchAll(/\]\((?<to>[^)#:]+)/g)].map(({ groups }) => groups?.to ?? '');
      expect(links.length).toBeGreaterThan(0);
      expect(links.filter((to) => !existsSync(join(root, 'docs', to)))).toEqual([]);
    }
  });
});

describe('the variables of a lab', () => {
  it("are all explained on the clients' page", () => {
    const place = 'https://127.0.0.1:1';
    const ready: ReadyLine = {
      ready: true,
      pid: 1,
      seed: 's',
      kmip: { host: 'h', port: 1 },
      vcenter: { url: place, username: 'u', password: 'p' },
      ovh: {
        url: place,
        httpUrl: place,
        applicationKey: 'k',
        applicationSecret: 's',
        consumerKey: 'c',
        serviceName: 'n',
        account: 'a',
        password: 'p',
      },
      control: { url: place, token: 't' },
      pki: { dir: 'd', ca: 'c', clientCert: 'c', clientKey: 'k' },
    };
    const page = readFileSync(join(root, 'docs/clients/README.md'), 'utf8');
    expect(Object.keys(environmentOf(ready)).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
