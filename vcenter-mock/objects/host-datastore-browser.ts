import { searchBelow, searchDirectory } from '../datastore/search.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { startEntityTask } from './managed-entity.ts';

/** The datastores that a browser looks at: its own, or those of its host. */
function datastoresOf(vc: Vcenter, browser: ManagedObject): TypedObject<'Datastore'>[] {
  const own = vc.inventory.datastores.find((one) => sameRef(one.get('browser'), browser.ref));
  if (own) return [own];
  const host = vc.inventory.hosts.find((one) => sameRef(one.get('datastoreBrowser'), browser.ref));
  return (host?.get('datastore') ?? []).flatMap((reference: Ref) => vc.store.get('Datastore', reference) ?? []);
}

/** Both searches run as tasks of the datastore, as it is an entity. Description ids: the documented names of the methods. */
function search(browser: ManagedObject, path: string, call: Call, descriptionId: string, find: Search) {
  const datastores = datastoresOf(call.vc, browser);
  const named = datastores.find((one) => path.startsWith(`[${one.get('name')}]`)) ?? datastores[0];
  return startEntityTask(named ?? call.vc.inventory.rootFolder, call, descriptionId, async () => find(datastores), {
    needs: named ? ['Datastore.Browse'] : [],
  });
}

type Search = (datastores: TypedObject<'Datastore'>[]) => unknown;

/** The files of datastores: what virtual machines have, and what they left behind. */
export const hostDatastoreBrowser = implement('HostDatastoreBrowser', {
  derive: {
    datastore: (browser, vc) => datastoresOf(vc, browser).map((one) => one.ref),
    supportedType: () => [
      data('FolderFileQuery', {}),
      data('TemplateConfigFileQuery', {}),
      data('VmConfigFileQuery', {}),
      data('VmDiskFileQuery', {}),
      data('VmSnapshotFileQuery', {}),
      data('VmNvramFileQuery', {}),
      data('VmLogFileQuery', {}),
    ],
  },
  methods: {
    SearchDatastore_Task: (browser, { datastorePath, searchSpec }, call) =>
      search(browser, datastorePath, call, 'DatastoreBrowser.searchDatastore', (datastores) =>
        anyValue('HostDatastoreBrowserSearchResults', searchDirectory(call.vc, datastores, datastorePath, searchSpec)),
      ),

    SearchDatastoreSubFolders_Task: (browser, { datastorePath, searchSpec }, call) =>
      search(browser, datastorePath, call, 'DatastoreBrowser.searchDatastoreSubFolders', (datastores) =>
        anyValue('HostDatastoreBrowserSearchResults[]', searchBelow(call.vc, datastores, datastorePath, searchSpec)),
      ),
  },
});
