import type { MessageForm } from './messages.ts';

/** What stands where a secret would. */
export const redacted = '[redacted]';

/** Names of fields whose values are secret, in scenario files, API calls and SOAP messages. */
export const secretName =
  /password|passwd|passphrase|token|ticket|secret|consumerKey|privateKey|keyData|assertion|signatureValue/i;

/** Private keys in PEM, also where the end was cut off. */
export const privateKeyPem = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** A message without the values of fields that are secret by their name, and without private keys. */
export function hideSecrets(form: MessageForm, text: string): string {
  const shown = form === 'xml' ? hideInXml(text) : form === 'json' ? hideInJson(text) : text;
  return shown.includes('PRIVATE KEY') ? shown.replace(privateKeyPem, redacted) : shown;
}

/** Elements whose name is secret, the key of a `CryptoKeyPlain` (its `value`), and what a method with a secret name answers. */
function hideInXml(text: string): string {
  return text
    .replace(/(<(?:[\w.-]+:)?\w*(?:Ticket|Token)\w*Response\b[^>]*>\s*<returnval\b[^>]*>)[^<]+/g, `$1${redacted}`)
    .replace(/<([\w.-]+:)?([\w.-]+)((?:\s[^<>]*)?)>([^<]*)</g, (whole, prefix = '', name, attributes, value) =>
      value.trim() !== '' && secretName.test(name) ? `<${prefix}${name}${attributes}>${redacted}<` : whole,
    )
    .replace(/(CryptoKeyPlain"[^>]*>[\s\S]*?<value>)[^<]+/g, `$1${redacted}`);
}

function hideInJson(text: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.replace(/("(?:[^"\\]|\\.)*")(\s*:\s*)("(?:[^"\\]|\\.)*"?)/g, (whole, name, colon) =>
      secretName.test(name) ? `${name}${colon}"${redacted}"` : whole,
    );
  }
  return JSON.stringify(value, (name, member: unknown) => {
    if (typeof member !== 'string' || member === '') return member;
    return secretName.test(name) ? redacted : member.replace(/([?&]\w*token=)[^&#]+/gi, `$1${redacted}`);
  });
}
