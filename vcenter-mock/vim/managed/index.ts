import { cryptoObjects } from './crypto.ts';
import { inventoryObjects } from './inventory.ts';
import { pbmObjects } from './pbm.ts';
import { serviceObjects } from './service.ts';

/** Every managed object type that keyrig knows, by wire name. */
export const allManaged = { ...serviceObjects, ...inventoryObjects, ...cryptoObjects, ...pbmObjects };
