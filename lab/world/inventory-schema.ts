import { z } from 'zod';

const name = z.string().min(1);
const path = z.string().min(1);
const snapshots = z.union([z.number().int().min(0).max(32), z.array(name).max(32)]);

const virtualMachine = z.strictObject({
  name: name.describe('With a count, # in it becomes the number: web-# gives web-001, web-002, …'),
  count: z.number().int().min(1).max(100_000).optional().describe('So many virtual machines of this kind.'),
  hardwareVersion: z
    .number()
    .int()
    .min(4)
    .max(30)
    .optional()
    .describe('13 stands for vmx-13, the lowest that can be encrypted.'),
  host: name.optional().describe('The hosts in turn when absent.'),
  cluster: name.optional().describe('Cluster whose hosts it is on, in turn.'),
  folder: path.optional().describe('Path of folders, such as prod/web; they are made.'),
  resourcePool: path.optional().describe('Path of resource pools below that of the cluster or host; they are made.'),
  datastore: name.optional().describe('The first one when absent.'),
  network: name.optional().describe('The first one when absent.'),
  poweredOn: z.boolean().optional().describe('It runs; off when absent.'),
  disksGb: z.array(z.number().positive()).optional().describe('One disk for each capacity.'),
  snapshots: snapshots.optional().describe('Names of a chain of snapshots, oldest first, or their number.'),
  vtpm: z.boolean().optional().describe('With a virtual TPM.'),
  cpus: z.number().int().min(1).max(768).optional().describe('Number of virtual processors.'),
  memoryMb: z.number().int().min(4).optional().describe('Memory in MB.'),
  guestId: name.optional().describe('Guest operating system, such as otherGuest64.'),
  ipAddress: z.ipv4().optional().describe('What the guest shows while it runs.'),
});

const hostFields = {
  name: name.describe('Name of the host.'),
  cryptoSupported: z.boolean().optional().describe('It can encrypt VMs; true when absent.'),
  encryptedVMotionSupported: z
    .boolean()
    .optional()
    .describe('It can send and receive encrypted migrations; true when absent.'),
  tpm: z.boolean().optional().describe('A TPM 2.0, which a native key provider may require. Default true.'),
};
const host = z.strictObject(hostFields);

const resourcePools = z.array(path).optional().describe('Paths of resource pools, such as prod/web.');

const cluster = z.strictObject({
  name: name.describe('Name of the cluster.'),
  folder: path.optional().describe('Path of host folders.'),
  hosts: z.array(host).optional().describe('Its hosts.'),
  resourcePools,
});

const datastore = z.strictObject({
  name: name.describe('Name of the datastore.'),
  capacityGb: z.number().positive().optional().describe('Its capacity in GB.'),
});

const datacenter = z.strictObject({
  name: name.describe('Name of the datacenter.'),
  folder: path.optional().describe('Path of the folders above it.'),
  clusters: z.array(cluster).optional().describe('Its clusters.'),
  hosts: z
    .array(z.strictObject({ ...hostFields, folder: path.optional().describe('Path of host folders.'), resourcePools }))
    .optional()
    .describe('Hosts that are in no cluster.'),
  vmFolders: z
    .array(path)
    .optional()
    .describe('Paths of folders; those that virtual machines name need not be listed.'),
  datastores: z.array(datastore).optional().describe('datastore1 when absent.'),
  networks: z.array(name).optional().describe('VM Network when absent.'),
  vms: z.array(virtualMachine).optional().describe('Its virtual machines.'),
});

/** What a world says of vCenter's inventory. */
export const inventoryFields = {
  hosts: z.array(host).min(1).optional().describe('Hosts of the one cluster.'),
  vms: z.array(virtualMachine).optional().describe('Virtual machines of the one cluster.'),
  datacenters: z
    .array(datacenter)
    .min(1)
    .optional()
    .describe('Any number of datacenters, in place of the one cluster with its hosts and vms.'),
};

const inventory = z.strictObject(inventoryFields);
export type InventoryWorld = z.infer<typeof inventory>;
export type VirtualMachineWorld = z.infer<typeof virtualMachine>;
