import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { createSigningRequest } from '../../../core/pki/index.ts';
import { CertificateRequestType, KeyFormatType, makeTransparentKey, ObjectType } from '../../../kmip/index.ts';
import { readCertificateRequest } from '../../../kmip-server/cryptography/certificate-request.ts';
import {
  createIssuer,
  issueCertificate,
  subjectName,
  validateChain,
} from '../../../kmip-server/cryptography/certify.ts';
import { encodeName, parseName } from '../../../kmip-server/cryptography/distinguished-name.ts';
import { readKey, writeKeyMaterial } from '../../../kmip-server/cryptography/key-formats.ts';
import { packPkcs12, unpackPkcs12 } from '../../../kmip-server/cryptography/pkcs12.ts';
import { hasOasisCases, oasisBytes, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

const start = Date.UTC(2026, 0, 1) / 1000;
const day = 86_400;
const validity = { notBefore: start, notAfter: start + 365 * day };
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const serialNumber = hex('9bba23d1b6a48f97');
const caName = encodeName(parseName('CN=KMIP,OU=OASIS,O=TEST,C=US'));

describe('distinguished names', () => {
  it('are DER in the order that the text reverses', () => {
    expect(parseName('CN=Client, OU=KMIP')).toEqual([
      { type: 'OU', value: 'KMIP' },
      { type: 'CN', value: 'Client' },
    ]);
    // PrintableString, and UTF-8 for what is not printable in ASN.1's sense.
    expect(encodeName(parseName('CN=Ä,C=US'))).toEqual(
      hex('301a 310b 3009 0603550406 1302 5553 310b 3009 0603550403 0c02 c384'),
    );
  });

  it('takes escaped commas and dotted types', () => {
    expect(parseName('O=Acme\\, Inc.,2.5.4.3=x')).toEqual([
      { type: '2.5.4.3', value: 'x' },
      { type: 'O', value: 'Acme, Inc.' },
    ]);
    for (const text of ['', 'nonsense', 'CN', 'QQ=1']) {
      expect(reasonOf(() => encodeName(parseName(text)))).toBe('Invalid Field');
    }
  });
});

describe('issuing', () => {
  it.each([
    ['RSA', rsa, rsa],
    ['EC', ec, ec],
    ['EC for an RSA key', ec, rsa],
  ])('a certificate authority with %s', (_name, own, theirs) => {
    const issuer = createIssuer({ name: caName, serialNumber: hex('01'), ...validity }, own().privateKey);
    expect(issuer.certificate.ca).toBe(true);
    expect(issuer.certificate.verify(issuer.certificate.publicKey)).toBe(true);
    const { publicKey } = theirs();
    const name = encodeName(parseName('CN=Client,OU=KMIP,O=ACME,C=US'));
    const made = issueCertificate({ name, publicKey, serialNumber, ...validity }, issuer);
    expect(made.subject).toBe('C=US\nO=ACME\nOU=KMIP\nCN=Client');
    expect(made.issuer).toBe('C=US\nO=TEST\nOU=OASIS\nCN=KMIP');
    expect(made.serialNumber).toBe('9BBA23D1B6A48F97');
    expect(made.ca).toBe(false);
    expect(made.publicKey.equals(publicKey)).toBe(true);
    expect(made.checkIssued(issuer.certificate)).toBe(true);
    expect(made.verify(issuer.certificate.publicKey)).toBe(true);
    expect(made.validFromDate.getTime() / 1000).toBe(start);
    expect(made.validToDate.getTime() / 1000).toBe(start + 365 * day);
    expect(subjectName(made)).toEqual(name);
  });

  it('writes years from 2050 on as GeneralizedTime', () => {
    const notAfter = Date.UTC(2050, 5, 1) / 1000;
    const { certificate } = createIssuer({ name: caName, serialNumber, notBefore: start, notAfter }, ec().privateKey);
    expect(certificate.validToDate.getTime() / 1000).toBe(notAfter);
  });

  it('takes over the extensions of a request, but none that make an authority', () => {
    const issuer = createIssuer({ name: caName, serialNumber, ...validity }, ec().privateKey);
    // subjectAltName DNS:kms.test; basicConstraints CA:TRUE
    const names = hex('30130603551d11040c300a82086b6d732e74657374');
    const authority = hex('300c0603551d13040530030101ff');
    const subject = { name: caName, publicKey: ec().publicKey, serialNumber, ...validity };
    const made = issueCertificate({ ...subject, extensions: [names, authority] }, issuer);
    expect(made.subjectAltName).toBe('DNS:kms.test');
    expect(made.ca).toBe(false);
  });

  it('reads requests in DER and PEM, and refuses those that are not signed', () => {
    const keys = rsa();
    const pem = createSigningRequest({ commonName: 'kms', organization: 'keyrig' }, keys);
    const read = readCertificateRequest(CertificateRequestType.PEM, Buffer.from(pem));
    expect(read.publicKey.equals(keys.publicKey)).toBe(true);
    const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    expect(readCertificateRequest(CertificateRequestType.PKCS_10, der).subject).toEqual(read.subject);
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    expect(reasonOf(() => readCertificateRequest(CertificateRequestType.PKCS_10, der))).toBe('Invalid Field');
    expect(reasonOf(() => readCertificateRequest(CertificateRequestType.PKCS_10, Buffer.from(pem)))).toBe(
      'Invalid Field',
    );
    expect(reasonOf(() => readCertificateRequest(CertificateRequestType.PEM, der))).toBe('Invalid Field');
    expect(reasonOf(() => readCertificateRequest(CertificateRequestType.CRMF, der))).toBe('Feature Not Supported');
  });

  it.skipIf(!hasOasisCases)(`OASIS TC-134-12: certifies its request (${SKIPPED})`, () => {
    const file = 'v1.2/TC_134_12_Register_Key_Pair_Certify_and_Re_certify_Public_Key.xml';
    const [request] = oasisBytes(file, 'CertificateRequest') as [Buffer];
    const [theirs] = oasisBytes(file, 'CertificateValue') as [Buffer];
    const read = readCertificateRequest(CertificateRequestType.PKCS_10, request);
    const expected = new X509Certificate(theirs);
    expect(read.subject).toEqual(subjectName(expected));
    const issuer = createIssuer({ name: caName, serialNumber: hex('01'), ...validity }, rsa().privateKey);
    const made = issueCertificate({ ...read, name: read.subject, serialNumber, ...validity }, issuer);
    expect(made.subject).toBe(expected.subject);
    expect(made.issuer).toBe(expected.issuer);
    // The X.509 Certificate Issuer of the case, byte for byte.
    expect(subjectName(issuer.certificate)).toEqual(oasisBytes(file, 'IssuerDistinguishedName')[0]);
    expect(made.publicKey.equals(expected.publicKey)).toBe(true);
  });
});

describe('validating chains', () => {
  const root = createIssuer({ name: caName, serialNumber: hex('01'), ...validity }, ec().privateKey);
  const { privateKey, publicKey } = ec();
  const leafSubject = { name: encodeName([{ type: 'CN', value: 'leaf' }]), serialNumber: hex('02'), ...validity };
  const leaf = issueCertificate({ ...leafSubject, publicKey }, root);
  const date = start + day;

  it('Valid in any order, with or without an anchor', () => {
    expect(validateChain([leaf, root.certificate], { date })).toBe('Valid');
    expect(validateChain([root.certificate, leaf], { date })).toBe('Valid');
    expect(validateChain([root.certificate], { date })).toBe('Valid');
    expect(validateChain([leaf], { date, anchors: [root.certificate] })).toBe('Valid');
    expect(validateChain([leaf, leaf, root.certificate], { date })).toBe('Valid');
  });

  it('Unknown without the issuer, or when another root is trusted', () => {
    const other = createIssuer({ name: leafSubject.name, serialNumber, ...validity }, ec().privateKey);
    expect(validateChain([leaf], { date })).toBe('Unknown');
    expect(validateChain([], { date })).toBe('Unknown');
    expect(validateChain([leaf, root.certificate], { date, anchors: [other.certificate] })).toBe('Unknown');
  });

  it('Invalid at another date, with a wrong signature, a leaf as issuer or a stranger', () => {
    expect(validateChain([leaf, root.certificate], { date: start - 1 })).toBe('Invalid');
    expect(validateChain([leaf, root.certificate], { date: start + 400 * day })).toBe('Invalid');
    const damaged = Buffer.from(leaf.raw);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(validateChain([new X509Certificate(damaged), root.certificate], { date })).toBe('Invalid');
    const below = {
      name: encodeName([{ type: 'CN', value: 'below' }]),
      publicKey,
      serialNumber: hex('03'),
      ...validity,
    };
    const child = issueCertificate(below, { certificate: leaf, privateKey });
    expect(['Invalid', 'Unknown']).toContain(validateChain([child, leaf, root.certificate], { date }));
    const stranger = createIssuer(
      { name: encodeName([{ type: 'CN', value: 's' }]), serialNumber, ...validity },
      privateKey,
    );
    expect(validateChain([leaf, root.certificate, stranger.certificate], { date })).toBe('Invalid');
  });

  it.skipIf(!hasOasisCases)(`the chain of OASIS TC-PKCS12-1-14 (${SKIPPED})`, () => {
    const chain = oasisBytes('v1.4/TC-PKCS12-1-14.xml', 'CertificateValue').map((one) => new X509Certificate(one));
    const then = Date.UTC(2015, 11, 20) / 1000;
    expect(chain.length).toBe(3);
    // The certificate in the middle is not marked as an authority (RFC 5280 §6.1.4 (k)).
    expect(validateChain(chain, { date: then })).toBe('Invalid');
    expect(validateChain(chain.slice(1), { date: then })).toBe('Valid');
    expect(validateChain(chain.slice(0, 2), { date: then, anchors: chain.slice(1, 2) })).toBe('Valid');
    expect(validateChain(chain.slice(1, 2), { date: then })).toBe('Unknown');
    expect(validateChain(chain.slice(1), { date })).toBe('Invalid');
  });
});

describe('PKCS#12', () => {
  const root = createIssuer({ name: caName, serialNumber: hex('01'), ...validity }, ec().privateKey);

  it.each([
    ['RSA', rsa],
    ['EC', ec],
  ])('OpenSSL opens a file with a key of %s, and so do we', (_name, make) => {
    const keys = make();
    const subject = { name: encodeName([{ type: 'CN', value: 'p12' }]), serialNumber: hex('05'), ...validity };
    const own = issueCertificate({ ...subject, publicKey: keys.publicKey }, root);
    const certificates = [own.raw, root.certificate.raw];
    const file = packPkcs12({ privateKey: keys.privateKey, certificates, friendlyName: 'my key' }, 'pass word');
    // Throws when the MAC, the key or the certificates are wrong.
    createSecureContext({ pfx: file, passphrase: 'pass word' });
    expect(() => createSecureContext({ pfx: file, passphrase: 'wrong' })).toThrow();
    const read = unpackPkcs12(file, 'pass word');
    expect(read.privateKey.equals(keys.privateKey)).toBe(true);
    expect(read.certificates).toEqual(certificates);
    expect(read.friendlyName).toBe('my key');
    expect(reasonOf(() => unpackPkcs12(file, 'wrong'))).toBe('Cryptographic Failure');
  });

  it('opens a file without certificates, and refuses what is none', () => {
    const { privateKey } = ec();
    const file = packPkcs12({ privateKey, certificates: [] }, 'secret');
    expect(unpackPkcs12(file, 'secret')).toMatchObject({ certificates: [], friendlyName: undefined });
    for (const bytes of [Buffer.alloc(0), randomBytes(40), hex('3000'), file.subarray(0, 50)]) {
      expect(reasonOf(() => unpackPkcs12(bytes, 'secret'))).toBe('Cryptographic Failure');
    }
  });

  it.skipIf(!hasOasisCases)(`OASIS TC-PKCS12-1-14: the key and its chain (${SKIPPED})`, () => {
    const file = 'v1.4/TC-PKCS12-1-14.xml';
    const number = (element: string) => BigInt(`0x${oasisBytes(file, element)[0]?.toString('hex')}`);
    const keyMaterial = makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, {
      modulus: number('Modulus'),
      privateExponent: number('PrivateExponent'),
      publicExponent: number('PublicExponent'),
      p: number('P'),
      q: number('Q'),
    });
    const block = { keyFormatType: KeyFormatType.TransparentRSAPrivateKey, keyValue: { keyMaterial, attributes: [] } };
    const certificates = oasisBytes(file, 'CertificateValue');
    const read = readKey(ObjectType.PrivateKey, block);
    const made = writeKeyMaterial(read, KeyFormatType.PKCS_12, { password: 'password', certificates });
    const opened = unpackPkcs12(made as Buffer, 'password');
    expect(opened.certificates).toEqual(certificates);
    const [own] = certificates.map((one) => new X509Certificate(one));
    expect(own?.checkPrivateKey(opened.privateKey)).toBe(true);
  });
});
