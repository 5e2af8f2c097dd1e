import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { byteString, enumeration, interval, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The request names the certificate to renew; the answer the new one. `offset` is in seconds, as for Re-key. */
export const reCertify = defineOperation({
  operation: Operation.ReCertify,
  since: '1.0',
  clause: 'KMIP 1.1 §4.8',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    certificateRequestType: optional(Tag.CertificateRequestType, enumeration('CertificateRequestType')),
    certificateRequest: optional(Tag.CertificateRequest, byteString),
    offset: optional(Tag.Offset, interval),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
