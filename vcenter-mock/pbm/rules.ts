import type { Vcenter } from '../vcenter.ts';
import type { Data } from '../vim/kernel/values.ts';
import { asksForEncryption, subProfilesOf } from './encryption-rules.ts';

type Capability = Data<'PbmCapabilityInstance'>;
type DatastoreSummary = Data<'DatastoreSummary'>;

/**
 * What of a policy's rules does not hold: nothing when one rule set is fulfilled (documented), else the rules that fail in the set that
 * comes nearest.
 * @param holds whether one rule is fulfilled
 */
export function unmet(
  constraints: Data<'PbmCapabilityConstraints'> | undefined,
  holds: (capability: Capability) => boolean,
): Capability[] {
  const failing = subProfilesOf(constraints).map(({ capability }) => (capability ?? []).filter((one) => !holds(one)));
  return failing.reduce((best, next) => (next.length < best.length ? next : best), failing[0] ?? []);
}

/** Namespaces whose rules only a datastore of that type fulfils: summary.type by namespace. observed names */
const storageOf: Readonly<Record<string, string>> = { VSAN: 'vsan', PMem: 'PMEM' };

/** observed in clients (govc storage.policy.create -tag) */
const tagNamespace = 'http://www.vmware.com/storage/tag';

/** Whether a datastore can give what a rule asks for. */
export function datastoreHolds(vc: Vcenter, { id, constraint }: Capability, datastore: DatastoreSummary): boolean {
  // Encryption is no property of a datastore: hosts encrypt on any.
  if (asksForEncryption(id, vc.policies.dataService)) return true;
  if (id.namespace === tagNamespace) {
    // Nothing has a tag here, so only rules that exclude tags hold. documented operator
    const properties = (constraint ?? []).flatMap(({ propertyInstance }) => propertyInstance ?? []);
    return properties.length > 0 && properties.every(({ operator }) => operator === 'NOT');
  }
  // Rules of vendors whose provider is not there hold nowhere.
  return Object.hasOwn(storageOf, id.namespace) && storageOf[id.namespace] === datastore.type;
}
