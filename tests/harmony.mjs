// Harmony packages as small as they can be, and signed ones.
//   import { abc, app, bsdiff, elf, hap, patch, sha256, sign } from './harmony.mjs';   hqf() and zip() are in packages.mjs
//   hap({ bundleName, versionCode, versionName, module, deviceTypes }, files) → Buffer: a .hap with module.json and pack.info
//   app({ bundleName, versionCode, versionName }, { 'entry-default.hap': bytes }) → Buffer: an .app
//   patch({ bundleName, versionCode, versionName, patchVersionCode, module, deviceTypes, base }) → what patch.json holds; base: a .hap
//   abc(text) → Buffer: the first bytes of compiled code       elf(abi) → Buffer: those of a library
//   bsdiff() → Buffer: the head of a difference between libraries
//   sign(zip, { by, bundleName, apl, appIdentifier, type, from, to, certificate, profileBy, version, algorithm, parts, property })
//       → Buffer: the zip with a signing block, as hapsigner makes it; by and profileBy: names in tests/keys/harmony. The signature has
//       the time in it: other bytes at each call.
// On the command line, for shell scripts and as the program of `mdstatic hqf sign`:
//   node harmony.mjs sign IN OUT ['{ "bundleName": "com.example.demo" }']
//   node harmony.mjs hap OUT '{ … }' [PATH…]      a .hap with a file at each path
//   node harmony.mjs elf ABI OUT, bsdiff OUT
//   node harmony.mjs example                      what examples/definitions has of quick fixes but its release.json files
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hqf, u16, u32, zip } from './packages.mjs';

const KEYS = fileURLToPath(new URL('keys/harmony', import.meta.url));
const hash = (algorithm, ...parts) => parts.reduce((h, part) => h.update(part), createHash(algorithm)).digest();
export const sha256 = (bytes) => hash('sha256', bytes).toString('hex');

// --- packages ------------------------------------------------------------------------------------------------------------

const MACHINES = { 'arm64-v8a': [2, 183], armeabi: [1, 40], 'armeabi-v7a': [1, 40], x86: [1, 3], x86_64: [2, 62] };

export function elf(abi) {
	const [width, machine] = MACHINES[abi] ?? [2, 183];
	return Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, width, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), u16(3, machine), Buffer.alloc(44)]);
}

export const bsdiff = () => Buffer.concat([Buffer.from('BSDIFF40'), u32(0, 0, 0, 0, 1, 0)]);
export const abc = (text = '') => Buffer.concat([Buffer.from('PANDA\0\0\0'), u32(9), Buffer.from(text)], 64);

const DEMO = { bundleName: 'com.example.demo', versionCode: 1000000, versionName: '1.0.0', module: 'entry', deviceTypes: ['phone'] };

const packInfo = ({ bundleName, versionCode, versionName }, names) => JSON.stringify({
	summary: { app: { bundleName, version: { code: versionCode, name: versionName } } },
	packages: names.map((name) => ({ name, moduleType: 'entry', deviceType: ['phone'] })) });

export function hap(facts = {}, files = { 'ets/modules.abc': abc() }) {
	const { bundleName, versionCode, versionName, module, deviceTypes } = { ...DEMO, ...facts };
	const json = { app: { bundleName, versionCode, versionName }, module: { name: module, type: 'entry', deviceTypes } };
	return zip([['module.json', JSON.stringify(json)], ...Object.entries(files),
		['pack.info', packInfo(json.app, [`${module}-default`])]]);
}

export const app = (facts = {}, haps = { 'entry-default.hap': hap(facts) }) => zip([...Object.entries(haps),
	['pack.info', packInfo({ ...DEMO, ...facts }, Object.keys(haps).map((name) => name.replace(/\.h[as]p$/, '')))]]);

export function patch(facts = {}) {
	const { bundleName, versionCode, versionName, patchVersionCode, patchVersionName, module, deviceTypes, base } = {
		patchVersionCode: 1000001, patchVersionName: '1.0.0.1', ...DEMO, base: hap(), ...facts };
	return { app: { bundleName, versionCode, versionName, patchVersionCode, patchVersionName },
		module: { name: module, type: 'patch', deviceTypes, originalModuleHash: sha256(base) } };
}

// --- signing -------------------------------------------------------------------------------------------------------------

const [SIGNATURE, PROFILE, PROPERTY] = [0x20000000, 0x20000002, 0x20000003];
const FORMS = { 2: 'HAP Sig Block 42', 3: '<hap sign block>' };
const CHUNK = 1 << 20;
const HASHES = ['sha256', 'sha384', 'sha512'];

const certificateOf = (name) => new X509Certificate(fs.readFileSync(path.join(KEYS, `${name}.pem`))).toString();

function cms(content, by, digest) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'harmony-'));
	try {
		const [file, out, pem] = [path.join(folder, 'content'), path.join(folder, 'cms'), path.join(KEYS, `${by}.pem`)];
		fs.writeFileSync(file, content);
		execFileSync('openssl', ['cms', '-sign', '-binary', '-nodetach', '-nosmimecap', '-md', digest, '-signer', pem, '-inkey', pem,
			'-in', file, '-outform', 'DER', '-out', out], { stdio: ['ignore', 'ignore', 'inherit'] });
		return fs.readFileSync(out);
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

const seconds = (time) => Math.floor(Date.parse(time) / 1000);

function profile({ bundleName, apl, appIdentifier, type, from, to, certificate }) {
	const info = { 'developer-id': 'tests', 'bundle-name': bundleName, apl, 'app-feature': 'hos_normal_app', 'app-identifier': appIdentifier,
		[`${type === 'debug' ? 'development' : 'distribution'}-certificate`]: certificateOf(certificate) };
	return JSON.stringify({ 'version-name': '2.0.0', 'version-code': 2, uuid: '00000000-0000-4000-8000-000000000000', type,
		validity: { 'not-before': seconds(from), 'not-after': seconds(to) }, 'bundle-info': info, issuer: 'tests' });
}

function contentDigest(algorithm, sections, values) {
	const chunks = sections.flatMap((section) => Array.from({ length: Math.ceil(section.length / CHUNK) }, (_, i) => {
		const chunk = section.subarray(i * CHUNK, (i + 1) * CHUNK);
		return hash(algorithm, Buffer.from([0xa5]), u32(chunk.length), chunk);
	}));
	return hash(algorithm, Buffer.from([0x5a]), u32(chunks.length), ...chunks, ...values);
}

// parts: [type, bytes] in the order of the table
export function block(parts, version, tail = {}) {
	let at = 12 * parts.length;
	const heads = parts.map(([type, bytes]) => {
		at += bytes.length;
		return u32(type, bytes.length, at - bytes.length);
	});
	const { count = parts.length, size = at + 32, magic = FORMS[version] } = tail;
	return Buffer.concat([...heads, ...parts.map(([, bytes]) => bytes), u32(count, size, 0), Buffer.from(magic), u32(version)]);
}

const USUAL = { by: 'app', profileBy: 'profile', bundleName: DEMO.bundleName, apl: 'normal', appIdentifier: '5765880207854649881',
	type: 'release', from: '2026-01-01T00:00:00Z', to: '2056-01-01T00:00:00Z', version: 3, algorithm: 0x201 };

export function sign(bytes, options = {}) { // of a zip without a comment
	const o = { ...USUAL, ...options };
	const end = bytes.length - 22;
	const directory = bytes.readUInt32LE(end + 16);
	const sections = [bytes.subarray(0, directory), bytes.subarray(directory, end), bytes.subarray(end)];
	const further = [...(o.property ? [[PROPERTY, o.property]] : []),
		[PROFILE, cms(o.json ?? profile({ certificate: o.by, ...o }), o.profileBy, 'sha256')]];
	const algorithm = HASHES[((o.algorithm & 0xff) - 1) % 3];
	const digest = o.digest ?? contentDigest(algorithm, sections, further.map(([, value]) => value));
	const content = o.content ?? Buffer.concat([u32(2, 1, 8 + digest.length, o.algorithm, digest.length), digest]);
	const parts = [...further, [SIGNATURE, cms(content, o.by, algorithm)]];
	const made = block(o.parts ? o.parts(parts) : parts, o.version, o.tail);
	const last = Buffer.from(sections[2]);
	last.writeUInt32LE(directory + made.length, 16);
	return Buffer.concat([sections[0], made, sections[1], last]);
}

// --- the example ---------------------------------------------------------------------------------------------------------

function example() {
	const folder = fileURLToPath(new URL('../examples/definitions/apps/demo/quickfixes/io.appium.settings', import.meta.url));
	const [phone, tablet, lib] = ['phone', 'tablet', 'libs/arm64-v8a/libentry.so'];
	const facts = (name, code, module, ...deviceTypes) => ({ bundleName: 'io.appium.settings', versionName: name, versionCode: code, module,
		deviceTypes });
	const fix = (installed, n, files) => [patch({ ...installed, patchVersionCode: installed.versionCode * 1000 + n,
		patchVersionName: `${installed.versionName}.${n}`, base: hap(installed, { 'ets/modules.abc': abc('as installed'), [lib]: elf('arm64-v8a') }) }),
		files];
	const signed = (...parts) => sign(hqf(...fix(...parts)), { bundleName: 'io.appium.settings' });
	const write = (file, bytes) => {
		fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
		fs.writeFileSync(path.join(folder, file), bytes);
	};
	const [entry, video, old] = [facts('8.0.10', 80010, 'entry', phone, tablet), facts('8.0.10', 80010, 'video', phone),
		facts('8.0.8', 80008, 'entry', phone, tablet)];
	write('80008/80008001/fix.appqf', zip([['entry.hqf', signed(old, 1, { 'ets/modules.abc': abc('with the fix') })]]));
	write('80010/80010001/entry.hap', hap(entry, { 'ets/modules.abc': abc('as installed'), [lib]: elf('arm64-v8a') }));
	write('80010/80010001/patch.json', `${JSON.stringify(fix(entry, 1)[0], null, 2)}\n`);
	write('80010/80010001/ets/modules.abc', abc('with the fix'));
	write(`80010/80010001/${lib}`, elf('arm64-v8a'));
	write('80010/80010002/entry.hqf', signed({ ...entry, deviceTypes: [phone] }, 2, { 'ets/modules.abc': abc('with both fixes') }));
	write('80010/80010002/video.hqf', signed(video, 2, { 'libs/arm64-v8a/libvideo.so': elf('arm64-v8a') }));
}

// --- command line --------------------------------------------------------------------------------------------------------

const commands = {
	sign: (from, to, options = '{}') => fs.writeFileSync(to, sign(fs.readFileSync(from), JSON.parse(options))),
	hap: (to, facts, ...files) => fs.writeFileSync(to, hap(JSON.parse(facts), Object.fromEntries(files.map((f) => [f, `bytes of ${f}`])))),
	elf: (abi, to) => fs.writeFileSync(to, elf(abi)),
	bsdiff: (to) => fs.writeFileSync(to, bsdiff()),
	example,
};

if (process.argv[1] === fileURLToPath(import.meta.url))
	commands[process.argv[2]](...process.argv.slice(3));
