import { parsePath } from '../datastore/path.ts';
import { homeOf } from '../datastore/vm-files.ts';
import { disksOf } from '../inventory/devices.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { type Data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { chainOf, fileBacking } from './disk-chain.ts';
import { datastoreNamed } from './placement.ts';

type Wanted = Pick<Data<'VirtualMachineRelocateSpec'>, 'datastore' | 'disk'>;

/**
 * A host runs a VM from datastores that it sees: those that the spec names, and for what the spec leaves where it is those of today.
 * @throws InvalidArgument, CannotAccessVmConfig, CannotAccessVmDisk. documented; which of them says what is assumed
 */
export function requireReach(vc: Vcenter, vm: Vm, host: Host, { datastore, disk: locators }: Wanted = {}): void {
  const seen = host.get('datastore') ?? [];
  const sees = (one: Ref | undefined) => one === undefined || seen.some((other) => sameRef(other, one));
  if (!sees(datastore)) throw invalidArgument('spec.datastore');
  if (!(locators ?? []).every((locator) => sees(locator.datastore))) throw invalidArgument('spec.disk.datastore');
  const config = vm.get('config');
  if (!config || datastore) return;
  const home = datastoreNamed(vc, parsePath(homeOf(config))?.datastore, vm);
  if (!sees(home?.ref)) {
    const reason = inaccessible(vc, home!.ref);
    throw fault('CannotAccessVmConfig', vc.assumed.cannotAccessConfig(reason.localizedMessage ?? ''), { reason });
  }
  for (const disk of disksOf(config)) {
    if (locators?.some(({ diskId }) => diskId === disk.key)) continue;
    const hidden = chainOf(fileBacking(disk)).find((file) => !sees(file.datastore));
    if (!hidden) continue;
    const device = disk.deviceInfo?.label ?? '';
    const why = inaccessible(vc, hidden.datastore!);
    throw fault('CannotAccessVmDisk', vc.assumed.cannotAccessDisk(device, why.localizedMessage ?? ''), {
      device,
      backing: hidden.fileName,
      connected: true,
      fault: why,
    });
  }
}

function inaccessible(vc: Vcenter, datastore: Ref): Data<'LocalizedMethodFault'> {
  const name = vc.store.get('Datastore', datastore as Ref & { type: 'Datastore' })?.get('name');
  return fault('InaccessibleDatastore', vc.assumed.inaccessibleDatastore(name ?? ''), { datastore, name }).localized;
}
