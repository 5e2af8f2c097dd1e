import { createCipheriv, createHmac } from 'node:crypto';
import { type TlsAlert, tlsAlerts } from '../../core/index.ts';

/** Alerts that refuse a client. */
export type AlertName = Extract<
  TlsAlert,
  | 'handshake_failure'
  | 'bad_certificate'
  | 'unsupported_certificate'
  | 'certificate_expired'
  | 'certificate_unknown'
  | 'unknown_ca'
  | 'access_denied'
  | 'certificate_required'
>;

const contentType = { alert: 21, applicationData: 23 } as const;
const fatal = 2;
/** The frozen version of TLS 1.3 records. RFC 8446 §5.1 */
const recordVersion = [3, 3] as const;

/** The cipher suites of TLS 1.3 that OpenSSL negotiates. RFC 8446 §B.4 */
const suites = {
  TLS_AES_128_GCM_SHA256: { cipher: 'aes-128-gcm', hash: 'sha256', keyBytes: 16 },
  TLS_AES_256_GCM_SHA384: { cipher: 'aes-256-gcm', hash: 'sha384', keyBytes: 32 },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: 'chacha20-poly1305', hash: 'sha256', keyBytes: 32 },
} as const;
const ivBytes = 12;
const tagBytes = 16;

function isSuite(name: string): name is keyof typeof suites {
  return name in suites;
}

/** HKDF-Expand-Label with an empty context, for at most one block of the hash. RFC 8446 §7.1 */
function expandLabel(hash: string, secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0])]);
  // RFC 5869 §2.3: the first block is HMAC(PRK, info | 0x01).
  const block = createHmac(hash, secret)
    .update(info)
    .update(Buffer.from([1]))
    .digest();
  return block.subarray(0, length);
}

/**
 * A fatal alert as the first record under the server's application traffic keys: what a TLS 1.3 server sends when it
 * refuses the client's certificate after its own Finished. RFC 8446 §5.2, §5.3, §6.2
 *
 * @param trafficSecret server_application_traffic_secret_0
 * @param suite standard name of the negotiated cipher suite
 * @returns undefined for a suite that is not known here
 */
export function protectedAlert(alert: AlertName, trafficSecret: Buffer, suite: string): Buffer | undefined {
  if (!isSuite(suite)) return undefined;
  const { cipher, hash, keyBytes } = suites[suite];
  const inner = Buffer.from([fatal, tlsAlerts[alert], contentType.alert]);
  const head = Buffer.from([contentType.applicationData, ...recordVersion, 0, inner.length + tagBytes]);
  // The nonce is the IV xor the sequence number, which is 0 for the first record.
  const iv = expandLabel(hash, trafficSecret, 'iv', ivBytes);
  const key = expandLabel(hash, trafficSecret, 'key', keyBytes);
  // Node types GCM and ChaCha20-Poly1305 apart; both take the same calls.
  const seal =
    cipher === 'chacha20-poly1305'
      ? createCipheriv(cipher, key, iv, { authTagLength: tagBytes })
      : createCipheriv(cipher, key, iv, { authTagLength: tagBytes });
  seal.setAAD(head, { plaintextLength: inner.length });
  return Buffer.concat([head, seal.update(inner), seal.final(), seal.getAuthTag()]);
}
