import { hash, timingSafeEqual } from 'node:crypto';
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
  const head = `${call.applicationSecret}+${call.consumerKey}+${call.method}+${url}+`;
  const tail = `+${call.timestamp}`;
  const text = call.body.length === 0 ? head + tail : Buffer.concat([Buffer.from(head), call.body, Buffer.from(tail)]);
  return `$1$${hash('sha1', text)}`;
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
  return candidateOrigins(host, publicUrls).map((origin) => origin + target);
}

/** The origins for the Host headers that came last; clients that poll send the same one over and over. */
const known = new WeakMap<readonly string[], { host: string; origins: readonly string[] }>();

/** In order of likelihood: nearly all signatures fit the first or second. */
export function candidateOrigins(host: string, publicUrls: readonly string[]): readonly string[] {
  const last = known.get(publicUrls);
  if (last?.host === host) return last.origins;
  const authorities = [host, host.replace(/:\d+$/, '')];
  const all = authorities.flatMap((authority) => [`https://${authority}`, `http://${authority}`]);
  for (const url of publicUrls) all.push(new URL(url).origin);
  const origins = [...new Set(all)];
  known.set(publicUrls, { host, origins });
  return origins;
}

/**
 * Whether a signature fits a target under one of the origins. Each comparison takes the same time however much of it fits; how many there are tells
 * only which form of URL a good signature was made for.
 */
export function verifySignature(
  signature: string,
  call: SignedCall,
  target: string,
  origins: readonly string[],
): boolean {
  const given = Buffer.from(signature);
  for (const origin of origins) {
    const expected = Buffer.from(sign(call, origin + target));
    if (given.length === expected.length && timingSafeEqual(given, expected)) return true;
  }
  return false;
}
