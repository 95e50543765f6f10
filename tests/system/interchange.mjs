// Roads in and out: what export writes, import takes up again, and it means the same. Over the example definitions and random ones,
// from a repository with everything into one without switches and tasks. What export says that it leaves out stays where it is.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { definitions, Random, shapeOf } from "../property/random.mjs";

const { env } = process;
const top = join(dirname(fileURLToPath(import.meta.url)), "../..");
const program = env.MDSTATIC ?? join(env.BUILD ?? join(top, "build"), "mdstatic");
const work = mkdtempSync(join(tmpdir(), "mdstatic-interchange-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));
const sets = Number(env.SETS ?? 10), first = Number(env.SEED ?? 1);

function run(command, args, wanted = 0) {
	const done = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
	if (done.status !== wanted)
		throw new Error(`${command} ${args.join(" ")}: exit ${done.status}\n${done.stderr.slice(0, 4000)}`);
	return done;
}

function commit(repo, time) {
	const date = `${time} +0000`;
	Object.assign(env, { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, GIT_CONFIG_GLOBAL: "/dev/null" });
	run("git", ["init", "-q", "-b", "main", repo]);
	run("git", ["-C", repo, "add", "-A"]);
	run("git", ["-C", repo, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "-m", "a set"]);
}

const below = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
	entry.isDirectory() ? below(join(folder, entry.name)) : [join(folder, entry.name)]);
const json = (path) => JSON.parse(readFileSync(path, "utf8"));

// --- one form for each meaning ---------------------------------------------------------------------------------------------

const version = (text) => text.split(".").map(Number).join(".").replace(/(\.0)+$/, "");
const seconds = (text) => (text === undefined ? undefined : Date.parse(text) / 1000);
const dropped = (object, rules) => Object.fromEntries(Object.entries(object).filter(([key, value]) =>
	value !== undefined && !(key in rules && isDeepStrictEqual(value, rules[key]))));

function rule({ element, operation, value, exclusive, defaultResult }) {
	const range = value instanceof Array ? value : { lower: value.lower && version(value.lower), upper: value.upper && version(value.upper) };
	return dropped({ element, operation, value: value instanceof Array ? value : dropped(range, {}), exclusive, defaultResult },
		{ exclusive: false, defaultResult: false });
}

function platforms(value) {
	const list = value instanceof Array ? [...value].sort() : [value];
	return list.length === 3 ? ["all"] : list;
}

const switchValue = (value, index) => dropped({ ...value, platform: platforms(value.platform), rules: (value.rules ?? []).map(rule) },
	{ channel: "prod", rules: [], id: String(index) });
const switchOf = ({ $schema, ...all }) => dropped({ ...all, values: all.values.map(switchValue) }, { active: true, note: "" });

// silenceDays and the audience of a window are what the form does not hold, and it says so.
function task({ id, publishedAt, window, rules, silenceDays, ...all }) {
	const window_ = window && { end: seconds(window.end), users: window.users };
	return dropped({ id, ...all, publishedAt: seconds(publishedAt), window: window_, rules: (rules ?? []).map(rule) },
		{ status: "releasing", channel: "prod", rules: [], memo: "", prompt: "" });
}

// --- there and back --------------------------------------------------------------------------------------------------------

const counts = { switches: 0, tasks: 0, left: 0, whole: 0 };

function exported(repo, what, app, file) {
	const { stderr } = run(program, ["export", what, repo, "--worktree", "--app", app, "--out", file]);
	return stderr;
}

// release.json path → ids of tasks that were left out
function leftOut(stderr) {
	const left = new Map();
	for (const [, path, id] of stderr.matchAll(/^(.*?):\d+:\d+: warning: task "(.*?)" is left out/gm))
		left.set(path, (left.get(path) ?? new Set()).add(id));
	return left;
}

function strip(repo, app, left) {
	const known = new Map();
	for (const path of below(join(repo, "apps", app))) {
		const rel = path.slice(repo.length + 1);
		if (rel.startsWith(`apps/${app}/switches/`) && rel.endsWith(".json")) {
			known.set(rel, switchOf(json(path)));
			rmSync(path);
		} else if (/\/(upgrades|hotpatches|h5)\/.*\/release\.json$/.test(rel)) {
			const release = json(path), out = left.get(rel) ?? new Set();
			known.set(rel, release.tasks.filter(({ id }) => !out.has(id)).map(task));
			writeFileSync(path, JSON.stringify({ ...release, tasks: release.tasks.filter(({ id }) => out.has(id)) }, null, 2));
			counts.left += out.size;
		}
	}
	return known;
}

function compare(repo, known, left) {
	for (const [rel, want] of known) {
		const file = json(join(repo, rel)), out = left.get(rel) ?? new Set();
		const got = rel.includes("/switches/") ? switchOf(file)
			: file.tasks.filter(({ id }) => !out.has(id)).map(task);
		if (!isDeepStrictEqual(got, want))
			throw new Error(`${rel}\nwanted ${JSON.stringify(want)}\ngot    ${JSON.stringify(got)}`);
		if (rel.includes("/switches/"))
			counts.switches++;
		counts.whole += want.length > 0 && out.size === 0;
		counts.tasks += rel.includes("/switches/") ? 0 : want.length;
	}
}

const errors = (repo) => spawnSync(program, ["check", repo, "--worktree"], { encoding: "utf8" }).stdout.split("\n")
	.filter((line) => line.includes(": error: "));

function check(repo, app, folder, time) {
	const file = (name) => join(folder, `${app}-${name}.json`);
	exported(repo, "switches", app, file("switches"));
	const left = leftOut(exported(repo, "tasks", app, file("tasks")));
	const empty = join(folder, `without-${app}`);
	cpSync(repo, empty, { recursive: true });
	const known = strip(empty, app, left);
	rmSync(join(empty, ".git"), { recursive: true }); // ended tasks are ones that were never there
	commit(empty, time);
	const before = errors(empty); // of packages that are not at hand
	run(program, ["import", "switches", file("switches"), empty, "--app", app]);
	run(program, ["import", "tasks", file("tasks"), empty, "--app", app]);
	const after = errors(empty).filter((line) => !before.includes(line));
	if (after.length)
		throw new Error(`check finds\n${after.join("\n")}`);
	compare(empty, known, left);
}

function passes(name, apps, time) {
	const folder = join(work, name.replaceAll(/\W+/g, "-")), repo = join(folder, "repo");
	try {
		for (const { dir, files } of apps)
			for (const [path, content] of files) {
				mkdirSync(dirname(join(repo, "apps", dir, path)), { recursive: true });
				writeFileSync(join(repo, "apps", dir, path), content);
			}
		commit(repo, time);
		for (const { dir } of apps)
			check(repo, dir, folder, time);
	} catch (error) {
		console.log(`not ok - ${name}\n${error.message.replace(/^/gm, "# ")}`);
		return false;
	}
	rmSync(folder, { recursive: true });
	return true;
}

function example() {
	const folder = join(top, "examples/definitions/apps");
	return readdirSync(folder).map((dir) => ({ dir, files: new Map(below(join(folder, dir)).map((path) =>
		[path.slice(join(folder, dir).length + 1), readFileSync(path)])) }));
}

let failed = 0;
if (passes("the example definitions", example(), Date.parse("2026-11-20T08:00:00Z") / 1000))
	console.log("ok - the example definitions");
else
	failed++;
let good = 0;
for (let seed = first; seed < first + sets; seed++) {
	const { apps, commitTime } = definitions(new Random(seed), seed, { ...shapeOf(seed), exact: false });
	if (passes(`random definitions, seed ${seed}`, apps, commitTime))
		good++;
	else
		failed++;
}
if (good)
	console.log(`ok - ${good} sets of random definitions`);
for (const [what, n] of Object.entries(counts))
	console.log(`${n ? "ok" : "not ok"} - ${n} ${{ switches: "switches came back", tasks: "tasks came back",
		left: "tasks were left out, by name", whole: "releases were whole" }[what]}`);
console.log(`${failed ? 1 : 0} failed`);
process.exit(failed || Object.values(counts).includes(0) ? 1 : 0);
