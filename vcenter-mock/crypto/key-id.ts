/** vim25 KeyProviderId. */
export interface KeyProviderId {
  id: string;
}

/** vim25 CryptoKeyId: `keyId` is the KMIP Unique Identifier. */
export interface CryptoKeyId {
  keyId: string;
  providerId?: KeyProviderId;
}

/** A key with its provider known; the form in which keys are kept. */
export interface ProviderKeyId extends CryptoKeyId {
  providerId: KeyProviderId;
}

/** `<keyId>/<providerId>`, as vpxd writes keys. reported by users (PyKMIP #660) */
export function keyName(key: CryptoKeyId): string {
  return `${key.keyId}/${key.providerId?.id ?? ''}`;
}

/** Builds a key id of a provider. */
export function providerKey(keyId: string, provider: string): ProviderKeyId {
  return { keyId, providerId: { id: provider } };
}

export function sameKey(a: CryptoKeyId | undefined, b: CryptoKeyId | undefined): boolean {
  return a !== undefined && b !== undefined && keyName(a) === keyName(b);
}
