import { expect, it, onTestFinished } from 'vitest';
import { createClients } from '../../lab/clients/index.ts';
import { createLab } from '../../lab/index.ts';
import { verbNamed } from '../../lab/verbs/index.ts';

it('a KMS that is removed at OVHcloud while vCenter waits for its answer: the live connection breaks, the key is not made', async () => {
  const world = {
    ovh: { delivered: ['kms-1'], assumed: { queuedMs: 10, flowMs: 10 } },
    vcenter: { vms: [{ name: 'web-1' }], keyProviders: [{ name: 'keyrig', default: true }] },
  };
  const hang = {
    id: 'silent',
    at: 'kmip.request' as const,
    match: { operation: 'Create' },
    then: { hang: true as const },
  };
  const lab = createLab({ world, ports: 'auto', faults: [hang] });
  onTestFinished(() => lab.stop());
  await lab.start();
  const clients = createClients(lab);
  onTestFinished(() => clients.close());
  const step = { lab, clients, pass: (ms: number) => lab.runtime.clock.sleep(ms) };
  const run = (name: string, input: object) => {
    const verb = verbNamed(name)!;
    return verb.run(step, verb.with.parse(input));
  };

  const asked = new Promise<void>((resolve) => {
    lab.runtime.journal.subscribe(({ event, text }) => {
      if (event.startsWith('fault') || text.includes('silent')) resolve();
    });
  });
  const encryption = run('vcenter.editStoragePolicies', { vm: 'web-1' });
  await asked;
  const list = await clients.ovh.call('GET', `/dedicatedCloud/${lab.serviceName}/vmEncryption/kms`);
  const kmsId = 'body' in list && Array.isArray(list.body) ? Number(list.body[0]) : 0;
  expect(await run('ovh.removeKms', { kmsId, withinSeconds: 60 })).toMatchObject({ task: { state: 'done' } });
  expect(await encryption).toMatchObject({
    task: { state: 'error' },
    fault: { type: 'RuntimeFault', message: 'Cannot generate key' },
  });
  const [cut] = lab.runtime.journal.entries({ event: 'gateway.connection.cut' });
  expect(cut && lab.runtime.journal.causeOf(cut)).toMatchObject({ event: 'gateway.flow.closed' });
});
