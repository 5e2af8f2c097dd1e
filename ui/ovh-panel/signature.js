/**
 * The signature of a call (documented by OVHcloud's clients): `$1$` and the SHA-1 of secret, consumer key, method, URL, body and
 * timestamp, joined by plus signs.
 *
 * @param {{ applicationSecret: string, consumerKey: string }} keys
 * @param {{ method: string, url: string, body: string, timestamp: number }} call the timestamp in seconds since the epoch
 * @returns {Promise<string>}
 */
export async function sign({ applicationSecret, consumerKey }, { method, url, body, timestamp }) {
  const text = [applicationSecret, consumerKey, method, url, body, timestamp].join('+');
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  const bytes = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  return `$1$${bytes.join('')}`;
}
