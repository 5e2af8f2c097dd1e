/** The first four characters of a key, for logs: enough to recognise it. */
export function maskKey(key: string): string {
  return `${key.slice(0, 4)}…`;
}

const secretName = /password|passwd|token|secret|consumerKey/i;

/** A body for logs, as sent, cut to a readable length. Of bytes with secret members or without sense, only the number. */
export function maskBody(body: Buffer, limit = 1000): string {
  if (body.length === 0) return '';
  const text = body.toString('utf8');
  let secret = false;
  try {
    JSON.parse(text, (name, value) => {
      if (secretName.test(name)) secret = true;
      return value;
    });
  } catch {
    return `<${body.length} bytes that are not JSON>`;
  }
  if (secret) return `<${body.length} bytes with secrets>`;
  return cut(text, limit);
}

/** A URL for logs: values of secret query parameters masked, cut to a readable length. */
export function maskUrl(url: string, limit = 500): string {
  const [path = '', ...query] = url.split('?');
  const parameters = query.join('?').split('&');
  const masked = parameters.map((parameter) => {
    const name = parameter.slice(0, parameter.indexOf('=') + 1);
    return secretName.test(name) ? `${name}…` : parameter;
  });
  return cut(query.length === 0 ? path : `${path}?${masked.join('&')}`, limit);
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
