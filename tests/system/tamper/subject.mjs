// One app's tree under test: runs the program on it, damages it, puts it right again, and remembers what went wrong.
import { mkdirSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Metadata, sha256 } from './forge.mjs';
import { readTree } from './trees.mjs';

const say = (line) => writeSync(3, `${line}\n`); // standard output is the shell's, see ask()
let passed = 0, failed = 0;

// One line of the test. `body` gets a function that takes note of a fault; the number that it returns is printed.
export function check(name, body) {
	const faults = [];
	const count = body((fault) => faults.push(fault));

	if (faults.length) failed++;
	else passed++;
	say(`${faults.length ? 'not ok' : 'ok'} - ${name}${count === undefined ? '' : ` (${count})`}`);
	for (const fault of faults.slice(0, 12)) say(`#   ${fault.replaceAll('\n', ' | ')}`);
	if (faults.length > 12) say(`#   and ${faults.length - 12} more`);
}

export function closing() {
	say(`${passed} passed, ${failed} failed`);
	return failed ? 1 : 0;
}

// Lets the shell run the program: thousands of times, and a fork of the shell costs a tenth of one of ours.
function ask(work, args, input, memory) {
	const answer = Buffer.alloc(16);

	writeFileSync(join(work, 'args'), args.map((arg) => `${arg}\0`).join(''));
	writeFileSync(join(work, 'in'), input);
	writeSync(1, `${memory}\n`);
	return Number(answer.toString('latin1', 0, readSync(0, answer)));
}

const wordsOf = (run) => `exit ${run.code}, stdout "${run.out.slice(0, 80)}", stderr "${run.err.slice(0, 300)}"`;

export class Subject {
	// `top`: what a build wrote; `devices`: the devices that ask, the more the more of the tree is read.
	constructor({ work, now, top, app, root, keys, devices }) {
		Object.assign(this, { work, now, top, app, root, devices });
		this.folder = join(top, app);
		this.files = readTree(this.folder);
		this.metadata = new Metadata(this.files, keys);
		this.lines = devices.map((device) => JSON.stringify(device)).join('\n');
	}

	// --- the program ------------------------------------------------------------------------------------------------

	// `memory`: KiB of address space; 0: no bound.
	run(args, { input = '', memory = 0 } = {}) {
		const started = Date.now(), code = ask(this.work, args, input, memory);
		const text = (name) => readFileSync(join(this.work, name), 'latin1');
		return { code, out: text('out'), err: text('err'), ms: Date.now() - started };
	}

	verify({ now = this.now, root = this.root, memory, tree = this.top, flags = [] } = {}) {
		return this.run(['verify', tree, '--root', root, '--now', now, ...flags], { memory });
	}

	// Without `device`: all of them, a line for each.
	resolve({ now = this.now, root = this.root, memory, tree = this.top, device, state, flags = [] } = {}) {
		const args = ['resolve', tree, '--app', this.app, '--now', now, device ? '--device' : '--devices', '-', ...flags];

		if (root) args.push('--root', root);
		if (state) args.push('--state', state);
		return this.run(args, { input: device ? JSON.stringify(device) : this.lines, memory });
	}

	// --- what must be ------------------------------------------------------------------------------------------------

	// Exit 1, and a message that names one of the paths. No answer but those that come before the refusal.
	refusal(fault, what, run, paths, good = '') {
		const names = [paths].flat().filter((path) => run.err.includes(path));

		if (run.code !== 1 || run.out.length >= Math.max(good.length, 1) || !good.startsWith(run.out) || !names.length)
			fault(`${what}: ${wordsOf(run)}, wanted a refusal that names ${[paths].flat().join(' or ')}`);
	}

	acceptance(fault, what, run, out) {
		if (run.code !== 0 || (out !== undefined && run.out !== out)) fault(`${what}: ${wordsOf(run)}, wanted acceptance`);
	}

	// --- damage -------------------------------------------------------------------------------------------------------

	// Runs `body` while the files of `changes` (path → bytes, or null: none) are in the tree.
	damaged(changes, body) {
		for (const [path, bytes] of changes) this.write(path, bytes);
		try {
			return body();
		} finally {
			for (const [path] of changes) this.write(path, this.files.get(path) ?? null);
		}
	}

	write(path, bytes) {
		const file = join(this.folder, path);

		if (bytes === null) {
			rmSync(file, { force: true, recursive: true });
		} else {
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, bytes);
		}
	}

	// While the app's folder is another one.
	replaced(other, body) {
		renameSync(this.folder, `${this.top}.aside`);
		try {
			renameSync(other, this.folder);
			return body();
		} finally {
			renameSync(this.folder, other);
			renameSync(`${this.top}.aside`, this.folder);
		}
	}

	// --- what a device reads ---------------------------------------------------------------------------------------------

	// The files whose absence a device (none: any of them) notices, found by taking away halves.
	reads(device) {
		const good = this.resolve({ device });
		const notices = (paths) => this.damaged(paths.map((path) => [path, null]), () => {
			const run = this.resolve({ device });
			return run.code !== 0 || run.out !== good.out;
		});
		const search = (paths) => {
			if (!paths.length || !notices(paths)) return [];
			if (paths.length === 1) return paths;
			const half = paths.length >> 1;
			return [...search(paths.slice(0, half)), ...search(paths.slice(half))];
		};
		return search([...this.files.keys()]);
	}
}

// A folder of --state with what it must hold.
export class State {
	constructor(folder) {
		this.folder = folder;
		this.keep();
	}

	read() {
		return [...readTree(this.folder)];
	}

	keep() {
		this.kept = this.read();
	}

	changed() {
		const now = this.read();
		return now.length !== this.kept.length ||
			now.some(([path, bytes], i) => path !== this.kept[i][0] || !bytes.equals(this.kept[i][1]));
	}

	// The device has these bytes, as an index, a manifest or an answer that it read before: it does not read them again.
	holds(bytes) {
		return this.kept.some(([path]) => path.endsWith(`/object-${sha256(bytes).slice(0, 32)}`));
	}

	// What a refusal must leave as it was; put right, so that what comes next is judged by itself.
	mustBeKept(fault, what) {
		if (!this.changed()) return;
		fault(`${what}: the state changed`);
		this.restore();
	}

	restore() {
		rmSync(this.folder, { recursive: true });
		for (const [path, bytes] of this.kept) {
			mkdirSync(dirname(join(this.folder, path)), { recursive: true });
			writeFileSync(join(this.folder, path), bytes);
		}
	}
}
