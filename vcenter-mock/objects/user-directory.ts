import { principalKey, principalName } from '../authorization/directory.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** UserDirectory: who can be given a permission. */
export const userDirectory = implement('UserDirectory', {
  derive: { domainList: (_object, vc) => vc.authorization.directory.domains },
  methods: {
    /** documented: NotFound when the domain, the group or the user that the search is limited to does not exist */
    RetrieveUserGroups(_object, params, { vc, require }) {
      require('System.View', vc.inventory.rootFolder);
      const { directory } = vc.authorization;
      const { domain, belongsToGroup, belongsToUser } = params;
      const missing =
        (domain && !directory.domains.includes(domain.toUpperCase())) ||
        (belongsToGroup && !directory.hasGroup(belongsToGroup)) ||
        (belongsToUser && !directory.user(belongsToUser));
      if (missing) throw fault('NotFound', vc.assumed.notFound);
      const text = params.searchStr.toLowerCase();
      return directory.principals.filter(({ principal, group, fullName = '' }) => {
        if (group ? !params.findGroups : !params.findUsers) return false;
        if (domain && !principal.startsWith(`${domain.toUpperCase()}\\`)) return false;
        if (belongsToGroup && (group || !directory.groupsOf(principal).includes(principalKey(belongsToGroup))))
          return false;
        if (belongsToUser && (!group || !directory.groupsOf(belongsToUser).includes(principalKey(principal))))
          return false;
        if (params.exactMatch) return principalKey(principal) === principalKey(principalName(text));
        return principal.toLowerCase().includes(text) || fullName.toLowerCase().includes(text);
      });
    },
  },
});
