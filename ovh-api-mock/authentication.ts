import type { Journal } from '../core/index.ts';
import { type AssumedValues, fill } from './assumed.ts';
import type { Application, Credential, CredentialStore } from './credentials.ts';
import {
  ApiFailure,
  invalidCredential,
  invalidSignature,
  mustLogin,
  queryOutOfTime,
  unknownApplication,
  unknownCredential,
} from './failures.ts';
import { isInBlocks } from './ip-block.ts';
import { candidateOrigins, candidateUrls, maskedStringToSign, type SignedCall, verifySignature } from './signature.ts';

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

/** What authentication needs to know. */
export interface AuthenticationParts {
  credentials: CredentialStore;
  publicUrls: readonly string[];
  assumed: AssumedValues;
  /** ms since the epoch */
  now: number;
  journal: Journal;
}

/** The application of a call that needs no consumer key (POST /auth/credential). */
export function authenticateApplication(call: IncomingCall, parts: AuthenticationParts): Application | ApiFailure {
  const key = header(call, 'x-ovh-application');
  if (key === undefined) return mustLogin;
  return parts.credentials.application(key) ?? unknownApplication(parts.assumed);
}

/**
 * The credential of a signed call (spec 2.2 to 2.6). The order of the checks is assumed; a consumer key that waits for
 * validation is told apart only after its signature was found right.
 */
export function authenticate(call: IncomingCall, parts: AuthenticationParts): Credential | ApiFailure {
  const consumerKey = header(call, 'x-ovh-consumer');
  // The Node client sends /auth paths with the application key alone (observed); the real API answers 401 (spec 7.5).
  if (consumerKey === undefined) return mustLogin;
  const application = authenticateApplication(call, parts);
  if (application instanceof ApiFailure) return application;
  const credential = parts.credentials.credential(consumerKey);
  if (!credential || credential.application !== application) return unknownCredential;

  const timestamp = header(call, 'x-ovh-timestamp') ?? '';
  const difference = /^\d{1,12}$/.test(timestamp) ? Math.abs(Number(timestamp) * 1000 - parts.now) : Number.NaN;
  // Not a number counts as out of time too.
  if (!(difference <= parts.assumed.signatureWindowMs)) {
    parts.journal.record({
      plane: 'ovh',
      event: 'ovh.signature.out-of-time',
      level: 'warn',
      text: `X-Ovh-Timestamp "${timestamp.slice(0, 20)}" is out of time: the API's clock says ${Math.floor(parts.now / 1000)}`,
      cause: call.cause,
    });
    return queryOutOfTime;
  }

  const { applicationSecret } = application;
  const signed: SignedCall = { applicationSecret, consumerKey, method: call.method, body: call.body, timestamp };
  const host = header(call, 'host') ?? '';
  const origins = candidateOrigins(host, parts.publicUrls);
  if (!verifySignature(header(call, 'x-ovh-signature') ?? '', signed, call.target, origins)) {
    const expected = candidateUrls(host, call.target, parts.publicUrls).map((url) => maskedStringToSign(signed, url));
    parts.journal.record({
      plane: 'ovh',
      event: 'ovh.signature.mismatch',
      level: 'warn',
      text: `the signature is not the SHA-1 of ${expected[0]} (or the same with one of ${expected.length - 1} other URLs)`,
      data: { expected },
      cause: call.cause,
    });
    return invalidSignature;
  }
  if (parts.credentials.statusOf(credential) !== 'validated') return invalidCredential;
  const { allowedIPs } = credential;
  if (allowedIPs !== null && !isInBlocks(allowedIPs, call.remoteAddress)) {
    return new ApiFailure(403, fill(parts.assumed.addressNotAllowedText, { address: call.remoteAddress }), {
      errorCode: 'INVALID_CREDENTIAL',
    });
  }
  credential.lastUse = parts.now;
  return credential;
}

function header(call: IncomingCall, name: string): string | undefined {
  const value = call.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}
