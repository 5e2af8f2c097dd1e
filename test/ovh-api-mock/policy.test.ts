import { expect, test } from 'vitest';
import { isAllowedBy, type Policy } from '../../ovh-api-mock/account/policy.ts';

const one = 'urn:v1:eu:resource:pccVMware:pcc-1';
const two = 'urn:v1:eu:resource:pccVMware:pcc-2';
const read: Policy = { allow: ['pcc:*/get'] };
const readFirst: Policy = { resources: [one], allow: ['pcc:*/get'], except: ['pcc:task/get'] };
const denyTasks: Policy = { resources: ['urn:v1:eu:resource:pccVMware:*'], deny: ['pcc:task/*'] };

test.each<[string, Policy[], string, string | undefined, boolean]>([
  ['no policy', [], 'pcc:a/get', one, false],
  ['an action that fits', [read], 'pcc:a/get', one, true],
  ['an action that does not fit', [read], 'pcc:a/create', one, false],
  ['the resource of the policy', [readFirst], 'pcc:a/get', one, true],
  ['another resource', [readFirst], 'pcc:a/get', two, false],
  ['an exception', [readFirst], 'pcc:task/get', one, false],
  ['an exception of one policy that another allows', [readFirst, read], 'pcc:task/get', one, true],
  ['what another policy denies', [read, denyTasks], 'pcc:task/get', one, false],
  ['some resource', [readFirst], 'pcc:a/get', undefined, true],
  ['no resource at all', [readFirst], 'pcc:a/create', undefined, false],
])('%s', (_case, policies, action, resource, allowed) => {
  expect(isAllowedBy(policies, action, resource)).toBe(allowed);
});
