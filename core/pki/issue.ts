import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import forge from 'node-forge';
import type { Clock } from '../clock.ts';
import { KeyrigError } from '../errors.ts';
import type { Random } from '../random.ts';
import type { KeyPair } from './key-pool.ts';
import { nativeSigner, toForgePublicKey } from './sign.ts';

export type KeyPurpose = 'serverAuth' | 'clientAuth';

/** A certificate with its private key, all PEM. `chainPem` is the certificate followed by its issuers. */
export interface Identity {
  certificatePem: string;
  privateKeyPem: string;
  chainPem: string;
}

/** What a certificate shall say. Odd values make the deliberately broken ones: an end in the past, no key usage, another name. */
export interface CertificateRequest {
  commonName: string;
  organization?: string;
  keys: KeyPair;
  /** DNS names and IP addresses of the subject alternative name, besides the usual ones. */
  names?: readonly string[];
  /** Servers are also named localhost, 127.0.0.1, ::1 and by the host's name unless this is false. */
  usualNames?: boolean;
  /** Default: an hour ago. */
  notBefore?: Date;
  /** Default: a year ahead. */
  notAfter?: Date;
  /** Default: what the certificate is issued for. An empty list leaves the extension out. */
  extendedKeyUsage?: readonly KeyPurpose[];
}

/** The parts that issuing takes from the lab. */
export interface IssuingParts {
  clock: Clock;
  random: Random;
}

/** Who signs: its name and key; absent for a certificate that signs itself. */
export interface Issuer {
  certificate: forge.pki.Certificate;
  privateKey: KeyObject;
}

const hour = 3_600_000;
const year = 365 * 24 * hour;

/** The names every server certificate carries so that local clients accept it however they reach it. */
export function usualServerNames(): string[] {
  return ['localhost', '127.0.0.1', '::1', hostname()];
}

interface Subject extends Omit<CertificateRequest, 'keys'> {
  publicKey: KeyObject;
  /** The key that signs when there is no issuer. */
  ownKey?: KeyObject;
  authority?: boolean;
}

/** Lays out and signs an X.509 v3 certificate (RFC 5280) with SHA-256 and RSA. */
export function issueCertificate(subject: Subject, parts: IssuingParts, issuer?: Issuer): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = toForgePublicKey(subject.publicKey);
  // RFC 5280 §4.1.2.2: positive, at most 20 octets; a leading zero digit keeps it positive.
  certificate.serialNumber = `0${1 + parts.random.stream('pki').integer(7)}${parts.random.stream('pki').hex(30)}`;
  certificate.validity.notBefore = subject.notBefore ?? new Date(parts.clock.now() - hour);
  certificate.validity.notAfter = subject.notAfter ?? new Date(parts.clock.now() + (subject.authority ? 10 : 1) * year);
  const name = distinguishedName(subject);
  certificate.setSubject(name);
  certificate.setIssuer(issuer ? issuer.certificate.subject.attributes : name);
  certificate.setExtensions(extensions(subject, issuer));
  const key = issuer?.privateKey ?? subject.ownKey;
  if (!key) throw new TypeError('a certificate needs an issuer or its own key to be signed');
  certificate.sign(
    nativeSigner(key, () => certificate.tbsCertificate as forge.asn1.Asn1),
    forge.md.sha256.create(),
  );
  return certificate;
}

function distinguishedName(subject: Pick<Subject, 'commonName' | 'organization'>): forge.pki.CertificateField[] {
  return [
    { name: 'commonName', value: subject.commonName },
    { name: 'organizationName', value: subject.organization ?? 'keyrig' },
  ];
}

function extensions(subject: Subject, issuer?: Issuer): object[] {
  const list: object[] = [
    { name: 'basicConstraints', cA: subject.authority === true, critical: true },
    subject.authority
      ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
      : { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ];
  if (issuer) {
    list.push({
      name: 'authorityKeyIdentifier',
      keyIdentifier: issuer.certificate.generateSubjectKeyIdentifier().getBytes(),
    });
  }
  const usage = subject.extendedKeyUsage ?? [];
  if (usage.length > 0)
    list.push({ name: 'extKeyUsage', ...Object.fromEntries(usage.map((purpose) => [purpose, true])) });
  const names = [...(subject.usualNames ? usualServerNames() : []), ...(subject.names ?? [])];
  if (names.length > 0) {
    const altNames = [...new Set(names)].map((value) => (isIP(value) ? { type: 7, ip: value } : { type: 2, value }));
    list.push({ name: 'subjectAltName', altNames });
  }
  return list;
}

/** A certificate that signs itself, for servers (default) or clients. */
export function selfSigned(request: CertificateRequest, parts: IssuingParts): Identity {
  const { keys, ...subject } = request;
  const certificate = issueCertificate(
    { extendedKeyUsage: ['serverAuth'], ...subject, publicKey: keys.publicKey, ownKey: keys.privateKey },
    parts,
  );
  return toIdentity(certificate, keys, []);
}

/** Certificate, key and issuers as PEM. */
export function toIdentity(certificate: forge.pki.Certificate, keys: KeyPair, issuers: readonly string[]): Identity {
  const certificatePem = toPem(certificate);
  return {
    certificatePem,
    privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    chainPem: [certificatePem, ...issuers].join(''),
  };
}

/** PEM with plain line ends. */
export function toPem(certificate: forge.pki.Certificate): string {
  return forge.pki.certificateToPem(certificate).replace(/\r\n/g, '\n');
}

/** A certificate in PEM as forge's. Throws ERR_PKI_CERTIFICATE when it is none. */
export function fromPem(pem: string): forge.pki.Certificate {
  try {
    return forge.pki.certificateFromPem(pem);
  } catch (cause) {
    throw new KeyrigError('ERR_PKI_CERTIFICATE', 'This is not a readable X.509 certificate.', { cause });
  }
}
