/** The minor versions of KMIP 1 that keyrig speaks. */
export const KMIP_VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4'] as const;
export type KmipVersion = (typeof KMIP_VERSIONS)[number];

/** One row of the registry: code, name as the specification spells it, identifier, version that introduced it. */
export type RegistryRow = readonly [code: number, name: string, key: string, since: KmipVersion];
