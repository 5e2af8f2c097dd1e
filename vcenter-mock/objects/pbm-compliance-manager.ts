import { checkCompliance, lastCompliance, rollupCompliance } from '../pbm/compliance.ts';
import { invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { enumValues } from '../vim/kernel/registry.ts';

/** PbmComplianceManager: whether objects are what their policies ask for. */
export const pbmComplianceManager = implement('PbmComplianceManager', {
  methods: {
    PbmCheckCompliance: (_object, { entities, profile }, { vc }) =>
      entities.map((entity) => checkCompliance(vc, entity, profile)),

    PbmFetchComplianceResult: (_object, { entities, profile }, { vc }) =>
      entities.map((entity) => lastCompliance(vc, entity, profile)),

    PbmCheckRollupCompliance: (_object, { entity }, { vc }) =>
      entity.map((one) => rollupCompliance(vc, one, checkCompliance)),

    PbmFetchRollupComplianceResult: (_object, { entity }, { vc }) =>
      entity.map((one) => rollupCompliance(vc, one, lastCompliance)),

    PbmQueryByRollupComplianceStatus(_object, { status }, { vc }) {
      if (!enumValues('PbmComplianceStatus')?.includes(status)) throw invalidArgument('status');
      return vc.inventory.vms
        .map(({ ref }) => ({ objectType: 'virtualMachine', key: ref.value, serverUuid: vc.instanceUuid }))
        .filter((vm) => rollupCompliance(vc, vm, lastCompliance).overallComplianceStatus === status);
    },
  },
});
