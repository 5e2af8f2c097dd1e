import type { Clock, Random } from '../../core/index.ts';
import type { ManagedObject, ObjectStore } from '../inventory/store.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';

/** A user of the simulated vCenter. */
export interface User {
  username: string;
  password: string;
  /** Name of a role; default `Admin`. */
  role?: string;
}

/** A login. */
export interface Session {
  /** UserSession.key: a UUID, not the cookie. */
  readonly key: string;
  /** Value of the cookie, 40 hexadecimal digits. */
  readonly cookie: string;
  /** The bracketed part of the references of the session's own objects. */
  readonly scope: string;
  readonly user: User;
  readonly role: string;
  readonly loginTime: number;
  lastActive: number;
  callCount: number;
  /** Calls that are being answered: a session with one is not idle. */
  pending: number;
  locale: string;
  readonly remoteAddress: string;
  readonly userAgent: string;
  /** Views, collectors and filters: they end with the session. */
  readonly objects: Set<ManagedObject>;
  /** Fires when the session ends. */
  readonly ended: AbortController;
}

/** The logins of a vCenter. Ids come from the seeded stream `vcenter.session`. */
export class SessionTable {
  readonly users: readonly User[];
  readonly #sessions = new Map<string, Session>();
  readonly #clock: Clock;
  readonly #stream;
  readonly #store: ObjectStore;
  readonly #idleMs: number;

  constructor(parts: { clock: Clock; random: Random; store: ObjectStore; users: readonly User[]; idleMs: number }) {
    this.users = parts.users;
    this.#clock = parts.clock;
    this.#stream = parts.random.stream('vcenter.session');
    this.#store = parts.store;
    this.#idleMs = parts.idleMs;
  }

  /** A fresh cookie value; a failed login gets one too (observed). */
  newCookie(): string {
    return this.#stream.hex(40);
  }

  /** The user with these credentials, or undefined. */
  authenticate(username: string, password: string): User | undefined {
    const user = this.users.find((candidate) => candidate.username.toLowerCase() === username.toLowerCase());
    return user?.password === password ? user : undefined;
  }

  open(user: User, client: { remoteAddress: string; userAgent: string; locale: string }): Session {
    const now = this.#clock.now();
    const session: Session = {
      key: this.#stream.uuid(),
      cookie: this.newCookie(),
      scope: this.#stream.uuid(),
      user,
      role: user.role ?? 'Admin',
      loginTime: now,
      lastActive: now,
      callCount: 0,
      pending: 0,
      objects: new Set(),
      ended: new AbortController(),
      ...client,
    };
    this.#sessions.set(session.cookie, session);
    return session;
  }

  /** The live session of a cookie value; being asked counts as activity. */
  find(cookie: string | undefined): Session | undefined {
    const session = cookie === undefined ? undefined : this.#sessions.get(cookie);
    if (!session) return undefined;
    if (session.pending === 0 && this.#clock.now() - session.lastActive > this.#idleMs) {
      this.close(session);
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

  close(session: Session): void {
    this.#sessions.delete(session.cookie);
    session.ended.abort();
    for (const object of session.objects) this.#store.delete(object);
    session.objects.clear();
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
    userName: session.user.username,
    fullName: session.user.username,
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

/** An object as a session sees it: SessionManager.currentSession differs from one to the other. */
export function seenBy(session: Session | undefined, object: ManagedObject): ManagedObject {
  if (object.type !== 'SessionManager' || !session) return object;
  return {
    ref: object.ref,
    type: object.type,
    revision: object.revision,
    read: (property) => (property === 'currentSession' ? userSession(session) : object.read(property)),
  };
}

/** True when an object belongs to the session or to none. */
export function mayUse(session: Session | undefined, reference: Ref): boolean {
  const scope = /^session\[([^\]]+)\]/.exec(reference.value)?.[1];
  return scope === undefined || scope === session?.scope;
}
