import { randomBytes } from 'node:crypto';
import { PaddingMethod } from '../../kmip/index.ts';
import { cryptographicFailure, refuseValue } from './not-supported.ts';

/** How the last block is filled up and found again. */
export interface BlockPadding {
  /** The bytes that follow `length` bytes of data; none for whole blocks where the method needs none. */
  make(length: number, blockSize: number): Buffer;
  /** The last block (or less, for empty data) without its padding. Throws Cryptographic Failure when it is not as it should be. */
  strip(block: Buffer, blockSize: number): Buffer;
}

/** One to `blockSize` bytes, the last of which is their number. */
function counted(fill: (count: number) => Buffer, checked: (count: number) => Buffer | undefined): BlockPadding {
  return {
    make(length, blockSize) {
      const count = blockSize - (length % blockSize);
      return Buffer.concat([fill(count).subarray(0, count - 1), Buffer.of(count)]);
    },
    strip(block, blockSize) {
      const count = block.at(-1) ?? 0;
      const wrong = 'The padding is wrong: another key, another IV or damaged data.';
      if (count < 1 || count > blockSize || count > block.length) return cryptographicFailure(wrong);
      const expected = checked(count)?.subarray(0, count - 1);
      const found = block.subarray(block.length - count, block.length - 1);
      if (expected !== undefined && !found.equals(expected)) return cryptographicFailure(wrong);
      return block.subarray(0, block.length - count);
    },
  };
}

const repeated = (count: number) => Buffer.alloc(count, count);
const zeros = (count: number) => Buffer.alloc(count);

const none: BlockPadding = { make: () => Buffer.alloc(0), strip: (block) => block };

const methods = new Map<number, BlockPadding>([
  [PaddingMethod.None, none],
  [PaddingMethod.PKCS5, counted(repeated, repeated)],
  [PaddingMethod.ANSIX9_23, counted(zeros, zeros)],
  [PaddingMethod.ISO10126, counted(randomBytes, () => undefined)],
  [
    PaddingMethod.Zeros,
    {
      make: (length, blockSize) => Buffer.alloc((blockSize - (length % blockSize)) % blockSize),
      // assumed: zeros at the end are padding, so data that ends in zeros comes back shorter, but never by a whole block.
      strip(block, blockSize) {
        let end = block.length;
        while (end > 0 && block.length - end < blockSize - 1 && block[end - 1] === 0) end--;
        return block.subarray(0, end);
      },
    },
  ],
]);

/** The padding of a block cipher mode; none when no method is named. Throws Invalid Field or Feature Not Supported. */
export function blockPadding(method: number | undefined): BlockPadding {
  if (method === undefined) return none;
  return methods.get(method) ?? refuseValue('PaddingMethod', method, 'with a block cipher');
}
