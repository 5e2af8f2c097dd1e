import type { Properties } from '../vim/kernel/values.ts';
import { shared } from './shared.ts';

const none = shared<never[]>([]);
const effectiveRole = shared([-1]);

/** Properties that every managed entity has. `-1` is the role Administrator. */
export function entityDefaults(): Partial<Properties<'ManagedEntity'>> {
  return {
    value: none,
    availableField: none,
    customValue: none,
    overallStatus: 'green',
    configStatus: 'green',
    configIssue: none,
    effectiveRole,
    permission: none,
    disabledMethod: none,
    recentTask: none,
    declaredAlarmState: none,
    triggeredAlarmState: none,
    alarmActionsEnabled: true,
    tag: none,
  };
}
