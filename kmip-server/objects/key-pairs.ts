/** New key pairs for Create Key Pair and Re-key Key Pair. KMIP 1.1 §4.2, §4.5 */
import {
  type Attribute,
  enumKey,
  KmipError,
  type ManagedObject,
  ObjectType,
  ResultReason,
  type TemplateAttribute,
} from '../../kmip/index.ts';
import { type Assumed, assumed } from '../assumed.ts';
import { setWanted, wantedValue } from '../attributes/wanted-values.ts';
import { formatsOf, type NeutralKey, writeKeyMaterial } from '../cryptography/key-formats.ts';
import {
  type GeneratedKeyPair,
  generateKeyPair,
  generateKeyPairSync,
  type KeyPairRequest,
} from '../cryptography/key-pair.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { ReadableObjects } from '../store/object-layer.ts';
import { type WantedAttributes, wantedAttributes } from './new-object.ts';
import { merged, noAttributes } from './replacement.ts';

/** The three Template-Attributes of a request for a key pair. */
export interface PairTemplates {
  commonTemplateAttribute?: TemplateAttribute;
  privateKeyTemplateAttribute?: TemplateAttribute;
  publicKeyTemplateAttribute?: TemplateAttribute;
}

/** What is asked for each half. */
export interface WantedPair {
  privateKey: WantedAttributes;
  publicKey: WantedAttributes;
}

/**
 * The attributes for each half. What the half's own Template-Attribute says goes before the common one; instances add up.
 * KMIP 1.1 §4.2
 */
export function wantedPair(templates: PairTemplates, context: OperationContext): WantedPair {
  const { commonTemplateAttribute, privateKeyTemplateAttribute, publicKeyTemplateAttribute } = templates;
  const half = (own: TemplateAttribute | undefined, objectType: number) =>
    merged(
      wantedAttributes(commonTemplateAttribute ?? noAttributes, objectType, context),
      wantedAttributes(own ?? noAttributes, objectType, context),
    );
  return {
    privateKey: half(privateKeyTemplateAttribute, ObjectType.PrivateKey),
    publicKey: half(publicKeyTemplateAttribute, ObjectType.PublicKey),
  };
}

/** KMIP 1.1 §4.2: these SHALL be the same for both keys. */
const shared = ['Cryptographic Algorithm', 'Cryptographic Length', 'Cryptographic Domain Parameters'] as const;

/** Gives both halves what one of them has. Throws Invalid Field where they differ. */
export function shareAttributes({ privateKey, publicKey }: WantedPair): void {
  for (const name of shared) {
    const [ofPrivate, ofPublic] = [privateKey.get(name), publicKey.get(name)];
    if (
      ofPrivate &&
      ofPublic &&
      JSON.stringify(wantedValue(privateKey, name)) !== JSON.stringify(wantedValue(publicKey, name))
    ) {
      throw new KmipError(ResultReason.InvalidField, `The two keys must have the same ${name}.`);
    }
    if (ofPrivate && !ofPublic) publicKey.set(name, ofPrivate);
    if (ofPublic && !ofPrivate) privateKey.set(name, ofPublic);
  }
}

/** What decides which keys are made; undefined without an algorithm. Throws Invalid Field for values of another shape. */
export function pairRequest(wanted: WantedAttributes): KeyPairRequest | undefined {
  const algorithm = wantedValue(wanted, 'Cryptographic Algorithm');
  if (algorithm === undefined) return undefined;
  const length = wantedValue(wanted, 'Cryptographic Length');
  const { qlength, recommendedCurve } = wantedValue(wanted, 'Cryptographic Domain Parameters') ?? {};
  return { algorithm, length, qlength, recommendedCurve };
}

/** A pair that was made before its request's turn, and what for. */
export interface PairMadeAhead {
  request: KeyPairRequest;
  pair: GeneratedKeyPair;
}

/** The request with the usual length of the algorithm where it leaves the length to the server. */
function withLength(request: KeyPairRequest, { defaultCryptographicLength }: Assumed): KeyPairRequest {
  if (request.length !== undefined || request.recommendedCurve !== undefined) return request;
  return { ...request, length: defaultCryptographicLength[enumKey('CryptographicAlgorithm', request.algorithm) ?? ''] };
}

/** Makes a pair in the background. Rejects as generateKeyPair. */
export async function makeAhead(asked: KeyPairRequest | undefined): Promise<PairMadeAhead | undefined> {
  if (asked === undefined) return undefined;
  // Where this server has other lengths, the pair does not fit and is made in the request's turn.
  const request = withLength(asked, assumed);
  return { request, pair: await generateKeyPair(request) };
}

/**
 * The attributes that decide which pair is made, read from the Template-Attributes before anybody has checked them: good
 * enough to begin the work, not to grant anything.
 */
export function attributesAhead(templates: PairTemplates, objects: ReadableObjects): WantedAttributes {
  const found: WantedAttributes = new Map();
  const take = (attributes: readonly Attribute[]) => {
    for (const { attributeName, attributeValue } of attributes) {
      if (attributeValue) found.set(attributeName, [attributeValue]);
    }
  };
  const { commonTemplateAttribute, publicKeyTemplateAttribute, privateKeyTemplateAttribute } = templates;
  for (const template of [commonTemplateAttribute, publicKeyTemplateAttribute, privateKeyTemplateAttribute]) {
    for (const { nameValue } of template?.names ?? []) {
      for (const { material } of objects.having('Name', nameValue) ?? []) {
        if (material?.objectType === ObjectType.Template) take(material.attributes);
      }
    }
    take(template?.attributes ?? []);
  }
  return found;
}

/** The pair that was made ahead if it is the one that is wanted, else a new one, at once. Throws as generateKeyPairSync. */
export function finishPair(
  asked: KeyPairRequest,
  ahead: PairMadeAhead | undefined,
  { services, once }: OperationContext,
): GeneratedKeyPair {
  const request = withLength(asked, services.assumed);
  if (ahead && JSON.stringify(ahead.request) === JSON.stringify(request)) return ahead.pair;
  return once(() => generateKeyPairSync(request));
}

/**
 * The halves as they are stored: in PKCS#1 for RSA, on curves as ECPrivateKey and X.509, else as PKCS#8 and X.509. The
 * format is the server's choice in KMIP 1.x (assumed; 2.0 prescribes PKCS#1 for RSA).
 */
export function pairMaterial(
  { privateKey, publicKey, length }: GeneratedKeyPair,
  algorithm: number,
): { privateKey: ManagedObject; publicKey: ManagedObject } {
  const keyBlock = (key: NeutralKey) => {
    const [keyFormatType = 0] = formatsOf(key);
    const keyMaterial = writeKeyMaterial(key, keyFormatType);
    return {
      keyFormatType,
      keyValue: { keyMaterial, attributes: [] },
      cryptographicAlgorithm: algorithm,
      cryptographicLength: length,
    };
  };
  return {
    privateKey: { objectType: ObjectType.PrivateKey, keyBlock: keyBlock({ kind: 'private', key: privateKey }) },
    publicKey: { objectType: ObjectType.PublicKey, keyBlock: keyBlock({ kind: 'public', key: publicKey }) },
  };
}

/** Notes the Cryptographic Length of a pair where the request left it to the server. @returns whether it did */
export function completeLength(wanted: WantedPair, length: number): boolean {
  if (wanted.privateKey.has('Cryptographic Length')) return false;
  setWanted(wanted.privateKey, 'Cryptographic Length', length);
  setWanted(wanted.publicKey, 'Cryptographic Length', length);
  return true;
}

/** Throws Invalid Message when a REQUIRED attribute is missing. KMIP 1.1 §11.3 */
export function needed<T>(value: T | undefined, text: string): T {
  if (value === undefined) throw new KmipError(ResultReason.InvalidMessage, text);
  return value;
}
