/** Which release the simulated vCenter is. */
export interface VersionProfile {
  /** about.version. */
  readonly version: string;
  readonly build: string;
  /** about.apiVersion and the newest version in vimServiceVersions.xml. */
  readonly apiVersion: string;
  readonly licenseProductVersion: string;
  /** Hardware version of new VMs whose spec names none: the newest of the release's hosts. documented */
  readonly hardwareVersion: number;
}

/**
 * Ready profiles by release: the newest update of each. The build of 7.0 is observed (KMIP captures of 7.0.3), the API versions are
 * the published ones; the builds of the others are documented release builds (6.7 U3, 8.0 U3, 9.0.0.0).
 */
export const versionProfiles = {
  '6.7': {
    version: '6.7.0',
    build: '19832247',
    apiVersion: '6.7.3',
    licenseProductVersion: '6.0',
    hardwareVersion: 15,
  },
  '7.0': {
    version: '7.0.3',
    build: '19480866',
    apiVersion: '7.0.3.0',
    licenseProductVersion: '7.0',
    hardwareVersion: 19,
  },
  '8.0': {
    version: '8.0.3',
    build: '24022515',
    apiVersion: '8.0.3.0',
    licenseProductVersion: '8.0',
    hardwareVersion: 21,
  },
  '9.0': {
    version: '9.0.0',
    build: '24755230',
    apiVersion: '9.0.0.0',
    licenseProductVersion: '9.0',
    hardwareVersion: 22,
  },
} as const satisfies Record<string, VersionProfile>;

export type VersionProfileName = keyof typeof versionProfiles;
