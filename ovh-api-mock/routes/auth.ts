import { fullAccess } from '../credentials.ts';
import { datetime, datetimeOrNull } from '../datetime.ts';
import {
  apiCredential,
  apiCredentialRequest,
  apiCredentialRequestParams,
  authDetails,
  type CredentialStatus,
} from '../models/auth.ts';
import { long, whole } from '../models/types.ts';
import { defineRoute, type Route } from '../route.ts';

const time = defineRoute({
  method: 'GET',
  path: '/auth/time',
  about: 'Get the current time of the OVH servers, since UNIX epoch',
  provenance: 'documented',
  authentication: 'none',
  response: long,
  run: ({ api }) => Math.floor(api.runtime.clock.now() / 1000),
});

const credential = defineRoute({
  method: 'POST',
  path: '/auth/credential',
  about: 'Request a new credential for your application',
  provenance: 'documented',
  authentication: 'application',
  body: whole(apiCredentialRequestParams, ['accessRules']),
  response: apiCredentialRequest,
  run({ api, application, body, origin, cause }) {
    const status: CredentialStatus = api.options.autoValidate ? 'validated' : 'pendingValidation';
    const { accessRules: rules, allowedIPs } = body;
    const added = api.credentials.add(application!, { rules, allowedIPs, status });
    api.runtime.journal.record({
      plane: 'ovh',
      event: 'ovh.credential.created',
      text: `credential ${added.credentialId} with ${rules.length} access rules is ${status}`,
      data: { credentialId: added.credentialId, status },
      cause,
    });
    const token = api.runtime.random.stream('ovh.credentials').alphanumeric(64);
    return {
      consumerKey: added.consumerKey,
      state: status,
      validationUrl: `${origin}/auth/?credentialToken=${token}`,
    };
  },
});

const currentCredential = defineRoute({
  method: 'GET',
  path: '/auth/currentCredential',
  about: 'Get the current credential details',
  provenance: 'documented',
  authentication: 'credential',
  response: apiCredential,
  run({ api, credential: caller }) {
    const { credentialId, application, creation, expiration, lastUse, rules, allowedIPs } = caller!;
    return {
      credentialId,
      applicationId: application.applicationId,
      creation: datetime(creation),
      expiration: datetimeOrNull(expiration),
      lastUse: datetimeOrNull(lastUse),
      ovhSupport: false,
      rules: rules.map(({ method, path }) => ({ method, path })),
      status: api.credentials.statusOf(caller!),
      allowedIPs: allowedIPs && [...allowedIPs],
    };
  },
});

const details = defineRoute({
  method: 'GET',
  path: '/auth/details',
  about: 'Details about the current authentication',
  provenance: 'documented',
  authentication: 'credential',
  response: authDetails,
  run({ api, credential: caller }) {
    const { account } = api.assumed;
    const { rules } = caller!;
    return {
      account,
      user: null,
      method: 'account' as const,
      identities: [`urn:v1:eu:identity:account:${account}`],
      roles: null,
      description: null,
      allowedRoutes: rules === fullAccess ? null : rules.map(({ method, path }) => ({ method, path })),
    };
  },
});

/** /auth (spec 2.3). */
export const authRoutes: readonly Route[] = [time, credential, currentCredential, details];
