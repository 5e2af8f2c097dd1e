import { expect, it } from 'vitest';
import { KeyPool, ManualClock } from '../../core/index.ts';
import { ControlApi } from '../../lab/control/control-api.ts';
import { createLab } from '../../lab/index.ts';
import { ControlledLab, refusal } from './control-lab.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const controlled = new ControlledLab({ clock: () => new ManualClock(start) });

const time = async () => (await controlled.get<{ time: string }>('/clock')).time;
const faults = async () => (await controlled.get<{ id: string }[]>('/faults')).map(({ id }) => id);
const power = async () => {
  const { vcenter } = await controlled.get<{ vcenter: { vms: { name: string; powerState: string }[] } }>('/state');
  return vcenter.vms.find(({ name }) => name === 'db-1')?.powerState;
};
const slow = { id: 'slow', at: 'kmip.response', then: { delay: 100 } };
const switchOn = { steps: [{ do: 'vcenter.power', with: { vm: 'db-1', state: 'on' } }] };

it('what happens after a snapshot is undone by restoring it, again and again', async () => {
  expect(await controlled.call('POST', '/snapshots', { id: 'before' })).toMatchObject({
    status: 201,
    json: { id: 'before' },
  });
  for (let round = 0; round < 2; round++) {
    expect([await time(), await faults(), await power()]).toEqual(['2026-03-01T12:00:00.000Z', [], 'poweredOff']);
    await controlled.call('POST', '/clock/advance', { by: '1h' });
    await controlled.call('POST', '/faults', slow);
    expect((await controlled.call('POST', '/steps', switchOn)).json).toMatchObject({ status: 'passed' });
    expect([await time(), await faults(), await power()]).toEqual([
      expect.stringContaining('T13:00:00'),
      ['slow'],
      'poweredOn',
    ]);
    expect(await controlled.call('POST', '/snapshots/before/restore')).toMatchObject({
      status: 200,
      json: { clock: { mode: 'manual', time: '2026-03-01T12:00:00.000Z' } },
    });
  }
});

it('a reset goes back to the beginning, however far a lab has come', async () => {
  await controlled.call('POST', '/clock/advance', { by: '2h' });
  await controlled.call('POST', '/faults', slow);
  expect((await controlled.call('POST', '/reset')).status).toBe(200);
  expect([await time(), await faults(), await power()]).toEqual(['2026-03-01T12:00:00.000Z', [], 'poweredOff']);
});

it('snapshots are listed, replaced, removed, and not any number of them are kept', async () => {
  const names = async () => (await controlled.get<{ id: string }[]>('/snapshots')).map(({ id }) => id);
  expect(await names()).toEqual(['before']);
  for (let n = 1; n < 20; n++) expect((await controlled.call('POST', '/snapshots', { id: `s${n}` })).status).toBe(201);
  expect(await controlled.call('POST', '/snapshots', { id: 'more' })).toMatchObject(refusal(429, 'ERR_LIMIT'));
  expect((await controlled.call('POST', '/snapshots', { id: 'before' })).status).toBe(201);
  expect((await controlled.call('DELETE', '/snapshots/before')).status).toBe(204);
  expect(await names()).toHaveLength(19);
  for (const [method, path] of [
    ['POST', '/snapshots/before/restore'],
    ['DELETE', '/snapshots/before'],
  ] as const) {
    expect(await controlled.call(method, path)).toMatchObject(refusal(404, 'ERR_NOTHING_FOUND'));
  }
});

it('a lab that keeps no beginning cannot be reset', async () => {
  const lab = createLab({ ports: 'auto', keys: new KeyPool() });
  const control = new ControlApi(lab, { host: '127.0.0.1', port: 0 });
  await Promise.all([lab.start(), control.start()]);
  control.announceReady();
  try {
    const answer = await fetch(`${control.url}/reset`, { method: 'POST' });
    expect({ status: answer.status, json: await answer.json() }).toEqual(refusal(409, 'ERR_CONFLICT'));
  } finally {
    await Promise.all([lab.stop(), control.stop()]);
  }
});
