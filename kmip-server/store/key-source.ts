/** Where the key-encryption key comes from: an option, or a file that only its owner may read. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { KeyrigError, systemCode } from '../../core/index.ts';
import { KeyEncryption, keyBytes } from './key-encryption.ts';

/** One of the two. */
export type KeySource =
  /** 32 bytes, or their text: 64 hexadecimal digits or base64. */
  | { key: string | Uint8Array; keyFile?: undefined }
  /** A file with the 32 bytes or their text; it is made for a new store when it does not exist. */
  | { keyFile: string; key?: undefined };

/**
 * The key of a store.
 *
 * @param keyCheck of a store that was opened before; undefined for a new one, which may get a new key file
 * @throws KeyrigError ERR_OPTION when there is no usable key, ERR_STORE when it is not the store's
 */
export function openKey(source: KeySource, keyCheck: Uint8Array | undefined): KeyEncryption {
  const encryption = readKey(source, keyCheck === undefined);
  if (keyCheck !== undefined && !encryption.fits(keyCheck)) {
    const message = 'The key-encryption key is not the one that the store was made with.';
    throw new KeyrigError('ERR_STORE', message);
  }
  return encryption;
}

function readKey({ key, keyFile }: KeySource, mayMake: boolean): KeyEncryption {
  if ((key === undefined) === (keyFile === undefined)) {
    throw new KeyrigError('ERR_OPTION', 'A store needs either a key-encryption key or a key file.');
  }
  if (key instanceof Uint8Array) return new KeyEncryption(key);
  if (key !== undefined) return keyOfText(key, 'The key-encryption key');
  const path = keyFile as string;
  if (!existsSync(path)) {
    if (!mayMake) {
      const message = `The key file ${path} does not exist, but the store was made with a key: put that file there.`;
      throw new KeyrigError('ERR_OPTION', message);
    }
    makeKeyFile(path);
  }
  return readKeyFile(path);
}

function keyOfText(text: string, what: string): KeyEncryption {
  const trimmed = text.trim();
  const isHex = /^[0-9a-f]{64}$/i.test(trimmed);
  // 32 bytes are 43 digits of base64, and perhaps one `=`.
  if (!isHex && !/^[\w+/-]{43}=?$/.test(trimmed)) {
    const message = `${what} must be ${keyBytes} bytes: 64 hexadecimal digits or 44 characters of base64.`;
    throw new KeyrigError('ERR_OPTION', message);
  }
  const bytes = Buffer.from(trimmed, isHex ? 'hex' : 'base64');
  const encryption = new KeyEncryption(bytes);
  bytes.fill(0);
  return encryption;
}

function readKeyFile(path: string): KeyEncryption {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { mode, uid } = fstatSync(file);
    // As OpenSSH does it: a file of another owner, such as a mounted secret, is that owner's business.
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      const message = `Others than the owner may use the key file ${path}: allow only the owner (chmod 600).`;
      throw new KeyrigError('ERR_OPTION', message);
    }
    const content = readFileSync(file);
    const encryption =
      content.length === keyBytes ? new KeyEncryption(content) : keyOfText(content.toString('latin1'), path);
    content.fill(0);
    return encryption;
  } catch (error) {
    throw keyFileFailure(error, `The key file ${path} cannot be read`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Makes a key file that is complete from the moment it exists: a key that is lost takes all objects with it. */
function makeKeyFile(path: string): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(draft, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, path);
    syncFolder(dirname(path));
  } catch (error) {
    // Another server was quicker: its key is as good.
    if (systemCode(error) !== 'EEXIST') throw keyFileFailure(error, `The key file ${path} cannot be made`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Makes a new file's entry in its folder outlive a power failure. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function keyFileFailure(error: unknown, what: string): KeyrigError {
  if (error instanceof KeyrigError) return error;
  return new KeyrigError('ERR_OPTION', `${what} (${systemCode(error) ?? 'unknown reason'}).`, { cause: error });
}
