// A vCenter mock whose VMs change when the parent says so, for measuring how soon waiting clients learn of it. A process of its own,
// started with fork(); the first message tells how many VMs, the answer is the port; every further message changes a VM, the answer is
// the time of the change.

import { createRuntime, KeyPool, selfSigned } from '../core/index.ts';
import { createVcenterMock } from '../vcenter-mock/index.ts';
import { benchUser } from './vcenter-processes.ts';

process.once('message', async (vms: number) => {
  const runtime = createRuntime();
  const identity = selfSigned({ commonName: 'bench', keys: await new KeyPool().fresh() }, runtime);
  const inventory = { vms: [{ name: 'vm-#', count: vms, powerState: 'poweredOn' as const }] };
  const mock = createVcenterMock({ port: 0, identity, users: [benchUser], inventory }, runtime);
  await mock.start();
  const [vm] = mock.inventory.vms;
  process.on('message', () => {
    const time = performance.timeOrigin + performance.now();
    vm!.change('runtime', (state) => {
      state.powerState = state.powerState === 'poweredOn' ? 'suspended' : 'poweredOn';
    });
    process.send?.(time);
  });
  process.send?.(mock.port);
});
process.once('disconnect', () => process.exit());
