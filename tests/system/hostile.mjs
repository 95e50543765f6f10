// Packages of every form, damaged and made to do harm: node hostile.mjs PROGRAM WORK [NAME…]
//   Each form is cut off at 20 places and flipped at 100 (LONG=1: ten times as many), from a fixed seed. `mdstatic inspect` must
//   end with 0 or 1 within bounds of time and memory, say one line about each that it refuses, and describe the others.
//   Memory is the caller's to bound (ulimit). With NAMEs only these forms. Every check is a line.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { amr } from '../amr.mjs';
import { apk } from '../apk.mjs';
import { hotpatch } from '../hotpatch.mjs';
import { ipa, symbols, tar } from '../ios.mjs';
import { crc32, hqf, u16, u32, zip } from '../packages.mjs';

const [program, work, ...only] = process.argv.slice(2);
const times = process.env.LONG ? 10 : 1;
const BATCH_MS = 20_000, ONE_MS = 2_000;
let failed = 0;

function check(name, wrong) {
	console.log(`${wrong ? 'not ok' : 'ok'} - ${name}${wrong ? `: ${wrong}` : ''}`);
	failed += wrong ? 1 : 0;
}

// Of large ones once.
const remembered = (make, map = new Map()) => (bytes) => {
	if (bytes.length < 1 << 20) return make(bytes);
	if (!map.has(bytes)) map.set(bytes, make(bytes));
	return map.get(bytes);
};
const sum = remembered(crc32), deflated = remembered((bytes) => deflateRawSync(bytes));
const large = Buffer.alloc(64 << 20);

// --- good packages -------------------------------------------------------------------------------------------------------------
const bundleName = 'com.example.demo';
const patchOf = (name) => ({ app: { bundleName, versionCode: 5, versionName: '5.0', patchVersionCode: 1, patchVersionName: '5.0.1' },
	module: { name, type: 'patch', deviceTypes: ['phone'], originalModuleHash: crc32(Buffer.from(name)).toString(16).padStart(64, '0') } });
const packInfo = JSON.stringify({ summary: { app: { bundleName, version: { code: 5, name: '5.0' } } }, packages: [{ name: 'entry' }] });
const moduleJson = JSON.stringify({ app: { bundleName, versionCode: 5, versionName: '5.0' },
	module: { name: 'entry', type: 'entry', deviceTypes: ['phone'] } });
const hap = zip([['module.json', moduleJson], ['ets/modules.abc', 'code'], ['pack.info', packInfo]]);
const fix = (name) => hqf(patchOf(name), { 'ets/modules.abc': 'new code' });

// An archive like zip()'s, with deflated files.
function packed(entries) {
	const locals = [], centrals = [];
	let at = 0;
	for (const [name, bytes, size = bytes.length, data = deflated(bytes)] of entries) {
		const common = Buffer.concat([u16(20, 0, 8, 0, 33), u32(sum(bytes), data.length, size), u16(name.length, 0)]);
		locals.push(u32(0x04034b50), common, Buffer.from(name), data);
		centrals.push(u32(0x02014b50), u16(20), common, u16(0, 0, 0), u32(0, at), Buffer.from(name));
		at += 30 + name.length + data.length;
	}
	const directory = Buffer.concat(centrals);
	return Buffer.concat([...locals, directory, u32(0x06054b50), u16(0, 0, entries.length, entries.length), u32(directory.length, at), u16(0)]);
}

function delta() {
	const body = Buffer.from('28b52ffd2000010000', 'hex'), head = Buffer.alloc(140);
	head.write('mdsdelta');
	head[8] = head[9] = 1;
	for (const [i, n] of [100, 200, body.length, 256 << 10].entries()) head.writeBigUInt64BE(BigInt(n), 12 + 8 * i);
	return Buffer.concat([head, body]);
}

const good = {
	'demo.apk': apk(bundleName, '5.0.0'),
	'demo.jar': hotpatch('5.0.0'),
	'demo.ipa': ipa({ version: '5.0.0' }),
	'binary.ipa': ipa({ version: '5.0.0', binary: true }),
	'symbols.tgz': symbols(),
	'demo.amr': amr('20171228', '1.0.0.1', [['www/index.html', '<p>'], ['www/a.js', 'a']]),
	'entry.hap': hap,
	'demo.app': zip([['pack.info', packInfo], ['entry.hap', hap]]),
	'entry.hqf': fix('entry'),
	'all.appqf': zip([['a.hqf', fix('a')], ['b.hqf', fix('b')]]),
	'delta.bin': delta(),
	'any.zip': packed([['www/index.html', Buffer.from('<p>'.repeat(100))], ['www/a.js', Buffer.from('a')]]),
	...Object.fromEntries((process.env.MORE ?? '').split(':').filter(Boolean).map((file) => [path.basename(file), readFileSync(file)])),
};

// --- damage --------------------------------------------------------------------------------------------------------------------
function random(seed) { // xorshift32
	return (below) => {
		seed ^= seed << 13, seed ^= seed >>> 17, seed ^= seed << 5;
		return (seed >>> 0) % below;
	};
}

function damaged(bytes) {
	const next = random(crc32(bytes) | 1), out = [];
	for (let i = 0; i < 20 * times; i++) out.push(bytes.subarray(0, next(bytes.length)));
	for (let i = 0; i < 100 * times; i++) {
		const flipped = Buffer.from(bytes);
		flipped[next(bytes.length)] ^= 1 << next(8);
		out.push(flipped);
	}
	return out;
}

// --- judging -------------------------------------------------------------------------------------------------------------------
function inspect(files, limit) {
	const began = Date.now();
	const r = spawnSync(program, ['inspect', '--json', '--list', ...files], { encoding: 'utf8', timeout: limit, maxBuffer: 1 << 28 });
	return { ...r, ms: Date.now() - began };
}

const isLine = (text) => typeof text === 'string' && text !== '' && !/[\n\r]/.test(text);

function faultOf(r, n) {
	if (r.error || r.signal) return `${r.signal ?? r.error.code} after ${r.ms} ms: ${r.stderr.slice(0, 2000)}`;
	if (r.status !== 0 && r.status !== 1) return `exit ${r.status}: ${r.stderr.slice(0, 2000)}`;
	const said = [JSON.parse(r.stdout)].flat(), errors = said.filter((s) => 'error' in s).length;
	if (said.length !== n) return `${said.length} of ${n} files are spoken of`;
	if (!said.every((s) => ('error' in s ? isLine(s.error) && !s.facts : s.facts && s.package.size >= 0))) return `neither facts nor a reason: ${r.stdout.slice(0, 500)}`;
	const lines = r.stderr.split('\n').filter(Boolean).length;
	return lines === errors && (errors > 0) === (r.status === 1) ? '' : `${errors} errors, ${lines} lines, exit ${r.status}`;
}

function judgeDamage(name, bytes) {
	const files = damaged(bytes).map((b, i) => {
		const file = path.join(work, `${i}`, name);
		mkdirSync(path.dirname(file), { recursive: true });
		writeFileSync(file, b);
		return file;
	});
	writeFileSync(path.join(work, name), bytes);
	const whole = inspect([path.join(work, name)], ONE_MS);
	check(`${name} is read`, whole.status === 0 ? faultOf(whole, 1) : whole.stderr);
	check(`${name}: ${files.length} damaged ones`, faultOf(inspect(files, BATCH_MS * times), files.length));
	for (const file of files) rmSync(file);
}

// --- bombs ---------------------------------------------------------------------------------------------------------------------
const header = (name, data, size) => Buffer.concat([u32(0x04034b50), u16(20, 0, 8, 0, 33), u32(0, data, size), u16(name.length, 0), Buffer.from(name)]);

// Many names in the directory, one file (`names` all alike or not): of no size, but for whoever unpacks it.
function overlapping(n, nameOf) {
	const kernel = deflated(large), local = header(nameOf(0), kernel.length, large.length);
	const directory = Buffer.concat(Array.from({ length: n }, (_, i) => Buffer.concat([u32(0x02014b50), u16(20), local.subarray(4, 30),
		u16(0, 0, 0), u32(0, 0), Buffer.from(nameOf(i))])));
	return Buffer.concat([local, kernel, directory, u32(0x06054b50), u16(0, 0, n, n), u32(directory.length, local.length + kernel.length), u16(0)]);
}

// Each file begins with the headers of those behind it, quoted as a stored block: all share one kernel, and every header fits the directory.
function quoting(n) {
	const name = (i) => `${i}`.padStart(4, '0'), kernel = deflated(large);
	let tail = kernel, size = large.length;
	const central = [];
	for (let i = n - 1; i >= 0; i--) {
		const local = header(name(i), tail.length, size);
		central.unshift([name(i), local, tail.length]);
		const block = Buffer.concat([Buffer.from([0]), u16(local.length, ~local.length & 0xffff)]);
		tail = i ? Buffer.concat([block, local, tail]) : Buffer.concat([local, tail]);
		size += local.length;
	}
	const directory = Buffer.concat(central.map(([file, local, length]) => Buffer.concat([u32(0x02014b50), u16(20), local.subarray(4, 30),
		u16(0, 0, 0), u32(0, tail.length - length - local.length), Buffer.from(file)])));
	return Buffer.concat([tail, directory, u32(0x06054b50), u16(0, 0, n, n), u32(directory.length, tail.length), u16(0)]);
}

const ratio = packed([['zeros', large]]);
const bombs = {
	'ratio.zip': ratio,
	'nested.appqf': zip([['a.hqf', ratio]]),
	'deep.appqf': packed([['a.hqf', packed([['a.hqf', large]])]]),
	'same.zip': overlapping(1000, () => 'same'),
	'overlap.zip': overlapping(1000, (i) => `${i}`.padStart(4, '0')),
	'quoted.zip': quoting(1000),
	'manifest.apk': packed([['AndroidManifest.xml', large]]),
	'lying.apk': packed([['AndroidManifest.xml', large, 100]]),
	'lying.hqf': packed([['patch.json', large, 100]]),
	'patch.hqf': packed([['patch.json', Buffer.from(JSON.stringify(patchOf('entry')))], ['ets/modules.abc', large]]),
	'plist.ipa': packed([['Payload/A.app/Info.plist', large]]),
	'deep.ipa': zip([['Payload/A.app/Info.plist', Buffer.from(`<plist>${'<array>'.repeat(100000)}`)]]),
	'cert.amr': packed([['Manifest.xml', Buffer.from('<package/>')], ['CERT.json', large], ['20171228.tar', Buffer.alloc(1024)]]),
	'tar.amr': amr('20171228', '1.0.0.1', [], { tar: tar(Array.from({ length: 20001 }, (_, i) => [`${i}`, ''])) }),
	'zeros.tgz': gzipSync(large),
	'manifest.jar': packed([['classes.dex', Buffer.from('dex\n035\0')], ['META-INF/PATCH.MF', large]]),
};

function judgeBomb(name, bytes) {
	const file = path.join(work, name);
	writeFileSync(file, bytes);
	const r = inspect([file], ONE_MS);
	check(`${name}, ${bytes.length} bytes, is refused`, faultOf(r, 1) || (r.status === 1 ? '' : `it was taken: ${r.stdout.slice(0, 300)}`));
	rmSync(file);
}

const chosen = (all) => Object.entries(all).filter(([name]) => !only.length || only.includes(name));
for (const [name, bytes] of chosen(good)) judgeDamage(name, bytes);
for (const [name, bytes] of chosen(bombs)) judgeBomb(name, bytes);
process.exitCode = failed ? 1 : 0;
