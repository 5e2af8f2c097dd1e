import { type Lab, textOf } from './lab.ts';

/** Gives a user exactly these privileges everywhere: AddAuthorizationRole and SetEntityPermissions by the administrator. */
export async function grant(lab: Lab, user: string, privileges: readonly string[]): Promise<void> {
  const manager = '<_this type="AuthorizationManager">AuthorizationManager</_this>';
  const ids = privileges.map((privilege) => `<privIds>${privilege}</privIds>`).join('');
  const added = await lab.call(
    `<AddAuthorizationRole xmlns="urn:vim25">${manager}<name>only ${user}</name>${ids}</AddAuthorizationRole>`,
  );
  const permission = `<principal>${user}</principal><group>false</group><roleId>${textOf(added.body, 'returnval')}</roleId><propagate>true</propagate>`;
  const set = await lab.call(
    `<SetEntityPermissions xmlns="urn:vim25">${manager}<entity type="Folder">group-d1</entity><permission>${permission}</permission></SetEntityPermissions>`,
  );
  if (set.status !== 200) throw new Error(set.body);
}
