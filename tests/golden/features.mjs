// The example shows everything once: each key and each word that the schemas know stands in one of its definitions.
//     node features.mjs SCHEMAS DEFINITIONS      prints what is missing; exit 1 when something is
import { readdirSync, readFileSync, statSync } from 'node:fs';

const filesBelow = (folder) => readdirSync(folder).map((name) => `${folder}/${name}`)
	.flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path])).filter((path) => path.endsWith('.json'));
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

// Calls each(key, value) for every member, and each(undefined, item) for every item, at any depth.
function walk(value, each) {
	if (typeof value !== 'object' || value === null)
		return;
	for (const [key, child] of Object.entries(value)) {
		each(Array.isArray(value) ? undefined : key, child);
		walk(child, each);
	}
}

const [, , schemas, definitions] = process.argv;
const wanted = new Set(), found = new Set();
for (const path of filesBelow(schemas))
	walk(read(path), (key, value) => {
		if (key === 'properties')
			Object.keys(value).forEach((name) => wanted.add(name));
		if (key === 'enum' || key === 'const')
			[value].flat().filter((word) => typeof word === 'string').forEach((word) => wanted.add(word));
	});
for (const path of filesBelow(definitions))
	walk(read(path), (key, value) => [key, value].forEach((word) => found.add(word)));
const missing = [...wanted].filter((word) => !found.has(word));
console.log(`${wanted.size} keys and words, ${missing.length} missing${missing.length ? `: ${missing.join(', ')}` : ''}`);
process.exit(missing.length ? 1 : 0);
