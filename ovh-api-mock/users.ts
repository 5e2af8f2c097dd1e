import { createHash, timingSafeEqual } from 'node:crypto';
import { type ClockTimer, type JsonObject, type Members, type Runtime, stateError } from '../core/index.ts';
import type { ObjectRight, Right, UserModel } from './models/user.ts';
import type { ServiceOptions, UserOptions } from './options.ts';

/** A user of a service's vCenter. Its password never leaves the store. */
export interface User extends Readonly<UserModel> {
  /** When the user is removed (ms since the epoch); null: never. No model shows it. */
  readonly expirationDate: number | null;
  /** Whether the token that was sent to the phone number came back. No model shows it. */
  readonly phoneConfirmed: boolean;
  /** One for each datacenter. */
  readonly rights: ReadonlyMap<number, Readonly<Right>>;
  readonly objectRights: ReadonlyMap<number, Readonly<ObjectRight>>;
}

/** What can be said about a user besides its identity; the rest has defaults. */
export type UserFields = Partial<Omit<User, 'userId' | 'rights' | 'objectRights'>>;

/** What a new user may do in every datacenter. */
export type RightFields = Omit<Right, 'rightId' | 'datacenterId'>;

/** Without a right, as the schema says; the roles then are assumed. */
export const noRight: RightFields = {
  right: 'disabled',
  networkRole: 'noAccess',
  vmNetworkRole: 'noAccess',
  canAddRessource: false,
};

/** All rights in a datacenter. */
const fullRight: RightFields = { right: 'admin', networkRole: 'admin', vmNetworkRole: 'admin', canAddRessource: true };

/** The user that a service has from its delivery (documented); that it has all rights but a phone is assumed. */
const admin: UserOptions = {
  name: 'admin',
  canManageIpFailOvers: true,
  canManageNetwork: true,
  canManageRights: true,
  encryptionRight: true,
  nsxRight: true,
  receiveAlerts: true,
};

interface WritableUser extends UserModel {
  expirationDate: number | null;
  phoneConfirmed: boolean;
  rights: Map<number, Right>;
  objectRights: Map<number, ObjectRight>;
}

/** The users of all services. All changes go through {@link ServiceUsers}. */
export class UserStore {
  readonly #services = new Map<string, ServiceUsers>();
  #next: number;

  constructor(services: readonly ServiceOptions[], parts: UserStoreParts) {
    this.#next = 10_000 + parts.runtime.random.stream('ovh.users').integer(90_000);
    const nextId = () => this.#next++;
    for (const { serviceName, users = [admin] } of services) {
      this.#services.set(serviceName, new ServiceUsers({ ...parts, serviceName, nextId }, users));
    }
  }

  /** The users of a service that exists. */
  of(serviceName: string): ServiceUsers {
    return this.#services.get(serviceName)!;
  }

  save(): SavedUsers {
    return { nextId: this.#next, services: Array.from(this.#services, ([name, users]) => [name, users.save()]) };
  }

  /** For the services of the same world. Everybody expires at the same date as before. */
  restore({ nextId, services }: SavedUsers): void {
    this.#next = nextId;
    for (const [serviceName, users] of services) {
      const known = this.#services.get(serviceName);
      if (!known) throw stateError('the OVHcloud API', `it has users of ${serviceName}`);
      known.restore(users);
    }
  }

  /** Nobody expires any more. */
  stop(): void {
    for (const users of this.#services.values()) users.stop();
  }
}

/** The users of all services, with hashes (base64) of their passwords. */
export type SavedUsers = {
  readonly nextId: number;
  readonly services: readonly (readonly [serviceName: string, users: readonly SavedUser[]])[];
};

type SavedUser = {
  readonly user: JsonObject;
  readonly rights: readonly Members<Right>[];
  readonly objectRights: readonly Members<ObjectRight>[];
  readonly password?: string | undefined;
  readonly phoneToken?: string | undefined;
  /** Whether the expiration date is still to come. */
  readonly expires: boolean;
};

interface UserStoreParts {
  readonly runtime: Runtime;
  /** The datacenters of a service: its users have a right in each. */
  datacenterIds(serviceName: string): readonly number[];
  /** The expiration date of a user has come. `cause`: the journal entry that says so. */
  expired(serviceName: string, user: User, cause: number): void;
}

interface Parts extends UserStoreParts {
  readonly serviceName: string;
  nextId(): number;
}

/** Node.js cannot wait longer at once; who waits for a date looks again. */
const longestMs = 1_000_000_000;

/** The users of one service. Every change says so in the journal. */
export class ServiceUsers {
  readonly #parts: Parts;
  readonly #users = new Map<number, WritableUser>();
  readonly #passwords = new Map<number, Buffer>();
  readonly #phoneTokens = new Map<number, string>();
  readonly #expiries = new Map<number, ClockTimer>();

  constructor(parts: Parts, users: readonly UserOptions[]) {
    this.#parts = parts;
    for (const { right = fullRight, password, expirationDate, ...fields } of users) {
      // The first people of a service are known to OVHcloud.
      const expires = expirationDate?.getTime() ?? null;
      const user = this.#new({ phoneConfirmed: true, ...fields, expirationDate: expires }, right);
      if (password !== undefined) this.#passwords.set(user.userId, digest(password));
    }
  }

  /** In the order in which they came. */
  get list(): readonly User[] {
    return [...this.#users.values()];
  }

  get(userId: number): User | undefined {
    return this.#users.get(userId);
  }

  /** A new user, with a right in every datacenter. */
  add(fields: UserFields & Pick<User, 'name'>, right: RightFields, cause: number): User {
    const user = this.#new(fields, right);
    this.#record(user, user.state, `${nameOf(user)} is ${user.state}`, cause);
    return user;
  }

  set(user: User, change: UserFields, cause: number): void {
    const known = this.#users.get(user.userId);
    if (!known) return;
    const changed = Object.entries(change).filter(([name, value]) => known[name as keyof UserFields] !== value);
    if (changed.length === 0) return;
    Object.assign(known, Object.fromEntries(changed));
    const shown = changed.map(([name, value]) => `${name} ${short(value) ?? 'none'}`).join(', ');
    const event = change.state ?? 'changed';
    this.#record(known, event, `${nameOf(known)} has ${shown}`, cause, Object.fromEntries(changed));
  }

  remove(user: User, cause: number): void {
    if (!this.#users.delete(user.userId)) return;
    this.#passwords.delete(user.userId);
    this.#phoneTokens.delete(user.userId);
    this.#expiries.get(user.userId)?.clear();
    this.#expiries.delete(user.userId);
    this.#record(user, 'removed', `${nameOf(user)} is removed`, cause);
  }

  /** Sets a password; the journal says that, not which. */
  setPassword(user: User, password: string, cause: number): void {
    this.#passwords.set(user.userId, digest(password));
    this.#record(user, 'password', `${nameOf(user)} has a new password`, cause);
  }

  /** Whether this is the password of a user; false when it has none. */
  isPassword(user: User, password: string): boolean {
    const known = this.#passwords.get(user.userId);
    return known !== undefined && timingSafeEqual(known, digest(password));
  }

  /** Keeps the token that a new phone number has to be confirmed with; none when there is no number any more. */
  expectPhoneToken(user: User, token: string | undefined, cause: number): void {
    if (token === undefined) this.#phoneTokens.delete(user.userId);
    else this.#phoneTokens.set(user.userId, token);
    this.set(user, { phoneConfirmed: false }, cause);
  }

  /** Whether a token is the one that was sent to the phone; false when none is expected. */
  isPhoneToken(user: User, token: string): boolean {
    const known = this.#phoneTokens.get(user.userId);
    return known !== undefined && timingSafeEqual(digest(known), digest(token));
  }

  /** The phone number is the user's: its token came back. */
  confirmPhone(user: User, cause: number): void {
    this.#phoneTokens.delete(user.userId);
    this.set(user, { phoneConfirmed: true }, cause);
  }

  setRight(user: User, rightId: number, change: Partial<RightFields>, cause: number): void {
    const right = this.#users.get(user.userId)?.rights.get(rightId);
    if (!right) return;
    Object.assign(right, change);
    const text = `${nameOf(user)} has right ${right.right} in datacenter ${right.datacenterId}`;
    this.#record(user, 'right', text, cause, { ...right });
  }

  addObjectRight(user: User, fields: Omit<ObjectRight, 'objectRightId'>, cause: number): void {
    const objectRight = { ...fields, objectRightId: this.#parts.nextId() };
    this.#users.get(user.userId)?.objectRights.set(objectRight.objectRightId, objectRight);
    const { right, type, vmwareObjectId } = objectRight;
    const text = `${nameOf(user)} has right ${right} on ${type} ${short(vmwareObjectId)}`;
    this.#record(user, 'objectRight', text, cause, { ...objectRight });
  }

  removeObjectRight(user: User, objectRightId: number, cause: number): void {
    if (!this.#users.get(user.userId)?.objectRights.delete(objectRightId)) return;
    const text = `${nameOf(user)} lost the right ${objectRightId}`;
    this.#record(user, 'objectRight.removed', text, cause, { objectRightId });
  }

  stop(): void {
    for (const timer of this.#expiries.values()) timer.clear();
  }

  save(): SavedUser[] {
    return Array.from(this.#users.values(), ({ rights, objectRights, ...user }) => ({
      user: user as unknown as JsonObject,
      rights: Array.from(rights.values(), (right) => ({ ...right })),
      objectRights: Array.from(objectRights.values(), (right) => ({ ...right })),
      password: this.#passwords.get(user.userId)?.toString('base64'),
      phoneToken: this.#phoneTokens.get(user.userId),
      expires: this.#expiries.has(user.userId),
    }));
  }

  restore(users: readonly SavedUser[]): void {
    this.stop();
    for (const known of [this.#users, this.#passwords, this.#phoneTokens, this.#expiries]) known.clear();
    for (const { user: fields, rights, objectRights, password, phoneToken, expires } of users) {
      const user = {
        ...fields,
        rights: new Map(rights.map((right) => [right.rightId, { ...right }])),
        objectRights: new Map(objectRights.map((right) => [right.objectRightId, { ...right }])),
      } as unknown as WritableUser;
      const { userId, expirationDate } = user;
      this.#users.set(userId, user);
      if (password !== undefined) this.#passwords.set(userId, Buffer.from(password, 'base64'));
      if (phoneToken !== undefined) this.#phoneTokens.set(userId, phoneToken);
      if (expires && expirationDate !== null) this.#expire(user, expirationDate);
    }
  }

  #new(fields: UserFields & Pick<User, 'name'>, right: RightFields): WritableUser {
    const { datacenterIds, nextId, serviceName } = this.#parts;
    const userId = nextId();
    const rights = datacenterIds(serviceName).map((datacenterId) => ({ rightId: nextId(), datacenterId, ...right }));
    const user: WritableUser = {
      userId,
      // "Name of the user (login)" says the schema.
      login: fields.name,
      firstName: null,
      lastName: null,
      email: null,
      phoneNumber: null,
      state: 'delivered',
      activationState: 'enabled',
      type: 'user',
      canManageIpFailOvers: false,
      canManageNetwork: false,
      canManageRights: false,
      encryptionRight: false,
      fullAdminRo: false,
      isEnableManageable: true,
      isTokenValidator: false,
      nsxRight: false,
      receiveAlerts: false,
      identityProviderId: null,
      identityProviderType: null,
      activeDirectoryId: null,
      activeDirectoryType: null,
      expirationDate: null,
      phoneConfirmed: false,
      ...fields,
      rights: new Map(rights.map((entry) => [entry.rightId, entry])),
      objectRights: new Map(),
    };
    this.#users.set(userId, user);
    if (user.expirationDate !== null) this.#expire(user, user.expirationDate);
    return user;
  }

  /** Waits for the expiration date of a user, by the clock in every mode of progress. */
  #expire(user: User, date: number): void {
    const { expired, runtime, serviceName } = this.#parts;
    const { clock } = runtime;
    const look = () => {
      if (clock.now() < date) return this.#expire(user, date);
      this.#expiries.delete(user.userId);
      const text = `the account of ${nameOf(user)} expires`;
      expired(serviceName, user, this.#record(user, 'expired', text));
    };
    const wait = Math.min(Math.max(date - clock.now(), 0), longestMs);
    this.#expiries.set(user.userId, clock.setTimeout(look, wait, { background: true }));
  }

  #record({ userId, name }: User, event: string, text: string, cause?: number, data: JsonObject = {}): number {
    const { runtime, serviceName } = this.#parts;
    const { seq } = runtime.journal.record({
      plane: 'ovh',
      event: `ovh.user.${event}`,
      level: event === 'error' ? 'error' : 'info',
      text: `${text} on ${serviceName}`,
      data: Object.fromEntries(
        Object.entries({ serviceName, userId, name, ...data }).map(([key, value]) => [key, short(value)]),
      ),
      cause,
    });
    return seq;
  }
}

/** A user as the API shows it. */
export function userModel(user: User): UserModel {
  const { expirationDate, phoneConfirmed, rights, objectRights, ...model } = user;
  return model;
}

function nameOf({ userId, name }: User): string {
  return `user ${userId} (${short(name)})`;
}

/** A value for the journal: clients may send long texts. */
function short<T>(value: T): T | string {
  return typeof value === 'string' && value.length > 100 ? `${value.slice(0, 100)}…` : value;
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
