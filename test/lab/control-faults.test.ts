import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import { ControlledLab, refusal } from './control-lab.ts';

const start = Date.parse('2026-03-01T12:00:00Z');
const controlled = new ControlledLab({ clock: () => new ManualClock(start) });

const cut = { id: 'cut', at: 'kmip.connection', then: { reset: { afterBytes: 0 } } };

/** How a TLS connection to the KMS begins: the code of the error, or `open`. */
async function connect(): Promise<string> {
  const { address: host, port } = controlled.lab.kms();
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return 'open';
  } catch (error) {
    return (error as { code?: string }).code ?? 'failed';
  } finally {
    socket.on('error', () => {}).destroy();
  }
}

it('faults are added, struck by, changed, removed and reset', async () => {
  expect(await controlled.get('/faults')).toEqual([]);
  expect(await connect()).toBe('open');
  expect(await controlled.call('POST', '/faults', cut)).toMatchObject({
    status: 201,
    json: { id: 'cut', rule: cut, matched: 0, fired: 0 },
  });
  expect(await connect()).toBe('ECONNRESET');
  expect(await controlled.get('/faults')).toEqual([{ id: 'cut', rule: cut, matched: 1, fired: 1 }]);
  expect((await controlled.call('GET', '/metrics')).text).toContain(
    'keyrig_faults_fired_total{id="cut",point="kmip.connection"} 1',
  );
  const second = { ...cut, when: { calls: 2 } };
  expect(await controlled.call('PUT', '/faults/cut', second)).toMatchObject({
    status: 200,
    json: { rule: second, matched: 0, fired: 0 },
  });
  expect(await connect()).toBe('open');
  expect(await connect()).toBe('ECONNRESET');
  expect((await controlled.call('DELETE', '/faults/cut')).status).toBe(204);
  expect(await connect()).toBe('open');
  await controlled.call('POST', '/faults', cut);
  expect(await controlled.call('POST', '/faults/reset')).toMatchObject({ status: 200, json: [] });
});

it('refuses faults that cannot be, are not there, or are there already', async () => {
  const post = (rule: unknown) => controlled.call('POST', '/faults', rule);
  expect(await post({ ...cut, then: { unlisten: true } })).toMatchObject(
    refusal(400, 'ERR_OPTION', expect.stringContaining('kmip.connection takes no "unlisten"')),
  );
  expect(await post({ ...cut, at: 'kmip.nowhere' })).toMatchObject(refusal(400, 'ERR_OPTION'));
  expect(await post({ ...cut, match: { remoteAddress: { matches: '[' } } })).toMatchObject(refusal(400, 'ERR_OPTION'));
  expect(await controlled.call('PUT', '/faults/none', cut)).toMatchObject(
    refusal(404, 'ERR_NOTHING_FOUND', 'there is no fault "none"'),
  );
  expect(await controlled.call('DELETE', '/faults/none')).toMatchObject(refusal(404, 'ERR_NOTHING_FOUND'));
  await post(cut);
  await post({ ...cut, id: 'other' });
  expect(await post(cut)).toMatchObject(refusal(409, 'ERR_CONFLICT', 'there is a fault "cut" already'));
  expect(await controlled.call('PUT', '/faults/cut', { ...cut, id: 'other' })).toMatchObject(
    refusal(409, 'ERR_CONFLICT'),
  );
});

it('a manual clock stands still until it is advanced', async () => {
  expect(await controlled.get('/clock')).toEqual({ mode: 'manual', time: '2026-03-01T12:00:00.000Z' });
  expect(await controlled.call('POST', '/clock/advance', { by: '90m' })).toMatchObject({
    status: 200,
    json: { mode: 'manual', time: '2026-03-01T13:30:00.000Z' },
  });
  expect(await controlled.call('POST', '/clock/advance', { by: '32d' })).toMatchObject(refusal(400, 'ERR_OPTION'));
  const both = await Promise.all([1, 2].map(() => controlled.call('POST', '/clock/advance', { by: 60_000 })));
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
});
