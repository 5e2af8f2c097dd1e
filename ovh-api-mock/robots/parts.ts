import type { JsonObject, Runtime } from '../../core/index.ts';
import type { Api } from '../api.ts';
import type { AssumedValues } from '../assumed.ts';
import type { OvhApiMockOptions } from '../options.ts';
import type { Recipe } from '../robot.ts';
import type { KmsEntry, Service, ServiceStore } from '../services.ts';

/** What the robots need to know, besides the entry they work on. */
export interface RobotParts {
  runtime: Runtime;
  services: ServiceStore;
  service: Service;
  assumed: AssumedValues;
  options: Pick<OvhApiMockOptions, 'thumbprint' | 'waitForVcenter' | 'isKmsConfiguredInVcenter' | 'dialAddress'>;
}

export function robotParts({ assumed, options, runtime, services }: Api, service: Service): RobotParts {
  return { assumed, options, runtime, services, service };
}

/** The recipe of a robot that works on a KMS; the entry may be gone when it is made again. */
export function kmsRecipe(
  kind: string,
  { kmsId, ip, kmsTcpPort, sslThumbprint, description }: KmsEntry,
  more: JsonObject = {},
): Recipe {
  return { kind, kms: { kmsId, ip, kmsTcpPort, sslThumbprint, description }, ...more };
}

/** What all tasks of the encryption option of a service work on. */
export const optionLock = 'vmEncryption';
