// What the tests of tamper.mjs share: where things are, and how a tree's files are told apart.
import { join } from 'node:path';
import { newKey, readKeys } from './forge.mjs';

export const [work, now] = process.argv.slice(2);
export const otherRoot = join(work, 'other-root/1.root.json');
export const rootKey = readKeys(join(work, 'keys')).root;
export const stranger = newKey(), long = Boolean(process.env.LONG);

export const isSigned = (path) => path.startsWith('metadata/') || path === 'build.json';
export const isList = (path) => isSigned(path) || path.endsWith('.files.json'); // without it nobody knows what it listed
export const isRoot = (path) => path.endsWith('.root.json');
export const isBin = (path) => /objects-[1-9a-f]\.json$/.test(path); // one of many alike
export const isFilter = (path) => path.endsWith('.filter.bin');
export const kindOf = (path) => path.slice(path.lastIndexOf('/') + 1).replace(/^[0-9a-f]{64}\.|^[0-9a-f]{32}(?=\.)|^\d+\./, '');
export const at = (seconds) => new Date(Date.parse(now) + 1000 * seconds).toISOString().replace('.000', '');
export const days = (n) => 24 * 3600 * n;
export const huge = 5 * 2 ** 30, little = 256 << 10; // bytes of an endless file, KiB of address space

// Keys that must not count for a file: one that nobody knows, and one that the root names for another role.
export function useless(path, metadata) {
	const known = /snapshot/.test(path) ? metadata.keys.timestamp : metadata.keys.snapshot;
	return { 'a stranger': stranger, 'another role': known };
}

// As in TUF, a signature that is not one of the role's keys does not count for a device; `verify`, which knows what builds write,
// refuses it all the same.
export const tolerated = (what) => /^a signature by .* (behind|before) the good one$/.test(what);
