import type { FastifyRequest } from 'fastify';

/**
 * `https://vcenter:8443`: how the client reached this vCenter, for the addresses in answers. What is no host name in the Host header
 * is not repeated.
 */
export function originOf({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  const origin = `${protocol}://${host}`;
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(origin) ? origin : `${protocol}://localhost`;
}
