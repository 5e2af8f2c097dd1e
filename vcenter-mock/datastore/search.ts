import type { TypedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { parsePath } from './path.ts';
import type { DatastoreFile } from './vm-files.ts';

type SearchSpec = Data<'HostDatastoreBrowserSearchSpec'>;
type Results = Data<'HostDatastoreBrowserSearchResults'>;
type Query = Data<'FileQuery'>;

/** What each kind of query finds, by the extension. documented */
const kinds: readonly { query: string; info: string; fits: (file: DatastoreFile) => boolean }[] = [
  { query: 'TemplateConfigFileQuery', info: 'TemplateConfigFileInfo', fits: ({ path }) => path.endsWith('.vmtx') },
  { query: 'VmConfigFileQuery', info: 'VmConfigFileInfo', fits: ({ path }) => path.endsWith('.vmx') },
  { query: 'VmDiskFileQuery', info: 'VmDiskFileInfo', fits: ({ type }) => type === 'diskDescriptor' },
  { query: 'VmSnapshotFileQuery', info: 'VmSnapshotFileInfo', fits: ({ type }) => type === 'snapshotData' },
  { query: 'VmNvramFileQuery', info: 'VmNvramFileInfo', fits: ({ type }) => type === 'nvram' },
  { query: 'VmLogFileQuery', info: 'VmLogFileInfo', fits: ({ type }) => type === 'log' },
];

/** The datastore and directory of a path that a browser may look at. @throws InvalidDatastorePath, InvalidDatastore, FileNotFound */
function placeOf(vc: Vcenter, datastores: readonly TypedObject<'Datastore'>[], path: string) {
  const parsed = parsePath(path);
  if (!parsed) throw fault('InvalidDatastorePath', vc.assumed.invalidDatastorePath(path), { datastorePath: path });
  const name = parsed.datastore;
  const datastore = datastores.find((one) => one.get('name') === name);
  if (!datastore) throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name), { name });
  const directory = [parsed.directory, parsed.file].filter((part) => part !== '').join('/');
  if (!vc.files.hasDirectory(name, directory))
    throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
  return { datastore, directory };
}

/** SearchDatastore_Task: the files of one directory. */
export function searchDirectory(
  vc: Vcenter,
  datastores: readonly TypedObject<'Datastore'>[],
  path: string,
  spec: SearchSpec | undefined,
): Results {
  const { datastore, directory } = placeOf(vc, datastores, path);
  return resultsOf(vc, datastore, directory, vc.files.list(datastore), spec);
}

/** SearchDatastoreSubFolders_Task: a directory and all below it. */
export function searchBelow(
  vc: Vcenter,
  datastores: readonly TypedObject<'Datastore'>[],
  path: string,
  spec: SearchSpec | undefined,
): Results[] {
  const { datastore, directory } = placeOf(vc, datastores, path);
  const files = vc.files.list(datastore);
  const all = new Set([directory]);
  for (const one of directoriesOf(vc, datastore.get('name'), files)) {
    if (directory === '' || one.startsWith(`${directory}/`)) all.add(one);
  }
  return [...all].map((one) => resultsOf(vc, datastore, one, files, spec));
}

/** Every directory of a datastore, those between included. */
function directoriesOf(vc: Vcenter, datastore: string, files: readonly DatastoreFile[]): Set<string> {
  const found = new Set<string>();
  const paths = [...files.map((file) => parsePath(file.path)?.directory ?? ''), ...vc.files.directoriesOn(datastore)];
  for (const path of paths) {
    const parts = path.split('/').filter((part) => part !== '');
    for (let depth = 1; depth <= parts.length; depth++) found.add(parts.slice(0, depth).join('/'));
  }
  return found;
}

function resultsOf(
  vc: Vcenter,
  datastore: TypedObject<'Datastore'>,
  directory: string,
  files: readonly DatastoreFile[],
  spec: SearchSpec = {},
): Results {
  const name = datastore.get('name');
  const here = files.filter((file) => (parsePath(file.path)?.directory ?? '') === directory);
  const prefix = directory === '' ? '' : `${directory}/`;
  const below = [...directoriesOf(vc, name, files)].filter(
    (one) => one.startsWith(prefix) && one !== directory && !one.slice(prefix.length).includes('/'),
  );
  const folders = wantsFolders(spec.query) ? below.map((one) => folderInfo(vc, one.slice(prefix.length), spec)) : [];
  const found = [...folders, ...here.flatMap((file) => fileInfo(vc, file, spec) ?? [])];
  const patterns = (spec.matchPattern ?? []).map((pattern) => globOf(pattern, spec.searchCaseInsensitive ?? false));
  const matching = patterns.length === 0 ? found : found.filter(({ path }) => patterns.some((one) => one(path)));
  return { datastore: datastore.ref, folderPath: `[${name}] ${prefix}`, file: matching };
}

function wantsFolders(queries: readonly Query[] | undefined): boolean {
  return !queries?.length || queries.some((query) => query._type === 'FolderFileQuery');
}

function folderInfo(vc: Vcenter, path: string, spec: SearchSpec): Data<'FileInfo'> {
  return data('FolderFileInfo', { path, ...commonDetails(vc, spec) });
}

/** What is told of each file and folder, as far as the search asks for it; govc fails when the time is missing. */
function commonDetails(vc: Vcenter, { details }: SearchSpec) {
  return {
    // Sizes are not simulated.
    fileSize: details?.fileSize ? 0 : undefined,
    modification: details?.modification ? new Date(vc.runtime.clock.now()) : undefined,
    owner: details?.fileOwner ? 'root' : undefined,
  };
}

/** What a search tells of a file; undefined when no query asks for it. */
function fileInfo(vc: Vcenter, file: DatastoreFile, spec: SearchSpec): Data<'FileInfo'> | undefined {
  const kind = kinds.find((one) => one.fits(file));
  const query = spec.query?.find((one) => one._type === kind?.query);
  if (spec.query?.length && !query && !spec.query.some((one) => one._type === 'FileQuery' || !one._type))
    return undefined;
  if (query && !passes(query, file)) return undefined;
  const common = { path: parsePath(file.path)?.file ?? '', ...commonDetails(vc, spec) };
  const typed = query !== undefined || spec.details?.fileType;
  return { _type: typed && kind ? kind.info : 'FileInfo', ...common, ...(query ? detailsOf(query, file) : {}) };
}

/** documented: `encrypted` restricts to files that are, or are not, encrypted. */
function passes(query: Query, file: DatastoreFile): boolean {
  const filter = isA(query, 'VmDiskFileQuery') || isA(query, 'VmConfigFileQuery') ? query.filter?.encrypted : undefined;
  return filter === undefined || filter === (file.keyId !== undefined);
}

/** What the query's flags ask for. */
function detailsOf(query: Query, file: DatastoreFile): Partial<Data<'VmDiskFileInfo'>> {
  const encryption = file.keyId && { keyId: file.keyId };
  if (isA(query, 'VmConfigFileQuery')) return query.details?.encryption ? { encryption } : {};
  if (!isA(query, 'VmDiskFileQuery')) return {};
  const { details } = query;
  return {
    diskType: details?.diskType ? 'VirtualDiskFlatVer2BackingInfo' : undefined,
    capacityKb: details?.capacityKb ? file.capacityKb : undefined,
    thin: details?.thin ? (file.thin ?? false) : undefined,
    encryption: details?.encryption ? encryption : undefined,
  };
}

/** `*` and `?` of a pattern (documented), matched in one pass so that no pattern can take long. */
function globOf(pattern: string, ignoreCase: boolean): (name: string) => boolean {
  const folded = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const wanted = folded(pattern);
  return (given) => {
    const name = folded(given);
    let at = 0;
    let star = -1;
    let resume = 0;
    let next = 0;
    while (at < name.length) {
      if (next < wanted.length && (wanted[next] === '?' || wanted[next] === name[at]) && wanted[next] !== '*') {
        at++;
        next++;
      } else if (wanted[next] === '*') {
        star = next++;
        resume = at;
      } else if (star >= 0) {
        next = star + 1;
        at = ++resume;
      } else return false;
    }
    while (wanted[next] === '*') next++;
    return next === wanted.length;
  };
}
