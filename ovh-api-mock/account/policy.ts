import { fitsPattern } from '../access-rules.ts';
import type { PolicyOptions } from './options.ts';

/** What a policy says of actions and resources. */
export type Policy = Omit<PolicyOptions, 'identities'>;

/**
 * Whether policies allow an action on a resource: one allows it and does not except it, and none denies it (members documented
 * by OVHcloud's Terraform provider).
 *
 * @param resource URN; undefined asks whether the action is allowed on any resource at all
 */
export function isAllowedBy(policies: readonly Policy[], action: string, resource: string | undefined): boolean {
  const about = policies.filter(
    ({ resources }) => resource === undefined || !resources || fitsOne(resources, resource),
  );
  if (resource !== undefined && about.some(({ deny }) => fitsOne(deny, action))) return false;
  return about.some(({ allow, except }) => fitsOne(allow, action) && !fitsOne(except, action));
}

function fitsOne(patterns: readonly string[] | undefined, text: string): boolean {
  return patterns?.some((pattern) => fitsPattern(pattern, text)) ?? false;
}
