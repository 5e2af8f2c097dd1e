import { KmipError, operations, ResultReason } from '../../kmip/index.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.36: the answer says how much of the seed was used. */
export const rngSeed = handle(operations.rngSeed, ({ data }, { services, once }) => {
  const { rngSeed: policy } = services.assumed;
  if (policy === 'refused') {
    throw new KmipError(ResultReason.PermissionDenied, 'This server does not let clients seed its random numbers.');
  }
  const used = data.subarray(0, policy === 'all' ? data.length : policy);
  if (used.length > 0) once(() => services.randomNumbers.seed(used));
  return { response: { dataLength: used.length }, text: `RNG Seed ${used.length} of ${data.length} bytes` };
});
