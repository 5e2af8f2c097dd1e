import type { Api } from './api.ts';
import { fill } from './assumed.ts';
import { randomPassword } from './passwords.ts';
import type { User } from './users.ts';

/**
 * Gives a user a random password and mails it: to the user, or to the contact of the account when the user has no address
 * (documented; the wording is assumed).
 */
export function sendPassword(api: Api, serviceName: string, user: User, cause: number): void {
  const { account, passwordMailText } = api.assumed;
  const { name, email } = user;
  const code = randomPassword(api.runtime.random.stream('ovh.passwords'), api.assumed);
  api.users.of(serviceName).setPassword(user, code, cause);
  const text = fill(passwordMailText, { name, serviceName, code });
  api.inbox.send({ kind: 'mail', to: email ?? account, text, code }, 'a new password', cause);
}

/** Sends a token to the phone number of a user, if it has one: who sends it back confirms the number (documented). */
export function sendPhoneToken(api: Api, serviceName: string, user: User, cause: number): void {
  const { name, phoneNumber } = user;
  const code = String(api.runtime.random.stream('ovh.phoneTokens').integer(1_000_000)).padStart(6, '0');
  api.users.of(serviceName).expectPhoneToken(user, phoneNumber === null ? undefined : code, cause);
  if (phoneNumber === null) return;
  const text = fill(api.assumed.phoneSmsText, { name, serviceName, code });
  api.inbox.send({ kind: 'sms', to: phoneNumber, text, code }, 'a phone number to confirm', cause);
}
