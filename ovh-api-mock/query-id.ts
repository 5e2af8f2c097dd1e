import type { Runtime } from '../core/index.ts';

/**
 * Makes values of the header X-OVH-QUERYID, `EU.ext-3.65e35d7b.2743956.409faf75…`: gateway, hexadecimal seconds, a number,
 * 32 hexadecimal digits (shape reported by users).
 */
export function queryIds({ clock, random }: Runtime, gatewayName: string): () => string {
  const stream = random.stream('ovh.query-id');
  return () => {
    const seconds = Math.floor(clock.now() / 1000).toString(16);
    // One draw for both: every answer takes one.
    const digits = stream.hex(38);
    const number = 1_000_000 + (Number.parseInt(digits.slice(32), 16) % 9_000_000);
    // Joined, not added up: the journal keeps many, and a sum keeps its parts.
    return [gatewayName, seconds, number, digits.slice(0, 32)].join('.');
  };
}
