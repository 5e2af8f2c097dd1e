import { expect, it } from 'vitest';
import { ControlledLab, refusal } from './control-lab.ts';

const open = new ControlledLab();

it('runs a shipped scenario in a lab of its own; this lab does not notice', async () => {
  const { json: list } = await open.call('GET', '/scenarios');
  expect(list).toContainEqual(expect.objectContaining({ name: 'create-refused', tags: ['kms-failures'] }));
  const before = open.lab.kms().objects().length;
  const { status, json, text } = await open.call('POST', '/scenarios/create-refused/run', { seed: 'another' });
  expect(status, text).toBe(200);
  expect(json).toMatchObject({ status: 'passed', seed: 'another' });
  const [encrypt] = (json as { steps: { chains: string[][] }[] }).steps;
  expect(encrypt?.chains.flat().join(' ')).toContain('Cannot generate key');
  expect(open.lab.kms().objects()).toHaveLength(before);
});

it('knows no other names, and runs one at a time', async () => {
  expect(await open.call('POST', '/scenarios/none/run', {})).toMatchObject(refusal(404, 'ERR_NOTHING_FOUND'));
  const answers = await Promise.all([
    open.call('POST', '/scenarios/kms-down/run', {}),
    open.call('POST', '/scenarios/kms-down/run', {}),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});
