import type { Runtime } from '../../core/index.ts';
import type { AssumedValues } from '../assumed.ts';
import type { OvhApiMockOptions } from '../options.ts';
import type { Service, ServiceStore } from '../services.ts';

/** What the robots need to know, besides the entry they work on. */
export interface RobotParts {
  runtime: Runtime;
  services: ServiceStore;
  service: Service;
  assumed: AssumedValues;
  options: Pick<OvhApiMockOptions, 'thumbprint' | 'waitForVcenter' | 'isKmsConfiguredInVcenter' | 'dialAddress'>;
}

/** What all tasks of the encryption option of a service work on. */
export const optionLock = 'vmEncryption';
