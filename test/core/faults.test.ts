import { expect, it } from 'vitest';
import { createRuntime, type FaultRule, ManualClock } from '../../core/index.ts';

function firings(rules: FaultRule[], seed: string, subjects: Record<string, string>[]): string[] {
  const { faults } = createRuntime({ clock: new ManualClock(0), seed, faults: rules });
  return subjects.map((subject) => faults.consult('kmip.request', subject)?.id ?? '-');
}

const creates = (n: number) => Array.from({ length: n }, () => ({ operation: 'Create' }));

it('counts matching calls only', () => {
  const rule: FaultRule = {
    id: 'twice',
    at: 'kmip.request',
    match: { operation: 'Create' },
    when: { calls: { to: 2 } },
    then: { kmip: { reason: 'GeneralFailure' } },
  };
  const subjects = [{ operation: 'Query' }, ...creates(3)];
  expect(firings([rule], 's', subjects)).toEqual(['-', 'twice', 'twice', '-']);
});

it('counts apart for each value of per', () => {
  const rule: FaultRule = { id: 'f', at: 'kmip.request', when: { calls: 1, per: 'client' }, then: { hang: true } };
  expect(firings([rule], 's', [{ client: 'a' }, { client: 'b' }, { client: 'a' }])).toEqual(['f', 'f', '-']);
});

it('draws the same for the same seed, whatever other faults there are', () => {
  const chance: FaultRule = { id: 'c', at: 'kmip.request', when: { probability: 0.5 }, then: { reset: true } };
  const other: FaultRule = { id: 'a', at: 'kmip.request', match: { operation: 'Get' }, then: { close: true } };
  const alone = firings([chance], 'seed', creates(200));
  expect(firings([other, chance], 'seed', creates(200))).toEqual(alone);
  expect(firings([chance], 'other seed', creates(200))).not.toEqual(alone);
  const fired = alone.filter((id) => id === 'c').length;
  expect(fired).toBeGreaterThan(60);
  expect(fired).toBeLessThan(140);
});

it('holds to its time window', async () => {
  const clock = new ManualClock(0);
  const rule: FaultRule = {
    id: 'late',
    at: 'kmip.request',
    when: { after: 1_000, until: 2_000 },
    then: { hang: true },
  };
  const { faults, journal } = createRuntime({ clock, faults: [rule] });
  expect(faults.consult('kmip.request', {})).toBeUndefined();
  await clock.advance(1_500);
  expect(faults.consult('kmip.request', {}, 7)?.entry).toMatchObject({ event: 'fault.fired', plane: 'kmip', cause: 7 });
  await clock.advance(1_000);
  expect(faults.consult('kmip.request', {})).toBeUndefined();
  expect(journal.count).toBe(1);
});

it.each([
  [{ id: 'x', at: 'kmip.request', then: {} }, 'exactly one'],
  [{ id: 'x', at: 'kmip.request', then: { hang: true, reset: true } }, 'exactly one'],
  [{ id: 'x', at: 'nowhere', then: { hang: true } }, 'no fault point'],
] as unknown as [FaultRule, string][])('refuses a contradictory rule %#', (rule, text) => {
  expect(() => createRuntime({ faults: [rule] })).toThrow(text);
});
