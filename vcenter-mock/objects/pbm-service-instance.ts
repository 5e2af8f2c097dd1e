import { implement } from '../vim/kernel/implementation.ts';
import { type Data, type Ref, ref } from '../vim/kernel/values.ts';

/** Managers of the PBM service. observed (vcenter.md 13.1) */
const managers = {
  sessionManager: ref('PbmSessionManager', 'SessionManager'),
  capabilityMetadataManager: ref('PbmCapabilityMetadataManager', 'CapabilityMetadataManager'),
  profileManager: ref('PbmProfileProfileManager', 'ProfileManager'),
  complianceManager: ref('PbmComplianceManager', 'complianceManager'),
  placementSolver: ref('PbmPlacementSolver', 'placementSolver'),
  replicationManager: ref('PbmReplicationManager', 'ReplicationManager'),
};

export const pbmRefs: readonly Ref[] = [ref('PbmServiceInstance', 'ServiceInstance'), ...Object.values(managers)];

function content(): Data<'PbmServiceInstanceContent'> {
  return {
    _type: 'PbmServiceInstanceContent',
    // observed: a real 6.5 returns this placeholder
    aboutInfo: { name: 'PBM', version: '2.0', instanceUuid: '##PBM_SERVER_GUID##' },
    ...managers,
  };
}

export const pbmServiceInstance = implement('PbmServiceInstance', {
  derive: { content },
  methods: { PbmRetrieveServiceContent: content },
});
