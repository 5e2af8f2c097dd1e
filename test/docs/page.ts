import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { root } from '../interop/clients.ts';
import { run } from '../interop/lab-process.ts';

/** Something that a reader of a page does: writes a file, or runs commands and sees what they print. */
export type Act = { file: string; content: string } | { commands: string; prints?: string };

/**
 * What a page tells its readers to do, in its order. "```yaml file=NAME" is a file, "```shell" are commands, and a "```text" right below
 * is what they print; "```shell setup" is what a reader has done already.
 */
export function actsOf(markdown: string): Act[] {
  const fences =
    /^```\w+ file=(?<file>[\w./-]+)\n(?<content>[\s\S]*?)^```$|^```shell\n(?<commands>[\s\S]*?)^```\n(?:\n```text\n(?<prints>[\s\S]*?)^```$)?/gm;
  return [...markdown.matchAll(fences)].map(({ groups = {} }) =>
    groups.file === undefined
      ? { commands: groups.commands ?? '', prints: groups.prints }
      : { file: groups.file, content: groups.content ?? '' },
  );
}

/** A folder that is removed later: when the running test is over, unless `whenOver` says otherwise. */
export function emptyFolder(whenOver: (remove: () => void) => void = onTestFinished): string {
  // Where it really is: some systems have links on the way.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyrig-docs-')));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What commands printed, and how they ended. */
export interface Played {
  code: number | null;
  /** Standard output of each act; '' for files. */
  outputs: string[];
  everything: string;
}

/**
 * Does what a page says, in one shell in a folder.
 * @param keyrig the program that `npx keyrig` stands for; `npx vitest` is the repository's
 */
export async function play(
  acts: readonly Act[],
  folder: string,
  keyrig = join(root, 'bin/keyrig.js'),
): Promise<Played> {
  const mark = '--- the next act of the page ---';
  const parts = acts.map((act, index) => {
    if ('commands' in act) return `${act.commands}echo '${mark}'\n`;
    writeFileSync(join(folder, `.act-${index}`), act.content);
    return `cp '.act-${index}' '${act.file}'\necho '${mark}'\n`;
  });
  const programs = emptyFolder();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  writeFileSync(
    join(programs, 'npx'),
    `#!/bin/sh\nprogram="$1"; shift\ncase "$program" in\nkeyrig) exec node '${keyrig}' "$@" ;;\nvitest) exec node '${vitest}' "$@" ;;\n*) exit 127 ;;\nesac\n`,
    { mode: 0o755 },
  );
  const { code, stdout, stderr } = await run('bash', ['-c', `set -euo pipefail\n${parts.join('')}`], {
    cwd: folder,
    env: {
      PATH: [programs, join(process.execPath, '..'), process.env.PATH].join(delimiter),
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
    },
  });
  return { code, outputs: stdout.split(`${mark}\n`), everything: `${stdout}\n${stderr}` };
}

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * What a page says is printed: "…" in a line is anything in it, a line of "…" alone is any lines. Spaces at the ends of lines do not
 * count.
 */
export function printed(text: string): RegExp {
  const patterns = text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\\n)*' : `${line.trimEnd().split('…').map(literally).join('.*')} *\\n`));
  return new RegExp(`^${patterns.join('')}$`);
}

/** Does what a page of docs/ says, and compares what is printed with what it says is printed. */
export async function expectPageToHold(page: string, folder: string, keyrig?: string): Promise<void> {
  const acts = actsOf(readFileSync(join(root, 'docs', page), 'utf8'));
  expect(acts.length).toBeGreaterThan(2);
  const { code, outputs, everything } = await play(acts, folder, keyrig);
  expect(code, everything).toBe(0);
  for (const [index, act] of acts.entries()) {
    if (!('commands' in act) || act.prints === undefined) continue;
    const output = outputs[index] ?? '';
    expect(output.endsWith('\n') ? output : `${output}\n`, act.commands).toMatch(printed(act.prints));
  }
}
