import type { Operation, RestCall } from './operation.ts';

/** com.vmware.appliance.system.version. documented members; what stands after the third number of the version is assumed */
function version({ vc }: RestCall): object {
  const { profile } = vc;
  return {
    version: `${profile.version}.00000`,
    product: 'VMware vCenter Server',
    build: profile.build,
    type: 'vCenter Server with an embedded Platform Services Controller',
    summary: '',
    releasedate: '',
    install_time: '',
  };
}

const service = 'com.vmware.appliance.system.version';

export const applianceOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '/appliance/system/version',
    rpc: { service, operation: 'get', result: `${service}.version_struct` },
    run: version,
  },
];
