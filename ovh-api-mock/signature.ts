import { createHash, timingSafeEqual } from 'node:crypto';
import { maskBody, maskKey, maskUrl } from './mask.ts';

/** What a signature covers besides the URL (spec 2.2, documented). */
export interface SignedCall {
  applicationSecret: string;
  consumerKey: string;
  /** Upper case. */
  method: string;
  /** The raw bytes as sent; empty when there is no body. */
  body: Buffer;
  /** X-Ovh-Timestamp as sent. */
  timestamp: string;
}

/** `$1$` and the SHA-1 of secret, consumer key, method, URL, body and timestamp joined by plus signs (spec 2.2, documented). */
export function sign(call: SignedCall, url: string): string {
  const hash = createHash('sha1');
  hash.update(`${call.applicationSecret}+${call.consumerKey}+${call.method}+${url}+`);
  hash.update(call.body);
  hash.update(`+${call.timestamp}`);
  return `$1$${hash.digest('hex')}`;
}

/** The string that {@link sign} hashes, for people: secrets masked. */
export function maskedStringToSign(call: SignedCall, url: string): string {
  const { method, body, timestamp, consumerKey } = call;
  const parts = ['<applicationSecret>', maskKey(consumerKey), method, maskUrl(url), maskBody(body), timestamp];
  return parts.join('+');
}

/**
 * The URLs under which a client may have signed one request (spec 2.5): the official Node client signs `https://` and the
 * host without its port whatever it dials (observed), the others sign the URL they were configured with, and behind a hosts
 * entry or a proxy that is a public name.
 *
 * @param host Host header
 * @param target the request target as sent, path and query
 * @param publicUrls configured base URLs; their origins count
 */
export function candidateUrls(host: string, target: string, publicUrls: readonly string[]): string[] {
  const authorities = [host, host.replace(/:\d+$/, '')];
  const origins = authorities.flatMap((authority) => [`https://${authority}`, `http://${authority}`]);
  for (const url of publicUrls) origins.push(new URL(url).origin);
  return [...new Set(origins)].map((origin) => origin + target);
}

/** Whether a signature fits one of the URLs. Takes the same time whichever it is. */
export function verifySignature(signature: string, call: SignedCall, urls: readonly string[]): boolean {
  const given = Buffer.from(signature);
  let valid = false;
  for (const url of urls) {
    const expected = Buffer.from(sign(call, url));
    if (given.length === expected.length && timingSafeEqual(given, expected)) valid = true;
  }
  return valid;
}
