import { implement } from '../vim/kernel/implementation.ts';

/** HostSnmpSystem: the SNMP agent of the vCenter, switched off. The limits are assumed. */
export const hostSnmpSystem = implement('HostSnmpSystem', {
  derive: {
    configuration: () => ({ _type: 'HostSnmpConfigSpec', enabled: false, port: 161 }),
    limits: () => ({
      _type: 'HostSnmpSystemAgentLimits',
      maxReadOnlyCommunities: 10,
      maxTrapDestinations: 10,
      maxCommunityLength: 64,
      maxBufferSize: 0,
      capability: 'COMPLETE' as const,
    }),
  },
  methods: {},
});
