import { check, complianceOf, lastResult, rollupOf } from '../pbm/compliance.ts';
import { vmEntity } from '../pbm/entities.ts';
import { invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { enumValues } from '../vim/kernel/registry.ts';

/** PbmComplianceManager: whether objects are what their policies ask for. The parameter `profile` is not looked at (documented). */
export const pbmComplianceManager = implement('PbmComplianceManager', {
  methods: {
    PbmCheckCompliance: (_object, { entities }, { vc }) => complianceOf(vc, entities, check),

    PbmFetchComplianceResult: (_object, { entities }, { vc }) => complianceOf(vc, entities, lastResult),

    PbmCheckRollupCompliance: (_object, { entity }, { vc }) => entity.map((one) => rollupOf(vc, one, check)),

    PbmFetchRollupComplianceResult: (_object, { entity }, { vc }) => entity.map((one) => rollupOf(vc, one, lastResult)),

    PbmQueryByRollupComplianceStatus(_object, { status }, { vc }) {
      if (!enumValues('PbmComplianceStatus')?.includes(status)) throw invalidArgument('status');
      return vc.inventory.vms
        .map((vm) => vmEntity(vc, vm))
        .filter((entity) => rollupOf(vc, entity, lastResult).overallComplianceStatus === status);
    },
  },
});
