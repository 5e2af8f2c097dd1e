/** The credentials of a request's header. KMIP 1.1 §2.1.2, §6.6, §8 */
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type Credential,
  CredentialType,
  type Device,
  KmipError,
  ResultReason,
  type UsernameAndPassword,
} from '../../kmip/index.ts';
import type { KnownClient, KnownDevice, KnownUser } from '../options.ts';

/** Whether credentials are looked at, and the right ones. */
export interface CredentialRules {
  readonly mode: 'off' | 'optional' | 'required';
  readonly users: readonly KnownUser[];
  readonly devices: readonly KnownDevice[];
}

/** What came of looking at a request's credentials: whose they are, or why the request is refused. */
export type CredentialCheck =
  | { status: 'none' | 'missing' }
  | { status: 'accepted'; name: string }
  | { status: 'refused'; refusal: KmipError };

/**
 * Checks the credentials of a request. All of them must be right and of the same identity; KMIP 1.2 §2.1.2 allows several.
 * A known client with a user of its own must show that one.
 */
export function checkCredentials(
  credentials: readonly Credential[],
  client: KnownClient | undefined,
  rules: CredentialRules,
): CredentialCheck {
  if (credentials.some(({ credentialType }) => credentialType === CredentialType.Attestation)) {
    // KMIP 1.2 §2.1.2. Asked for or not: a client that attests itself must not believe that it was checked.
    return refused(ResultReason.AttestationFailed, 'This server does not check attestations.');
  }
  if (rules.mode === 'off') return { status: 'none' };
  if (credentials.length === 0) return { status: rules.mode === 'required' ? 'missing' : 'none' };
  let name: string | undefined;
  for (const credential of credentials) {
    const found = nameOf(credential, client, rules);
    if (found === undefined || (name !== undefined && found !== name)) return wrong(credential, name);
    name = found;
  }
  return { status: 'accepted', name: name as string };
}

function refused(reason: ResultReason, message: string): CredentialCheck {
  return { status: 'refused', refusal: new KmipError(reason, message) };
}

function wrong(credential: Credential, before: string | undefined): CredentialCheck {
  const text =
    before !== undefined
      ? 'The credentials are not all right and of the same identity.'
      : isUser(credential)
        ? 'The Username or the Password is wrong.'
        : isDevice(credential)
          ? 'The Device credential is not that of a known device.'
          : 'Credentials of this type are not known.';
  return refused(ResultReason.AuthenticationNotSuccessful, text);
}

function isUser(credential: Credential): credential is Extract<Credential, UsernameAndPassword> {
  return credential.credentialType === CredentialType.UsernameAndPassword && 'username' in credential;
}

function isDevice(credential: Credential): credential is Extract<Credential, Device> {
  return credential.credentialType === CredentialType.Device && !('credentialValue' in credential);
}

/** The identity that a credential proves; undefined when it proves none. */
function nameOf(
  credential: Credential,
  client: KnownClient | undefined,
  { users, devices }: CredentialRules,
): string | undefined {
  if (isUser(credential)) {
    const own = client?.username;
    return userName(credential, own === undefined ? users : [{ username: own, password: client?.password ?? '' }]);
  }
  return isDevice(credential) ? deviceName(credential, devices) : undefined;
}

/** Compares without telling by its time how much is right, whatever the lengths. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(a), digest(b));
}

function userName({ username, password = '' }: UsernameAndPassword, users: readonly KnownUser[]): string | undefined {
  let found: string | undefined;
  for (const user of users) {
    // Both comparisons are made for every user so that the time does not tell which one was wrong.
    const right = [sameSecret(user.username, username), sameSecret(user.password, password)];
    if (right.every(Boolean)) found = user.username;
  }
  return found;
}

const deviceFields = [
  'deviceSerialNumber',
  'password',
  'deviceIdentifier',
  'networkIdentifier',
  'machineIdentifier',
  'mediaIdentifier',
] as const satisfies readonly (keyof Device)[];

/** KMIP 1.1 §2.1.2: the fields identify the device together. */
function deviceName(shown: Device, devices: readonly KnownDevice[]): string | undefined {
  let found: string | undefined;
  for (const device of devices) {
    const expected = deviceFields.filter((field) => device[field] !== undefined);
    const right = expected.map((field) => sameSecret(device[field] as string, shown[field] ?? ''));
    if (right.length > 0 && right.every(Boolean)) found = device.name;
  }
  return found;
}
