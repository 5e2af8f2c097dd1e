import type { X509Certificate } from 'node:crypto';
import { type Attribute, CryptographicAlgorithm, DigitalSignatureAlgorithm, makeAttribute } from '../kmip/index.ts';
import { readDer } from './der.ts';

/**
 * The attributes that Register derives from an X.509 certificate. KMIP 1.1 §3.9 to §3.16: length, identifier, subject,
 * issuer, signature algorithm, and the algorithm and length of the public key.
 */
export function certificateAttributes(certificate: X509Certificate): Attribute[] {
  const { serialNumber, signatureAlgorithm, issuer, subject } = namesOf(certificate.raw);
  const key = certificate.publicKey;
  const algorithm = keyAlgorithms[key.asymmetricKeyType ?? ''];
  const bits = key.asymmetricKeyDetails?.modulusLength ?? curveBits[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const signature = signatureAlgorithms[signatureAlgorithm];
  return [
    ...(algorithm === undefined ? [] : [makeAttribute('Cryptographic Algorithm', algorithm)]),
    ...(bits === undefined ? [] : [makeAttribute('Cryptographic Length', bits)]),
    makeAttribute('Certificate Length', certificate.raw.length),
    makeAttribute('X.509 Certificate Identifier', {
      issuerDistinguishedName: issuer,
      certificateSerialNumber: serialNumber,
    }),
    makeAttribute('X.509 Certificate Subject', { subjectDistinguishedName: subject, subjectAlternativeNames: [] }),
    makeAttribute('X.509 Certificate Issuer', { issuerDistinguishedName: issuer, issuerAlternativeNames: [] }),
    ...(signature === undefined ? [] : [makeAttribute('Digital Signature Algorithm', signature)]),
  ];
}

const keyAlgorithms: Readonly<Record<string, number>> = {
  rsa: CryptographicAlgorithm.RSA,
  dsa: CryptographicAlgorithm.DSA,
  ec: CryptographicAlgorithm.ECDSA,
};

const curveBits: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521 };

/** By the DER content of the algorithm's object identifier, in hexadecimal. RFC 8017 §A.2, RFC 5758 §3.2 */
const signatureAlgorithms: Readonly<Record<string, number>> = {
  '2a864886f70d010105': DigitalSignatureAlgorithm.SHA_1WithRSAEncryptionPKCS_1V1_5,
  '2a864886f70d01010b': DigitalSignatureAlgorithm.SHA_256WithRSAEncryptionPKCS_1V1_5,
  '2a864886f70d01010c': DigitalSignatureAlgorithm.SHA_384WithRSAEncryptionPKCS_1V1_5,
  '2a864886f70d01010d': DigitalSignatureAlgorithm.SHA_512WithRSAEncryptionPKCS_1V1_5,
  '2a8648ce3d040302': DigitalSignatureAlgorithm.ECDSAWithSHA256,
  '2a8648ce3d040303': DigitalSignatureAlgorithm.ECDSAWithSHA384,
  '2a8648ce3d040304': DigitalSignatureAlgorithm.ECDSAWithSHA512,
};

const integerTag = 0x02;
const explicitVersionTag = 0xa0;

/** TBSCertificate of RFC 5280 §4.1: version [0] optional, serialNumber, signature, issuer, validity, subject. */
function namesOf(der: Buffer) {
  const certificate = readDer(der, 0);
  const tbs = readDer(der, certificate.start);
  let field = readDer(der, tbs.start);
  const next = () => {
    field = readDer(der, field.end);
    return field;
  };
  if (field.tag === explicitVersionTag) next();
  if (field.tag !== integerTag) throw new TypeError('the certificate has no serial number');
  const serialNumber = der.subarray(field.start, field.end);
  const algorithm = readDer(der, next().start);
  const issuer = der.subarray(next().offset, field.end);
  next();
  const subject = der.subarray(next().offset, field.end);
  return {
    serialNumber,
    signatureAlgorithm: der.toString('hex', algorithm.start, algorithm.end),
    issuer,
    subject,
  };
}
