import { createPublicKey, type KeyObject } from 'node:crypto';
import forge from 'node-forge';
import { KeyrigError } from '../errors.ts';
import type { KeyPair } from './key-pool.ts';
import { nativeSigner, toForgePublicKey } from './sign.ts';

/** The subject of a signing request; the fields are those of vSphere's CertSignRequest. */
export interface SigningSubject {
  commonName: string;
  organization?: string;
  organizationUnit?: string;
  locality?: string;
  state?: string;
  country?: string;
  email?: string;
}

const fieldNames = {
  commonName: 'commonName',
  organization: 'organizationName',
  organizationUnit: 'organizationalUnitName',
  locality: 'localityName',
  state: 'stateOrProvinceName',
  country: 'countryName',
  email: 'emailAddress',
} as const satisfies Record<keyof SigningSubject, string>;

/** Makes a PKCS#10 certificate signing request (RFC 2986) in PEM. */
export function createSigningRequest(subject: SigningSubject, keys: KeyPair): string {
  const request = forge.pki.createCertificationRequest();
  request.publicKey = toForgePublicKey(keys.publicKey);
  const attributes = Object.entries(fieldNames).flatMap(([key, name]) => {
    const value = subject[key as keyof SigningSubject];
    return value ? [{ name, value }] : [];
  });
  request.setSubject(attributes);
  request.sign(
    nativeSigner(keys.privateKey, () => request.certificationRequestInfo as forge.asn1.Asn1),
    forge.md.sha256.create(),
  );
  return forge.pki.certificationRequestToPem(request).replace(/\r\n/g, '\n');
}

/** Reads and verifies a signing request. Throws ERR_PKI_CERTIFICATE when it is not valid or not signed by its own key. */
export function readSigningRequest(pem: string): {
  commonName: string;
  organization: string | undefined;
  publicKey: KeyObject;
} {
  let request: forge.pki.CertificateSigningRequest;
  try {
    request = forge.pki.certificationRequestFromPem(pem);
    if (!request.publicKey || !request.verify()) throw new Error('its signature does not fit its key');
  } catch (cause) {
    throw new KeyrigError('ERR_PKI_CERTIFICATE', 'This is not a valid certificate signing request.', { cause });
  }
  const field = (name: string): string | undefined => request.subject.getField({ name })?.value as string | undefined;
  return {
    commonName: field('commonName') ?? '',
    organization: field('organizationName'),
    publicKey: createPublicKey(forge.pki.publicKeyToPem(request.publicKey as forge.pki.rsa.PublicKey)),
  };
}
