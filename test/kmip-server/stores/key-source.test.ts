import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../kmip-server/store/open-store.ts';
import { aesKey } from './sample-objects.ts';

let folder: string;
let path: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrig-key-'));
  path = join(folder, 'store.db');
  keyFile = join(folder, 'key');
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff', 'hex');

/** Whether the store opens and gives back what is in it; it is made by the first call. */
async function works(source: { key: string | Uint8Array } | { keyFile: string }): Promise<boolean> {
  const store = await openStore({ type: 'file', path, ...source });
  const { put } = await store.refresh();
  if (put.length === 0) await store.commit({ put: [aesKey('a')], deleted: [] });
  await store.close();
  return true;
}

describe('the key-encryption key', () => {
  it('may be given as bytes, hexadecimal digits, or base64, also in a file', async () => {
    await works({ key: bytes });
    const texts = [
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      ` ${bytes.toString('base64')}\n`,
    ];
    for (const key of [new Uint8Array(bytes), ...texts]) expect(await works({ key })).toBe(true);
    for (const content of [bytes, ...texts]) {
      writeFileSync(keyFile, content, { mode: 0o600 });
      expect(await works({ keyFile })).toBe(true);
    }
  });

  it('is not changed or kept by reference', async () => {
    const key = Buffer.from(bytes);
    const store = await openStore({ type: 'file', path, key });
    expect(key).toEqual(bytes);
    key.fill(0);
    await store.refresh();
    await store.commit({ put: [aesKey('a')], deleted: [] });
    await store.close();
    expect(await works({ key: bytes })).toBe(true);
  });

  it.each([
    ['empty', ''],
    ['too short', bytes.toString('hex').slice(2)],
    ['too long', `${bytes.toString('hex')}00`],
    ['neither hexadecimal nor base64', `${'!'.repeat(43)}=`],
    ['a word', 'correct horse battery staple'],
    ['31 bytes', bytes.subarray(1)],
  ])('is refused, and not shown, when it is %s', async (_, key) => {
    const failure = await openStore({ type: 'file', path, key }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'ERR_OPTION' });
    if (typeof key === 'string' && key !== '') expect(inspect(failure, { depth: 5 })).not.toContain(key);
  });

  it('must come from one place', async () => {
    const both = { type: 'file', path, key: bytes, keyFile } as unknown as Parameters<typeof openStore>[0];
    await expect(openStore(both)).rejects.toMatchObject({ code: 'ERR_OPTION' });
    const none = { type: 'file', path } as Parameters<typeof openStore>[0];
    await expect(openStore(none)).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });

  it('must be the one that the store was made with', async () => {
    await works({ key: bytes });
    const refusal = { code: 'ERR_STORE', message: expect.stringContaining('not the one that the store was made with') };
    await expect(works({ key: Buffer.alloc(32) })).rejects.toMatchObject(refusal);
    expect(await works({ key: bytes })).toBe(true);
  });
});

describe('the key file', () => {
  it('is made for a new store, for its owner only, and used again', async () => {
    const before = process.umask(0);
    try {
      await works({ keyFile });
    } finally {
      process.umask(before);
    }
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(keyFile, 'latin1'), 'base64')).toHaveLength(32);
    expect(readdirSync(folder).sort()).toEqual(['key', 'store.db']);
    expect(await works({ keyFile })).toBe(true);
  });

  it('is another one for each store', async () => {
    await works({ keyFile });
    path = join(folder, 'other.db');
    await works({ keyFile: join(folder, 'other') });
    expect(readFileSync(keyFile)).not.toEqual(readFileSync(join(folder, 'other')));
  });

  it('is not made for a store that has a key already', async () => {
    await works({ key: bytes });
    await expect(works({ keyFile })).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining(`The key file ${keyFile} does not exist`),
    });
    expect(existsSync(keyFile)).toBe(false);
  });

  it.each([0o640, 0o604, 0o620, 0o602])('is refused when others may use it: mode %o', async (mode) => {
    writeFileSync(keyFile, bytes);
    chmodSync(keyFile, mode);
    await expect(works({ keyFile })).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: `Others than the owner may use the key file ${keyFile}: allow only the owner (chmod 600).`,
    });
  });

  it('is refused when it is not a key', async () => {
    writeFileSync(keyFile, 'x', { mode: 0o600 });
    await expect(works({ keyFile })).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(works({ keyFile: folder })).rejects.toMatchObject({ code: 'ERR_OPTION' });
    await expect(works({ keyFile: join(folder, 'none', 'key') })).rejects.toMatchObject({ code: 'ERR_OPTION' });
  });
});
