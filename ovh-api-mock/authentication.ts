import type { Principal } from './account/account.ts';
import type { Api } from './api.ts';
import { fill } from './assumed.ts';
import type { Application, Credential } from './credentials.ts';
import {
  ApiFailure,
  invalidCredential,
  invalidSignature,
  mustLogin,
  queryOutOfTime,
  unknownApplication,
  unknownCredential,
} from './failures.ts';
import { defaultPublicUrls } from './hosts.ts';
import { isInBlocks } from './ip-block.ts';
import { explainMismatch } from './mismatch/explain.ts';
import { candidateOrigins, maskedStringToSign, type SignedCall, verifySignature } from './signature.ts';

/** What authentication reads of a request. */
export interface IncomingCall {
  method: string;
  /** The request target as sent. */
  target: string;
  /** Header names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  remoteAddress: string;
  /** `seq` of the journal entry of the request. */
  cause: number;
}

/** Who calls, as far as the call says it. */
export interface Caller {
  readonly application: Application | undefined;
  readonly credential: Credential | undefined;
  readonly principal: Principal | undefined;
}

type AuthenticationApi = Pick<Api, 'account' | 'assumed' | 'credentials' | 'tokens' | 'options' | 'runtime'>;

/** The application of a call that needs no consumer key (POST /auth/credential). */
export function authenticateApplication(
  call: IncomingCall,
  { credentials, assumed }: Pick<AuthenticationApi, 'credentials' | 'assumed'>,
): Application | ApiFailure {
  const key = header(call, 'x-ovh-application');
  if (key === undefined) return mustLogin;
  return credentials.application(key) ?? unknownApplication(assumed);
}

/** Who makes a call, by an access token or by a signature. That the token counts when a call has both is assumed. */
export function authenticate(call: IncomingCall, api: AuthenticationApi): Caller | ApiFailure {
  const token = /^Bearer +(\S+)$/i.exec(header(call, 'authorization') ?? '')?.[1];
  return token === undefined ? authenticateSignature(call, api) : authenticateToken(token, call, api);
}

/** An access token that is unknown or has expired counts as none: the only 401 that was seen (assumed). */
function authenticateToken(token: string, call: IncomingCall, api: AuthenticationApi): Caller | ApiFailure {
  const owner = api.tokens.find(token);
  if (owner !== undefined && owner !== 'expired') {
    return { application: undefined, credential: undefined, principal: owner };
  }
  const why = owner === 'expired' ? 'the access token has expired' : 'there is no such access token';
  api.runtime.journal.record({ plane: 'ovh', event: 'ovh.token.invalid', level: 'warn', text: why, cause: call.cause });
  return mustLogin;
}

/**
 * The credential of a signed call (spec 2.2 to 2.6). The order of the checks is assumed; a consumer key that waits for
 * validation is told apart only after its signature was found right.
 */
function authenticateSignature(call: IncomingCall, api: AuthenticationApi): Caller | ApiFailure {
  const { assumed, credentials, runtime } = api;
  const { clock, journal } = runtime;
  const consumerKey = header(call, 'x-ovh-consumer');
  // The Node client sends /auth paths with the application key alone (observed); the real API answers 401 (spec 7.5).
  if (consumerKey === undefined) return mustLogin;
  const application = authenticateApplication(call, api);
  if (application instanceof ApiFailure) return application;
  const credential = credentials.credential(consumerKey);
  if (!credential || credential.application !== application) return unknownCredential;

  const now = clock.now();
  const timestamp = header(call, 'x-ovh-timestamp') ?? '';
  const difference = /^\d{1,12}$/.test(timestamp) ? Math.abs(Number(timestamp) * 1000 - now) : Number.NaN;
  // Not a number counts as out of time too.
  if (!(difference <= assumed.signatureWindowMs)) {
    const text = `X-Ovh-Timestamp "${timestamp.slice(0, 20)}" is out of time: the API's clock says ${Math.floor(now / 1000)}`;
    const hint = /^\d{13}$/.test(timestamp) ? '; it is in milliseconds, but seconds are asked for' : '';
    const event = 'ovh.signature.out-of-time';
    journal.record({ plane: 'ovh', event, level: 'warn', text: text + hint, cause: call.cause });
    return queryOutOfTime;
  }

  const { applicationSecret } = application;
  const signed: SignedCall = { applicationSecret, consumerKey, method: call.method, body: call.body, timestamp };
  const origins = candidateOrigins(header(call, 'host') ?? '', api.options.publicUrls ?? defaultPublicUrls);
  const signature = header(call, 'x-ovh-signature') ?? '';
  if (!verifySignature(signature, signed, call.target, origins)) {
    recordMismatch(signature, signed, call, origins, api);
    return invalidSignature;
  }
  const { principal } = credential;
  if (credentials.statusOf(credential) !== 'validated' || principal === null) return invalidCredential;
  const { allowedIPs } = credential;
  if (allowedIPs !== null && !isInBlocks(allowedIPs, call.remoteAddress)) {
    return new ApiFailure(403, fill(assumed.addressNotAllowedText, { address: call.remoteAddress }), {
      errorCode: 'INVALID_CREDENTIAL',
    });
  }
  credential.lastUse = now;
  return { application, credential, principal };
}

/** The journal tells what should have been signed, and what the client did instead if that can be found out. */
function recordMismatch(
  signature: string,
  signed: SignedCall,
  { target, cause }: IncomingCall,
  origins: readonly string[],
  { credentials, runtime }: AuthenticationApi,
): void {
  const expected = origins.map((origin) => maskedStringToSign(signed, origin + target));
  const known = {
    applications: credentials.applications,
    credentials: credentials.latest(20),
  };
  const reason = explainMismatch(signature, signed, { target, origins, ...known });
  runtime.journal.record({
    plane: 'ovh',
    event: 'ovh.signature.mismatch',
    level: 'warn',
    text: `the signature is not the SHA-1 of ${expected[0]} (or the same with one of ${expected.length - 1} other URLs): ${reason}`,
    data: { expected, reason },
    cause,
  });
}

function header(call: IncomingCall, name: string): string | undefined {
  const value = call.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}
