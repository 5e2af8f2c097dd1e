import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { causeChain, errorTable, KeyrigError } from '../../core/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('every code has a row in docs/errors.md, and every row a code', () => {
  const documented = [...readFileSync(`${root}/docs/errors.md`, 'utf8').matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map(
    (match) => match[1],
  );
  expect(documented).toEqual(Object.keys(errorTable));
});

it('every code is raised somewhere', () => {
  const sources = globSync(`${root}/{core,kmip,kmip-server,vcenter-mock,ovh-api-mock,lab}/**/*.ts`)
    .filter((file) => !file.endsWith('error-table.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  expect(Object.keys(errorTable).filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
});

it('a cause chain is read outermost first and never loops', () => {
  const inner = new Error('connection refused');
  const outer = new KeyrigError('ERR_KMIP_DIAL', 'no connection', { cause: inner });
  expect(causeChain(outer)).toEqual(['no connection', 'connection refused']);
  inner.cause = outer;
  expect(causeChain(outer)).toHaveLength(16);
});
