// The smallest Android package that says who it is: a zip with one stored entry, AndroidManifest.xml as compiled XML, and an
// APK Signing Block.
//   import { apk } from './apk.mjs';  apk('com.example.demo', '5.0.0', { code, split, signed }) → Buffer
//   node tests/apk.mjs PACKAGE VERSION [OPTIONS as JSON] > FILE
// code: versionCode, default none; split: the name of a split; signed: by signing.mjs, default true
import { fileURLToPath } from 'node:url';
import { u16, u32, zip } from './packages.mjs';
import { signApk } from './signing.mjs';

const VERSION_NAME = 0x0101021c;
const VERSION_CODE = 0x0101021b;
const [INT, STRING] = [0x10, 3];
const NONE = 0xffffffff;

function chunk(type, header, body) { // the header's rest is the beginning of body
	return Buffer.concat([u16(type, header), u32(8 + body.length), body]);
}

function stringPool(strings) { // UTF-16
	const offsets = [];
	let data = Buffer.alloc(0);
	for (const s of strings) {
		offsets.push(data.length);
		data = Buffer.concat([data, u16(s.length), Buffer.from(s + '\0', 'utf16le')]);
	}
	data = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
	return chunk(0x0001, 28, Buffer.concat([u32(strings.length, 0, 0, 28 + 4 * strings.length, 0), u32(...offsets), data]));
}

// Attributes that Android knows come first in the pool, and their ids in the resource map.
function manifest(name, version, code, split) {
	const pool = ['versionName', 'versionCode', 'package', 'split', 'manifest', version, name, split ?? ''];
	const attribute = (key, type, value) => Buffer.concat([u32(NONE, key, type === STRING ? value : NONE), u16(8),
		Buffer.from([0, type]), u32(value)]);
	const attributes = [attribute(0, STRING, 5), attribute(2, STRING, 6)];
	if (code !== undefined)
		attributes.push(attribute(1, INT, code));
	if (split !== undefined)
		attributes.push(attribute(3, STRING, 7));
	const element = chunk(0x0102, 16,
		Buffer.concat([u32(1, NONE, NONE, 4), u16(20, 20, attributes.length, 0, 0, 0), ...attributes]));
	return chunk(0x0003, 8, Buffer.concat([stringPool(pool), chunk(0x0180, 8, u32(VERSION_NAME, VERSION_CODE)), element]));
}

export function apk(name, version, { code, split, signed = true } = {}) {
	const bytes = zip([['AndroidManifest.xml', manifest(name, version, code, split)]]);
	return signed ? signApk(bytes) : bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.stdout.write(apk(process.argv[2], process.argv[3], JSON.parse(process.argv[4] ?? '{}')));
