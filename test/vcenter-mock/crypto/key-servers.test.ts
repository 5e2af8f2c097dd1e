import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { advanceWhenQuiet, ManualClock } from '../../../core/index.ts';
import { createLab, createPki, encryptByPolicy, faultOf, type Lab, type Pki } from './lab.ts';
import { type RecordingKms, startRecordingKms } from './recording-kms.ts';
import { find, type Node, read } from './ttlv.ts';

/** What vCenter makes of the settings of its key servers. */
let pki: Pki;
let lab: Lab;
const others: RecordingKms[] = [];
beforeAll(async () => {
  pki = await createPki('servers');
});
afterEach(async () => {
  await lab.stop();
  for (const other of others.splice(0)) await other.stop();
});

const provider = () => lab.crypto.providers.get('kms-cluster');
const create = () => lab.crypto.exchange.create(provider(), undefined);

async function second(name = 'kms2'): Promise<RecordingKms> {
  const kms = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem });
  others.push(kms);
  const info = { name, address: '127.0.0.1', port: kms.port };
  lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info });
  return kms;
}

describe('several servers are tried in turn', () => {
  it('the first one that answers does it; the others are not asked', async () => {
    lab = await createLab(pki);
    const kms = await second();
    await create();
    expect([lab.kms.states.size, kms.connections.length]).toEqual([1, 0]);
    await lab.kms.stop();
    await create();
    expect(kms.states.size).toBe(1);
  });

  it('one that is removed while it is waited for: the others are tried all the same', async () => {
    lab = await createLab(pki);
    const kms = await second();
    lab.kms.misbehave = () => 'hang';
    const made = create();
    while (lab.kms.connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
    lab.crypto.providers.remove('kms-cluster', 'kms1');
    await lab.kms.stop();
    await made;
    expect(kms.states.size).toBe(1);
  });

  it('when all fail: the line of the provider, then one for each server in order', async () => {
    lab = await createLab(pki, { userName: 'vcenter' });
    const kms = await second();
    await kms.stop();
    const fault = await faultOf(lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined));
    const lines = (fault.fault.faultMessage ?? []).map(({ message }) => message);
    // documented (Broadcom KB 396701): error 7 and QLC_ERR_VALUE_MISSING for a password that is not stored; the last failure
    // gives the number, which is not published for other causes.
    expect(lines).toEqual([
      expect.stringMatching(/^Failed to generate key on key provider kms-cluster, error \d+:$/),
      'Failed to generate key on KMS 127.0.0.1: QLC_ERR_VALUE_MISSING',
      'no password is stored for user "vcenter"',
      expect.stringMatching(/^Failed to generate key on KMS 127\.0\.0\.1: QLC_ERR_COMMUNICATE$/),
      expect.stringContaining('ECONNREFUSED'),
    ]);
  });
});

describe('a connection that is lost', () => {
  const cutOnce = () => {
    let cut = false;
    lab.kms.misbehave = ({ operation }) => {
      if (operation !== 1 || cut) return undefined;
      cut = true;
      return { reset: true };
    };
  };

  it('is made once more where the server is set to reconnect, not otherwise', async () => {
    lab = await createLab(pki);
    cutOnce();
    await expect(create()).rejects.toThrow('ECONNRESET');
    lab.crypto.providers.server('kms-cluster', 'kms1').info.reconnect = 1;
    cutOnce();
    await create();
    lab.kms.misbehave = () => ({ close: true });
    await expect(create()).rejects.toThrow('closed the connection');
  });
});

describe('user name and password', () => {
  const credentials = () =>
    lab.kms.connections
      .flatMap(({ requests }) => requests)
      .map((request) => find(read(request), 0x420023)[0])
      .map((node) =>
        node ? [0x420099, 0x4200a1].map((tag) => String(find(node.value as Node[], tag)[0]?.value)) : undefined,
      );

  it('are in every request, as a KMIP Credential', async () => {
    lab = await createLab(pki, { userName: 'vcenter', password: 'Sesame-4711' });
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    expect(credentials().length).toBeGreaterThan(20);
    expect(new Set(credentials().map(String))).toEqual(new Set(['vcenter,Sesame-4711']));
    const told = JSON.stringify([lab.runtime.journal.entries(), lab.events, lab.crypto.providers.list()]);
    expect(told).not.toContain('Sesame-4711');
  });

  it('an empty password is cleared, and from then on nothing is sent; without user all goes on without credential', async () => {
    lab = await createLab(pki, { userName: 'vcenter', password: 'Sesame-4711' });
    const update = (changes: object, password?: string) =>
      lab.crypto.providers.update({
        clusterId: { id: 'kms-cluster' },
        info: { name: 'kms1', address: '', port: 0, ...changes },
        password,
      });
    update({}, '');
    await expect(create()).rejects.toThrow('no password is stored for user "vcenter"');
    expect(lab.kms.connections).toEqual([]);
    update({ userName: '' });
    await create();
    expect(new Set(credentials())).toEqual(new Set([undefined]));
  });
});

describe('time-outs', () => {
  /** A KMS that accepts and says nothing: how long vCenter waits for it on the lab's clock. */
  async function waited(timeout: number | undefined, limit: number): Promise<number | 'for ever'> {
    const clock = new ManualClock();
    const start = clock.now();
    lab = await createLab(pki, { clock, timeout });
    lab.crypto.healthCheck.stop();
    lab.kms.misbehave = () => 'hang';
    const stop = new AbortController();
    const moved = advanceWhenQuiet(clock, { activity: () => lab.runtime.journal.count }, stop.signal);
    let end: number | undefined;
    clock.setTimeout(() => {
      end ??= -1;
    }, limit);
    const done = create().catch(() => {
      end ??= clock.now() - start;
    });
    while (end === undefined) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    await moved;
    const result = end;
    await lab.stop();
    await done;
    return result === -1 ? 'for ever' : result;
  }

  it('in seconds; -1 stands for none given, which has a default; 0 is infinite', async () => {
    expect(await waited(7, 1e9)).toBe(7_000);
    expect(await waited(-1, 1e9)).toBe(30_000);
    expect(await waited(0, 3_600_000)).toBe('for ever');
  });

  it('an infinite one does not outwait the operating system: a dial without answer ends', async () => {
    const clock = new ManualClock();
    const start = clock.now();
    lab = await createLab(pki, { clock, timeout: 0, crypto: { isFlowOpen: () => false } });
    lab.crypto.healthCheck.stop();
    const stop = new AbortController();
    const moved = advanceWhenQuiet(clock, { activity: () => lab.runtime.journal.count }, stop.signal);
    await expect(create()).rejects.toThrow('ETIMEDOUT');
    stop.abort();
    await moved;
    // Six retransmissions: 1 + 2 + 4 + 8 + 16 + 32 + 64 s.
    expect(clock.now() - start).toBe(127_000);
  });
});
