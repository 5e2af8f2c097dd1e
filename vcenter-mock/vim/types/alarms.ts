// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const alarmsTypes = dataTypes({
  AlarmDescription: {
    fields: {
      expr: 'TypeDescription[]',
      stateOperator: 'ElementDescription[]',
      metricOperator: 'ElementDescription[]',
      hostSystemConnectionState: 'ElementDescription[]',
      virtualMachinePowerState: 'ElementDescription[]',
      datastoreConnectionState: 'ElementDescription[]@4.0',
      hostSystemPowerState: 'ElementDescription[]@4.0',
      virtualMachineGuestHeartbeatStatus: 'ElementDescription[]@4.0',
      entityStatus: 'ElementDescription[]',
      action: 'TypeDescription[]',
    },
  },
  AlarmExpression: { fields: {} },
  AlarmFilterSpec: {
    since: '6.7',
    fields: { status: 'ManagedEntityStatus[]?', typeEntity: 'string?', typeTrigger: 'string?' },
  },
  AlarmInfo: {
    base: 'AlarmSpec',
    fields: {
      key: 'string',
      alarm: 'ref Alarm',
      entity: 'ref ManagedEntity',
      lastModifiedTime: 'dateTime',
      lastModifiedUser: 'string',
      creationEventId: 'int',
    },
  },
  AlarmSetting: { fields: { toleranceRange: 'int', reportingFrequency: 'int' } },
  AlarmSpec: {
    fields: {
      name: 'string',
      systemName: 'string?@5.0',
      description: 'string',
      enabled: 'boolean',
      expression: 'AlarmExpression',
      actionFrequency: 'int?@4.0',
      setting: 'AlarmSetting?',
    },
  },
  AlarmState: {
    fields: {
      key: 'string',
      entity: 'ref ManagedEntity',
      alarm: 'ref Alarm',
      overallStatus: 'ManagedEntityStatus',
      time: 'dateTime',
      acknowledged: 'boolean?@4.0',
      acknowledgedByUser: 'string?@4.0',
      acknowledgedTime: 'dateTime?@4.0',
      eventKey: 'int?@6.0',
      disabled: 'boolean?@6.9.1',
    },
  },
  AndAlarmExpression: { base: 'AlarmExpression', fields: { expression: 'AlarmExpression[]' } },
  EventAlarmExpression: {
    base: 'AlarmExpression',
    since: '2.5',
    fields: {
      comparisons: 'EventAlarmExpressionComparison[]?@4.0',
      eventType: 'string',
      eventTypeId: 'string?',
      objectType: 'string?@4.0',
      status: 'ManagedEntityStatus?@4.0',
    },
  },
  EventAlarmExpressionComparison: {
    since: '4.0',
    fields: { attributeName: 'string', operator: 'string', value: 'string' },
  },
  OrAlarmExpression: { base: 'AlarmExpression', fields: { expression: 'AlarmExpression[]' } },
  StateAlarmExpression: {
    base: 'AlarmExpression',
    fields: { operator: 'StateAlarmOperator', type: 'string', statePath: 'string', yellow: 'string?', red: 'string?' },
  },
});

export const alarmsEnums = enumTypes({
  StateAlarmOperator: ['isEqual', 'isUnequal'],
});
