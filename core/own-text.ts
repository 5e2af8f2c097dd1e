/** The same text in memory of its own: a part of a string keeps the whole string alive. */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
