// A standard TUF client (tuf-js) decides on every tree of the conformance tests as the library does.
//   node conformance.mjs DUMP
// DUMP is what the programs of tests/unit/resolve/conformance*.c write with --dump: for each test a folder with root.json and a tree for each
// step, and a line of `plan` for each step: what the library decided, and the versions that it trusts afterwards. A device of a test keeps
// its state from step to step, and so does the client here. Where a step says `differs`, the client must decide the other way: so that
// the list of differences stays true. Prints "ok …" or "not ok …" for each test.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClient, serve, setClock } from './tufclient.mjs';

const dump = process.argv[2];
const plan = (await readFile(join(dump, 'plan'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
const work = await mkdtemp(join(tmpdir(), 'mdstatic-conformance-'));
const { server, base, state } = await serve(dump);
const devices = new Map(); // makes a client over the device's folder

const versionOf = async (device, role) => {
	try {
		return JSON.parse(await readFile(join(device, 'metadata', `${role}.json`), 'utf8')).signed.version;
	} catch {
		return 0;
	}
};

// Refreshes, and loads every target that is signed directly. The error that ended it, or undefined.
async function visit(device, make) {
	try {
		const updater = make();
		await updater.refresh();
		const { targets } = JSON.parse(await readFile(join(device, 'metadata', 'targets.json'), 'utf8')).signed;
		for (const path of Object.keys(targets))
			await updater.downloadTarget(await updater.getTargetInfo(path), join(device, 'targets', 'one'));
		return undefined;
	} catch (error) {
		return error;
	}
}

// What is wrong with the client's decision, or undefined.
async function step({ test, device, step, now, accepted, versions, differs }) {
	const folder = join(work, `${test}-${device}`);
	if (!devices.has(folder)) {
		await mkdir(folder);
		devices.set(folder, await newClient(folder, join(dump, test, 'root.json'), base));
	}
	setClock(now);
	state.folder = join(dump, test, String(step));
	const error = await visit(folder, devices.get(folder));
	if (differs)
		return !error === accepted ? `step ${step}: the client decides alike now: ${error?.message}` : undefined;
	if (accepted && error)
		return `step ${step}: the library takes what the client refuses: ${error.name}: ${error.message}`;
	if (!accepted)
		return error ? undefined : `step ${step}: the client takes what the library refuses`;
	for (const [i, role] of ['root', 'targets', 'snapshot', 'timestamp'].entries()) {
		const version = await versionOf(folder, role);
		if (version !== versions[i])
			return `step ${step}: the library trusts version ${versions[i]} of ${role}, the client ${version}`;
	}
	return undefined;
}

let steps = 0;
for (const test of new Set(plan.map((line) => line.test))) {
	let fault;
	for (const line of plan.filter((l) => l.test === test)) {
		fault ??= await step(line);
		steps++;
	}
	console.log(fault ? `not ok - ${test}: ${fault}` : `ok - ${test}`);
	process.exitCode ||= fault ? 1 : 0;
}
console.log(`# ${steps} steps, ${plan.filter((line) => line.differs).length} of which the client decides in another way, as said`);
server.close();
await rm(work, { recursive: true });
