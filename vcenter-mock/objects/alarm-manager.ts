import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data } from '../vim/kernel/values.ts';

function alarmDescription(): Data<'AlarmDescription'> {
  const colours = ['gray', 'green', 'yellow', 'red'];
  return {
    _type: 'AlarmDescription',
    expr: [],
    stateOperator: [],
    metricOperator: [],
    hostSystemConnectionState: [],
    virtualMachinePowerState: [],
    datastoreConnectionState: [],
    hostSystemPowerState: [],
    virtualMachineGuestHeartbeatStatus: [],
    entityStatus: colours.map((key) => data('ElementDescription', { key, label: key, summary: key })),
    action: [],
  };
}

/** No alarms are defined: the ids and most names of the crypto alarms are not public (vcenter.md 12.4). */
export const alarmManager = implement('AlarmManager', {
  derive: { defaultExpression: () => [], description: alarmDescription },
  methods: {
    GetAlarm: () => [],
    GetAlarmState: () => [],
    AreAlarmActionsEnabled: () => true,
  },
});
