import { compatibility, requirementsOf } from '../pbm/placement.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** PbmPlacementSolver: which datastores fit a policy. */
export const pbmPlacementSolver = implement('PbmPlacementSolver', {
  methods: {
    PbmCheckCompatibility: (_object, { hubsToSearch, profile }, { vc }) =>
      compatibility(vc, hubsToSearch, [vc.policies.get(profile.uniqueId).profile]),

    PbmCheckCompatibilityWithSpec: (_object, { hubsToSearch, profileSpec }, { vc }) =>
      compatibility(vc, hubsToSearch, [profileSpec]),

    PbmCheckRequirements: (_object, { hubsToSearch, placementSubjectRequirement }, { vc }) =>
      compatibility(vc, hubsToSearch, requirementsOf(vc, placementSubjectRequirement)),

    PbmQueryMatchingHub: (_object, { hubsToSearch, profile }, { vc }) =>
      compatibility(vc, hubsToSearch, [vc.policies.get(profile.uniqueId).profile])
        .filter(({ error }) => error === undefined)
        .map(({ hub }) => hub),

    PbmQueryMatchingHubWithSpec: (_object, { hubsToSearch, createSpec }, { vc }) =>
      compatibility(vc, hubsToSearch, [createSpec])
        .filter(({ error }) => error === undefined)
        .map(({ hub }) => hub),
  },
});
