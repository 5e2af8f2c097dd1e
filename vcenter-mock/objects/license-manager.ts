import type { Vcenter } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data, ref } from '../vim/kernel/values.ts';

const evaluationKey = '00000-00000-00000-00000-00000';
/** documented: how long a vCenter runs without a licence */
const evaluationHours = 60 * 24;

/** The licence of a vCenter that nobody has given one. observed form */
function evaluationLicense({ profile }: Vcenter): Data<'LicenseManagerLicenseInfo'> {
  return {
    licenseKey: evaluationKey,
    editionKey: 'eval',
    name: 'Evaluation Mode',
    total: 0,
    costUnit: '',
    properties: [
      { key: 'ProductName', value: 'VMware VirtualCenter Server' },
      { key: 'ProductVersion', value: profile.licenseProductVersion },
    ],
  };
}

/** LicenseManager: only what clients read; the simulation stays in its evaluation mode. */
export const licenseManager = implement('LicenseManager', {
  derive: {
    source: () => data('EvaluationLicenseSource', { remainingHours: evaluationHours }),
    sourceAvailable: () => true,
    licensedEdition: () => 'eval',
    licenses: (_object, vc) => [evaluationLicense(vc)],
    licenseAssignmentManager: () => ref('LicenseAssignmentManager', 'LicenseAssignmentManager'),
    // reported by users: the names of its properties
    evaluation: () => ({ properties: [{ key: 'expirationHours', value: evaluationHours }] }),
  },
  limits: { DecodeLicense: 'knows the evaluation licence only' },
  methods: {
    // reported by users: a key that is not good is told so in its properties
    DecodeLicense: (_object, { licenseKey }, { vc }) =>
      licenseKey === evaluationKey
        ? evaluationLicense(vc)
        : {
            licenseKey,
            editionKey: '',
            name: '',
            total: 0,
            costUnit: '',
            properties: [{ key: 'localizedDiagnostic', value: vc.assumed.invalidLicense }],
          },
  },
});

/** LicenseAssignmentManager: the vCenter and its hosts share the evaluation licence. */
export const licenseAssignmentManager = implement('LicenseAssignmentManager', {
  methods: {
    QueryAssignedLicenses(_object, { entityId }, { vc }) {
      const assignedLicense = evaluationLicense(vc);
      const scope = vc.instanceUuid;
      const all = [
        { entityId: vc.instanceUuid, entityDisplayName: 'vcenter.lab.test' },
        ...vc.inventory.hosts.map((host) => ({ entityId: host.ref.value, entityDisplayName: host.get('name') })),
      ];
      return all
        .filter((assignment) => entityId === undefined || assignment.entityId === entityId)
        .map((assignment) => ({ ...assignment, scope, assignedLicense }));
    },
  },
});
