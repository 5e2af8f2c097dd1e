import { type Role, systemRoles } from './system-roles.ts';

/** The roles that users have defined; the others are always the same. */
export type SavedRoles = {
  readonly nextId: number;
  readonly roles: readonly { readonly roleId: number; readonly name: string; readonly privileges: readonly string[] }[];
};

/** The roles of a vCenter: those it comes with, and those that users define. */
export class RoleTable {
  readonly #roles = new Map<number, Role>(systemRoles.map((role) => [role.roleId, role]));
  // assumed: the first ids belong to sample roles
  #nextId = 1000;

  get list(): Role[] {
    return [...this.#roles.values()];
  }

  get(roleId: number): Role | undefined {
    return this.#roles.get(roleId);
  }

  named(name: string): Role | undefined {
    return this.list.find((role) => role.name === name);
  }

  add(name: string, privileges: readonly string[]): Role {
    return this.#keep(++this.#nextId, name, privileges);
  }

  update(roleId: number, name: string, privileges: readonly string[]): Role {
    return this.#keep(roleId, name, privileges);
  }

  remove(roleId: number): void {
    this.#roles.delete(roleId);
  }

  save(): SavedRoles {
    const own = this.list.filter(({ system }) => !system);
    return {
      nextId: this.#nextId,
      roles: own.map(({ roleId, name, privileges }) => ({ roleId, name, privileges: [...privileges] })),
    };
  }

  restore({ nextId, roles }: SavedRoles): void {
    this.#nextId = nextId;
    for (const { roleId, system } of this.list) if (!system) this.#roles.delete(roleId);
    for (const { roleId, name, privileges } of roles) this.#keep(roleId, name, privileges);
  }

  // documented: a role of a user's own holds the three system privileges whether they were named or not
  #keep(roleId: number, name: string, privileges: readonly string[]): Role {
    const held = new Set(['System.Anonymous', 'System.View', 'System.Read', ...privileges]);
    const role = { roleId, system: false, name, label: name, summary: name, privileges: held };
    this.#roles.set(roleId, role);
    return role;
  }
}
