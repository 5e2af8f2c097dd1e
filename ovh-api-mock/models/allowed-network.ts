import type { z } from 'zod';
import { enumeration, ipv4Block, long, model, rw, string } from './types.ts';

// Model and enumeration of spec 1.3 and 1.4 (schema).

export const allowedNetworkState = enumeration('dedicatedCloud.AllowedNetworkStateEnum', [
  'allowed',
  'toDelete',
  'toUpdate',
]);
export type AllowedNetworkState = z.output<typeof allowedNetworkState>;

export const allowedNetwork = model('dedicatedCloud.AllowedNetwork', {
  networkAccessId: long,
  network: rw(ipv4Block),
  description: rw(string.nullable()),
  state: allowedNetworkState,
});
export type AllowedNetworkModel = z.output<typeof allowedNetwork>;
