import { expect, test } from 'vitest';
import { fetchOf, loggedIn, textOf } from './lab.ts';

const currentTime =
  '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';

test('a fault rule makes a method answer a fault, as often as it says', async () => {
  const lab = await loggedIn({
    faults: [
      {
        id: 'no-time',
        at: 'vcenter.method',
        match: { method: 'CurrentTime' },
        when: { calls: 1 },
        then: { vim: { type: 'NotSupported', message: 'not today' } },
      },
    ],
  });
  const answer = await lab.call(currentTime);
  expect(answer.status).toBe(500);
  expect(textOf(answer.body, 'faultstring')).toBe('not today');
  expect(answer.body).toContain('<NotSupportedFault xmlns="urn:vim25" xsi:type="NotSupported"></NotSupportedFault>');
  expect((await lab.call(currentTime)).status).toBe(200);
  expect(lab.runtime.faults.timesFired('no-time')).toBe(1);
});

test.each([
  ['reset', { reset: true }],
  ['close', { close: true }],
] as const)('a fault rule ends the connection: %s', async (_name, then) => {
  const lab = await loggedIn({
    faults: [{ id: 'cut', at: 'vcenter.method', match: { method: 'Fetch', name: 'web' }, then }],
  });
  await expect(lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('db'), 'name'))).status).toBe(200);
});

test('a delay passes by the clock', async () => {
  const lab = await loggedIn({
    faults: [{ id: 'slow', at: 'vcenter.method', match: { method: 'CurrentTime' }, then: { delay: 5000 } }],
  });
  const pending = lab.call(currentTime);
  await expect.poll(() => lab.clock.nextDue).toBeDefined();
  await lab.clock.advance(5000);
  expect(textOf((await pending).body, 'returnval')).toBe('2026-01-02T03:04:10.000Z');
});

test('a call that hangs ends when the server stops', async () => {
  const lab = await loggedIn({
    faults: [{ id: 'hang', at: 'vcenter.method', match: { method: 'CurrentTime' }, then: { hang: true } }],
  });
  const outcome = lab.call(currentTime).then(
    () => 'answered',
    () => 'cut',
  );
  await expect.poll(() => lab.runtime.faults.timesFired('hang')).toBe(1);
  await lab.mock.stop();
  expect(await outcome).toBe('cut');
});
