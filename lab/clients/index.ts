import { KeyrigError } from '../../core/index.ts';
import type { Lab } from '../lab.ts';
import { KmipUser } from './kmip.ts';
import { OvhApiClient } from './ovh.ts';
import { serverCheck } from './server-check.ts';
import { VcenterClient } from './vcenter.ts';

/** The clients a scenario acts through; they know of the lab no more than addresses and credentials. */
export interface LabClients {
  ovh: OvhApiClient;
  /** The administrator's vSphere client. */
  vcenter: VcenterClient;
  /** The vSphere client of a user of the world, with a session of its own. Throws ERR_STEP when the world has no such user. */
  vcenterOf(username: string): VcenterClient;
  /** A KMIP user that shows the certificate issued to `as`, at the named KMS or the first one. */
  kmip(caller: { kms?: string; as: string }): KmipUser;
  close(): Promise<void>;
}

/** Makes the clients of a lab that has started. */
export function createClients(lab: Lab): LabClients {
  const access = lab.access();
  const ca = lab.pki.ca.certificatePem;
  const ovh = new OvhApiClient({ ...access.ovh, ca }, (consumerKey) => lab.ovhApplication(consumerKey));
  const vcenter = new VcenterClient({ ...access.vcenter, ca });
  const others = new Map<string, VcenterClient>();
  return {
    ovh,
    vcenter,
    vcenterOf(username) {
      const known = others.get(username);
      if (known) return known;
      const client = new VcenterClient({ ...access.vcenter, ...lab.vcenterUser(username), ca });
      others.set(username, client);
      return client;
    },
    kmip({ kms, as }) {
      const identity = lab.clientIdentities.get(as);
      if (!identity) {
        const known = [...lab.clientIdentities.keys()].join(', ') || 'none';
        throw new KeyrigError('ERR_STEP', `no client certificate was issued to "${as}"; there are: ${known}`);
      }
      const { address, port } = lab.kms(kms);
      const { clock } = lab.runtime;
      const checkServer = serverCheck(address, ca, clock, (der) => lab.pki.ca.isRevoked(der));
      const tls = { ca, cert: identity.chainPem, key: identity.privateKeyPem, checkServer };
      return new KmipUser({ host: address, port, clock, tls });
    },
    async close() {
      ovh.close();
      for (const client of [vcenter, ...others.values()]) client.close();
    },
  };
}
