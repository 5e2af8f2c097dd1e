/** Text for XML 1.0. Characters that it cannot carry are shown as U+FFFD: servers may send any text. */
export function xmlText(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The value of an XML attribute in double quotes, without the quotes. */
export function xmlAttribute(value: string): string {
  return xmlText(value).replace(/["\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
