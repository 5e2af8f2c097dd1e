import type { RandomStream } from '../core/index.ts';
import { type AssumedValues, fill } from './assumed.ts';
import { type ApiFailure, badRequest } from './failures.ts';

const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];

/** Why a password cannot be used: it is too short or too plain. The answer does not repeat it. */
export function refusePassword(assumed: AssumedValues, password: string | null | undefined): ApiFailure | undefined {
  const { passwordLength: length, passwordKinds, weakPasswordText } = assumed;
  // None, or an empty one, asks for a random one (documented).
  if (!password) return undefined;
  const found = kinds.filter((kind) => kind.test(password)).length;
  if (password.length >= length && found >= passwordKinds) return undefined;
  return badRequest(fill(weakPasswordText, { length, kinds: passwordKinds }));
}

/** A password that fits the policy. */
export function randomPassword(stream: RandomStream, { passwordLength }: AssumedValues): string {
  return `${stream.alphanumeric(Math.max(passwordLength, 16))}aA1-`;
}
