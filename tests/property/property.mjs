// Random definitions, and what the tree made of them gives random devices, compared line by line with the oracle.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { devices, instants } from "./devices.mjs";
import { FEATURES } from "./features.mjs";
import { met, meet, read, settled } from "./oracle.mjs";
import { definitions, Random, shapeOf, windows } from "./random.mjs";
import { readRender, winnerOf } from "./render.mjs";
import { served } from "./served.mjs";
import { limit } from "./share.mjs";
import { build, candidates, prepare, render, resolve, work } from "./tree.mjs";

const { env } = process;
const long = Boolean(env.LONG);
const firstSeed = env.SEED ? Number(env.SEED) : long ? Math.floor(Date.now() / 1000) : 20260302;
const count = env.SETS ? Number(env.SETS) : long ? 5000 : 200;
const BATCH = 20;
const WORDS = 8; // every eighth device is looked up in the render too, in every other batch of shapes
const isWorded = (seed) => long || Math.floor(seed / BATCH) % 2 === 1;

// Sets of a size that people ask about.
const large = { ...shapeOf(0), exact: true, elements: 6, free: 5, devices: 200 };
const LARGE = {
	"10,000 switches": { ...large, releases: 1, tasks: 1, switches: 10000, instants: 1 },
	"300 releases of ten tasks": { ...large, releases: 300, tasks: 10, official: 1, switches: 1, instants: 3 },
};

const rfc3339 = (at) => (at === null ? "none" : new Date(at * 1000).toISOString().replace(".000Z", "Z"));

// What of an answer differs from another one: of the switches and h5 apps only the keys that do.
function differing(answer, other) {
	const flat = ({ switches, h5, ...rest }) => ({ ...rest, ...h5, ...switches });
	return Object.fromEntries(Object.entries(flat(answer)).filter(([key, value]) =>
		!isDeepStrictEqual(value, flat(other)[key])));
}

// Throws when the words for it say something else than what a device gets. That no module of a quick fix is for it, they do not say.
function compareWords(words, device, at, got) {
	const [expected, said] = [winnerOf(got), words.answer(device, at)];
	if (expected.quickfix === null && said.quickfix?.action === "apply")
		said.quickfix = null;
	for (const [kind, found] of Object.entries(said).filter(([, found]) => found && Object.keys(found).length > 0))
		meet(`words for ${kind}${found.action ? `, ${found.action}` : ""}`);
	if (!isDeepStrictEqual(expected, said))
		throw new Error([`at       ${rfc3339(at)}`, `device   ${JSON.stringify(device)}`,
			`resolved ${JSON.stringify(differing(expected, said))}`,
			`rendered ${JSON.stringify(differing(said, expected))}`].join("\n"));
}

// Throws when a device gets something else than it should.
function compare(folder, { oracle, devices: all, lines: file, tree, words }, at) {
	const lines = resolve(folder, oracle.code, file, rfc3339(at));
	for (const [i, device] of all.entries()) {
		const got = JSON.parse(lines[i]);
		const expected = settled(oracle.answer(device, at), got, tree);
		if (!isDeepStrictEqual(got, expected))
			throw new Error([`app      ${oracle.code}`, `at       ${rfc3339(at)}`, `device   ${JSON.stringify(device)}`,
				`expected ${JSON.stringify(differing(expected, got))}`,
				`got      ${JSON.stringify(differing(got, expected))}`].join("\n"));
		if (words && i % WORDS === 0)
			compareWords(words, device, at, got);
	}
}

// Definitions as files beside the repository, for those who look into a failure.
function keep(folder, { apps }) {
	for (const { dir, files } of apps)
		for (const [path, content] of files) {
			const file = join(folder, "definitions/apps", dir, path);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, content);
		}
}

// Runs a test on a set, in a folder of its own that stays when the test throws. Returns whether it did not.
function passes(name, again, set, test) {
	const folder = join(work, name.replaceAll(/\W+/g, "-"));
	mkdirSync(folder);
	try {
		test(folder, set);
	} catch (error) {
		keep(folder, set);
		console.log(`not ok - ${name}\n${error.message}`);
		console.log(`kept in ${folder}; again: ${again} tests/property/run`);
		return false;
	}
	rmSync(folder, { recursive: true });
	return true;
}

function meetShape({ kind, shape, attributes }) {
	meet(`index ${kind} ${shape}`);
	for (const { attribute, type } of attributes.filter(({ folded }) => folded))
		meet(`folded ${type === "version" ? attribute : type}`);
}

// What is compared of one app: its devices, in a file too, the oracle, and the tree's files.
function asked(folder, app, commitTime, all) {
	const oracle = read(app.files, commitTime);
	const lines = join(folder, `${app.dir}.jsonl`);
	writeFileSync(lines, all.map((device) => `${JSON.stringify(device)}\n`).join(""));
	return { oracle, devices: all, lines, tree: served(join(folder, "tree", oracle.code), oracle.settings.get("cdn.baseUrl")) };
}

// A set of definitions on its devices, at some instants and without a known time.
function agrees(seed, shape, name = `seed ${seed}`, again = `SEED=${seed} SETS=1`) {
	const random = new Random(seed);
	const set = definitions(random, seed, shape);
	return passes(name, again, set, (folder) => {
		const apps = set.apps.map((app) => [app, asked(folder, app, set.commitTime,
			devices(random, app.pools, shape.devices))]);
		if (apps.length > 1)
			meet("several apps");
		build(folder, set).forEach(meetShape);
		if (isWorded(seed)) {
			render(folder);
			for (const [, questions] of apps)
				questions.words = readRender(join(folder, "render"), questions.oracle.code, questions.oracle.lists);
		}
		for (const [app, questions] of apps)
			for (const at of [null, ...instants(random, app, set.commitTime, shape.instants)])
				compare(folder, questions, at);
	});
}

// No device can tell a share's tenth digit, so the limits of windows are read from the manifests, and from the words.
function sharesAgree(seed) {
	return passes("shares of windows", `SEED=${seed}`, windows(new Random(seed), seed, 40), (folder, set) => {
		build(folder, set);
		render(folder);
		const got = new Map(candidates(folder).map((candidate) => [candidate.t, candidate.limit]));
		const code = `P${seed}-default`;
		const said = new Map(readRender(join(folder, "render"), code).slots.get("upgrade/android")
			.map((candidate) => [candidate.task, candidate.limit]));
		for (const { id, window } of JSON.parse(set.apps[0].files.get("upgrades/android/1/release.json")).tasks) {
			const { audience, users } = window;
			const expected = limit(audience, users).toString(16).padStart(16, "0");
			if (got.get(id) !== expected)
				throw new Error(`${users} of ${audience}: expected ${expected}, got ${got.get(id)}`);
			if (said.get(id) !== limit(audience, users))
				throw new Error(`${users} of ${audience}: expected ${expected}, the render says ${said.get(id)}`);
		}
	});
}

function main() {
	let passed = 0;
	let failed = 0;
	const report = (name, failures) => {
		failed += failures;
		if (failures > 0)
			return;
		passed++;
		console.log(`ok - ${name}`);
	};
	console.log(`# seed ${firstSeed}, ${count} sets`);
	prepare();
	for (let first = 0; first < count; first += BATCH) {
		const seeds = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => firstSeed + first + i);
		const failures = seeds.filter((seed) => !agrees(seed, shapeOf(seed))).length;
		report(`sets ${first + 1} to ${first + seeds.length}`, failures);
	}
	if (!env.SETS) {
		for (const [name, shape] of Object.entries(LARGE))
			report(name, agrees(firstSeed, shape, name, `SEED=${firstSeed}`) ? 0 : 1);
		report("shares of windows", sharesAgree(firstSeed) ? 0 : 1);
		const never = FEATURES.filter((name) => !met.has(name));
		const unlisted = [...met.keys()].filter((name) => !FEATURES.includes(name));
		never.forEach((name) => console.log(`not ok - never met: ${name}`));
		unlisted.forEach((name) => console.log(`not ok - met, but not in the list: ${name}`));
		report(`all ${FEATURES.length} features met`, never.length + unlisted.length);
	}
	for (const [name, times] of [...met].sort(([a], [b]) => (a < b ? -1 : 1)))
		console.log(`# ${String(times).padStart(9)}  ${name}`);
	if (failed === 0)
		rmSync(work, { recursive: true });
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

try {
	process.exitCode = main();
} catch (error) { // of the tests themselves, or no program to test
	console.log(`not ok - ${error.message}`);
	process.exitCode = 1;
}
