import { expect, test } from 'vitest';
import {
  AttestationType,
  type Authentication,
  CredentialType,
  decode,
  decodeRequest,
  encode,
  encodeRequest,
  item,
  type KmipVersion,
  protocolVersion,
  ResultReason,
  type StructureItem,
  Tag,
} from '../../kmip/index.ts';

const password = { credentialType: CredentialType.UsernameAndPassword, username: 'u' };
const attestation = {
  credentialType: CredentialType.Attestation,
  nonce: { nonceId: Buffer.of(1), nonceValue: Buffer.of(2) },
  attestationType: AttestationType.TPMQuote,
  attestationMeasurement: Buffer.of(3),
  attestationAssertion: Buffer.of(4),
};

function requestWith(authentication: Authentication, version: KmipVersion): Buffer {
  return encodeRequest({ protocolVersion: protocolVersion(version), authentication }, []);
}

function authenticationIn(bytes: Buffer): StructureItem {
  const [header] = (decode(bytes) as StructureItem).value as StructureItem[];
  return header?.value.find(({ tag }) => tag === Tag.Authentication) as StructureItem;
}

/** The same request under another version: both differ in the last byte of Protocol Version Minor alone. */
function withMinor(bytes: Buffer, minor: number): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(Buffer.from('42006b0200000004', 'hex'));
  copy.writeUInt32BE(minor, at + 8);
  return copy;
}

// KMIP 1.2 §2.1.2, §6.6, worked out by hand.
const TWO_CREDENTIALS =
  '42000c01000000a8' +
  '4200230100000028' +
  '42002405000000040000000100000000' +
  '420025010000001042009907000000017500000000000000' +
  '4200230100000070' +
  '42002405000000040000000300000000' +
  '4200250100000058' +
  '4200c80100000020' +
  '4200c908000000010100000000000000' +
  '4200ca08000000010200000000000000' +
  '4200c705000000040000000100000000' +
  '4200cb08000000010300000000000000' +
  '4200cc08000000010400000000000000';

test('from 1.2 on a request may carry a password and an attestation', () => {
  const authentication = { credential: password, additionalCredentials: [attestation] };
  const bytes = requestWith(authentication, '1.2');
  expect(encode(authenticationIn(bytes)).toString('hex')).toBe(TWO_CREDENTIALS);
  expect(decodeRequest(bytes).header.authentication).toEqual(authentication);
});

test('before 1.2 there is one Credential', () => {
  const bytes = requestWith({ credential: password, additionalCredentials: [password] }, '1.2');
  expect(() => decodeRequest(withMinor(bytes, 1))).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidMessage }),
  );
  const older = requestWith({ credential: password, additionalCredentials: [password] }, '1.1');
  expect(authenticationIn(older).value).toHaveLength(1);
});

test('an Authentication without a Credential is an Invalid Message', () => {
  const header = item.structure(Tag.RequestHeader, [
    item.structure(Tag.ProtocolVersion, [
      item.integer(Tag.ProtocolVersionMajor, 1),
      item.integer(Tag.ProtocolVersionMinor, 2),
    ]),
    item.structure(Tag.Authentication, []),
    item.integer(Tag.BatchCount, 0),
  ]);
  expect(() => decodeRequest(encode(item.structure(Tag.RequestMessage, [header])))).toThrow('Credential');
});

test('an attestation is a credential type of 1.2 and later', () => {
  const bytes = requestWith({ credential: attestation }, '1.2');
  const { authentication } = decodeRequest(withMinor(bytes, 1)).header;
  expect(authentication?.credential).toEqual({
    credentialType: CredentialType.Attestation,
    credentialValue: expect.objectContaining({ tag: Tag.CredentialValue }),
  });
  expect(() => requestWith({ credential: attestation }, '1.1')).toThrow('1.1');
});
