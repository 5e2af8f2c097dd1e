/** Cases that no server can pass, or that one server cannot pass together with others: each with the clause. */
export type Exclusion = {
  /** Matched against the case's name with `-` in place of `_`. */
  name: RegExp;
  reason: string;
};

export const exclusions: readonly Exclusion[] = [
  {
    name: /^TC-NP-/,
    reason: 'KMIP 1.1 §5: Notify and Put are sent by the server; a client that asks cannot make a server send them',
  },
  {
    name: /^CS-BC-M-7-12-Encrypt-with-All-Fields$/,
    reason: 'KMIP 1.4 §4.29: encrypts with a key that the case never made known to the server (no OASIS case)',
  },
  {
    name: /^TC-SK-CREATE-ENCRYPT-DECRYPT-DESTROY$/,
    reason: 'KMIP 1.2 §3.22: encrypts with a Pre-Active key, which serves no cryptographic purpose (no OASIS case)',
  },
];

/** Why the case is not run, if it is not. */
export function exclusionOf(name: string): string | undefined {
  return exclusions.find((exclusion) => exclusion.name.test(plainName(name)))?.reason;
}

/** A case's name with `-` throughout: the published files mix `-` and `_`. */
export function plainName(name: string): string {
  return name.replaceAll('_', '-');
}
