import type { Operation } from './operation.ts';

/**
 * com.vmware.cis.tagging, as far as a vCenter without tags needs it: what exists is listed, and nothing does. To make tags is not
 * served. documented paths (`/rest`)
 */
const path = '/com/vmware/cis/tagging';
const nothing = () => [];

export const taggingOperations: readonly Operation[] = [
  { method: 'GET', root: 'rest', path: `${path}/tag`, run: nothing },
  { method: 'GET', root: 'rest', path: `${path}/category`, run: nothing },
  { method: 'POST', root: 'rest', path: `${path}/tag-association`, action: 'list-attached-tags', run: nothing },
  {
    method: 'POST',
    root: 'rest',
    path: `${path}/tag-association`,
    action: 'list-attached-tags-on-objects',
    run: nothing,
  },
];
