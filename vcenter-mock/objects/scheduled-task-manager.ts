import { implement } from '../vim/kernel/implementation.ts';

/** ScheduledTaskManager: nothing is scheduled, and nothing can be. */
export const scheduledTaskManager = implement('ScheduledTaskManager', {
  derive: {
    scheduledTask: () => [],
    description: () => ({
      _type: 'ScheduledTaskDescription',
      action: [],
      schedulerInfo: [],
      state: [],
      dayOfWeek: [],
      weekOfMonth: [],
    }),
  },
  methods: { RetrieveEntityScheduledTask: () => [], RetrieveObjectScheduledTask: () => [] },
});
