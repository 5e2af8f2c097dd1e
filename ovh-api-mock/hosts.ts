/** The host names of OVHcloud's API (spec 2.1, documented): where official clients go when they are given only a region. */
const apiHosts = [
  'eu.api.ovh.com',
  'ca.api.ovh.com',
  'api.us.ovhcloud.com',
  'eu.api.kimsufi.com',
  'ca.api.kimsufi.com',
  'eu.api.soyoustart.com',
  'ca.api.soyoustart.com',
] as const;

/** The host names at which OAuth2 tokens are asked for (spec 2.1, documented). */
const tokenHosts = ['www.ovh.com', 'ca.ovh.com', 'us.ovhcloud.com'] as const;

/** The names that a certificate must carry so that clients take a mock for OVHcloud's API when its names lead there. */
export const ovhHosts: readonly string[] = [...apiHosts, ...tokenHosts];

/** What clients sign when a proxy between them and the mock changes the Host header. */
export const defaultPublicUrls: readonly string[] = [
  'https://eu.api.ovh.com/1.0',
  'https://ca.api.ovh.com/1.0',
  'https://api.us.ovhcloud.com/1.0',
];
