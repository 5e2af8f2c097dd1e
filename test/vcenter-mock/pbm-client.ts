import { expect } from 'vitest';
import { type Answer, envelope, type Lab, textOf } from './lab.ts';

export const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const managers = {
  PbmServiceInstance: 'ServiceInstance',
  PbmProfileProfileManager: 'ProfileManager',
  PbmComplianceManager: 'complianceManager',
  PbmPlacementSolver: 'placementSolver',
  PbmReplicationManager: 'ReplicationManager',
} as const;

interface PbmCall {
  manager?: keyof typeof managers;
  /** `urn:pbm/` as govmomi sends it, unless told otherwise. */
  soapAction?: string;
  ns?: string;
}

/** A PBM call with the session in the SOAP header, as every client sends it. */
export function pbm(
  lab: Lab,
  method: string,
  content = '',
  { manager = 'PbmProfileProfileManager', soapAction = 'urn:pbm/', ns = 'urn:pbm' }: PbmCall = {},
): Promise<Answer> {
  return lab.send(
    '/pbm/sdk',
    envelope(
      `<${method} xmlns="${ns}" ${xsi}><_this type="${manager}">${managers[manager]}</_this>${content}</${method}>`,
      `<vcSessionCookie xmlns="">${lab.cookie?.split('"')[1]}</vcSessionCookie>`,
    ),
    { soapAction, cookie: '' },
  );
}

/** The type of a SOAP fault. */
export const faultType = ({ body }: Answer) =>
  /<detail><\w+ xmlns="urn:(?:pbm|vim25)" xsi:type="(\w+)"/.exec(body)?.[1];

/** The texts of all elements of that name, in order. */
export const textsOf = ({ body }: Answer, tag: string) =>
  [...body.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, text]) => text);

/** Constraints of one rule set with one rule. */
export const oneRule = (namespace: string, id: string, property: string, value: string, operator = '') =>
  `<constraints xsi:type="PbmCapabilitySubProfileConstraints"><subProfiles><name>Encryption sub-profile</name><capability><id><namespace>${namespace}</namespace><id>${id}</id></id>` +
  `<constraint><propertyInstance><id>${property}</id>${operator && `<operator>${operator}</operator>`}<value xsi:type="xsd:string">${value}</value></propertyInstance></constraint></capability></subProfiles></constraints>`;

export const createSpec = (name: string, constraints: string, category = '') =>
  `<createSpec><name>${name}</name><description>mine</description>${category && `<category>${category}</category>`}<resourceType><resourceType>STORAGE</resourceType></resourceType>${constraints}</createSpec>`;

/** The parameters of PbmUpdate. */
export const update = (id: string, changes: string) =>
  `<profileId><uniqueId>${id}</uniqueId></profileId><updateSpec>${changes}</updateSpec>`;

export const encryptionComponent = 'ad5a249d-cbc2-43af-9366-694d7664fa52';

/** As `govc storage.policy.create -e` and as PowerCLI write it. observed */
export const encryptionForms = {
  'the data service (govc)': oneRule(
    'com.vmware.storageprofile.dataservice',
    encryptionComponent,
    encryptionComponent,
    encryptionComponent,
  ),
  'the IO filter (PowerCLI)': oneRule('vmwarevmcrypt', 'vmwarevmcrypt@ENCRYPTION', 'AllowCleartextFilters', 'False'),
};

/** A rule of another vendor: a tag. */
export const tagRule = (operator = '') =>
  oneRule('http://www.vmware.com/storage/tag', 'tier', 'com.vmware.storage.tag.tier.property', 'gold', operator);

/** Makes a policy and gives its id. */
export async function created(lab: Lab, name: string, constraints: string, category = ''): Promise<string> {
  const answer = await pbm(lab, 'PbmCreate', createSpec(name, constraints, category));
  expect(answer.body).toContain('<PbmCreateResponse');
  return textOf(answer.body, 'uniqueId') ?? '';
}

export const profileIds = (...ids: string[]) =>
  ids.map((id) => `<profileIds><uniqueId>${id}</uniqueId></profileIds>`).join('');

export const retrieve = async (lab: Lab, ...ids: string[]) =>
  (await pbm(lab, 'PbmRetrieveContent', profileIds(...ids))).body;

/** A PbmServerObjectRef. */
export const entity = (type: string, key: string, tag = 'entities') =>
  `<${tag}><objectType>${type}</objectType><key>${key}</key></${tag}>`;
