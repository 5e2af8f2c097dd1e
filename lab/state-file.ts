import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { isJsonObject, type Json, KeyrigError, messageOf } from '../core/index.ts';
import { checkedSnapshot, type LabSnapshot } from './snapshot.ts';

/** What the first line says of the second one, which is the snapshot. */
const kind = 'keyrig state file';

/** More cannot be one text. */
const maxBytes = 512 * 1024 * 1024;

/**
 * Reads a state file.
 * @returns undefined when there is none
 * @throws KeyrigError ERR_STATE when it is damaged, or something else than a state file
 */
export function readStateFile(path: string): LabSnapshot | undefined {
  if (!existsSync(path)) return undefined;
  const [head, snapshot = '', ...more] = readText(path).split('\n');
  const { kind: found, sha256 } = headOf(head, path);
  if (found !== kind) throw refuse(path, 'it is not a state file of keyrig');
  if (sha256 !== digest(snapshot) || more.join('') !== '') throw refuse(path, 'it is damaged');
  return checkedSnapshot(JSON.parse(snapshot) as Json);
}

/** Writes a state file that only this user can read; the one that was there stays whole until the new one is. */
export function writeStateFile(path: string, snapshot: LabSnapshot): void {
  const text = JSON.stringify(snapshot);
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, `${JSON.stringify({ kind, sha256: digest(text) })}\n${text}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (cause) {
    rmSync(beside, { force: true });
    throw new KeyrigError('ERR_OPTION', `the state file ${path} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function readText(path: string): string {
  try {
    if (statSync(path).size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_OPTION', `the state file ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function headOf(line: string | undefined, path: string) {
  try {
    const head = JSON.parse(line ?? '') as Json;
    return isJsonObject(head) ? head : {};
  } catch {
    throw refuse(path, 'it is not a state file of keyrig');
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function refuse(path: string, why: string): KeyrigError {
  return new KeyrigError('ERR_STATE', `the state file ${path} cannot be used: ${why}`);
}
