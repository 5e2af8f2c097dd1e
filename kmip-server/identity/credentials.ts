import { createHash, timingSafeEqual } from 'node:crypto';
import { type Credential, CredentialType } from '../../kmip/index.ts';
import type { KnownClient, KnownUser } from '../options.ts';

/** Compares without telling by its time how much is right, whatever the lengths. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** What came of looking at a request's credential. */
export type CredentialCheck =
  | { status: 'not-required' | 'missing' | 'wrong' }
  | { status: 'accepted'; username: string };

/**
 * Checks a Username and Password credential (KMIP 1.1 §2.1.2, §8). A known client with a user of its own must show that
 * one; others may show any of `users`.
 */
export function checkCredential(
  credential: Credential | undefined,
  client: KnownClient | undefined,
  users: readonly KnownUser[],
): CredentialCheck {
  if (!credential) return { status: 'missing' };
  if (credential.credentialType !== CredentialType.UsernameAndPassword || !('username' in credential)) {
    return { status: 'wrong' };
  }
  const { username, password = '' } = credential;
  const accepted =
    client?.username === undefined ? users : [{ username: client.username, password: client.password ?? '' }];
  let found: string | undefined;
  for (const user of accepted) {
    // Both comparisons are made for every user so that the time does not tell which one was wrong.
    const right = [sameSecret(user.username, username), sameSecret(user.password, password)];
    if (right.every(Boolean)) found = user.username;
  }
  return found === undefined ? { status: 'wrong' } : { status: 'accepted', username: found };
}
