// Random pairs of definitions and random devices: what `diff --format json` says that a device gets before and after is what
// the definitions say (oracle.mjs), and where it says nothing, nothing changes.
//
//     node diff.mjs                 20 pairs        SEED=n PAIRS=1 node diff.mjs   one pair again        LONG=1: 1,000 pairs
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { all, attribute, compare, drawn, inChannel, isFor, listed, seconds, version } from "./conditions.mjs";
import { devices, instants } from "./devices.mjs";
import { read } from "./oracle.mjs";
import { PERCENTS, userIds } from "./pools.mjs";
import { definitions, Random, shapeOf } from "./random.mjs";

const { env } = process;
const here = dirname(fileURLToPath(import.meta.url));
const firstSeed = Number(env.SEED ?? (env.LONG ? Math.floor(Date.now() / 1000) : 20261120));
const count = Number(env.PAIRS ?? (env.LONG ? 1000 : 20));
const work = mkdtempSync(join(tmpdir(), "mdstatic-diff-"));
const mdstatic = join(work, "mdstatic"); // a copy, so that a rebuild meanwhile does no harm

function run(program, args, input) {
	const done = spawnSync(program, args, { input, encoding: "utf8", maxBuffer: 1 << 30 });
	if (done.error)
		throw done.error;
	return done;
}

// --- pairs ---------------------------------------------------------------------------------------------------------

const edit = (files, path, change) => {
	const file = JSON.parse(files.get(path));
	change(file);
	files.set(path, JSON.stringify(file));
};
const named = (files, pattern) => [...files.keys()].filter((path) => pattern.test(path));
const pick = (random, array) => (array.length > 0 ? random.pick(array) : undefined);

function editRule(random, rule) {
	if (rule.operation === "in" || rule.operation === "out")
		rule.exclusive = !rule.exclusive;
	else if (random.chance(50) && rule.value.length > 1)
		rule.value.pop();
	else
		rule.defaultResult = !rule.defaultResult;
}

function editUnless(file) {
	if (file.unless?.length > 1)
		file.unless.pop();
	else if (file.unless)
		delete file.unless;
	else
		file.unless = file.tasks.map(({ rules }) => rules ?? []).filter((rules) => rules.length > 0).slice(0, 1);
	if (file.unless?.length === 0)
		delete file.unless;
}

function editTask(random, file, isUpgrade) {
	const task = pick(random, file.tasks);
	if (!task || task.status === "pending")
		return;
	switch (random.int(0, 6)) {
	case 0:
		task.status = random.pick(["releasing", "paused", "ended"]);
		break;
	case 1:
		file.tasks.splice(file.tasks.indexOf(task), 1);
		break;
	case 2:
		if (task.mode === "percentage")
			task.percent = random.pick(PERCENTS);
		break;
	case 3:
		if (task.rules?.length > 0 && random.chance(60))
			editRule(random, random.pick(task.rules));
		else if (task.rules?.length > 0)
			task.rules.splice(random.int(0, task.rules.length - 1), 1);
		break;
	case 4:
		if (isUpgrade)
			task.prompt = `prompt ${random.int(0, 9)}`;
		break;
	case 5:
		if (task.window)
			task.window.users = random.int(1, 50);
		break;
	default:
		task.memo = "nothing that a device gets";
	}
}

function editValue(random, file) {
	const value = random.pick(file.values);
	switch (random.int(0, 4)) {
	case 0:
		value.value = random.pick(["on", "off", "other"]);
		break;
	case 1:
		if (value.type === "percentage")
			value.percent = random.pick(PERCENTS);
		break;
	case 2:
		file.active = !(file.active ?? true);
		break;
	case 3:
		file.values.reverse(); // values without an id are drawn anew
		break;
	default:
		delete value.rules;
	}
}

function editList(random, files, path) {
	const ids = files.get(path).split(/[\r\n,]/).map((id) => id.trim()).filter(Boolean);
	const kept = ids.filter(() => random.chance(80));
	files.set(path, [...kept, ...random.some(userIds, 3)].join("\n") + "\n");
}

const EDITS = [
	(random, files) => {
		const path = pick(random, named(files, /release\.json$/));
		if (path)
			edit(files, path, (file) => editTask(random, file, path.startsWith("upgrades/")));
	},
	(random, files) => {
		const path = pick(random, named(files, /^(upgrades|hotpatches)\/.*release.json$/));
		if (path)
			edit(files, path, editUnless);
	},
	(random, files) => {
		const path = pick(random, named(files, /^switches\//));
		if (path)
			edit(files, path, (file) => editValue(random, file));
	},
	(random, files) => {
		const path = pick(random, named(files, /^whitelists\/.*\.txt$/));
		if (path)
			editList(random, files, path);
	},
	(random, files) => {
		const path = pick(random, named(files, /^(upgrades|hotpatches)\/.*release\.json$|^switches\//));
		const folder = path?.endsWith("release.json") ? path.replace("release.json", "") : path;
		if (path && random.chance(40))
			named(files, /./).filter((one) => one.startsWith(folder)).forEach((one) => files.delete(one));
	},
	(random, files) => {
		if (random.chance(20))
			files.set("app.ini", files.get("app.ini").replace(/audience = \d+/, `audience = ${random.int(5, 5000)}`));
	},
];
const OFTEN = [0, 0, 0, 0, 0, 1, 2, 2, 3, 4, 5];

function edited(random, { files, ...app }) {
	const made = new Map(files);
	for (let i = random.int(1, 25); i > 0; i--)
		EDITS[random.pick(OFTEN)](random, made);
	return { ...app, files: made };
}

// Two commits of one time in a bare repository.
function commit(repo, revisions, time) {
	const parts = [];
	for (const apps of revisions) {
		parts.push(`commit refs/heads/main\ncommitter property <property@example.com> ${time} +0000\ndata 5\na set\ndeleteall\n`);
		for (const { dir, files } of apps)
			for (const [path, content] of files) {
				const bytes = Buffer.from(content);
				parts.push(`M 100644 inline "apps/${dir}/${path}"\ndata ${bytes.length}\n`, bytes, "\n");
			}
	}
	run("git", ["init", "-q", "--bare", "--template=", "-b", "main", repo]);
	const done = run("git", ["-C", repo, "fast-import", "--quiet"], Buffer.concat(parts.map((part) => Buffer.from(part))));
	if (done.status !== 0)
		throw new Error(done.stderr);
}

// --- what the diff says of a device ----------------------------------------------------------------------------------

function inRange(value, { from, above, to, below }) {
	const side = (bound) => compare(value, version(bound));
	return (from === undefined || side(from) >= 0) && (above === undefined || side(above) > 0)
		&& (to === undefined || side(to) <= 0) && (below === undefined || side(below) < 0);
}

// Byte for byte, white space too.
const exact = (device, name) => (typeof device[name] === "string" && device[name] !== "" ? device[name] : undefined);

function meets({ attribute: name, type, is, isNot, ranges, missing }, device) {
	const value = type === "exact" ? exact(device, name) : attribute(device, name);
	if (value === undefined)
		return missing;
	if (ranges)
		return ranges.some((range) => inRange(value, range));
	return is ? is.includes(value) : !isNot.includes(value);
}

const isNumber = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;

// A candidate's conditions, read from the JSON alone, put to the functions that judge definitions.
function holds({ guard, task, version: text }, { kind, slot }, app, device, at) {
	const { channel, whitelists, thousandths, window, notBefore, before, installedBelow, salt } = guard;
	const names = whitelists?.map(({ name }) => name);
	const percent = thousandths === undefined ? undefined : thousandths / 1000;
	if (before !== undefined && (at === null || at >= seconds(before)))
		return false;
	if (installedBelow !== undefined && isNumber(device.patchVersionCode) && device.patchVersionCode >= installedBelow)
		return false;
	if (kind === "switch")
		return inChannel(channel, device) && (!names || listed(names, app, device))
			&& (percent === undefined || drawn(percent, () => salt, device));
	const drawnWith = `${app.code}/${kind}/${slot}/${text}/${task}`;
	if (salt !== undefined && salt !== drawnWith)
		throw new Error(`salt ${salt}, not ${drawnWith}`);
	const made = { id: task, channel, publishedAt: notBefore ?? "1970-01-01T00:00:00Z",
		...(names && { mode: "whitelist", whitelists: names }), ...(percent !== undefined && { mode: "percentage", percent }),
		...(window && { mode: "timeWindow", window: { ...window, ramp: window.ramp?.map(({ at: point, thousandths: t }) =>
			({ at: point, percent: t / 1000 })) } }) };
	return isFor({ release: { kind, slot, text, platforms: [device.platform] }, task: made }, app, device, at);
}

const slotsFor = (slots, device) => slots.filter(({ kind, slot, platforms }) => platforms.includes(device.platform)
	&& (kind !== "quickfix" || (isNumber(device.versionCode) && slot === `${device.bundleName}/${device.versionCode}`)));

// --- comparing -------------------------------------------------------------------------------------------------------

// Without what only a build knows, and without deltas, which follow from other releases.
const told = (answer) => (answer === undefined || answer === null ? null
	: JSON.parse(JSON.stringify(answer, (key, value) => (key === "deltas" ? undefined : value))));

function slotAnswer(answer, { kind, slot }) {
	return told(kind === "switch" ? answer.switches[slot] : kind === "h5" ? answer.h5[slot] : answer[kind]);
}

function agreesWith({ payload, task, version: text }, { kind }, got) {
	switch (kind) {
	case "switch":
		return got === payload.value;
	case "quickfix": // maybe without a module for the device
		return got === null || (got.task === task && (payload.rollback ? got.action === "rollback"
			: got.patchVersionCode === Number(text)));
	case "hotpatch":
		return got?.task === task && (got.action === "rollback") === Boolean(payload.rollback);
	default:
		return got?.task === task && got.version === text;
	}
}

const met = new Map();
const meet = (name) => met.set(name, (met.get(name) ?? 0) + 1);

function compareSlot(slot, apps, answers, device, at) {
	const found = slot.segments.filter(({ where }) => where.every((one) => meets(one, device)));
	if (found.length > 1)
		throw new Error(`${found.length} segments of ${slot.slot} hold the device`);
	if (found.length === 0 && slot.further > 0)
		meet("segments too many to tell");
	if (found.length === 0)
		return slot.further > 0;
	const [segment] = found;
	const got = answers.map((answer) => slotAnswer(answer, slot));
	const sides = [segment.before, segment.after];
	const winners = sides.map((list, i) => list.find((one) => one.guard && holds(one, slot, apps[i], device, at)));
	winners.forEach((winner, i) => {
		if (winner && !agreesWith(winner, slot, got[i]))
			throw new Error(`${slot.kind} ${slot.slot}, ${i ? "after" : "before"}: ${JSON.stringify(got[i])}, the diff says `
				+ JSON.stringify(winner));
		if (!winner && slot.kind !== "switch" && got[i] !== null
			&& sides[i].some((one) => one.guard && agreesWith(one, slot, got[i])))
			throw new Error(`${slot.kind} ${slot.slot}: ${JSON.stringify(got[i])} is none of the others`);
		if (!winner && sides[i].length > 0 && sides[i].at(-1).guard)
			throw new Error(`${slot.kind} ${slot.slot}: nobody is left, but ${JSON.stringify(device)} is`);
	});
	meet(`${slot.kind}: ${winners.map((winner) => (winner ? "a candidate" : "others")).join(", then ")}`);
	return winners.some(Boolean);
}

// What no slot of the diff accounts for is the same.
function compareRest(told_, answers, device) {
	const keys = { upgrade: null, hotpatch: null, quickfix: null };
	for (const kind of [...Object.keys(keys), "h5", "switch"]) {
		const table = (answer) => (kind === "switch" ? answer.switches : kind === "h5" ? answer.h5 : { "": answer[kind] });
		const [before, after] = answers.map(table);
		for (const slot of new Set([...Object.keys(before), ...Object.keys(after)]))
			if (!told_.has(`${kind} ${slot}`) && !isDeepStrictEqual(told(before[slot]), told(after[slot])))
				throw new Error(`${kind} ${slot} changes and the diff says nothing of it: ${JSON.stringify(told(before[slot]))} → `
					+ `${JSON.stringify(told(after[slot]))}`);
	}
	meet(told_.size > 0 ? "device with a change" : "device without one");
}

function compareDevice(slots, apps, device, at) {
	const answers = apps.map((app) => app.answer(device, at));
	const accounted = new Set();
	for (const slot of slotsFor(slots, device)) {
		const single = ["upgrade", "hotpatch", "quickfix"].includes(slot.kind);
		if (slot.segments.some(({ before, after }) => [...before, ...after].some(({ rest }) => rest))) {
			meet("rules too many to part by");
			accounted.add(`${slot.kind} ${single ? "" : slot.slot}`);
		} else if (compareSlot(slot, apps, answers, device, at)) {
			accounted.add(`${slot.kind} ${single ? "" : slot.slot}`);
		}
	}
	compareRest(accounted, answers, device);
}

function agrees(seed) {
	const random = new Random(seed);
	const shape = { ...shapeOf(seed), devices: 40, instants: 1 };
	for (const [what, most] of Object.entries({ releases: 20, switches: 60, h5: 10, products: 8, bundles: 10 }))
		shape[what] = Math.min(shape[what], most);
	const set = definitions(random, seed, shape);
	const repo = join(work, `repo-${seed}`);
	const head = set.apps.map((app) => edited(random, app));
	commit(repo, [set.apps, head], set.commitTime);
	const begun = Date.now();
	const done = run(mdstatic, ["diff", repo, "HEAD~1", "HEAD", "--format", "json"]);
	if (done.status === 1 && done.stderr.includes("HEAD (HEAD) cannot be compared"))
		return meet("an edit that is not allowed");
	if (env.VERBOSE)
		console.log(`# seed ${seed}: ${Date.now() - begun} ms`);
	if (done.status !== 0)
		throw new Error(done.stderr);
	const { apps: told_ } = JSON.parse(done.stdout);
	set.apps.forEach((app, i) => {
		const apps = [read(app.files, set.commitTime), read(head[i].files, set.commitTime)];
		const slots = told_.find((one) => one.app === apps[0].code)?.slots ?? [];
		for (const device of devices(random, app.pools, shape.devices))
			for (const at of [null, ...instants(random, app, set.commitTime, shape.instants)])
				try {
					compareDevice(slots, apps, device, at);
				} catch (error) {
					throw new Error(`${error.message}\ndevice ${JSON.stringify(device)} at ${at}`);
				}
	});
	rmSync(repo, { recursive: true });
}

const WANTED = [/^upgrade:.*candidate/, /^hotpatch:.*candidate/, /^h5:.*candidate/, /^quickfix:.*candidate/,
	/^switch:.*candidate/, /^device with a change/, /^device without one/];
let failed = 0;
copyFileSync(env.MDSTATIC ?? join(env.BUILD ?? join(here, "../../build"), "mdstatic"), mdstatic);
for (let seed = firstSeed; seed < firstSeed + count; seed++)
	try {
		agrees(seed);
	} catch (error) {
		failed++;
		console.log(`not ok - seed ${seed}: ${error.message}\n# again: SEED=${seed} PAIRS=1 node tests/property/diff.mjs`);
	}
if (!env.PAIRS)
	for (const name of WANTED.filter((one) => ![...met.keys()].some((known) => one.test(known)))) {
		failed++;
		console.log(`not ok - never met: ${name}`);
	}
if ((met.get("an edit that is not allowed") ?? 0) > count / 2) {
	failed++;
	console.log("not ok - most edits are not allowed");
}
for (const [name, times] of [...met].sort())
	console.log(`# ${String(times).padStart(8)}  ${name}`);
rmSync(work, { recursive: true });
console.log(failed ? `${failed} failed` : `ok - ${count} pairs of definitions: the diff says what devices get`);
process.exitCode = failed ? 1 : 0;
