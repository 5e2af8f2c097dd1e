import { isDeepStrictEqual } from 'node:util';
import {
  type Identity,
  isJsonObject,
  type Json,
  type Members,
  type RuntimeState,
  requireVersion,
  stateError,
} from '../core/index.ts';
import type { KmipServerState } from '../kmip-server/index.ts';
import type { OvhApiState } from '../ovh-api-mock/index.ts';
import type { VcenterState } from '../vcenter-mock/index.ts';
import type { SavedStores } from './world/kms-store.ts';
import type { SavedPki } from './world/pki.ts';
import type { World } from './world/schema.ts';

/** One KMS of a snapshot. */
export type SavedKms = {
  readonly name: string;
  /** Where vCenter knows it. */
  readonly port: number;
  readonly isRunning: boolean;
  readonly server: KmipServerState;
};

/**
 * A whole lab at a moment, as JSON: clock, random numbers, faults and their counters, certificates, the three planes with what is due.
 * It holds private keys, key material and passwords: who has it, has the lab. The timeline is not in it, only how far it was.
 */
export type LabSnapshot = {
  readonly kind: 'keyrig lab';
  readonly version: number;
  readonly world: World;
  readonly runtime: RuntimeState;
  readonly pki: SavedPki;
  readonly web: { readonly ovh: Members<Identity>; readonly vcenter: Members<Identity> };
  /** Users whose certificates the authority has issued. */
  readonly clients: readonly (readonly [name: string, identity: Members<Identity>])[];
  readonly rotations: number;
  /** Objects of stores that several KMS share. */
  readonly stores: SavedStores;
  readonly kms: readonly SavedKms[];
  readonly ovh: OvhApiState;
  readonly vcenter: VcenterState;
};

const kind = 'keyrig lab';
const stateVersion = 1;

/** Marks a snapshot as one of the form that this keyrig writes. */
export function newSnapshot(parts: Omit<LabSnapshot, 'kind' | 'version'>): LabSnapshot {
  return { kind, version: stateVersion, ...parts };
}

/**
 * What was read from somewhere as a snapshot; its parts are checked where they are restored.
 * @throws KeyrigError ERR_STATE when it is none, or one of another keyrig
 */
export function checkedSnapshot(json: Json): LabSnapshot {
  if (!isJsonObject(json) || json.kind !== kind) throw stateError('a lab', 'it is no snapshot of a lab');
  requireVersion(json, stateVersion, 'a lab');
  const parts = ['world', 'runtime', 'pki', 'web', 'ovh', 'vcenter', 'stores'] as const;
  const missing = [
    ...parts.filter((name) => !isJsonObject(json[name])),
    ...(['clients', 'kms'] as const).filter((name) => !Array.isArray(json[name])),
  ];
  if (missing.length > 0) throw stateError('a lab', `it has no ${missing.join(', ')}`);
  return json as unknown as LabSnapshot;
}

/** A world as a file keeps it: members that are undefined are absent. */
export function plainWorld(world: World): World {
  return JSON.parse(JSON.stringify(world)) as World;
}

/** Whether two worlds are the same. */
export function isSameWorld(one: World, other: World): boolean {
  return isDeepStrictEqual(plainWorld(one), plainWorld(other));
}
