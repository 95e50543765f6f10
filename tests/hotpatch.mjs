// The smallest hotpatch of Android that clients take: a signed .jar with a .dex file and a PATCH.MF.
//   import { hotpatch } from './hotpatch.mjs';
//   hotpatch('5.0.0', 'content', { signed, type, patch, dex, more }) → Buffer: for that version of the app
//   node tests/hotpatch.mjs VERSION [CONTENT [OPTIONS as JSON]] > FILE
// signed: by signing.mjs, default true; type: its PatchType; patch: false leaves PATCH.MF out, dex: the .dex file; more: an entry
// that is added after signing
import { fileURLToPath } from 'node:url';
import { zip } from './packages.mjs';
import { manifest, signJar } from './signing.mjs';

const patchMf = (version, type) => manifest([['Manifest-Version', '1.0'], ['Patch-Name', 'demo'],
	['Target-C-Version', version], ['demo-PatchType', type]]);

export function hotpatch(version, content = '', { signed = true, type = 'dexpatch', patch = true, dex = true, more } = {}) {
	const entries = [];
	if (dex)
		entries.push(['classes.dex', `dex\n035\0${content}`]);
	if (patch)
		entries.push(['META-INF/PATCH.MF', patchMf(version, type)]);
	return zip([...(signed ? signJar(entries) : entries), ...(more ? [[more, content]] : [])]);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.stdout.write(hotpatch(process.argv[2], process.argv[3], JSON.parse(process.argv[4] ?? '{}')));
