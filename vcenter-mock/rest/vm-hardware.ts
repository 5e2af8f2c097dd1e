import type { Vm } from '../inventory/inventory.ts';
import { VapiError } from './errors.ts';
import type { Operation, RestCall, Rpc } from './operation.ts';
import {
  bootOf,
  cpuOf,
  type DeviceKind,
  deviceKinds,
  devicesOf,
  hardwareOf,
  memoryOf,
  nvmeSince,
} from './vm-detail.ts';

/** Where devices of a kind are, and what holds their keys in lists. documented */
const collections: readonly { path: string; id: string; kind: DeviceKind; since?: string }[] = [
  { path: 'disk', id: 'disk', kind: deviceKinds.disks },
  { path: 'ethernet', id: 'nic', kind: deviceKinds.nics },
  { path: 'cdrom', id: 'cdrom', kind: deviceKinds.cdroms },
  { path: 'floppy', id: 'floppy', kind: deviceKinds.floppies },
  { path: 'parallel', id: 'port', kind: deviceKinds.parallel_ports },
  { path: 'serial', id: 'port', kind: deviceKinds.serial_ports },
  { path: 'adapter/sata', id: 'adapter', kind: deviceKinds.sata_adapters },
  { path: 'adapter/scsi', id: 'adapter', kind: deviceKinds.scsi_adapters },
  { path: 'adapter/nvme', id: 'adapter', kind: deviceKinds.nvme_adapters, since: nvmeSince },
];

/**
 * com.vmware.vcenter.vm.hardware.*: the parts of a machine one by one, as Ansible's modules read them. documented paths and members
 * @param vmOf the machine of the path. @throws NOT_FOUND, UNAUTHORIZED
 */
export function hardwareReads(vmOf: (call: RestCall) => Vm): Operation[] {
  const path = '/vcenter/vm/{vm}/hardware';
  const read = (below: string, show: (vm: Vm, call: RestCall) => unknown, since?: string): Operation => ({
    method: 'GET',
    path: `${path}${below}`,
    since,
    rpc: rpcOf(below),
    run: (call) => show(vmOf(call), call),
  });
  return [
    read('', hardwareOf),
    read('/boot', bootOf),
    read('/boot/device', () => []),
    read('/cpu', cpuOf),
    read('/memory', memoryOf),
    ...collections.flatMap(({ path: below, id, kind, since }) => [
      read(`/${below}`, (vm) => devicesOf(vm, kind).map(([key]) => ({ [id]: key })), since),
      read(`/${below}/{${id}}`, (vm, call) => deviceOf(vm, kind, call.params[id] ?? ''), since),
    ]),
  ];
}

/** @throws NOT_FOUND; id and text are assumed */
function deviceOf(vm: Vm, kind: DeviceKind, key: string): object {
  const found = devicesOf(vm, kind).find(([candidate]) => candidate === key);
  if (found) return found[1];
  const text = `The virtual machine has no device with identifier '${key}' of that kind.`;
  throw new VapiError('NOT_FOUND', 'com.vmware.api.vcenter.vm.hardware.not_found', text, [key]);
}

/** The service is named as the path is; what lists end in is a summary. */
function rpcOf(below: string): Rpc {
  const [parts, isItem] = [below.replace(/\/\{\w+\}$/, '').split('/'), below.includes('{')];
  const service = `com.vmware.vcenter.vm.hardware${parts.join('.')}`;
  if (below === '/boot/device') return { service, operation: 'get', result: `${service}.entry[]` };
  const isList = !isItem && collections.some(({ path }) => `/${path}` === below);
  return { service, operation: isList ? 'list' : 'get', result: `${service}.${isList ? 'summary[]' : 'info'}` };
}
