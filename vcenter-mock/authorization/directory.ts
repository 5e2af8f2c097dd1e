import type { Data } from '../vim/kernel/values.ts';

/** A user of the simulated vCenter. */
export interface User {
  /** `name@domain`, `DOMAIN\name`, or a name of the domain vsphere.local. */
  username: string;
  password: string;
  /** Name of a role; default `Admin`. */
  role?: string;
  /** Inventory paths (`/Datacenter/vm/web`) that the role holds at; default: the root folder, and so everywhere. */
  on?: readonly string[];
  /** Groups the user is in, such as `Administrators`. */
  groups?: readonly string[];
  fullName?: string;
}

/** The domain of names without one. documented default of the single sign-on domain */
const defaultDomain = 'vsphere.local';

/** The group whose members a vCenter grants everything. observed */
export const administrators = `Administrators@${defaultDomain}`;

function parts(principal: string): [name: string, domain: string] {
  const slash = principal.indexOf('\\');
  if (slash >= 0) return [principal.slice(slash + 1), principal.slice(0, slash)];
  const at = principal.lastIndexOf('@');
  return at < 0 ? [principal, defaultDomain] : [principal.slice(0, at), principal.slice(at + 1)];
}

/** What two spellings of a user or group have in common: names do not differ by case. */
export function principalKey(principal: string): string {
  const [name, domain] = parts(principal);
  return `${name}@${domain}`.toLowerCase();
}

/** `VSPHERE.LOCAL\Administrator`, as a vCenter shows it. observed */
export function principalName(principal: string): string {
  const [name, domain] = parts(principal);
  return `${domain.toUpperCase()}\\${name}`;
}

/** The users and groups that a vCenter knows. */
export class Directory {
  #users: readonly User[] = [];
  readonly #byKey = new Map<string, User>();
  /** By the spelling that sessions carry: each call of a client looks here. */
  readonly #asGiven = new Map<string, User>();
  /** Key of a group to its name as first written. */
  readonly #groups = new Map<string, string>();
  readonly #groupsOf = new Map<string, readonly string[]>();

  constructor(users: readonly User[]) {
    this.replace(users);
  }

  get users(): readonly User[] {
    return this.#users;
  }

  /** Makes these the users there are. */
  replace(users: readonly User[]): void {
    this.#users = users;
    for (const map of [this.#byKey, this.#asGiven, this.#groups, this.#groupsOf]) map.clear();
    this.#groups.set(principalKey(administrators), administrators);
    for (const user of users) {
      const key = principalKey(user.username);
      this.#byKey.set(key, user);
      this.#asGiven.set(user.username, user);
      const groups = user.groups ?? [];
      for (const group of groups) {
        if (!this.#groups.has(principalKey(group))) this.#groups.set(principalKey(group), group);
      }
      this.#groupsOf.set(key, groups.map(principalKey));
    }
  }

  user(name: string): User | undefined {
    return this.#asGiven.get(name) ?? this.#byKey.get(principalKey(name));
  }

  /** A user's name as sessions, events and tasks show it; a name that is no user's stays as it is. observed */
  shownName(name: string): string {
    const user = this.user(name);
    return user ? principalName(user.username) : name;
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(principalKey(name));
  }

  /** Keys of the groups a user is in. */
  groupsOf(username: string): readonly string[] {
    return this.#groupsOf.get(principalKey(username)) ?? [];
  }

  /** The domains, as UserDirectory.domainList shows them. */
  get domains(): string[] {
    const names = [...this.users.map(({ username }) => username), ...this.#groups.values()];
    return [...new Set(names.map((name) => parts(name)[1].toUpperCase()))];
  }

  /** All users, then all groups, as searches find them. */
  get principals(): Data<'UserSearchResult'>[] {
    return [
      ...this.users.map(({ username, fullName }) => ({
        principal: principalName(username),
        fullName: fullName ?? parts(username)[0],
        group: false,
      })),
      ...[...this.#groups.values()].map((name) => ({
        principal: principalName(name),
        fullName: parts(name)[0],
        group: true,
      })),
    ];
  }
}
