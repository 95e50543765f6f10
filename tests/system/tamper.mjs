// What `mdstatic verify` and `mdstatic resolve` must refuse, tried out: node tamper.mjs WORK NOW, see tamper.sh.
//
// Each tree is damaged in place and put right again. A refusal is exit 1 and a message that names the file; `resolve` prints no
// answer that the good tree does not give, and what --state keeps stays as it was. The one exception is a whitelist's page: one
// that is missing or not proven means "not listed", and "incomplete".
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flips, resealed, resized, respelled } from './tamper/damage.mjs';
import { canonical, newKey, readKeys, seal, sha256 } from './tamper/forge.mjs';
import { State, Subject, check, closing } from './tamper/subject.mjs';
import { Builder, listed, readTree } from './tamper/trees.mjs';

const [work, now] = process.argv.slice(2);
const program = join(work, 'mdstatic'), otherRoot = join(work, 'other-root/1.root.json');
const builder = new Builder({ work, keys: join(work, 'keys'), program, now });
const rootKey = readKeys(builder.keys).root;
const stranger = newKey(), long = Boolean(process.env.LONG);

const isSigned = (path) => path.startsWith('metadata/') || path === 'build.json';
const isRoot = (path) => path.endsWith('.root.json');
const isBin = (path) => /objects-[1-9a-f]\.json$/.test(path); // one of many alike
const isFilter = (path) => path.endsWith('.filter.bin');
const kindOf = (path) => path.slice(path.lastIndexOf('/') + 1).replace(/^[0-9a-f]{64}\.|^\d+\./, '');
const at = (seconds) => new Date(Date.parse(now) + 1000 * seconds).toISOString().replace('.000', '');
const days = (n) => 24 * 3600 * n;
const huge = 5 * 2 ** 30, little = 256 << 10; // bytes of an endless file, KiB of address space

// Keys that must not count for a file: one that nobody knows, and one that the root names for another role.
function useless(path, metadata) {
	const known = /snapshot/.test(path) ? metadata.keys.timestamp : metadata.keys.snapshot;
	return { 'a stranger': stranger, 'another role': known };
}

// Everything that can be done to the bytes of a file, without a key of the tree. `flipped`: how many bits. Other spellings of what
// stands below a hash come in forgeries(), with a hash that fits.
function damages(subject, path, flipped) {
	const bytes = subject.files.get(path);
	const alike = [...subject.files].filter(([other, content]) => kindOf(other) === kindOf(path) && !content.equals(bytes));
	const all = [['taken away', null], ...flips(bytes, flipped), ...resized(bytes)];

	for (const [other, content] of alike.slice(0, 4)) all.push([`replaced by ${other}`, content]);
	if (isRoot(path)) all.push(...respelled(bytes), ...resealed(bytes, useless(path, subject.metadata)));
	return all;
}

// --- every file, every damage -----------------------------------------------------------------------------------------------

// Metadata and build.json one after the other; what they list, all at once: `verify` reports every file.
function verifyEverything(subject, flipped) {
	const targets = [...subject.files.keys()].filter((path) => !isSigned(path));
	const seen = {};

	for (const path of subject.files.keys()) {
		if (!isSigned(path)) continue;
		check(`${subject.app}: verify refuses every damage of ${path}`, (fault) => {
			const few = isBin(path) && !long;
			const all = damages(subject, path, few ? 1 : flipped).slice(0, few ? 4 : undefined);
			for (const [what, bytes] of all)
				subject.damaged([[path, bytes]], () => subject.refusal(fault, `${path} ${what}`, subject.verify(), blame(path, bytes)));
			return all.length;
		});
	}
	check(`${subject.app}: verify names each of ${targets.length} damaged targets`, (fault) => {
		const all = targets.map((path) => {
			const some = (seen[kindOf(path)] = (seen[kindOf(path)] ?? 0) + 1) > 8 && !long;
			return [path, damages(subject, path, some ? 2 : flipped).slice(0, some ? 4 : undefined)];
		});
		const rounds = Math.max(...all.map(([, list]) => list.length));
		let count = 0;

		for (let i = 0; i < rounds; i++) {
			const chosen = all.filter(([, list]) => i < list.length).map(([path, list]) => [path, ...list[i]]);
			subject.damaged(chosen.map(([path, , bytes]) => [path, bytes]), () => {
				const run = subject.verify();
				for (const [path, what] of chosen) subject.refusal(fault, `${path} ${what}`, run, path);
			});
			count += chosen.length;
		}
		return count;
	});
}

// Nothing says how many roots there should be; what the missing one allowed shows first in timestamp.json.
const blame = (path, bytes) => (bytes === null && /[2-9]\.root\.json$/.test(path) ? [path, 'metadata/timestamp.json'] : path);

// Half of the damage is met by all devices, the other half by one with a state, which must stay as it is.
function resolveEverything(subject, flipped, state) {
	const good = subject.resolve();
	const reads = subject.devices.map((device) => [device, subject.reads(device).filter((path) => !isFilter(path))]);
	const files = [...new Set(reads.flatMap(([, paths]) => paths))].sort();

	for (const path of files) {
		const [device] = reads.find(([, paths]) => paths.includes(path));
		check(`${subject.app}: resolve refuses every damage of ${path}`, (fault) => {
			const all = damages(subject, path, flipped);
			all.forEach(([what, bytes], i) => subject.damaged([[path, bytes]], () => {
				const run = subject.resolve(i % 2 ? { device, state: state.folder } : {});
				subject.refusal(fault, `${path} ${what}`, run, blame(path, bytes), i % 2 ? '' : good.out);
				state.mustBeKept(fault, `${path} ${what}`);
			}));
			return all.length;
		});
	}
	return files;
}

// --- signed, and wrong all the same ------------------------------------------------------------------------------------------

// [what, signed part → signed part]
const lies = [
	['an unknown key', (signed) => ({ ...signed, zzz: 1 })],
	['another app', (signed) => ({ ...signed, app: 'OTHER-default' })],
	['no app', ({ app, ...signed }) => signed],
	['another type', (signed) => ({ ...signed, _type: 'mirrors' })],
	['version 0', (signed) => ({ ...signed, version: 0 })],
	['a version as text', (signed) => ({ ...signed, version: '1' })],
	['an expiry with an offset', (signed) => ({ ...signed, expires: '2036-01-01T00:00:00+00:00' })],
	['an expiry with a fraction', (signed) => ({ ...signed, expires: '2036-01-01T00:00:00.0Z' })],
	['another specification', (signed) => ({ ...signed, spec_version: '1.0.33' })],
];

const liesOf = {
	build: [
		['an unknown key', (signed) => ({ ...signed, zzz: 1 })],
		['another app', (signed) => ({ ...signed, app: 'OTHER-default' })],
		['another type', (signed) => ({ ...signed, _type: 'timestamp' })],
		['an empty lineage', (signed) => ({ ...signed, lineage: [] })],
		['another lineage', (signed) => ({ ...signed, lineage: ['0'.repeat(64)] })],
		['a longer lineage', (signed) => ({ ...signed, lineage: [...signed.lineage, '0'.repeat(64)] })],
		['a file elsewhere that nothing lists', (signed) => ({ ...signed, elsewhere: { 'targets/x': 1 } })],
	],
	snapshot: [
		['a version that timestamp.json does not say', (signed) => ({ ...signed, version: signed.version + 1 })],
		['no targets', (signed) => ({ ...signed, meta: { 'objects.json': signed.meta['objects.json'] } })],
		['a role that is no name', (signed) => ({ ...signed, meta: { '../x.json': signed.meta['targets.json'], ...signed.meta } })],
		['an unknown hash', (signed) => {
			signed.meta['targets.json'].hashes.sha512 = '0'.repeat(128);
		}],
	],
	targets: [
		['a version that the snapshot does not say', (signed) => ({ ...signed, version: signed.version + 1 })],
		['a target outside the folder', (signed) => {
			signed.targets['../x'] = Object.values(signed.targets)[0];
		}],
		['custom data of a target', (signed) => {
			Object.values(signed.targets)[0].custom = {};
		}],
		['a delegation that is not terminating', (signed) => {
			signed.delegations.roles[0].terminating = false;
		}],
	],
	timestamp: [
		['two files', (signed) => ({ ...signed, meta: { ...signed.meta, 'targets.json': signed.meta['snapshot.json'] } })],
		['a snapshot without a hash', (signed) => {
			delete signed.meta['snapshot.json'].hashes;
		}],
		['a longer snapshot', (signed) => {
			signed.meta['snapshot.json'].length++;
		}, 'snapshot'],
		['a later snapshot', (signed) => {
			signed.meta['snapshot.json'].version++;
		}, 'snapshot', (path) => path.replace(/\d+/, (n) => Number(n) + 1)],
	],
};

function refusedByBoth(fault, subject, role, what, changes, path, { state, options }) {
	subject.damaged(changes, () => {
		subject.refusal(fault, `${what}: verify`, subject.verify(), path);
		if (['build', 'objects'].includes(role)) return;
		subject.refusal(fault, `${what}: resolve`, subject.resolve(options), path);
		state.mustBeKept(fault, what);
	});
}

function forgeries(subject, state) {
	const { metadata } = subject;

	for (const role of ['timestamp', 'snapshot', 'targets', 'objects', 'build']) {
		const path = metadata.paths[role], bytes = subject.files.get(path);
		const all = [
			...[...respelled(bytes), ...resealed(bytes, useless(path, metadata))].map(([what, damaged]) =>
				[what, metadata.relinked(role, damaged), path]),
			...[...(role === 'build' ? [] : lies), ...(liesOf[role] ?? [])].map(([what, change, blamed, rename]) => {
				const named = metadata.paths[blamed ?? role];
				return [`${what}, signed by its own key`, metadata.resigned(role, change), rename ? rename(named) : named];
			}),
		];
		check(`${subject.app}: ${path} in another form or with a lie, all above it signed`, (fault) => {
			all.forEach(([what, changes, named], i) => refusedByBoth(fault, subject, role, what, changes, named,
				{ state, options: i % 2 ? { state: state.folder } : {} }));
			return all.length;
		});
	}
}

function rootForgeries(subject) {
	const path = 'metadata/2.root.json', bytes = subject.files.get(path), { signed } = JSON.parse(bytes);
	const all = [
		['an unknown key', { ...signed, zzz: 1 }],
		['an app', { ...signed, app: subject.app }],
		['the version of another', { ...signed, version: 3 }],
		['no consistent snapshots', { ...signed, consistent_snapshot: false }],
		['threshold 0', { ...signed, roles: { ...signed.roles, timestamp: { ...signed.roles.timestamp, threshold: 0 } } }],
		['threshold 2 of 1', { ...signed, roles: { ...signed.roles, root: { ...signed.roles.root, threshold: 2 } } }],
		['a key twice', { ...signed, roles: { ...signed.roles,
			root: { keyids: [...signed.roles.root.keyids, ...signed.roles.root.keyids], threshold: 2 } } }],
		['a key under another id', { ...signed, keys: { ...signed.keys, [stranger.id]: rootKey.object } }],
		['no role snapshot', { ...signed, roles: { ...signed.roles, snapshot: undefined } }],
	].map(([what, part]) => [what, seal(rootKey, JSON.parse(JSON.stringify(part)))]);
	const takeover = { ...signed, keys: { ...signed.keys, [stranger.id]: stranger.object },
		roles: { ...signed.roles, root: { keyids: [stranger.id], threshold: 1 } } };

	all.push(['a new root key that the old one did not sign', seal(stranger, takeover)]);
	all.push(['a new root key that did not sign itself', seal(rootKey, takeover)]);
	check(`${subject.app}: ${path} with a lie, signed by the root key`, (fault) => {
		for (const [what, damaged] of all) {
			subject.damaged([[path, damaged]], () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), path);
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), path);
			});
		}
		return all.length;
	});
	check(`${subject.app}: a third root that is none`, (fault) => {
		const third = 'metadata/3.root.json';
		for (const [what, damaged] of [['the second again', bytes], ['empty', Buffer.alloc(0)], ['signed by a stranger',
			seal(stranger, { ...signed, version: 3 })]]) {
			subject.damaged([[third, damaged]], () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), third);
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), third);
			});
		}
	});
}

// --- time, versions, roots -----------------------------------------------------------------------------------------------------

function expiries(subject, state) {
	const soon = at(3600), late = at(days(3000));

	check(`${subject.app}: an expired tree`, (fault) => {
		const path = ['metadata/timestamp.json', '.root.json'], last = at(days(7) - 1), over = at(days(7));
		subject.acceptance(fault, 'verify a second before', subject.verify({ now: last }));
		subject.acceptance(fault, 'resolve a second before', subject.resolve({ now: last }));
		for (const [what, options] of [['at the second', { now: over }], ['years later', { now: late }]]) {
			subject.refusal(fault, `verify ${what}`, subject.verify(options), path);
			subject.refusal(fault, `resolve ${what}`, subject.resolve(options), path);
			subject.refusal(fault, `resolve ${what} with a state`, subject.resolve({ ...options, state: state.folder }), path);
		}
		state.mustBeKept(fault, 'all of it');
	});
	for (const role of ['snapshot', 'targets', 'objects']) {
		check(`${subject.app}: an expired ${role}`, (fault) => {
			const changes = subject.metadata.resigned(role, (signed) => ({ ...signed, expires: soon }));
			const path = subject.metadata.paths[role];
			subject.damaged(changes, () => {
				subject.acceptance(fault, 'verify before', subject.verify({ now: at(3599) }));
				subject.refusal(fault, 'verify', subject.verify({ now: soon }), path);
				if (role === 'objects') return;
				subject.acceptance(fault, 'resolve before', subject.resolve({ now: at(3599) }));
				subject.refusal(fault, 'resolve', subject.resolve({ now: soon }), path);
			});
		});
	}
}

function expiredRoot(subject) {
	check(`${subject.app}: an expired root`, (fault) => {
		const path = 'metadata/2.root.json', { signed } = JSON.parse(subject.files.get(path));
		subject.damaged([[path, seal(rootKey, { ...signed, expires: now })]], () => {
			subject.refusal(fault, 'verify', subject.verify(), path);
			subject.refusal(fault, 'resolve', subject.resolve(), path);
		});
	});
}

function wrongRoot(subject, state) {
	check(`${subject.app}: a root of other keys`, (fault) => {
		subject.refusal(fault, 'verify', subject.verify({ root: otherRoot }), 'metadata/1.root.json');
		subject.refusal(fault, 'resolve', subject.resolve({ root: otherRoot }), ['metadata/timestamp.json', '2.root.json']);
		subject.refusal(fault, 'with a state', subject.resolve({ root: otherRoot, state: state.folder }),
			['metadata/timestamp.json', '2.root.json']);
		state.mustBeKept(fault, 'all of it');
	});
}

// Without --root the tree's own first root is trusted: damage of it shows all the same.
function ownRoot(subject) {
	const path = 'metadata/1.root.json', bytes = subject.files.get(path);

	check(`${subject.app}: resolve without --root refuses every damage of ${path}`, (fault) => {
		const all = [...flips(bytes, 8), ...resized(bytes), ...respelled(bytes), ...resealed(bytes, { 'a stranger': stranger }),
			['of other keys', readFileSync(otherRoot)], ['taken away', null]];
		for (const [what, damaged] of all) {
			subject.damaged([[path, damaged]], () => subject.refusal(fault, what, subject.resolve({ root: null }),
				what === 'of other keys' ? ['metadata/timestamp.json', '2.root.json'] : path));
		}
		subject.damaged([[path, bytes]], () => {
			truncateSync(join(subject.folder, path), huge);
			subject.refusal(fault, 'endless', subject.resolve({ root: null, memory: little }), path);
		});
		return all.length + 1;
	});
}

// `older`: an earlier tree of the app. `state` holds it, `newer` will hold the subject's.
function rollbacks(subject, older, state) {
	const folder = join(work, `${subject.app}-newer`), device = subject.devices[0];
	const resolve = (options) => subject.resolve({ state: folder, ...options });
	const good = resolve(), newer = new State(folder);
	const refuse = (fault, what, run, paths) => {
		subject.refusal(fault, what, run, paths);
		newer.mustBeKept(fault, what);
	};

	check(`${subject.app}: an older tree after this one`, (fault) => {
		subject.acceptance(fault, 'without a state', older.resolve());
		subject.acceptance(fault, 'with a state of its own', older.resolve({ state: state.folder }));
		refuse(fault, 'with a newer state', older.resolve({ state: newer.folder }), 'metadata/timestamp.json');
		refuse(fault, 'for one device', older.resolve({ state: newer.folder, device }), 'metadata/timestamp.json');
		subject.acceptance(fault, 'this one again', resolve(), good.out);
	});
	check(`${subject.app}: an older part, signed by thieves of the keys above it`, (fault) => {
		const old = older.metadata, thief = stolen(subject, older);
		const tries = [
			['a timestamp with the older snapshot', thief.snapshot(old.snapshot.version), 'metadata/timestamp.json'],
			['a timestamp with the older snapshot as a new one', thief.snapshot(9), 'metadata/9.snapshot.json'],
			['a snapshot with the older targets', thief.targets(old.snapshot.meta['targets.json'].version), 'metadata/9.snapshot.json'],
			['a snapshot with the older targets as new ones', thief.targets(9), 'metadata/9.targets.json'],
			['a snapshot that has lost a role', thief.vanished(), 'metadata/9.snapshot.json'],
		];
		for (const [what, changes, path] of tries)
			subject.damaged(changes, () => refuse(fault, what, resolve(), path));
		subject.acceptance(fault, 'the good tree again', resolve(), good.out);
		return tries.length;
	});
	check(`${subject.app}: the clock of a state does not go back`, (fault) => {
		const changes = subject.metadata.resigned('timestamp', (signed) => ({ ...signed, version: 9, expires: at(days(3)) }));
		subject.acceptance(fault, 'six days on', resolve({ now: at(days(6)) }));
		newer.keep();
		subject.damaged(changes, () => refuse(fault, 'back then', resolve({ now }), 'metadata/timestamp.json'));
	});
}

// What somebody with the timestamp key, or with that and the snapshot key, can make of older files.
function stolen(subject, older) {
	const { timestamp, snapshot, keys, paths } = subject.metadata, old = older.metadata;
	const describe = (bytes, version) => ({ hashes: { sha256: sha256(bytes) }, length: bytes.length, version });
	const point = (bytes, version) => seal(keys.timestamp,
		{ ...timestamp, version: 9, meta: { 'snapshot.json': describe(bytes, version) } });
	const withSnapshot = (meta, more = []) => {
		const bytes = seal(keys.snapshot, { ...snapshot, version: 9, meta });
		return [[paths.timestamp, point(bytes, 9)], ['metadata/9.snapshot.json', bytes], ...more];
	};

	return {
		snapshot(version) {
			const bytes = older.files.get(old.paths.snapshot);
			return [[paths.timestamp, point(bytes, version)], [`metadata/${version}.snapshot.json`, bytes]];
		},
		targets(version) {
			const bytes = older.files.get(old.paths.targets);
			return withSnapshot({ ...snapshot.meta, 'targets.json': describe(bytes, version) }, [[`metadata/${version}.targets.json`, bytes]]);
		},
		vanished() {
			return withSnapshot({ 'targets.json': snapshot.meta['targets.json'] });
		},
	};
}

// Files of two builds of one app, in all mixtures: under their own names, and under the names of the other build.
function mixtures(subject, older, state) {
	const roles = ['timestamp', 'snapshot', 'targets', 'objects', 'build'];
	const was = older.metadata.paths, is = subject.metadata.paths;
	const differs = roles.filter((role) => !older.files.get(was[role]).equals(subject.files.get(is[role])));
	const all = [...Array(2 ** differs.length - 1).keys()].map((bits) => differs.filter((_, i) => (bits + 1) >> i & 1));

	check(`${subject.app}: an older build's files under their own names`, (fault) => {
		for (const chosen of all) {
			const changes = chosen.map((role) => [was[role], older.files.get(was[role])]);
			subject.damaged(changes, () => {
				const what = chosen.join(' ');
				subject.refusal(fault, `${what}: verify`, subject.verify(), ['metadata/', 'build.json']);
				if (!chosen.includes('timestamp')) return;
				// without the index that they lead to, they are no tree
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), ['metadata/', 'targets/index/']);
			});
		}
		return all.length;
	});
	check(`${subject.app}: an older build's files under the names of this one`, (fault) => {
		for (const chosen of all) {
			const changes = chosen.map((role) => [is[role], older.files.get(was[role])]);
			subject.damaged(changes, () => {
				const what = chosen.join(' '), read = chosen.some((role) => !['objects', 'build'].includes(role));
				subject.refusal(fault, `${what}: verify`, subject.verify(), ['metadata/', 'build.json']);
				if (!read) return;
				const options = chosen.includes('objects') ? {} : { state: state.folder };
				subject.refusal(fault, `${what}: resolve`, subject.resolve(options), ['metadata/', 'targets/index/']);
				state.mustBeKept(fault, what);
			});
		}
		return all.length;
	});
}

// --- another app under the same root ---------------------------------------------------------------------------------------------

function otherApp(subject, twin, state) {
	const pairs = [...subject.files.keys()].map((path) => [path, [...twin.files.keys()].find((other) => kindOf(other) === kindOf(path))]);

	check(`${subject.app}: ${twin.app}'s folder in its place`, (fault) => {
		const copy = join(work, 'copy');
		cpSync(twin.folder, copy, { recursive: true });
		subject.replaced(copy, () => {
			subject.refusal(fault, 'verify', subject.verify(), 'metadata/timestamp.json');
			subject.refusal(fault, 'resolve', subject.resolve(), 'metadata/timestamp.json');
			subject.refusal(fault, 'resolve its folder', subject.resolve({ tree: subject.folder }), 'metadata/timestamp.json');
			subject.refusal(fault, 'with a state', subject.resolve({ state: state.folder }), 'metadata/timestamp.json');
			state.mustBeKept(fault, 'all of it');
		});
	});
	check(`${subject.app}: single files of ${twin.app} in the place of its own`, (fault) => {
		const own = subject.reads();
		let count = 0;
		for (const [path, other] of pairs) {
			const bytes = twin.files.get(other);
			if (bytes.equals(subject.files.get(path))) continue;
			subject.damaged([[path, bytes]], () => {
				subject.refusal(fault, `${path} from ${other}: verify`, subject.verify(), path);
				if (own.includes(path) && !isFilter(path)) subject.refusal(fault, `${path} from ${other}: resolve`, subject.resolve(), path);
			});
			count++;
		}
		return count;
	});
	check(`${subject.app}: ${twin.app}'s metadata and targets over its own, in all mixtures`, (fault) => {
		const parts = [/timestamp/, /snapshot/, /\d\.targets/, /objects|build/, /^targets\//];
		for (let bits = 1; bits < 2 ** parts.length; bits++) {
			const chosen = parts.filter((_, i) => bits >> i & 1);
			const changes = [...twin.files].filter(([path]) => chosen.some((part) => part.test(path)))
				.filter(([path, bytes]) => !subject.files.get(path)?.equals(bytes));
			subject.damaged(changes, () => {
				subject.refusal(fault, `${chosen}: verify`, subject.verify(), subject.app);
				if (bits & 7) subject.refusal(fault, `${chosen}: resolve`, subject.resolve(), 'metadata/');
			});
		}
	});
	check(`${subject.app}: indexes of ${twin.app} and of another platform, signed as its own`, (fault) => {
		const { metadata } = subject, target = 'index/v1/android-switch.json';
		const wrong = { 'another app': [twin, target], 'another platform': [subject, 'index/v1/ios-switch.json'] };
		for (const [what, [whose, name]] of Object.entries(wrong)) {
			const entry = whose.metadata.signed('targets').targets[name];
			const place = (hash) => `targets/index/v1/${hash}.android-switch.json`;
			const bytes = whose.files.get(`targets/index/v1/${entry.hashes.sha256}.${name.slice(9)}`);
			const changes = metadata.resigned('targets', (signed) => {
				signed.targets[target] = entry;
			});
			changes.set(place(entry.hashes.sha256), bytes);
			changes.set(place(metadata.signed('targets').targets[target].hashes.sha256), null);
			subject.damaged(changes, () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), place(entry.hashes.sha256));
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), place(entry.hashes.sha256));
			});
		}
	});
}

// --- files that do not belong there ------------------------------------------------------------------------------------------------

function extraFiles(subject) {
	const [object] = [...subject.files.keys()].filter((path) => path.startsWith('targets/o/'));
	const [index] = [...subject.files.keys()].filter((path) => path.startsWith('targets/index/'));
	const paths = ['x', '.x', '.mdstatic.lock', 'metadata/x', 'metadata/9.snapshot.json', 'metadata/9.targets.json',
		'metadata/0.root.json', 'metadata/01.root.json', 'metadata/5.root.json', 'metadata/root.json', 'metadata/2.timestamp.json',
		'metadata/deep/er/x', 'targets/x', 'targets/index/v1/x', 'targets/index/v2/x', 'h5/x', 'pages/x', `${object}.gz`, `${object}~`,
		index.replace('/v1/', '/v2/'), index.replace(/\/[0-9a-f]{64}\./, '/'), object.replace(/\/o\/[0-9a-f]{16}/, `/o/${'0'.repeat(16)}`),
		object.replace(/\/o\/[0-9a-f]{16}\//, '/o/')];
	const copies = new Map([[`${object}.gz`, object], [index.replace('/v1/', '/v2/'), index]]);

	check(`${subject.app}: verify refuses files that nothing lists`, (fault) => {
		for (const path of paths) {
			const bytes = subject.files.get(copies.get(path)) ?? Buffer.from(path.endsWith('x') ? '' : '{}');
			subject.damaged([[path, bytes]], () => subject.refusal(fault, path, subject.verify(), path));
		}
		for (const name of ['x', '.x', 'x.json', '.DEMO.tmp', '.tmp.1x']) {
			const path = join('..', name);
			subject.damaged([[path, Buffer.from('x')]], () => subject.refusal(fault, `above: ${name}`, subject.verify(), name));
		}
		return paths.length;
	});
	check(`${subject.app}: verify refuses what is no file in the place of one`, (fault) => {
		const aside = join(work, 'aside');
		const kinds = {
			'a symlink': (path) => symlinkSync(aside, path),
			'a folder': (path) => mkdirSync(path),
			'a pipe': (path) => execFileSync('mkfifo', [path]),
		};
		for (const path of [subject.metadata.paths.snapshot, subject.metadata.paths.objects, 'build.json', index, object]) {
			writeFileSync(aside, subject.files.get(path));
			for (const [what, make] of Object.entries(kinds)) {
				subject.damaged([[path, null]], () => {
					make(join(subject.folder, path));
					subject.refusal(fault, `${path} ${what}`, subject.verify(), path);
					subject.write(path, null);
				});
			}
		}
	});
}

// --- files without an end ------------------------------------------------------------------------------------------------------------

// Sparse files of 5 GiB: refused before they are read, in 256 MiB of address space.
function endless(subject, read, state) {
	const memory = little;
	const quick = (fault, what, run) => {
		if (run.ms > 8000) fault(`${what}: took ${run.ms} ms`);
		return run;
	};

	check(`${subject.app}: endless files`, (fault) => {
		const good = subject.resolve({ memory }), seen = new Set();
		let count = 0;
		subject.acceptance(fault, 'the good tree in little memory', subject.verify({ memory }));
		subject.acceptance(fault, 'the good tree in little memory', good);
		for (const path of [...subject.files.keys()]) {
			if (isBin(path) || (!isSigned(path) && !read.includes(path) && seen.has(kindOf(path)))) continue;
			seen.add(kindOf(path));
			subject.damaged([[path, Buffer.from(count % 2 ? '' : subject.files.get(path))]], () => {
				truncateSync(join(subject.folder, path), huge);
				subject.refusal(fault, `${path}: verify`, quick(fault, `${path}: verify`, subject.verify({ memory })), path);
				if (!read.includes(path)) return;
				const run = quick(fault, `${path}: resolve`, subject.resolve({ memory, state: count % 2 ? state.folder : undefined }));
				subject.refusal(fault, `${path}: resolve`, run, path, good.out);
			});
			count++;
		}
		state.restore(); // a device that answered before another one met the file may have kept what it saw
		subject.damaged([['metadata/9.root.json', Buffer.alloc(0)]], () => {
			truncateSync(join(subject.folder, 'metadata/9.root.json'), huge);
			subject.refusal(fault, 'a root that nobody follows', subject.verify({ memory }), 'metadata/9.root.json');
		});
		return count;
	});
}

// --- whitelists --------------------------------------------------------------------------------------------------------------------------

// Where the id's record stands, as FORMAT.md says it.
function recordOf(list, app, name, id) {
	const hash = (...parts) => Buffer.from(sha256(Buffer.concat(parts.map((part) => Buffer.from(part)))), 'hex');
	const digest = hash(hash('mdstatic/filter/v1', '\0', app, '\0', name), id);
	const page = Number(digest.readBigUInt64BE() * BigInt(list.p) >> 64n), size = 4096 + 32 * Math.ceil(Math.log2(list.p));
	return { page, start: page * size, end: (page + 1) * size, size };
}

function whitelists(subject, twin) {
	const indexes = [...subject.files].filter(([path]) => path.endsWith('.android-upgrade.json'));
	const list = JSON.parse(indexes[0][1]).manifest.whitelists.testers;
	const [path, file] = [...subject.files].find(([name]) => name.endsWith(`${list.file}.filter.bin`));
	const device = { platform: 'android', appVersion: '3.0', userId: listed[77] };
	const record = recordOf(list, subject.app, 'testers', device.userId), { start, end, size } = record;
	const good = subject.resolve({ device });
	const outsider = JSON.parse(subject.resolve({ device: { ...device, userId: 'nobody' } }).out);
	const incomplete = (fault, what, bytes) => subject.damaged([[path, bytes]], () => {
		const run = subject.resolve({ device });
		const same = run.code === 0 && canonical(JSON.parse(run.out)) === canonical({ ...outsider, incomplete: true });
		if (!same) fault(`${what}: ${run.code} ${run.err} ${run.out}, wanted "not listed" and incomplete`);
		subject.refusal(fault, `${what}: verify`, subject.verify(), path);
	});
	const put = (where, bytes) => Buffer.concat([file.subarray(0, where), bytes, file.subarray(where + bytes.length)]);
	const recordNumber = (i) => file.subarray(i * size, (i + 1) * size);

	check(`${subject.app}: a listed device, and one that is not`, (fault) => {
		if (list.p < 4) fault(`the list has ${list.p} pages`);
		if (JSON.parse(good.out).upgrade.task !== 'testers') fault('the listed device gets nothing');
		if (outsider.upgrade.task !== 'everybody' || 'incomplete' in outsider) fault('the other one is not answered');
	});
	check(`${subject.app}: a page that is missing or not proven`, (fault) => {
		const all = [
			...flips(file.subarray(start, end), 40).map(([what, bytes]) => [`${what} of the page`, put(start, bytes)]),
			...flips(file.subarray(start + 4096, end), 20).map(([what, bytes]) => [`${what} of the proof`, put(start + 4096, bytes)]),
			['all ones', put(start, Buffer.alloc(4096, 0xff))],
			['the next page', put(start, recordNumber((record.page + 1) % list.p))],
			['the page of another with the own proof', put(start, recordNumber((record.page + 1) % list.p).subarray(0, 4096))],
			['zeros', put(start, Buffer.alloc(size))],
			['cut within the page', file.subarray(0, start + 2000)],
			['cut within the proof', file.subarray(0, end - 1)],
			['cut before it', file.subarray(0, start)],
			['empty', Buffer.alloc(0)],
			['one byte moved', Buffer.concat([Buffer.alloc(1), file])],
			["the twin's", [...twin.files].find(([name]) => isFilter(name))[1]],
			['taken away', null],
		];
		for (const [what, bytes] of all) incomplete(fault, what, bytes);
		return all.length;
	});
	check(`${subject.app}: damage outside the page that is read`, (fault) => {
		const others = [...Array(list.p).keys()].filter((i) => i !== record.page);
		const all = [
			...others.map((i) => [`page ${i}`, put(i * size + 17 * i, Buffer.from([file[i * size + 17 * i] ^ 1]))]),
			...others.map((i) => [`proof ${i}`, put(i * size + 4096, Buffer.from([file[i * size + 4096] ^ 0x80]))]),
			['a byte behind the end', Buffer.concat([file, Buffer.alloc(1)])],
			...(end < file.length ? [['cut behind it', file.subarray(0, end)]] : []),
		];
		for (const [what, bytes] of all) {
			subject.damaged([[path, bytes]], () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), path);
				subject.acceptance(fault, `${what}: resolve`, subject.resolve({ device }), good.out);
			});
		}
		return all.length;
	});
}

// --- objects that are kept elsewhere --------------------------------------------------------------------------------------------------------

function elsewhere(demo) {
	const [path, bytes] = [...demo.files].find(([name]) => name.endsWith('.package.apk'));
	const named = demo.metadata.resigned('build', (signed) => ({ ...signed, elsewhere: { [path]: bytes.length } }));
	const wrong = demo.metadata.resigned('build', (signed) => ({ ...signed, elsewhere: { [path]: bytes.length - 1 } }));

	check(`${demo.app}: an object that is kept elsewhere`, (fault) => {
		demo.damaged([...named, [path, null]], () => {
			demo.acceptance(fault, 'away', demo.verify());
			demo.refusal(fault, 'away, and --complete', demo.verify({ flags: ['--complete'] }), path);
		});
		demo.damaged(named, () => demo.refusal(fault, 'here after all', demo.verify(), path));
		demo.damaged([...wrong, [path, null]], () => demo.refusal(fault, 'of another length', demo.verify(), 'build.json'));
		demo.damaged([[path, null]], () => demo.refusal(fault, 'away without a word', demo.verify(), path));
	});
}

// --- all together ---------------------------------------------------------------------------------------------------------------------------------

const subjectOf = (built, edition, app, devices) => new Subject({ work, now, app, devices, root: built.root,
	top: edition === 1 ? built.first : built.second, keys: built.keys });

// Good trees are accepted, and the state holds the first edition.
function begin(subject, older) {
	const state = { folder: join(work, `${subject.app}-state`) };

	check(`${subject.app}: both editions are good, and differ`, (fault) => {
		for (const tree of [older, subject]) {
			tree.acceptance(fault, `verify ${tree.top}`, tree.verify());
			tree.acceptance(fault, `resolve ${tree.top}`, tree.resolve());
		}
		subject.acceptance(fault, 'the state', older.resolve({ state: state.folder }));
		if (older.resolve().out === subject.resolve().out) fault('the answers are the same');
		return subject.files.size;
	});
	return new State(state.folder);
}

// After all the damage the tree is as it was, and a state that saw only refusals goes on to it.
function end(subject, state) {
	check(`${subject.app}: the good tree is accepted after all that`, (fault) => {
		const good = subject.resolve();
		subject.acceptance(fault, 'verify', subject.verify());
		state.mustBeKept(fault, 'all of it');
		subject.acceptance(fault, 'resolve', subject.resolve({ state: state.folder }), good.out);
		if (!state.changed()) fault('the state did not go on');
	});
}

function reading(subject, files, wanted) {
	check(`${subject.app}: ${files.length} of ${subject.files.size} files are read`, (fault) => {
		for (const kind of wanted) if (!files.some((path) => kindOf(path) === kind)) fault(`no ${kind} among ${files.join(' ')}`);
	});
}

function main() {
	const phone = { platform: 'android', userId: 'user-77', deviceId: 'device-77' };
	const roles = ['timestamp.json', 'snapshot.json', 'targets.json'];
	const subjects = [
		{ built: builder.example(), app: 'DEMO01-default', flipped: 15,
			kinds: [...roles, 'android-upgrade.json', 'android-switch.json', 'ios-switch.json', 'harmony-switch.json', 'answer.json'],
			devices: [{ ...phone, appVersion: '8.0.8', city: 'Chengdu', netType: 'wifi', osVersion: '12' },
				{ ...phone, appVersion: '8.0.0', osVersion: '9', deviceId: 'lab-007' }, { ...phone, appVersion: '8.0.8', channel: 'dev' },
				...[...Array(12).keys()].map((i) => ({ ...phone, appVersion: '8.0.9', city: 'Chengdu', netType: 'wifi', userId: `share-${i}` })),
				{ platform: 'ios', userId: 'x' }, { platform: 'harmony', userId: 'x' }] },
		{ built: builder.segments(), app: 'SEGMENTS-default', flipped: 8,
			kinds: [...roles, 'android-upgrade.json', 'manifest.json', 'answer.json'],
			devices: [3, 90, 200].map((i) => ({ ...phone, appVersion: `4.${i}.1`, city: 'Hangzhou' })) },
		{ built: builder.units(), app: 'UNITS-default', flipped: 8, kinds: [...roles, 'root.json', 'android-switch.json', 'manifest.json'],
			devices: [{ ...phone, city: 'Beijing' }, { ...phone, city: 'Chengdu' }] },
		{ built: builder.pair(), app: 'PAGES-default', flipped: 25, kinds: [...roles, 'android-upgrade.json', 'android-switch.json', 'answer.json'],
			devices: [{ ...phone, appVersion: '3.0' }, { ...phone, appVersion: '3.0', userId: 'nobody' }] },
	];

	for (const { built, app, flipped, kinds, devices } of subjects) {
		const older = subjectOf(built, 1, app, devices), subject = subjectOf(built, 2, app, devices), state = begin(subject, older);
		verifyEverything(subject, flipped);
		const files = resolveEverything(subject, flipped, state);
		reading(subject, files, kinds);
		endless(subject, files, state);
		wrongRoot(subject, state);
		if (app === 'DEMO01-default') {
			expiries(subject, state);
			rollbacks(subject, older, state);
			extraFiles(subject);
			ownRoot(subject);
			elsewhere(subject);
		} else if (app === 'UNITS-default') {
			rollbacks(subject, older, state);
			rootForgeries(subject);
			expiredRoot(subject);
		} else if (app === 'PAGES-default') {
			const twin = subjectOf(built, 2, 'TWIN-default', devices);
			forgeries(subject, state);
			mixtures(subject, older, state);
			otherApp(subject, twin, state);
			whitelists(subject, twin);
		}
		end(subject, state);
	}
	return closing();
}

process.exitCode = main();
