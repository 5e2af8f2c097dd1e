import { Agent, request } from 'node:https';
import { SaxesParser } from 'saxes';
import { KeyrigError, messageOf, systemCode } from '../../core/index.ts';

/** An XML element as the scenario's vSphere client sees it: names without prefix. */
export interface Element {
  name: string;
  /** xsi:type without prefix, or the `type` of a managed object reference. */
  type?: string;
  text: string;
  children: Element[];
}

/** A SOAP fault that the server answered. */
export class SoapFault extends Error {
  /** The vim25 type, without the suffix Fault of the detail element. */
  readonly type: string;
  readonly detail: Element | undefined;

  constructor(message: string, type: string, detail: Element | undefined) {
    super(message);
    this.name = 'SoapFault';
    this.type = type;
    this.detail = detail;
  }
}

/** vCenter gave no SOAP answer: another HTTP answer, or the connection ended. `status` is null when no answer came. */
export class NoSoapAnswer extends KeyrigError {
  readonly status: number | null;

  constructor(status: number | null, message: string, cause?: unknown) {
    super('ERR_STEP', message, { cause });
    this.name = 'NoSoapAnswer';
    this.status = status;
  }
}

const maxAnswerBytes = 64 * 1024 * 1024;

/** A plain SOAP 1.1 client over HTTPS with keep-alive and a session cookie: what any vSphere client does on the wire. */
export class SoapClient {
  readonly #options: { host: string; port: number; ca: string; path: string; action: string };
  readonly #agent: Agent;
  #cookie: string | undefined;

  constructor(options: { host: string; port: number; ca: string; path: string; action: string }) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: options.ca });
  }

  /** The value of the session cookie, without quotes. */
  get session(): string | undefined {
    return /vmware_soap_session="?([^";]+)/.exec(this.#cookie ?? '')?.[1];
  }

  /** Calls a method; `body` is the method's element. Throws SoapFault for a fault, NoSoapAnswer for anything that is not SOAP. */
  async call(body: string, header = ''): Promise<Element> {
    const envelope = `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soapenv:Header>${header}</soapenv:Header><soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
    const { status, text } = await this.#post(envelope);
    const answer = bodyOf(text);
    if (!answer) throw new NoSoapAnswer(status, `the vCenter answered HTTP ${status} without a SOAP body`);
    if (answer.name !== 'Fault') return answer;
    const detail = child(answer, 'detail')?.children[0];
    throw new SoapFault(textOf(answer, 'faultstring') ?? '', (detail?.name ?? '').replace(/Fault$/, ''), detail);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(envelope: string): Promise<{ status: number; text: string }> {
    const { host, port, path, action } = this.#options;
    const headers: Record<string, string> = {
      'content-type': 'text/xml; charset="utf-8"',
      soapaction: `"${action}"`,
      // Sessions and their events tell which program it is.
      'user-agent': 'keyrig',
    };
    if (this.#cookie) headers.cookie = this.#cookie;
    return new Promise((resolve, reject) => {
      const lost = (error: Error) =>
        reject(new NoSoapAnswer(null, `no answer from the vCenter: ${systemCode(error) ?? messageOf(error)}`, error));
      const call = request({ host, port, path, method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) response.destroy(new Error('the answer is too large'));
          chunks.push(chunk);
        });
        response.on('error', lost);
        response.on('end', () => {
          const [cookie] = response.headers['set-cookie'] ?? [];
          if (cookie) this.#cookie = cookie.split(';')[0];
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      call.on('error', lost);
      call.end(envelope);
    });
  }
}

/** What is in the body of an envelope; undefined when the text is none. */
function bodyOf(text: string): Element | undefined {
  try {
    return child(parseXml(text), 'Body')?.children[0];
  } catch {
    return undefined;
  }
}

/** Parses a document into elements without prefixes. */
export function parseXml(text: string): Element {
  const root: Element = { name: '', text: '', children: [] };
  const stack: Element[] = [root];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', (tag) => {
    const type = Object.values(tag.attributes).find((attribute) => attribute.local === 'type')?.value;
    const element: Element = { name: tag.local, type: type?.replace(/^.*:/, ''), text: '', children: [] };
    stack.at(-1)!.children.push(element);
    stack.push(element);
  });
  parser.on('text', (value) => {
    stack.at(-1)!.text += value;
  });
  parser.on('closetag', () => void stack.pop());
  parser.write(text).close();
  return root.children[0] ?? root;
}

/** The first child with a name. */
export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

/** All children with a name. */
export function children(element: Element | undefined, name: string): Element[] {
  return element?.children.filter((candidate) => candidate.name === name) ?? [];
}

/** The element at a path of names. */
export function at(element: Element | undefined, ...path: string[]): Element | undefined {
  return path.reduce<Element | undefined>((current, name) => child(current, name), element);
}

/** The text of the element at a path of names. */
export function textOf(element: Element | undefined, ...path: string[]): string | undefined {
  return at(element, ...path)?.text;
}

/** Text as XML character data. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
