import { KeyrigError } from '../../core/index.ts';
import { nearest } from '../scenario/suggest.ts';
import { brokenAnswers } from './answers/broken-answers.ts';
import { resultFaults } from './answers/result-reasons.ts';
import { type FaultEntry, groups } from './entry.ts';
import { gatewayFaults } from './gateway/flows.ts';
import { hostFaults } from './hosts/hosts.ts';
import { keyFaults } from './keys/lost-keys.ts';
import { kmsFaults } from './kms/service.ts';
import { callFaults } from './ovh/calls.ts';
import { ovhConnectionFaults } from './ovh/connections.ts';
import { registrationFaults } from './ovh/registrations.ts';
import { timeFaults } from './time/running-out.ts';
import { certificateFaults } from './tls/certificates.ts';
import { connectionFaults } from './tls/connections.ts';
import { clientFaults } from './trust/clients.ts';
import { vcenterConnectionFaults } from './vcenter/connections.ts';
import { refusalFaults } from './vcenter/refusals.ts';
import { requestFaults } from './vcenter/requests.ts';
import { wireFaults } from './vmotion/wire.ts';

/** Everything that is known to go wrong, and how to cause it. */
export const catalogue: readonly FaultEntry[] = [
  ...kmsFaults,
  ...certificateFaults,
  ...connectionFaults,
  ...clientFaults,
  ...resultFaults,
  ...brokenAnswers,
  ...keyFaults,
  ...gatewayFaults,
  ...registrationFaults,
  ...callFaults,
  ...ovhConnectionFaults,
  ...refusalFaults,
  ...requestFaults,
  ...vcenterConnectionFaults,
  ...hostFaults,
  ...wireFaults,
  ...timeFaults,
];

/** The entry with an id, or those of a group. Throws ERR_OPTION, with the nearest id, when there is neither. */
export function entriesNamed(name: string): readonly FaultEntry[] {
  const found = catalogue.filter(({ id, group }) => id === name || group === name);
  if (found.length > 0) return found;
  const near = nearest(name, [...catalogue.map(({ id }) => id), ...Object.keys(groups)]);
  const hint = near ? `; did you mean "${near}"?` : '; "keyrig faults" lists them';
  throw new KeyrigError('ERR_OPTION', `no fault of the catalogue is called "${name}"${hint}`);
}
