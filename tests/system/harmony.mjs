// What mdstatic says of quick fixes (.hqf, .appqf, parts) and of harmony packages (.hap, .app), case by case; and what it accepts is
// accepted by openssl too.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { abc, app, block, bsdiff, elf, hap, patch, sha256, sign } from '../harmony.mjs';
import { hqf, u32, zip } from '../packages.mjs';

const top = fileURLToPath(new URL('../..', import.meta.url));
const program = process.env.MDSTATIC ?? path.join(process.env.BUILD ?? path.join(top, 'build'), 'mdstatic');
const keys = path.join(top, 'tests/keys/harmony');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'mdstatic-harmony-'));
process.on('exit', () => fs.rmSync(work, { recursive: true, force: true }));

const BUNDLE = 'com.example.demo';
const folder = `quickfixes/${BUNDLE}/1000000/1000001`;
const ini = `[app]\nappId = DEMO01\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/DEMO01-default/\n[harmony]\naudience = 1000\nbundleName = ${BUNDLE}\n`;
const task = { id: 'all', type: 'official', publishedAt: '2026-11-01T00:00:00Z' };

let [passed, failed] = [0, 0];
function report(name, why) {
	console.log(`${why ? 'not ok' : 'ok'} - ${name}`);
	if (why) console.log(why.replace(/^/gm, '# '));
	why ? failed++ : passed++;
}

const repo = path.join(work, 'repo');
const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
for (const who of ['AUTHOR', 'COMMITTER'])
	Object.assign(env, { [`GIT_${who}_NAME`]: 'test', [`GIT_${who}_EMAIL`]: 'test@example.com', [`GIT_${who}_DATE`]: '2026-11-20T08:00:00Z' });
fs.mkdirSync(path.join(repo, 'keys'), { recursive: true });
fs.copyFileSync(path.join(top, 'tests/keys/1.root.json'), path.join(repo, 'keys/1.root.json'));
for (const args of [['init', '-q', '-b', 'main'], ['add', '-A'], ['commit', '-qm', 'test']])
	execFileSync('git', ['-C', repo, ...args], { env });

// The definitions with these files (below apps/demo); what `check` prints of them, and its exit code.
function check(files) {
	fs.rmSync(path.join(repo, 'apps'), { recursive: true, force: true });
	for (const [name, content] of Object.entries({ 'app.ini': ini, ...files })) {
		const to = path.join(repo, 'apps/demo', name);
		fs.mkdirSync(path.dirname(to), { recursive: true });
		fs.writeFileSync(to, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
	}
	const { stdout, status } = spawnSync(program, ['check', repo, '--worktree'], { encoding: 'utf8', env });
	return { said: stdout.replaceAll(`apps/demo/${folder}/`, ''), status };
}

// `said`: parts of lines that must be there. E: exit 1, W: exit 0.
function expect(level, name, files, ...said) {
	const got = check(files);
	const missing = said.filter((line) => !got.said.includes(line));
	const code = level === 'E' ? 1 : 0;
	report(name, missing.length || got.status !== code ? `exit ${got.status}; missing:\n${missing.join('\n')}\nsaid:\n${got.said}` : '');
}

const release = (inputs) => ({ [`${folder}/release.json`]: { ...inputs, tasks: [task] } });
const inFolder = (files) => Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]));
const ready = (files) => ({ ...release({ hqf: Object.keys(files) }), ...inFolder(files) });
const together = (bytes) => ({ ...release({ appqf: 'all.appqf' }), ...inFolder({ 'all.appqf': bytes }) });
const code = { 'ets/modules.abc': abc('the fix') };
const good = (facts = {}, files = code) => hqf(patch(facts), files);
const changed = (change) => { const json = patch(); change(json); return hqf(json, code); };

// --- modules: what is in them --------------------------------------------------------------------------------------------

const AT = 'release.json:1:9: ';
const bad = (name, bytes, why, level = 'E') => expect(level, name, ready({ 'a.hqf': bytes }), `${AT}${level === 'E' ? 'error' : 'warning'}: a.hqf${why}`);

expect('W', 'a signed module', ready({ 'a.hqf': sign(good()) }), '');
report('nothing is said of it', check(ready({ 'a.hqf': sign(good()) })).said);
bad('H1 no patch.json', zip(Object.entries(code)), ': it holds no patch.json');
bad('H2 bad JSON', zip([['patch.json', '{'], ...Object.entries(code)]), ': patch.json: not valid JSON');
for (const [owner, key] of [['app', 'bundleName'], ['app', 'versionCode'], ['app', 'patchVersionCode'], ['module', 'name'], ['module', 'type']])
	bad(`H3 no ${key}`, changed((json) => delete json[owner][key]), `: patch.json: ${owner}.${key} is missing`);
bad('H4 versionCode is a text', changed((json) => { json.app.versionCode = '1000000'; }), ': patch.json: app.versionCode must be a number');
bad('H5 another type', changed((json) => { json.module.type = 'foo'; }), ': patch.json: module.type must be patch');
bad('H6 hotreload', changed((json) => { json.module.type = 'hotreload'; }), ': patch.json: module.type is hotreload, which devices take for debug builds alone');
bad('H7 a name that leads out', changed((json) => { json.module.name = '../x'; }), ': patch.json: module.name must be no path');
bad('H10 the code of another release', good({ patchVersionCode: 1000002 }), ': patch.json says patchVersionCode 1000002; the folder\'s name is 1000001');
bad('H12 rawfile', good({}, { ...code, 'resources/rawfile/a': 'x' }), ': "resources/rawfile/a": a quick fix cannot change resources');
bad('H13 other resources', good({}, { ...code, 'resources/base/a': 'x' }), ': "resources/base/a": a quick fix cannot change resources');
bad('H15 an unknown abi', good({}, { 'libs/mips/a.so': elf('x86') }), ': "libs/mips/a.so" does not lie in libs/<abi>/');
bad('a library for another machine', good({}, { 'libs/x86/a.so': elf('arm64-v8a') }), ': "libs/x86/a.so" is a library for arm64-v8a');
bad('H20 a short hash', changed((json) => { json.module.originalModuleHash = '11223344556677889900'; }),
	': module.originalModuleHash "11223344556677889900" is not a SHA-256', 'W');
bad('H21 not signed', good(), ' is not signed: devices refuse it until it is (mdstatic hqf sign)', 'W');
bad('H27 BSDIFF40 cut off', good({}, { 'libs/x86/a.so.diff': bsdiff().subarray(0, 31) }), ': "libs/x86/a.so.diff" is cut off: a BSDIFF40 header has 32 bytes');
bad('a difference', sign(good({}, { 'libs/x86/a.so.diff': bsdiff() })), ': "libs/x86/a.so.diff" is a difference between libraries: OpenHarmony ignores them', 'W');
bad('H28 a file twice', zip([['patch.json', JSON.stringify(patch())], ['ets/a', 'x'], ['ets/a', 'y']]), ': "ets/a" is there twice');
bad('H28 leading out', good({}, { '../a': 'x' }), ': "../a" leads out of its folder');
bad('something else', sign(good({}, { ...code, 'module.json': '{}' })), ': "module.json" lies in neither ets/ nor libs/: devices do not look at it', 'W');

const local = Buffer.from(good());
local.writeUInt8(0x78, 30); // of the first name, in front of the file alone
bad('H28 two stories', local, ': "patch.json" is not the same in the directory and in the header before the file');

function deflated(name, content) { // a zip whose last entry is packed
	const [packed, bytes] = [deflateRawSync(content), zip([['patch.json', JSON.stringify(patch())], [name, content]])];
	const made = zip([['patch.json', JSON.stringify(patch())], [name, packed]]);
	for (const mark of [0x04034b50, 0x02014b50]) {
		const at = (b) => b.lastIndexOf(u32(mark));
		const [from, to, shift] = [at(bytes), at(made), mark === 0x02014b50 ? 2 : 0];
		made.writeUInt16LE(8, to + 8 + shift);
		bytes.copy(made, to + 14 + shift, from + 14 + shift, from + 18 + shift); // CRC-32
		made.writeUInt32LE(content.length, to + 22 + shift);
	}
	return made;
}
bad('H29 compressed code', sign(deflated('ets/a.abc', Buffer.alloc(2000))), ': "ets/a.abc" is compressed; devices may insist on stored code', 'W');

// --- modules: who signed them --------------------------------------------------------------------------------------------

const signedBad = (name, options, why, level = 'E') => bad(name, sign(good(), options), why, level);
const flipped = (bytes, at) => { const copy = Buffer.from(bytes); copy[at] ^= 1; return copy; };
bad('H22 a byte flipped', flipped(sign(good()), good().indexOf('the fix')), ': its bytes are not those that were signed (the content digest differs)');
signedBad('H23 a profile for another bundle', { bundleName: 'com.other' }, `: its profile is for bundleName "com.other"; patch.json says "${BUNDLE}"`);
signedBad('H25 an expired profile', { to: '2026-11-20T07:59:59Z' }, ': its profile expired at 2026-11-20T07:59:59Z: devices refuse it');
signedBad('a profile of the future', { from: '2026-11-20T08:00:01Z' }, ': its profile is not valid before 2026-11-20T08:00:01Z: devices refuse it');
signedBad('a profile for debugging', { type: 'debug' }, ': its profile is for debugging', 'W');
signedBad('a signer whom the profile does not name', { certificate: 'other' }, ': the certificate in its profile is not the one that signed it', 'W');
signedBad('H26 size', { tail: { size: 0x7fffffff } }, ': its signing block says that it has 2147483647 bytes;');
signedBad('H26 count', { tail: { count: 0x7fffffff } }, ': its signing block says that it has 2147483647 parts; at most 10 fit');
signedBad('H26 magic', { tail: { magic: '<hap sign Block>' } }, ': what lies between its last entry and its directory is no signing block');
signedBad('H26 version', { version: 99, tail: { magic: '<hap sign block>' } }, ': its signing block says version 99, which does not fit its magic');
signedBad('H26 a part twice', { parts: (v) => [v[0], ...v] }, ': part 0x20000002 of its signing block is there twice');
signedBad('H26 an unknown part', { parts: (v) => [...v, [0x20000009, Buffer.from('x')]] }, ': part 0x20000009 of its signing block is unknown');
signedBad('no signature', { parts: (v) => v.slice(0, -1) }, ': its signing block holds no signature');
signedBad('no profile', { parts: (v) => v.slice(-1) }, ': its signing block holds no profile');
signedBad('another digest', { digest: Buffer.alloc(32) }, ': its bytes are not those that were signed');
signedBad('a profile that says little', { json: '{"type": "release"}' }, ': its profile has no validity');
signedBad('a profile that is no JSON', { json: 'profile' }, ': what its profile holds is no JSON');
{
	const bytes = sign(good());
	const at = bytes.indexOf(u32(0x20000000), good().length - 400);
	const damaged = Buffer.from(bytes);
	damaged.writeUInt32LE(0xfffffff0, at + 8);
	bad('H26 an offset that overflows', damaged, ': part 0x20000000 of its signing block does not lie in it');
}

const two = (first, second) => ready({ 'a.hqf': first, 'b.hqf': second });
const pair = (name, a, b, ...said) => expect('E', name, two(sign(good(), a), sign(good({ module: 'other' }), b)), ...said.map((s) => `error: b.hqf: ${s}`));
pair('H24 another apl', {}, { apl: 'system_basic' }, 'its profile says apl "system_basic", that of a.hqf "normal"');
pair('H24 another app-identifier', {}, { appIdentifier: '2' }, 'its profile says app-identifier "2", that of a.hqf "5765880207854649881"');
pair('Q14 another signer', {}, { by: 'other' }, 'it is signed by "CN=Other Release,O=mdstatic tests" (SHA-256 ');

// --- several modules -----------------------------------------------------------------------------------------------------

const appqf = (...modules) => zip(modules.map((bytes, i) => [`${'ab'[i]}.hqf`, bytes]));
const rule = (name, facts, ...said) => expect('E', name, together(appqf(sign(good()), sign(good({ module: 'other', ...facts }),
	{ bundleName: facts.bundleName ?? BUNDLE }))), ...said.map((s) => `release.json:1:10: error: all.appqf: b.hqf: ${s}`));
expect('E', 'Q1 empty', together(zip([])), 'release.json:1:10: error: all.appqf: it is empty');
rule('Q2 another bundleName', { bundleName: 'com.other' }, 'patch.json says bundleName "com.other"');
rule('Q3 another versionCode', { versionCode: 7 }, 'patch.json says versionCode 7');
rule('Q4 another versionName', { versionName: '2' }, 'patch.json says versionName "2"; that of all.appqf: a.hqf is "1.0.0"');
rule('Q5 another patchVersionCode', { patchVersionCode: 7 }, 'patch.json says patchVersionCode 7');
rule('Q6 another patchVersionName', { patchVersionName: '2' }, 'patch.json says patchVersionName "2"; that of all.appqf: a.hqf is "1.0.0.1"');
rule('Q7 a module twice', { module: 'entry', deviceTypes: ['tablet', 'phone'] }, 'another module is named "entry" too, for the device type phone');
report('Q8 a name for two device types', check(together(appqf(sign(good()), sign(good({ deviceTypes: ['tablet'] }))))).said);
expect('E', 'Q9 another type', together(appqf(sign(good()), sign(changed((json) => { json.module.type = 'hotreload'; })))),
	'error: all.appqf: b.hqf: patch.json: module.type is hotreload');
expect('E', 'Q10 another file', together(zip([['a.hqf', good()], ['pack.info', 'x']])), 'error: all.appqf: pack.info: an appqf holds .hqf files and nothing else');
expect('E', 'Q11 in a folder', together(zip([['x/a.hqf', good()]])), 'error: all.appqf: x/a.hqf: an appqf holds .hqf files and nothing else, in no folder');
expect('E', 'Q13 other ABIs', together(appqf(sign(good({}, { 'libs/x86/a.so': elf('x86') })),
	sign(good({ module: 'other' }, { 'libs/arm64-v8a/a.so': elf('arm64-v8a') })))),
	'error: all.appqf: b.hqf: it has libraries for arm64-v8a, all.appqf: a.hqf for x86: a device that gets both refuses them');
expect('W', 'a signed .appqf', together(sign(appqf(sign(good())))), '');
expect('E', 'a spoilt .appqf', together(flipped(sign(appqf(sign(good()))), 40)), 'error: all.appqf: its bytes are not those that were signed');

// --- modules to build, and what is installed -----------------------------------------------------------------------------

const library = 'libs/arm64-v8a/a.so';
const installed = { 'ets/modules.abc': abc('old'), [library]: elf('arm64-v8a') };
function parts(base, { facts = {}, hash, files = { 'ets/modules.abc': abc('new'), [library]: elf('arm64-v8a') } } = {}) {
	const json = patch({ ...facts, base });
	if (hash !== undefined) json.module.originalModuleHash = hash;
	return { ...release({ modules: [{ patch: 'p.json', base: 'b.hap', ets: 'ets', libs: 'libs' }] }),
		...inFolder({ 'p.json': json, 'b.hap': base, ...files }) };
}
const fit = (name, base, options, ...said) => expect('E', name, parts(base, options), ...said.map((s) => `error: ${s}`));
expect('W', 'parts that fit', parts(hap({}, installed)), 'release.json:1:13: warning: what is built from p.json is not signed');
fit('H8 another bundle', hap({ bundleName: 'com.other' }, installed), { facts: {} }, `b.hap (module.json) is of bundleName "com.other"; this quick fix is for "${BUNDLE}"`);
fit('H9 another version', hap({ versionCode: 7 }, installed), {}, 'b.hap (module.json) has versionCode 7; this quick fix is for 1000000');
fit('H14 another abi', hap({}, { 'ets/modules.abc': abc(), 'libs/x86/a.so': elf('x86') }), {}, '"libs/arm64-v8a": b.hap has no libraries for this ABI');
fit('H16 a new library', hap({}, { 'ets/modules.abc': abc(), 'libs/arm64-v8a/b.so': elf('arm64-v8a') }), {}, `"${library}": b.hap has no ${library}: a quick fix cannot add libraries`);
fit('H16 a difference to none', hap({}, installed), { files: { 'ets/modules.abc': abc(), 'libs/arm64-v8a/b.so.diff': bsdiff() } },
	'"libs/arm64-v8a/b.so.diff": b.hap has no libs/arm64-v8a/b.so: a quick fix cannot add libraries');
fit('H17 new code', hap({}, installed), { files: { 'ets/modules.abc': abc(), 'ets/new.abc': abc(), [library]: elf('arm64-v8a') } },
	'"ets/new.abc" is not in b.hap: a quick fix cannot add code');
fit('H18 another module', hap({ module: 'entry' }, installed), { facts: { module: 'player' } }, 'b.hap (module.json) is the module "entry"; patch.json is for "player", which devices would skip');
fit('H19 another .hap', hap({}, installed), { hash: sha256('another') }, `b.hap has the SHA-256 ${sha256(hap({}, installed))}; patch.json says originalModuleHash ${sha256('another')}`);
fit('no .hap', zip([['a', 'b']]), {}, 'b.hap cannot be read as a harmony package: it holds neither module.json nor config.json');
fit('a spoilt .hap', flipped(sign(hap({}, installed)), 60), {}, 'b.hap cannot be read as a harmony package: its bytes are not those that were signed');
expect('W', 'of the FA model', parts(zip([['config.json', JSON.stringify({ app: { bundleName: BUNDLE, version: { code: 1000000, name: '1' } },
	module: { distro: { moduleName: 'entry', moduleType: 'entry' }, deviceType: ['phone'] } })], ...Object.entries(installed)])), '');

// H11: the lower one comes out when devices have the higher one already
expect('W', 'H11 a lower code after a higher one', {
	...ready({ 'a.hqf': sign(good()) }),
	[`quickfixes/${BUNDLE}/1000000/1000002/release.json`]: { hqf: ['a.hqf'], tasks: [{ ...task, status: 'ended', publishedAt: '2026-10-01T00:00:00Z' }] },
	[`quickfixes/${BUNDLE}/1000000/1000002/a.hqf`]: sign(good({ patchVersionCode: 1000002 })),
}, 'warning: a device that has patch 1000002, which was out before, keeps it: it takes no lower one');

// --- upgrades ------------------------------------------------------------------------------------------------------------

const upgrade = (file, bytes) => ({ 'upgrades/harmony/1.0.0/release.json': { platform: 'harmony', version: '1.0.0', package: { file }, tasks: [
	{ ...task, upgradeMode: 'once' }] }, [`upgrades/harmony/1.0.0/${file}`]: bytes });
const AT_FILE = 'apps/demo/upgrades/harmony/1.0.0/release.json:1:59: ';
for (const [file, make] of [['demo.hap', hap], ['demo.app', app]]) {
	const source = file === 'demo.hap' ? 'module.json' : 'pack.info';
	report(`${file}, signed`, check(upgrade(file, sign(make()))).said);
	expect('W', `${file}, not signed`, upgrade(file, make()), `${AT_FILE}warning: ${file} is not signed: devices refuse it`);
	expect('E', `${file} of another bundle`, upgrade(file, sign(make({ bundleName: 'com.other' }), { bundleName: 'com.other' })),
		`${AT_FILE}error: the bundleName in ${file} (${source}) is "com.other"; [harmony] bundleName in app.ini is "${BUNDLE}"`);
	expect('E', `${file} of another version`, upgrade(file, sign(make({ versionName: '1.0.1' }))),
		`${AT_FILE}error: ${file} (${source}) has version name "1.0.1"; this release is version 1.0.0`);
	expect('E', `${file}, expired`, upgrade(file, sign(make(), { to: '2026-11-20T07:59:59Z' })), `${AT_FILE}error: ${file}: its profile expired at 2026-11-20T07:59:59Z`);
	expect('E', `${file}, spoilt`, upgrade(file, flipped(sign(make()), 60)), `${AT_FILE}error: ${file} cannot be read as a harmony package: its bytes are not those`);
	expect('E', `${file}, cut off`, upgrade(file, sign(make()).subarray(0, -10)), `${AT_FILE}error: ${file} cannot be read as a harmony package: it is no zip archive`);
}

// --- openssl agrees ------------------------------------------------------------------------------------------------------

const bytes = sign(good());
const directory = bytes.readUInt32LE(bytes.length - 6);
const size = bytes.readUInt32LE(directory - 28);
const table = bytes.subarray(directory - size, directory);
const partOf = (type) => {
	for (let at = 0; ; at += 12)
		if (table.readUInt32LE(at) === type)
			return table.subarray(table.readUInt32LE(at + 8), table.readUInt32LE(at + 8) + table.readUInt32LE(at + 4));
};
const openssl = (content, anchor) => spawnSync('openssl', ['cms', '-verify', '-inform', 'DER', '-purpose', 'any', '-CAfile', path.join(keys, anchor)], { input: content });
for (const [name, type] of [['signature', 0x20000000], ['profile', 0x20000002]]) {
	report(`openssl verifies the ${name}`, openssl(partOf(type), 'root.pem').status === 0 ? '' : 'refused');
	report(`but not by another root (${name})`, openssl(partOf(type), 'alone.pem').status === 0 ? 'accepted' : '');
}
const profile = JSON.parse(openssl(partOf(0x20000002), 'root.pem').stdout);
report('the profile is what it gives out', profile['bundle-info']['bundle-name'] === BUNDLE ? '' : JSON.stringify(profile));
report('a block by hand is the same', block([[0x20000002, partOf(0x20000002)], [0x20000000, partOf(0x20000000)]], 3).equals(table) ? '' : 'differs');

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
