// Random definitions, and what the tree made of them gives random devices, compared line by line with the oracle.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { met, meet, read } from "./oracle.mjs";
import { definitions, devices, instants, Random, shapeOf, windows } from "./random.mjs";
import { limit } from "./share.mjs";
import { build, candidates, prepare, resolve, work } from "./tree.mjs";

const { env } = process;
const long = Boolean(env.LONG);
const firstSeed = env.SEED ? Number(env.SEED) : long ? Math.floor(Date.now() / 1000) : 20260302;
const count = env.SETS ? Number(env.SETS) : long ? 5000 : 200;
const BATCH = 20;

// Sets of a size that people ask about.
const large = { exact: true, elements: 6, free: 5, long: 2, devices: 200 };
const LARGE = {
	"10,000 switches": { ...large, releases: 1, tasks: 1, switches: 10000, instants: 1 },
	"300 releases of ten tasks": { ...large, releases: 300, tasks: 10, official: 1, switches: 1, instants: 3 },
};

// What a run must have met, each at least once.
const OPERATIONS = ["contains text", "contains fold", "contains version", "excludes text", "excludes fold",
	"excludes version", "in version", "out version"];
const REQUIRED = [
	...["pending", "releasing", "paused", "ended"].map((status) => `status ${status}`),
	...["official", "whitelist", "timeWindow", "percentage"].map((mode) => `delivered ${mode}`),
	...["version", "mode", "publishedAt", "id"].map((order) => `order by ${order}`),
	"no upgrade", "no appVersion",
	...OPERATIONS.flatMap((operation) => [`${operation} true`, `${operation} false`]),
	"bound, exclusive", "bound, inclusive", "missing attribute, default true", "missing attribute, default false",
	"unless true", "unless false", "dev true", "dev false",
	"future publishedAt unknown", "future publishedAt true", "future publishedAt false",
	"percent 0", "percent 100", "percent without an id",
	...["userId", "deviceId"].flatMap((id) =>
		[`percent by ${id} true`, `percent by ${id} false`, `listed by ${id}`]),
	"not listed",
	...["before", "inside", "after", "unknown"].map((time) => `window ${time}`),
	"window share true", "window share false", "window for everybody", "window without a deviceId",
	"audience of the platform", "audience of the window", "ramp before", "ramp between", "ramp falls", "ramp after",
	"switch full", "switch whitelist", "switch percentage", "switch without a value", "switch not active",
	"index inline", "index segments", "index units", "folded appVersion", "folded osVersion", "folded fold",
	"folded text",
];

const rfc3339 = (at) => (at === null ? "none" : new Date(at * 1000).toISOString().replace(".000Z", "Z"));

// What of an answer differs from another one: of the switches only the keys that do.
function differing(answer, other) {
	const flat = ({ switches, ...rest }) => ({ ...rest, ...switches });
	return Object.fromEntries(Object.entries(flat(answer)).filter(([key, value]) =>
		!isDeepStrictEqual(value, flat(other)[key])));
}

// Throws when a device gets something else than it should.
function compare(folder, set, at) {
	const lines = resolve(folder, join(folder, "devices.jsonl"), rfc3339(at));
	for (const [i, device] of set.devices.entries()) {
		const expected = set.app.answer(device, at);
		if (lines[i] === JSON.stringify(expected))
			continue;
		const got = JSON.parse(lines[i]);
		if (!isDeepStrictEqual(got, expected))
			throw new Error([`at       ${rfc3339(at)}`, `device   ${JSON.stringify(device)}`,
				`expected ${JSON.stringify(differing(expected, got))}`,
				`got      ${JSON.stringify(differing(got, expected))}`].join("\n"));
	}
}

// Definitions as files beside the repository, for those who look into a failure.
function keep(folder, set) {
	for (const [path, text] of set.files) {
		const file = join(folder, "definitions/apps/property", path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
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

function meetShape({ shape, attributes }) {
	meet(`index ${shape}`);
	for (const { attribute, type } of attributes.filter(({ folded }) => folded))
		meet(`folded ${type === "version" ? attribute : type}`);
}

// A set of definitions on its devices, at some instants and without a known time.
function agrees(seed, shape, name = `seed ${seed}`, again = `SEED=${seed} SETS=1`) {
	const random = new Random(seed);
	const set = definitions(random, seed, shape);
	set.devices = devices(random, set.pools, shape.devices);
	return passes(name, again, set, (folder) => {
		set.app = read(set.files, set.commitTime);
		const lines = set.devices.map((device) => `${JSON.stringify(device)}\n`);
		writeFileSync(join(folder, "devices.jsonl"), lines.join(""));
		build(folder, set).forEach(meetShape);
		for (const at of [null, ...instants(random, set, shape.instants)])
			compare(folder, set, at);
	});
}

// No device can tell a share's tenth digit, so the limits of windows are read from the manifests.
function sharesAgree(seed) {
	return passes("shares of windows", `SEED=${seed}`, windows(new Random(seed), seed, 40), (folder, set) => {
		build(folder, set);
		const got = new Map(candidates(folder).map((candidate) => [candidate.t, candidate.limit]));
		for (const { id, window } of JSON.parse(set.files.get("upgrades/android/1/release.json")).tasks) {
			const { audience, users } = window;
			const expected = limit(audience, users).toString(16).padStart(16, "0");
			if (got.get(id) !== expected)
				throw new Error(`${users} of ${audience}: expected ${expected}, got ${got.get(id)}`);
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
		const never = REQUIRED.filter((name) => !met.has(name));
		for (const name of never)
			console.log(`not ok - never met: ${name}`);
		report(`all ${REQUIRED.length} cases met`, never.length);
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
