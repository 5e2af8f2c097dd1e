/** What a server knows at a moment, as JSON. */
import { type JsonObject, type Members, requireVersion } from '../core/index.ts';
import type { SavedTurns } from './objects/group-turns.ts';
import type { KnownClient, ServerIdentity } from './options.ts';
import { type ObjectRecord, objectOf, recordOf } from './store/object-record.ts';
import type { StoredObject } from './store/stored-object.ts';
import type { SavedRandomNumbers } from './use/random-numbers.ts';

/** An object with its key material: both parts are TTLV in base64. */
export type SavedObject = {
  readonly uniqueIdentifier: string;
  readonly head: string;
  readonly material?: string;
};

/**
 * The state of a server. It holds key material and the server's private key. What is bound to a connection or to this process is not in it:
 * connections end when it is restored, operations in parts and asynchronous ones are forgotten, as after a restart.
 */
export type KmipServerState = {
  readonly plane: 'kmip';
  readonly version: number;
  /** Undefined when a store keeps them: it is saved and restored by itself, or not at all. */
  readonly objects?: readonly SavedObject[];
  readonly backup: readonly SavedObject[];
  readonly identity: Members<ServerIdentity>;
  readonly clients: readonly Members<KnownClient>[];
  /** PEM */
  readonly authorities: readonly string[];
  readonly name: string;
  /** The Unique Identifier that was given last, when they are sequential. */
  readonly lastIdentifier: number;
  readonly correlationValues: number;
  readonly groupTurns: SavedTurns;
  readonly randomNumbers: SavedRandomNumbers;
};

const stateVersion = 1;

/** Objects that were saved before: they never change, so it costs nothing to save them again. */
const saved = new WeakMap<StoredObject, SavedObject>();

export function saveObject(object: StoredObject): SavedObject {
  let found = saved.get(object);
  if (!found) {
    const { uniqueIdentifier, head, material } = recordOf(object);
    found = {
      uniqueIdentifier,
      head: head.toString('base64'),
      ...(material && { material: material.toString('base64') }),
    };
    material?.fill(0);
    saved.set(object, found);
  }
  return found;
}

/** The object that was saved, on memory of its own. @throws KeyrigError ERR_STORE when it is none */
export function savedObject({ uniqueIdentifier, head, material }: SavedObject): StoredObject {
  const record: ObjectRecord = {
    uniqueIdentifier,
    head: Buffer.from(head, 'base64'),
    material: material === undefined ? undefined : Buffer.from(material, 'base64'),
  };
  return objectOf(record);
}

/** @throws KeyrigError ERR_STATE */
export function checkedState(state: JsonObject): KmipServerState {
  requireVersion(state.plane === 'kmip' ? state : {}, stateVersion, 'a key server');
  return state as unknown as KmipServerState;
}

/** Marks a state as that of a key server, of the form that this keyrig writes. */
export function newState(state: Omit<KmipServerState, 'plane' | 'version'>): KmipServerState {
  return { plane: 'kmip', version: stateVersion, ...state };
}
