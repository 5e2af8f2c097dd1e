import type { Assumed } from '../assumed.ts';
import type { VersionProfile } from '../profiles.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { compareVersions } from '../vim/kernel/version.ts';

/** An alarm on events, in short: ids of EventEx by the status they lead to. */
export interface EventAlarmRow {
  name: string;
  systemName: string;
  description: string;
  objectType: 'VirtualMachine' | 'HostSystem' | 'Folder';
  red?: readonly string[];
  yellow?: readonly string[];
  green?: readonly string[];
  /** API version of the first release that has it. */
  since?: string;
}

type Spec = Data<'AlarmSpec'>;

const eventExpression = (eventType: string, objectType: string, more: Partial<Data<'EventAlarmExpression'>> = {}) =>
  data('EventAlarmExpression', { eventType, objectType, ...more });
const or = (expression: Data<'AlarmExpression'>[]) => data('OrAlarmExpression', { expression });
const state = (type: string, statePath: string, more: Partial<Data<'StateAlarmExpression'>>) =>
  data('StateAlarmExpression', { type, statePath, operator: 'isEqual', ...more });

function spec(name: string, systemName: string, description: string, expression: Data<'AlarmExpression'>): Spec {
  // observed: what the default alarms of a vCenter carry
  const setting = { toleranceRange: 0, reportingFrequency: 300 };
  return { name, systemName, description, enabled: true, expression, actionFrequency: 0, setting };
}

function eventAlarm(row: EventAlarmRow): Spec {
  const rows = (['red', 'yellow', 'green'] as const).flatMap((status) =>
    (row[status] ?? []).map((eventTypeId) => eventExpression('EventEx', row.objectType, { eventTypeId, status })),
  );
  return spec(row.name, row.systemName, row.description, or(rows));
}

/**
 * Alarms of every vCenter that the simulation can raise. observed names, system names and expressions, except for the
 * expression of the first, which is reported by users
 */
const general: readonly Spec[] = [
  spec(
    'Host connection and power state',
    'alarm.HostConnectionStateAlarm',
    'Default alarm to monitor host connection and power state',
    data('AndAlarmExpression', {
      expression: [
        state('HostSystem', 'runtime.connectionState', { red: 'notResponding' }),
        state('HostSystem', 'runtime.powerState', { operator: 'isUnequal', red: 'standBy' }),
      ],
    }),
  ),
  spec(
    'Host error',
    'alarm.HostErrorAlarm',
    'Default alarm to monitor host error and warning events',
    or([
      eventExpression('GeneralHostErrorEvent', 'HostSystem'),
      eventExpression('GeneralHostWarningEvent', 'HostSystem'),
    ]),
  ),
  spec(
    'Virtual machine error',
    'alarm.VmErrorAlarm',
    'Default alarm to monitor virtual machine error and warning events',
    or([
      eventExpression('GeneralVmErrorEvent', 'VirtualMachine'),
      eventExpression('GeneralVmWarningEvent', 'VirtualMachine'),
    ]),
  ),
];

/** The alarms that a vCenter comes with, all of them on the root folder. */
export function defaultAlarms({ apiVersion }: VersionProfile, assumed: Assumed): Spec[] {
  const ofRelease = assumed.cryptoAlarms.filter(({ since }) => !since || compareVersions(since, apiVersion) <= 0);
  return [...general, ...ofRelease.map(eventAlarm)];
}
