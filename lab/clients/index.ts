import { KeyrigError } from '../../core/index.ts';
import type { Lab } from '../lab.ts';
import { KmipUser } from './kmip.ts';
import { OvhApiClient } from './ovh.ts';
import { VcenterClient } from './vcenter.ts';

/** The clients a scenario acts through; they know of the lab no more than addresses and credentials. */
export interface LabClients {
  ovh: OvhApiClient;
  vcenter: VcenterClient;
  /** A KMIP user that shows the certificate issued to `as`, at the named KMS or the first one. */
  kmip(caller: { kms?: string; as: string }): KmipUser;
  close(): Promise<void>;
}

/** Makes the clients of a lab that has started. */
export function createClients(lab: Lab): LabClients {
  const access = lab.access();
  const ca = lab.pki.ca.certificatePem;
  const ovh = new OvhApiClient({ ...access.ovh, ca });
  const vcenter = new VcenterClient({ ...access.vcenter, ca });
  return {
    ovh,
    vcenter,
    kmip({ kms, as }) {
      const identity = lab.clientIdentities.get(as);
      if (!identity) {
        const known = [...lab.clientIdentities.keys()].join(', ') || 'none';
        throw new KeyrigError('ERR_STEP', `no client certificate was issued to "${as}"; there are: ${known}`);
      }
      const { address, port } = lab.kms(kms);
      const tls = { ca, cert: identity.chainPem, key: identity.privateKeyPem };
      return new KmipUser({ host: address, port, clock: lab.runtime.clock, tls });
    },
    async close() {
      ovh.close();
      vcenter.close();
    },
  };
}
