import { applianceOperations } from './appliance.ts';
import { hostKeyProviderOperations } from './host-key-providers.ts';
import { inventoryOperations } from './inventory.ts';
import { keyProviderOperations } from './key-providers.ts';
import type { Operation } from './operation.ts';
import { sessionOperations } from './session.ts';
import { storagePolicyOperations } from './storage-policies.ts';
import { taggingOperations } from './tagging.ts';

/** Everything the REST API serves. */
export const operations: readonly Operation[] = [
  ...sessionOperations,
  ...inventoryOperations,
  ...storagePolicyOperations,
  ...keyProviderOperations,
  ...hostKeyProviderOperations,
  ...applianceOperations,
  ...taggingOperations,
];
