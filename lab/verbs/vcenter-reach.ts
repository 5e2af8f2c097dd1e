import { connect } from 'node:tls';
import { z } from 'zod';
import { messageOf, systemCode } from '../../core/index.ts';
import { defineVerb } from './verb.ts';

export const vcenterReach = defineVerb({
  name: 'vcenter.reach',
  summary:
    'Opens a TLS connection to vCenter and closes it, to see whether it lets one in. Result: { reachable, error }.',
  with: z.strictObject({}),
  run({ lab }) {
    const { host, port } = lab.access().vcenter;
    return new Promise((resolve) => {
      const socket = connect({ host, port, ca: lab.pki.ca.certificatePem });
      socket.once('secureConnect', () => {
        socket.destroy();
        resolve({ reachable: true, error: null });
      });
      socket.once('error', (error) => resolve({ reachable: false, error: systemCode(error) ?? messageOf(error) }));
    });
  },
});
