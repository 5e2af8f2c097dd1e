import { KeyrigError, systemCode } from '../../core/index.ts';

/** The ports of a lab; 0 takes a free one. */
export interface Ports {
  kmip: number;
  vcenter: number;
  ovh: number;
  ovhHttp: number;
  control: number;
}

/** The contract of the command line. */
export const defaultPorts: Ports = { kmip: 5696, vcenter: 8443, ovh: 8444, ovhHttp: 8480, control: 8600 };

/** Free ports everywhere. */
export const freePorts: Ports = { kmip: 0, vcenter: 0, ovh: 0, ovhHttp: 0, control: 0 };

/** The option that changes each port. */
export const portOptions: Record<keyof Ports, string> = {
  kmip: '--kmip-port',
  vcenter: '--vcenter-port',
  ovh: '--ovh-port',
  ovhHttp: '--ovh-http-port',
  control: '--control-port',
};

/**
 * Starts what listens on one or more ports; a port that is taken becomes ERR_PORT_IN_USE, which names the port and the option
 * to change it.
 */
export async function listening<T>(
  planes: readonly (keyof Ports)[],
  ports: Pick<Ports, (typeof planes)[number]>,
  host: string,
  start: () => Promise<T>,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const taken = error instanceof KeyrigError && error.code === 'ERR_PORT_IN_USE' ? error.details.port : undefined;
    const code = systemCode(error);
    if (taken === undefined && code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const own = planes.find((candidate) => ports[candidate] === taken);
    // A port that the world names (vcenter.lookupPort): the plane's own message says which.
    if (taken !== undefined && own === undefined) throw error;
    const plane = own ?? planes[0]!;
    const problem = code === 'EACCES' ? 'may not be used by this user' : 'is in use';
    throw new KeyrigError(
      'ERR_PORT_IN_USE',
      `port ${ports[plane]} on ${host} ${problem}; choose another with ${portOptions[plane]}, or take free ones with --ports auto`,
      { cause: error, details: { port: ports[plane], host, option: portOptions[plane] } },
    );
  }
}
