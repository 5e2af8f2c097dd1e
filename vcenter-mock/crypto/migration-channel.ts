import { createCipheriv, createDecipheriv, createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { KeyrigError, messageOf } from '../../core/index.ts';
import { onTheWire, type WireHarm } from './migration-wire.ts';

/**
 * What vCenter puts into the migration spec of both hosts: a one-time 256-bit key and a 64-bit nonce.
 * documented (vcenter.md 11); the cipher AES-GCM is the guide's.
 */
export interface MigrationKey {
  key: Buffer;
  nonce: Buffer;
}

/** What the destination host received. */
export interface ReceivedImage {
  sha256: string;
  packets: number;
  bytes: number;
}

/**
 * Length (32 bits) and counter (32 bits) of a packet. keyrig's own framing: the real one is not published.
 * The packet with a length of zero ends the image; it carries a tag too, so that the image cannot be cut short unnoticed.
 */
const headBytes = 8;
const tagBytes = 16;
const maxPacketBytes = 1024 * 1024;

/** 96-bit initialisation vector: the migration's nonce, then the packet's counter, so that no two packets share one. */
function initialisationVector(nonce: Buffer, counter: number): Buffer {
  const iv = Buffer.alloc(12);
  nonce.copy(iv, 0, 0, 8);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

function packet(payload: Buffer, counter: number, secret: MigrationKey | undefined): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(payload.length, 0);
  head.writeUInt32BE(counter, 4);
  if (!secret) return Buffer.concat([head, payload]);
  const cipher = createCipheriv('aes-256-gcm', secret.key, initialisationVector(secret.nonce, counter));
  cipher.setAAD(head);
  return Buffer.concat([head, cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
}

/** The destination host's end of a migration: listens on a loopback port for one image. */
export class MigrationReceiver {
  readonly #server = createServer();
  readonly #secret: MigrationKey | undefined;
  readonly #hash: Hash = createHash('sha256');
  #socket: Socket | undefined;
  #giveUp: ((reason: Error) => void) | undefined;
  #pending = Buffer.alloc(0);
  #counter = 0;
  #bytes = 0;

  constructor(secret: MigrationKey | undefined) {
    this.#secret = secret;
  }

  /** Starts to listen and resolves with the port. */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves with what arrived; rejects when a packet was tampered with or the image is incomplete. */
  receive(): Promise<ReceivedImage> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      this.#server.once('close', () =>
        reject(new KeyrigError('ERR_VMOTION', 'the destination host stopped listening')),
      );
      this.#server.once('connection', (socket) => {
        this.#socket = socket;
        socket.on('data', (chunk: Buffer) => {
          try {
            const image = this.#take(chunk);
            if (!image) return;
            socket.end(Buffer.from([1]));
            resolve(image);
          } catch (error) {
            socket.destroy();
            reject(error);
          }
        });
        socket.on('error', reject);
        socket.on('close', () => reject(new KeyrigError('ERR_VMOTION', 'the connection ended before the image did')));
      });
    });
  }

  /** Gives the transfer up: whoever waits for it is told why. */
  giveUp(reason: string): void {
    this.#giveUp?.(new KeyrigError('ERR_VMOTION', reason));
  }

  /** Closes both the listener and the connection. */
  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #take(chunk: Buffer): ReceivedImage | undefined {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    while (this.#pending.length >= headBytes) {
      const head = this.#pending.subarray(0, headBytes);
      const length = head.readUInt32BE(0);
      if (length > maxPacketBytes) throw new KeyrigError('ERR_VMOTION', `a packet of ${length} bytes was announced`);
      const total = headBytes + length + (this.#secret ? tagBytes : 0);
      if (this.#pending.length < total) return undefined;
      const payload = this.#open(head, this.#pending.subarray(headBytes, total));
      this.#pending = this.#pending.subarray(total);
      this.#counter++;
      if (length === 0) return { sha256: this.#hash.digest('hex'), packets: this.#counter, bytes: this.#bytes };
      this.#hash.update(payload);
      this.#bytes += payload.length;
    }
    return undefined;
  }

  #open(head: Buffer, sealed: Buffer): Buffer {
    const counter = head.readUInt32BE(4);
    if (counter !== this.#counter) {
      throw new KeyrigError('ERR_VMOTION', `packet ${counter} arrived where packet ${this.#counter} was due`);
    }
    if (!this.#secret) return sealed;
    const decipher = createDecipheriv(
      'aes-256-gcm',
      this.#secret.key,
      initialisationVector(this.#secret.nonce, counter),
    );
    decipher.setAAD(head);
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);
    } catch (cause) {
      throw new KeyrigError('ERR_VMOTION', `packet ${counter} was changed on its way: its GCM tag does not fit`, {
        cause,
      });
    }
  }
}

/**
 * The source host's end: sends the pages and waits for the destination's word. Rejects when the connection breaks.
 * @param harm what happens to the packets on their way
 * @param signal ends the transfer
 */
export async function sendImage(
  port: number,
  pages: readonly Buffer[],
  secret: MigrationKey | undefined,
  { harm, signal }: { harm?: WireHarm; signal?: AbortSignal } = {},
): Promise<{ localPort: number }> {
  const socket = connect(port, '127.0.0.1');
  const stop = () => socket.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await once(socket, 'connect', { signal });
    const localPort = socket.localPort ?? 0;
    const confirmed = new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve());
      socket.once('error', reject);
      socket.once('close', () => reject(new KeyrigError('ERR_VMOTION', 'the destination host did not confirm')));
    });
    // The wait starts now, while packets are still being written: a refusal in the middle must not go unheard.
    confirmed.catch(() => {});
    for (const bytes of onTheWire(packetsOf(pages, secret), harm)) {
      if (socket.destroyed) break;
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), confirmed]);
    }
    if (harm && 'cutAfter' in harm) {
      if (harm.reset) socket.resetAndDestroy();
      else socket.end();
    }
    await confirmed;
    return { localPort };
  } catch (error) {
    throw error instanceof KeyrigError ? error : new KeyrigError('ERR_VMOTION', messageOf(error), { cause: error });
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** The image as packets, the closing one included; no two have the same counter. */
function* packetsOf(pages: readonly Buffer[], secret: MigrationKey | undefined): Generator<Buffer> {
  let counter = 0;
  for (const page of pages) yield packet(page, counter++, secret);
  yield packet(Buffer.alloc(0), counter, secret);
}
