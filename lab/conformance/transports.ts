import type { Clock } from '../../core/index.ts';
import { connectKmip, decode, encode, type Item, type KmipConnection } from '../../kmip/index.ts';
import { sendMessage } from '../clients/kmip-message.ts';
import { plainName } from './exclusions.ts';
import type { ConformanceTarget } from './run-case.ts';

/** Cases about an encoding travel in it, where the server has a port for it. KMIP 1.4 Profiles §4.10, §4.11, §4.12 */
const encodings = [
  { name: /^MSGENC-HTTPS-/, transport: 'https' },
  { name: /^MSGENC-XML-/, transport: 'https-xml' },
  { name: /^MSGENC-JSON-/, transport: 'https-json' },
] as const;

/** How the messages of one case reach the server. */
export class Transport {
  readonly #target: ConformanceTarget;
  readonly #clock: Clock;
  readonly #encoding: (typeof encodings)[number]['transport'] | undefined;
  readonly #connections = new Map<string, Promise<KmipConnection>>();

  constructor(caseName: string, target: ConformanceTarget, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
    const encoding = encodings.find(({ name }) => name.test(plainName(caseName)));
    this.#encoding = target.httpsPort === undefined ? undefined : encoding?.transport;
  }

  /** Sends a request over the connection of a client and gives back the answer. */
  async exchange(message: Item, client: string): Promise<Item> {
    const { host, tls, timeoutMs = 30_000, port, httpsPort } = this.#target;
    const options = { host, tls, timeoutMs, clock: this.#clock };
    if (this.#encoding !== undefined && httpsPort !== undefined) {
      return sendMessage({ ...options, port: httpsPort }, message, this.#encoding);
    }
    const found = this.#connections.get(client) ?? connectKmip({ ...options, port });
    this.#connections.set(client, found);
    return decode(await (await found).exchange(encode(message)));
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) await connection.then((open) => open.close()).catch(() => {});
  }
}
