// Packages as small as they can be, for definitions that want real files: zips with stored entries, and a quick fix in one.
//   import { crc32, hqf, unzip, zip } from './packages.mjs';
//   zip([['a/b', bytes], …]) → Buffer          unzip(buffer) → Map of name → Buffer; of such zips only
//   hqf({ app, module }, { 'libs/arm64-v8a/libx.so': bytes }) → Buffer: an .hqf, patch.json first

export function u16(...v) {
	const b = Buffer.alloc(2 * v.length);
	v.forEach((x, i) => b.writeUInt16LE(x, 2 * i));
	return b;
}

export function u32(...v) {
	const b = Buffer.alloc(4 * v.length);
	v.forEach((x, i) => b.writeUInt32LE(x >>> 0, 4 * i));
	return b;
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
	for (let i = 0; i < 8; i++)
		byte = (byte >>> 1) ^ (byte & 1 ? 0xedb88320 : 0);
	return byte;
});

export const crc32 = (data) => (data.reduce((crc, byte) => (crc >>> 8) ^ CRC[(crc ^ byte) & 255], -1) ^ -1) >>> 0;

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const DAY = 0x21; // 1980-01-01
const HEADER = 30;

export function zip(entries) {
	const locals = [];
	const centrals = [];
	let at = 0;
	for (const [name, content] of entries) {
		const [path, data] = [Buffer.from(name), Buffer.from(content)];
		const common = Buffer.concat([u16(20, 0, 0, 0, DAY), u32(crc32(data), data.length, data.length),
			u16(path.length, 0)]);
		const local = Buffer.concat([u32(LOCAL), common, path, data]);
		centrals.push(Buffer.concat([u32(CENTRAL), u16(20), common, u16(0, 0, 0), u32(0, at), path]));
		locals.push(local);
		at += local.length;
	}
	const directory = Buffer.concat(centrals);
	const n = centrals.length;
	return Buffer.concat([...locals, directory, u32(END), u16(0, 0, n, n), u32(directory.length, at), u16(0)]);
}

export function unzip(bytes) {
	const files = new Map();
	for (let at = 0; bytes.readUInt32LE(at) === LOCAL;) {
		const name = at + HEADER + bytes.readUInt16LE(at + 26);
		const data = name + bytes.readUInt16LE(at + 28);
		const end = data + bytes.readUInt32LE(at + 18);
		files.set(bytes.toString('utf8', at + HEADER, name), bytes.subarray(data, end));
		at = end;
	}
	return files;
}

export const hqf = (patch, files = {}) => zip([['patch.json', JSON.stringify(patch)], ...Object.entries(files)]);
