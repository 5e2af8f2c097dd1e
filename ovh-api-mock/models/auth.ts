import { z } from 'zod';
import { boolean, datetimeString, enumeration, ipBlock, long, model, password, property, rw, string } from './types.ts';

// Models and enumerations of spec 1.3, 1.4 and 2.3 (schema).

export const httpMethod = enumeration('auth.HTTPMethodEnum', ['DELETE', 'GET', 'POST', 'PUT']);
export type HttpMethod = z.output<typeof httpMethod>;

export const credentialStatus = enumeration('auth.CredentialStateEnum', [
  'expired',
  'pendingValidation',
  'refused',
  'validated',
]);
export type CredentialStatus = z.output<typeof credentialStatus>;

export const accessRule = model('auth.AccessRule', { method: httpMethod, path: string });

export const accessRuleRequest = model('auth.AccessRuleRequest', { method: rw(httpMethod), path: rw(string) });

export const apiCredentialRequestParams = model('auth.ApiCredentialRequestParams', {
  accessRules: property(z.array(accessRuleRequest), { writable: true, required: true }),
  // The schema has no null here, the Python client sends it (spec 2.3, documented).
  allowedIPs: property(z.array(ipBlock).nullable(), { writable: true, undeclaredNull: true }),
  redirection: rw(string.nullable()),
});

export const apiCredential = model('auth.ApiCredential', {
  credentialId: long,
  applicationId: long,
  creation: datetimeString,
  expiration: datetimeString.nullable(),
  lastUse: datetimeString.nullable(),
  ovhSupport: boolean,
  rules: z.array(accessRule),
  status: credentialStatus,
  allowedIPs: rw(z.array(ipBlock).nullable()),
});

export const apiCredentialRequest = model('auth.ApiCredentialRequest', {
  consumerKey: password,
  state: credentialStatus,
  validationUrl: string,
});

export const authDetails = model('auth.Details', {
  account: string,
  user: string.nullable(),
  method: enumeration('auth.MethodEnum', ['account', 'oauth2_client_credentials', 'provider', 'user']),
  identities: z.array(string),
  roles: z.array(string).nullable(),
  description: string.nullable(),
  allowedRoutes: z.array(accessRule).nullable(),
});
