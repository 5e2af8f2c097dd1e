import type { Operation } from './operation.ts';

/**
 * com.vmware.cis.tagging, as far as a vCenter without tags needs it: what exists is listed, and nothing does. To make tags is not
 * served. documented paths (`/rest`)
 */
const path = '/com/vmware/cis/tagging';
const rpc = (service: string, operation: string, result: string) => ({
  service: `com.vmware.cis.tagging.${service}`,
  operation,
  result,
});
const nothing = () => [];

export const taggingOperations: readonly Operation[] = [
  { method: 'GET', root: 'rest', path: `${path}/tag`, rpc: rpc('tag', 'list', 'value[]'), run: nothing },
  { method: 'GET', root: 'rest', path: `${path}/category`, rpc: rpc('category', 'list', 'value[]'), run: nothing },
  {
    method: 'POST',
    root: 'rest',
    path: `${path}/tag-association`,
    action: 'list-attached-tags',
    rpc: rpc('tag_association', 'list_attached_tags', 'value[]'),
    run: nothing,
  },
  {
    method: 'POST',
    root: 'rest',
    path: `${path}/tag-association`,
    action: 'list-attached-tags-on-objects',
    rpc: rpc('tag_association', 'list_attached_tags_on_objects', 'value[]'),
    run: nothing,
  },
];
