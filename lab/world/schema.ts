import { z } from 'zod';

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
] as const;
export type CertificateFlaw = (typeof certificateFlaws)[number];
const flaw = z.enum(certificateFlaws);

const kms = z
  .strictObject({
    name: name.default('kms-1'),
    address: z.ipv4().optional().describe('Loopback address; 127.0.0.1 for the first KMS, 127.0.0.2 for the second, …'),
    port: z.number().int().min(0).max(65_535).optional().describe('0 takes a free one.'),
    certificate: flaw.default('valid').describe("The KMS's own certificate."),
    certificateValidMinutes: z.number().positive().optional().describe('The certificate ends so long after the start.'),
    clients: z
      .array(
        z.strictObject({
          name,
          operations: z.array(z.string()).optional().describe('What this client may do; everything when absent.'),
        }),
      )
      .optional()
      .describe('Clients that the KMS knows by the common name of their certificates, with what they may do.'),
    requireKnownClient: z.boolean().optional().describe('Refuse client certificates that are not in the list.'),
    onRefusedClient: z
      .enum(['tls-alert', 'permission-denied'])
      .optional()
      .describe('How the KMS refuses a client certificate.'),
    users: z
      .array(z.strictObject({ username: name, password: z.string() }))
      .optional()
      .describe('With users, each request must carry a Username and Password credential.'),
    tls: z.enum(['1.2', '1.3']).optional().describe('The only TLS version spoken; both when absent.'),
    vendor: z.string().optional().describe('Vendor Identification in the answer to Query.'),
  })
  .describe('A key management server.');

const keyProvider = z
  .strictObject({
    name: name.default('keyrig'),
    kms: z.array(name).optional().describe('Names of the KMS in this cluster; all of the world when absent.'),
    default: z.boolean().default(true),
    trust: z
      .strictObject({
        server: z.boolean().default(true).describe('vCenter has accepted the certificate of the KMS.'),
        client: z
          .enum(['uploaded', 'none', 'unknown-ca', 'expired', 'no-usage'])
          .default('uploaded')
          .describe('The client certificate and key that were uploaded to vCenter.'),
      })
      .optional(),
    username: z.string().optional(),
    password: z.string().optional(),
    timeoutSeconds: z.number().positive().optional().describe('How long vCenter waits for the KMS.'),
  })
  .describe(
    'A key provider (KMS cluster) that is configured before the first step, by the same calls a user would make.',
  );

const virtualMachine = z.strictObject({
  name,
  hardwareVersion: z
    .number()
    .int()
    .min(4)
    .max(30)
    .optional()
    .describe('13 stands for vmx-13, the lowest that can be encrypted.'),
  host: name.optional(),
  poweredOn: z.boolean().optional(),
  disksGb: z.array(z.number().positive()).optional().describe('One disk for each capacity.'),
});

const host = z.strictObject({
  name,
  cryptoSupported: z.boolean().optional(),
  encryptedVMotionSupported: z.boolean().optional(),
});

/** The start state of a lab. Everything has a default: an empty world is the guide's. */
export const worldSchema = z
  .strictObject({
    kms: z.array(kms).min(1).optional(),
    vcenter: z
      .strictObject({
        version: z.enum(['6.7.0', '7.0.3', '8.0.3']).optional(),
        hosts: z.array(host).min(1).optional(),
        vms: z.array(virtualMachine).optional(),
        keyProviders: z.array(keyProvider).optional(),
      })
      .optional(),
    ovh: z
      .strictObject({
        serviceName: z.string().regex(/^pcc-/, 'must begin with "pcc-"').optional(),
        docsCompat: z
          .boolean()
          .optional()
          .describe("Answer the guide's own path POST /dedicatedCloud/{serviceName}/kms."),
        thumbprint: z.enum(['accept', 'verify-format', 'verify-live']).optional(),
        waitForVcenter: z.boolean().optional().describe('Tasks wait until the KMS is configured in vCenter.'),
        delivered: z.array(name).optional().describe('Names of the KMS that OVH has delivered before the first step.'),
      })
      .optional(),
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
