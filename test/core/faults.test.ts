import { describe, expect, it } from 'vitest';
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

const hang = { hang: true } as const;
const rule = (more: Partial<FaultRule>): FaultRule => ({ id: 'f', at: 'kmip.request', then: hang, ...more });

/** Which of `count` calls a rule strikes. */
function struck(when: FaultRule['when'], count: number, subject: (call: number) => object = () => ({})): number[] {
  const { faults } = createRuntime({ clock: new ManualClock(0), faults: [rule({ when })] });
  return Array.from({ length: count }, (_, index) => index + 1).filter((call) =>
    faults.consult('kmip.request', subject(call) as Record<string, string>),
  );
}

it.each([
  [{ calls: 2 }, [2]],
  [{ calls: [1, 4] }, [1, 4]],
  [{ calls: { from: 3, to: 4 } }, [3, 4]],
  [{ every: 2 }, [2, 4, 6]],
  [{ after: { calls: 4 } }, [5, 6]],
  [{ until: { calls: 2 } }, [1, 2]],
  [{ after: { calls: 1 }, until: { calls: 3 } }, [2, 3]],
  [{ times: 2 }, [1, 2]],
  [{ every: 2, times: 2 }, [2, 4]],
  [{ after: { calls: 2 }, times: 1 }, [3]],
])('strikes the calls that %j says', (when, calls) => {
  expect(struck(when, 6)).toEqual(calls);
});

it('counts calls and times apart for each value', () => {
  const clients = (call: number) => ({ client: call % 2 === 0 ? 'even' : 'odd' });
  expect(struck({ times: 2, per: 'client' }, 8, clients)).toEqual([1, 2, 3, 4]);
  expect(struck({ after: { calls: 2 }, per: 'client' }, 8, clients)).toEqual([5, 6, 7, 8]);
});

it('begins and ends at times of the clock', async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const when = { after: { time: '2026-01-01T01:00:00Z' }, until: { time: '2026-01-01T02:00:00Z' } };
  const { faults } = createRuntime({ clock, faults: [rule({ when })] });
  const hour = 3_600_000;
  const asked = [];
  for (const wait of [0, hour - 1, 1, hour, 1]) {
    await clock.advance(wait);
    asked.push(faults.consult('kmip.request', {}) !== undefined);
  }
  expect(asked).toEqual([false, false, true, true, false]);
});

it('begins and ends with events on another plane', () => {
  const when = {
    after: { event: { plane: 'ovh', event: 'ovh.task', data: { state: 'done' } }, times: 2 },
    until: { event: { event: 'vcenter.task.failed' } },
  };
  const { faults, journal } = createRuntime({ faults: [rule({ when })] });
  const asked = () => faults.consult('kmip.request', {}) !== undefined;
  const record = (plane: 'ovh' | 'vcenter', event: string, state: string) =>
    journal.record({ plane, event, text: event, data: { state } });
  expect(asked()).toBe(false);
  record('ovh', 'ovh.task', 'done');
  record('ovh', 'ovh.task', 'doing');
  expect(asked()).toBe(false);
  record('ovh', 'ovh.task', 'done');
  expect(asked()).toBe(true);
  record('vcenter', 'vcenter.task.failed', '');
  expect(asked()).toBe(false);
  record('ovh', 'ovh.task', 'done');
  expect(asked()).toBe(false);
});

it('draws jitter and bytes from the seed, the fault and the call alone', () => {
  const jittery = rule({ then: { hang: true, delay: 100, jitter: 1_000 } });
  const draws = (rules: FaultRule[], seed: string) => {
    const { faults } = createRuntime({ seed, faults: rules });
    return [1, 2, 3].map(() => {
      const hit = faults.consult('kmip.request', {});
      return [hit?.delay, hit?.bytes(9).toString('hex')] as const;
    });
  };
  const first = draws([jittery], 'a');
  expect(draws([rule({ id: 'g', match: { operation: 'Get' } }), jittery], 'a')).toEqual(first);
  expect(draws([jittery], 'b')).not.toEqual(first);
  expect(new Set(first.map(([, bytes]) => bytes)).size).toBe(3);
  expect(new Set(first.map(([delay]) => delay)).size).toBe(3);
  for (const [delay, bytes] of first) {
    expect(delay).toBeGreaterThanOrEqual(100);
    expect(delay).toBeLessThanOrEqual(1_100);
    expect(bytes).toHaveLength(18);
  }
});

it('knows where there are rules', () => {
  const { faults } = createRuntime({ faults: [rule({})] });
  expect(faults.concerns('kmip.request')).toBe(true);
  expect(faults.concerns('kmip.response')).toBe(false);
  faults.remove('f');
  expect(faults.concerns('kmip.request')).toBe(false);
});

describe('rules at run time', () => {
  it('are added, changed, removed and reset; each says so', async () => {
    const clock = new ManualClock(0);
    const { faults, journal } = createRuntime({ clock, faults: [rule({ id: 'first', when: { calls: 1 } })] });
    const ask = () => faults.consult('kmip.request', {})?.id;
    await clock.advance(5_000);
    expect(ask()).toBe('first');
    // A rule that is added counts from then on.
    faults.add(rule({ id: 'added', when: { after: 1_000 } }));
    expect(ask()).toBeUndefined();
    await clock.advance(1_000);
    expect(ask()).toBe('added');
    expect(faults.report()).toEqual([
      { id: 'first', at: 'kmip.request', matched: 3, fired: 1 },
      { id: 'added', at: 'kmip.request', matched: 2, fired: 1 },
    ]);
    expect(faults.change('first', rule({ id: 'first', when: { calls: 2 } }))).toBe(true);
    expect([ask(), ask()]).toEqual(['added', 'first']);
    expect(faults.remove('added')).toBe(true);
    expect(faults.rules.map(({ id }) => id)).toEqual(['first']);
    faults.reset();
    expect(faults.report()).toEqual([{ id: 'first', at: 'kmip.request', matched: 0, fired: 0 }]);
    expect(ask()).toBe('first');
    const changes = journal.entries({ plane: 'lab' }).map(({ event, data }) => [event, data?.id]);
    expect(changes).toEqual([
      ['fault.added', 'added'],
      ['fault.changed', 'first'],
      ['fault.removed', 'added'],
      ['fault.reset', undefined],
    ]);
  });

  it('are refused when contradictory, and then nothing has changed', () => {
    const { faults, journal } = createRuntime({ faults: [rule({ id: 'a' }), rule({ id: 'b' })] });
    expect(() => faults.add(rule({ id: 'a' }))).toThrow('used twice');
    expect(() => faults.change('a', rule({ id: 'b' }))).toThrow('used twice');
    expect(() => faults.change('a', rule({ id: 'a', then: { vim: { type: 'X', message: '' } } }))).toThrow(
      'takes no "vim"',
    );
    expect(faults.change('c', rule({ id: 'c' }))).toBe(false);
    expect(faults.remove('c')).toBe(false);
    expect(faults.rules.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(journal.count).toBe(0);
  });

  it('come back from a saved state with their counters', async () => {
    const make = () => createRuntime({ clock: new ManualClock(1_000_000), seed: 's', faults: [rule({ id: 'own' })] });
    const one = make();
    one.faults.change('own', rule({ id: 'own', when: { calls: 3 } }));
    one.faults.add(rule({ id: 'event', when: { after: { event: { event: 'x' }, times: 2 } } }));
    one.faults.add(rule({ id: 'late', when: { after: 2_000, times: 1 } }));
    one.faults.consult('kmip.request', {});
    one.journal.record({ plane: 'lab', event: 'x', text: '' });
    const saved = JSON.parse(JSON.stringify(one.faults.save()));
    const goOn = async ({ faults, journal, clock }: ReturnType<typeof make>) => {
      const answers = [faults.consult('kmip.request', {})?.id, faults.consult('kmip.request', {})?.id];
      journal.record({ plane: 'lab', event: 'x', text: '' });
      answers.push(faults.consult('kmip.request', {})?.id);
      await (clock as ManualClock).advance(2_000);
      return [...answers, faults.consult('kmip.request', {})?.id, faults.report()];
    };
    const first = await goOn(one);
    expect(first.slice(0, 4)).toEqual([undefined, 'own', 'event', 'event']);
    for (let round = 0; round < 2; round++) {
      const other = make();
      other.faults.restore(saved);
      expect(await goOn(other)).toEqual(first);
      // What the start was is known too.
      other.faults.reset();
      expect(other.faults.rules).toEqual([rule({ id: 'own' })]);
    }
    expect(() => one.faults.restore({ ...saved, version: 2 })).toThrow('version 2');
  });
});

describe('a fault that lasts', () => {
  const closed = (when?: FaultRule['when'], match?: FaultRule['match']): FaultRule => ({
    id: 'closed',
    at: 'kmip.port',
    match,
    when,
    then: { unlisten: true },
  });
  function watched(rules: FaultRule[], clock = new ManualClock(0)) {
    const runtime = createRuntime({ clock, faults: rules });
    const seen: (string | undefined)[] = [];
    const end = runtime.faults.watch('kmip.port', { kms: 'kms-1' }, (hit) => seen.push(hit?.id));
    return { ...runtime, clock, seen, end };
  }

  it('begins and ends by the clock without anybody asking', async () => {
    const { clock, seen, journal, faults } = watched([closed({ after: 1_000, until: 3_000 })]);
    expect(seen).toEqual([]);
    await clock.advance(1_000);
    expect(seen).toEqual(['closed']);
    await clock.advance(2_000);
    expect(seen).toEqual(['closed']);
    await clock.advance(1);
    expect(seen).toEqual(['closed', undefined]);
    expect(clock.nextDue).toBeUndefined();
    expect(journal.entries().map(({ event }) => event)).toEqual(['fault.fired', 'fault.ended']);
    expect(faults.report()).toEqual([{ id: 'closed', at: 'kmip.port', matched: 1, fired: 1 }]);
  });

  it('begins with an event, and only for those it concerns', async () => {
    const after = { event: { event: 'go' } };
    const { seen, journal } = watched([
      { ...closed({ after }, { kms: 'kms-2' }), id: 'other' },
      closed({ after }, { kms: 'kms-1' }),
    ]);
    journal.record({ plane: 'lab', event: 'go', text: '' });
    // Behind the entry, not within its recording.
    expect(seen).toEqual([]);
    await Promise.resolve();
    expect(seen).toEqual(['closed']);
  });

  it('is in force or over as it was when the state was saved', async () => {
    const { clock, faults, seen } = watched([closed({ after: 1_000, until: 3_000 })]);
    const before = faults.save();
    await clock.advance(1_500);
    const during = faults.save();
    // Still in force: nobody is told, and nothing is counted twice.
    faults.restore(during);
    expect(seen).toEqual(['closed']);
    expect(faults.report()).toEqual([{ id: 'closed', at: 'kmip.port', matched: 1, fired: 1 }]);
    await clock.advance(1_501);
    expect(seen).toEqual(['closed', undefined]);
    faults.restore({ ...before, rules: before.rules.map((rule) => ({ ...rule, since: clock.now() })) });
    await clock.advance(1_000);
    expect(seen).toEqual(['closed', undefined, 'closed']);
    expect(faults.report()).toEqual([{ id: 'closed', at: 'kmip.port', matched: 1, fired: 1 }]);
  });

  it('follows rules that come and go', () => {
    const { seen, faults, end } = watched([]);
    faults.add(closed());
    faults.add({ ...closed(), id: 'second' });
    faults.remove('closed');
    faults.remove('second');
    expect(seen).toEqual(['closed', 'second', undefined]);
    end();
    faults.add(closed());
    expect(seen).toHaveLength(3);
  });
});

const at = (point: string, then: object, when?: object) => ({ id: 'x', at: point, then, when });

it.each([
  [at('kmip.request', {}), 'exactly one of kmip, reset, close, hang (or alone: delay, jitter)'],
  [at('kmip.request', { hang: true, reset: true }), 'exactly one'],
  [at('nowhere', { hang: true }), 'no fault point "nowhere"; there are kmip.port, '],
  [at('vcenter.method', { kmip: { reason: 'ItemNotFound' } }), 'vcenter.method takes no "kmip"; it takes vim, '],
  [at('ovh.task', { ovh: { status: 500 } }), 'at ovh.task "ovh" takes no "status"; it takes taskState, message'],
  [at('ovh.request', { ovh: { taskState: 'error' } }), 'at ovh.request "ovh" takes no "taskState"'],
  [at('kmip.request', { reset: { afterBytes: 3 } }), '"reset" takes no "afterBytes"; it takes only true'],
  [at('kmip.response', { corrupt: 'replay' }), 'at kmip.response "corrupt" takes one of length, padding, '],
  [at('vcenter.vmotion', { corrupt: 'length' }), 'takes one of bit, replay, reorder'],
  [at('kmip.connection', { tlsAlert: 'close_notify' }), 'takes one of unexpected_message, '],
  [
    at('kmip.connection', { drip: { bytes: 1, every: 1 } }),
    'kmip.connection takes no "drip"; it takes only delay, jitter',
  ],
  [at('kmip.port', { unlisten: true, delay: 5 }), 'kmip.port takes no "delay"; it takes no modifier'],
  [at('kmip.response', { hang: true, drip: { bytes: 1, every: 1 } }), '"drip" needs an answer'],
  [at('kmip.request', { kmip: { status: 'OperationPending', reason: 'X' } }), 'neither reason nor message'],
  [at('kmip.port', { unlisten: true }, { calls: 2 }), 'no calls are counted; use "after" and "until"'],
  [at('kmip.port', { unlisten: true }, { after: { calls: 2 } }), 'give a time or an event'],
  [at('kmip.request', hang, { after: { time: 'tomorrow' } }), 'is no time'],
  [at('kmip.request', hang, { after: 2_000, until: 1_000 }), 'could never fire'],
  [at('kmip.request', hang, { after: { calls: 2 }, until: { calls: 2 } }), 'could never fire'],
  [at('kmip.request', hang, { calls: { from: 3, to: 2 } }), 'could never fire'],
] as unknown as [FaultRule, string][])('refuses a contradictory rule %#', (contradictory, text) => {
  expect(() => createRuntime({ faults: [contradictory] })).toThrow(text);
});
