import { addPool, type Pool } from '../inventory/build-compute.ts';
import { escapedName } from '../inventory/entity-names.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, sameRef } from '../vim/kernel/values.ts';
import { defined, requireVersion } from '../virtual-machine/apply-config-spec.ts';
import { freeName } from '../virtual-machine/names.ts';
import { requireToDestroy, startEntityTask } from './managed-entity.ts';

/** The pool above; undefined for the pool that a cluster or host has by itself. */
function above(vc: Vcenter, pool: Pool): Pool | undefined {
  return vc.store.get('ResourcePool', pool.get('parent'));
}

function poolsIn(vc: Vcenter, pool: Pool): Pool[] {
  return (pool.get('resourcePool') ?? []).flatMap((ref) => vc.store.get('ResourcePool', ref) ?? []);
}

/** Takes a pool away; the VMs and pools right below it go to the pool above. documented */
function dissolve(call: Pick<Call, 'vc' | 'user' | 'cause'>, pool: Pool, parent: Pool): void {
  const { vc } = call;
  announce('ResourcePoolDestroyedEvent', ['Removed resource pool', 'on'], pool, call);
  const children = poolsIn(vc, pool);
  for (const child of children) child.set({ parent: parent.ref });
  const refs = children.map((child) => child.ref);
  const kept = (parent.get('resourcePool') ?? []).filter((ref) => !sameRef(ref, pool.ref));
  parent.set({ resourcePool: [...kept, ...refs] });
  for (const ref of pool.get('vm') ?? []) {
    const vm = vc.store.get('VirtualMachine', ref) as Vm | undefined;
    const host = vm && vc.inventory.hostOf(vm);
    if (vm && host) vc.vmFactory.move(vm, host, parent);
  }
  vc.store.delete(pool);
}

/** Stores what a spec says of shares and limits; what it leaves out stays, within an allocation as well. documented */
function configure(pool: Pool, spec: Data<'ResourceConfigSpec'>, { vc }: Call): void {
  const lastModified = new Date(vc.runtime.clock.now());
  const before = pool.get('config');
  pool.set({
    config: {
      ...before,
      ...defined(spec),
      cpuAllocation: { ...before.cpuAllocation, ...defined(spec.cpuAllocation) },
      memoryAllocation: { ...before.memoryAllocation, ...defined(spec.memoryAllocation) },
      changeVersion: lastModified.toISOString(),
      lastModified,
    },
  });
}

/** Tells of a pool that was made or changed, or that goes: `Created resource pool …`. Texts assumed */
function announce(
  type: 'ResourcePoolCreatedEvent' | 'ResourcePoolReconfiguredEvent' | 'ResourcePoolDestroyedEvent',
  words: readonly [before: string, after: string],
  pool: Pool,
  { vc, user, cause }: Pick<Call, 'vc' | 'user' | 'cause'>,
): void {
  const parent = above(vc, pool);
  const argument = (one: Pool) => ({ name: one.get('name'), resourcePool: one.ref });
  const owner = String(vc.store.find(pool.get('owner'))?.read('name') ?? '');
  const message = `${words[0]} ${pool.get('name')} ${words[1]} ${owner}`;
  const isNew = type === 'ResourcePoolCreatedEvent' && parent !== undefined;
  const fields = { resourcePool: argument(pool), ...(isNew && { parent: argument(parent) }) };
  vc.events.post(type, fields, { entity: pool, user, cause, message });
}

/** ResourcePool: made, changed and dissolved. Shares and limits are kept, not acted upon. documented */
export const resourcePool = implement('ResourcePool', {
  derive: {
    summary: (pool) => ({ name: pool.get('name'), config: pool.get('config'), runtime: pool.get('runtime') }),
  },
  methods: {
    CreateResourcePool(pool, { name, spec }, call) {
      const created = addPool(call.vc, pool, freeName(call.vc, pool.ref, name));
      configure(created, spec, call);
      announce('ResourcePoolCreatedEvent', ['Created resource pool', 'in compute-resource'], created, call);
      return created.ref;
    },

    UpdateConfig(pool, { name, config }, call) {
      requireVersion(call.vc, config?.changeVersion, pool.get('config').changeVersion);
      if (name !== undefined && escapedName(name) !== pool.get('name')) {
        call.require('Resource.RenamePool', pool.ref);
        pool.set({ name: freeName(call.vc, pool.get('parent'), name) });
      }
      if (config) {
        call.require('Resource.EditPool', pool.ref);
        configure(pool, config, call);
      }
      announce('ResourcePoolReconfiguredEvent', ['Updated configuration for', 'in compute-resource'], pool, call);
    },

    DestroyChildren(pool, _params, call) {
      for (const child of poolsIn(call.vc, pool)) {
        call.require('Resource.DeletePool', child.ref);
        // Depth first: what is below ends up in this pool.
        for (const below of call.vc.inventory.descendants(child).toReversed()) {
          const owner = below.type === 'ResourcePool' ? above(call.vc, below as Pool) : undefined;
          if (owner) dissolve(call, below as Pool, owner);
        }
        dissolve(call, child, pool);
      }
    },

    Destroy_Task(pool, _params, call) {
      const destroy = async () => {
        const parent = above(call.vc, pool);
        // documented: the root pool cannot be destroyed
        if (!parent) throw fault('NotSupported', call.vc.assumed.notSupported);
        dissolve(call, pool, parent);
      };
      requireToDestroy(call, 'Resource.DeletePool');
      return startEntityTask(pool, call, 'ResourcePool.destroy', destroy);
    },
  },
});
