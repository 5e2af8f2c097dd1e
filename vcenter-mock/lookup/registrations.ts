import type { Vcenter } from '../vcenter.ts';

/** An endpoint of a registered service. */
export interface Endpoint {
  readonly url: string;
  readonly protocol: string;
  readonly type: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A service as the lookup service knows it. */
export interface Registration {
  readonly serviceId: string;
  readonly nodeId: string;
  readonly ownerId: string;
  readonly product: string;
  readonly type: string;
  readonly version: string;
  readonly nameKey?: string;
  readonly endpoints: readonly Endpoint[];
  readonly attributes?: Readonly<Record<string, string>>;
}

/** documented default name of the first site */
export const siteId = 'default-first-site';

/**
 * The services that this vCenter has and that clients look for: a real one registers some thirty more. observed (endpoint types and
 * attributes in clients and vcsim)
 * @param origin `https://vcenter:8443`, as the client reached it
 */
export function registrationsOf(vc: Vcenter, origin: string): Registration[] {
  const nodeId = vc.instanceUuid;
  return [
    {
      serviceId: `${siteId}:${vc.instanceUuid}-sts`,
      nodeId,
      ownerId: 'administrator@vsphere.local',
      product: 'com.vmware.cis',
      type: 'cs.identity',
      version: '2.0',
      endpoints: [
        { url: `${origin}/sts/STSService/vsphere.local`, protocol: 'wsTrust', type: 'com.vmware.cis.cs.identity.sso' },
      ],
    },
    {
      serviceId: vc.instanceUuid,
      nodeId,
      ownerId: `vpxd-${nodeId}@vsphere.local`,
      product: 'com.vmware.cis',
      type: 'vcenterserver',
      version: vc.profile.version,
      nameKey: 'AboutInfo.vpx.name',
      endpoints: [
        {
          url: `${origin}/sdk`,
          protocol: 'vmomi',
          type: 'com.vmware.vim',
          attributes: { 'cis.common.ep.localurl': `${origin}/sdk` },
        },
      ],
      attributes: {
        'com.vmware.cis.cm.GroupInternalId': 'com.vmware.vim.vcenter',
        'com.vmware.vim.vcenter.instanceName': new URL(origin).hostname,
        'com.vmware.cis.cm.HostId': nodeId,
      },
    },
  ];
}
