import { request } from 'node:https';
import { KeyrigError } from '../../core/index.ts';
import { connectKmip, decode, encode, type Item, parseJson, parseXml, toJson, toXml } from '../../kmip/index.ts';
import type { KmipAccess } from './kmip.ts';

/** How a message travels: TTLV over TLS, or one of the three encodings by `POST /kmip`. KMIP 1.4 Profiles §4 */
export type KmipTransport = 'tls' | 'https' | 'https-xml' | 'https-json';

const largestAnswer = 64 * 1024 * 1024;

/** Sends a message as it is, even a wrong one, and gives back the server's answer. */
export async function sendMessage(access: KmipAccess, message: Item, transport: KmipTransport): Promise<Item> {
  switch (transport) {
    case 'tls':
      return decode(await exchange(access, encode(message)));
    case 'https':
      return decode(await post(access, 'application/octet-stream', encode(message)));
    case 'https-xml':
      return only(parseXml(await postText(access, 'text/xml', toXml(message, { reveal: true }))));
    case 'https-json':
      return only(
        parseJson(await postText(access, 'application/json', JSON.stringify(toJson(message, { reveal: true })))),
      );
  }
}

async function exchange({ host, port, clock, timeoutMs, tls }: KmipAccess, bytes: Buffer): Promise<Buffer> {
  const connection = await connectKmip({ host, port, clock, timeoutMs, tls });
  try {
    return await connection.exchange(bytes);
  } finally {
    await connection.close();
  }
}

async function postText(access: KmipAccess, type: string, body: string): Promise<string> {
  return (await post(access, type, Buffer.from(body))).toString('utf8');
}

function post({ host, port, clock, timeoutMs, tls }: KmipAccess, type: string, body: Buffer): Promise<Buffer> {
  const where = `https://${host}:${port}/kmip`;
  return new Promise((resolve, reject) => {
    const sent = request({
      host,
      port,
      path: '/kmip',
      method: 'POST',
      agent: false,
      ca: tls.ca,
      cert: tls.cert,
      key: tls.key,
      rejectUnauthorized: tls.checkServer === undefined,
      headers: { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-cache' },
    });
    const giveUp = (text: string, cause?: unknown) => {
      timer?.clear();
      sent.destroy();
      reject(new KeyrigError('ERR_KMIP_RESPONSE', `${where}: ${text}`, { cause }));
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.setTimeout(() => giveUp(`no complete answer within ${timeoutMs} ms`), timeoutMs);
    sent.on('error', (error) => giveUp('the request failed', error));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > largestAnswer) giveUp('the answer is too large');
      });
      response.on('error', (error) => giveUp('the answer broke off', error));
      response.on('end', () => {
        timer?.clear();
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else giveUp(`HTTP status ${response.statusCode}: ${answer.toString('utf8').slice(0, 200)}`);
      });
    });
    sent.end(body);
  });
}

function only(items: readonly Item[]): Item {
  const [first, ...more] = items;
  if (!first || more.length > 0) {
    throw new KeyrigError('ERR_KMIP_RESPONSE', `the answer holds ${items.length} messages instead of one`);
  }
  return first;
}
