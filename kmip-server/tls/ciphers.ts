/** Forward-secret AEAD suites for TLS 1.2 and 1.3, in order of preference. */
const modern = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/**
 * TLS_RSA_WITH_AES_256_CBC_SHA256 and TLS_RSA_WITH_AES_128_CBC_SHA256: KMIP 1.1 Profiles §3 (TLS 1.2 authentication
 * suite) asks for them, and vCenter 7.0.3 settles on the second when nothing newer is offered (observed).
 */
const profile = ['AES256-SHA256', 'AES128-SHA256'];

/** The server's cipher list in OpenSSL's notation. */
export function cipherList(profileCiphers: boolean): string {
  return [...modern, ...(profileCiphers ? profile : [])].join(':');
}
