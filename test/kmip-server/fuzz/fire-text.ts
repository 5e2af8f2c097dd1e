import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { RandomStream } from '../../../core/index.ts';
import { encode, type Item, parseJson, parseXml, toJson, toXml } from '../../../kmip/index.ts';
import { look, newToll, type Toll } from './fire.ts';
import type { FuzzTarget } from './fuzz-connection.ts';
import { type Known, Mutator } from './mutator.ts';
import { requests } from './requests.ts';

/** A way of writing messages as text. */
const languages = [
  { type: 'text/xml', write: (message: Item) => toXml(message, { reveal: true }), read: parseXml },
  {
    type: 'application/json',
    write: (message: Item) => JSON.stringify(toJson(message, { reveal: true })),
    read: parseJson,
  },
];

/** Answers to what HTTP itself refuses: a body that is too long. */
const refusedByHttp: ReadonlySet<number | undefined> = new Set([413]);

/** As `fire`, for XML and JSON by `POST /kmip`: every answer has status 200 and is a message in the language of the request. */
export async function fireText(
  target: FuzzTarget,
  random: RandomStream,
  { messages, connections }: { messages: number; connections: number },
): Promise<Toll> {
  const toll = newToll();
  const known: Known = { objects: 1, correlationValues: [] };
  const mutator = new Mutator(random, requests, known);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const gunner = async () => {
    while (toll.messages < messages) {
      const language = languages[toll.messages++ % languages.length] as (typeof languages)[number];
      const good = language.write(mutator.tree());
      const body = random.next() < 0.4 ? mutator.spoilText(good) : good;
      const begin = performance.now();
      const answer = await post(target, agent, language.type, body);
      toll.longest = Math.max(toll.longest, performance.now() - begin);
      if (refusedByHttp.has(answer.status)) continue;
      const text = answer.body.toString('utf8');
      if (answer.status !== 200) throw new Error(`status ${answer.status}: ${text}; sent ${body.slice(0, 4_000)}`);
      const [message] = language.read(text);
      look(encode(message as Item), body, toll, known);
    }
  };
  await Promise.all(Array.from({ length: connections }, gunner));
  agent.destroy();
  return toll;
}

async function post({ port, cert, key }: FuzzTarget, agent: Agent, type: string, body: string) {
  const sent = request({
    host: '127.0.0.1',
    port,
    path: '/kmip',
    method: 'POST',
    agent,
    cert,
    key,
    rejectUnauthorized: false,
    headers: { 'content-type': type },
    timeout: 60_000,
  });
  sent.on('timeout', () => sent.destroy(new Error(`no answer; sent ${body.slice(0, 4_000)}`)));
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await buffer(response) };
}
