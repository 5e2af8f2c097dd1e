import { z } from 'zod';

const text = z.string().min(1);
const secondFactor = z
  .enum(['sms', 'mail'])
  .optional()
  .describe('Logging in asks for a code too, which arrives in the inbox of the lab.');
const contact = {
  password: text.optional().describe('Default: drawn from the seed.'),
  email: text.optional(),
  phoneNumber: text.optional(),
  secondFactor,
};
const actions = z.array(text).optional();

/** The customer of the OVH API: who may log in, service accounts, IAM. */
export const ovhAccount = z.strictObject({
  nichandle: text.optional(),
  ...contact,
  users: z
    .array(z.strictObject({ login: text, description: z.string().optional(), ...contact }))
    .optional()
    .describe('Users of the account, who log in as nichandle/login.'),
  serviceAccounts: z
    .array(
      z.strictObject({
        clientId: text,
        clientSecret: text,
        description: z.string().optional(),
        accessTokens: z.array(text).optional().describe('Access tokens that never expire.'),
      }),
    )
    .optional(),
  policies: z
    .array(
      z.strictObject({
        identities: z.array(text).describe('URNs, logins of users or client ids.'),
        resources: z.array(text).optional().describe('URNs; default: all.'),
        allow: actions.describe('Such as pccVMware:apiovh:vmEncryption/kms/get; * stands for anything.'),
        except: actions.describe('What is taken out of allow.'),
        deny: actions.describe('What no other policy can allow.'),
      }),
    )
    .optional()
    .describe('What users and service accounts may do. The account itself may do everything.'),
});

const accessRule = z.strictObject({ method: z.enum(['GET', 'POST', 'PUT', 'DELETE']), path: text });

/** Applications of the OVH API beside the one that every lab has. */
export const ovhApplications = z.array(
  z.strictObject({
    applicationKey: text,
    applicationSecret: text,
    name: z.string().optional(),
    description: z.string().optional(),
    consumerKeys: z
      .array(
        z.strictObject({
          consumerKey: text,
          rules: z.array(accessRule).optional().describe('Default: every call.'),
          status: z.enum(['expired', 'pendingValidation', 'refused', 'validated']).optional(),
          expirationMinutes: z.number().optional().describe('Minutes from the start of the lab; default: never.'),
          allowedIPs: z.array(z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()])).optional(),
          user: text.optional().describe('Login of the user who granted it; default: the account.'),
        }),
      )
      .optional(),
  }),
);

/** Applications as the API takes them. `start` is when the lab starts, ms since the epoch. */
export function applicationsOf(applications: z.infer<typeof ovhApplications> = [], start: number) {
  return applications.map(({ consumerKeys = [], ...application }) => ({
    ...application,
    consumerKeys: consumerKeys.map(({ expirationMinutes: minutes, ...key }) => ({
      ...key,
      expiration: minutes === undefined ? undefined : new Date(start + minutes * 60_000),
    })),
  }));
}
