import { implement } from '../vim/kernel/implementation.ts';

/** PerformanceManager of a vCenter that measures nothing: there are no counters and no intervals. */
export const performanceManager = implement('PerformanceManager', {
  derive: {
    description: () => ({ _type: 'PerformanceDescription', counterType: [], statsType: [] }),
    historicalInterval: () => [],
    perfCounter: () => [],
  },
  methods: {},
});
