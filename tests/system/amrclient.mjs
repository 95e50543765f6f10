// What clients of mPaaS do with an offline package, as far as it was observed; written from those observations, so that what
// we build is read by something that shares no code with it. Not all of it is sensible: it is what phones do.
//   unzip(bytes) → [{ name, method, time, flags, extra, at, bytes }]  in the order of the archive's directory
//   readTar(bytes) → { headers, files }  every record as the client takes it, and path → bytes
//   install(amr, { id, key, client }) → { code, why, files }  client: 'newer' or 'older'; key: a PEM, or null: it does not verify
import { createVerify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { crc32 } from '../packages.mjs';

export const RESULT = {
	SUCCESS: 0,
	INVALID_PARAMETER: 1,
	PACKAGE_NOT_EXIST: 2,
	TAR_NOT_EXIST: 3,
	CERT_NOT_EXIST: 4,
	TAR_SIGNATURE_EMPTY: 5,
	VERIFY_FAIL: 6,
	PARSE_EXCEPTION: 7,
	RESOURCE_INVALID: 8,
};

class Refusal extends Error {
	constructor(code, why) {
		super(why);
		this.code = RESULT[code];
	}
}

// --- zip: the directory leads, and the local headers must say the same ------------------------------------------------------

const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;
const STORED = 0, DEFLATED = 8;

function entry(bytes, at) {
	const length = bytes.readUInt16LE(at + 28), extra = bytes.readUInt16LE(at + 30), comment = bytes.readUInt16LE(at + 32);
	const local = bytes.readUInt32LE(at + 42);
	const e = {
		name: bytes.toString('latin1', at + 46, at + 46 + length), flags: bytes.readUInt16LE(at + 8),
		method: bytes.readUInt16LE(at + 10), time: bytes.readUInt32LE(at + 12), at: local,
		extra: extra + comment + bytes.readUInt16LE(local + 28), next: at + 46 + length + extra + comment,
	};
	const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
	const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));

	if (bytes.readUInt32LE(local) !== LOCAL || bytes.compare(bytes, local + 4, local + 26, at + 6, at + 28) !== 0)
		throw new Error(`${e.name}: the local header says something else`);
	if (e.method !== STORED && e.method !== DEFLATED) throw new Error(`${e.name}: method ${e.method}`);
	e.bytes = e.method === STORED ? packed : inflateRawSync(packed);
	if (e.bytes.length !== bytes.readUInt32LE(at + 24) || crc32(e.bytes) !== bytes.readUInt32LE(at + 16))
		throw new Error(`${e.name}: damaged`);
	return e;
}

export function unzip(bytes) {
	const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
	const entries = [];

	if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error('no zip archive');
	for (let i = 0, at = bytes.readUInt32LE(end + 16); i < bytes.readUInt16LE(end + 10); i++, at = entries.at(-1).next) {
		if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error('the directory is damaged');
		entries.push(entry(bytes, at));
	}
	return entries;
}

// --- tar: as jtar reads it -----------------------------------------------------------------------------------------------------

const BLOCK = 512;

// Up to the first zero; a byte is a character.
function text(header, at, length) {
	const field = header.subarray(at, at + length), end = field.indexOf(0);
	return field.toString('latin1', 0, end < 0 ? length : end);
}

function octal(header, at, length) {
	const digits = text(header, at, length).trim();
	if (!/^[0-7]*$/.test(digits)) throw new Error(`"${digits}" is no octal number`);
	return digits ? parseInt(digits, 8) : 0;
}

// Every record is a folder or a file: what the type says else makes no difference, so that a pax header is a file like any other.
// The first block of zeros is the end.
export function readTar(bytes) {
	const headers = [], files = new Map();

	for (let at = 0; at + BLOCK <= bytes.length;) {
		const header = bytes.subarray(at, at + BLOCK);
		if (header.every((byte) => byte === 0)) return { headers, files, end: at };
		const prefix = text(header, 345, 155), size = octal(header, 124, 12);
		const name = (prefix ? `${prefix}/` : '') + text(header, 0, 100);
		const data = bytes.subarray(at + BLOCK, at + BLOCK + size);
		if (data.length !== size) throw new Error(`${name}: cut off`);
		const folder = header[156] === 0x35 || name.endsWith('/');
		headers.push({
			name, size, type: String.fromCharCode(header[156]), mode: octal(header, 100, 8), uid: octal(header, 108, 8),
			gid: octal(header, 116, 8), mtime: octal(header, 136, 12), magic: header.toString('latin1', 257, 265),
			user: text(header, 265, 32), group: text(header, 297, 32), prefix,
		});
		if (!folder) files.set(name, data);
		at += BLOCK + (folder ? 0 : Math.ceil(size / BLOCK) * BLOCK);
	}
	throw new Error('there is no end');
}

// --- the package -----------------------------------------------------------------------------------------------------------------

const ALWAYS_EXEMPT = ['CERT.json', 'SIGN.json', 'hpmfile.json'];

const exempt = (name, client) => ALWAYS_EXEMPT.includes(name) || name.includes('ios') || (client === 'older' && name.includes('tiny'));

function fits(key, bytes, signature) {
	if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(signature)) throw new Error('no base64');
	return createVerify('RSA-SHA1').update(bytes).verify(key, Buffer.from(signature, 'base64'));
}

// Every file that was unpacked is looked up in CERT.json; what has no signature there is where clients differ.
function verify(files, tar, { key, client }) {
	const cert = files.get('CERT.json');
	if (!cert) throw new Refusal('CERT_NOT_EXIST', 'no CERT.json');
	const signatures = JSON.parse(cert.toString('utf8'));
	if (!signatures[tar]) throw new Refusal('TAR_SIGNATURE_EMPTY', `no signature of ${tar}`);
	for (const [name, bytes] of files) {
		if (exempt(name, client)) continue;
		if (!signatures[name] && client === 'older') continue;
		if (!signatures[name]) throw new Refusal('VERIFY_FAIL', `${name} has no cert`);
		if (!fits(key, bytes, signatures[name])) throw new Refusal('VERIFY_FAIL', `the signature of ${name} does not fit`);
	}
}

function unpack(amr, { id, key, client = 'newer' }) {
	const tar = `${id}.tar`;
	if (!id) throw new Refusal('INVALID_PARAMETER', 'no app');
	if (!amr?.length) throw new Refusal('PACKAGE_NOT_EXIST', 'no package');
	const files = new Map(unzip(amr).map((e) => [e.name, e.bytes]));
	if (!files.has(tar)) throw new Refusal('TAR_NOT_EXIST', `no ${tar}`);
	if (key) verify(files, tar, { key, client });
	const content = readTar(files.get(tar)).files;
	if (!content.size) throw new Refusal('RESOURCE_INVALID', 'nothing in it');
	return content;
}

export function install(amr, how) {
	try {
		return { code: RESULT.SUCCESS, why: '', files: unpack(amr, how) };
	} catch (e) {
		return { code: e.code ?? RESULT.PARSE_EXCEPTION, why: e.message, files: new Map() };
	}
}
