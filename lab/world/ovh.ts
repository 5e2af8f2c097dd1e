import type { KmsOptions, ServiceOptions, TaskOptions } from '../../ovh-api-mock/index.ts';
import type { LabKms } from './kms.ts';
import type { OvhWorld } from './ovh-schema.ts';

type ServiceWorld = NonNullable<OvhWorld['services']>[number];

/** The service whose vCenter the lab has. */
export function serviceNameOf(world: OvhWorld | undefined): string {
  return world?.serviceName ?? world?.services?.[0]?.serviceName ?? 'pcc-192-0-2-10';
}

/**
 * The services that a world describes, as the API takes them.
 *
 * @param kms finds a KMS of the lab by its name, and throws when there is none
 * @param start ms since the epoch
 */
export function servicesOf(world: OvhWorld, kms: (name: string) => LabKms, start: number): ServiceOptions[] {
  const own = serviceNameOf(world);
  const delivered = (world.delivered ?? []).map((name) => ({ ...known(kms(name)), description: name }));
  const services: ServiceWorld[] = world.services ?? [{ serviceName: own }];
  return services.map(({ kms: entries = [], tasks = [], ...service }) => ({
    ...service,
    kms: [...(service.serviceName === own ? delivered : []), ...entries.map((entry) => kmsOf(entry, kms))],
    tasks: tasks.map((task) => taskOf(task, start)),
  }));
}

/** What OVHcloud knows of a KMS of the lab. */
function known({ address, port, certificate }: LabKms) {
  return { ip: address, sslThumbprint: certificate.sha1, kmsTcpPort: port };
}

function kmsOf(
  { name, ...given }: NonNullable<ServiceWorld['kms']>[number],
  kms: (name: string) => LabKms,
): KmsOptions {
  const { ip = '', sslThumbprint = '', ...rest } = name === undefined ? given : { ...known(kms(name)), ...given };
  return { description: name, ...rest, ip, sslThumbprint };
}

function taskOf(task: NonNullable<ServiceWorld['tasks']>[number], start: number): TaskOptions {
  const {
    executionMinutes,
    endMinutes,
    maintenanceFromMinutes,
    maintenanceToMinutes,
    durationMinutes,
    userId,
    ...rest
  } = task;
  const date = (minutes: number | undefined) =>
    minutes === undefined ? undefined : new Date(start + minutes * 60_000);
  return {
    ...rest,
    executionDate: date(executionMinutes),
    endDate: date(endMinutes),
    maintenanceDateFrom: date(maintenanceFromMinutes),
    maintenanceDateTo: date(maintenanceToMinutes),
    durationMs: durationMinutes === undefined ? undefined : durationMinutes * 60_000,
    subject: { userId },
  };
}
