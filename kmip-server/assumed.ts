/**
 * Texts and values that a client can see and that no source settles. Each is `assumed` unless its line says otherwise;
 * all can be overridden with the option `assumed`.
 */
export interface Assumed {
  /** Vendor Identification of Query. KMIP 1.1 §4.25 asks for one, its text is the vendor's. */
  vendorIdentification: string;
  /** Result Message for a critical Message Extension; documented: OASIS test case TC-72-11. */
  criticalExtension: string;
  /** Cryptographic Length (bits) by algorithm key when Create names an algorithm only; algorithms that are absent need a length. */
  defaultCryptographicLength: Readonly<Record<string, number>>;
  /** Order of the Unique Identifiers that Locate returns. */
  locateOrder: 'oldest-first' | 'newest-first';
}

export const assumed: Assumed = {
  vendorIdentification: 'keyrig KMIP test server',
  criticalExtension: 'Critical Message Extension not recognized',
  defaultCryptographicLength: { AES: 256, DES3: 168, Camellia: 256, HMAC_SHA256: 256 },
  locateOrder: 'oldest-first',
};
