import type { Clock, ClockTimer, Random } from '../../core/index.ts';
import type { Authorization } from '../authorization/authorization.ts';
import { type Directory, principalKey, principalName, type User } from '../authorization/directory.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, parseRefKey, type Ref, refKey } from '../vim/kernel/values.ts';

/** What is known of the client that logs in. */
export interface SessionClient {
  readonly remoteAddress: string;
  readonly userAgent: string;
  locale: string;
  /** Which API the session is for; the token of one is not valid for the other. observed. Default: soap */
  readonly kind?: 'soap' | 'rest';
}

/** A login. */
export interface Session extends SessionClient {
  /** UserSession.key: a UUID, not the cookie. */
  readonly key: string;
  readonly kind: 'soap' | 'rest';
  /** Value of the cookie, 40 hexadecimal digits; in REST the token. */
  readonly cookie: string;
  /** The bracketed part of the references of the session's own objects. */
  readonly scope: string;
  /** Changes when the session takes on another user's identity (ImpersonateUser). */
  user: User;
  readonly loginTime: number;
  lastActive: number;
  callCount: number;
  /** Calls that are being answered: a session with one is not idle. */
  pending: number;
  /** Views, collectors and filters: they end with the session. */
  readonly objects: Set<ManagedObject>;
  /** Fires when the session ends. */
  readonly ended: AbortController;
}

/** A login as it is saved; `objects` by key. The token in it lets its bearer in. */
export type SavedSession = {
  readonly key: string;
  readonly kind: Session['kind'];
  readonly cookie: string;
  readonly scope: string;
  readonly user: string;
  readonly loginTime: number;
  readonly lastActive: number;
  readonly callCount: number;
  readonly remoteAddress: string;
  readonly userAgent: string;
  readonly locale: string;
  readonly objects: readonly string[];
};

/** The logins, oldest first, and the tickets for further ones with the cookie of the session that issued each. */
export type SavedSessions = {
  readonly sessions: readonly SavedSession[];
  readonly tickets: readonly (readonly [ticket: string, cookie: string, expires: number])[];
};

/** The logins of a vCenter. Ids come from the seeded stream `vcenter.session`. */
export class SessionTable {
  readonly #directory: Directory;
  #sessions = new Map<string, Session>();
  readonly #tickets = new Map<string, { session: Session; expires: number }>();
  readonly #timers = new Map<Session, ClockTimer>();
  readonly #clock: Clock;
  readonly #stream;
  readonly #pbmStream;
  readonly #store: ObjectStore;
  readonly #idleMs: number;
  readonly #ticketMs: number;
  readonly #expired: (session: Session) => void;

  /** @param parts.expired is told of each session that ended because nothing was heard of its client. */
  constructor(parts: {
    clock: Clock;
    random: Random;
    store: ObjectStore;
    directory: Directory;
    idleMs: number;
    ticketMs: number;
    expired: (session: Session) => void;
  }) {
    this.#directory = parts.directory;
    this.#clock = parts.clock;
    this.#stream = parts.random.stream('vcenter.session');
    this.#pbmStream = parts.random.stream('vcenter.pbm-session');
    this.#store = parts.store;
    this.#idleMs = parts.idleMs;
    this.#ticketMs = parts.ticketMs;
    this.#expired = parts.expired;
  }

  get users(): readonly User[] {
    return this.#directory.users;
  }

  /** A fresh cookie value; a failed login gets one too (observed). */
  newCookie(): string {
    return this.#stream.hex(40);
  }

  /** The Set-Cookie value of a PBM answer; it stands for no login. observed: a UUID, unquoted, without a path */
  newPbmCookie(): string {
    return `vmware_soap_session=${this.#pbmStream.uuid()}; HttpOnly`;
  }

  /** The user with these credentials, or undefined. */
  authenticate(username: string, password: string): User | undefined {
    const user = this.#directory.user(username);
    return user?.password === password ? user : undefined;
  }

  open(user: User, client: SessionClient): Session {
    const now = this.#clock.now();
    const session: Session = {
      key: this.#stream.uuid(),
      cookie: this.newCookie(),
      scope: this.#stream.uuid(),
      user,
      loginTime: now,
      lastActive: now,
      callCount: 0,
      pending: 0,
      objects: new Set(),
      ended: new AbortController(),
      kind: 'soap',
      ...client,
    };
    this.#sessions.set(session.cookie, session);
    this.#watch(session, this.#idleMs);
    return session;
  }

  /** Ends the session when its idle time is over; the time may have been moved on meanwhile. */
  #watch(session: Session, ms: number): void {
    const check = () => {
      const idle = session.pending > 0 ? 0 : this.#clock.now() - session.lastActive;
      // Only "longer than" ends a session.
      if (idle <= this.#idleMs) this.#watch(session, this.#idleMs - idle);
      else this.#expire(session);
    };
    this.#timers.set(session, this.#clock.setTimeout(check, ms + 1, { background: true }));
  }

  #expire(session: Session): void {
    this.close(session);
    this.#expired(session);
  }

  /** The live session of a cookie value or token; being asked counts as activity. */
  find(cookie: string | undefined, kind: Session['kind'] = 'soap'): Session | undefined {
    const session = cookie === undefined ? undefined : this.#sessions.get(cookie);
    if (session?.kind !== kind) return undefined;
    if (session.pending === 0 && this.#clock.now() - session.lastActive > this.#idleMs) {
      this.#expire(session);
      return undefined;
    }
    session.lastActive = this.#clock.now();
    return session;
  }

  /** Counts a call of the session until the returned function is called. */
  hold(session: Session): () => void {
    session.callCount++;
    session.pending++;
    return () => {
      session.pending--;
      session.lastActive = this.#clock.now();
    };
  }

  /** All sessions, oldest first. */
  list(): Session[] {
    return [...this.#sessions.values()];
  }

  /** The session with that UserSession.key. */
  byKey(key: string): Session | undefined {
    return this.list().find((session) => session.key === key);
  }

  /** True when a session of that user is open. */
  isActive(key: string, username: string): boolean {
    const session = this.byKey(key);
    return session !== undefined && principalKey(session.user.username) === principalKey(username);
  }

  close(session: Session): void {
    this.#sessions.delete(session.cookie);
    this.#timers.get(session)?.clear();
    this.#timers.delete(session);
    for (const [ticket, { session: owner }] of this.#tickets) if (owner === session) this.#tickets.delete(ticket);
    session.ended.abort();
    for (const object of session.objects) this.#store.delete(object);
    session.objects.clear();
  }

  /** Lets no timer run on: the server stops. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.clear();
    this.#timers.clear();
  }

  /** A ticket that opens another session of the same user once. documented; its form is that of a vCenter's (observed) */
  issueTicket(session: Session): string {
    const now = this.#clock.now();
    for (const [ticket, { expires }] of this.#tickets) if (expires < now) this.#tickets.delete(ticket);
    const ticket = `cst-VCT-${this.#stream.uuid()}`;
    this.#tickets.set(ticket, { session, expires: now + this.#ticketMs });
    return ticket;
  }

  /** The session a ticket was issued for; undefined when it is unknown, used, too old or its session has ended. */
  redeemTicket(ticket: string): Session | undefined {
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found && found.expires >= this.#clock.now() ? found.session : undefined;
  }

  save(): SavedSessions {
    return {
      sessions: this.list().map((session) => {
        const { key, kind, cookie, scope, user, loginTime, lastActive, callCount } = session;
        const { remoteAddress, userAgent, locale, objects } = session;
        return {
          ...{ key, kind, cookie, scope, user: user.username, loginTime, lastActive, callCount },
          ...{ remoteAddress, userAgent, locale, objects: [...objects].map(({ ref }) => refKey(ref)) },
        };
      }),
      tickets: [...this.#tickets].map(([ticket, { session, expires }]) => [ticket, session.cookie, expires]),
    };
  }

  /**
   * Makes the sessions those that were saved. One that lives stays the same session: what its client waits for goes on. The others
   * end without an event: in the state of then they were not there. Their objects have gone with the store's restoring.
   */
  restore(saved: SavedSessions): void {
    this.stop();
    const before = this.#sessions;
    this.#sessions = new Map();
    this.#tickets.clear();
    for (const { objects, user: username, ...fields } of saved.sessions) {
      const user = this.#directory.user(username);
      if (!user) continue;
      const living = before.get(fields.cookie);
      before.delete(fields.cookie);
      const session: Session = living
        ? Object.assign(living, {
            user,
            lastActive: fields.lastActive,
            callCount: fields.callCount,
            locale: fields.locale,
          })
        : { ...fields, user, pending: 0, objects: new Set(), ended: new AbortController() };
      session.objects.clear();
      for (const key of objects) {
        const object = this.#store.find(parseRefKey(key));
        if (object) session.objects.add(object);
      }
      this.#sessions.set(session.cookie, session);
      this.#watch(session, Math.max(0, this.#idleMs - (this.#clock.now() - session.lastActive)));
    }
    for (const session of before.values()) {
      session.objects.clear();
      session.ended.abort();
    }
    for (const [ticket, cookie, expires] of saved.tickets) {
      const session = this.#sessions.get(cookie);
      if (session) this.#tickets.set(ticket, { session, expires });
    }
  }

  /** A reference value for an object that belongs to a session. observed: `session[<uuid>]<uuid>` */
  objectId(session: Session): string {
    return `session[${session.scope}]${this.#stream.uuid()}`;
  }
}

/** The session as clients see it. */
export function userSession(session: Session): Data<'UserSession'> {
  return {
    key: session.key,
    userName: principalName(session.user.username),
    fullName: session.user.fullName ?? session.user.username,
    loginTime: new Date(session.loginTime),
    lastActiveTime: new Date(session.lastActive),
    locale: session.locale,
    messageLocale: session.locale,
    extensionSession: false,
    ipAddress: session.remoteAddress,
    userAgent: session.userAgent,
    callCount: session.callCount,
  };
}

/**
 * The session id in a Cookie header. pyVmomi sends a whole Set-Cookie string back, attributes included, and an empty
 * header before it has one (observed); quotes are optional.
 */
export function readSessionCookie(header: string | undefined): string | undefined {
  return /(?:^|[;,\s])vmware_soap_session\s*=\s*"?([^";,\s]+)"?/.exec(header ?? '')?.[1];
}

/** The Set-Cookie value of a vim25 answer. observed; `Secure` is left out when the server does not speak TLS. */
export function sessionCookie(value: string, secure: boolean): string {
  return `vmware_soap_session="${value}"; Path=/; HttpOnly; ${secure ? 'Secure; ' : ''}`.trimEnd();
}

/** An object as a session sees it: SessionManager.currentSession and the effective roles differ from one to the other. */
export function seenBy(
  session: Session | undefined,
  object: ManagedObject,
  authorization: Authorization,
): ManagedObject {
  if (!session) return object;
  if (object.type === 'SessionManager') {
    return instead(object, 'currentSession', () => userSession(session));
  }
  if (object.type === 'ViewManager') return instead(object, 'viewList', () => viewsOf(session));
  if (object.ref.value === 'propertyCollector') return instead(object, 'filter', () => defaultFiltersOf(session));
  return withRolesOf(session.user.username, object, authorization);
}

/** An entity as a user sees it: with the roles that he has there. */
export function withRolesOf(username: string, object: ManagedObject, authorization: Authorization): ManagedObject {
  // What entities are made with is an administrator's.
  if (!isSubtype(object.type, 'ManagedEntity') || authorization.isAdministrator(username)) return object;
  return instead(object, 'effectiveRole', () => authorization.effectiveRoles(username, object));
}

function viewsOf(session: Session): Ref[] {
  return [...session.objects].filter(({ type }) => isSubtype(type, 'View')).map(({ ref }) => ref);
}

/** The filters of the collector that every session has: those that none of its own collectors lists. */
function defaultFiltersOf(session: Session): Ref[] {
  const objects = [...session.objects];
  const listed = new Set(
    objects
      .flatMap((object) => (object.type === 'PropertyCollector' ? (object.read('filter') as Ref[]) : []))
      .map(refKey),
  );
  return objects.filter(({ type, ref }) => type === 'PropertyFilter' && !listed.has(refKey(ref))).map(({ ref }) => ref);
}

/** The object with another value for one property. */
function instead(object: ManagedObject, name: string, value: () => unknown): ManagedObject {
  return {
    ref: object.ref,
    type: object.type,
    get revision() {
      return object.revision;
    },
    read: (property) => (property === name ? value() : object.read(property)),
    isDerived: (property) => property === name || object.isDerived(property),
  };
}

/** True when an object belongs to the session or to none. */
export function mayUse(session: Session | undefined, reference: Ref): boolean {
  if (!reference.value.startsWith('session[')) return true;
  const scope = /^session\[([^\]]+)\]/.exec(reference.value)?.[1];
  return scope === undefined || scope === session?.scope;
}
