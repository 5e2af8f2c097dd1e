import { expect } from 'vitest';
import { clients } from './clients.ts';
import { describeOvhClient } from './ovh-steps.ts';

/** OVH's class grammar (spec 2.6). */
const classes: Record<number, string> = {
  400: 'Client::BadRequest',
  403: 'Client::Forbidden',
  404: 'Client::NotFound',
  409: 'Client::Conflict',
};

describeOvhClient({
  name: 'go-ovh',
  client: clients.goOvh,
  script: (name) => [name],
  signsAuth: true,
  refusal: (status, message) => ({
    status,
    class: classes[status],
    message,
    queryId: expect.stringMatching(/^[\w.-]+$/),
  }),
});
