import { hash, timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same. The time it takes tells nothing of either, not even its length. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
