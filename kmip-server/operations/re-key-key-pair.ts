import { KmipError, LinkType, ObjectType, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { linkedIdentifier, linkPair, linkReplacement } from '../attributes/links.ts';
import { keyFacts } from '../cryptography/key-formats.ts';
import type { KeyPairRequest } from '../cryptography/key-pair.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { editObject } from '../objects/access.ts';
import {
  finishPair,
  makeAhead,
  needed,
  pairMaterial,
  pairRequest,
  shareAttributes,
  type WantedPair,
  wantedPair,
} from '../objects/key-pairs.ts';
import { stateName } from '../objects/life-cycle.ts';
import { kindOf, type WantedAttributes } from '../objects/new-object.ts';
import { checkReplaceable, replacementAttributes, storeReplacement } from '../objects/replacement.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';
import { keyOf } from '../use/key-use.ts';
import { handleAhead } from './handler.ts';

/** KMIP 1.1 §4.5, §11.6. The ID Placeholder is the new private key afterwards. */
export const reKeyKeyPair = handleAhead(
  operations.reKeyKeyPair,
  async (request, objects) => {
    const privateKey = objects.get(request.privateKeyUniqueIdentifier ?? '');
    const publicKey = privateKey && objects.get(linkedIdentifier(privateKey.attributes, LinkType.PublicKeyLink) ?? '');
    // What cannot be replaced is refused in the request's turn.
    if (privateKey === undefined || publicKey?.material === undefined) return undefined;
    return makeAhead(likeOld(attributesOf(privateKey), publicKey));
  },
  (request, context, ahead) => {
    const privateKey = editObject(context, request.privateKeyUniqueIdentifier, Operation.ReKeyKeyPair);
    checkReplaceable(
      privateKey,
      ObjectType.PrivateKey,
      'Re-key Key Pair takes the Unique Identifier of a private key.',
    );
    const publicKey = publicHalf(privateKey, context);
    const asked = wantedPair(request, context);
    const { now } = context;
    const { offset } = request;
    const wanted: WantedPair = {
      privateKey: replacementAttributes(privateKey, asked.privateKey, now, { offset }),
      // A public key that was never given an Activation Date has no dates to shift.
      publicKey: replacementAttributes(publicKey, asked.publicKey, now, {
        offset: publicKey.attributes.has('Activation Date') ? offset : undefined,
      }),
    };
    shareAttributes(wanted);
    const pairWanted = needed(likeOld(wanted.privateKey, publicKey), 'Nothing says which algorithm the key pair has.');
    const material = pairMaterial(finishPair(pairWanted, ahead, context), pairWanted.algorithm);
    const newPublicKey = storeReplacement(
      publicKey,
      { objectType: ObjectType.PublicKey, material: material.publicKey, wanted: wanted.publicKey },
      context,
    );
    const newPrivateKey = storeReplacement(
      privateKey,
      { objectType: ObjectType.PrivateKey, material: material.privateKey, wanted: wanted.privateKey },
      context,
    );
    linkPair(newPrivateKey, newPublicKey);
    linkReplacement(privateKey, newPrivateKey);
    linkReplacement(publicKey, newPublicKey);
    return {
      response: {
        privateKeyUniqueIdentifier: newPrivateKey.uniqueIdentifier,
        publicKeyUniqueIdentifier: newPublicKey.uniqueIdentifier,
      },
      text: `Re-key Key Pair ${kindOf(privateKey)} ${privateKey.uniqueIdentifier} → ${newPrivateKey.uniqueIdentifier} (${stateName(newPrivateKey)}), public key ${newPublicKey.uniqueIdentifier}`,
    };
  },
);

/** The public key of the pair. Throws Permission Denied when nothing links to it. */
function publicHalf(privateKey: StoredObject, context: OperationContext): DraftObject {
  const identifier = linkedIdentifier(privateKey.attributes, LinkType.PublicKeyLink);
  if (identifier === undefined) {
    throw new KmipError(
      ResultReason.PermissionDenied,
      'The private key has no Public Key Link, so the pair is not known.',
    );
  }
  const publicKey = editObject(context, identifier, Operation.ReKeyKeyPair);
  checkReplaceable(publicKey, ObjectType.PublicKey, 'The Public Key Link of the private key names another object.');
  return publicKey;
}

/** The request for a pair of the same kind; the curve, where no attribute names it, is that of the old public key. */
function likeOld(wanted: WantedAttributes, publicKey: StoredObject): KeyPairRequest | undefined {
  const request = pairRequest(wanted);
  if (request === undefined || request.recommendedCurve !== undefined) return request;
  const { cryptographicLength, recommendedCurve } = keyFacts(keyOf(publicKey).key);
  return cryptographicLength === request.length ? { ...request, recommendedCurve } : request;
}

function attributesOf({ attributes }: StoredObject): WantedAttributes {
  return new Map(attributes.names.map((name) => [name, attributes.instances(name).map(({ value }) => value)]));
}
