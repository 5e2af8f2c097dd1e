import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../core/index.ts';
import type { CryptoHost, CryptoVm } from '../../../vcenter-mock/crypto/index.ts';
import { createLab, createPki, encryptByPolicy, faultOf, host, type Lab, type Pki, vm } from './lab.ts';

const pageBytes = 4096;

let pki: Pki;
let lab: Lab;
const proxies: Server[] = [];
beforeAll(async () => {
  pki = await createPki();
});
afterEach(async () => {
  await lab.stop();
  for (const proxy of proxies.splice(0)) proxy.close();
});

/** A wire between the hosts that sees every byte, and may change them. */
async function wire(seen: Buffer[], change: (bytes: Buffer, offset: number) => Buffer = (bytes) => bytes) {
  return async (port: number) => {
    const proxy = createServer((source) => {
      const destination = connect(port, '127.0.0.1');
      let offset = 0;
      source.on('data', (chunk: Buffer) => {
        const changed = change(chunk, offset);
        offset += chunk.length;
        seen.push(changed);
        destination.write(changed);
      });
      destination.on('data', (chunk) => source.write(chunk));
      for (const [end, other] of [
        [source, destination],
        [destination, source],
      ] as const) {
        end.on('close', () => other.destroy());
        end.on('error', () => {});
      }
    });
    proxies.push(proxy);
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    return (proxy.address() as AddressInfo).port;
  };
}

async function start(options: {
  vm?: Partial<CryptoVm>;
  source?: Partial<CryptoHost>;
  destination?: Partial<CryptoHost>;
  change?: (bytes: Buffer, offset: number) => Buffer;
}): Promise<Buffer[]> {
  const seen: Buffer[] = [];
  lab = await createLab(pki, {
    vms: [vm(options.vm)],
    hosts: [host(options.source), host({ id: 'host-2', name: 'esx-02', uuid: '2', ...options.destination })],
    crypto: { vmotionRoute: await wire(seen, options.change) },
  });
  return seen;
}

const migrate = () => {
  const [source, destination] = lab.inventory.hosts();
  return lab.crypto.vmotion.migrate(lab.inventory.vms()[0]!, source!, destination!, undefined);
};
const eventIds = () => lab.events.map(({ eventTypeId }) => eventTypeId);

/** The first page of the VM's image as the source host has it, learned from a plain migration. */
async function firstPage(): Promise<Buffer> {
  const seen = await start({ vm: { migrateEncryption: 'disabled', powerState: 'poweredOn' } });
  await migrate();
  await lab.stop();
  return Buffer.concat(seen).subarray(8, 8 + pageBytes);
}

describe('the three settings', () => {
  const plain = { encryptedVMotionSupported: false };
  const table: [string, Partial<CryptoVm>, Partial<CryptoHost>, boolean | 'refused'][] = [
    ['disabled, both can', { migrateEncryption: 'disabled' }, {}, false],
    ['disabled, one cannot', { migrateEncryption: 'disabled' }, plain, false],
    ['opportunistic, both can', { migrateEncryption: 'opportunistic' }, {}, true],
    ['opportunistic, one cannot', { migrateEncryption: 'opportunistic' }, plain, false],
    ['required, both can', { migrateEncryption: 'required' }, {}, true],
    ['required, one cannot', { migrateEncryption: 'required' }, plain, 'refused'],
  ];
  for (const [name, facts, destination, outcome] of table) {
    it(name, async () => {
      const page = await firstPage();
      const seen = await start({ vm: { powerState: 'poweredOn', ...facts }, destination });
      if (outcome === 'refused') {
        const fault = await faultOf(migrate());
        expect(fault.fault).toMatchObject({
          _type: 'MigrationFeatureNotSupported',
          atSourceHost: false,
          failedHostName: 'esx-02',
          failedHost: { type: 'HostSystem', value: 'host-2' },
        });
        expect(seen).toEqual([]);
        return;
      }
      const result = await migrate();
      expect(result).toEqual({ encrypted: outcome, packets: 33, bytes: 32 * pageBytes });
      // What crossed the wire: the page itself, or nothing that shows it.
      expect(Buffer.concat(seen).includes(page)).toBe(!outcome);
      expect(eventIds()).toEqual(outcome ? ['com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent'] : []);
      expect(lab.kms.connections).toEqual([]);
    });
  }

  it('a powered-off VM has the other event', async () => {
    await start({ vm: { migrateEncryption: 'required' } });
    expect(await migrate()).toMatchObject({ encrypted: true, packets: 2 });
    expect(eventIds()).toEqual(['com.vmware.vc.vm.VmMigratingWithEncryptionEvent']);
  });
});

it('the journal tells of a one-time key, its length and cipher, and the wire never carries the same bytes twice', async () => {
  const seen = await start({ vm: { powerState: 'poweredOn' } });
  await migrate();
  const firstWire = Buffer.concat(seen.splice(0));
  await migrate();
  expect(
    Buffer.concat(seen)
      .subarray(8, 8 + pageBytes)
      .equals(firstWire.subarray(8, 8 + pageBytes)),
  ).toBe(false);
  const [made] = lab.runtime.journal.entries({ event: 'vcenter.vmotion.key' });
  expect(made!.data).toEqual({
    vm: 'test01',
    keyBits: 256,
    nonceBits: 64,
    cipher: 'AES-256-GCM',
    hosts: ['172.16.220.132', 'esx-02'],
  });
});

it('a packet that was changed on its way aborts the migration', async () => {
  await start({
    vm: { powerState: 'poweredOn' },
    change: (bytes, offset) => {
      const copy = Buffer.from(bytes);
      const target = 3 * (8 + pageBytes + 16) + 100 - offset;
      if (target >= 0 && target < copy.length) copy[target]! ^= 1;
      return copy;
    },
  });
  const fault = await faultOf(migrate());
  expect(fault.fault._type).toBe('MigrationFault');
  expect(fault.message).toContain('packet 3 was changed');
  expect(lab.runtime.journal.entries({ event: 'vcenter.vmotion.transferred' })).toEqual([]);
});

it('an image that is cut short aborts the migration', async () => {
  lab = await createLab(pki, {
    vms: [vm({ powerState: 'poweredOn' })],
    hosts: [host(), host({ id: 'host-2', name: 'esx-02' })],
    crypto: {
      vmotionRoute: async (port) => {
        const proxy = createServer((source) => {
          const destination = connect(port, '127.0.0.1');
          source.once('data', (chunk: Buffer) => destination.end(chunk.subarray(0, 5000)));
          destination.on('close', () => source.destroy());
          source.on('error', () => {});
        });
        proxies.push(proxy);
        await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
        return (proxy.address() as AddressInfo).port;
      },
    },
  });
  expect((await faultOf(migrate())).fault._type).toBe('MigrationFault');
});

it('a wire that swallows everything: given up after its time, the VM stays', async () => {
  const clock = new ManualClock();
  lab = await createLab(pki, {
    clock,
    vms: [vm({ powerState: 'poweredOn' })],
    hosts: [host(), host({ id: 'host-2', name: 'esx-02' })],
    crypto: { vmotionRoute: await wire([], () => Buffer.alloc(0)) },
  });
  lab.crypto.healthCheck.stop();
  const failed = faultOf(migrate());
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  await clock.advance(60_000);
  expect((await failed).message).toContain('it took too long');
});

describe('harm on the wire between the hosts', () => {
  const packetBytes = 8 + pageBytes + 16;
  const packetsOf = (seen: Buffer[]) => Buffer.concat(seen);

  it('each packet has a counter of its own, and no two carry the same bytes', async () => {
    const seen = await start({ vm: { powerState: 'poweredOn' } });
    await migrate();
    const bytes = packetsOf(seen);
    expect(bytes.length).toBe(32 * packetBytes + 8 + 16);
    const packets = Array.from({ length: 32 }, (_, n) => bytes.subarray(n * packetBytes, (n + 1) * packetBytes));
    expect(packets.map((packet) => packet.readUInt32BE(4))).toEqual(Array.from({ length: 32 }, (_, n) => n));
    expect(new Set(packets.map((packet) => packet.subarray(8).toString('hex'))).size).toBe(32);
  });

  /** Rebuilds the stream from its packets in another order. */
  const reordered = (order: (packets: Buffer[]) => Buffer[]) => {
    let pending = Buffer.alloc(0);
    return (bytes: Buffer) => {
      pending = Buffer.concat([pending, bytes]);
      if (pending.length < 4 * packetBytes) return Buffer.alloc(0);
      const packets = Array.from({ length: 4 }, (_, n) => pending.subarray(n * packetBytes, (n + 1) * packetBytes));
      const rest = pending.subarray(4 * packetBytes);
      pending = Buffer.alloc(4 * packetBytes);
      return Buffer.concat([...order(packets), rest]);
    };
  };
  const harms: [string, (packets: Buffer[]) => Buffer[], string][] = [
    ['a packet that comes twice', ([a, b, c, d]) => [a!, b!, b!, c!, d!], 'packet 1 arrived where packet 2 was due'],
    ['two packets that change places', ([a, b, c, d]) => [a!, c!, b!, d!], 'packet 2 arrived where packet 1 was due'],
    ['a packet that is missing', ([a, , c, d]) => [a!, c!, d!], 'packet 2 arrived where packet 1 was due'],
    [
      'a counter that was set to fit',
      ([a, , c, d]) => {
        const forged = Buffer.from(c!);
        forged.writeUInt32BE(1, 4);
        return [a!, forged, d!];
      },
      'packet 1 was changed on its way',
    ],
  ];
  for (const [name, order, reason] of harms) {
    it(`${name} aborts the migration`, async () => {
      await start({ vm: { powerState: 'poweredOn' }, change: reordered(order) });
      const fault = await faultOf(migrate());
      expect(fault.fault._type).toBe('MigrationFault');
      expect(fault.message).toContain(reason);
    });
  }

  it('bytes of an earlier migration mean nothing to a later one: its key was used once', async () => {
    const first = await start({ vm: { powerState: 'poweredOn' } });
    await migrate();
    const earlier = packetsOf(first);
    await lab.stop();
    await start({
      vm: { powerState: 'poweredOn' },
      change: (bytes, offset) => earlier.subarray(offset, offset + bytes.length),
    });
    expect((await faultOf(migrate())).message).toContain('packet 0 was changed');
  });

  it('in clear nobody notices a changed byte; the timeline tells of it', async () => {
    await start({
      vm: { powerState: 'poweredOn', migrateEncryption: 'disabled' },
      change: (bytes, offset) => {
        const copy = Buffer.from(bytes);
        if (offset <= 100 && offset + copy.length > 100) copy[100 - offset]! ^= 1;
        return copy;
      },
    });
    expect(await migrate()).toMatchObject({ encrypted: false });
    expect(lab.runtime.journal.entries({ event: 'vcenter.vmotion.changed-unnoticed' })).toHaveLength(1);
  });
});

describe('an encrypted VM', () => {
  it('finds no way to a host whose encryption is disabled, or that has none', async () => {
    await start({ destination: { cryptoSupported: false } });
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    expect((await faultOf(migrate())).fault._type).toBe('NotSupported');
    Object.assign(lab.inventory.hosts()[1]!, { cryptoSupported: true, cryptoState: 'pendingIncapable' });
    expect((await faultOf(migrate())).fault._type).toBe('NotSupported');
    expect(eventIds().at(-1)).toBe('com.vmware.vc.host.Crypto.HostCryptoDisabled');
  });

  it('reaches another cluster too, which gets a host key of its own', async () => {
    await start({ destination: { clusterId: 'domain-c2' } });
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    expect(await migrate()).toMatchObject({ encrypted: true });
    expect(lab.inventory.hosts()[1]!.cryptoKeyId).toEqual({ keyId: '3', providerId: { id: 'kms-cluster' } });
  });

  it('moves encrypted whatever the setting says; no word to the KMS, and its key is on the new host', async () => {
    await start({});
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    lab.inventory.vms()[0]!.migrateEncryption = 'disabled';
    lab.kms.connections.length = 0;
    expect(await migrate()).toMatchObject({ encrypted: true });
    expect(lab.kms.connections).toEqual([]);
    expect(lab.inventory.hosts()[1]!.cryptoState).toBe('safe');
    expect(lab.crypto.hosts.caches.of('host-2').names()).toContain('1/kms-cluster');
  });

  it('stays when a host does not support it', async () => {
    await start({ source: { encryptedVMotionSupported: false } });
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    const fault = await faultOf(migrate());
    expect(fault.fault).toMatchObject({ _type: 'MigrationFeatureNotSupported', atSourceHost: true });
  });

  it('stays when it is locked', async () => {
    const keyId = { keyId: '1', providerId: { id: 'kms-cluster' } };
    await start({ vm: { keyId, cryptoState: 'locked' } });
    expect((await faultOf(migrate())).fault._type).toBe('InvalidState');
  });

  it('asks the KMS for a key that vCenter does not hold, and stays when it does not come', async () => {
    const keyId = { keyId: '7', providerId: { id: 'kms-cluster' } };
    await start({ vm: { keyId }, destination: { cryptoState: 'incapable' } });
    lab.kms.misbehave = ({ uniqueIdentifier }) =>
      uniqueIdentifier === '7' ? { refuse: { reason: 1, message: 'gone' } } : undefined;
    const fault = await faultOf(migrate());
    expect(fault.message).toBe('The operation is not allowed in the current state. Key 7/kms-cluster not found');
    lab.kms.misbehave = undefined;
    lab.kms.states.set('7', 2);
    expect(await migrate()).toMatchObject({ encrypted: true });
  });
});
