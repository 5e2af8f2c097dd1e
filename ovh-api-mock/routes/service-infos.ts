import { fill } from '../assumed.ts';
import { badRequest } from '../failures.ts';
import { serviceInfos } from '../models/services.ts';
import { nothing, whole } from '../models/types.ts';
import { defineServiceRoute, type Route } from '../route.ts';

const get = defineServiceRoute({
  method: 'GET',
  path: '/serviceInfos',
  about: 'Get service information',
  provenance: 'documented',
  iamAction: 'serviceInfos/get',
  // An expired service must be able to say so (assumed).
  evenExpired: true,
  response: serviceInfos,
  run: ({ api, service }) => ({ ...api.details.of(service.serviceName).infos, status: service.status }),
});

const put = defineServiceRoute({
  method: 'PUT',
  path: '/serviceInfos',
  about: 'Update service information',
  provenance: 'documented',
  iamAction: 'serviceInfos/edit',
  limits: 'How the service is renewed is kept and shown; nothing is ever renewed or billed.',
  body: whole(serviceInfos),
  response: nothing,
  run({ api, service, body: { renew }, cause }) {
    if (renew === undefined) return null;
    const { possibleRenewPeriod } = api.details.of(service.serviceName).infos;
    const period = renew?.period ?? null;
    if (period !== null && possibleRenewPeriod && !possibleRenewPeriod.includes(period)) {
      const periods = possibleRenewPeriod.join(', ');
      return badRequest(fill(api.assumed.notRenewableText, { value: period, periods }));
    }
    api.details.setRenew(service, renew, cause);
    return null;
  },
});

/** The contract behind a service (spec 1.2). */
export const serviceInfosRoutes: readonly Route[] = [get, put];
