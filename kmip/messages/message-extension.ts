import { Tag } from '../registry/index.ts';
import { anyStructure, boolean, required, structure, type TypeOf, textString } from './kernel.ts';

// KMIP 1.1 §6.16. The content of Vendor Extension belongs to the vendor; even its tags may be foreign.
export const messageExtension = structure({
  vendorIdentification: required(Tag.VendorIdentification, textString),
  criticalityIndicator: required(Tag.CriticalityIndicator, boolean),
  vendorExtension: required(Tag.VendorExtension, anyStructure),
});
export type MessageExtension = TypeOf<typeof messageExtension>;
