import { KMIP_VERSIONS, type KmipVersion } from '../registry/index.ts';

/** Protocol Version of a message. KMIP 1.1 §6.1 */
export type ProtocolVersion = { major: number; minor: number };

/** `{ major: 1, minor: 1 }` for `1.1`. */
export function protocolVersion(version: KmipVersion): ProtocolVersion {
  return { major: 1, minor: minorOf(version) };
}

/** The name of a version that keyrig knows, or undefined. */
export function kmipVersion({ major, minor }: ProtocolVersion): KmipVersion | undefined {
  return major === 1 ? KMIP_VERSIONS[minor] : undefined;
}

/** 4 for `1.4`. */
export function minorOf(version: KmipVersion): number {
  // The one digit behind the dot: asked for with every field of every message.
  return version.charCodeAt(2) - 48;
}

/** The version gate: does a message of `version` know what `since` introduced? */
export function isSince(version: ProtocolVersion, since: KmipVersion): boolean {
  return version.major > 1 || (version.major === 1 && version.minor >= minorOf(since));
}

/** True for minor versions that came after those that keyrig knows: their unknown fields are ignored. KMIP 1.1 §6.1 */
export function isNewerThanKnown(version: ProtocolVersion): boolean {
  return version.major > 1 || version.minor >= KMIP_VERSIONS.length;
}

/** `1.1` */
export function formatVersion({ major, minor }: ProtocolVersion): string {
  return `${major}.${minor}`;
}
