/** A text as the bytes of its UTF-8, one letter each. */
export function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
