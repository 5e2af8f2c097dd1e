import { z } from 'zod';

const text = z.string().min(1);
const secondFactor = z
  .enum(['sms', 'mail'])
  .optional()
  .describe('Logging in asks for a code too, which arrives in the inbox of the lab.');
const contact = {
  password: text.optional().describe('Default: drawn from the seed.'),
  email: text.optional().describe('Where mails go.'),
  phoneNumber: text.optional().describe('Where SMS go.'),
  secondFactor,
};
const actions = z.array(text).optional();

/** The customer of the OVH API: who may log in, service accounts, IAM. */
export const ovhAccount = z.strictObject({
  nichandle: text.optional().describe('The login of the account, such as ab12345-ovh.'),
  ...contact,
  users: z
    .array(
      z.strictObject({
        login: text.describe('What follows nichandle/ at the login.'),
        description: z.string().optional().describe('What the account calls the user.'),
        ...contact,
      }),
    )
    .optional()
    .describe('Users of the account, who log in as nichandle/login.'),
  serviceAccounts: z
    .array(
      z.strictObject({
        clientId: text.describe('OAuth2 client id.'),
        clientSecret: text.describe('OAuth2 client secret.'),
        description: z.string().optional().describe('What the account calls it.'),
        accessTokens: z.array(text).optional().describe('Access tokens that never expire.'),
      }),
    )
    .optional()
    .describe('Service accounts, which get their tokens by OAuth2.'),
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

const accessRule = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).describe('HTTP method.'),
  path: text.describe('Path; * stands for anything.'),
});

/** Applications of the OVH API beside the one that every lab has. */
export const ovhApplications = z.array(
  z.strictObject({
    applicationKey: text.describe('The key it shows.'),
    applicationSecret: text.describe('The secret it signs with.'),
    name: z.string().optional().describe('What its pages call it.'),
    description: z.string().optional().describe('What its pages tell of it.'),
    consumerKeys: z
      .array(
        z.strictObject({
          consumerKey: text.describe('The key that stands for the grant.'),
          rules: z.array(accessRule).optional().describe('Default: every call.'),
          status: z
            .enum(['expired', 'pendingValidation', 'refused', 'validated'])
            .optional()
            .describe('State of the grant; validated when absent.'),
          expirationMinutes: z.number().optional().describe('Minutes from the start of the lab; default: never.'),
          allowedIPs: z
            .array(z.union([z.ipv4(), z.cidrv4(), z.ipv6(), z.cidrv6()]))
            .optional()
            .describe('Addresses that may use it; all when absent.'),
          user: text.optional().describe('Login of the user who granted it; default: the account.'),
        }),
      )
      .optional()
      .describe('What customers have granted it.'),
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
