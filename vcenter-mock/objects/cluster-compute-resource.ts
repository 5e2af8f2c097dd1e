import { invalidArgument } from '../crypto/faults.ts';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import { configure, readClusterSpec, readCryptoConfig } from '../host/cluster-config.ts';
import { addHost } from '../host/membership.ts';
import { removeCompute } from '../host/remove-compute.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { isA } from '../vim/kernel/registry.ts';
import { anyValue, type Data } from '../vim/kernel/values.ts';
import { requireToDestroy, startEntityTask } from './managed-entity.ts';

const mebi = 1024 ** 2;

/** ClusterComputeResource: who belongs to it, DRS as far as it moves VMs, and its mode of encryption. vcenter.md A.4 */
export const clusterComputeResource = implement('ClusterComputeResource', {
  limits: { ReconfigureComputeResource_Task: 'HA, DRS and the mode of encryption of a cluster only' },
  derive: {
    // documented: the older form of configurationEx
    configuration: (cluster) => {
      const { dasConfig, drsConfig } = cluster.get('configurationEx') as Data<'ClusterConfigInfoEx'>;
      return { dasConfig, drsConfig };
    },
  },
  methods: {
    async SetCryptoMode(cluster, { cryptoMode, policy }, call) {
      configure(cluster, { cryptoConfig: readCryptoConfig(call.vc, { cryptoMode, policy }, '') });
      await cryptoOf(call.vc).manager.clusters.enforce(call.cause);
    },

    ReconfigureComputeResource_Task: (cluster, { spec, modify }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'ComputeResource.reconfigureEx',
        entity: cluster,
        user: call.user,
        cause: call.cause,
        exclusive: true,
        run: async (task) => {
          if (!isA(spec, 'ClusterConfigSpecEx')) throw invalidArgument('spec');
          // The mode of encryption needs what SetCryptoMode needs. assumed
          if (spec.cryptoConfig) task.require('Cryptographer.RegisterHost', cluster.ref);
          const before = cluster.get('configurationEx') as Data<'ClusterConfigInfoEx'>;
          configure(cluster, readClusterSpec(call.vc, spec, before, modify));
          const datacenter = call.vc.inventory.datacenterOf(cluster)?.get('name') ?? '';
          const message = `Reconfigured cluster ${cluster.get('name')} in datacenter ${datacenter}`;
          const subject = { entity: cluster, user: task.user, cause: task.cause, message };
          call.vc.events.post('ClusterReconfiguredEvent', {}, subject);
          await cryptoOf(call.vc).manager.clusters.enforce(task.cause);
        },
      }),

    /** What the cluster's hosts and datastores have, and what is used of it. documented */
    GetResourceUsage(cluster, _params, { vc }) {
      const hosts = (cluster.get('host') ?? []).flatMap((ref) => vc.store.get('HostSystem', ref)?.get('summary') ?? []);
      const stores = (cluster.get('datastore') ?? []).flatMap(
        (ref) => vc.store.get('Datastore', ref)?.get('summary') ?? [],
      );
      const sum = <T>(list: readonly T[], of: (one: T) => number | undefined) =>
        Math.round(list.reduce((total, one) => total + (of(one) ?? 0), 0));
      return {
        cpuUsedMHz: sum(hosts, ({ quickStats }) => quickStats.overallCpuUsage),
        cpuCapacityMHz: sum(hosts, ({ hardware }) => hardware && hardware.cpuMhz * hardware.numCpuCores),
        memUsedMB: sum(hosts, ({ quickStats }) => quickStats.overallMemoryUsage),
        memCapacityMB: sum(hosts, ({ hardware }) => hardware && hardware.memorySize / mebi),
        storageUsedMB: sum(stores, ({ capacity, freeSpace }) => (capacity - freeSpace) / mebi),
        storageCapacityMB: sum(stores, ({ capacity }) => capacity / mebi),
      };
    },

    Destroy_Task(cluster, _params, call) {
      requireToDestroy(call, 'Host.Inventory.DeleteCluster');
      return startEntityTask(cluster, call, 'ClusterComputeResource.destroy', async (task) =>
        removeCompute(call.vc, cluster, task),
      );
    },

    AddHost_Task: (cluster, { spec, asConnected }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'ClusterComputeResource.addHost',
        entity: cluster,
        user: call.user,
        cause: call.cause,
        run: async (task) => anyValue('ref HostSystem', (await addHost(call.vc, cluster, spec, asConnected, task)).ref),
      }),
  },
});

/** What a host by itself has in the place of a cluster; the host goes with it only. documented (HostSystem) */
export const computeResource = implement('ComputeResource', {
  methods: {
    Destroy_Task(compute, _params, call) {
      requireToDestroy(call, 'Host.Inventory.RemoveHostFromCluster');
      return startEntityTask(compute, call, 'ComputeResource.destroy', async (task) =>
        removeCompute(call.vc, compute, task),
      );
    },
  },
});
