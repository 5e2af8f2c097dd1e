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
  cluster: name.optional(),
  folder: path.optional().describe('Path of folders, such as prod/web; they are made.'),
  resourcePool: path.optional().describe('Path of resource pools below that of the cluster or host; they are made.'),
  datastore: name.optional().describe('The first one when absent.'),
  network: name.optional().describe('The first one when absent.'),
  poweredOn: z.boolean().optional(),
  disksGb: z.array(z.number().positive()).optional().describe('One disk for each capacity.'),
  snapshots: snapshots.optional().describe('Names of a chain of snapshots, oldest first, or their number.'),
  vtpm: z.boolean().optional().describe('With a virtual TPM.'),
  cpus: z.number().int().min(1).max(768).optional(),
  memoryMb: z.number().int().min(4).optional(),
  guestId: name.optional(),
  ipAddress: z.ipv4().optional().describe('What the guest shows while it runs.'),
});

const hostFields = {
  name,
  cryptoSupported: z.boolean().optional(),
  encryptedVMotionSupported: z.boolean().optional(),
  tpm: z.boolean().optional().describe('A TPM 2.0, which a native key provider may require. Default true.'),
};
const host = z.strictObject(hostFields);

const resourcePools = z.array(path).optional().describe('Paths of resource pools, such as prod/web.');

const cluster = z.strictObject({
  name,
  folder: path.optional().describe('Path of host folders.'),
  hosts: z.array(host).optional(),
  resourcePools,
});

const datastore = z.strictObject({ name, capacityGb: z.number().positive().optional() });

const datacenter = z.strictObject({
  name,
  folder: path.optional().describe('Path of the folders above it.'),
  clusters: z.array(cluster).optional(),
  hosts: z
    .array(z.strictObject({ ...hostFields, folder: path.optional(), resourcePools }))
    .optional()
    .describe('Hosts that are in no cluster.'),
  vmFolders: z
    .array(path)
    .optional()
    .describe('Paths of folders; those that virtual machines name need not be listed.'),
  datastores: z.array(datastore).optional().describe('datastore1 when absent.'),
  networks: z.array(name).optional().describe('VM Network when absent.'),
  vms: z.array(virtualMachine).optional(),
});

/** What a world says of vCenter's inventory. */
export const inventoryFields = {
  hosts: z.array(host).min(1).optional().describe('Hosts of the one cluster.'),
  vms: z.array(virtualMachine).optional(),
  datacenters: z
    .array(datacenter)
    .min(1)
    .optional()
    .describe('Any number of datacenters, in place of the one cluster with its hosts and vms.'),
};

const inventory = z.strictObject(inventoryFields);
export type InventoryWorld = z.infer<typeof inventory>;
export type VirtualMachineWorld = z.infer<typeof virtualMachine>;
