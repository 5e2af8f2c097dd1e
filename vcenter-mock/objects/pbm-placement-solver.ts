import { compatibility, type Requirement, requirementsOf } from '../pbm/placement.ts';
import type { Vcenter } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import type { Data } from '../vim/kernel/values.ts';

/** PbmPlacementSolver: which datastores fit a policy. */
export const pbmPlacementSolver = implement('PbmPlacementSolver', {
  methods: {
    PbmCheckCompatibility: (_object, { hubsToSearch, profile }, { vc }) =>
      compatibility(vc, hubsToSearch, [vc.policies.get(profile.uniqueId).profile]),

    PbmCheckCompatibilityWithSpec(_object, { hubsToSearch, profileSpec }, { vc }) {
      vc.policies.checkRules(profileSpec.constraints, 'REQUIREMENT', 'profileSpec');
      return compatibility(vc, hubsToSearch, [profileSpec]);
    },

    PbmCheckRequirements: (_object, { hubsToSearch, placementSubjectRequirement }, { vc }) =>
      compatibility(vc, hubsToSearch, requirementsOf(vc, placementSubjectRequirement)),

    PbmQueryMatchingHub: (_object, { hubsToSearch, profile }, { vc }) =>
      matching(vc, hubsToSearch, vc.policies.get(profile.uniqueId).profile),

    PbmQueryMatchingHubWithSpec(_object, { hubsToSearch, createSpec }, { vc }) {
      vc.policies.checkRules(createSpec.constraints, 'REQUIREMENT', 'createSpec');
      return matching(vc, hubsToSearch, createSpec);
    },
  },
});

function matching(vc: Vcenter, hubs: Data<'PbmPlacementHub'>[] | undefined, requirement: Requirement) {
  return compatibility(vc, hubs, [requirement])
    .filter(({ error }) => error === undefined)
    .map(({ hub }) => hub);
}
