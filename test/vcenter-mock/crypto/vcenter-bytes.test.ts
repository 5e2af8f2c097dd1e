import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../core/index.ts';
import { createLab, createPki, encryptByPolicy, type Lab, type Pki } from './lab.ts';

const dataFile = new URL('../../../../shared/data/vcenter-kmip-requests.json', import.meta.url);
const data:
  | { requests: { name: string; hex: string }[]; sequences: { id: string; connections: Connection[] }[] }
  | undefined = existsSync(dataFile) ? JSON.parse(readFileSync(dataFile, 'utf8')) : undefined;
if (!data)
  console.warn('SKIPPED: ../shared/data/vcenter-kmip-requests.json is absent; only the carried bytes are compared');

interface Connection {
  id: string;
  requests: string[];
}

/** Facts of the captures, carried here: the requests that matter most, byte for byte. */
const golden = {
  discoverFirst:
    '42007801000000604200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f010000001842005c05000000040000001e000000004200790100000000',
  discoverAgain:
    '42007801000000704200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f010000002842005c05000000040000001e000000004200930800000008514c4b43010000004200790100000000',
  create:
    '42007801000001304200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f01000000e842005c050000000400000001000000004200930800000008514c4b430100000042007901000000c04200570500000004000000020000000042009101000000a8420008010000003042000a070000001743727970746f6772617068696320416c676f726974686d0042000b05000000040000000300000000420008010000003042000a070000001843727970746f67726170686963205573616765204d61736b42000b02000000040000000c00000000420008010000003042000a070000001443727970746f67726170686963204c656e6774680000000042000b02000000040000010000000000',
  activate1:
    '42007801000000804200770100000038420069010000002042006a0200000004000000010000000042006b0200000004000000010000000042000d0200000004000000010000000042000f010000003842005c050000000400000012000000004200930800000008514c4b4301000000420079010000001042009407000000013100000000000000',
};

let pki: Pki;
let lab: Lab | undefined;
beforeAll(async () => {
  pki = await createPki();
});
afterEach(() => lab?.stop());

const seen = () => lab!.kms.connections.map(({ requests }) => requests.map((request) => request.toString('hex')));

/** The hex of a captured sequence, connection by connection. */
function captured(id: string): string[][] {
  const hex = new Map(data!.requests.map((request) => [request.name, request.hex]));
  return data!.sequences
    .find((sequence) => sequence.id === id)!
    .connections.map(({ requests }) => requests.map((name) => hex.get(name)!));
}

/** C2 beside C3, C4 beside C5: connections that overlap may come in either order. */
const sorted = (connections: string[][]) => connections.map((requests) => requests.join(' ')).sort();

describe('the bytes of vCenter 7.0.3', () => {
  it('encrypting a VM on a host that is not safe sends the carried requests', async () => {
    lab = await createLab(pki);
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    const all = seen();
    expect(all).toHaveLength(8);
    for (const requests of all) expect(requests[0]).toBe(golden.discoverFirst);
    expect(all[0]).toEqual([golden.discoverFirst, golden.create]);
    expect(all.filter((requests) => requests[1] === golden.create)).toHaveLength(2);
    expect(all[6]![3]).toBe(golden.activate1);
  });

  it.skipIf(!data)('encrypting a VM sends sequence C of the captures, byte for byte', async () => {
    lab = await createLab(pki);
    await lab.crypto.encryption.reconfigure(lab.inventory.vms()[0]!, encryptByPolicy, undefined);
    const expected = captured('C');
    const actual = seen();
    expect(sorted(actual)).toEqual(sorted(expected));
    // Where nothing overlaps the order is that of the captures too.
    for (const index of [0, 5, 6, 7]) expect(actual[index]).toEqual(expected[index]);
  });

  it('a VM on a safe host needs no host key', async () => {
    lab = await createLab(pki);
    const [first] = lab.inventory.vms();
    await lab.crypto.encryption.reconfigure(first!, encryptByPolicy, undefined);
    lab.kms.connections.length = 0;
    await lab.crypto.exchange.create(lab.crypto.providers.get('kms-cluster'), undefined);
    expect(seen()).toEqual([[golden.discoverFirst, golden.create]]);
  });

  it('the health check runs every 300 s of the clock: a bare connection, then two Discover Versions', async () => {
    const clock = new ManualClock();
    lab = await createLab(pki, { clock });
    const done = async () => {
      await clock.advance(1);
      await lab!.crypto.healthCheck.settled();
    };
    await clock.advance(299_998);
    await done();
    expect(seen()).toEqual([]);
    await done();
    const expected = [[], [golden.discoverFirst, golden.discoverAgain]];
    expect(seen()).toEqual(expected);
    if (data) expect(seen()).toEqual(captured('A'));
    await clock.advance(300_000);
    await lab.crypto.healthCheck.settled();
    expect(seen()).toEqual([...expected, ...expected]);
  });

  it.skipIf(!data)('adding a KMS that is already trusted sends sequence B', async () => {
    lab = await createLab(pki);
    const { crypto, kms, events } = lab;
    const info = { name: 'kms2', address: '127.0.0.1', port: kms.port };
    crypto.registerServer({ clusterId: { id: 'kms-cluster' }, info }, undefined);
    await crypto.settled();
    expect(sorted(seen())).toEqual(sorted(captured('B')));
    expect(events.map((event) => event.eventTypeId)).toEqual(['com.vmware.vc.kms.crypto.Vendor']);
    expect(events[0]!.arguments).toContainEqual({ key: 'vendor', value: 'Recording KMS' });
  });

  it('user and password go into the header of every request, and nowhere else', async () => {
    lab = await createLab(pki, { userName: 'vcenter', password: 'Sesame-4711' });
    await lab.crypto.exchange.create(lab.crypto.providers.get('kms-cluster'), undefined);
    const credential =
      // Authentication { Credential { Credential Type 1, Credential Value { Username "vcenter", Password "Sesame-4711" } } }
      '42000c010000004842002301000000404200240500000004000000010000000042002501000000284200990700000007' +
      '7663656e74657200' +
      '4200a1070000000b536573616d652d343731310000000000';
    for (const request of seen().flat()) expect(request).toContain(credential);
    expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('Sesame');
  });

  it('a key that is Active already is not activated again', async () => {
    lab = await createLab(pki);
    lab.kms.states.set('1', 2);
    const provider = lab.crypto.providers.get('kms-cluster');
    await lab.crypto.exchange.fetch(provider, { keyId: '1', providerId: { id: 'kms-cluster' } }, undefined);
    expect(lab.kms.connections.map(({ operations }) => operations)).toEqual([[30, 10, 11]]);
  });
});
