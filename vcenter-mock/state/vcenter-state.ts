import { type Json, type JsonObject, messageOf, requireIdle, requireVersion, stateError } from '../../core/index.ts';
import type { SavedAlarms } from '../alarms/alarms.ts';
import type { SavedAuthorization } from '../authorization/authorization.ts';
import type { SavedCrypto, VcenterCrypto } from '../crypto/index.ts';
import type { SavedFiles } from '../datastore/datastore-files.ts';
import type { SavedEvents } from '../events/event-log.ts';
import type { SavedSessions } from '../http/sessions.ts';
import type { SavedStore } from '../inventory/store.ts';
import type { SavedGuestAddresses } from '../inventory/virtual-machine-factory.ts';
import { restoreSessionObjects, type SavedSessionObjects, saveSessionObjects } from '../objects/session-objects.ts';
import type { SavedPolicies } from '../pbm/storage-policies.ts';
import type { SavedSigner } from '../sts/token-service.ts';
import type { SavedTasks } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { ValueReader, ValueWriter } from './values.ts';

/** Grows with every change of the form that an older keyrig could not read. */
const stateVersion = 2;

const whose = 'the vCenter';

/**
 * Everything that a vCenter knows at a moment, as JSON. It holds passwords, private keys, key material and session tokens: whoever has
 * it, has them. Values that many objects share stand in `shared`, see `values.ts`.
 */
export type VcenterState = {
  readonly plane: 'vcenter';
  readonly version: number;
  /** Of the simulated vCenter: `7.0.3`. */
  readonly release: string;
  readonly instanceUuid: string;
  readonly shared: readonly Json[];
  readonly store: SavedStore;
  readonly authorization: SavedAuthorization;
  readonly sessions: SavedSessions;
  readonly sessionObjects: readonly SavedSessionObjects[];
  readonly tasks: SavedTasks;
  readonly events: SavedEvents;
  readonly alarms: SavedAlarms;
  readonly policies: SavedPolicies;
  readonly files: SavedFiles;
  readonly guestAddresses: SavedGuestAddresses;
  readonly signer: SavedSigner;
  readonly crypto: SavedCrypto;
};

/** What runs in a vCenter, in words; while there is something its state is neither saved nor restored. Clients that wait for changes do not count. */
export function runningIn(vc: Vcenter, crypto: VcenterCrypto): string[] {
  return [...vc.tasks.running, ...vc.work.list, ...vc.tokens.running, ...crypto.running];
}

/** The state of a vCenter in which nothing runs. @throws KeyrigError ERR_BUSY */
export function saveVcenter(vc: Vcenter, crypto: VcenterCrypto): VcenterState {
  requireIdle(runningIn(vc, crypto), whose);
  const values = new ValueWriter();
  const state: VcenterState = {
    plane: 'vcenter',
    version: stateVersion,
    release: vc.profile.version,
    instanceUuid: vc.instanceUuid,
    store: vc.store.save(values),
    authorization: vc.authorization.save(),
    sessions: vc.sessions.save(),
    sessionObjects: saveSessionObjects(vc, values),
    tasks: vc.tasks.save(),
    events: vc.events.save(values),
    alarms: vc.alarms.save(values),
    policies: vc.policies.save(values),
    files: vc.files.save(values),
    guestAddresses: vc.vmFactory.save(),
    signer: vc.tokens.save(),
    crypto: crypto.save(),
    // Last: the list is complete now.
    shared: values.shared,
  };
  sound.add(state);
  return state;
}

/** States that this process saved or has restored before: nothing can be wrong with them. */
const sound = new WeakSet<object>();

/** Readers of states that were restored before: it costs less to restore one again. */
const readers = new WeakMap<object, ValueReader>();

/**
 * Takes a vCenter in which nothing runs back to a state, or on to that of another. The clock must show the time of the state already:
 * timers are set for what is left until they are due. Sessions of the state live on with what their clients wait for; the others end.
 * @throws KeyrigError ERR_BUSY; ERR_STATE for a state that does not fit or is damaged: nothing has changed then
 */
export function restoreVcenter(vc: Vcenter, crypto: VcenterCrypto, json: JsonObject): void {
  requireIdle(runningIn(vc, crypto), whose);
  const state = checked(vc, json);
  const before = sound.has(json) ? undefined : saveVcenter(vc, crypto);
  try {
    apply(vc, crypto, state);
  } catch (cause) {
    if (before) apply(vc, crypto, before);
    throw stateError(whose, `it is damaged: ${messageOf(cause)}`);
  }
  sound.add(json);
}

function apply(vc: Vcenter, crypto: VcenterCrypto, state: VcenterState): void {
  let values = readers.get(state.shared);
  if (!values) {
    values = new ValueReader(state.shared);
    readers.set(state.shared, values);
  }
  vc.instanceUuid = state.instanceUuid;
  // Objects first: the others find theirs among them.
  vc.store.restore(state.store, values);
  vc.authorization.restore(state.authorization);
  vc.tasks.restore(state.tasks);
  vc.events.restore(state.events, values);
  vc.alarms.restore(state.alarms, values);
  vc.policies.restore(state.policies, values);
  vc.files.restore(state.files, values);
  vc.vmFactory.restore(state.guestAddresses);
  vc.tokens.restore(state.signer);
  crypto.restore(state.crypto);
  vc.sessions.restore(state.sessions);
  restoreSessionObjects(vc, state.sessionObjects, values);
}

function checked(vc: Vcenter, json: JsonObject): VcenterState {
  const { plane, release } = json;
  if (plane !== 'vcenter') throw stateError(whose, 'it is not that of a vCenter');
  requireVersion(json, stateVersion, whose);
  if (release !== vc.profile.version) {
    throw stateError(whose, `it is that of a vCenter ${String(release)}, and this one is ${vc.profile.version}`);
  }
  return json as unknown as VcenterState;
}
