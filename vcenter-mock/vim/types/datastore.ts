// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes } from '../kernel/declare.ts';

export const datastoreTypes = dataTypes({
  DatastoreCapability: {
    fields: {
      directoryHierarchySupported: 'boolean',
      rawDiskMappingsSupported: 'boolean',
      perFileThinProvisioningSupported: 'boolean',
      storageIORMSupported: 'boolean@4.1',
      nativeSnapshotSupported: 'boolean@5.1',
      topLevelDirectoryCreateSupported: 'boolean?@5.5',
      seSparseSupported: 'boolean?@5.5',
      vmfsSparseSupported: 'boolean?@6.5',
      vsanSparseSupported: 'boolean?@6.5',
      upitSupported: 'boolean?@6.5',
      vmdkExpandSupported: 'boolean?@6.7',
      clusteredVmdkSupported: 'boolean?@7.0.0.0',
    },
  },
  DatastoreHostMount: { fields: { key: 'ref HostSystem', mountInfo: 'HostMountInfo' } },
  DatastoreInfo: {
    fields: {
      name: 'string',
      url: 'string',
      freeSpace: 'long',
      maxFileSize: 'long',
      maxVirtualDiskCapacity: 'long?@5.5',
      maxMemoryFileSize: 'long@6.0',
      timestamp: 'dateTime?@4.0',
      containerId: 'string?@5.5',
      aliasOf: 'string?@6.7.1',
    },
  },
  DatastoreSummary: {
    fields: {
      datastore: 'ref Datastore?',
      name: 'string',
      url: 'string',
      capacity: 'long',
      freeSpace: 'long',
      uncommitted: 'long?@4.0',
      accessible: 'boolean',
      multipleHostAccess: 'boolean?',
      type: 'string',
      maintenanceMode: 'string?@5.0',
    },
  },
  NetworkSummary: {
    fields: {
      network: 'ref Network?',
      name: 'string',
      accessible: 'boolean',
      ipPoolName: 'string@4.0',
      ipPoolId: 'int?@5.1',
    },
  },
});
