// Is schemas/FORMAT.md enough to write a device library from it alone? device.mjs was; here it and `mdstatic resolve` answer the same
// devices from the same trees, those of the compiler and those that no compiler writes.
//
//     node format.mjs WORK EXAMPLE KEYS ROOT      WORK: empty folder; EXAMPLE: repository of the example; KEYS: private keys
import { spawnSync } from "node:child_process";
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { APP, cases, NOW } from "./cases.mjs";
import { Device } from "./device.mjs";
import { Forge } from "./forge.mjs";
import { encode, parse } from "./json.mjs";
import { definitions, devices, instants, Random, shapeOf } from "./random.mjs";
import { example, shapes } from "./sets.mjs";
import { Vocabulary } from "./vocabulary.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [work, exampleRepo, keys, rootPath] = process.argv.slice(2);
const mdstatic = join(work, "mdstatic"); // a copy, so that a rebuild meanwhile does no harm
const SEEDS = process.env.SEEDS ? process.env.SEEDS.split(",").map(Number) : [1, 2, 3, 5, 7, 13, 33];
const DEVICES = 200;
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
	if (!existsSync(join(tree, path)))
		return null;
	if (offset === undefined)
		return readFileSync(join(tree, path));
	const file = openSync(join(tree, path));
	const bytes = Buffer.alloc(length);
	const got = readSync(file, bytes, 0, length, offset);
	closeSync(file);
	return bytes.subarray(0, got);
};

// What a device library says: lines, and at the first fault of the tree `refused` and its reason.
function second(tree, root, now, lines, at) {
	const said = { lines: [], refused: null };
	try {
		const device = new Device({ app: tree.split("/").at(-1), root: readFileSync(root), read: reader(tree) });
		device.update(now);
		for (const line of lines)
			said.lines.push(encode(device.answer(parse(Buffer.from(line)), at)));
	} catch (error) {
		said.refused = error.message;
	}
	return said;
}

function first(tree, root, now, lines, at) {
	writeFileSync(join(work, "devices"), lines.map((line) => `${line}\n`).join(""));
	const done = run(mdstatic, ["resolve", dirname(tree), "--devices", join(work, "devices"), "--root", root, "--now", rfc3339(now), "--at", rfc3339(at),
		"--kind", "upgrade", "--kind", "switch"]);
	return { lines: done.stdout.split("\n").slice(0, -1), refused: done.status === 0 ? null : done.stderr.trim() };
}

// Where the two differ; empty where they do not.
function difference(tree, root, now, lines, at) {
	const [ours, theirs] = [first(tree, root, now, lines, at), second(tree, root, now, lines, at)];
	const i = lines.findIndex((_, at) => ours.lines[at] !== theirs.lines[at]);
	if (i < 0 && (ours.refused === null) === (theirs.refused === null))
		return "";
	return [`at ${rfc3339(at)}, device ${lines[Math.max(i, 0)]}`, `mdstatic    ${ours.lines[i]}`, `from FORMAT ${theirs.lines[i]}`,
		`mdstatic refuses: ${ours.refused}`, `from FORMAT refused: ${theirs.refused}`].join("\n");
}

// --- trees of the compiler -------------------------------------------------------------------------------------------------

function build(repo, tree, now) {
	const made = JSON.parse(must(mdstatic, ["build", repo, "--out", tree, "--keys", keys, "--now", rfc3339(now), "--json"]));
	return made.apps[0].indexes.map((index) => index.shape);
}

function commit(repo, { files, commitTime }) {
	for (const [path, text] of [...[...files].map(([path, text]) => [`apps/app/${path}`, text]), ["keys/1.root.json", readFileSync(rootPath)]]) {
		mkdirSync(dirname(join(repo, path)), { recursive: true });
		writeFileSync(join(repo, path), text);
	}
	const date = `${commitTime} +0000`;
	must("git", ["init", "-q", "-b", "main", repo]);
	must("git", ["-C", repo, "add", "-A"]);
	must("git", ["-C", repo, "commit", "-qm", "a set"], { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
}

const appOf = (tree) => join(tree, readdirSync(tree).find((name) => !name.startsWith(".")));

// A tree: the same answers at three instants and without a known time, then what its files look like.
function compare(name, tree, now, times, all, vocabulary) {
	const lines = all.map((device) => JSON.stringify(device));
	const found = [null, ...times].map((at) => difference(appOf(tree), rootPath, now, lines, at)).find((text) => text !== "");
	report(!found, `${name}: ${lines.length} devices at ${times.length} instants, and without a time`, found);
	vocabulary.read(tree);
}

function sets() {
	const random = SEEDS.map((seed) => [`seed ${seed}`, () => {
		const source = new Random(seed);
		const set = definitions(source, seed, shapeOf(seed));
		return { ...set, devices: devices(source, set.pools, DEVICES), times: instants(source, set, 3) };
	}]);
	const ours = Object.entries(shapes).map(([name, make]) => [name, () => ({ ...make(), devices: devices(new Random(3), make().pools, DEVICES),
		times: [NOW, NOW + 3 * 86400, NOW - 86400] })]);
	return [...random, ...ours];
}

function compilerTrees(vocabulary) {
	const met = new Set();
	const now = NOW;
	build(exampleRepo, join(work, "example"), now).forEach((shape) => met.add(shape));
	compare("example", join(work, "example"), now, [now, now + 2 * 86400, now - 86400], devices(new Random(1), example, DEVICES), vocabulary);
	sets().forEach(([name, make], i) => {
		const set = make();
		const folder = join(work, `set-${i}`);
		commit(join(folder, "repo"), set);
		build(join(folder, "repo"), join(folder, "tree"), set.commitTime).forEach((shape) => met.add(shape));
		compare(name, join(folder, "tree"), set.commitTime, set.times, set.devices, vocabulary);
	});
	for (const shape of ["inline", "segments", "units"])
		report(met.has(shape), `an index of the shape ${shape} is among them`);
	return join(work, "set-" + SEEDS.length, "tree");
}

// Section 2: above 400 objects there are 16 roles, and each holds what its path says.
function objectRoles(tree) {
	const app = appOf(tree);
	const json = (path) => JSON.parse(readFileSync(join(app, "metadata", path), "utf8")).signed;
	const delegated = json("1.targets.json").delegations.roles;
	const good = delegated.length === 16 && delegated.every(({ name, paths, terminating }, i) => name === `objects-${i.toString(16)}` && terminating
		&& paths.length === 1 && paths[0] === `o/${i.toString(16)}*/*`
		&& Object.keys(json(`1.${name}.json`).targets).every((path) => path.startsWith(`o/${i.toString(16)}`)));
	report(good, "above 400 objects there are 16 roles", JSON.stringify(delegated));
}

// A device that is kept: a newer tree is read, then an older one is refused, by both.
function rollback() {
	const old = appOf(join(work, "example"));
	const newer = join(work, "newer");
	must("cp", ["-R", join(work, "example"), newer]);
	build(exampleRepo, newer, NOW + 6 * 86400);
	const state = join(work, "state");
	const resolve = (tree) => run(mdstatic, ["resolve", tree, "--devices", join(work, "devices"), "--root", rootPath, "--now", rfc3339(NOW + 6 * 86400),
		"--state", state]).status;
	const ours = [dirname(old), newer, dirname(old)].map(resolve).map((status) => status === 0);
	let tree = old;
	const device = new Device({ app: old.split("/").at(-1), root: readFileSync(rootPath), read: (...at) => reader(tree)(...at) });
	const theirs = [old, appOf(newer), old].map((next) => {
		tree = next;
		try {
			device.update(NOW + 6 * 86400);
			return true;
		} catch {
			return false;
		}
	});
	report(`${ours} ${theirs}` === "true,true,false true,true,false", "a device that is kept refuses an older tree", `${ours} ${theirs}`);
}

// --- trees that no compiler writes -----------------------------------------------------------------------------------------

function forged(one, i) {
	const tree = join(work, "forged", String(i), APP);
	const root = join(work, "forged", String(i), "root.json");
	const forge = new Forge({ folder: tree, app: APP, keys, now: NOW, signers: one.signers });
	one.make(forge);
	forge.sign(one.edit);
	writeFileSync(root, one.root ?? readFileSync(rootPath));
	const lines = one.devices.map((device) => JSON.stringify(device));
	const ours = second(tree, root, one.now ?? NOW, lines, one.at);
	if ((ours.refused !== null) !== one.refused)
		return `refused: ${ours.refused}`;
	return difference(tree, root, one.now ?? NOW, lines, one.at);
}

function forgedTrees() {
	const groups = Map.groupBy?.(cases, ({ name }) => name.split(":")[0])
		?? cases.reduce((map, one) => map.set(one.name.split(":")[0], [...(map.get(one.name.split(":")[0]) ?? []), one]), new Map());
	let i = 0;
	for (const [name, all] of groups) {
		const found = all.map((one) => [one.name, forged(one, i++)]).filter(([, why]) => why !== "");
		report(found.length === 0, `${all.length} forged trees: ${name}`, found.map(([what, why]) => `${what}\n${why}`).join("\n"));
	}
}

function main() {
	copyFileSync(process.env.MDSTATIC, mdstatic);
	const vocabulary = new Vocabulary(join(here, "../../schemas/FORMAT.md"));
	const many = compilerTrees(vocabulary);
	objectRoles(many);
	rollback();
	forgedTrees();
	report(vocabulary.faults.length === 0, "every JSON file has the one encoding and known keys", vocabulary.faults.slice(0, 20).join("\n"));
	for (const [list, what] of [[vocabulary.unnamed(), "every key is named in its section of FORMAT.md"],
		[vocabulary.unknown(), "every key of FORMAT.md's tables is known"], [vocabulary.unseen(), "every key occurs in some tree"]])
		report(list.length === 0, what, list.join("\n"));
	console.log(`${passed} passed, ${failed} failed`);
	return failed === 0 ? 0 : 1;
}

process.exitCode = main();
