import { z } from 'zod';
import { serviceStatuses } from '../options.ts';
import { accountId, boolean, dateString, enumeration, long, model, rw, serviceId, string, struct } from './types.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

export const serviceStatus = enumeration('service.StateEnum', serviceStatuses);

const renewType = struct(
  'service.RenewType',
  {
    automatic: boolean,
    deleteAtExpiration: boolean,
    forced: boolean,
    manualPayment: boolean.nullable(),
    period: long.nullable(),
  },
  'How a service is renewed; period in months',
);

/** The contract behind a service. */
export const serviceInfos = model('services.Service', {
  canDeleteAtExpiration: boolean,
  contactAdmin: accountId,
  contactBilling: accountId,
  contactTech: accountId,
  creation: dateString,
  domain: string,
  engagedUpTo: dateString.nullable(),
  expiration: dateString,
  possibleRenewPeriod: z.array(long).nullable(),
  renew: rw(renewType.nullable()),
  renewalType: enumeration('service.RenewalTypeEnum', [
    'automaticForcedProduct',
    'automaticV2012',
    'automaticV2014',
    'automaticV2016',
    'manual',
    'oneShot',
    'option',
  ]),
  serviceId,
  status: serviceStatus,
});
export type ServiceInfos = z.output<typeof serviceInfos>;
