import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { readReport } from '../../../lab/report/merge.ts';
import type { Report } from '../../../lab/report/shape.ts';
import { dataOfPage } from '../html-page.ts';
import { type Outcome, Workshop } from '../keyrig-process.ts';
import { goldenOf, normalised } from './normalised.ts';

// Scenarios that are broken on purpose, each in its own way, and what keyrig reports of them: the text on the terminal, and the
// JSON report with the messages that the HTML page shows. UPDATE_GOLDEN=1 writes the files; read them before they are committed.

const folder = fileURLToPath(new URL('.', import.meta.url));
const shop = new Workshop();
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.scenario.yaml'))
  .map((file) => file.replace('.scenario.yaml', ''))
  .sort();
/** Real time has to run out in this one. */
const slow = 'never-answered';

interface Run {
  outcome: Outcome;
  /** The terminal's lines of each scenario, by name. */
  blocks: Map<string, string>;
  report: Report;
  page: string;
}

const runs = new Map<string, Run>();

async function run(chosen: readonly string[], ...more: string[]): Promise<void> {
  const [json, html] = [join(shop.folder, `${chosen[0]}.json`), join(shop.folder, `${chosen[0]}.html`)];
  const outcome = await shop.keyrig(
    [
      'run',
      ...chosen.map((name) => `${name}.scenario.yaml`),
      ...['--workers', '2', '--reporter', `terminal,json=${json},html=${html}`, ...more],
    ],
    { folder },
  );
  const blocks = new Map(outcome.stdout.split('\n\n').map((block) => [/^\S+/.exec(block)?.[0] ?? '', block]));
  const done = { outcome, blocks, report: readReport(json), page: readFileSync(html, 'utf8') };
  for (const name of chosen) runs.set(name, done);
}

beforeAll(async () => {
  await run(names.filter((name) => name !== slow));
  await run([slow], '--timeout', '6s');
}, 240_000);

test('there are at least ten of them, and all fail', () => {
  expect(names.length).toBeGreaterThanOrEqual(10);
  for (const { outcome } of runs.values()) expect(outcome).toMatchObject({ code: 1, stderr: '' });
  for (const { report } of runs.values()) expect(report.summary.passed).toBe(0);
});

test.each(names)('%s is told as its golden files say', (name) => {
  const { blocks, report } = runs.get(name)!;
  const file = `${name}.scenario.yaml`;
  expectGolden(`${name}.txt`, `${normalised(blocks.get(name) ?? '')}\n`);
  expectGolden(`${name}.json`, goldenOf(report, file));
});

test.each(names)('%s: why, in which message and on which socket, in the first ten lines of the failure', (name) => {
  const lines = runs.get(name)!.blocks.get(name)!.split('\n');
  const failed = lines.findIndex((line) => line.startsWith('  ✗'));
  const shown = lines.slice(failed, failed + 10);
  for (const word of ['why', 'message', 'socket'])
    expect(shown.join('\n')).toMatch(new RegExp(`^ {8}${word} +\\S`, 'm'));
});

test('the page holds the report to the letter', () => {
  for (const { page, report } of new Set(runs.values())) expect(dataOfPage(page)).toEqual(report);
});

function expectGolden(file: string, text: string): void {
  const path = join(folder, file);
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
