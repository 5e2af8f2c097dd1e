import { hash } from 'node:crypto';
import type { RandomStream } from '../core/index.ts';

/** Version 4 UUIDs (RFC 9562 §5.4): one draw of the stream seeds them all, because each draw is dear on the hot path. */
export function uuidSource(stream: RandomStream): () => string {
  const seed = stream.hex(32);
  let count = 0;
  return () => {
    const hex = hash('sha256', `${seed} ${++count}`);
    // The two highest bits of the variant digit are 10.
    const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) % 4];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
}
