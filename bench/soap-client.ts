import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** A vCenter to be measured, and who logs in. */
export interface SoapTarget {
  host: string;
  port: number;
  username: string;
  password: string;
}

const self = (type: string, id: string) => `<_this type="${type}">${id}</_this>`;

/** The content of a SOAP body in the form govmomi sends it: default namespaces, an unquoted SOAPAction of its own version. */
function envelope(content: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>${content}</Body></Envelope>`
  );
}

/**
 * The smallest HTTPS client that can measure a vCenter: one request at a time over one kept connection. It knows where an
 * answer ends and decodes nothing.
 */
export class SoapClient {
  readonly #socket: TLSSocket;
  readonly #target: SoapTarget;
  #cookie = '';
  #received: Buffer[] = [];
  /** Bytes the answer has in all; 0 while that is unknown, -1 when it comes in chunks. */
  #expected = 0;
  #bytes = 0;
  #waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: TLSSocket, target: SoapTarget) {
    this.#socket = socket;
    this.#target = target;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  /** Connects and logs in, or uses the session of another client. */
  static async open(target: SoapTarget, session?: SoapClient): Promise<SoapClient> {
    const { host, port } = target;
    // The certificates were made for the measurement; what they say is not looked at.
    const socket = connect({ host, port, servername: 'localhost', rejectUnauthorized: false });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    const client = new SoapClient(socket, target);
    if (session) client.#cookie = session.#cookie;
    else await client.#login();
    return client;
  }

  async #login(): Promise<void> {
    const { username, password } = this.#target;
    const answer = await this.exchange(
      this.request(
        `<Login xmlns="urn:vim25">${self('SessionManager', 'SessionManager')}<userName>${username}</userName><password>${password}</password></Login>`,
      ),
    );
    const cookie = /^set-cookie:\s*(vmware_soap_session=[^;]+)/im.exec(answer.toString('latin1'))?.[1];
    if (!cookie) throw new Error(`the login was refused: ${answer.toString('utf8').slice(0, 500)}`);
    this.#cookie = cookie;
  }

  /** The bytes of a request with this content in its SOAP body. */
  request(content: string): Buffer {
    const body = envelope(content);
    return Buffer.from(
      `POST /sdk HTTP/1.1\r\nHost: ${this.#target.host}:${this.#target.port}\r\nUser-Agent: bench\r\nContent-Type: text/xml; charset="utf-8"\r\n` +
        `Soapaction: urn:vim25/9.1.0.0\r\n${this.#cookie && `Cookie: ${this.#cookie}\r\n`}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  /** Sends a request, gives the whole answer, head included; an answer other than 200 is an error. */
  exchange(request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#bytes += chunk.length;
    if (this.#expected === 0) {
      const known = Buffer.concat(this.#received);
      this.#received = [known];
      const end = known.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = known.toString('latin1', 0, end);
      const length = /\r\ncontent-length:\s*(\d+)/i.exec(head)?.[1];
      this.#expected = length === undefined ? -1 : end + 4 + Number(length);
    }
    if (this.#expected < 0 ? !endsChunks(chunk, this.#received) : this.#bytes < this.#expected) return;
    const answer = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received);
    this.#received = [];
    this.#bytes = 0;
    this.#expected = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (answer.toString('latin1', 9, 12) === '200') waiting?.resolve(answer);
    else waiting?.reject(new Error(`answered ${answer.toString('utf8', 0, 2_000)}`));
  }
}

const lastChunk = Buffer.from('\r\n0\r\n\r\n');

function endsChunks(chunk: Buffer, received: readonly Buffer[]): boolean {
  const tail = chunk.length >= lastChunk.length ? chunk : Buffer.concat(received.slice(-2));
  return tail.subarray(-lastChunk.length).equals(lastChunk);
}

/** The contents of the bodies that are measured. */
export const soapRequests = {
  currentTime: `<CurrentTime xmlns="urn:vim25">${self('ServiceInstance', 'ServiceInstance')}</CurrentTime>`,
  /** One property of one VM. */
  property: (vm: string) => retrieve('<pathSet>runtime.powerState</pathSet>', `<obj type="VirtualMachine">${vm}</obj>`),
  /** A view of all VMs. */
  view: `<CreateContainerView xmlns="urn:vim25">${self('ViewManager', 'ViewManager')}<container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive></CreateContainerView>`,
  /** Two properties of all VMs of a view. */
  inventory: (view: string) =>
    retrieve('<pathSet>name</pathSet><pathSet>runtime.powerState</pathSet>', membersOf(view)),
  /** A filter on one property of all VMs of a view. */
  filter: (view: string) =>
    `<CreateFilter xmlns="urn:vim25">${self('PropertyCollector', 'propertyCollector')}<spec>${specOf('<pathSet>runtime.powerState</pathSet>', membersOf(view))}</spec><partialUpdates>false</partialUpdates></CreateFilter>`,
  wait: (version: string) =>
    `<WaitForUpdatesEx xmlns="urn:vim25">${self('PropertyCollector', 'propertyCollector')}<version>${version}</version></WaitForUpdatesEx>`,
};

function membersOf(view: string): string {
  return `<obj type="ContainerView">${view}</obj><skip>true</skip><selectSet xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance" XMLSchema-instance:type="TraversalSpec"><type>ContainerView</type><path>view</path></selectSet>`;
}

function specOf(paths: string, start: string): string {
  return `<propSet><type>VirtualMachine</type>${paths}</propSet><objectSet>${start}</objectSet>`;
}

function retrieve(paths: string, start: string): string {
  return `<RetrievePropertiesEx xmlns="urn:vim25">${self('PropertyCollector', 'propertyCollector')}<specSet>${specOf(paths, start)}</specSet><options></options></RetrievePropertiesEx>`;
}

/** The first reference in an answer's `returnval`. */
export function returned(answer: Buffer): string {
  const value = /<returnval[^>]*>([^<]*)</.exec(answer.toString('utf8'))?.[1];
  if (!value) throw new Error('the answer has no returnval');
  return value;
}
