export * from './generated/enumerations.ts';
export * from './generated/masks.ts';
export { Tag } from './generated/tags.ts';
export * from './names.ts';
export { KMIP_VERSIONS, type KmipVersion, type RegistryRow } from './row.ts';
export * from './tag-types.ts';
