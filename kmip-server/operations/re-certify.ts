import { X509Certificate } from 'node:crypto';
import {
  CertificateType,
  isSince,
  KmipError,
  LinkType,
  type ManagedObject,
  ObjectType,
  Operation,
  operations,
  ResultReason,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import { linkedIdentifier, linkReplacement, setLink } from '../attributes/links.ts';
import { subjectName } from '../cryptography/certify.ts';
import { editObject } from '../objects/access.ts';
import { authorityKeyAhead } from '../objects/certificate-authority.ts';
import { stateName, touch } from '../objects/life-cycle.ts';
import { checkSameKey, newCertificate, requestIn, subjectIn } from '../objects/new-certificate.ts';
import { kindOf, wantedAttributes } from '../objects/new-object.ts';
import { checkReplaceable, noAttributes, replacementAttributes, storeReplacement } from '../objects/replacement.ts';
import { handleAhead } from './handler.ts';

/** What each certificate says of itself. */
const ownOfKind: ReadonlySet<string> = new Set<StandardAttributeName>([
  'Certificate Type',
  'Certificate Length',
  'X.509 Certificate Identifier',
  'X.509 Certificate Subject',
  'X.509 Certificate Issuer',
  'Certificate Identifier',
  'Certificate Subject',
  'Certificate Issuer',
  'Digital Signature Algorithm',
  'Cryptographic Algorithm',
  'Cryptographic Length',
]);

/** KMIP 1.1 §4.8, §11.9. Without a request the new certificate has the subject and the key of the old one. */
export const reCertify = handleAhead(
  operations.reCertify,
  (_request, objects) => authorityKeyAhead(objects),
  (request, context, authorityKey) => {
    const { now, objects } = context;
    // The Attribute Index is the server's choice; OASIS TC-134-12 shows another order than TC-134-10 and TC-134-11.
    const isNewOrder = isSince(context.version, '1.2');
    const old = editObject(context, request.uniqueIdentifier, Operation.ReCertify);
    checkReplaceable(old, ObjectType.Certificate, 'Re-certify takes the Unique Identifier of a certificate.');
    const present = certificateIn(old.material);
    const publicKey = objects.edit(linkedIdentifier(old.attributes, LinkType.PublicKeyLink) ?? '');
    const asked = requestIn(request);
    if (publicKey?.material) checkSameKey(asked, publicKey);
    const { subject, others } = subjectIn(request.templateAttribute ?? noAttributes);
    const wanted = replacementAttributes(old, wantedAttributes(others, ObjectType.Certificate, context), now, {
      offset: request.offset,
      ownOfKind,
      askedFirst: isNewOrder,
    });
    const material = newCertificate(
      {
        name: asked?.subject ?? subject ?? subjectName(present),
        publicKey: asked?.publicKey ?? present.publicKey,
        extensions: asked?.extensions,
      },
      wanted,
      context,
      authorityKey,
    );
    const certificate = storeReplacement(old, { objectType: ObjectType.Certificate, material, wanted }, context);
    const { uniqueIdentifier } = certificate;
    if (!isNewOrder) linkReplacement(old, certificate);
    if (publicKey) {
      setLink(certificate.attributes, LinkType.PublicKeyLink, publicKey.uniqueIdentifier);
      setLink(publicKey.attributes, LinkType.CertificateLink, uniqueIdentifier);
      touch(publicKey, now);
    }
    linkReplacement(old, certificate);
    return {
      response: { uniqueIdentifier },
      text: `Re-certify ${old.uniqueIdentifier} → ${kindOf(certificate)} ${uniqueIdentifier} (${stateName(certificate)})`,
    };
  },
);

function certificateIn(material: ManagedObject | undefined): X509Certificate {
  if (material?.objectType === ObjectType.Certificate && material.certificateType === CertificateType.X_509) {
    return new X509Certificate(material.certificateValue);
  }
  throw new KmipError(ResultReason.PermissionDenied, 'Only X.509 certificates can be certified again.');
}
