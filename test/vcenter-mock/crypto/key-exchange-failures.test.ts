import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { advanceWhenQuiet, type JournalTree, ManualClock } from '../../../core/index.ts';
import type { VimFault } from '../../../vcenter-mock/vim/kernel/fault.ts';
import { createLab, createPki, encryptByPolicy, faultOf, host, keyPool, type Lab, type Pki, vm } from './lab.ts';
import { startRecordingKms } from './recording-kms.ts';

const create = 1;
const get = 10;
const addAttribute = 13;
const activate = 18;

let pki: Pki;
let lab: Lab;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  pki = await createPki();
});
afterEach(async () => {
  await lab.stop();
  for (const close of closers.splice(0)) await close();
});

const encrypt = (cause?: number) => lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, cause);
const messagesOf = (fault: VimFault) => (fault.fault.faultMessage ?? []).map(({ message }) => message);
const eventIds = () => lab.events.map(({ eventTypeId }) => eventTypeId);

/** What every broken key exchange must look like from outside. */
async function expectCannotGenerateKey(unreachable: boolean): Promise<string[]> {
  const fault = await faultOf(encrypt());
  expect(fault.fault._type).toBe('RuntimeFault');
  expect(fault.message).toBe('Cannot generate key');
  expect(lab.inventory.vms()[0]).toEqual(vm());
  expect(lab.inventory.filters.size + lab.inventory.extraConfig.size).toBe(0);
  expect(eventIds()).toContain('com.vmware.vc.kms.crypto.KeyGenerateFail');
  expect(eventIds().includes('com.vmware.vc.kms.crypto.Unreachable')).toBe(unreachable);
  const messages = messagesOf(fault).map(String);
  expect(messages[0]).toMatch(/^Failed to generate key on key provider kms-cluster, error \d+:$/);
  expect(messages[1]).toMatch(/^Failed to generate key on KMS 127\.0\.0\.1: /);
  // The same lines once more as a chain of causes.
  expect(fault.fault.faultCause?.localizedMessage).toBe(messages[0]);
  expect(fault.fault.faultCause?.fault.faultCause?.localizedMessage).toBe(messages[1]);
  return messages.slice(1);
}

/** Runs a promise while a manual clock goes on whenever nothing happens. */
async function whileTimePasses<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const passing = advanceWhenQuiet(clock, { activity: () => lab.runtime.journal.count }, stop.signal);
  try {
    return await promise;
  } finally {
    stop.abort();
    await passing;
  }
}

describe('"Cannot generate key" by its causes', () => {
  it('the KMS is down', async () => {
    lab = await createLab(pki);
    await lab.kms.stop();
    const [code, reason] = await expectCannotGenerateKey(true);
    expect(code).toBe('Failed to generate key on KMS 127.0.0.1: QLC_ERR_COMMUNICATE');
    expect(reason).toContain('ECONNREFUSED');
  });

  it('the gateway is closed: no socket is opened, and the dial ends by its time-out', async () => {
    const clock = new ManualClock();
    const start = clock.now();
    const asked: string[] = [];
    const isFlowOpen = (ip: string, port: number) => {
      asked.push(`${ip}:${port}`);
      return false;
    };
    lab = await createLab(pki, { clock, timeout: 10, crypto: { isFlowOpen } });
    const [code, reason] = await whileTimePasses(clock, expectCannotGenerateKey(true));
    expect(clock.now() - start).toBe(10_000);
    expect(asked[0]).toBe(`127.0.0.1:${lab.kms.port}`);
    expect(code).toBe('Failed to generate key on KMS 127.0.0.1: QLC_ERR_TIMEOUT_CONNECT');
    expect(reason).toContain('within 10000 ms');
    expect(lab.kms.connections).toEqual([]);
    const gateway = lab.runtime.journal.entries({ plane: 'gateway' });
    expect(gateway.map(({ event }) => event)).toEqual(['gateway.dial.dropped']);
  });

  it('a gateway that opens while the dial waits lets it through', async () => {
    const clock = new ManualClock();
    let open = false;
    lab = await createLab(pki, { clock, crypto: { isFlowOpen: () => open } });
    clock.setTimeout(() => {
      open = true;
    }, 4_500);
    await whileTimePasses(clock, encrypt());
    expect(lab.inventory.vms()[0]!.keyId).toEqual({ keyId: '1', providerId: { id: 'kms-cluster' } });
  });

  it('the gateway closes the flow while the KMS works on the answer', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = ({ operation }) => {
      if (operation !== create) return undefined;
      queueMicrotask(() => lab.crypto.flowClosed('127.0.0.1', lab.kms.port, undefined));
      return 'hang';
    };
    const [, reason] = await expectCannotGenerateKey(true);
    expect(reason).toContain('ECONNRESET');
    const cut = lab.runtime.journal.entries({ event: 'gateway.connection.cut' });
    expect(cut.map(({ data }) => data)).toEqual([{ address: '127.0.0.1', port: lab.kms.port, connections: 1 }]);
  });

  it('the KMS accepts and never answers', async () => {
    const clock = new ManualClock();
    const start = clock.now();
    lab = await createLab(pki, { clock });
    lab.kms.misbehave = ({ operation }) => (operation === create ? 'hang' : undefined);
    const [, reason] = await whileTimePasses(clock, expectCannotGenerateKey(true));
    expect(clock.now() - start).toBe(30_000);
    expect(reason).toContain('Create');
    expect(reason).toContain('30000 ms');
  });

  it('the connection is reset during the handshake', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    lab = await createLab(pki);
    lab.crypto.providers.server('kms-cluster', 'kms1').info.port = (server.address() as AddressInfo).port;
    const [, reason] = await expectCannotGenerateKey(true);
    expect(reason).toContain('ECONNRESET');
  });

  it('the connection is reset in the middle of the answer to Create', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = ({ operation }) => (operation === create ? { reset: true, afterBytes: 40 } : undefined);
    const [, reason] = await expectCannotGenerateKey(true);
    expect(reason).toMatch(/^Create: .*ECONNRESET/);
  });

  it('the connection is closed in the middle of the answer to Create', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = ({ operation }) => (operation === create ? { close: true, afterBytes: 40 } : undefined);
    const [, reason] = await expectCannotGenerateKey(true);
    expect(reason).toContain('after 40 of 184 bytes');
  });

  it('the certificate of the KMS has changed since it was trusted', async () => {
    const other = pki.ca.issueServer({ commonName: 'kms', keys: await keyPool.get('other') });
    const kms = await startRecordingKms(other, { clientCa: pki.ca.certificatePem });
    lab = await createLab(pki, { kms });
    const [, reason] = await expectCannotGenerateKey(false);
    expect(reason).toContain('but vCenter trusts');
    expect(kms.connections.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('the certificate of the KMS was never trusted', async () => {
    lab = await createLab(pki, { trustServer: false });
    const [, reason] = await expectCannotGenerateKey(false);
    expect(reason).toContain('was never trusted');
    expect(lab.kms.connections.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('the trusted certificate has expired by the clock of the lab', async () => {
    const clock = new ManualClock();
    lab = await createLab(pki, { clock });
    lab.crypto.healthCheck.stop();
    await clock.advance(366 * 24 * 3600 * 1000);
    const [, reason] = await expectCannotGenerateKey(false);
    expect(reason).toContain('is expired');
    expect(lab.kms.connections.flatMap(({ requests }) => requests)).toEqual([]);
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`no client certificate was uploaded (${maxVersion})`, async () => {
      lab = await createLab(pki, { trustClient: false, crypto: { tls: { maxVersion } } });
      const [, reason] = await expectCannotGenerateKey(false);
      expect(reason).toMatch(/TLS alert (handshake_failure|certificate_required)/);
      expect(lab.kms.failedHandshakes).toHaveLength(1);
    });

    it(`the KMS refuses the client certificate (${maxVersion})`, async () => {
      const { client } = await createPki('stranger');
      lab = await createLab({ ...pki, client }, { crypto: { tls: { maxVersion } } });
      // This server refuses by closing the connection: a client cannot tell that from a lost one.
      const [, reason] = await expectCannotGenerateKey(true);
      expect(reason).toMatch(/disconnected before|closed the connection|ECONNRESET/);
      expect(lab.kms.failedHandshakes).toHaveLength(1);
      expect(lab.kms.connections).toEqual([]);
    });
  }

  it('user or password are wrong: the Result Message is passed through verbatim', async () => {
    lab = await createLab(pki, { userName: 'vcenter', password: 'wrong' });
    const message = 'The user "vcenter" is not known here.';
    lab.kms.misbehave = () => ({ refuse: { reason: 3, message } });
    const [code, reason] = await expectCannotGenerateKey(false);
    expect(code).toBe('Failed to generate key on KMS 127.0.0.1: QLC_ERR_NEED_AUTH');
    expect(reason).toBe(message);
  });

  it('a user without password fails inside vCenter', async () => {
    lab = await createLab(pki, { userName: 'vcenter' });
    const [code] = await expectCannotGenerateKey(false);
    expect(code).toBe('Failed to generate key on KMS 127.0.0.1: QLC_ERR_VALUE_MISSING');
    expect(lab.kms.connections).toEqual([]);
  });

  it('Create is refused with Permission Denied', async () => {
    lab = await createLab(pki);
    const message = 'Could not create: quota of group vsphere is 0';
    lab.kms.misbehave = ({ operation }) => (operation === create ? { refuse: { reason: 12, message } } : undefined);
    const [code, reason] = await expectCannotGenerateKey(false);
    expect(code).toBe('Failed to generate key on KMS 127.0.0.1: Permission Denied');
    expect(reason).toBe(message);
  });

  it('General Failure twice, then well: the third try succeeds', async () => {
    lab = await createLab(pki);
    let calls = 0;
    lab.kms.misbehave = ({ operation }) =>
      operation === create && ++calls <= 2 ? { refuse: { reason: 0x100, message: 'try later' } } : undefined;
    await expectCannotGenerateKey(false);
    await expectCannotGenerateKey(false);
    await encrypt();
    expect(lab.inventory.vms()[0]!.keyId?.keyId).toBe('1');
  });

  it('the answer is malformed: an item is longer than the message', async () => {
    lab = await createLab(pki);
    const raw = Buffer.from('42007b0100000010' + '42007a01000000ff' + '0000000000000000', 'hex');
    lab.kms.misbehave = ({ operation }) => (operation === create ? { raw } : undefined);
    const [, reason] = await expectCannotGenerateKey(false);
    expect(reason).toContain('malformed answer to Create');
  });

  it('the answer is no KMIP at all', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = () => ({ raw: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n') });
    const [, reason] = await expectCannotGenerateKey(false);
    expect(reason).toContain('Discover Versions');
  });
});

describe('failures after the key was made', () => {
  it('Get of the host key is refused: the VM is unchanged, and both keys are left behind at the KMS', async () => {
    lab = await createLab(pki);
    const message = 'get is not for you';
    lab.kms.misbehave = ({ operation }) => (operation === get ? { refuse: { reason: 12, message } } : undefined);
    const fault = await faultOf(encrypt());
    expect(fault.message).toBe('Cannot generate key');
    expect(messagesOf(fault)).toEqual([`Cannot get key 2 from KMS server kms1, reason: ${message}`, message]);
    expect(lab.inventory.vms()[0]).toEqual(vm());
    expect(lab.inventory.hosts()[0]).toEqual(host());
    const left = lab.runtime.journal.entries({ event: 'vcenter.key.left-behind' });
    expect(left.map(({ data }) => data?.keyId)).toEqual(['2', '1']);
    expect(eventIds()).toEqual(['com.vmware.vc.kms.crypto.KeyGenerateFail']);
  });

  it('Activate is refused: the key is left behind, the host keeps the key it already has', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = ({ operation, uniqueIdentifier }) =>
      operation === activate && uniqueIdentifier === '1' ? { refuse: { reason: 11, message: 'no' } } : undefined;
    const fault = await faultOf(encrypt());
    expect(fault.message).toBe('Cannot generate key');
    expect(lab.inventory.vms()[0]).toEqual(vm());
    expect(lab.inventory.hosts()[0]!.cryptoState).toBe('safe');
    expect(lab.crypto.hosts.caches.of('host-1').names()).toEqual(['2/kms-cluster']);
  });

  it('Add Attribute is refused: the encryption succeeds all the same', async () => {
    lab = await createLab(pki);
    lab.kms.misbehave = ({ operation }) =>
      operation === addAttribute ? { refuse: { reason: 4, message: 'unsupported' } } : undefined;
    await encrypt();
    expect(lab.inventory.vms()[0]!.keyId?.keyId).toBe('1');
    expect(lab.runtime.journal.entries({ event: 'vcenter.key.not-described' })).toHaveLength(4);
  });

  it('without a default provider nothing is dialled', async () => {
    lab = await createLab(pki);
    lab.crypto.providers.setDefault(undefined);
    const fault = await faultOf(encrypt());
    expect([fault.fault._type, fault.message]).toEqual(['RuntimeFault', 'No default provider']);
    expect(lab.kms.connections).toEqual([]);
  });
});

describe('several servers in one provider', () => {
  it('are tried in turn', async () => {
    lab = await createLab(pki);
    const replica = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem });
    closers.push(() => replica.stop());
    lab.crypto.providers.register({
      clusterId: { id: 'kms-cluster' },
      info: { name: 'kms2', address: '127.0.0.1', port: replica.port },
    });
    await lab.kms.stop();
    await encrypt();
    expect(lab.inventory.vms()[0]!.keyId?.keyId).toBe('1');
    expect(replica.states).toEqual(
      new Map([
        ['1', 2],
        ['2', 2],
      ]),
    );
  });

  it('fail with one line for each', async () => {
    lab = await createLab(pki);
    const info = { name: 'kms2', address: 'localhost', port: lab.kms.port };
    lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info });
    await lab.kms.stop();
    const messages = messagesOf(await faultOf(encrypt()));
    expect(messages).toContain('Failed to generate key on KMS 127.0.0.1: QLC_ERR_COMMUNICATE');
    expect(messages).toContain('Failed to generate key on KMS localhost: QLC_ERR_COMMUNICATE');
    expect(eventIds().filter((id) => id.endsWith('.Unreachable'))).toHaveLength(2);
  });
});

describe('events in the wording of a release', () => {
  for (const [eventWording, texts] of [
    ['7.0u2', ['Key creation failed on key provider.', 'Key Management Server is unreachable']],
    ['7.0', ['Key creation failed on KMS cluster.', 'Key Management Server is unreachable']],
    // 6.7 has neither of the two events.
    ['6.7', []],
  ] as const) {
    it(eventWording, async () => {
      lab = await createLab(pki, { crypto: { eventWording } });
      await lab.kms.stop();
      await faultOf(encrypt());
      expect(lab.events.map(({ message }) => message)).toEqual(texts);
    });
  }
});

it('the journal tells the chain from the task down to the refusal', async () => {
  lab = await createLab(pki);
  const message = 'vcenter may not create';
  lab.kms.misbehave = ({ operation }) => (operation === create ? { refuse: { reason: 12, message } } : undefined);
  const task = lab.runtime.journal.record({ plane: 'vcenter', event: 'vcenter.task.started', text: 'task' });
  await faultOf(encrypt(task.seq));
  const lines: string[] = [];
  const walk = (tree: JournalTree, depth: number) => {
    lines.push(`${'  '.repeat(depth)}${tree.entry.text}`);
    for (const effect of tree.effects) walk(effect, depth + 1);
  };
  walk(lab.runtime.journal.effectsOf(task), 0);
  expect(lines).toEqual([
    'task',
    expect.stringMatching(`^  dial 127.0.0.1:${lab.kms.port} for a new key of kms-cluster, from 127.0.0.1:\\d+$`),
    '    Discover Versions sent',
    '    Create sent',
    `      Create failed: Permission Denied: ${message}`,
  ]);
  const dialled = lab.runtime.journal.entries({ event: 'vcenter.kmip.dialled' })[0]!;
  expect(dialled.opens).toMatch(new RegExp(`^tcp 127\\.0\\.0\\.1:\\d+ 127\\.0\\.0\\.1:${lab.kms.port}$`));
});
