import { homeOf } from '../datastore/vm-files.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data, refKey, sameRef } from '../vim/kernel/values.ts';
import { type ConfigInfo, chainOf, diskFilesOf, fileBacking } from '../virtual-machine/disk-chain.ts';
import type { VmDraft } from '../virtual-machine/draft.ts';
import { snapshotsOf } from '../virtual-machine/snapshots.ts';
import type {
  CryptoDisk,
  CryptoHost,
  CryptoInventory,
  CryptoModePolicy,
  CryptoVm,
  EncryptedVMotionMode,
  HostCryptoState,
  SnapshotNode,
  VmCryptoChange,
} from './inventory.ts';
import type { CryptoKeyId } from './key-id.ts';
import { renamed } from './vm-encryption.ts';

/** vCenter's inventory as encryption sees it. */
export class VimInventory implements CryptoInventory {
  readonly #vc: Vcenter;

  constructor(vc: Vcenter) {
    this.#vc = vc;
  }

  vms(): CryptoVm[] {
    return this.#vc.inventory.vms.map((vm) => this.vmFacts(vm));
  }

  vm(id: string): CryptoVm | undefined {
    const vm = this.#vc.store.get('VirtualMachine', { type: 'VirtualMachine', value: id });
    return vm && this.vmFacts(vm);
  }

  hosts(): CryptoHost[] {
    return this.#vc.inventory.hosts.map((host) => this.hostFacts(host));
  }

  host(id: string): CryptoHost | undefined {
    const host = this.#vc.store.get('HostSystem', { type: 'HostSystem', value: id });
    return host && this.hostFacts(host);
  }

  updateVm(id: string, change: VmCryptoChange): void {
    const vm = this.#vc.store.get('VirtualMachine', { type: 'VirtualMachine', value: id });
    // A VM may be removed while its keys are being fetched.
    if (!vm) return;
    if (change.keyId !== undefined || change.migrateEncryption || change.extraConfig || change.disks?.length) {
      vm.change('config', (config) => applyToConfig(config, change));
    }
    if (change.cryptoState !== undefined) {
      vm.change('runtime', (runtime) => {
        runtime.cryptoState = change.cryptoState ?? undefined;
        // observed: a locked VM is invalid, and connected again by itself when its key comes.
        if (change.cryptoState === 'locked') runtime.connectionState = 'invalid';
        else if (runtime.connectionState === 'invalid') runtime.connectionState = 'connected';
      });
    }
  }

  /** Applies a change to a draft; the VM's snapshots follow when it is committed. */
  applyToDraft(draft: VmDraft, change: VmCryptoChange): void {
    const before = new Map(diskFilesOf(draft.config).map((file) => [file, file.fileName]));
    applyToConfig(draft.config, change);
    const random = this.#vc.runtime.random.stream('vcenter.inventory');
    // observed (vcenter.md 8.1): what is written anew has another content id.
    for (const [file, name] of before) if (file.fileName !== name) file.contentId = random.hex(32);
    draft.onCommit(() => this.#recryptShared(draft.vm, change));
    if (!change.withSnapshots && !change.disks?.some(({ chain }) => chain?.length)) return;
    draft.onCommit(() => {
      for (const snapshot of this.#vc.store.all('VirtualMachineSnapshot')) {
        if (sameRef(snapshot.get('vm'), draft.vm.ref))
          snapshot.change('config', (saved) => recryptSnapshot(saved, change));
      }
    });
  }

  /** A file has one key, whoever looks at it: linked clones see that of the files they stand on. */
  #recryptShared(vm: Vm, change: VmCryptoChange): void {
    for (const { keyId, fileName, chain = [] } of change.disks ?? []) {
      for (const path of [fileName, ...chain]) {
        const rekey = (config: ConfigInfo) => {
          for (const file of diskFilesOf(config)) if (file.fileName === path) file.keyId = keyId ?? undefined;
        };
        for (const clone of this.#vc.files.clonesOn(path, vm)) {
          clone.change('config', rekey);
          for (const snapshot of snapshotsOf(this.#vc.store, clone)) snapshot.change('config', rekey);
        }
      }
    }
  }

  updateHost(id: string, change: Parameters<CryptoInventory['updateHost']>[1]): void {
    const host = this.#vc.store.get('HostSystem', { type: 'HostSystem', value: id });
    host?.change('runtime', (runtime) => {
      runtime.cryptoState = change.cryptoState;
      runtime.cryptoKeyId = change.cryptoKeyId ?? undefined;
    });
  }

  /** @param config the configuration to look at; default: the VM's own */
  vmFacts(vm: Vm, config = vm.get('config')): CryptoVm {
    const runtime = vm.get('runtime');
    const devices = config?.hardware.device ?? [];
    return {
      id: vm.ref.value,
      name: config?.name ?? vm.get('name'),
      uuid: config?.uuid ?? '',
      hostId: runtime.host?.value ?? '',
      powerState: runtime.powerState,
      hardwareVersion: Number(/^vmx-(\d+)$/.exec(config?.version ?? '')?.[1] ?? 0),
      hasVtpm: devices.some((device) => isA(device, 'VirtualTPM')),
      snapshots: treeOf(vm.get('snapshot')?.rootSnapshotList),
      snapshotKeys: snapshotsOf(this.#vc.store, vm).flatMap((snapshot) => keysIn(snapshot.get('config'))),
      keyId: config?.keyId,
      disks: devices.flatMap((device) => diskFacts(device, devices, config)),
      migrateEncryption: (config?.migrateEncryption as EncryptedVMotionMode | undefined) ?? 'opportunistic',
      cryptoState: runtime.cryptoState as CryptoVm['cryptoState'],
    };
  }

  hostFacts(host: Host): CryptoHost {
    const runtime = host.get('runtime');
    const capability = host.get('capability');
    const parent = host.get('parent');
    return {
      id: host.ref.value,
      name: host.get('name'),
      uuid: host.get('hardware')?.systemInfo.uuid ?? '',
      clusterId: parent?.type === 'ClusterComputeResource' ? parent.value : undefined,
      defaultScopes: [host, ...this.#vc.inventory.ancestors(host)].map((entity) => refKey(entity.ref)),
      cryptoSupported: capability?.cryptoSupported ?? false,
      encryptedVMotionSupported: capability?.encryptedVMotionSupported ?? false,
      hasTpm: capability?.tpmSupported === true && capability.tpmVersion === '2.0',
      cryptoState: (runtime.cryptoState as HostCryptoState | undefined) ?? 'incapable',
      cryptoKeyId: runtime.cryptoKeyId,
      isConnected: runtime.connectionState === 'connected',
      forced: forcedPolicy(this.#vc.store.get('ClusterComputeResource', parent)),
    };
  }
}

/** What a cluster in mode forceEnable says about its hosts' key; undefined in mode onDemand. */
function forcedPolicy(cluster: TypedObject<'ClusterComputeResource'> | undefined): CryptoModePolicy | undefined {
  const config = cluster?.get('configurationEx') as Data<'ClusterConfigInfoEx'> | undefined;
  return config?.cryptoConfig?.cryptoMode === 'forceEnable' ? (config.cryptoConfig.policy ?? {}) : undefined;
}

function treeOf(list: readonly Data<'VirtualMachineSnapshotTree'>[] | undefined): SnapshotNode[] {
  return (list ?? []).map((node) => ({ children: treeOf(node.childSnapshotList) }));
}

/** The keys of a saved configuration and of all its disk files. */
function keysIn(config: ConfigInfo): CryptoKeyId[] {
  return [config.keyId, ...diskFilesOf(config).map(({ keyId }) => keyId)].filter((key) => key !== undefined);
}

type Device = Data<'VirtualDevice'>;

function diskFacts(device: Device, devices: readonly Device[], config: ConfigInfo | undefined): CryptoDisk[] {
  if (!isA(device, 'VirtualDisk')) return [];
  const [own, ...parents] = chainOf(fileBacking(device));
  const controller = devices.find(({ key }) => key === device.controllerKey);
  const bus = controller && isA(controller, 'VirtualSCSIController') ? controller.sharedBus : undefined;
  const home = config ? homeOf(config) : '';
  return [
    {
      key: device.key,
      fileName: own?.fileName ?? '',
      keyId: own?.keyId,
      parents: parents.map(({ fileName, keyId }) => ({ fileName, keyId })),
      linked: parents.some(({ fileName }) => !fileName.startsWith(home)),
      isRawMapping: isA(device.backing, 'VirtualDiskRawDiskMappingVer1BackingInfo'),
      isShared: own?.sharing === 'sharingMultiWriter' || (bus !== undefined && bus !== 'noSharing'),
    },
  ];
}

function applyToConfig(config: ConfigInfo, change: VmCryptoChange): void {
  if (change.keyId !== undefined) config.keyId = change.keyId ?? undefined;
  if (change.migrateEncryption) config.migrateEncryption = change.migrateEncryption;
  config.extraConfig = extraConfigOf(config, change);
  for (const disk of change.disks ?? []) {
    const device = config.hardware.device?.find((candidate) => candidate.key === disk.key);
    if (!device || !isA(device, 'VirtualDisk')) continue;
    device.iofilter = disk.iofilter.length > 0 ? disk.iofilter : undefined;
    const [own, ...parents] = chainOf(fileBacking(device));
    if (own) Object.assign(own, { keyId: disk.keyId ?? undefined, fileName: disk.fileName });
    for (const file of parents) if (disk.chain?.includes(file.fileName)) file.keyId = disk.keyId ?? undefined;
  }
}

function extraConfigOf(config: ConfigInfo, change: VmCryptoChange): Data<'OptionValue'>[] {
  const options = new Map((config.extraConfig ?? []).map((option) => [option.key, option]));
  const nvram = options.get('nvram')?.value;
  if (change.newNvram && typeof nvram === 'string') {
    options.set('nvram', data('OptionValue', { key: 'nvram', value: renamed(nvram) }));
  }
  for (const { key, value } of change.extraConfig ?? []) {
    if (value === '') options.delete(key);
    else options.set(key, data('OptionValue', { key, value }));
  }
  return [...options.values()];
}

/** A snapshot's saved configuration after a recryption: the files it shares with the VM have the new key. */
function recryptSnapshot(config: ConfigInfo, change: VmCryptoChange): void {
  if (change.withSnapshots && change.keyId) {
    config.keyId = change.keyId;
    config.extraConfig = extraConfigOf(config, { extraConfig: change.extraConfig });
  }
  for (const disk of change.disks ?? []) {
    for (const file of diskFilesOf(config)) {
      if (disk.chain?.includes(file.fileName)) file.keyId = disk.keyId ?? undefined;
    }
  }
}
