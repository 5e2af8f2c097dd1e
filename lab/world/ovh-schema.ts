import { z } from 'zod';
import {
  type AssumedValues,
  assumedTable,
  capabilities,
  datacenter,
  dedicatedCloud,
  kmsState,
  optionState,
  securityOptionName,
  securityOptionState,
  serviceInfos,
  serviceStatuses,
  taskProgressModes,
  taskState,
  user as userModel,
} from '../../ovh-api-mock/index.ts';
import { bareShape } from './bare-type.ts';
import { ovhAccount, ovhApplications } from './ovh-account-schema.ts';

const name = z.string().min(1);
const serviceName = z.string().regex(/^pcc-/, 'must begin with "pcc-"');
const id = z.number().int().min(1);

const kms = z
  .strictObject({
    name: name.optional().describe('A KMS of the world: its address, port and thumbprint.'),
    ip: z.ipv4().optional().describe('Address of the KMS, when it is none of the world.'),
    sslThumbprint: z.string().optional().describe('Thumbprint that OVHcloud has; the one of the KMS when absent.'),
    kmsTcpPort: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('Port that OVHcloud has; the one of the KMS when absent.'),
    description: z.string().optional().describe('What the customer calls the KMS.'),
    state: z.enum(kmsState.options).optional().describe('delivered when absent. No task works on the other states.'),
    flowOpen: z.boolean().optional().describe('Whether vCenter may reach it; as the state tells when absent.'),
  })
  .refine((entry) => entry.name !== undefined || (entry.ip !== undefined && entry.sslThumbprint !== undefined), {
    message: 'needs the name of a KMS, or ip and sslThumbprint',
  });

const minutes = z.number().describe('Minutes from the start of the lab; negative ones lie before it.');

const task = z.strictObject({
  taskId: id.optional().describe('Id of the task; the next one when absent.'),
  name: name.describe('Name of the task, such as addKms.'),
  type: z.enum(['generic', 'maintenance']).optional().describe('generic when absent.'),
  state: z
    .enum(taskState.options)
    .optional()
    .describe('done when absent; waitingTodo for a maintenance, which then begins at its executionMinutes.'),
  progress: z.number().int().min(0).max(100).optional().describe('How far it is, in percent.'),
  description: z.string().optional().describe('What it tells of itself.'),
  executionMinutes: minutes.optional(),
  endMinutes: minutes.optional(),
  maintenanceFromMinutes: minutes.optional().describe('From then on the customer may have the maintenance begin.'),
  maintenanceToMinutes: minutes.optional(),
  durationMinutes: z.number().positive().optional().describe('How long its work takes once it runs.'),
  parentTaskId: id.optional().describe('The task that it belongs to.'),
  createdBy: z.string().optional().describe('Who began it.'),
  createdFrom: z.string().optional().describe('From where.'),
  userId: id.optional().describe('The user that it is about.'),
});

const { userId: _userId, ...userFields } = userModel.shape;
const user = z
  .strictObject({ ...bareShape(userFields) })
  .partial()
  .extend({
    name: name.describe('Login of the user.'),
    password: z.string().optional().describe('Password of the user.'),
  });

const { serviceName: _serviceName, iam: _iam, ...properties } = dedicatedCloud.shape;
const { status: _status, ...infos } = serviceInfos.shape;
const service = z
  .strictObject({ ...bareShape(properties) })
  .partial()
  .extend({
    serviceName: serviceName.describe('Name of the service.'),
    status: z.enum(serviceStatuses).optional().describe('The contract: calls for an expired service answer 460.'),
    vmEncryption: z
      .enum(optionState.options)
      .optional()
      .describe('A state of the encryption option that its KMS do not tell, such as migrating.'),
    kms: z.array(kms).optional().describe('KMS that are registered at the start.'),
    datacenters: z
      .array(z.strictObject({ ...bareShape(datacenter.shape) }).partial())
      .min(1)
      .optional()
      .describe('One when absent.'),
    serviceInfos: z
      .strictObject({ ...bareShape(infos) })
      .partial()
      .optional()
      .describe('The contract.'),
    capabilities: z
      .strictObject({ ...bareShape(capabilities.shape) })
      .partial()
      .optional()
      .describe('What the service can do.'),
    securityOptions: z
      .partialRecord(z.enum(securityOptionName.options), z.enum(securityOptionState.options))
      .optional()
      .describe('States of the security options.'),
    tags: z.record(z.string(), z.string()).optional().describe('IAM tags.'),
    tokenValidation: z.boolean().optional().describe('Sensitive operations wait for a token that comes by SMS.'),
    users: z.array(user).optional().describe('admin when absent.'),
    allowedNetworks: z
      .array(
        z.strictObject({
          network: z.string().describe('Address or network, such as 192.0.2.0/24.'),
          description: z.string().optional().describe('What the customer calls it.'),
        }),
      )
      .optional()
      .describe('Who may reach vCenter when userAccessPolicy is filtered.'),
    tasks: z.array(task).optional().describe('Tasks of the past, tasks that stand still, and planned maintenance.'),
  });

/** One member for each row of the table of what is assumed. */
const assumed = z
  .strictObject(
    Object.fromEntries(
      Object.entries(assumedTable).map(([key, { value, about }]) => [key, typeOf(value).optional().describe(about)]),
    ),
  )
  .describe('Other values for what OVHcloud does not publish: durations, names, texts, rules.');

function typeOf(value: AssumedValues[keyof AssumedValues]): z.ZodType {
  if (typeof value === 'number') return z.number().min(0);
  if (typeof value === 'boolean') return z.boolean();
  if (value === null) return z.string().nullable();
  if (typeof value === 'string') return z.string();
  return Array.isArray(value) ? z.array(z.string()) : z.record(z.string(), z.string());
}

/** The OVHcloud API of a world: its services, and how it behaves. */
export const ovhSchema = z
  .strictObject({
    serviceName: serviceName
      .optional()
      .describe('The service whose vCenter the lab has; the first of services when absent.'),
    services: z.array(service).min(1).optional().describe('The services; one when absent.'),
    docsCompat: z.boolean().optional().describe("Answer the guide's own path POST /dedicatedCloud/{serviceName}/kms."),
    thumbprint: z
      .enum(['accept', 'verify-format', 'verify-live'])
      .optional()
      .describe('How thumbprints are checked: not at all, their form, or against the certificate of the KMS.'),
    watchThumbprints: z
      .boolean()
      .optional()
      .describe('Certificates of delivered KMS are looked at every five minutes: another one closes the flow.'),
    enforceAllowedNetworks: z
      .boolean()
      .optional()
      .describe(
        "vCenter resets clients that the service's allowedNetworks leave out, when its userAccessPolicy is filtered.",
      ),
    applications: ovhApplications.optional().describe('Applications beside the one that every lab has.'),
    account: ovhAccount.optional().describe('The customer: who may log in, service accounts, IAM policies.'),
    autoValidate: z.boolean().optional().describe('New consumer keys are granted at once, without the page.'),
    waitForVcenter: z.boolean().optional().describe('Tasks wait until the KMS is configured in vCenter.'),
    delivered: z.array(name).optional().describe('Names of the KMS that OVH has delivered before the first step.'),
    taskProgress: z
      .enum(taskProgressModes)
      .optional()
      .describe(
        "What lets tasks go on: the lab's clock (default), nothing further, each look at them, or ovh.steerTask.",
      ),
    assumed: assumed.optional(),
  })
  .superRefine(({ serviceName: own, services }, context) => {
    const names = services?.map((entry) => entry.serviceName) ?? [];
    const twice = names.find((entry, index) => names.indexOf(entry) !== index);
    if (twice) context.addIssue({ code: 'custom', path: ['services'], message: `has ${twice} twice` });
    if (services && own && !names.includes(own))
      context.addIssue({ code: 'custom', path: ['serviceName'], message: 'is not one of services' });
  });

export type OvhWorld = z.infer<typeof ovhSchema>;
