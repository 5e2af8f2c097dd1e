/** A path on a datastore, `[datastore1] vm/vm.vmx`. documented notation */
export interface DatastorePath {
  datastore: string;
  /** `vm`, `vm/sub`; empty for the top. */
  directory: string;
  /** `vm.vmx`; empty for a directory. */
  file: string;
}

/** Takes a datastore path apart; a last part without a dot, or none, names a directory. */
export function parsePath(path: string): DatastorePath | undefined {
  const parts = /^\[([^\]]+)\] ?(.*)$/.exec(path.trim());
  if (!parts) return undefined;
  const below = (parts[2] ?? '').replace(/\/+/g, '/').replace(/^\//, '');
  const slash = below.lastIndexOf('/');
  const last = below.slice(slash + 1);
  if (last === '' || !last.includes('.')) {
    return { datastore: parts[1]!, directory: below.replace(/\/$/, ''), file: '' };
  }
  return { datastore: parts[1]!, directory: slash < 0 ? '' : below.slice(0, slash), file: last };
}

/** `[datastore1] vm/vm.vmx` of its parts. */
export function formatPath({ datastore, directory, file }: DatastorePath): string {
  return `[${datastore}] ${directory === '' ? '' : `${directory}/`}${file}`;
}

/** The file's name without its directory. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('] ') + 1) + 1);
}

/** A path with the datastore and the directory of another place. */
export function moved(path: string, to: { datastore: string; directory: string }): string {
  return formatPath({ ...to, file: baseName(path) });
}
