// What an iOS release has beside it, as small as can be: packages, provisioning profiles, property lists, icons, debug symbols.
//   import { ipa, profile, plist, bplist, png, symbols, tgz } from './ios.mjs';
//   ipa({ bundleId, version, app, binary, info, profile, files }) → Buffer: Payload/<app>.app with what devices ask for. `info` and
//       `files` change single keys of Info.plist and single files of the app's folder (null: leave away), `profile` keys of its
//       provisioning profile, or is one (a Buffer), or null
//   profile({ Entitlements, … }) → Buffer: embedded.mobileprovision for all apps of team AB12CD34EF on all devices until 2036, with
//       these keys in it (null: left away); signed by openssl with tests/keys/private/h5.pem and the certificate beside it
//   plist(value), bplist(value) → Buffer: a property list in XML, in binary; of strings, integers, booleans, dates, bytes, arrays, objects
//   png(side, height = side) → Buffer           symbols(app) → Buffer: a .tgz with a dSYM    tgz([['a/b', bytes], …]) → Buffer
//   macho → Buffer: the first bytes of a file of debug symbols
// Nothing in them depends on the day: the same arguments give the same bytes. On the command line, for shell scripts (texts that
// look like a time are dates):
//   node ios.mjs ipa '{ "version": "5.0.0" }' > demo.ipa
//   node ios.mjs png 120 > icon.png
//   node ios.mjs symbols '"Demo"' > symbols.tgz

import { execFileSync } from 'node:child_process';
import { deflateSync, gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { crc32, u32, zip } from './packages.mjs';

const TEAM = 'AB12CD34EF';

// --- property lists ----------------------------------------------------------------------------------------------------

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const element = (name, content) => `<${name}>${content}</${name}>`;

function xml(value) {
	if (typeof value === 'string')
		return element('string', escaped(value));
	if (typeof value === 'boolean')
		return `<${value}/>`;
	if (typeof value === 'number' || typeof value === 'bigint')
		return element('integer', value);
	if (value instanceof Date)
		return element('date', value.toISOString().replace(/\.\d+/, ''));
	if (Buffer.isBuffer(value))
		return element('data', value.toString('base64'));
	if (Array.isArray(value))
		return element('array', value.map(xml).join(''));
	return element('dict', Object.entries(value).map(([key, v]) => `${element('key', escaped(key))}${xml(v)}\n`).join(''));
}

export const plist = (value) => Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n'
	+ '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n'
	+ `<plist version="1.0">${xml(value)}</plist>\n`);

const big = (v, bytes) => Buffer.from(BigInt.asUintN(8 * bytes, BigInt(v)).toString(16).padStart(2 * bytes, '0'), 'hex');

function marked(kind, count, ...rest) {
	const long = count > 255 ? [0x12, ...big(count, 4)] : [0x10, count];
	return Buffer.concat([Buffer.from([kind << 4 | Math.min(count, 15), ...(count >= 15 ? long : [])]), ...rest]);
}

function scalar(value) {
	if (typeof value === 'boolean')
		return Buffer.from([value ? 9 : 8]);
	if (typeof value === 'number' || typeof value === 'bigint')
		return value >= 0 && value < 256 ? Buffer.from([0x10, Number(value)]) : Buffer.concat([Buffer.from([0x13]), big(value, 8)]);
	if (value instanceof Date) {
		const date = Buffer.alloc(9, 0x33);
		date.writeDoubleBE(value / 1000 - 978307200, 1);
		return date;
	}
	if (Buffer.isBuffer(value))
		return marked(4, value.length, value);
	return /^[\0-\x7f]*$/.test(value) ? marked(5, value.length, Buffer.from(value))
		: marked(6, value.length, Buffer.from(value, 'utf16le').swap16());
}

export function bplist(value) {
	const objects = [];
	const add = (v) => {
		const at = objects.push(null) - 1;
		const dict = v && v.constructor === Object;
		if (!dict && !Array.isArray(v)) {
			objects[at] = scalar(v);
			return at;
		}
		const parts = dict ? [...Object.keys(v), ...Object.values(v)] : v;
		const references = parts.map((part) => big(add(part), 2));
		objects[at] = marked(dict ? 0xd : 0xa, dict ? parts.length / 2 : parts.length, ...references);
		return at;
	};
	add(value);
	const offsets = [];
	let end = 8;
	for (const object of objects) {
		offsets.push(big(end, 4));
		end += object.length;
	}
	return Buffer.concat([Buffer.from('bplist00'), ...objects, ...offsets, Buffer.from([0, 0, 0, 0, 0, 0, 4, 2]),
		big(objects.length, 8), big(0, 8), big(end, 8)]);
}

// --- packages ----------------------------------------------------------------------------------------------------------

const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

const key = (name) => fileURLToPath(new URL(`keys/${name}`, import.meta.url));

// Without signed attributes, one of which is the time: RSA makes the same signature of the same bytes.
const sign = (content) => execFileSync('openssl', ['cms', '-sign', '-binary', '-nodetach', '-noattr', '-md', 'sha256', '-outform', 'DER',
	'-signer', key('profile.pem'), '-inkey', key('private/h5.pem')], { input: content });

const signed = new Map(); // openssl takes longer than everything else here

export function profile(keys = {}) {
	const { Entitlements = {}, ...others } = keys;
	const content = plist(present({
		AppIDName: 'Test', CreationDate: new Date('2026-01-01T00:00:00Z'), ExpirationDate: new Date('2037-01-01T00:00:00Z'),
		Name: 'Test in house', ProvisionsAllDevices: true, TeamIdentifier: [TEAM], TeamName: 'Example Ltd.', Version: 1, ...others,
		Entitlements: present({ 'application-identifier': `${TEAM}.*`, 'get-task-allow': false, ...Entitlements }),
	})).toString();
	if (!signed.has(content))
		signed.set(content, sign(content));
	return signed.get(content);
}

export const macho = Buffer.concat([u32(0xfeedfacf, 0x0100000c, 0, 10), Buffer.alloc(16)]); // 64 bits, arm64, MH_DSYM

export function ipa({ bundleId = 'com.example.demo', version = '5.0.0', app = 'Demo', binary = false, info = {}, profile: keys = {},
	files = {} } = {}) {
	const folder = `Payload/${app}.app/`;
	const list = present({
		CFBundleExecutable: app, CFBundleIdentifier: bundleId, CFBundleName: app, CFBundlePackageType: 'APPL',
		CFBundleShortVersionString: version, CFBundleVersion: '1', MinimumOSVersion: '13.0', ...info,
	});
	const inside = present({
		'Info.plist': (binary ? bplist : plist)(list),
		[app]: macho,
		'_CodeSignature/CodeResources': plist({ files: {} }),
		'embedded.mobileprovision': keys === null || Buffer.isBuffer(keys) ? keys : profile(keys),
		...files,
	});
	return zip(Object.entries(inside).map(([name, bytes]) => [folder + name, bytes]));
}

// --- what lies beside them ---------------------------------------------------------------------------------------------

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type), data]);
	return Buffer.concat([big(data.length, 4), body, big(crc32(body), 4)]);
}

// 8 bits of grey for each pixel.
export const png = (side, height = side) => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
	chunk('IHDR', Buffer.concat([big(side, 4), big(height, 4), Buffer.from([8, 0, 0, 0, 0])])),
	chunk('IDAT', deflateSync(Buffer.alloc((side + 1) * height))), chunk('IEND', Buffer.alloc(0))]);

// `type`: that of ustar; '2' is a symbolic link.
function header(name, size, type) {
	const block = Buffer.alloc(512);
	block.write(name, 0);
	block.write('0000644', 100);
	block.write(size.toString(8).padStart(11, '0'), 124);
	block.write('00000000000', 136);
	block.write('        ', 148);
	block.write(type, 156);
	block.write('ustar\x0000', 257, 'latin1');
	block.write(`${block.reduce((sum, byte) => sum + byte).toString(8).padStart(6, '0')}\0 `, 148);
	return block;
}

export function tar(entries) {
	return Buffer.concat([...entries.flatMap(([name, content, type = '0']) => {
		const data = Buffer.from(content);
		return [header(name, data.length, type), data, Buffer.alloc((512 - data.length % 512) % 512)];
	}), Buffer.alloc(1024)]);
}

export const tgz = (entries) => gzipSync(tar(entries), { level: 9 });

export const symbols = (app = 'Demo') => tgz([
	[`${app}.app.dSYM/Contents/Info.plist`, plist({ CFBundleIdentifier: `com.apple.xcode.dsym.${app}`, CFBundlePackageType: 'dSYM' })],
	[`${app}.app.dSYM/Contents/Resources/DWARF/${app}`, macho],
]);

const dated = (_, value) => (/^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value) ? new Date(value) : value);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [, , kind, ...values] = process.argv;
	process.stdout.write({ ipa, profile, plist, bplist, png, symbols, tgz }[kind](...values.map((value) => JSON.parse(value, dated))));
}
