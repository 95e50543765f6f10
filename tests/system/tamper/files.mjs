// Every file and every damage; files that do not belong there; files without an end.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flips, resealed, resized, respelled } from './damage.mjs';
import { check } from './subject.mjs';
import { huge, isBin, isFilter, isList, isRoot, isSigned, kindOf, little, long, tolerated, useless, work } from './words.mjs';

// Everything that can be done to the bytes of a file, without a key of the tree. `flipped`: how many bits. Other spellings of
// what stands below a hash come in lies.mjs, with a hash that fits.
function damages(subject, path, flipped) {
	const bytes = subject.files.get(path);
	const alike = [...subject.files].filter(([other, content]) => kindOf(other) === kindOf(path) && !content.equals(bytes));
	const all = [['taken away', null], ...flips(bytes, flipped), ...resized(bytes)];

	for (const [other, content] of alike.slice(0, 4)) all.push([`replaced by ${other}`, content]);
	if (isRoot(path)) all.push(...respelled(bytes), ...resealed(bytes, useless(path, subject.metadata)));
	return all;
}

// Metadata, build.json and files.json one after the other; what they list, all at once: `verify` reports every file.
export function verifyEverything(subject, flipped) {
	const targets = [...subject.files.keys()].filter((path) => !isList(path));
	const seen = {};

	for (const path of subject.files.keys()) {
		if (!isList(path)) continue;
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

// Half of the damage is met by all devices, the other half by one with a state, which must stay as it is; what that one has it does
// not read again, and so it does without.
export function resolveEverything(subject, flipped, state) {
	const good = subject.resolve();
	const reads = subject.devices.map((device) => [device, subject.reads(device).filter((path) => !isFilter(path))]);
	const files = [...new Set(reads.flatMap(([, paths]) => paths))].sort();

	for (const path of files) {
		const [device] = reads.find(([, paths]) => paths.includes(path)), held = state.holds(subject.files.get(path));
		check(`${subject.app}: resolve refuses every damage of ${path}`, (fault) => {
			const all = damages(subject, path, flipped).filter(([what]) => !tolerated(what));
			all.forEach(([what, bytes], i) => subject.damaged([[path, bytes]], () => {
				const known = i % 2 && !held;
				const run = subject.resolve(known ? { device, state: state.folder } : {});
				subject.refusal(fault, `${path} ${what}`, run, blame(path, bytes), known ? '' : good.out);
				state.mustBeKept(fault, `${path} ${what}`);
			}));
			return all.length;
		});
	}
	check(`${subject.app}: what a device has it does not read again`, (fault) => {
		const held = files.filter((path) => state.holds(subject.files.get(path)));
		subject.damaged(held.map((path) => [path, null]), () => {
			subject.acceptance(fault, 'without them', subject.resolve({ state: state.folder }), good.out);
		});
		state.restore();
		return held.length;
	});
	return files;
}

// --- files that do not belong there ----------------------------------------------------------------------------------------

export function extraFiles(subject) {
	const [object] = [...subject.files.keys()].filter((path) => path.startsWith('targets/o/'));
	const [index] = [...subject.files.keys()].filter((path) => path.startsWith('targets/index/'));
	const paths = ['x', '.x', '.mdstatic.lock', 'h5/x', 'h5/preset/x', 'pages/x', 'cdn.example.com/x', 'metadata/x', 'metadata/deep/er/x',
		'metadata/9.snapshot.json', 'metadata/9.targets.json', 'metadata/0.root.json', 'metadata/01.root.json', 'metadata/5.root.json', 'metadata/root.json',
		'metadata/2.timestamp.json', 'targets/x', 'targets/index/v1/x', 'targets/index/v2/x', `${object}.gz`, `${object}~`,
		index.replace('/v1/', '/v2/'), index.replace(/\/[0-9a-f]{64}\./, '/'),
		object.replace(/\/o\/[0-9a-f]{16}/, `/o/${'0'.repeat(16)}`), object.replace(/\/o\/[0-9a-f]{16}\//, '/o/')];
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

// --- files without an end ---------------------------------------------------------------------------------------------------

// Sparse files of 5 GiB: refused before they are read, in 256 MiB of address space.
export function endless(subject, read, state) {
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
				const known = count % 2 && !state.holds(subject.files.get(path));
				state.restore(); // a device that answered before another one met the file may have kept what it saw
				const run = quick(fault, `${path}: resolve`, subject.resolve({ memory, state: known ? state.folder : undefined }));
				subject.refusal(fault, `${path}: resolve`, run, path, good.out);
			});
			count++;
		}
		state.restore();
		subject.damaged([['metadata/9.root.json', Buffer.alloc(0)]], () => {
			truncateSync(join(subject.folder, 'metadata/9.root.json'), huge);
			subject.refusal(fault, 'a root that nobody follows', subject.verify({ memory }), 'metadata/9.root.json');
		});
		return count;
	});
}

// --- objects that are kept elsewhere ----------------------------------------------------------------------------------------

export function elsewhere(demo) {
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
