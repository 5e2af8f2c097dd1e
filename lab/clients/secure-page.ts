import { KeyrigError, nodeHttp } from '../../core/index.ts';

/** What a person sees on the page /secure/ of a service. */
export interface SecurePage {
  status: number;
  /** The message above the rest; null when there is none. */
  notice: string | null;
}

/** A token validator at the page /secure/: enters the token of an operation, as a browser would send it. */
export function confirmOperation(
  address: { host: string; httpPort: number },
  form: { service: string; operation: string; token: string },
): Promise<SecurePage> {
  const body = new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => {
      reject(new KeyrigError('ERR_STEP', `the page /secure/ cannot be reached: ${cause.message}`, { cause }));
    };
    const outgoing = nodeHttp().request(
      {
        host: address.host,
        port: address.httpPort,
        path: '/secure/',
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('error', failed);
        answer.on('end', () => {
          const notice = /<p class="notice[^>]*>([^<]*)</.exec(text)?.[1] ?? null;
          resolve({ status: answer.statusCode ?? 0, notice });
        });
      },
    );
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}
