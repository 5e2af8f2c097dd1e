import { readdirSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { clients, clientsFolder, type ForeignClient, isAbsent, root } from './clients.ts';
import { run } from './lab-process.ts';

// The pages of docs/clients, run as they are printed: the ```shell blocks of a page in order, in one shell beside one lab, and what a
// ```text block right below one says is what it must print ("…" stands for anything). "```shell setup" is what a reader does once.

const folder = fileURLToPath(new URL('../../docs/clients/', import.meta.url));
const lab = 'docs/clients/lab.scenario.yaml';

/** What a page needs; a page that is not here fails. */
const needs: Record<string, ForeignClient[]> = {
  'README.md': [],
  'ansible.md': [clients.ansible],
  'go-ovh.md': [clients.goOvh, clients.openssl, clients.curl],
  'govc.md': [clients.govc, clients.openssl],
  'node-ovh.md': [clients.nodeOvh, clients.nodeOvh2, clients.openssl],
  'python-ovh.md': [clients.pythonOvh, clients.openssl],
  'python-sdk.md': [clients.vsphereSdk],
  'pyvmomi.md': [clients.pyvmomi, clients.pyvmomi67],
  'rbvmomi.md': [clients.rbvmomi],
  'venom.md': [clients.venom, clients.openssl],
};

interface Block {
  commands: string;
  /** Undefined when the page does not say. */
  prints?: string;
}

function blocksOf(markdown: string): Block[] {
  const fences = /^```shell\n(?<commands>[\s\S]*?)^```\n(?:```text\n(?<prints>[\s\S]*?)^```\n)?/gm;
  return [...markdown.matchAll(fences)].map(({ groups }) => ({
    commands: groups?.commands ?? '',
    prints: groups?.prints,
  }));
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Lines that match what a page prints; spaces at the ends of lines do not count. */
function printed(text: string): RegExp {
  const lines = text.trimEnd().split('\n');
  const patterns = lines.map((line) =>
    line
      .split('…')
      .map((part) => literally(part.trimEnd()))
      .join('.*'),
  );
  return new RegExp(`^${patterns.join(' *\\n')} *$`);
}

/** Runs a page's blocks; gives what each printed to standard output. */
async function play(blocks: Block[]): Promise<string[]> {
  const mark = '--- the next block of the page ---';
  const script = `set -eu\n${blocks.map(({ commands }) => `${commands}echo '${mark}'\n`).join('')}`;
  const ended = await run(
    process.execPath,
    [`${root}bin/keyrig.js`, 'exec', lab, '--log-level', 'error', '--', 'bash', '-c', script],
    { env: { PATH: `${clientsFolder}bin${delimiter}${process.env.PATH}` } },
  );
  expect(ended, `${ended.stdout}\n${ended.stderr}`).toMatchObject({ code: 0 });
  return ended.stdout.split(`${mark}\n`).slice(0, -1);
}

describe('the pages of docs/clients', () => {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));

  test('are all known here', () => {
    expect(pages.sort()).toEqual(Object.keys(needs).sort());
  });

  for (const page of Object.keys(needs)) {
    const blocks = blocksOf(readFileSync(folder + page, 'utf8'));
    if (blocks.length === 0) continue;
    const absent = needs[page]?.some(isAbsent) ?? false;
    // Each page has a lab of its own, and spends most of its time waiting for tasks.
    test.skipIf(absent).concurrent(page, { timeout: 300_000 }, async () => {
      const outputs = await play(blocks);
      expect(outputs).toHaveLength(blocks.length);
      for (const [index, { prints }] of blocks.entries()) {
        if (prints !== undefined) expect(outputs[index]?.trimEnd()).toMatch(printed(prints));
      }
    });
  }
});
