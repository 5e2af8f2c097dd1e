import { fullAccess } from '../credentials.ts';
import { datetime, datetimeOrNull } from '../datetime.ts';
import { ApiFailure } from '../failures.ts';
import { apiCredential, apiCredentialRequest, apiCredentialRequestParams, authDetails } from '../models/auth.ts';
import { long, nothing, whole } from '../models/types.ts';
import { validationPath } from '../pages/validation.ts';
import type { Call } from '../route.ts';
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
    const { accessRules: rules, allowedIPs = null, redirection = null } = body;
    const { credential, token } = api.credentials.ask(application!, { rules, allowedIPs, redirection }, cause);
    if (api.options.autoValidate) api.credentials.grant(credential, api.account.owner, null, cause);
    const { consumerKey, status: state } = credential;
    return { consumerKey, state, validationUrl: `${origin}${validationPath}?credentialToken=${token}` };
  },
});

const currentCredential = defineRoute({
  method: 'GET',
  path: '/auth/currentCredential',
  about: 'Get the current credential details',
  provenance: 'documented',
  authentication: 'credential',
  response: apiCredential,
  run(call) {
    const caller = credentialOf(call);
    if (caller instanceof ApiFailure) return caller;
    const { api } = call;
    const { credentialId, application, creation, expiration, lastUse, rules, allowedIPs } = caller;
    return {
      credentialId,
      applicationId: application.applicationId,
      creation: datetime(creation),
      expiration: datetimeOrNull(expiration),
      lastUse: datetimeOrNull(lastUse),
      ovhSupport: false,
      rules: rules.map(({ method, path }) => ({ method, path })),
      status: api.credentials.statusOf(caller),
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
  // What a user or service account shows beside its URN is assumed.
  run({ api, credential: caller, principal }) {
    const { method, urn, user, description } = principal!;
    const rules = caller?.rules ?? fullAccess;
    return {
      account: api.account.nichandle,
      user,
      method,
      identities: [urn],
      roles: null,
      description,
      allowedRoutes: rules === fullAccess ? null : rules.map(({ method, path }) => ({ method, path })),
    };
  },
});

const logout = defineRoute({
  method: 'POST',
  path: '/auth/logout',
  about: 'Expire current credential',
  provenance: 'documented',
  authentication: 'credential',
  response: nothing,
  run(call) {
    const caller = credentialOf(call);
    if (caller instanceof ApiFailure) return caller;
    call.api.credentials.expire(caller, call.cause);
    return null;
  },
});

/** The consumer key of a call; a service account has none (what it is answered is assumed). */
function credentialOf({ credential, api }: Call) {
  return credential ?? new ApiFailure(403, api.assumed.noConsumerKeyText);
}

/** /auth (spec 2.3). */
export const authRoutes: readonly Route[] = [time, credential, currentCredential, details, logout];
