import { request } from 'node:https';

/** A POST over HTTPS with a client certificate. */
export function httpsRequest(
  url: string,
  { type, body, ...tls }: { ca: string; cert: string; key: string; type: string; body: string },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ...tls, method: 'POST', agent: false, headers: { 'content-type': type } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}
