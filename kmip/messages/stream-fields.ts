/** Fields that the cryptographic operations share from KMIP 1.3 on: data may come in parts. */
import { Tag } from '../registry/index.ts';
import { boolean, byteString, optional } from './kernel.ts';

// KMIP 1.3 §2.1.15 to §2.1.17. The first part has Init Indicator, the last one Final Indicator; all but the first have the
// Correlation Value that the server made.
export const partOfStream = {
  correlationValue: optional(Tag.CorrelationValue, byteString, '1.3'),
  initIndicator: optional(Tag.InitIndicator, boolean, '1.3'),
  finalIndicator: optional(Tag.FinalIndicator, boolean, '1.3'),
};

/** In the answer: the Correlation Value for the next part. */
export const streamToContinue = {
  correlationValue: optional(Tag.CorrelationValue, byteString, '1.3'),
};
