import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * A file or folder that comes with keyrig, as a URL. A module's own place does not tell: the sources lie in their rooms, and the
 * published package has them joined in fewer files.
 *
 * @param path from the root of the package, such as `ui/report/report.css`
 */
export function packageFile(path: string): URL {
  const packageJson = findPackageJSON(import.meta.url);
  if (packageJson === undefined) throw new Error('keyrig is not in a package of its own');
  return new URL(path, pathToFileURL(packageJson));
}
