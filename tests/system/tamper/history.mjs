// Time, versions, roots: expired, older and mixed trees, and roots of others.
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { flips, resealed, resized, respelled } from './damage.mjs';
import { seal, sha256 } from './forge.mjs';
import { State, check } from './subject.mjs';
import { at, days, huge, little, now, otherRoot, rootKey, stranger, tolerated, work } from './words.mjs';

export function expiries(subject, state) {
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

export function expiredRoot(subject) {
	check(`${subject.app}: an expired root`, (fault) => {
		const path = 'metadata/2.root.json', { signed } = JSON.parse(subject.files.get(path));
		subject.damaged([[path, seal(rootKey, { ...signed, expires: now })]], () => {
			subject.refusal(fault, 'verify', subject.verify(), path);
			subject.refusal(fault, 'resolve', subject.resolve(), path);
		});
	});
}

export function wrongRoot(subject, state) {
	check(`${subject.app}: a root of other keys`, (fault) => {
		subject.refusal(fault, 'verify', subject.verify({ root: otherRoot }), 'metadata/1.root.json');
		subject.refusal(fault, 'resolve', subject.resolve({ root: otherRoot }), ['metadata/timestamp.json', '2.root.json']);
		subject.refusal(fault, 'with a state', subject.resolve({ root: otherRoot, state: state.folder }),
			['metadata/timestamp.json', '2.root.json']);
		state.mustBeKept(fault, 'all of it');
	});
}

// Without --root the tree's own first root is trusted: damage of it shows all the same.
export function ownRoot(subject) {
	const path = 'metadata/1.root.json', bytes = subject.files.get(path);

	check(`${subject.app}: resolve without --root refuses every damage of ${path}`, (fault) => {
		const all = [...flips(bytes, 8), ...resized(bytes), ...respelled(bytes), ...resealed(bytes, { 'a stranger': stranger }),
			['of other keys', readFileSync(otherRoot)], ['taken away', null]].filter(([what]) => !tolerated(what));
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
export function rollbacks(subject, older, state) {
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
	check(`${subject.app}: an older timestamp of the same snapshot`, (fault) => {
		const lone = { state: join(work, `${subject.app}-lone`) };
		const later = subject.metadata.resigned('timestamp', (signed) => ({ ...signed, version: 9 }));
		subject.damaged(later, () => subject.acceptance(fault, 'the later one', subject.resolve(lone), good.out));
		subject.refusal(fault, 'the older one', subject.resolve(lone), 'metadata/timestamp.json');
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
			const meta = { ...snapshot.meta, 'targets.json': describe(bytes, version) };
			return withSnapshot(meta, [[`metadata/${version}.targets.json`, bytes]]);
		},
		vanished() {
			return withSnapshot({ 'targets.json': snapshot.meta['targets.json'] });
		},
	};
}

// Files of two builds of one app, in all mixtures: under their own names, and under the names of the other build.
export function mixtures(subject, older, state) {
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
		const before = older.resolve().out;
		for (const chosen of all) {
			const changes = chosen.map((role) => [is[role], older.files.get(was[role])]);
			subject.damaged(changes, () => {
				const what = chosen.join(' '), read = chosen.some((role) => !['objects', 'build'].includes(role));
				subject.refusal(fault, `${what}: verify`, subject.verify(), ['metadata/', 'build.json']);
				if (!read) return;
				const known = !chosen.includes('objects'), run = subject.resolve(known ? { state: state.folder } : {});
				if (known && chosen.includes('timestamp')) // the one that the device trusts: nothing is new, and it has what that leads to
					subject.acceptance(fault, `${what}: resolve`, run, before);
				else
					subject.refusal(fault, `${what}: resolve`, run, ['metadata/', 'targets/index/']);
				state.mustBeKept(fault, what);
			});
		}
		return all.length;
	});
}
