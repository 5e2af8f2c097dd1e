import { z } from 'zod';
import { inventoryFields } from './inventory-schema.ts';
import { ovhSchema } from './ovh-schema.ts';

const name = z.string().min(1);

/** How a certificate is flawed on purpose; `valid` is the default. */
export const certificateFlaws = [
  'valid',
  'expired',
  'not-yet-valid',
  'wrong-name',
  'self-signed',
  'unknown-ca',
  'no-usage',
  'wrong-usage',
  'weak-key',
  'revoked',
] as const;
export type CertificateFlaw = (typeof certificateFlaws)[number];
const flaw = z.enum(certificateFlaws);

const keyFile = z
  .string()
  .min(1)
  .describe('File with the key that encrypts key material in the store; made when it does not exist.');

const store = z
  .union([
    z.strictObject({ shared: name.describe('KMS of this lab with the same name here hold the same objects.') }),
    z.strictObject({ file: z.string().min(1).describe('SQLite file; made when it does not exist.'), keyFile }),
    z.strictObject({
      postgresql: z.string().min(1).describe('Connection URL of the database.'),
      schema: name.optional().describe('Schema of the tables; keyrig when absent.'),
      keyFile,
    }),
  ])
  .describe(
    'Where the objects are kept: shared by several KMS, which are then one cluster, or so that they outlive the lab. In the memory of this KMS when absent. Paths start at the working directory.',
  );

const operationNames = z.array(z.string()).describe('Operations of KMIP, such as GetAttributes.');

/** KMIP 1.1 §2.1.2 */
const device = z.strictObject({
  name: name.describe('The identity that owns objects.'),
  deviceSerialNumber: z.string().optional().describe('Device Serial Number that the credential has to show.'),
  password: z.string().optional().describe('Password that the credential has to show.'),
  deviceIdentifier: z.string().optional().describe('Device Identifier that the credential has to show.'),
  networkIdentifier: z.string().optional().describe('Network Identifier that the credential has to show.'),
  machineIdentifier: z.string().optional().describe('Machine Identifier that the credential has to show.'),
  mediaIdentifier: z.string().optional().describe('Media Identifier that the credential has to show.'),
  group: name.optional().describe('Group the device is in.'),
});

const accessRule = z.strictObject({
  who: z
    .json()
    .optional()
    .describe('A pattern on the identity: its name, or {matches: ^backup-}; everyone when absent.'),
  operations: operationNames.optional().describe('What they may do; everything when absent.'),
  objects: z
    .enum(['own', 'group', 'any'])
    .optional()
    .describe(
      "own (default): what the object's operation policy allows. group: also objects of their group. any: all.",
    ),
  maxObjects: z.number().int().min(0).optional().describe('Objects that each may have at a time.'),
});

/** KMIP 1.1 §2.1.9 */
const extension = z.strictObject({
  name: name.describe('Extension Name.'),
  tag: z.number().int().min(0x540000).max(0x54ffff).describe('540000 to 54FFFF, written as 0x54….'),
  type: z.number().int().min(1).max(10).describe('Code of the item type: 7 is Text String.'),
});

const kms = z
  .strictObject({
    name: name.default('kms-1').describe('Name by which steps and key providers speak of it.'),
    address: z.ipv4().optional().describe('Loopback address; 127.0.0.1 for the first KMS, 127.0.0.2 for the second, …'),
    port: z.number().int().min(0).max(65_535).optional().describe('0 takes a free one.'),
    https: z
      .union([z.literal(true), z.number().int().min(1).max(65_535)])
      .optional()
      .describe('KMIP over HTTPS besides (TTLV, XML and JSON by POST /kmip): true for a free port, or the port.'),
    store: store.optional(),
    certificate: flaw.default('valid').describe("The KMS's own certificate."),
    certificateValidFromMinutes: z.number().optional().describe('The certificate begins so long after the start.'),
    certificateValidMinutes: z.number().positive().optional().describe('The certificate ends so long after the start.'),
    clients: z
      .array(
        z.strictObject({
          name: name.describe('Name of the client: the common name of its certificate, unless match says otherwise.'),
          match: z
            .record(z.string(), z.json())
            .optional()
            .describe('A pattern on the certificate instead of its common name, such as {subject: {OU: backup}}.'),
          group: name.optional().describe('Clients of a group can be given access to one another.'),
          operations: operationNames.optional().describe('What this client may do; everything when absent.'),
        }),
      )
      .optional()
      .describe('Clients that the KMS knows by their certificates, with what they may do.'),
    requireKnownClient: z.boolean().optional().describe('Refuse client certificates that are not in the list.'),
    onRefusedClient: z
      .enum(['tls-alert', 'permission-denied'])
      .optional()
      .describe('How the KMS refuses a client certificate.'),
    users: z
      .array(
        z.strictObject({
          username: name.describe('Username of the credential.'),
          password: z.string().describe('Its password.'),
          group: name.optional().describe('Group the user is in.'),
        }),
      )
      .optional()
      .describe('Who can show a Username and Password credential.'),
    devices: z.array(device).optional().describe('Who can show a Device credential.'),
    credentials: z
      .enum(['off', 'optional', 'required'])
      .optional()
      .describe('Whether requests must carry a credential; required when there are users or devices, else off.'),
    access: z.array(accessRule).optional().describe('Who may do what; without a rule: everything with own objects.'),
    policies: z
      .record(name, z.record(z.string(), z.enum(['owner', 'all', 'none'])))
      .optional()
      .describe('Operation policies that objects can name: who may use an operation on them; the owner when absent.'),
    extensions: z.array(extension).optional().describe('Vendor extensions that Query tells of.'),
    applicationNamespaces: z
      .array(name)
      .optional()
      .describe('Application Namespaces in which the KMS makes Application Data.'),
    leaseTimeSeconds: z.number().int().min(0).optional().describe('Lease Time of keys; 0 sets no limit.'),
    timeStampToleranceSeconds: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Requests whose Time Stamp is further off are refused; not looked at when absent.'),
    asynchronousSeconds: z
      .number()
      .min(0)
      .optional()
      .describe('How long an operation that may be asynchronous stays pending at least.'),
    tls: z.enum(['1.2', '1.3']).optional().describe('The only TLS version spoken; both when absent.'),
    vendor: z.string().optional().describe('Vendor Identification in the answer to Query.'),
  })
  .describe('A key management server.');

const keyProvider = z
  .strictObject({
    name: name.default('keyrig').describe('Name of the key provider.'),
    kms: z.array(name).optional().describe('Names of the KMS in this cluster; all of the world when absent.'),
    default: z
      .boolean()
      .optional()
      .describe('It is the default key provider of vCenter; when absent, the first one is.'),
    trust: z
      .strictObject({
        server: z.boolean().default(true).describe('vCenter has accepted the certificate of the KMS.'),
        client: z
          .enum(['uploaded', 'none', 'unknown-ca', 'expired', 'no-usage'])
          .default('uploaded')
          .describe('The client certificate and key that were uploaded to vCenter.'),
      })
      .optional()
      .describe('Which halves of the trust between vCenter and KMS are there.'),
    username: z.string().optional().describe('Username that vCenter shows to the KMS.'),
    password: z.string().optional().describe('Password that vCenter shows to the KMS.'),
    timeoutSeconds: z.number().positive().optional().describe('How long vCenter waits for the KMS.'),
  })
  .describe(
    'A key provider (KMS cluster) that is configured before the first step, by the same calls a user would make.',
  );

const user = z.strictObject({
  username: name.describe('name@domain; without a domain it is one of vsphere.local.'),
  password: z.string().min(1).describe('Password to log in with.'),
  role: name.optional().describe('A system role such as ReadOnly or NoCryptoAdmin; Admin when absent.'),
  on: z
    .array(z.string().min(1))
    .optional()
    .describe('Inventory paths where the role holds, such as /Datacenter/vm/web; everywhere when absent.'),
  groups: z.array(name).optional().describe('Groups the user is in, such as Administrators.'),
  fullName: z.string().optional().describe('Name for people.'),
});

/** The start state of a lab. Everything has a default: an empty world is the guide's. */
export const worldSchema = z
  .strictObject({
    kms: z.array(kms).min(1).optional().describe('The key management servers; one, kms-1, when absent.'),
    vcenter: z
      .strictObject({
        version: z
          .enum(['6.7', '7.0', '8.0', '9.0'])
          .optional()
          .describe('The release that vCenter is; 7.0 when absent. What is newer is neither sent nor accepted.'),
        ...inventoryFields,
        keyProviders: z.array(keyProvider).optional().describe('Key providers that are configured at the start.'),
        users: z.array(user).optional().describe('Users besides the administrator.'),
        lookupPort: z
          .number()
          .int()
          .min(0)
          .max(65_535)
          .optional()
          .describe(
            'A second port that answers the same: 443 for PowerCLI, which looks for the lookup service there alone.',
          ),
      })
      .superRefine(({ datacenters, ...beside }, context) => {
        for (const key of ['hosts', 'vms'] as const) {
          if (!datacenters || !beside[key]) continue;
          context.addIssue({
            code: 'custom',
            path: [key],
            message: 'expected in one of the datacenters, not beside them',
          });
        }
      })
      .optional()
      .describe('The vCenter: its inventory, its users, its key providers.'),
    ovh: ovhSchema.optional().describe('The OVHcloud API: its services, and how it behaves.'),
    gateway: z
      .enum(['ovh', 'open'])
      .optional()
      .describe(
        'ovh (default): vCenter reaches a KMS only once OVH has opened the flow. open: everything is reachable.',
      ),
    names: z.array(z.string()).optional().describe('Extra names for all server certificates.'),
  })
  .describe('What exists before the first step.');

export type World = z.infer<typeof worldSchema>;
export type KmsWorld = z.infer<typeof kms>;
export type KeyProviderWorld = z.infer<typeof keyProvider>;
