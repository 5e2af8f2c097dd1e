/**
 * Texts and values that a client can see and that no source settles. Each is `assumed` unless its line says otherwise;
 * all can be overridden with the option `assumed`.
 */
export interface Assumed {
  /** Vendor Identification of Query. KMIP 1.1 §4.25 asks for one, its text is the vendor's. */
  vendorIdentification: string;
  /** Result Message for a critical Message Extension; documented: OASIS test case TC-72-11. */
  criticalExtension: string;
  /** Cryptographic Length (bits) by algorithm key when Create or Create Key Pair name an algorithm only; algorithms that are absent need a length. */
  defaultCryptographicLength: Readonly<Record<string, number>>;
  /**
   * What RNG Seed takes of the seeds that clients send: all, so many bytes (0: they are ignored), or it is Permission Denied.
   * KMIP 1.2 §4.36 leaves it to the server; the OASIS cases CS-RNG-O-1 to O-4 have one of each.
   */
  rngSeed: 'all' | 'refused' | number;
  /** Order of the Unique Identifiers that Locate returns. */
  locateOrder: 'oldest-first' | 'newest-first';
  /**
   * The Object Group that never runs out of fresh keys: Locate makes one when none is left. KMIP 1.1 §4.9 leaves it to the
   * server; documented: OASIS TC-151-11 asks a server for a fresh key of the group `default`.
   */
  replenishedGroup: {
    name: string;
    /** As the registry spells it: `AES`. */
    cryptographicAlgorithm: string;
    /** Bits. */
    cryptographicLength: number;
    /** Of the Cryptographic Usage Mask. */
    usages: readonly string[];
  };
}

export const assumed: Assumed = {
  vendorIdentification: 'keyrig KMIP test server',
  criticalExtension: 'Critical Message Extension not recognized',
  defaultCryptographicLength: {
    AES: 256,
    DES3: 168,
    Camellia: 256,
    HMAC_SHA256: 256,
    RSA: 2048,
    DSA: 2048,
    DH: 2048,
    ECDSA: 256,
    ECDH: 256,
    EC: 256,
  },
  rngSeed: 'all',
  locateOrder: 'oldest-first',
  replenishedGroup: {
    name: 'default',
    cryptographicAlgorithm: 'AES',
    cryptographicLength: 256,
    usages: ['Encrypt', 'Decrypt'],
  },
};
