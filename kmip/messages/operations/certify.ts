import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { byteString, enumeration, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The request names the public key; the answer the new certificate. A Certificate Request needs its type. */
export const certify = defineOperation({
  operation: Operation.Certify,
  since: '1.0',
  clause: 'KMIP 1.1 §4.7',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    certificateRequestType: optional(Tag.CertificateRequestType, enumeration('CertificateRequestType')),
    certificateRequest: optional(Tag.CertificateRequest, byteString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
