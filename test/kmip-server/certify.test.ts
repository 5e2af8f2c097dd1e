import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSigningRequest, KeyPool, ManualClock } from '../../core/index.ts';
import {
  CertificateRequestType,
  CertificateType,
  CryptographicAlgorithm,
  KeyFormatType,
  LinkType,
  makeAttribute,
  ObjectType,
  operations,
  RevocationReasonCode,
  ValidityIndicator,
} from '../../kmip/index.ts';
import { SharedMemory } from '../../kmip-server/store/shared-memory.ts';
import {
  attributeOf,
  createPair,
  linksOf,
  mask,
  materialOf,
  namesOf,
  Sign,
  start,
  template,
  Verify,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { named } from './requests.ts';

const now = start / 1000;
const day = 86_400;
const keys = new KeyPool();

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

type Request = Parameters<typeof operations.certify.request.encode>[0];

async function certify(request: Request): Promise<string> {
  return (await client.ok(operations.certify, request)).uniqueIdentifier;
}

async function certificateOf(uniqueIdentifier: string): Promise<X509Certificate> {
  const { object } = await client.ok(operations.get, { uniqueIdentifier });
  if (!('certificateValue' in object)) throw new Error('Get returned no certificate');
  return new X509Certificate(object.certificateValue);
}

/** An RSA key pair of which the server has the public half, with a signing request in PEM. */
async function registered(): Promise<{ publicKey: string; request: string }> {
  const pair = await keys.get('certified');
  const keyMaterial = pair.publicKey.export({ type: 'pkcs1', format: 'der' });
  const { uniqueIdentifier } = await client.ok(operations.register, {
    objectType: ObjectType.PublicKey,
    templateAttribute: template(mask(Verify)),
    object: {
      objectType: ObjectType.PublicKey,
      keyBlock: {
        keyFormatType: KeyFormatType.PKCS_1,
        keyValue: { keyMaterial, attributes: [] },
        cryptographicAlgorithm: CryptographicAlgorithm.RSA,
        cryptographicLength: 2048,
      },
    },
  });
  const request = createSigningRequest({ commonName: 'client', organization: 'ACME' }, pair);
  return { publicKey: uniqueIdentifier, request };
}

function der(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}

async function validity(uniqueIdentifiers: string[], more = {}): Promise<number> {
  const request = { certificates: [], uniqueIdentifiers, ...more };
  return (await client.ok(operations.validate, request)).validityIndicator;
}

describe('Certify, KMIP 1.1 §4.7', () => {
  it.each([
    ['PKCS#10', CertificateRequestType.PKCS_10, der],
    ['PEM', CertificateRequestType.PEM, (pem: string) => Buffer.from(pem)],
  ])('issues a certificate for a request in %s, for its subject and key', async (_name, type, encode) => {
    const { publicKey, request } = await registered();
    const uniqueIdentifier = await certify({
      uniqueIdentifier: publicKey,
      certificateRequestType: type,
      certificateRequest: encode(request),
      templateAttribute: template(named('certificate'), mask(Sign, Verify)),
    });
    const certificate = await certificateOf(uniqueIdentifier);
    expect(certificate.subject).toBe('CN=client\nO=ACME');
    expect(certificate.publicKey.equals((await keys.get('certified')).publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.validFromDate.getTime()).toBe(start);
    expect(certificate.validToDate.getTime()).toBe(start + 365 * day * 1000);
    expect(await namesOf(client, uniqueIdentifier)).toEqual(['certificate']);
    expect(await attributeOf(client, uniqueIdentifier, 'Certificate Type')).toBe(CertificateType.X_509);
    expect(await attributeOf(client, uniqueIdentifier, 'Certificate Length')).toBe(certificate.raw.length);
    expect(await attributeOf(client, uniqueIdentifier, 'Cryptographic Usage Mask')).toBe(Sign | Verify);
    expect(await attributeOf(client, uniqueIdentifier, 'Certificate Subject')).toMatchObject({
      certificateSubjectDistinguishedName: 'O=ACME,CN=client',
    });
  });

  it('links the certificate and the public key', async () => {
    const { publicKeyUniqueIdentifier: publicKey, privateKeyUniqueIdentifier: privateKey } = await createPair(client);
    const certificate = await certify({ uniqueIdentifier: publicKey });
    expect(await linksOf(client, certificate)).toEqual([[LinkType.PublicKeyLink, publicKey]]);
    expect(await linksOf(client, publicKey)).toEqual([
      [LinkType.PrivateKeyLink, privateKey],
      [LinkType.CertificateLink, certificate],
    ]);
  });

  it('without a request takes the subject from the attributes, else the identifier of the key', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const subject = makeAttribute('Certificate Subject', {
      certificateSubjectDistinguishedName: 'CN=device,OU=KMIP,O=ACME,C=US',
      certificateSubjectAlternativeNames: [],
    });
    const dates = [makeAttribute('Activation Date', now - day), makeAttribute('Deactivation Date', now + 10 * day)];
    const one = await certify({ uniqueIdentifier: publicKey, templateAttribute: template(subject, ...dates) });
    const certificate = await certificateOf(one);
    expect(certificate.subject).toBe('C=US\nO=ACME\nOU=KMIP\nCN=device');
    expect(certificate.validFromDate.getTime()).toBe(start - day * 1000);
    expect(certificate.validToDate.getTime()).toBe(start + 10 * day * 1000);
    const spki = await materialOf(client, publicKey, KeyFormatType.X_509);
    expect(certificate.publicKey.export({ type: 'spki', format: 'der' })).toEqual(spki);
    const other = await certificateOf(await certify({ uniqueIdentifier: publicKey }));
    expect(other.subject).toBe(`CN=${publicKey}`);
    expect(other.issuer).toBe(certificate.issuer);
    expect(other.serialNumber).not.toBe(certificate.serialNumber);
  });

  it('keeps its authority to itself', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    await certify({ uniqueIdentifier: publicKey });
    const { uniqueIdentifiers } = await client.ok(operations.locate, { attributes: [] });
    expect(uniqueIdentifiers).toHaveLength(3);
    const [authority] = lab.server.objects.list().filter((one) => !uniqueIdentifiers.includes(one.uniqueIdentifier));
    const request = { uniqueIdentifier: authority!.uniqueIdentifier };
    expect(await client.refused(operations.get, request)).toMatch(/^PermissionDenied/);
    expect(await client.refused(operations.destroy, request)).toMatch(/^PermissionDenied/);
  });

  it('shares its authority with the servers of its cluster', async () => {
    const memory = new SharedMemory();
    const [one, other] = [
      await connect(await startLab({ clock, store: memory.connect() })),
      await connect(await startLab({ clock, store: memory.connect() })),
    ];
    const pair = await createPair(one);
    const request = { uniqueIdentifier: pair.publicKeyUniqueIdentifier };
    const { uniqueIdentifier: first } = await one.ok(operations.certify, request);
    const { uniqueIdentifier: second } = await other.ok(operations.certify, request);
    const issuers = new Set<string>();
    for (const uniqueIdentifier of [first, second]) {
      const validate = { certificates: [], uniqueIdentifiers: [uniqueIdentifier] };
      for (const server of [one, other]) {
        const { validityIndicator } = await server.ok(operations.validate, validate);
        expect(validityIndicator).toBe(ValidityIndicator.Valid);
      }
      issuers.add(
        (await attributeOf(one, uniqueIdentifier, 'X.509 Certificate Issuer'))!.issuerDistinguishedName.toString('hex'),
      );
    }
    expect(issuers.size).toBe(1);
  });

  it('refuses what cannot be certified, with the reasons of §11.8', async () => {
    const { publicKey, request } = await registered();
    const pair = await createPair(client);
    const pkcs10 = { certificateRequestType: CertificateRequestType.PKCS_10, certificateRequest: der(request) };
    const refused = (more: Request) => client.refused(operations.certify, more);
    expect(await refused({ uniqueIdentifier: 'nothing' })).toMatch(/^ItemNotFound/);
    expect(await refused({ uniqueIdentifier: pair.privateKeyUniqueIdentifier })).toMatch(
      /^PermissionDenied: Only public keys/,
    );
    expect(await refused({ uniqueIdentifier: pair.publicKeyUniqueIdentifier, ...pkcs10 })).toMatch(
      /^InvalidField: .*another key/,
    );
    expect(await refused({ uniqueIdentifier: publicKey, certificateRequest: der(request) })).toMatch(
      /^InvalidMessage: .*Certificate Request Type/,
    );
    expect(await refused({ uniqueIdentifier: publicKey, ...pkcs10, certificateRequest: Buffer.from('no') })).toMatch(
      /^InvalidField: .*not a PKCS#10/,
    );
    for (const date of [-1, 1e12]) {
      const templateAttribute = template(makeAttribute('Activation Date', date));
      expect(await refused({ uniqueIdentifier: publicKey, templateAttribute })).toMatch(/^InvalidField: .*9999/);
    }
    const crmf = { ...pkcs10, certificateRequestType: CertificateRequestType.CRMF };
    expect(await refused({ uniqueIdentifier: publicKey, ...crmf })).toMatch(/^FeatureNotSupported/);
  });
});

describe('Re-certify, KMIP 1.1 §4.8', () => {
  it('renews a certificate: same subject and key, another serial number; Name and links move', async () => {
    const { publicKey, request } = await registered();
    const old = await certify({
      uniqueIdentifier: publicKey,
      certificateRequestType: CertificateRequestType.PEM,
      certificateRequest: Buffer.from(request),
      templateAttribute: template(named('certificate')),
    });
    await clock.advance(100 * day * 1000);
    const { uniqueIdentifier } = await client.ok(operations.reCertify, { uniqueIdentifier: old });
    const [before, after] = [await certificateOf(old), await certificateOf(uniqueIdentifier)];
    expect(after.subject).toBe(before.subject);
    expect(after.publicKey.equals(before.publicKey)).toBe(true);
    expect(after.serialNumber).not.toBe(before.serialNumber);
    expect(after.validFromDate.getTime()).toBe(start + 100 * day * 1000);
    expect(await namesOf(client, old)).toEqual([]);
    expect(await namesOf(client, uniqueIdentifier)).toEqual(['certificate']);
    expect(await linksOf(client, publicKey)).toEqual([[LinkType.CertificateLink, uniqueIdentifier]]);
    expect(await linksOf(client, old)).toEqual([
      [LinkType.PublicKeyLink, publicKey],
      [LinkType.ReplacementObjectLink, uniqueIdentifier],
    ]);
  });

  it('shifts the dates by the Offset, also those in the certificate', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const dates = [makeAttribute('Activation Date', now), makeAttribute('Deactivation Date', now + 10 * day)];
    const old = await certify({ uniqueIdentifier: publicKey, templateAttribute: template(...dates) });
    await clock.advance(5 * day * 1000);
    const { uniqueIdentifier } = await client.ok(operations.reCertify, { uniqueIdentifier: old, offset: day });
    const certificate = await certificateOf(uniqueIdentifier);
    expect(certificate.validFromDate.getTime()).toBe(start + 6 * day * 1000);
    expect(certificate.validToDate.getTime()).toBe(start + 16 * day * 1000);
    expect(
      await client.refused(operations.reCertify, {
        uniqueIdentifier,
        offset: 0,
        templateAttribute: template(dates[0]!),
      }),
    ).toMatch(/^InvalidMessage: .*Offset/);
    expect(await client.refused(operations.reCertify, { uniqueIdentifier: publicKey })).toMatch(/^PermissionDenied/);
  });
});

describe('Validate, KMIP 1.1 §4.24', () => {
  it('a certificate of the server is valid within its dates', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const certificate = await certify({ uniqueIdentifier: publicKey });
    expect(await validity([certificate])).toBe(ValidityIndicator.Valid);
    expect(await validity([certificate], { validityDate: now + 400 * day })).toBe(ValidityIndicator.Invalid);
    await clock.advance(366 * day * 1000);
    expect(await validity([certificate])).toBe(ValidityIndicator.Invalid);
  });

  it('a compromised certificate is not', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const uniqueIdentifier = await certify({ uniqueIdentifier: publicKey });
    const revocationReason = { revocationReasonCode: RevocationReasonCode.KeyCompromise };
    await client.ok(operations.revoke, { uniqueIdentifier, revocationReason, compromiseOccurrenceDate: now });
    expect(await validity([uniqueIdentifier])).toBe(ValidityIndicator.Invalid);
  });

  it('takes chains that are sent: whole, without their end, and mixed with others', async () => {
    const value = (pem: string) => ({
      certificateType: CertificateType.X_509,
      certificateValue: new X509Certificate(pem).raw,
    });
    const [leaf, authority] = [value(lab.client.certificatePem), value(lab.authority.certificatePem)];
    expect(await validity([], { certificates: [leaf, authority] })).toBe(ValidityIndicator.Valid);
    expect(await validity([], { certificates: [authority, leaf] })).toBe(ValidityIndicator.Valid);
    expect(await validity([], { certificates: [leaf] })).toBe(ValidityIndicator.Unknown);
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const stranger = await certify({ uniqueIdentifier: publicKey });
    expect(await validity([stranger], { certificates: [leaf, authority] })).toBe(ValidityIndicator.Invalid);
    expect(await validity([], { certificates: [leaf] })).toBe(ValidityIndicator.Unknown);
  });

  it('refuses what is no chain', async () => {
    const { publicKeyUniqueIdentifier: publicKey } = await createPair(client);
    const refused = (more: object) =>
      client.refused(operations.validate, { certificates: [], uniqueIdentifiers: [], ...more });
    expect(await refused({})).toMatch(/^InvalidMessage/);
    expect(await refused({ uniqueIdentifiers: [publicKey] })).toMatch(/^InvalidMessage: .*no certificate/);
    expect(await refused({ uniqueIdentifiers: ['nothing'] })).toMatch(/^ItemNotFound/);
    const rubbish = { certificateType: CertificateType.X_509, certificateValue: Buffer.from('no') };
    expect(await refused({ certificates: [rubbish] })).toMatch(/^InvalidMessage: .*X\.509/);
  });
});
