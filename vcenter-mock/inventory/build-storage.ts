import type { Data } from '../vim/kernel/values.ts';
import { gibibytes } from './devices.ts';
import { entityDefaults } from './entity-defaults.ts';
import { escapedName } from './entity-names.ts';
import type { Folder, Site } from './site.ts';
import type { TypedObject } from './store.ts';
import { addChildren } from './virtual-machine-factory.ts';
import type { DatastoreOptions } from './world-options.ts';

/** Makes a VMFS datastore that every host sees. */
export function createDatastore(
  { vc, random }: Site,
  options: DatastoreOptions,
  parent: Folder,
): TypedObject<'Datastore'> {
  const name = escapedName(options.name);
  const capacity = gibibytes(options.capacityGb ?? 1024);
  const url = `ds:///vmfs/volumes/${random.uuid()}/`;
  const datastore = vc.store.create('Datastore', 'datastore-#', {
    ...entityDefaults(),
    name,
    parent: parent.ref,
    vm: [],
    host: [],
    capability: {
      directoryHierarchySupported: true,
      rawDiskMappingsSupported: true,
      perFileThinProvisioningSupported: true,
      storageIORMSupported: true,
      nativeSnapshotSupported: false,
    },
    info: {
      _type: 'VmfsDatastoreInfo',
      name,
      url,
      freeSpace: capacity,
      maxFileSize: 70_368_744_177_664,
      maxVirtualDiskCapacity: 68_169_720_922_112,
      maxMemoryFileSize: 70_368_744_177_664,
      maxPhysicalRDMFileSize: 70_368_744_177_664,
      maxVirtualRDMFileSize: 68_169_720_922_112,
    } as Data<'VmfsDatastoreInfo'>,
  });
  vc.store.create('HostDatastoreBrowser', `datastoreBrowser-${datastore.ref.value}`, {});
  datastore.set({
    browser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${datastore.ref.value}` },
    summary: {
      datastore: datastore.ref,
      name,
      url,
      capacity,
      freeSpace: capacity,
      uncommitted: 0,
      accessible: true,
      multipleHostAccess: true,
      type: 'VMFS',
      maintenanceMode: 'normal',
    },
  });
  addChildren(parent, [datastore.ref]);
  return datastore;
}

/** Makes a network of the standard kind. */
export function createNetwork({ vc }: Site, wanted: string, parent: Folder): TypedObject<'Network'> {
  const name = escapedName(wanted);
  const network = vc.store.create('Network', 'network-#', {
    ...entityDefaults(),
    name,
    parent: parent.ref,
    host: [],
    vm: [],
  });
  network.set({ summary: { network: network.ref, name, accessible: true, ipPoolName: '' } });
  addChildren(parent, [network.ref]);
  return network;
}
