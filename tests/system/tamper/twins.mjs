// Another app under the same root, and whitelists: an app's twin has the same definitions under another name.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { flips } from './damage.mjs';
import { canonical, sha256 } from './forge.mjs';
import { check } from './subject.mjs';
import { listed } from './trees.mjs';
import { isFilter, kindOf, work } from './words.mjs';

export function otherApp(subject, twin, state) {
	const theirs = [...twin.files.keys()];
	const pairs = [...subject.files.keys()].map((path) => [path, theirs.find((other) => kindOf(other) === kindOf(path))]);

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
				if (!own.includes(path) || isFilter(path)) return;
				subject.refusal(fault, `${path} from ${other}: resolve`, subject.resolve(), path);
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

// --- whitelists -------------------------------------------------------------------------------------------------------------

// Where the id's record stands, as FORMAT.md says it.
function recordOf(list, app, name, id) {
	const hash = (...parts) => Buffer.from(sha256(Buffer.concat(parts.map((part) => Buffer.from(part)))), 'hex');
	const digest = hash(hash('mdstatic/filter/v1', '\0', app, '\0', name), id);
	const page = Number(digest.readBigUInt64BE() * BigInt(list.p) >> 64n), size = 4096 + 32 * Math.ceil(Math.log2(list.p));
	return { page, start: page * size, end: (page + 1) * size, size };
}

export function whitelists(subject, twin) {
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
