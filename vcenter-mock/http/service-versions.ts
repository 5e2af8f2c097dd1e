import { compareVersions, knownVersions } from '../vim/kernel/version.ts';

/** vimServiceVersions.xml: the newest version and all older ones. pyVmomi picks the first it knows (vcenter.md 3.1). */
export function serviceVersions(newest: string): string {
  const prior = knownVersions.filter((version) => compareVersions(version, newest) < 0);
  return `<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
  <namespace>
    <name>urn:vim25</name>
    <version>${newest}</version>
    <priorVersions>
${prior.map((version) => `      <version>${version}</version>`).join('\n')}
    </priorVersions>
  </namespace>
</namespaces>
`;
}
