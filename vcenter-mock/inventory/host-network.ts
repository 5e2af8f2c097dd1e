import type { Data } from '../vim/kernel/values.ts';

const vswitch = 'key-vim.host.VirtualSwitch-vSwitch0';
const portgroup = (name: string) => `key-vim.host.PortGroup-${name}`;

/**
 * The network of a simulated host, as a new installation of ESXi has it: one virtual switch with the management network and a port
 * group for each network that VMs use. Nothing is sent over it. documented (default installation); sizes are assumed
 * @param names of the standard networks that the host sees
 */
export function hostNetwork(names: readonly string[]): Data<'HostNetworkInfo'> {
  const groups = [...names.filter((name) => name !== 'Management Network'), 'Management Network'];
  return {
    vswitch: [
      {
        name: 'vSwitch0',
        key: vswitch,
        numPorts: 2560,
        numPortsAvailable: 2560 - groups.length,
        mtu: 1500,
        portgroup: groups.map(portgroup),
        pnic: [],
        spec: { numPorts: 128, mtu: 1500 },
      },
    ],
    portgroup: groups.map((name) => ({
      key: portgroup(name),
      vswitch,
      computedPolicy: {},
      spec: { name, vlanId: 0, vswitchName: 'vSwitch0', policy: {} },
    })),
    pnic: [],
    vnic: [
      {
        device: 'vmk0',
        key: 'key-vim.host.VirtualNic-vmk0',
        portgroup: 'Management Network',
        spec: { ip: { dhcp: true }, portgroup: 'Management Network', mtu: 1500 },
      },
    ],
    ipV6Enabled: false,
  };
}
