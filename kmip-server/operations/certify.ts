import { LinkType, ObjectType, Operation, operations } from '../../kmip/index.ts';
import { setLink } from '../attributes/links.ts';
import { encodeName } from '../cryptography/distinguished-name.ts';
import { editObject } from '../objects/access.ts';
import { authorityKeyAhead } from '../objects/certificate-authority.ts';
import { stateName, touch } from '../objects/life-cycle.ts';
import { checkSameKey, newCertificate, requestIn, subjectIn } from '../objects/new-certificate.ts';
import { kindOf, storeObject, wantedAttributes } from '../objects/new-object.ts';
import { checkReplaceable, noAttributes } from '../objects/replacement.ts';
import { asymmetricKeyOf } from '../use/key-use.ts';
import { handleAhead } from './handler.ts';

/**
 * KMIP 1.1 §4.7, §11.8. The subject is that of the request, else that of the Template-Attribute, else the identifier of the
 * public key (assumed).
 */
export const certify = handleAhead(
  operations.certify,
  (_request, objects) => authorityKeyAhead(objects),
  (request, context, authorityKey) => {
    const publicKey = editObject(context, request.uniqueIdentifier, Operation.Certify);
    checkReplaceable(publicKey, ObjectType.PublicKey, 'Only public keys can be certified.');
    const asked = requestIn(request);
    checkSameKey(asked, publicKey);
    const { subject, others } = subjectIn(request.templateAttribute ?? noAttributes);
    const wanted = wantedAttributes(others, ObjectType.Certificate, context);
    const [usage] = publicKey.attributes.instances('Cryptographic Usage Mask');
    if (usage && !wanted.has('Cryptographic Usage Mask')) wanted.set('Cryptographic Usage Mask', [usage.value]);
    const material = newCertificate(
      {
        name: asked?.subject ?? subject ?? encodeName([{ type: 'CN', value: publicKey.uniqueIdentifier }]),
        publicKey: asymmetricKeyOf(publicKey, 'public', 'Certify'),
        extensions: asked?.extensions,
      },
      wanted,
      context,
      authorityKey,
    );
    const certificate = storeObject({ objectType: ObjectType.Certificate, material, wanted }, context);
    const { uniqueIdentifier } = certificate;
    setLink(certificate.attributes, LinkType.PublicKeyLink, publicKey.uniqueIdentifier);
    setLink(publicKey.attributes, LinkType.CertificateLink, uniqueIdentifier);
    touch(publicKey, context.now);
    return {
      response: { uniqueIdentifier },
      text: `Certify ${publicKey.uniqueIdentifier} → ${kindOf(certificate)} ${uniqueIdentifier} (${stateName(certificate)})`,
    };
  },
);
