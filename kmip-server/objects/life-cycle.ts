/** Key states and the ten transitions between them. KMIP 1.1 §3.22 */
import {
  enumName,
  isSince,
  KmipError,
  ObjectType,
  type ProtocolVersion,
  ResultReason,
  RevocationReasonCode,
  State,
} from '../../kmip/index.ts';
import { type DraftObject, isCryptographic, type StoredObject } from '../store/stored-object.ts';

/** POSIX seconds of a time in ms. */
export function seconds(now: number): number {
  return Math.floor(now / 1000);
}

/** The name of an object's state as an operator reads it. */
export function stateName(object: StoredObject): string {
  const state = object.attributes.read('State');
  return (state !== undefined && enumName('State', state)) || 'without state';
}

/** Notes that an object was changed. KMIP 1.1 §3.38 */
export function touch(object: DraftObject, now: number): void {
  object.attributes.write('Last Change Date', seconds(now));
}

function enter(object: DraftObject, state: number, now: number): void {
  object.attributes.write('State', state);
  touch(object, now);
}

/** The transitions that only time causes: 4 (Activation Date reached) and 6 (Deactivation Date reached). KMIP 1.1 §3.22 */
function timedTransition(state: number | undefined) {
  if (state === State.PreActive) return { date: 'Activation Date', next: State.Active } as const;
  if (state === State.Active) return { date: 'Deactivation Date', next: State.Deactivated } as const;
  return undefined;
}

/** When an object next changes its State by itself, ms since the epoch; undefined when it does not. */
export function nextDue(object: StoredObject): number | undefined {
  const transition = timedTransition(object.attributes.read('State'));
  const date = transition && object.attributes.read(transition.date);
  return date === undefined ? undefined : date * 1000;
}

/** Makes the transitions whose date has come at `now`. */
export function settle(object: DraftObject, now: number): void {
  for (let due = nextDue(object); due !== undefined && due <= now; due = nextDue(object)) {
    const transition = timedTransition(object.attributes.read('State'));
    if (transition) enter(object, transition.next, now);
  }
}

function illegal(message: string): never {
  throw new KmipError(ResultReason.IllegalOperation, message);
}

function denied(message: string): never {
  throw new KmipError(ResultReason.PermissionDenied, message);
}

/** Activate: transition 4. KMIP 1.1 §4.19, §11.20 */
export function activate(object: DraftObject, now: number): void {
  if (!isCryptographic(object.objectType)) illegal('Activate is not possible: the object has no State.');
  if (object.attributes.read('State') !== State.PreActive) {
    denied(`Activate is not allowed: the object is ${stateName(object)}, not Pre-Active.`);
  }
  object.attributes.write('Activation Date', seconds(now));
  enter(object, State.Active, now);
}

export interface Revocation {
  code: number;
  message?: string;
  /** POSIX seconds. */
  compromiseOccurrenceDate?: number;
}

const afterCompromise = new Map<number, number>([
  [State.PreActive, State.Compromised],
  [State.Active, State.Compromised],
  [State.Deactivated, State.Compromised],
  [State.Destroyed, State.DestroyedCompromised],
]);

/** KMIP 1.1 §4.20 names Key Compromise only; KMIP 1.4 §4.20 CA Compromise as well. */
function isCompromise(code: number, version: ProtocolVersion): boolean {
  if (code === RevocationReasonCode.CACompromise) return isSince(version, '1.4');
  return code === RevocationReasonCode.KeyCompromise;
}

/**
 * Revoke: transitions 3, 5, 8, 10 for a compromise, 6 for every other reason. KMIP 1.1 §4.20, §11.21.
 * Another reason on a key that is not Active is an Illegal Operation, because §3.22 has no such transition (assumed; PyKMIP
 * does the same, observed). An Opaque Object has no State, but it can be revoked.
 */
export function revoke(object: DraftObject, revocation: Revocation, version: ProtocolVersion, now: number): void {
  const { code, message, compromiseOccurrenceDate } = revocation;
  if (enumName('RevocationReasonCode', code) === undefined) {
    throw new KmipError(ResultReason.InvalidField, `Revocation Reason Code ${code} is not defined.`);
  }
  if (object.objectType === ObjectType.Template) illegal('Revoke is not possible: the object is a template.');
  const { attributes } = object;
  const state = attributes.read('State');
  const compromised = isCompromise(code, version);
  if (state !== undefined) {
    const next = compromised ? afterCompromise.get(state) : state === State.Active ? State.Deactivated : undefined;
    if (next === undefined) {
      const reason = enumName('RevocationReasonCode', code);
      illegal(`Revoke for ${reason} is not possible: the object is ${stateName(object)}.`);
    }
    enter(object, next, now);
  }
  attributes.write('Revocation Reason', { revocationReasonCode: code, revocationMessage: message });
  if (compromised) {
    attributes.write('Compromise Date', seconds(now));
    // KMIP 1.1 §3.29: the Initial Date where it cannot be told.
    const occurred = compromiseOccurrenceDate ?? attributes.read('Initial Date');
    if (occurred !== undefined) attributes.write('Compromise Occurrence Date', occurred);
  } else if (state !== undefined) {
    attributes.write('Deactivation Date', seconds(now));
  }
  touch(object, now);
}

const afterDestroy = new Map<number, number>([
  [State.PreActive, State.Destroyed],
  [State.Deactivated, State.Destroyed],
  [State.Compromised, State.DestroyedCompromised],
]);

/**
 * Destroy: transitions 2, 7, 9. Only marks the object; the caller erases it. KMIP 1.1 §4.21, §11.22.
 * An Active object is refused, as the OASIS cases SKLC-M-2 and AKLC-M-2 expect.
 */
export function destroy(object: DraftObject, now: number): void {
  const state = object.attributes.read('State');
  if (state === undefined) {
    if (object.material === undefined) denied('Destroy is not allowed: the object is already destroyed.');
    // KMIP 1.1 §3.28
    if (object.objectType === ObjectType.OpaqueObject) object.attributes.write('Destroy Date', seconds(now));
    touch(object, now);
    return;
  }
  const next = afterDestroy.get(state);
  if (next === undefined) {
    denied(
      state === State.Active
        ? 'Destroy is not allowed: the object is Active. Revoke it first.'
        : `Destroy is not allowed: the object is already ${stateName(object)}.`,
    );
  }
  object.attributes.write('Destroy Date', seconds(now));
  enter(object, next, now);
}
