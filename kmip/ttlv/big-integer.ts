/** Bytes of a Big Integer in two's complement: the smallest positive multiple of 8. KMIP 1.1 §9.1.1.4 */
export function bigIntegerLength(value: bigint): number {
  const magnitude = value < 0n ? -value - 1n : value;
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
  return Math.ceil((bits + 1) / 64) * 8;
}

/** Two's complement in `length` bytes, as upper-case hex. */
export function bigIntegerHex(value: bigint, length: number = bigIntegerLength(value)): string {
  return BigInt.asUintN(length * 8, value)
    .toString(16)
    .toUpperCase()
    .padStart(length * 2, '0');
}
