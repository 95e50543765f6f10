// A package that we built against what mPaaS clients accept: node amr.mjs PACKAGE.amr ID VERSION KEY.pem PUBLIC.pem FALLBACK
//   KEY.pem signed it; FALLBACK is the folder of its unpacked files, as the tree has it.
// Every check is a line; the negative ones change a good package in one place.
import { createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zip } from '../packages.mjs';
import { RESULT, install, readTar, unzip } from './amrclient.mjs';

const [amrPath, id, version, keyPath, publicPath, fallback] = process.argv.slice(2);
const amr = readFileSync(amrPath), key = readFileSync(publicPath), signer = createPrivateKey(readFileSync(keyPath));
const tarName = `${id}.tar`;
let failed = 0;

function check(name, wrong) {
	console.log(`${wrong ? 'not ok' : 'ok'} - ${name}${wrong ? `: ${wrong}` : ''}`);
	failed += wrong ? 1 : 0;
}
const equal = (name, got, wanted) => check(name, JSON.stringify(got) === JSON.stringify(wanted) ? '' : `${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);

// --- what clients make of it ---------------------------------------------------------------------------------------------------
const entries = unzip(amr), bytesOf = Object.fromEntries(entries.map((e) => [e.name, e.bytes]));

for (const client of ['newer', 'older']) equal(`the ${client} client accepts it`, install(amr, { id, key, client }).code, RESULT.SUCCESS);

// --- the layout of a public package of mPaaS's demo ------------------------------------------------------------------------------
equal('three entries, in their order', entries.map((e) => e.name), ['Manifest.xml', 'CERT.json', tarName]);
equal('one behind the other, from the first byte', entries[0].at, 0);
equal('without flags, extra fields and a time of today', entries.map((e) => [e.flags, e.extra, e.time]), entries.map(() => [0, 0, 0x210000]));
equal('deflated, as the demo\'s', entries.map((e) => e.method), [8, 8, 8]);
equal('Manifest.xml', bytesOf['Manifest.xml'].toString(), `<?xml version="1.0" encoding="UTF-8"?>
<package>
  <uid>${id}</uid>
  <name>h5app</name>
  <version>${version}</version>
</package>
`);
const signature = '[A-Za-z0-9+/]{342}=='; // 256 bytes: RSA 2048
check('CERT.json in one line, the tar first, a blank and a line break at the end',
	new RegExp(`^\\{"${id}\\.tar":"${signature}","Manifest\\.xml":"${signature}"\\} \\n$`).test(bytesOf['CERT.json'].toString()) ? '' : bytesOf['CERT.json'].toString());

const tar = readTar(bytesOf[tarName]), names = tar.headers.map((h) => h.name);
const bytewise = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
equal('the tar is sorted by path', names, [...names].sort(bytewise));
check('its paths begin without the h5Id', names.some((n) => n.startsWith(`${id}/`) || n.startsWith('/') || n.startsWith('.')) ? names.join() : '');
check('each folder stands before what is in it', names.find((n) => dirname(n) !== '.' && !names.includes(`${dirname(n)}/`)) ?? '');
equal('padded to blocks of 10240 bytes', bytesOf[tarName].length % 10240, 0);
check('hpmfile.json lies at its root', tar.files.has('hpmfile.json') ? '' : names.join());
// The demo's tars say "ustar  \0", as old GNU tars do, and give admin as owner and group. Ours are POSIX ustar, which one standard
// describes to the last byte, and have no owner: a package must not depend on who built it. Clients look at neither.
equal('POSIX ustar, nobody\'s, from 1970', [...new Set(tar.headers.map((h) => [h.magic, h.user, h.group, h.uid, h.gid, h.mtime].join('|')))], ['ustar\x0000|||0|0|0']);
equal('files and folders alone', [...new Set(tar.headers.map((h) => `${h.type} ${h.mode.toString(8)}`))].sort(), names.some((n) => n.endsWith('/')) ? ['0 644', '5 755'] : ['0 644']);
check('no name is split: old clients do not join prefixes', tar.headers.find((h) => h.prefix)?.name ?? '');

// hpmfile.json: the keys of the demo's, nested and ordered like them. What they say is boilerplate there, too.
const shape = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, shape(v)])) : typeof value);
const versions = { minSDK: 'string', maxSDK: 'string', minOS: 'string', maxOS: 'string' };
equal('hpmfile.json has the demo\'s keys', shape(JSON.parse(tar.files.get('hpmfile.json'))), {
	appid: 'string', name: 'string', version: 'string', author: 'string', description: 'string',
	launchParams: { url: 'string', showTitleBar: 'boolean', showToolBar: 'boolean' },
	host: { enable: 'boolean', dev: 'string', test: 'string', online: 'string' },
	preBuild: 'string', build: { include: 'object', ignore: 'object' },
	support: { ios: versions, android: versions }, dependencies: {},
});

// --- what fallback/ serves is what the tar holds -----------------------------------------------------------------------------
const walk = (dir, at = '') => readdirSync(join(dir, at), { withFileTypes: true }).flatMap((e) =>
	(e.isDirectory() ? walk(dir, join(at, e.name)) : [join(at, e.name)]));
if (fallback) {
	const served = walk(fallback).sort(bytewise);
	equal('fallback/ has the files of the tar', served, [...tar.files.keys()].sort(bytewise));
	check('with the same bytes', served.find((name) => !tar.files.get(name)?.equals(readFileSync(join(fallback, name)))) ?? '');
}

// --- packages that are bad in one way ------------------------------------------------------------------------------------------------
const flipped = (bytes) => {
	const copy = Buffer.from(bytes);
	copy[copy.length >> 1] ^= 1;
	return copy;
};
const sign = (bytes, algorithm = 'RSA-SHA1', by = signer) => createSign(algorithm).update(bytes).sign(by).toString('base64');
const cert = (algorithm, by, tarBytes = bytesOf[tarName], manifest = bytesOf['Manifest.xml']) =>
	JSON.stringify({ [tarName]: sign(tarBytes, algorithm, by), 'Manifest.xml': sign(manifest, algorithm, by) });
// The package with some entries replaced; null takes one away.
const changed = (changes) => zip(Object.entries({ ...bytesOf, ...changes }).filter(([, bytes]) => bytes !== null));
const both = (name, code, bytes, how = {}) => {
	for (const client of ['newer', 'older']) {
		const got = install(bytes, { id, key, client, ...how });
		check(`${name}: the ${client} client says ${code}`, [].concat(code).includes(got.code) ? '' : `${got.code} ${got.why}`);
	}
};
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const certText = bytesOf['CERT.json'].toString();

both('stored and signed again', 0, changed({ 'CERT.json': cert() }));
both('no app', 1, amr, { id: '' });
both('no package', 2, Buffer.alloc(0));
both('no CERT.json', 4, changed({ 'CERT.json': null }));
equal('no CERT.json, where nobody verifies', install(changed({ 'CERT.json': null }), { id, key: null }).code, 0);
both('an empty CERT.json', 5, changed({ 'CERT.json': '{}' }));
both('an empty signature', 5, changed({ 'CERT.json': JSON.stringify({ ...JSON.parse(certText), [tarName]: '' }) }));
both('a bit of the tar', 6, changed({ [tarName]: flipped(bytesOf[tarName]) }));
both('a bit of Manifest.xml', 6, changed({ 'Manifest.xml': flipped(bytesOf['Manifest.xml']) }));
both('another key', 6, changed({ 'CERT.json': cert('RSA-SHA1', other) }));
both('no tar', 3, changed({ [tarName]: null }));
both('the tar of another app', 3, changed({ [tarName]: null, '10000001.tar': bytesOf[tarName] }));
equal('a file more: the newer client', install(changed({ 'extra.txt': 'x' }), { id, key, client: 'newer' }).code, 6);
equal('a file more: the older client', install(changed({ 'extra.txt': 'x' }), { id, key, client: 'older' }).code, 0);
equal('a file more, called tiny: the newer client', install(changed({ 'tiny.txt': 'x' }), { id, key, client: 'newer' }).code, 6);
equal('a file more, called tiny: the older client', install(changed({ 'tiny.txt': 'x' }), { id, key, client: 'older' }).code, 0);
both('exempt names', 0, changed({ 'SIGN.json': 'x', 'hpmfile.json': 'x', 'for-ios.txt': 'x' }));
const tarAlone = changed({ 'CERT.json': JSON.stringify({ [tarName]: JSON.parse(certText)[tarName] }) });
equal('Manifest.xml without a signature: the newer client', install(tarAlone, { id, key, client: 'newer' }).code, 6);
equal('Manifest.xml without a signature: the older client', install(tarAlone, { id, key, client: 'older' }).code, 0);
both('SHA-256', 6, changed({ 'CERT.json': cert('RSA-SHA256') }));
both('no base64', [6, 7], changed({ 'CERT.json': certText.replace(/":"./, '":"!') }));
both('a signature cut off', [6, 7], changed({ 'CERT.json': certText.replace(/==",/, '",') }));
both('no JSON', 7, changed({ 'CERT.json': certText.slice(0, -9) }));
const forged = Buffer.from(bytesOf['Manifest.xml'].toString().replace(version, '9.9'));
both('another version in Manifest.xml, which nobody compares', 0, changed({ 'Manifest.xml': forged, 'CERT.json': cert('RSA-SHA1', signer, undefined, forged) }));
both('a zip that is cut off', 7, amr.subarray(0, -30));

// What GNU tar writes for a path of 101 bytes, signed by us: a file that nobody packed comes out, and the path is another one
const folder = mkdtempSync(join(tmpdir(), 'amr-')), long = `${'d'.repeat(50)}/${'f'.repeat(101)}.html`;
mkdirSync(join(folder, dirname(long)));
writeFileSync(join(folder, long), 'x');
for (const format of ['pax', 'gnu']) {
	const made = spawnSync('tar', ['--format', format, '-cf', '-', long], { cwd: folder, maxBuffer: 1 << 20 }).stdout;
	const got = install(changed({ [tarName]: made, 'CERT.json': cert('RSA-SHA1', signer, made) }), { id, key });
	check(`${format} records become files`, got.code === 0 && got.files.size === 2 && !got.files.has(long) ? '' : `${got.code} ${[...got.files.keys()]}`);
}
rmSync(folder, { recursive: true });
const empty = Buffer.alloc(10240);
both('an empty tar', 8, changed({ [tarName]: empty, 'CERT.json': cert('RSA-SHA1', signer, empty) }));
both('a tar that is cut off', 7, changed({ [tarName]: bytesOf[tarName].subarray(0, 700), 'CERT.json': cert('RSA-SHA1', signer, bytesOf[tarName].subarray(0, 700)) }));

process.exit(failed ? 1 : 0);
