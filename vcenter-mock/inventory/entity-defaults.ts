import type { Properties } from '../vim/kernel/values.ts';

/** Properties that every managed entity has. `-1` is the role Administrator. */
export function entityDefaults(): Partial<Properties<'ManagedEntity'>> {
  return {
    value: [],
    availableField: [],
    customValue: [],
    overallStatus: 'green',
    configStatus: 'green',
    configIssue: [],
    effectiveRole: [-1],
    permission: [],
    disabledMethod: [],
    recentTask: [],
    declaredAlarmState: [],
    triggeredAlarmState: [],
    alarmActionsEnabled: true,
    tag: [],
  };
}
