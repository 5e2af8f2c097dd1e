import { KmipError, operations, ResultReason } from '../../kmip/index.ts';
import { handle } from './handler.ts';

/** More than this would not fit an answer. */
const maxBytes = 1024 * 1024;

/** KMIP 1.2 §4.35 */
export const rngRetrieve = handle(operations.rngRetrieve, ({ dataLength }, { services }) => {
  if (dataLength < 1) {
    throw new KmipError(ResultReason.InvalidField, `The Data Length must be at least 1 byte, not ${dataLength}.`);
  }
  if (dataLength > maxBytes) {
    throw new KmipError(ResultReason.ResponseTooLarge, `${dataLength} random bytes do not fit a response.`);
  }
  const data = services.randomNumbers.draw(dataLength);
  return { response: { data }, text: `RNG Retrieve ${dataLength} bytes` };
});
