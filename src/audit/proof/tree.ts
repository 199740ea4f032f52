import { hash } from 'node:crypto';

// A tree of hashes over what a checkpoint holds of each event (as RFC 9162 § 2.1 builds it): its root stands for all of them, and a few
// hashes show that one of them is among them.

const LEAF = Buffer.of(0);
const PAIR = Buffer.of(1);

/** SHA-256 at the top of the tree. @param leaves at least one. */
export function rootOf(leaves: readonly Uint8Array[]): Buffer {
  let level = leaves.map(leafNode);
  while (level.length > 1) level = above(level);
  const [root] = level;
  if (root === undefined) throw new TypeError('A tree has leaves.');
  return root;
}

/** The hashes beside the way from a leaf up to the root, from below. */
export function pathOf(leaves: readonly Uint8Array[], index: number): Buffer[] {
  const path: Buffer[] = [];
  let at = index;
  for (let level = leaves.map(leafNode); level.length > 1; level = above(level)) {
    const beside = level[at ^ 1];
    if (beside !== undefined) path.push(beside);
    at >>= 1;
  }
  return path;
}

/** One level up. What has nothing beside it goes up as it is. */
function above(level: readonly Buffer[]): Buffer[] {
  const nodes: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined) nodes.push(right === undefined ? left : sha256([PAIR, left, right]));
  }
  return nodes;
}

function leafNode(leaf: Uint8Array): Buffer {
  return sha256([LEAF, leaf]);
}

function sha256(pieces: readonly Uint8Array[]): Buffer {
  return hash('sha256', Buffer.concat(pieces), 'buffer');
}
