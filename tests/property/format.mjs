// Is schemas/FORMAT.md enough to write a device library from it alone? device.mjs was; here it and `mdstatic resolve`
// answer the same devices from the same trees, those of the compiler and those that no compiler writes. What the compiler
// made of random definitions is compared with what these say as well (oracle.mjs).
//
//     MDSTATIC=… node format.mjs WORK EXAMPLE KEYS ROOT
//
// WORK: an empty folder; EXAMPLE: the repository of the example; KEYS: a folder of private keys; ROOT: their 1.root.json.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { APP, cases, NOW } from "./cases.mjs";
import { Device } from "./device.mjs";
import { Forge } from "./forge.mjs";
import { encode, maps, Refused } from "./json.mjs";
import { kindCases } from "./kind_cases.mjs";
import { metadataCases } from "./metadata_cases.mjs";
import { devices, instants } from "./devices.mjs";
import { read, settled } from "./oracle.mjs";
import { definitions, Random, shapeOf } from "./random.mjs";
import { served } from "./served.mjs";
import { example, shapes } from "./sets.mjs";
import { Vocabulary } from "./vocabulary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [work, exampleRepo, keys, rootPath] = process.argv.slice(2);
const mdstatic = join(work, "mdstatic"); // a copy, so that a rebuild meanwhile does no harm
const SEEDS = process.env.SEEDS ? process.env.SEEDS.split(",").map(Number) : [1, 3, 5, 7, 9, 15, 27];
const DEVICES = 200;
const DAY = 86400;
const TIMES = [NOW, NOW + 3 * DAY, NOW - DAY];
let passed = 0;
let failed = 0;

function report(good, name, why = "") {
	good ? passed++ : failed++;
	console.log(`${good ? "ok" : "not ok"} - ${name}${good ? "" : `\n${why.replace(/^/gm, "# ")}`}`);
}

function run(program, args, env) {
	const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 30, env: { ...process.env, ...env } });
	if (done.error)
		throw done.error;
	return done;
}

function must(...all) {
	const done = run(...all);
	if (done.status !== 0)
		throw new Error(`${all.slice(0, 2).flat().join(" ")}: exit ${done.status}\n${done.stderr.slice(0, 2000)}`);
	return done.stdout;
}

const rfc3339 = (at) => (at === null ? "none" : new Date(at * 1000).toISOString().replace(".000Z", "Z"));

// --- the two libraries -----------------------------------------------------------------------------------------------------

// read(path, offset, length) of a tree in a folder.
const reader = (tree) => (path, offset, length) => {
	if (!fs.existsSync(join(tree, path)))
		return null;
	if (offset === undefined)
		return fs.readFileSync(join(tree, path));
	const file = fs.openSync(join(tree, path));
	const bytes = Buffer.alloc(length);
	const got = fs.readSync(file, bytes, 0, length, offset);
	fs.closeSync(file);
	return bytes.subarray(0, got);
};

// What a device library says: lines, and at the first fault of the tree `refused` and its reason.
function second(tree, root, now, lines, at) {
	const said = { lines: [], refused: null };
	try {
		const device = new Device({ app: basename(tree), root: fs.readFileSync(root), read: reader(tree) });
		device.update(now);
		for (const line of lines)
			said.lines.push(encode(device.answer(maps(JSON.parse(line)), at)));
	} catch (error) {
		if (!(error instanceof Refused))
			throw error;
		said.refused = error.message;
	}
	return said;
}

function first(tree, root, now, lines, at) {
	fs.writeFileSync(join(work, "devices"), lines.map((line) => `${line}\n`).join(""));
	const done = run(mdstatic, ["resolve", dirname(tree), "--app", basename(tree), "--devices", join(work, "devices"),
		"--root", root, "--now", rfc3339(now), "--at", rfc3339(at)]);
	return { lines: done.stdout.split("\n").slice(0, -1), refused: done.status === 0 ? null : done.stderr.trim() };
}

// Where the two differ; empty where they do not, and where both refuse or read as they should.
function difference(tree, root, now, lines, at, refused = false) {
	const [ours, theirs] = [first(tree, root, now, lines, at), second(tree, root, now, lines, at)];
	const i = lines.findIndex((_, at) => ours.lines[at] !== theirs.lines[at]);
	if (i < 0 && (ours.refused !== null) === refused && (theirs.refused !== null) === refused)
		return "";
	return [`at ${rfc3339(at)}, device ${lines[Math.max(i, 0)]}`,
		`mdstatic    ${ours.refused ?? ours.lines[i] ?? "no answer"}`,
		`from FORMAT ${theirs.refused ?? theirs.lines[i] ?? "no answer"}`].join("\n");
}

// --- trees of the compiler -------------------------------------------------------------------------------------------------

function build(repo, tree, now) {
	const args = ["build", repo, "--out", tree, "--keys", keys, "--now", rfc3339(now), "--json"];
	return JSON.parse(must(mdstatic, args)).apps.flatMap(({ indexes }) => indexes.map(({ kind, shape }) => `${kind} ${shape}`));
}

function commit(repo, { apps, commitTime }) {
	const all = new Map(apps.flatMap(({ dir, files }) => [...files].map(([path, text]) => [`apps/${dir}/${path}`, text])));
	for (const [path, text] of all.set("keys/1.root.json", fs.readFileSync(rootPath))) {
		fs.mkdirSync(dirname(join(repo, path)), { recursive: true });
		fs.writeFileSync(join(repo, path), text);
	}
	const date = `${commitTime} +0000`;
	must("git", ["init", "-q", "-b", "main", repo]);
	must("git", ["-C", repo, "add", "-A"]);
	must("git", ["-C", repo, "commit", "-qm", "a set"], { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
}

const appsOf = (tree) => fs.readdirSync(tree).filter((name) => !name.startsWith(".")).map((name) => join(tree, name));
const appOf = (tree) => appsOf(tree)[0];

// Where the first library differs from what the definitions say; empty where it does not.
function unlike(oracle, tree, devices, lines, at) {
	const files = served(tree, oracle.settings.get("cdn.baseUrl"));
	const got = first(tree, rootPath, oracle.commitTime, lines, at).lines.map((line) => JSON.parse(line));
	const expected = devices.map((device, i) => settled(oracle.answer(device, at), got[i], files));
	const i = expected.findIndex((one, at) => !isDeepStrictEqual(one, got[at]));
	return i < 0 ? "" : [`at ${rfc3339(at)}, device ${lines[i]}`, `mdstatic        ${JSON.stringify(got[i])}`,
		`the definitions ${JSON.stringify(expected[i])}`].join("\n");
}

// A tree: the same answers of each app at three instants and without a known time, those of the definitions too, where there
// is an oracle for the app; then what its files look like.
function compare(name, tree, { now, times, devices, oracles }, vocabulary) {
	const lines = devices.map((device) => JSON.stringify(device));
	for (const app of appsOf(tree)) {
		const oracle = oracles?.get(basename(app));
		const found = [null, ...times].map((at) => difference(app, rootPath, now, lines, at)
			|| (oracle ? unlike(oracle, app, devices, lines, at) : "")).find((text) => text !== "");
		report(!found, `${name}: ${lines.length} devices of ${basename(app)} at ${times.length} instants, and without a time`,
			found);
	}
	vocabulary.read(tree);
}

// Devices of the first app, which the others of a set resemble.
function sets() {
	const random = SEEDS.map((seed) => [`seed ${seed}`, () => {
		const source = new Random(seed);
		const set = definitions(source, seed, shapeOf(seed));
		const [app] = set.apps;
		return { ...set, devices: devices(source, app.pools, DEVICES), times: instants(source, app, set.commitTime, 3) };
	}]);
	const ours = Object.entries(shapes).map(([name, make]) => [name, () => {
		const set = make();
		return { ...set, devices: devices(new Random(3), set.apps[0].pools, DEVICES), times: TIMES };
	}]);
	return [...random, ...ours];
}

const SHAPES = ["upgrade inline", "upgrade segments", "hotpatch inline", "hotpatch segments", "h5 inline", "h5 units",
	"quickfix inline", "quickfix units", "switch inline", "switch units"];

function compilerTrees(vocabulary) {
	const met = new Set();
	build(exampleRepo, join(work, "example"), NOW).forEach((shape) => met.add(shape));
	compare("example", join(work, "example"), { now: NOW, times: TIMES, devices: devices(new Random(1), example, DEVICES) },
		vocabulary);
	sets().forEach(([name, make], i) => {
		const set = make();
		const folder = join(work, `set-${i}`);
		commit(join(folder, "repo"), set);
		build(join(folder, "repo"), join(folder, "tree"), set.commitTime).forEach((shape) => met.add(shape));
		const oracles = new Map(set.apps.map(({ files }) => read(files, set.commitTime)).map((one) => [one.code, one]));
		compare(name, join(folder, "tree"), { now: set.commitTime, oracles, ...set }, vocabulary);
	});
	for (const shape of SHAPES)
		report(met.has(shape), `an index of the kind and shape ${shape} is among them`);
	return join(work, `set-${SEEDS.length}`, "tree"); // of the first shape
}

// Section 2: above 400 objects there are 16 roles, and each holds what its path says.
function objectRoles(tree) {
	const app = appOf(tree);
	const json = (path) => JSON.parse(fs.readFileSync(join(app, "metadata", path), "utf8")).signed;
	const delegated = json("1.targets.json").delegations.roles;
	const isGood = ({ name, paths, terminating }, i) => {
		const digit = i.toString(16);
		return name === `objects-${digit}` && terminating && paths.length === 1 && paths[0] === `o/${digit}*/*`
			&& Object.keys(json(`1.${name}.json`).targets).every((path) => path.startsWith(`o/${digit}`));
	};
	report(delegated.length === 16 && delegated.every(isGood), "above 400 objects there are 16 roles",
		JSON.stringify(delegated));
}

// A device that is kept: a newer tree is read, then an older one is refused, by both.
function rollback() {
	const [old, newer] = [join(work, "example"), join(work, "newer")];
	const now = NOW + 6 * DAY; // late enough for a new timestamp
	must("cp", ["-R", old, newer]);
	build(exampleRepo, newer, now);
	fs.writeFileSync(join(work, "devices"), '{"platform":"android"}\n');
	const app = basename(appOf(old));
	const resolve = (tree) => run(mdstatic, ["resolve", tree, "--app", app, "--devices", join(work, "devices"), "--root",
		rootPath, "--now", rfc3339(now), "--state", join(work, "state")]).status === 0;
	let tree;
	const device = new Device({ app, root: fs.readFileSync(rootPath),
		read: (...at) => reader(join(tree, app))(...at) });
	const update = (next) => {
		tree = next;
		try {
			device.update(now);
			return true;
		} catch (error) {
			return !(error instanceof Refused);
		}
	};
	const said = [resolve, update].map((read) => `${[old, newer, old].map(read)}`);
	report(said.every((one) => one === "true,true,false"), "a device that is kept refuses an older tree", said.join("\n"));
}

// --- trees that no compiler writes -----------------------------------------------------------------------------------------

function forged(one, i) {
	const tree = join(work, "forged", String(i), APP);
	const root = join(work, "forged", String(i), "root.json");
	const forge = new Forge({ folder: tree, app: APP, keys, now: NOW, signers: one.signers });
	one.make(forge);
	forge.sign(one.edit);
	fs.writeFileSync(root, one.root ?? fs.readFileSync(rootPath));
	const lines = one.devices.map((device) => (typeof device === "string" ? device : JSON.stringify(device)));
	return difference(tree, root, one.now ?? NOW, lines, one.at, one.refused);
}

function forgedTrees() {
	const groups = new Map();
	for (const one of [...cases, ...kindCases, ...metadataCases]) {
		const [name] = one.name.split(":");
		groups.set(name, [...(groups.get(name) ?? []), one]);
	}
	let i = 0;
	for (const [name, all] of groups) {
		const found = all.map((one) => [one.name, forged(one, i++)]).filter(([, why]) => why !== "");
		const why = found.map((one) => one.join("\n")).join("\n");
		report(found.length === 0, `${all.length} forged trees: ${name}`, why);
	}
}

function main() {
	fs.copyFileSync(process.env.MDSTATIC, mdstatic);
	const vocabulary = new Vocabulary(join(here, "../../schemas/FORMAT.md"));
	const many = compilerTrees(vocabulary);
	objectRoles(many);
	rollback();
	forgedTrees();
	report(vocabulary.faults.length === 0, "every JSON file has the one encoding and known keys",
		vocabulary.faults.slice(0, 20).join("\n"));
	const lists = { "every key is named in its section of FORMAT.md": vocabulary.unnamed(),
		"every key of FORMAT.md's tables is known": vocabulary.unknown(),
		"every key occurs in some tree": vocabulary.unseen() };
	for (const [what, list] of Object.entries(lists))
		report(list.length === 0, what, list.join("\n"));
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

process.exitCode = main();
