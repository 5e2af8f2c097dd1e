import type { ManagedObject, StoreChange } from '../inventory/store.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { refKey } from '../vim/kernel/values.ts';
import { partialChanges, sameValue, wholeChange } from './difference.ts';
import { missingObject, missingProperty } from './missing-property.ts';
import { resolvePath, typedValue } from './property-path.ts';
import { type Selected, type SelectionContext, select } from './selection.ts';

/** What the client of a filter knows about an object: the values of its paths, in their order. */
interface Known {
  readonly paths: readonly string[];
  readonly values: readonly unknown[];
}

/** What a client knew before an answer, of that which the answer told. */
export interface Unlearned {
  /** Undefined for an object that it did not know. */
  readonly known: ReadonlyMap<ManagedObject, Known | undefined>;
  readonly missing: ReadonlySet<string>;
}

/**
 * A property filter: what it selects, and what its client knows of it. Changes of the store are noted when they happen, object by
 * object; they are compared with what the client knows when it asks.
 */
export class Filter {
  readonly ref: Ref;
  readonly #spec: Data<'PropertyFilterSpec'>;
  readonly #partial: boolean;
  readonly #context: SelectionContext;
  readonly #known = new Map<ManagedObject, Known>();
  /** Objects that the client has yet to be told of. */
  #entering = new Map<ManagedObject, Selected>();
  #leaving = new Set<ManagedObject>();
  readonly #changed = new Set<ManagedObject>();
  /** Known objects of sessions: what they show is computed from others, so any change may be one of theirs. */
  readonly #volatile = new Set<ManagedObject>();
  /** The properties by which the selection was made. */
  #dependencies = new Map<ManagedObject, Set<string>>();
  /** Named by the spec, not there; told of once. */
  #missing: ReadonlySet<string> = new Set();
  #missingToTell: Ref[] = [];
  #mustSelect = true;
  /** What the client knew before the answer that is being made. */
  #before: { known: Map<ManagedObject, Known | undefined>; missing: ReadonlySet<string> };

  constructor(reference: Ref, spec: Data<'PropertyFilterSpec'>, partialUpdates: boolean, context: SelectionContext) {
    this.ref = reference;
    this.#spec = spec;
    this.#partial = partialUpdates;
    this.#context = context;
    this.#before = { known: new Map(), missing: this.#missing };
  }

  /** Makes the next update start from nothing. */
  forget(): void {
    for (const set of [this.#known, this.#changed, this.#volatile, this.#entering, this.#leaving]) set.clear();
    this.#missing = new Set();
    this.#before = { known: new Map(), missing: this.#missing };
    this.#mustSelect = true;
  }

  /**
   * Everything may be another now: what the client knows is compared with what there is. An object that was made anew under its
   * old reference is the same one to the client.
   */
  reconsider(): void {
    for (const [object, known] of [...this.#known]) {
      const current = this.#context.store.find(object.ref) ?? object;
      if (current !== object) {
        this.#known.delete(object);
        this.#known.set(current, known);
        if (this.#volatile.delete(object)) this.#volatile.add(current);
      }
      this.#changed.add(current);
    }
    this.#mustSelect = true;
  }

  /** Notes a change of the store; true when it may concern the client. */
  notice(object: ManagedObject, change: StoreChange): boolean {
    for (const own of this.#volatile) this.#changed.add(own);
    if (!this.#mustSelect && this.#decides(object, change)) this.#mustSelect = true;
    if (change.kind === 'changed' && this.#known.has(object)) this.#changed.add(object);
    return this.hasNews;
  }

  /** True when there is something to look at. */
  get hasNews(): boolean {
    return this.#mustSelect || this.#changed.size + this.#entering.size + this.#leaving.size > 0;
  }

  /** True when the selection may be another one after the change. */
  #decides(object: ManagedObject, { kind, properties }: StoreChange): boolean {
    if (kind === 'created') return this.#missing.has(refKey(object.ref));
    const dependencies = this.#dependencies.get(object);
    if (kind === 'deleted') return dependencies !== undefined || this.#known.has(object) || this.#entering.has(object);
    if (!dependencies) return false;
    if (!properties || properties.some((property) => dependencies.has(property))) return true;
    for (const property of dependencies) if (object.isDerived(property)) return true;
    return false;
  }

  /**
   * What has changed since the last call, at most `limit` objects; the client is taken to know it from now on. What is left over has
   * changed for certain.
   */
  changes(limit: number): Data<'PropertyFilterUpdate'> | undefined {
    if (this.#mustSelect) this.#select();
    const objectSet: Data<'ObjectUpdate'>[] = [];
    for (const object of this.#changed) {
      const compared = this.#compare(object);
      if (compared?.update && objectSet.length >= limit) break;
      this.#changed.delete(object);
      if (!compared) continue;
      this.#learn(object, compared.known);
      if (compared.update) objectSet.push(compared.update);
    }
    for (const [object, selected] of this.#entering) {
      if (objectSet.length >= limit) break;
      this.#entering.delete(object);
      objectSet.push(this.#enter(object, selected));
    }
    for (const object of this.#leaving) {
      if (objectSet.length >= limit) break;
      this.#leaving.delete(object);
      this.#learn(object, undefined);
      objectSet.push({ kind: 'leave', obj: object.ref });
    }
    const missingSet = this.#missingToTell.map((reference) => missingObject(reference, this.#context));
    this.#missingToTell = [];
    if (objectSet.length === 0 && missingSet.length === 0) return undefined;
    return { filter: this.ref, objectSet, missingSet: missingSet.length > 0 ? missingSet : undefined };
  }

  #learn(object: ManagedObject, known: Known | undefined): void {
    const before = this.#before.known;
    if (!before.has(object)) before.set(object, this.#known.get(object));
    this.#know(object, known);
  }

  #know(object: ManagedObject, known: Known | undefined): void {
    if (known) this.#known.set(object, known);
    else this.#known.delete(object);
    if (known && object.ref.value.startsWith('session[')) this.#volatile.add(object);
    else this.#volatile.delete(object);
  }

  /** What must be unlearned to undo all that the client was told since the last call. */
  taught(): Unlearned {
    const before = this.#before;
    this.#before = { known: new Map(), missing: this.#missing };
    return before;
  }

  /** Takes the client back to what it knew. */
  unlearn({ known, missing }: Unlearned): void {
    for (const [object, before] of known) {
      this.#know(object, before);
      this.#changed[before ? 'add' : 'delete'](object);
    }
    this.#missing = missing;
    this.#mustSelect = true;
  }

  #select(): void {
    this.#mustSelect = false;
    this.#dependencies = new Map();
    const { selected, missing } = select(this.#spec, this.#context, (object, property) => {
      const properties = this.#dependencies.get(object);
      if (properties) properties.add(property);
      else this.#dependencies.set(object, new Set([property]));
    });
    this.#entering = new Map();
    this.#leaving = new Set(this.#known.keys());
    for (const one of selected) {
      if (!this.#leaving.delete(one.object)) this.#entering.set(one.object, one);
    }
    for (const object of this.#leaving) this.#changed.delete(object);
    this.#noteMissing(missing);
  }

  #noteMissing(missing: readonly Ref[]): void {
    const before = this.#missing;
    this.#missing = new Set(missing.map(refKey));
    // documented: such objects are told of when the spec asks for it
    if (!this.#spec.reportMissingObjectsInResults) return;
    this.#missingToTell = missing.filter((reference) => !before.has(refKey(reference)));
  }

  #enter(object: ManagedObject, { paths }: Selected): Data<'ObjectUpdate'> {
    const seen = this.#context.seen(object);
    const changeSet: Data<'PropertyChange'>[] = [];
    const missingSet: Data<'MissingProperty'>[] = [];
    const values = paths.map((path) => {
      const missing = missingProperty(object, path, this.#context);
      if (missing) missingSet.push(missing);
      const found = missing ? undefined : resolvePath(seen, path, this.#context);
      const val = found && typedValue(found.use, found.value);
      if (val !== undefined) changeSet.push({ name: path, op: 'assign', val });
      return found?.value;
    });
    this.#learn(object, { paths, values });
    return {
      kind: 'enter',
      obj: object.ref,
      changeSet,
      missingSet: missingSet.length > 0 ? missingSet : undefined,
    };
  }

  /** What is new of an object, and what the client knows when it has been told; undefined for one that it does not know. */
  #compare(object: ManagedObject): { update: Data<'ObjectUpdate'> | undefined; known: Known } | undefined {
    const known = this.#known.get(object);
    if (!known) return undefined;
    const { paths } = known;
    const seen = this.#context.seen(object);
    const changeSet: Data<'PropertyChange'>[] = [];
    const values = paths.map((path, index) => {
      const before = known.values[index];
      if (missingProperty(object, path, this.#context)) return undefined;
      const found = resolvePath(seen, path, this.#context);
      const after = found?.value;
      if (this.#partial && found && before !== undefined && after !== undefined) {
        changeSet.push(...partialChanges(path, found.use, before, after, this.#context.version));
      } else if (!sameValue(before, after)) {
        changeSet.push(wholeChange(path, found?.use, after, found?.orphaned ?? true));
      }
      return after;
    });
    const update: Data<'ObjectUpdate'> | undefined =
      changeSet.length === 0 ? undefined : { kind: 'modify', obj: object.ref, changeSet };
    return { update, known: { paths, values } };
  }
}
