import { afterEach, expect, it } from 'vitest';
import { KeyPool, ManualClock } from '../../core/index.ts';
import { createClients } from '../../lab/clients/index.ts';
import { createLab, type Lab, type World } from '../../lab/index.ts';

const keys = new KeyPool();
const minute = 60_000;
let lab: Lab;
afterEach(() => lab.stop());

type Kms = NonNullable<World['kms']>[number];

async function startedWith(kms: Partial<Kms>, start?: number) {
  const world = { kms: [{ name: 'kms-1', certificate: 'valid' as const, ...kms }] };
  lab = createLab({ world, clock: new ManualClock(start), ports: 'auto', keys });
  await lab.start();
  const clients = createClients(lab);
  return () => clients.kmip({ as: 'vcenter' }).query();
}

it("a certificate that has expired on the lab's clock is refused, though it is valid on the machine's", async () => {
  const ask = await startedWith({ certificateValidMinutes: 10 });
  expect(await ask()).toMatchObject({ vendorIdentification: expect.any(String) });
  await lab.advance(11 * minute);
  await expect(ask()).rejects.toThrow('it is expired');
});

it("a certificate that has begun on the lab's clock is accepted, though not on the machine's", async () => {
  const ask = await startedWith({ certificateValidFromMinutes: 120 });
  await expect(ask()).rejects.toThrow('it is not yet valid');
  await lab.advance(121 * minute);
  expect(await ask()).toMatchObject({ vendorIdentification: expect.any(String) });
});

it.each([2020, 2045])('a lab may lie in another time: its planes are reached in %i', async (year) => {
  const world: World = {
    ovh: { delivered: ['kms-1'] },
    vcenter: { vms: [{ name: 'vm-1' }], keyProviders: [{ name: 'keyrig', default: true }] },
  };
  lab = createLab({ world, clock: new ManualClock(Date.UTC(year, 1, 1)), ports: 'auto', keys });
  await lab.start();
  const { kmip, ovh, vcenter, close } = createClients(lab);
  expect(await kmip({ as: 'vcenter' }).query()).toMatchObject({ vendorIdentification: expect.any(String) });
  expect(await ovh.call('GET', '/dedicatedCloud')).toEqual({ body: [lab.serviceName] });
  expect(await vcenter.virtualMachine('vm-1')).toMatchObject({ encrypted: false });
  await close();
});

// Node.js tells of the last problem it finds, and that is the time: the others must not pass with it.
it.each([
  ['unknown-ca', 'no trusted authority issued it'],
  ['self-signed', 'no trusted authority issued it'],
  ['wrong-name', 'it is not for 127.0.0.1'],
] as const)('another flaw is not hidden by a time that is wrong on the machine: %s', async (certificate, text) => {
  const ask = await startedWith({ certificate }, Date.UTC(2020, 1, 1));
  await expect(ask()).rejects.toThrow(text);
});

it.each([['unknown-ca'], ['self-signed'], ['wrong-name']] as const)(
  'a flaw is found at the right time, too: %s',
  async (certificate) => {
    const ask = await startedWith({ certificate });
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_KMIP_HANDSHAKE', failure: 'untrusted' });
  },
);
