/** Who may do what with whose objects: the operation policies of the objects, and the rules that the server was given. */
import { type Json, KeyrigError, matches } from '../../core/index.ts';
import { enumName, KmipError, ObjectType, Operation, ResultReason } from '../../kmip/index.ts';
import type { AccessRule, OperationPolicy } from '../options.ts';
import type { ObjectLayer, ReadableObjects } from '../store/object-layer.ts';
import { type StoredObject, serverOwner } from '../store/stored-object.ts';
import { operationCode } from './known-clients.ts';

/** What one client may do. */
export interface ClientAccess {
  /** Whether it may use an operation at all. */
  mayPerform(operation: number): boolean;
  /** Whether it may use an operation on an object. */
  mayUse(object: StoredObject, operation: number): boolean;
  /** Refuses new objects by which it would own more than it may: Permission Denied. */
  checkQuota(before: ReadableObjects, after: ObjectLayer): void;
}

type Permission = 'owner' | 'all' | 'none';
type Policy = (operation: number, objectType: number) => Permission;

const publicReads: ReadonlySet<number> = new Set([
  Operation.Locate,
  Operation.Check,
  Operation.Get,
  Operation.GetAttributes,
  Operation.GetAttributeList,
  Operation.ObtainLease,
]);
const templateChanges: ReadonlySet<number> = new Set([
  Operation.AddAttribute,
  Operation.ModifyAttribute,
  Operation.DeleteAttribute,
  Operation.Destroy,
]);
const publicTypes: ReadonlySet<number> = new Set([ObjectType.Certificate, ObjectType.PublicKey]);

/** The policies of KMIP 1.1 §3.18.2: `default` for every object, `public` for templates. */
const standardPolicies: Readonly<Record<string, Policy>> = {
  default: (operation, objectType) => (publicTypes.has(objectType) && publicReads.has(operation) ? 'all' : 'owner'),
  public: (operation) => (publicReads.has(operation) ? 'all' : templateChanges.has(operation) ? 'none' : 'owner'),
};

interface Rule {
  who: Json | undefined;
  operations: ReadonlySet<number> | undefined;
  objects: 'own' | 'group' | 'any';
  maxObjects: number | undefined;
}

const maxRemembered = 1_000;

/** The rules of a server. Throws ERR_OPTION for an operation that KMIP does not know. */
export class AccessControl {
  readonly #rules: readonly Rule[];
  readonly #policies = new Map<string, Policy>(Object.entries(standardPolicies));
  readonly #groupOf: (name: string) => string | undefined;
  /** Worked out once for each client: every message asks. */
  readonly #clients = new Map<string, ClientAccess>();

  /** @param groupOf the group that an identity belongs to, if any */
  constructor(
    rules: readonly AccessRule[],
    policies: Readonly<Record<string, OperationPolicy>>,
    groupOf: (name: string) => string | undefined,
  ) {
    this.#rules = rules.map(({ who, operations, objects = 'own', maxObjects }) => {
      return { who, operations: operations && new Set(operations.map(operationCode)), objects, maxObjects };
    });
    this.#groupOf = groupOf;
    for (const [name, policy] of Object.entries(policies)) {
      if (this.#policies.has(name)) {
        throw new KeyrigError('ERR_OPTION', `the operation policy "${name}" is the standard's and cannot be declared`);
      }
      const permissions = new Map(Object.entries(policy).map(([operation, who]) => [operationCode(operation), who]));
      this.#policies.set(name, (operation) => permissions.get(operation) ?? 'owner');
    }
  }

  /** Whether an object of a type can name a policy. KMIP 1.1 §3.18 */
  isPolicy(name: string, objectType: number): boolean {
    return name === 'public' ? objectType === ObjectType.Template : this.#policies.has(name);
  }

  /** What the identity `client` may do. Where rules speak of it, it may do what one of them says; else everything. */
  of(client: string): ClientAccess {
    const known = this.#clients.get(client);
    if (known) return known;
    if (this.#clients.size >= maxRemembered) this.#clients.clear();
    const access = this.#accessOf(client);
    this.#clients.set(client, access);
    return access;
  }

  #accessOf(client: string): ClientAccess {
    const rules = this.#rules.filter(({ who }) => who === undefined || matches(who, client));
    return {
      mayPerform: (operation) => rules.length === 0 || rules.some((rule) => covers(rule, operation)),
      mayUse: (object, operation) =>
        object.owner !== serverOwner &&
        (this.#allowsByPolicy(object, client, operation) ||
          rules.some((rule) => covers(rule, operation) && this.#reaches(rule, object, client))),
      checkQuota: (before, after) => checkQuota(rules, before, after, client),
    };
  }

  #allowsByPolicy(object: StoredObject, client: string, operation: number): boolean {
    const policy = this.#policies.get(object.attributes.read('Operation Policy Name') ?? 'default');
    const permission = (policy ?? standardPolicies.default)?.(operation, object.objectType);
    return permission === 'all' || (permission === 'owner' && object.owner === client);
  }

  #reaches({ objects }: Rule, { owner }: StoredObject, client: string): boolean {
    if (objects !== 'group') return objects === 'any';
    const group = this.#groupOf(client);
    return group !== undefined && group === this.#groupOf(owner);
  }
}

function covers({ operations }: Rule, operation: number): boolean {
  return operations?.has(operation) ?? true;
}

/** Destroyed objects do not count. */
function checkQuota(rules: readonly Rule[], before: ReadableObjects, after: ObjectLayer, client: string): void {
  const allowed = Math.min(...rules.map(({ maxObjects = Number.POSITIVE_INFINITY }) => maxObjects));
  if (allowed === Number.POSITIVE_INFINITY) return;
  if (after.changes().put.every(({ uniqueIdentifier }) => before.get(uniqueIdentifier) !== undefined)) return;
  let owned = 0;
  for (const { owner, material } of after.all()) if (owner === client && material !== undefined) owned++;
  if (owned > allowed) {
    const text = `The client ${client} may have no more than ${allowed} objects. Destroy one first.`;
    throw new KmipError(ResultReason.PermissionDenied, text);
  }
}

/** The refusal of an operation that a client may not use. */
export function operationDenied(operation: number, client: string): KmipError {
  const name = enumName('Operation', operation) ?? `Operation 0x${operation.toString(16)}`;
  return new KmipError(ResultReason.PermissionDenied, `${name} is not allowed for the client ${client}.`);
}
