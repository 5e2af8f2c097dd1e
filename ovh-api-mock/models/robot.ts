import { boolean, model, string } from './types.ts';

// Model of spec 1.3 (schema).

/** What kind of work tasks of this name do. */
export const robot = model('dedicatedCloud.Robot', {
  name: string,
  type: string,
  criticity: string,
  enabled: boolean,
  description: string.nullable(),
});
