import { BlockList, isIP } from 'node:net';

const lists = new WeakMap<readonly string[], BlockList>();

/** Whether the address is one of the list or in one of its subnets. */
export function isInside(address: string, list: readonly string[]): boolean {
  let known = lists.get(list);
  if (!known) lists.set(list, (known = toBlockList(list)));
  const version = isIP(address);
  return version !== 0 && known.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** What is neither address nor subnet is left out. */
function toBlockList(list: readonly string[]): BlockList {
  const block = new BlockList();
  for (const item of list) {
    const [address = '', bits] = item.split('/');
    const version = isIP(address);
    if (version === 0) continue;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const prefix = Number(bits);
    const most = version === 4 ? 32 : 128;
    if (bits === undefined) block.addAddress(address, family);
    else if (Number.isInteger(prefix) && prefix >= 0 && prefix <= most) {
      block.addSubnet(address, prefix, family);
    }
  }
  return block;
}
