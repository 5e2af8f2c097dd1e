import { entityDefaults } from './entity-defaults.ts';
import { createFolder, type Folder, type Site } from './site.ts';
import { addChildren } from './virtual-machine-factory.ts';

/**
 * Makes a datacenter with the four folders that every one has; nothing is in them. documented (Datacenter)
 * @param name as the entity has it
 */
export function createDatacenter(site: Site, name: string, above: Folder) {
  const { store } = site.vc;
  const datacenter = store.create('Datacenter', 'datacenter-#', {
    ...entityDefaults(),
    name,
    parent: above.ref,
    datastore: [],
    network: [],
    configuration: {},
  });
  const folder = (id: string, title: string, childType: string[]) =>
    createFolder(site, id, title, datacenter.ref, childType);
  const vmFolder = folder('group-v#', 'vm', ['Folder', 'VirtualMachine', 'VirtualApp']);
  const hostFolder = folder('group-h#', 'host', ['Folder', 'ComputeResource']);
  const datastoreFolder = folder('group-s#', 'datastore', ['Folder', 'Datastore', 'StoragePod']);
  const networkFolder = folder('group-n#', 'network', ['Folder', 'Network', 'DistributedVirtualSwitch']);
  datacenter.set({
    vmFolder: vmFolder.ref,
    hostFolder: hostFolder.ref,
    datastoreFolder: datastoreFolder.ref,
    networkFolder: networkFolder.ref,
  });
  // Whoever is told of the datacenter finds its folders.
  addChildren(above, [datacenter.ref]);
  return { datacenter, vmFolder, hostFolder, datastoreFolder, networkFolder };
}
