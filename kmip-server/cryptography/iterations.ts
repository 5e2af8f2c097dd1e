import { type Der, DerTag, readElements, unsignedNumber } from './der.ts';

/** More than any real file has; each thousand costs a millisecond or so. */
const mostIterations = 1_000_000n;

function elementsIn(bytes: Buffer): Der[] {
  try {
    return readElements(bytes);
  } catch {
    return [];
  }
}

function asksForTooMany(bytes: Buffer, depth: number): boolean {
  if (depth > 32) return true;
  let previous = 0;
  for (const { tag, content } of elementsIn(bytes)) {
    if (tag === DerTag.Integer && previous === DerTag.OctetString && unsignedNumber(content) > mostIterations)
      return true;
    const mayHoldMore = (tag & 0x20) !== 0 || tag === DerTag.OctetString;
    if (mayHoldMore && asksForTooMany(content, depth + 1)) return true;
    previous = tag;
  }
  return false;
}

/**
 * Whether an encrypted PKCS#8 key or a PKCS#12 file asks for so many rounds of hashing the password that opening it would
 * stop the server. In both an iteration count is the INTEGER after the salt (RFC 8018 §A.2, §A.3; RFC 7292 §4).
 */
export function hasTooManyIterations(file: Buffer): boolean {
  return asksForTooMany(file, 0);
}
