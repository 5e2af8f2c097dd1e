/** A POST over HTTP/1.1 that arrived in one piece, on a connection that stays open. */
export interface WholeRequest {
  /** The request target without its query. */
  readonly path: string;
  /** The fields that SOAP looks at; undefined when the client did not send them. */
  readonly cookie: string | undefined;
  readonly soapAction: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
}

/** What a head says; clients repeat theirs, so the last one of a connection is kept. */
interface Head extends Omit<WholeRequest, 'body'> {
  readonly text: string;
  readonly contentLength: number;
}

const headEnd = Buffer.from('\r\n\r\n');
const requestLine = /^POST (\/[\w\-./]*)(?:\?[!-~]*)? HTTP\/1\.1$/;
/** RFC 9110 §5.6.2 and §5.5: a token, a colon, visible characters and spaces. */
const field = /^([!#$%&'*+\-.^_`|~\w]+):[ \t]*([\t -~]*?)[ \t]*$/;
const limit = 16_384;

/**
 * Reads the requests of one connection for as long as each is a plain POST that arrives in one piece, as a small call of a client does that
 * writes head and body together. Everything else is left to node:http, which also decides what is wrong with it.
 */
export class WholeRequestReader {
  #last: Head | undefined;

  /** The request that these bytes are, no more and no less; undefined for anything else. */
  read(bytes: Buffer): WholeRequest | undefined {
    if (bytes.length > limit || bytes[0] !== 0x50) return undefined;
    const end = bytes.indexOf(headEnd);
    if (end < 0) return undefined;
    const text = bytes.toString('latin1', 0, end);
    const head = this.#last?.text === text ? this.#last : readHead(text);
    if (!head || bytes.length !== end + 4 + head.contentLength) return undefined;
    this.#last = head;
    const { path, cookie, soapAction, userAgent } = head;
    return { path, cookie, soapAction, userAgent, body: bytes.subarray(end + 4) };
  }
}

/** Undefined for every head that is out of the ordinary: RFC 9112 has more to say about those than is said here. */
function readHead(text: string): Head | undefined {
  const lines = text.split('\r\n');
  const path = requestLine.exec(lines[0]!)?.[1];
  if (path === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const line of lines.slice(1)) {
    const [, name, value] = field.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    if (fields.has(key)) return undefined;
    fields.set(key, value);
  }
  const length = fields.get('content-length') ?? '';
  const connection = fields.get('connection') ?? 'keep-alive';
  const special = ['transfer-encoding', 'expect', 'upgrade', 'trailer'].some((name) => fields.has(name));
  if (special || !fields.has('host') || !/^\d{1,6}$/.test(length) || !/^keep-alive$/i.test(connection))
    return undefined;
  return {
    text,
    contentLength: Number(length),
    path,
    cookie: fields.get('cookie'),
    soapAction: fields.get('soapaction'),
    userAgent: fields.get('user-agent'),
  };
}
