import { checkExpression } from '../alarms/expressions.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { enumValues, isA, isSubtype } from '../vim/kernel/registry.ts';
import { type Data, data, type Ref, sameRef } from '../vim/kernel/values.ts';

const elements = (keys: readonly string[] = []) =>
  keys.map((key) => data('ElementDescription', { key, label: key, summary: key }));
const types = (keys: readonly string[]) =>
  keys.map((key) => data('TypeDescription', { key, label: key, summary: key }));

function alarmDescription(): Data<'AlarmDescription'> {
  return {
    expr: types(['AndAlarmExpression', 'OrAlarmExpression', 'StateAlarmExpression', 'EventAlarmExpression']),
    stateOperator: elements(enumValues('StateAlarmOperator')),
    metricOperator: elements(enumValues('MetricAlarmOperator')),
    hostSystemConnectionState: elements(enumValues('HostSystemConnectionState')),
    virtualMachinePowerState: elements(enumValues('VirtualMachinePowerState')),
    // documented values
    datastoreConnectionState: elements(['true', 'false']),
    hostSystemPowerState: elements(enumValues('HostSystemPowerState')),
    virtualMachineGuestHeartbeatStatus: elements(enumValues('ManagedEntityStatus')),
    entityStatus: elements(enumValues('ManagedEntityStatus')),
    action: types(['SendEmailAction', 'SendSNMPAction', 'RunScriptAction', 'MethodAction']),
  };
}

/** What the client's form for a new alarm starts with. documented examples */
const defaultExpression: Data<'AlarmExpression'>[] = [
  data('StateAlarmExpression', {
    operator: 'isEqual',
    type: 'HostSystem',
    statePath: 'runtime.connectionState',
    red: 'notResponding',
  }),
  data('StateAlarmExpression', {
    operator: 'isEqual',
    type: 'VirtualMachine',
    statePath: 'runtime.powerState',
    red: 'poweredOff',
  }),
];

function entityOf(reference: Ref, { vc }: Call): ManagedObject {
  const entity = vc.store.find(reference);
  if (!entity || !isSubtype(entity.type, 'ManagedEntity')) {
    throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  }
  return entity;
}

function alarmOf(reference: Ref, { vc }: Call): TypedObject<'Alarm'> {
  const alarm = vc.store.get('Alarm', reference);
  if (!alarm) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return alarm;
}

/** documented: how long a name may be */
const maxNameLength = 80;

/** @throws InvalidName, DuplicateName, and what `checkExpression` throws */
function checkSpec({ name, expression }: Data<'AlarmSpec'>, call: Call, self?: TypedObject<'Alarm'>): void {
  const { alarms, assumed } = call.vc;
  if (name === '' || name.length > maxNameLength) throw fault('InvalidName', assumed.invalidName(name), { name });
  const other = alarms.all.find((alarm) => alarm !== self && alarm.get('info').name === name);
  if (other) throw fault('DuplicateName', assumed.duplicateName(name), { name, object: other.ref });
  checkExpression(expression, assumed);
}

export const alarmManager = implement('AlarmManager', {
  derive: { defaultExpression: () => defaultExpression, description: alarmDescription },
  limits: { CreateAlarm: 'no metrics; actions are not carried out' },
  methods: {
    CreateAlarm(_object, { entity, spec }, call) {
      const on = entityOf(entity, call);
      checkSpec(spec, call);
      return call.vc.alarms.add(on, spec, call).ref;
    },

    /** documented: the alarms defined on the entity, or all that the user may see */
    GetAlarm(_object, { entity }, call) {
      const { vc, user } = call;
      if (entity) entityOf(entity, call);
      const wanted = (on: Ref) =>
        entity ? on.type === entity.type && on.value === entity.value : vc.authorization.sees(user, on);
      return vc.alarms.all.filter((alarm) => wanted(alarm.get('info').entity)).map((alarm) => alarm.ref);
    },

    GetAlarmState: (_object, { entity }, call) => call.vc.alarms.declared(entityOf(entity, call)),

    /** documented: InvalidArgument when the alarm is none of the entity's */
    AcknowledgeAlarm(_object, params, call) {
      const { alarms } = call.vc;
      const alarm = alarmOf(params.alarm, call);
      const entity = entityOf(params.entity, call);
      if (!alarms.declared(entity).some((state) => sameRef(state.alarm, alarm.ref))) throw invalidArgument('alarm');
      alarms.acknowledge(alarm, entity, call);
    },

    /** documented: statuses, types of entities and of triggers that are not named are all meant */
    ClearTriggeredAlarms(_object, { filter }, call) {
      const { status = [], typeEntity, typeTrigger } = filter;
      const entityType = { entityTypeHost: 'HostSystem', entityTypeVm: 'VirtualMachine' }[typeEntity ?? ''];
      call.vc.alarms.clear((alarm, entity, state) => {
        if (status.length > 0 && !status.includes(state.overallStatus)) return false;
        if (entityType && !isSubtype(entity.type, entityType)) return false;
        const metric = isA(alarm.get('info').expression, 'MetricAlarmExpression');
        return typeTrigger === 'triggerTypeMetric' ? metric : true;
      }, call);
    },

    DisableAlarm(_object, { alarm, entity }, call) {
      call.vc.alarms.enable(alarmOf(alarm, call), entityOf(entity, call), false, call.cause);
    },

    EnableAlarm(_object, { alarm, entity }, call) {
      call.vc.alarms.enable(alarmOf(alarm, call), entityOf(entity, call), true, call.cause);
    },

    EnableAlarmActions(_object, { entity, enabled }, call) {
      (entityOf(entity, call) as TypedObject<'ManagedEntity'>).set({ alarmActionsEnabled: enabled });
    },

    AreAlarmActionsEnabled: (_object, { entity }, call) =>
      (entityOf(entity, call) as TypedObject<'ManagedEntity'>).get('alarmActionsEnabled') ?? true,
  },
});

export const alarm = implement('Alarm', {
  methods: {
    ReconfigureAlarm(object, { spec }, call) {
      checkSpec(spec, call, object);
      call.vc.alarms.reconfigure(object, spec, call);
    },

    RemoveAlarm(object, _params, call) {
      call.vc.alarms.remove(object, call);
    },
  },
});

/** What every entity shows of its alarms. */
export const managedEntityAlarms = implement('ManagedEntity', {
  derive: {
    declaredAlarmState: (entity, { alarms }) => alarms.declared(entity),
    triggeredAlarmState: (entity, { alarms }) => alarms.triggered(entity),
  },
  methods: {},
});
