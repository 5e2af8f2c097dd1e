import type { HttpMethod } from './models/auth.ts';
import type { Provenance } from './route.ts';

/** Calls that OVHcloud's API has and the fake does not serve. */
export interface AbsentRoute {
  /** Empty: every method. */
  readonly methods: readonly HttpMethod[];
  /** Relative to the base URL; one that ends in `/*` stands for all paths below. */
  readonly path: string;
  readonly about: string;
  /** How it is known that the real API has it. */
  readonly provenance: Exclude<Provenance, 'assumed'>;
}

const service = '/dedicatedCloud/{serviceName}';
const options = ['hds', 'pcidss', 'hipaa', 'nsx', 'vrops', 'hcx'] as const;

/** Families of dedicatedCloud that the schema subset leaves out, and what clients ask for besides (spec 1.2, 2.3, 5). */
export const absentRoutes: readonly AbsentRoute[] = [
  ...options.flatMap((name): AbsentRoute[] => [
    { methods: ['GET'], path: `${service}/${name}`, about: `State of the option ${name}`, provenance: 'documented' },
    ...['canBeEnabled', 'canBeDisabled'].map((verb): AbsentRoute => {
      const about = `Whether the option ${name} ${verb.replace('canBe', 'can be ').toLowerCase()}`;
      return { methods: ['GET'], path: `${service}/${name}/${verb}`, about, provenance: 'documented' };
    }),
    ...['enable', 'disable'].map((verb): AbsentRoute => {
      const about = `${verb === 'enable' ? 'Enable' : 'Disable'} the option ${name}`;
      return { methods: ['POST'], path: `${service}/${name}/${verb}`, about, provenance: 'documented' };
    }),
  ]),
  absent(['GET', 'POST'], `${service}/twoFAWhitelist`, 'Addresses that need no second factor'),
  absent(['GET', 'DELETE'], `${service}/twoFAWhitelist/{id}`, 'An address that needs no second factor'),
  absent(['POST'], `${service}/twoFAWhitelist/{id}/changeProperties`, 'Change such an address'),
  absent([], `${service}/iam/*`, 'Changes of the IAM option'),
  absent(['POST'], `${service}/confirmTermination`, 'Confirm the end of the service'),
  absent([], `${service}/log/*`, 'Logs'),
  absent([], `${service}/logForwarder/*`, 'Forwarding of logs'),
  absent([], `${service}/sap/*`, 'SAP on Private Cloud'),
  absent([], `${service}/tag/*`, 'Tags'),
  absent([], `${service}/vraResources`, 'vRealize Automation'),
  absent([], `${service}/vmwareCloudDirectorEligibility`, 'Migration to VMware Cloud Director'),
  absent([], `${service}/datacenter/{datacenterId}/*`, 'Hosts, filers and health of a datacenter'),
  absent([], '/me', 'The customer'),
  absent([], '/me/*', 'Applications, credentials and other things of the customer'),
];

function absent(methods: AbsentRoute['methods'], path: string, about: string): AbsentRoute {
  return { methods, path, about, provenance: 'documented' };
}

const patterns = absentRoutes.map(({ methods, path }) => {
  const escaped = path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+');
  return { methods, form: new RegExp(`^${escaped.endsWith('/*') ? `${escaped.slice(0, -1)}.+` : escaped}$`) };
});

/** Whether the real API has a call that is not served. */
export function isKnownElsewhere(method: string, path: string): boolean {
  return patterns.some(
    ({ methods, form }) => (methods.length === 0 || (methods as readonly string[]).includes(method)) && form.test(path),
  );
}
