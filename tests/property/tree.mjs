// The programs under test: definitions → one commit → signed tree → a line for each device.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const { env } = process;
const here = dirname(fileURLToPath(import.meta.url));
export const work = mkdtempSync(join(tmpdir(), "mdstatic-property-"));
const mdstatic = join(work, "mdstatic"); // a copy, so that a rebuild meanwhile does no harm
const keys = join(work, "keys");
const root = join(work, "root", "1.root.json");

function must(program, args, input) {
	const done = spawnSync(program, args, { input, encoding: "utf8", maxBuffer: 1 << 30 });
	if (done.error)
		throw done.error;
	if (done.status !== 0)
		throw new Error(`${program} ${args.join(" ")}: exit ${done.status ?? done.signal}\n` +
			done.stderr.split("\n").filter((line) => !line.includes("warning:")).slice(0, 20).join("\n"));
	return done.stdout;
}

// Keys are made once for all sets.
export function prepare() {
	copyFileSync(env.MDSTATIC ?? join(env.BUILD ?? join(here, "../../build"), "mdstatic"), mdstatic);
	must(mdstatic, ["keys", "new", keys, "--root", dirname(root)]);
}

// One commit with fixed dates, made without a work tree. apps: [{ dir, files: Map of path in the folder → text or bytes }].
function commit(repo, apps, time) {
	const author = `property <property@example.com> ${time} +0000`;
	const parts = [`commit refs/heads/main\ncommitter ${author}\ndata 5\na set\n`];
	const add = (path, content) => {
		const bytes = Buffer.from(content);
		parts.push(`M 100644 inline "${path}"\ndata ${bytes.length}\n`, bytes, "\n");
	};
	add("keys/1.root.json", readFileSync(root));
	for (const { dir, files } of apps)
		for (const [path, content] of files)
			add(`apps/${dir}/${path}`, content);
	must("git", ["init", "-q", "--bare", "--template=", "-b", "main", repo]);
	must("git", ["-C", repo, "fast-import", "--quiet"], Buffer.concat(parts.map((part) => Buffer.from(part))));
}

// folder/repo and folder/tree. Returns the indexes of `build --json`.
export function build(folder, { apps, commitTime }) {
	const repo = join(folder, "repo");
	commit(repo, apps, commitTime);
	const report = must(mdstatic, ["build", repo, "--out", join(folder, "tree"), "--keys", keys, "--json"]);
	return JSON.parse(report).apps.flatMap(({ indexes }) => indexes);
}

// The words for it: folder/render.
export function render(folder) {
	must(mdstatic, ["render", join(folder, "repo"), "--out", join(folder, "render")]);
}

// A line for each device of the file; at: a time, or `none`.
export function resolve(folder, app, devices, at) {
	return must(mdstatic, ["resolve", join(folder, "tree"), "--app", app, "--root", root, "--devices", devices, "--at",
		at]).split("\n");
}

function filesBelow(folder) {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
		entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]);
}

// The candidates of all manifests, those inside an index too.
export function candidates(folder) {
	return filesBelow(join(folder, "tree"))
		.filter((path) => /\.manifest\.json$|\.[a-z]+-[a-z0-9]+\.json$/.test(path))
		.map((path) => JSON.parse(readFileSync(path, "utf8")))
		.map((file) => file.manifest ?? file)
		.flatMap((manifest) => Object.values(manifest.slots ?? {}).flat());
}
