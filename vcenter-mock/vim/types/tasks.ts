// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes, enumTypes } from '../kernel/declare.ts';

export const tasksTypes = dataTypes({
  TaskDescription: {
    fields: { methodInfo: 'ElementDescription[]', state: 'ElementDescription[]', reason: 'TypeDescription[]' },
  },
  TaskFilterSpec: {
    fields: {
      entity: 'TaskFilterSpecByEntity?',
      time: 'TaskFilterSpecByTime?',
      userName: 'TaskFilterSpecByUsername?',
      activationId: 'string[]?@6.0',
      state: 'TaskInfoState[]?',
      alarm: 'ref Alarm?',
      scheduledTask: 'ref ScheduledTask?',
      eventChainId: 'int[]?@4.0',
      tag: 'string[]?@4.0',
      parentTaskKey: 'string[]?@4.0',
      rootTaskKey: 'string[]?@4.0',
    },
  },
  TaskFilterSpecByEntity: { fields: { entity: 'ref ManagedEntity', recursion: 'TaskFilterSpecRecursionOption' } },
  TaskFilterSpecByTime: {
    fields: { timeType: 'TaskFilterSpecTimeOption', beginTime: 'dateTime?', endTime: 'dateTime?' },
  },
  TaskFilterSpecByUsername: { fields: { systemUser: 'boolean', userList: 'string[]?' } },
  TaskInfo: {
    fields: {
      key: 'string',
      task: 'ref Task',
      description: 'LocalizableMessage?@4.0',
      name: 'string?',
      descriptionId: 'string',
      entity: 'ref ManagedEntity?',
      entityName: 'string?',
      locked: 'ref ManagedEntity[]?',
      state: 'TaskInfoState',
      cancelled: 'boolean',
      cancelable: 'boolean',
      error: 'LocalizedMethodFault?',
      result: 'anyType?',
      progress: 'int?',
      progressDetails: 'KeyAnyValue[]?@8.0.1.0',
      reason: 'TaskReason',
      queueTime: 'dateTime',
      startTime: 'dateTime?',
      completeTime: 'dateTime?',
      eventChainId: 'int',
      changeTag: 'string?@4.0',
      parentTaskKey: 'string?@4.0',
      rootTaskKey: 'string?@4.0',
      activationId: 'string?@6.0',
    },
  },
  TaskInfoFilterSpec: { since: '8.0.3.0', fields: { filterTaskResults: 'TaskInfoFilterSpecFilterTaskResults?' } },
  TaskInfoFilterSpecFilterTaskResults: {
    since: '8.0.3.0',
    fields: { removeAll: 'boolean?', descriptionIds: 'string[]?', filterIn: 'boolean?' },
  },
  TaskReason: { fields: {} },
  TaskReasonAlarm: {
    base: 'TaskReason',
    fields: { alarmName: 'string', alarm: 'ref Alarm', entityName: 'string', entity: 'ref ManagedEntity' },
  },
  TaskReasonSchedule: { base: 'TaskReason', fields: { name: 'string', scheduledTask: 'ref ScheduledTask' } },
  TaskReasonSystem: { base: 'TaskReason', fields: {} },
  TaskReasonUser: { base: 'TaskReason', fields: { userName: 'string' } },
});

export const tasksEnums = enumTypes({
  TaskFilterSpecRecursionOption: ['self', 'children', 'all'],
  TaskFilterSpecTimeOption: ['queuedTime', 'startedTime', 'completedTime'],
  TaskInfoState: ['queued', 'running', 'success', 'error'],
});
