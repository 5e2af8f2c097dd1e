/**
 * The alerts that end a TLS handshake, with their codes: RFC 5246 §7.2.2, RFC 8446 §6.2, RFC 6066 §9, RFC 7301 §3.2.
 * close_notify and user_canceled are no errors and stand apart.
 */
export const tlsAlerts = {
  unexpected_message: 10,
  bad_record_mac: 20,
  record_overflow: 22,
  handshake_failure: 40,
  bad_certificate: 42,
  unsupported_certificate: 43,
  certificate_revoked: 44,
  certificate_expired: 45,
  certificate_unknown: 46,
  illegal_parameter: 47,
  unknown_ca: 48,
  access_denied: 49,
  decode_error: 50,
  decrypt_error: 51,
  protocol_version: 70,
  insufficient_security: 71,
  internal_error: 80,
  inappropriate_fallback: 86,
  missing_extension: 109,
  unsupported_extension: 110,
  unrecognized_name: 112,
  bad_certificate_status_response: 113,
  unknown_psk_identity: 115,
  certificate_required: 116,
  no_application_protocol: 120,
} as const;
export type TlsAlert = keyof typeof tlsAlerts;

const alertRecord = 21;
const fatal = 2;

/** A fatal alert in clear, as it stands on the wire before keys are agreed on. RFC 5246 §6.2.1, §7.2; RFC 8446 §5.1 */
export function clearAlert(alert: TlsAlert): Buffer {
  return Buffer.from([alertRecord, 3, 3, 0, 2, fatal, tlsAlerts[alert]]);
}
