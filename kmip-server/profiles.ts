/** The profiles that Query tells of. KMIP 1.3 §4.25 */
import { enumCode, enumEntry, isSince, type operations, type ProtocolVersion, type ResponseOf } from '../kmip/index.ts';

type ProfileInformation = ResponseOf<typeof operations.query>['profileInformation'][number];

/**
 * Profiles that this server meets, without the version of KMIP in their names. Not among them: Baseline Server Basic (it asks
 * for TLS 1.0), Complete Server (Notify and Put), the two Suite B profiles (their cipher suites need a server certificate with an
 * elliptic key).
 */
const met: readonly string[] = [
  'Baseline Server TLS v1.2',
  'Tape Library Server',
  'Symmetric Key Lifecycle Server',
  'Asymmetric Key Lifecycle Server',
  'Basic Cryptographic Server',
  'Advanced Cryptographic Server',
  'RNG Cryptographic Server',
  'Symmetric Key Foundry Server',
  'Opaque Managed Object Store Server',
  'Storage Array with Self Encrypting Drive Server',
];

/** Those of the other encodings, which are spoken over HTTPS. */
const metOverHttps: readonly string[] = ['HTTPS Server', 'JSON Server', 'XML Server'];

/** The profiles by name, for a list to read. */
export const profileNames = { always: met, overHttps: metOverHttps } as const;

/**
 * The profiles, for every version that the server speaks, as far as a message of `version` can name them.
 * @param httpsPort where KMIP over HTTPS is spoken, if at all
 */
export function profilesAt(
  version: ProtocolVersion,
  spoken: readonly ProtocolVersion[],
  httpsPort: number | undefined,
): ProfileInformation[] {
  const over = (names: readonly string[], serverPort?: number) =>
    names.flatMap((name) =>
      spoken.flatMap(({ major, minor }) => {
        const profileName = enumCode('ProfileName', `${name} KMIP v${major}.${minor}`);
        return profileName === undefined ? [] : [{ profileName, ...(serverPort !== undefined && { serverPort }) }];
      }),
    );
  return [...over(met), ...(httpsPort === undefined ? [] : over(metOverHttps, httpsPort))]
    .filter(({ profileName }) => isSince(version, enumEntry('ProfileName', profileName)?.since ?? '1.3'))
    .sort((a, b) => a.profileName - b.profileName);
}
