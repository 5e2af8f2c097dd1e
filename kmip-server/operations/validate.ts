import { X509Certificate } from 'node:crypto';
import {
  CertificateType,
  KmipError,
  type ManagedObject,
  ObjectType,
  Operation,
  operations,
  ResultReason,
  State,
  ValidityIndicator,
} from '../../kmip/index.ts';
import { validateChain } from '../cryptography/certify.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { findObject } from '../objects/access.ts';
import { findAuthority } from '../objects/certificate-authority.ts';
import { seconds } from '../objects/life-cycle.ts';
import { handle } from './handler.ts';

type Certificate = Pick<Extract<ManagedObject, { certificateValue: Buffer }>, 'certificateType' | 'certificateValue'>;

/**
 * KMIP 1.1 §4.24, §11.25. A chain ends at a certificate that signed itself, or at the server's own authority. A compromised
 * certificate makes it Invalid (assumed).
 */
export const validate = handle(operations.validate, (request, context) => {
  const stored = request.uniqueIdentifiers.map((identifier) => storedCertificate(identifier, context));
  const given = [...request.certificates, ...stored.map(({ certificate }) => certificate)];
  if (given.length === 0) notAChain('The request names no certificate.');
  const chain = given.map(readCertificate);
  const date = request.validityDate ?? seconds(context.now);
  const validity = stored.some(({ isCompromised }) => isCompromised) ? 'Invalid' : validityOf(chain, date, context);
  return {
    response: { validityIndicator: ValidityIndicator[validity] },
    text: `Validate a chain of ${chain.length} → ${validity}`,
  };
});

/** KMIP 1.1 §11.25 */
function notAChain(message: string): never {
  throw new KmipError(ResultReason.InvalidMessage, message);
}

function storedCertificate(uniqueIdentifier: string, context: OperationContext) {
  // Validate is under no operation policy; it tells no more than Get does. KMIP 1.1 §3.18.2
  const { material, attributes } = findObject(context, uniqueIdentifier, Operation.Get);
  if (material?.objectType !== ObjectType.Certificate) {
    return notAChain(`The object ${uniqueIdentifier} is no certificate, so this is not a chain.`);
  }
  return { certificate: material, isCompromised: attributes.read('State') === State.Compromised };
}

function readCertificate({ certificateType, certificateValue }: Certificate): X509Certificate {
  if (certificateType !== CertificateType.X_509) {
    throw new KmipError(ResultReason.InvalidField, 'This server validates X.509 certificates only.');
  }
  try {
    return new X509Certificate(certificateValue);
  } catch {
    return notAChain('A Certificate Value is not an X.509 certificate in DER.');
  }
}

function validityOf(chain: readonly X509Certificate[], date: number, { objects }: OperationContext) {
  const validity = validateChain(chain, { date });
  const authority = validity === 'Unknown' ? findAuthority(objects) : undefined;
  if (!authority) return validity;
  const known = validateChain([...chain, authority.certificate], { date });
  return known === 'Valid' ? known : validity;
}
