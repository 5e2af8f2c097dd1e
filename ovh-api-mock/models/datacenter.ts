import type { z } from 'zod';
import { commercialName } from './commercial-name.ts';
import { boolean, long, model, rw, string } from './types.ts';

// Model of spec 1.3 (schema).

export const datacenter = model('dedicatedCloud.Datacenter', {
  datacenterId: long,
  name: rw(string),
  description: rw(string),
  commercialName,
  commercialRangeName: string,
  version: string,
  isRemovable: boolean,
  horizonViewName: string.nullable(),
});
export type Datacenter = z.output<typeof datacenter>;
