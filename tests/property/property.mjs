// Random definitions → git → mdstatic build → mdstatic resolve, compared line by line with the oracle.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { meet, met, read } from "./oracle.mjs";
import { definitions, devices, instants, Random, shapeOf } from "./random.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { env } = process;
const long = Boolean(env.LONG);
const firstSeed = env.SEED ? Number(env.SEED) : long ? Math.floor(Date.now() / 1000) : 20260302;
const count = env.SETS ? Number(env.SETS) : long ? 5000 : 200;
const BATCH = 20;

const work = mkdtempSync(join(tmpdir(), "mdstatic-property-"));
const mdstatic = join(work, "mdstatic"); // a copy, so that a rebuild meanwhile does no harm
const keys = join(work, "keys");
const rootPath = join(work, "root", "1.root.json");

// Sets of a size that people ask about.
const small = shapeOf(0);
const LARGE = {
	"10,000 switches": { ...small, exact: true, releases: 1, tasks: 1, switches: 10000, elements: 6, devices: 200 },
	"300 releases of ten tasks": { ...small, exact: true, releases: 300, tasks: 10, switches: 1, devices: 200 },
};

// What a run must have met, each at least once.
const OPERATIONS = ["contains text", "contains fold", "contains version", "excludes text", "excludes fold",
	"excludes version", "in version", "out version"];
const MODES = ["official", "whitelist", "timeWindow", "percentage"];
const REQUIRED = [
	...["pending", "releasing", "paused", "ended"].map((status) => `status ${status}`),
	...MODES.map((mode) => `delivered ${mode}`), "no upgrade", "no appVersion",
	...["version", "mode", "publishedAt", "id"].map((order) => `order by ${order}`),
	...OPERATIONS.flatMap((operation) => [`${operation} true`, `${operation} false`]),
	"bound, exclusive", "bound, inclusive", "missing attribute, default true", "missing attribute, default false",
	"unless true", "unless false", "dev true", "dev false",
	"future publishedAt unknown", "future publishedAt true", "future publishedAt false",
	"percent 0", "percent 100", "percent without an id",
	...["userId", "deviceId"].flatMap((id) => [`percent by ${id} true`, `percent by ${id} false`, `listed by ${id}`]),
	"not listed",
	...["before", "inside", "after", "unknown"].map((time) => `window ${time}`),
	"window share true", "window share false", "window for everybody", "window without a deviceId",
	"audience of the platform", "audience of the window", "ramp before", "ramp between", "ramp falls", "ramp after",
	"switch full", "switch whitelist", "switch percentage", "switch without a value", "switch not active",
	"index inline", "index segments", "index units",
];

function must(program, args, input) {
	const done = spawnSync(program, args, { input, encoding: "utf8", maxBuffer: 1 << 30 });
	if (done.error)
		throw done.error;
	if (done.status !== 0)
		throw new Error(`${program} ${args.join(" ")}: exit ${done.status ?? done.signal}\n` +
			done.stderr.trim().split("\n").filter((line) => !line.includes("warning:")).slice(0, 20).join("\n"));
	return done.stdout;
}

const rfc3339 = (at) => (at === null ? "none" : new Date(at * 1000).toISOString().replace(".000Z", "Z"));

// One commit with fixed dates, made without a work tree.
function commit(repo, files, time) {
	const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`;
	const stream = [`commit refs/heads/main\ncommitter property <property@example.com> ${time} +0000\n${data("a set")}`];
	for (const [path, text] of files)
		stream.push(`M 100644 inline ${path}\n${data(text)}`);
	must("git", ["init", "-q", "--bare", "--template=", "-b", "main", repo]);
	must("git", ["-C", repo, "fast-import", "--quiet"], stream.join(""));
}

function build(set, folder) {
	const files = new Map([...set.files].map(([path, text]) => [`apps/property/${path}`, text]));
	files.set("keys/1.root.json", readFileSync(rootPath, "utf8"));
	commit(join(folder, "repo"), files, set.commitTime);
	const report = JSON.parse(must(mdstatic, ["build", join(folder, "repo"), "--out", join(folder, "tree"), "--keys", keys,
		"--json"]));
	for (const index of report.apps[0].indexes)
		meet(`index ${index.shape}`);
}

// What of an answer differs from another one: of the switches only the keys that do.
function differing(answer, other) {
	const parts = Object.entries({ ...answer, switches: undefined, ...answer.switches })
		.filter(([key, value]) => !isDeepStrictEqual(value, { ...other, switches: undefined, ...other.switches }[key]));
	return Object.fromEntries(parts);
}

// Throws when a device gets something else than it should.
function compare(set, folder, at) {
	const lines = must(mdstatic, ["resolve", join(folder, "tree"), "--root", rootPath, "--devices",
		join(folder, "devices.jsonl"), "--at", rfc3339(at), "--kind", "upgrade", "--kind", "switch"]).split("\n");
	for (const [i, device] of set.devices.entries()) {
		const expected = set.app.answer(device, at);
		if (lines[i] === JSON.stringify(expected))
			continue;
		const got = JSON.parse(lines[i]);
		if (!isDeepStrictEqual(got, expected))
			throw new Error(`at       ${rfc3339(at)}\ndevice   ${JSON.stringify(device)}\n` +
				`expected ${JSON.stringify(differing(expected, got))}\ngot      ${JSON.stringify(differing(got, expected))}`);
	}
}

// Definitions as files beside the repository, for those who look into a failure.
function keep(set, folder) {
	for (const [path, text] of set.files) {
		const file = join(folder, "definitions/apps/property", path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	}
}

// A set of definitions on its devices, at three instants and without a known time. Returns whether all is as it should.
function passes(seed, shape) {
	const random = new Random(seed);
	const set = definitions(random, seed, shape);
	set.devices = devices(random, set.pools, shape.devices);
	set.app = read(set.files, set.commitTime);
	const folder = join(work, `set-${seed}`);
	mkdirSync(folder);
	writeFileSync(join(folder, "devices.jsonl"), set.devices.map((device) => `${JSON.stringify(device)}\n`).join(""));
	try {
		build(set, folder);
		for (const at of [null, ...instants(random, set.files, set.commitTime, 3)])
			compare(set, folder, at);
	} catch (error) {
		keep(set, folder);
		console.log(`not ok - seed ${seed}\n${error.message}\nkept in ${folder}; again: SEED=${seed} SETS=1 tests/property/run`);
		return false;
	}
	rmSync(folder, { recursive: true });
	return true;
}

function main() {
	let passed = 0;
	let failed = 0;
	const report = (good, name) => {
		if (good)
			console.log(`ok - ${name}`);
		good ? passed++ : failed++;
	};
	console.log(`# seed ${firstSeed}, ${count} sets`);
	copyFileSync(env.MDSTATIC ?? join(env.BUILD ?? join(here, "../../build"), "mdstatic"), mdstatic);
	must(mdstatic, ["keys", "new", keys, "--root", dirname(rootPath)]);
	for (let first = 0; first < count; first += BATCH) {
		const seeds = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) => firstSeed + first + i);
		const bad = seeds.filter((seed) => !passes(seed, shapeOf(seed))).length;
		failed += Math.max(bad - 1, 0);
		report(bad === 0, `sets ${first + 1} to ${first + seeds.length}`);
	}
	if (!env.SETS) {
		for (const [name, shape] of Object.entries(LARGE))
			report(passes(firstSeed, shape), name);
		const never = REQUIRED.filter((name) => !met.has(name));
		for (const name of never)
			console.log(`not ok - never met: ${name}`);
		report(never.length === 0, `${REQUIRED.length} cases met`);
	}
	for (const [name, times] of [...met].sort(([a], [b]) => (a < b ? -1 : 1)))
		console.log(`# ${String(times).padStart(9)}  ${name}`);
	if (failed === 0)
		rmSync(work, { recursive: true });
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

process.exitCode = main();
