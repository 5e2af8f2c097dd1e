import { capabilities, iam, vcenter } from '../models/features.ts';
import { defineServiceRoute, type Route } from '../route.ts';

const getCapabilities = defineServiceRoute({
  method: 'GET',
  path: '/capabilities',
  about: 'Get available features',
  provenance: 'documented',
  iamAction: 'capabilities/get',
  response: capabilities,
  run: ({ api, service }) => api.details.of(service.serviceName).capabilities,
});

const getVcenterVersion = defineServiceRoute({
  method: 'GET',
  path: '/vcenterVersion',
  about: 'Get available upgrades for hypervisor',
  provenance: 'documented',
  iamAction: 'vcenterVersion/get',
  response: vcenter,
  run({ api, service }) {
    const { version } = service.properties;
    const { newerVersions } = api.details.of(service.serviceName);
    return { currentVersion: version, lastMajor: version, lastMinor: version, ...newerVersions };
  },
});

const getIam = defineServiceRoute({
  method: 'GET',
  path: '/iam',
  about: 'Get OVHcloud IAM option',
  provenance: 'documented',
  iamAction: 'iam/get',
  response: iam,
  run: ({ api, service }) => api.details.of(service.serviceName).iam,
});

/** What a service can do, its vCenter's versions, its IAM option (spec 1.2). */
export const featureRoutes: readonly Route[] = [getCapabilities, getVcenterVersion, getIam];
