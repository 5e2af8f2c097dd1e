import { CredentialType, Tag } from '../registry/index.ts';
import type { Item } from '../ttlv/index.ts';
import {
  anyItem,
  byteString,
  enumeration,
  integer,
  optional,
  required,
  structure,
  type TypeOf,
  textString,
  type ValueCodec,
} from './kernel.ts';

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

export type UsernameAndPassword = TypeOf<typeof usernameAndPassword>;
export type Device = TypeOf<typeof device>;

/** Who asks. Types that keyrig does not know carry their value as an item. KMIP 1.1 §2.1.2 */
export type Credential =
  | ({ credentialType: typeof CredentialType.UsernameAndPassword } & UsernameAndPassword)
  | ({ credentialType: typeof CredentialType.Device } & Device)
  | { credentialType: number; credentialValue: Item };

export const credential: ValueCodec<Credential> = {
  decode(found, context) {
    const { credentialType, credentialValue } = envelope.decode(found, context);
    switch (credentialType) {
      case CredentialType.UsernameAndPassword:
        return { credentialType, ...usernameAndPassword.decode(credentialValue, context) };
      case CredentialType.Device:
        return { credentialType, ...device.decode(credentialValue, context) };
      default:
        return { credentialType, credentialValue };
    }
  },
  encode(tag, value, context) {
    const credentialValue =
      'credentialValue' in value
        ? value.credentialValue
        : 'username' in value
          ? usernameAndPassword.encode(Tag.CredentialValue, value, context)
          : device.encode(Tag.CredentialValue, value, context);
    return envelope.encode(tag, { credentialType: value.credentialType, credentialValue }, context);
  },
};

// KMIP 1.1 §6.6; 1.2 lets the Credential be repeated
export const authentication = structure({
  credential: required(Tag.Credential, credential),
});
export type Authentication = TypeOf<typeof authentication>;

export const protocolVersionStructure = structure({
  major: required(Tag.ProtocolVersionMajor, integer),
  minor: required(Tag.ProtocolVersionMinor, integer),
});
