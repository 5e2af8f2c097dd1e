/** Attribute Name, KMIP 1.1 §2.1.1: the one text whose values are few, public, and in nearly every message. */
export const ATTRIBUTE_NAME = 0x42000a;

const SLOTS = 1024;
const MAX_BYTES = 64;
const names: string[] = new Array(SLOTS).fill('');

/**
 * Attribute Names seen before, so that a name is one string however often it is read: making it costs more than
 * comparing it, and a string that is met again is found faster in a Map. Each slot holds one name, the last.
 */
export function cachedName(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (!isCacheable(start, end)) return undefined;
  const found = names[slotOf(bytes, start, end)] as string;
  // As many characters as bytes: then all are ASCII, and one can be compared with the other.
  if (found.length !== end - start) return undefined;
  for (let index = 0; index < found.length; index += 1) {
    if (found.charCodeAt(index) !== bytes[start + index]) return undefined;
  }
  return found;
}

/** Keeps `name`, which stands at `start`. */
export function cacheName(name: string, bytes: Uint8Array, start: number, end: number): void {
  if (isCacheable(start, end)) names[slotOf(bytes, start, end)] = name;
}

function isCacheable(start: number, end: number): boolean {
  return start < end && end - start <= MAX_BYTES;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  // With these factors no two standard names share a slot; others that do only take turns in it.
  const first = bytes[start] as number;
  const middle = bytes[(start + end) >> 1] as number;
  const last = bytes[end - 1] as number;
  return (first * 131 + middle * 17 + last * 53 + (end - start) * 7) % SLOTS;
}
