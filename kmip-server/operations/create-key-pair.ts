import { isSince, ObjectType, operations, type TemplateAttribute } from '../../kmip/index.ts';
import { linkPair } from '../attributes/links.ts';
import {
  attributesAhead,
  completeLength,
  finishPair,
  makeAhead,
  needed,
  pairMaterial,
  pairRequest,
  shareAttributes,
  wantedPair,
} from '../objects/key-pairs.ts';
import { stateName } from '../objects/life-cycle.ts';
import { kindOf, storeObject } from '../objects/new-object.ts';
import type { DraftObject } from '../store/stored-object.ts';
import { handleAhead } from './handler.ts';

/** KMIP 1.1 §4.2, §11.3. The ID Placeholder is the private key afterwards. */
export const createKeyPair = handleAhead(
  operations.createKeyPair,
  (request, objects) => makeAhead(pairRequest(attributesAhead(request, objects))),
  (request, context, ahead) => {
    const wanted = wantedPair(request, context);
    shareAttributes(wanted);
    const pairWanted = needed(
      pairRequest(wanted.privateKey),
      'Create Key Pair needs the attribute Cryptographic Algorithm.',
    );
    // At 1.4 the usage mask may be left out, as in Create.
    if (!isSince(context.version, '1.4')) {
      needed(wanted.privateKey.get('Cryptographic Usage Mask'), 'The private key needs a Cryptographic Usage Mask.');
      needed(wanted.publicKey.get('Cryptographic Usage Mask'), 'The public key needs a Cryptographic Usage Mask.');
    }
    const pair = finishPair(pairWanted, ahead, context);
    const isLengthImplied = completeLength(wanted, pair.length);
    const material = pairMaterial(pair, pairWanted.algorithm);
    const publicKey = storeObject(
      { objectType: ObjectType.PublicKey, material: material.publicKey, wanted: wanted.publicKey },
      context,
    );
    const privateKey = storeObject(
      { objectType: ObjectType.PrivateKey, material: material.privateKey, wanted: wanted.privateKey },
      context,
    );
    linkPair(privateKey, publicKey);
    return {
      response: {
        privateKeyUniqueIdentifier: privateKey.uniqueIdentifier,
        publicKeyUniqueIdentifier: publicKey.uniqueIdentifier,
        ...(isLengthImplied && {
          privateKeyTemplateAttribute: impliedLength(privateKey),
          publicKeyTemplateAttribute: impliedLength(publicKey),
        }),
      },
      text: `Create Key Pair ${kindOf(privateKey)} → ${privateKey.uniqueIdentifier} (${stateName(privateKey)}), public key ${publicKey.uniqueIdentifier}`,
    };
  },
);

/** The attribute that the server set although the request did not name it. KMIP 1.1 §4.2 */
function impliedLength({ attributes }: DraftObject): TemplateAttribute {
  return { names: [], attributes: attributes.toWire(['Cryptographic Length']) };
}
