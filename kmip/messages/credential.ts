import { CredentialType, ResultReason, Tag } from '../registry/index.ts';
import type { Item } from '../ttlv/index.ts';
import { KmipError } from './errors.ts';
import {
  anyItem,
  byteString,
  type CodecContext,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
  type ValueCodec,
} from './kernel.ts';
import { isSince } from './version.ts';

// KMIP 1.1 §2.1.2
const usernameAndPassword = structure({
  username: required(Tag.Username, textString),
  password: optional(Tag.Password, textString),
});

// KMIP 1.1 §2.1.2, new in 1.1
const device = structure({
  deviceSerialNumber: optional(Tag.DeviceSerialNumber, textString),
  password: optional(Tag.Password, textString),
  deviceIdentifier: optional(Tag.DeviceIdentifier, textString),
  networkIdentifier: optional(Tag.NetworkIdentifier, textString),
  machineIdentifier: optional(Tag.MachineIdentifier, textString),
  mediaIdentifier: optional(Tag.MediaIdentifier, textString),
});

const envelope = structure({
  credentialType: required(Tag.CredentialType, enumeration('CredentialType')),
  credentialValue: required(Tag.CredentialValue, anyItem),
});

// KMIP 1.2 §2.1.14
export const nonce = structure({
  nonceId: required(Tag.NonceID, byteString),
  nonceValue: required(Tag.NonceValue, byteString),
});
export type Nonce = TypeOf<typeof nonce>;

// KMIP 1.2 §2.1.2; a measurement or an assertion, as the type asks
const attestation = structure({
  nonce: required(Tag.Nonce, nonce),
  attestationType: required(Tag.AttestationType, enumeration('AttestationType')),
  attestationMeasurement: optional(Tag.AttestationMeasurement, byteString),
  attestationAssertion: optional(Tag.AttestationAssertion, byteString),
});

export type UsernameAndPassword = TypeOf<typeof usernameAndPassword>;
export type Device = TypeOf<typeof device>;
export type Attestation = TypeOf<typeof attestation>;

/** Who asks. Types that keyrig does not know carry their value as an item. KMIP 1.1 §2.1.2 */
export type Credential =
  | ({ credentialType: typeof CredentialType.UsernameAndPassword } & UsernameAndPassword)
  | ({ credentialType: typeof CredentialType.Device } & Device)
  | ({ credentialType: typeof CredentialType.Attestation } & Attestation)
  | { credentialType: number; credentialValue: Item };

export const credential: ValueCodec<Credential> = {
  decode(found, context) {
    const { credentialType, credentialValue } = envelope.decode(found, context);
    switch (credentialType) {
      case CredentialType.UsernameAndPassword:
        return { credentialType, ...usernameAndPassword.decode(credentialValue, context) };
      case CredentialType.Device:
        return { credentialType, ...device.decode(credentialValue, context) };
      case CredentialType.Attestation:
        return isSince(context.version, '1.2')
          ? { credentialType, ...attestation.decode(credentialValue, context) }
          : { credentialType, credentialValue };
      default:
        return { credentialType, credentialValue };
    }
  },
  encode(tag, value, context) {
    const credentialValue = encodeValue(value, context);
    return envelope.encode(tag, { credentialType: value.credentialType, credentialValue }, context);
  },
};

function encodeValue(value: Credential, context: CodecContext): Item {
  if ('credentialValue' in value) return value.credentialValue;
  if ('username' in value) return usernameAndPassword.encode(Tag.CredentialValue, value, context);
  if ('nonce' in value) return attestation.encode(Tag.CredentialValue, value, context);
  return device.encode(Tag.CredentialValue, value, context);
}

const credentials = structure({ credentials: repeated(Tag.Credential, credential) });

/** KMIP 1.1 §6.6; from 1.2 on there may be several Credentials, such as a password and an attestation. */
export type Authentication = { credential: Credential; additionalCredentials?: Credential[] };

export const authentication: ValueCodec<Authentication> = {
  decode(found, context) {
    const [credential, ...others] = credentials.decode(found, context).credentials;
    if (credential === undefined) throw new KmipError(ResultReason.InvalidMessage, 'Authentication lacks Credential');
    if (others.length === 0) return { credential };
    if (!isSince(context.version, '1.2')) {
      throw new KmipError(ResultReason.InvalidMessage, 'Authentication has more than one Credential');
    }
    return { credential, additionalCredentials: others };
  },
  encode(tag, { credential, additionalCredentials = [] }, context) {
    const sent = isSince(context.version, '1.2') ? [credential, ...additionalCredentials] : [credential];
    return credentials.encode(tag, { credentials: sent }, context);
  },
};

export const protocolVersionStructure = structure({
  major: required(Tag.ProtocolVersionMajor, integer),
  minor: required(Tag.ProtocolVersionMinor, integer),
});
