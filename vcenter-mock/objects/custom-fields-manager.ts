import { isPrivilege } from '../authorization/privileges.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, data, ref } from '../vim/kernel/values.ts';

type Field = Data<'CustomFieldDef'>;
type Manager = TypedObject<'CustomFieldsManager'>;
type Entity = TypedObject<'ManagedEntity'>;

const fieldsOf = (vc: Vcenter): readonly Field[] =>
  vc.store.get('CustomFieldsManager', ref('CustomFieldsManager', 'CustomFieldsManager'))?.get('field') ?? [];

/** True when a field can be set on objects of a type; one without a type on all. */
const fits = (field: Field, type: string) => !field.managedObjectType || isSubtype(type, field.managedObjectType);

/** @throws DuplicateName when a field of that name exists for the same objects. documented */
function requireFree(name: string, moType: string | undefined, call: Call, self?: number): void {
  const other = fieldsOf(call.vc).find(
    (field) => field.name === name && field.key !== self && field.managedObjectType === moType,
  );
  if (!other) return;
  throw fault('DuplicateName', call.vc.assumed.duplicateName(name), { name, object: call.object.ref });
}

/** @throws InvalidPrivilege: a policy names a privilege that does not exist. documented */
function checkPolicy(policy: Data<'PrivilegePolicyDef'> | undefined, { vc }: Call): void {
  const { createPrivilege, readPrivilege, updatePrivilege, deletePrivilege } = policy ?? {};
  for (const privilege of [createPrivilege, readPrivilege, updatePrivilege, deletePrivilege]) {
    if (privilege && !isPrivilege(privilege)) {
      throw fault('InvalidPrivilege', vc.assumed.invalidPrivilege(privilege), { privilege });
    }
  }
}

function definition(key: number, { vc }: Call): Field {
  const field = fieldsOf(vc).find((candidate) => candidate.key === key);
  if (!field) throw invalidArgument('key');
  return field;
}

const withValue = (values: readonly Data<'CustomFieldValue'>[], key: number, value?: string) => [
  ...values.filter((one) => one.key !== key),
  ...(value === undefined ? [] : [data('CustomFieldStringValue', { key, value })]),
];

/** Writes a value to both properties that show it. */
function write(entity: Entity, key: number, value: string | undefined): void {
  entity.set({
    value: withValue(entity.get('value') ?? [], key, value),
    customValue: withValue(entity.get('customValue') ?? [], key, value),
  });
}

function setField(entity: ManagedObject, field: Field, value: string, call: Call): void {
  if (!fits(field, entity.type)) throw invalidArgument('key');
  const { createPrivilege, updatePrivilege } = field.fieldInstancePrivileges ?? {};
  const before = ((entity as Entity).get('customValue') ?? []).find(({ key }) => key === field.key);
  // documented: the policy of the field's instances; an empty privilege is none, and a first value makes one: assumed
  const privilege = before ? updatePrivilege : createPrivilege;
  if (privilege) call.require(privilege, entity);
  write(entity as Entity, field.key, value);
  const name = String(entity.read('name'));
  call.vc.events.post(
    'CustomFieldValueChangedEvent',
    {
      entity: { entity: entity.ref, name },
      fieldKey: field.key,
      name: field.name,
      value,
      prevState: (before as Data<'CustomFieldStringValue'> | undefined)?.value,
    },
    {
      entity,
      user: call.user,
      cause: call.cause,
      message: `Changed custom field ${field.name} on ${name} to ${value}`,
    },
  );
}

function postDefinition(
  type: 'CustomFieldDefAddedEvent' | 'CustomFieldDefRemovedEvent' | 'CustomFieldDefRenamedEvent',
  field: Field,
  call: Call,
  message: string,
  more: object = {},
): void {
  call.vc.events.post(
    type,
    { fieldKey: field.key, name: field.name, ...more },
    { user: call.user, cause: call.cause, message },
  );
}

/** What the policy of a definition asks for beside what the method needs. documented @throws NoPermission */
function requireByPolicy(privilege: string | undefined, call: Call): void {
  if (privilege) call.require(privilege, call.object);
}

const list = (object: Manager) => object.get('field') ?? [];

/** documented: the fields are sorted by name */
const sorted = (fields: readonly Field[]) =>
  fields.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.key - b.key));

export const customFieldsManager = implement('CustomFieldsManager', {
  limits: { AddCustomFieldDef: 'who may read a value is not limited by a policy' },
  methods: {
    AddCustomFieldDef(object, { name, moType, fieldDefPolicy, fieldPolicy }, call) {
      if (name === '') throw invalidArgument('name');
      if (moType !== undefined && !isSubtype(moType, 'ManagedEntity')) throw invalidArgument('moType');
      checkPolicy(fieldDefPolicy, call);
      checkPolicy(fieldPolicy, call);
      requireFree(name, moType, call);
      const key = 1 + Math.max(0, ...list(object).map((field) => field.key));
      // documented: fields hold strings
      const field: Field = {
        key,
        name,
        type: 'string',
        managedObjectType: moType,
        fieldDefPrivileges: fieldDefPolicy,
        fieldInstancePrivileges: fieldPolicy,
      };
      object.set({ field: sorted([...list(object), field]) });
      postDefinition('CustomFieldDefAddedEvent', field, call, `Created new custom field definition ${name}`);
      return field;
    },

    RemoveCustomFieldDef(object, { key }, call) {
      const field = definition(key, call);
      requireByPolicy(field.fieldDefPrivileges?.deletePrivilege, call);
      object.set({ field: list(object).filter((other) => other.key !== key) });
      for (const entity of call.vc.inventory.entities('ManagedEntity') as Entity[]) {
        if (entity.get('customValue')?.some((one) => one.key === key)) write(entity, key, undefined);
      }
      postDefinition('CustomFieldDefRemovedEvent', field, call, `Removed field definition ${field.name}`);
    },

    RenameCustomFieldDef(object, { key, name }, call) {
      const field = definition(key, call);
      requireByPolicy(field.fieldDefPrivileges?.updatePrivilege, call);
      requireFree(name, field.managedObjectType, call, key);
      object.set({ field: sorted(list(object).map((other) => (other.key === key ? { ...other, name } : other))) });
      const message = `Renamed field definition from ${field.name} to ${name}`;
      postDefinition('CustomFieldDefRenamedEvent', field, call, message, { newName: name });
    },

    SetField(_object, { entity: reference, key, value }, call) {
      const entity = call.vc.store.find(reference);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: reference });
      setField(entity, definition(key, call), value, call);
    },
  },
});

/** What every entity shows of custom fields; `setCustomValue` goes by the field's name. */
export const managedEntityFields = implement('ManagedEntity', {
  derive: { availableField: (entity, vc) => fieldsOf(vc).filter((field) => fits(field, entity.type)) },
  methods: {
    setCustomValue(entity, { key, value }, call) {
      call.require('Global.SetCustomField', entity);
      const field = fieldsOf(call.vc).find((candidate) => candidate.name === key && fits(candidate, entity.type));
      if (!field) throw invalidArgument('key');
      setField(entity, field, value, call);
    },
  },
});
