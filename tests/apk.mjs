// The smallest Android package that says who it is: a zip with one stored entry, AndroidManifest.xml as compiled XML.
//   import { apk } from './apk.mjs';  apk('com.example.demo', '5.0.0') → Buffer
//   node tests/apk.mjs PACKAGE VERSION > FILE
import { fileURLToPath } from 'node:url';
import { u16, u32, zip } from './packages.mjs';

const VERSION_NAME = 0x0101021c;
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

function manifest(name, version) {
	const strings = ['versionName', 'package', 'manifest', version, name];
	const attribute = (key, value) => Buffer.concat([u32(NONE, key, value), u16(8), Buffer.from([0, 3]), u32(value)]);
	const attributes = Buffer.concat([attribute(0, 3), attribute(1, 4)]);
	const element = chunk(0x0102, 16, Buffer.concat([u32(1, NONE, NONE, 2), u16(20, 20, 2, 0, 0, 0), attributes]));
	return chunk(0x0003, 8, Buffer.concat([stringPool(strings), chunk(0x0180, 8, u32(VERSION_NAME)), element]));
}

export const apk = (name, version) => zip([['AndroidManifest.xml', manifest(name, version)]]);

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.stdout.write(apk(process.argv[2], process.argv[3]));
