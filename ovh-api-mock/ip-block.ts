import { BlockList, isIP } from 'node:net';

/** Whether a text is an address or a block such as `192.0.2.0/24` (OVH type ipBlock). */
export function isIpBlock(text: string): boolean {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128));
}

/** Whether an address lies in one of the blocks. IPv4 addresses of an IPv6 socket (`::ffff:…`) count as IPv4. */
export function isInBlocks(blocks: readonly string[], address: string): boolean {
  const plain = address.replace(/^::ffff:/, '');
  const list = new BlockList();
  for (const block of blocks) {
    const [network = '', length] = block.split('/');
    const family = isIP(network) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(network, Number(length ?? (family === 'ipv4' ? 32 : 128)), family);
  }
  return list.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}
