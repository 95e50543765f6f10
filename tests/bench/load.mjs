// What devices load, and what an edit costs, for definitions of many shapes: beside figures of a prototype of the planner
// that were measured on the same shapes. Exit 1 where a first load, a load after an edit or the files that an edit rewrites
// are more than twice the prototype's.
//
//     node load.mjs BUILD KEYS ROOT.json FOLDER [SHAPE]…
//
// First load    of devices whose versions are spread; indexes and manifests. Answers, whitelist pages and signed metadata are
//               counted apart, as the prototype's figures are without them.
// Steady        the same, where four fifths of the devices have the newest version.
// Nothing new   a look at a tree that has not changed since the first load.
// Edit          what the devices of the first load fetch when one file of the definitions changes (the mean over the edits),
//               and the new files of the tree. A device keeps its state and everything that is named by its hash.
//               Upgrades are edited in the newest release, which most segments hold: the worst place.
// Bytes         raw, and each file deflated by itself at level 9.
// Draws         the size of upgrades hangs on a few random tasks, so their figures are means over several definitions.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { devices, edits, isUpgrade, shapes, text } from './definitions.mjs';

const DEVICES = { upgrade: 40, switch: 10 }; // every device loads all switches: what differs is whitelist pages
const DRAWS = { upgrade: 3, switch: 1 };
const LIMIT = 2; // times the prototype's figure
const NOW = '2026-11-21T08:00:00Z';
const SECONDS = Date.parse(NOW) / 1000;
const COMMITTED = SECONDS - 86400;
const APP = 'BENCH-default';
const KINDS = { upgrade: 1, switch: 16 }; // MDR_UPGRADE, MDR_SWITCH

// Raw/deflated KB; "requests" and "again": of a first load (and in steady state), and after an edit.
const prototype = columns(`
shape    first     steady   requests  edit      again  files  up    segments   tree
U5x5     3.5/1.7   1.3/0.7  1.8/1.2   3.1/1.5   1.7    4      12    4,456B     27
U50x1    2.0/0.8   2.0/0.8  1/1       2.0/0.8   1      1      2     inline     6
U50x10   6.4/2.5   1.8/0.8  1.8/1.2   5.9/2.2   1.7    4      23    4,456B     56
U300x10  4.0/1.8   1.4/0.7  1.8/1.2   3.9/1.7   1.7    5      15    4,456B     36
U300n    8.1/3.1   2.7/1.2  1.8/1.2   7.0/2.7   1.6    8      79    9,861B     154
U50g     17.5/6.5  7.7/3.4  1.8/1.2   12.5/4.8  1.3    37     2054  50,4264B   2948
S30      6.9/2.2   same     1         7.0/2.2   1      1      7     inline     6
S100     20/5.1    same     1         20/5.1    1      1      20    inline     19
S500     100/25    same     5         28/7.8    2      2      27    4,4459B    97
S500all  159/38    same     9         25/7.0    2      2      24    8,5488B    155
S10k     1964/456  same     40        61/16     2      2      60    39,7905B   1918
H1000    636/142   same     31        27/7.4    2      2      27    30,4538B   621`);

// Object: first column → object of the others.
function columns(table) {
	const [head, ...rows] = table.trim().split('\n').map((line) => line.split(/ +/));
	return Object.fromEntries(rows.map((cells) => [cells[0], Object.fromEntries(head.map((name, i) => [name, cells[i]]))]));
}

const [, , BUILD, keys, root, work, ...chosen] = process.argv;
const names = chosen.length ? chosen : Object.keys(shapes);
const run = (program, args, input) =>
	execFileSync(program, args, { input, maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'pipe'], encoding: 'utf8' });

// --- git and trees --------------------------------------------------------------------------------------------------

// A commit as git fast-import takes it; `from` is the commit that the files are a change of.
function commit(branch, from, files) {
	const parts = [`commit refs/heads/${branch}\ncommitter bench <bench@example.com> ${COMMITTED} +0000\ndata 0\n`];
	if (from)
		parts.push(`from refs/heads/${from}\n`);
	for (const [path, value] of files) {
		const content = text(value);
		parts.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`);
	}
	return parts.join('');
}

function makeRepository(folder, files, changes) {
	const stream = [commit('main', '', [...files, ['keys/1.root.json', readFileSync(root, 'utf8')]])];
	for (const change of changes)
		stream.push(commit(change.name, 'main', [[change.path, change.value]]));
	run('git', ['init', '-q', '--bare', folder]);
	run('git', ['-C', folder, 'fast-import', '--quiet'], stream.join(''));
}

const buildCommand = (repository, branch, out, ...options) =>
	[`${BUILD}/mdstatic`, 'build', repository, '--rev', branch, '--out', out, '--keys', keys, '--now', NOW, ...options];

function build(...args) {
	const [program, ...rest] = buildCommand(...args, '--json');
	return JSON.parse(run(program, rest));
}

// Map: path → size of every file of a tree.
function filesOf(tree) {
	const list = readdirSync(tree, { recursive: true }).map((path) => [path, statSync(`${tree}/${path}`)]);
	return new Map(list.filter(([, stat]) => stat.isFile()).map(([path, stat]) => [path, stat.size]));
}

// Files of `after` that `before` does not have. Names never get other bytes, but for timestamp.json.
function newFiles(before, after, pattern) {
	const added = [...after].filter(([path]) => pattern.test(path) && (!before.has(path) || path.endsWith('timestamp.json')));
	return { files: added.length, bytes: added.reduce((sum, [, size]) => sum + size, 0) };
}

// --- what devices fetch ---------------------------------------------------------------------------------------------

const sorts = [['metadata', /^metadata\//], ['pages', /filter\.bin$/], ['answers', /answer\.json$/], ['loads', /./]];

// Array: for each tree { metadata, pages, answers, loads }, each { requests, raw, gz }, means over the devices.
function fetches(folder, trees, kinds, population) {
	const sizes = new Map();
	const deflated = (path, tree, offset, bytes) => {
		const key = `${path} ${offset} ${path.startsWith('metadata/') ? tree : ''}`;
		if (bytes > 0 && !sizes.has(key))
			sizes.set(key, deflateSync(readFileSync(`${tree}/${path}`).subarray(offset, offset + bytes), { level: 9 }).length);
		return sizes.get(key) ?? 0;
	};
	const sums = trees.map(() => Object.fromEntries(sorts.map(([sort]) => [sort, { requests: 0, raw: 0, gz: 0 }])));
	writeFileSync(`${folder}/devices.jsonl`, population.map((device) => JSON.stringify(device) + '\n').join(''));
	const lines = run(`${BUILD}/bench/load`, [APP, root, String(SECONDS), String(kinds), `${folder}/devices.jsonl`, ...trees]).split('\n');
	for (const line of lines.filter(Boolean)) {
		const [tree, , offset, bytes, path] = line.split('\t');
		const sum = sums[Number(tree)][sorts.find(([, pattern]) => pattern.test(path))[0]];
		sum.requests += 1 / population.length;
		sum.raw += Number(bytes) / population.length;
		sum.gz += deflated(path, trees[Number(tree)], Number(offset), Number(bytes)) / population.length;
	}
	return sums;
}

const mean = (list, figure) => list.reduce((sum, item) => sum + figure(item), 0) / list.length;

// --- one shape ------------------------------------------------------------------------------------------------------

// Of one draw; all figures are means over its devices.
function draw(name, number) {
	const folder = `${work}/${name}.${number}`;
	const kind = isUpgrade(name) ? 'upgrade' : 'switch';
	const files = shapes[name](number);
	const changes = edits(name, files);
	mkdirSync(folder, { recursive: true });
	makeRepository(`${folder}/repository`, files, changes);
	const index = build(`${folder}/repository`, 'main', `${folder}/main`).apps[0].indexes[0];
	for (const { name: branch } of changes)
		build(`${folder}/repository`, branch, `${folder}/${branch}`, '--previous', `${folder}/main`);
	const trees = ['main', ...changes.map((change) => change.name)].map((branch) => `${folder}/${branch}/${APP}`);
	const load = (steady, list) => fetches(folder, list, KINDS[kind], devices(name, steady, DEVICES[kind]));
	const [first, quiet, ...after] = load(false, [trees[0], ...trees]);
	const [before, ...later] = trees.map(filesOf);
	return {
		index, first, quiet, steady: kind === 'upgrade' ? load(true, trees.slice(0, 1))[0] : first,
		tree: newFiles(new Map(), before, /^targets\/index\/|(manifest|answer)\.json$/).bytes,
		manifests: newFiles(new Map(), before, /manifest\.json$/).files,
		edits: changes.map((change, i) => ({
			name: change.name, load: after[i],
			targets: newFiles(before, later[i], /^targets\//), metadata: newFiles(before, later[i], /^metadata\//),
		})),
	};
}

function measure(name) {
	const draws = Array.from({ length: DRAWS[isUpgrade(name) ? 'upgrade' : 'switch'] }, (_, number) => draw(name, number));
	return { name, draws, edits: draws.flatMap((d) => d.edits) };
}

// --- printing -------------------------------------------------------------------------------------------------------

const kb = (bytes) => (bytes / 1000).toFixed(bytes >= 99950 ? 0 : 1);
const count = (n) => Math.abs(n - Math.round(n)) < 0.05 ? String(Math.round(n)) : n.toFixed(1);

// The figures of one sort of files: means over the draws, or the edits.
function average(list, load, sort) {
	return Object.fromEntries(['requests', 'raw', 'gz'].map((figure) => [figure, mean(list, (item) => load(item)[sort][figure])]));
}

function row(m) {
	const p = prototype[m.name], upgrade = isUpgrade(m.name);
	const first = average(m.draws, (d) => d.first, 'loads');
	const steady = average(m.draws, (d) => d.steady, 'loads');
	const edit = average(m.edits, (e) => e.load, 'loads');
	const files = mean(m.edits, (e) => e.targets.files);
	const compared = (load, theirs) => `${kb(load.raw)}/${kb(load.gz)} (${theirs}) ${(load.raw / 1000 / parseFloat(theirs)).toFixed(2)}`;
	const segments = mean(m.draws, (d) => d.manifests);
	const cells = [m.name, compared(first, p.first), upgrade ? compared(steady, p.steady) : 'same',
		`${count(first.requests)}${upgrade ? `/${count(steady.requests)}` : ''} (${p.requests})`,
		compared(edit, p.edit), `${count(edit.requests)} (${p.again})`,
		`${count(files)} (${p.files}) ${(files / p.files).toFixed(2)}`, `${kb(mean(m.edits, (e) => e.targets.bytes))} (${p.up})`,
		`${segments ? `${count(segments)},${mean(m.draws, (d) => d.index.bytes).toFixed(0)}B` : 'inline'} (${p.segments})`,
		`${kb(mean(m.draws, (d) => d.tree))} (${p.tree})`];
	const over = {
		'first load': first.raw / 1000 / parseFloat(p.first),
		'load after an edit': edit.raw / 1000 / parseFloat(p.edit),
		'files of an edit': files / p.files,
	};
	return { name: m.name, cells, over };
}

function apart(m) {
	const of = (list, load, sort) => {
		const figures = average(list, load, sort);
		return `${count(figures.requests)}: ${kb(figures.raw)}/${kb(figures.gz)}`;
	};
	const mark = (d) => `${d.index.live} of ${d.index.offers}`;
	const byEdit = [...new Set(m.edits.map((e) => e.name))].map((name) => {
		const same = m.edits.filter((e) => e.name === name);
		return `${name} ${count(mean(same, (e) => e.targets.files))}, ${kb(mean(same, (e) => e.load.loads.raw))}`;
	});
	return [m.name, m.draws.map(mark).join(', '), of(m.draws, (d) => d.first, 'answers'), of(m.draws, (d) => d.steady, 'answers'),
		of(m.draws, (d) => d.first, 'pages'), of(m.draws, (d) => d.first, 'metadata'), of(m.edits, (e) => e.load, 'metadata'),
		of(m.draws, (d) => d.quiet, 'metadata'),
		`${count(mean(m.edits, (e) => e.metadata.files))}, ${kb(mean(m.edits, (e) => e.metadata.bytes))}`, byEdit.join('; ')];
}

function table(rows) {
	const widths = rows[0].map((_, i) => Math.max(...rows.map((cells) => cells[i].length)));
	for (const cells of rows)
		console.log(cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd());
}

// CPU and memory of a build from nothing and of one after an edit.
function costs(name) {
	const repository = `${work}/${name}.0/repository`;
	return [['main', []], ['percent', ['--previous', `${work}/${name}.0/main`]]].map(([branch, options]) => {
		const command = buildCommand(repository, branch, `${work}/${name}.0/cost-${branch}`, ...options);
		const [cpu, peak, planning] = run(`${BUILD}/bench/cost`, [repository, branch, ...command]).split(' ').map(Number);
		return [name, options.length ? 'after an edit' : 'from nothing', cpu.toFixed(0), (peak / 1024).toFixed(1), planning.toFixed(2),
			(cpu / planning).toFixed(0)];
	});
}

const measured = names.map(measure);
const rows = measured.map(row);
console.log('indexes and manifests, KB a device, raw/deflated; in brackets the prototype, behind it the ratio of the raw bytes');
table([['shape', 'first load', 'steady', 'requests', 'after an edit', 'requests', 'files of an edit', 'KB of it', 'segments or shards, index',
	'tree KB'], ...rows.map((r) => r.cells)]);
console.log('\napart from that, requests: KB a device, raw/deflated');
table([['shape', 'live offers', 'answers', 'steady', 'whitelist pages', 'metadata', 'after an edit', 'nothing new', 'its files, KB',
	'each edit: files, KB a device loads'], ...measured.map(apart)]);
console.log('\nwhat a build costs');
table([['shape', '', 'CPU ms', 'peak MB', 'planning ms', 'CPU : planning'],
	...names.filter((name) => name === 'U300x10' || name === 'S10k').flatMap(costs)]);

const above = ({ name, over }) => Object.entries(over).filter(([, ratio]) => !(ratio <= LIMIT))
	.map(([what, ratio]) => `${name}: ${what}: ${ratio.toFixed(2)}`);
const bad = rows.flatMap(above);
console.log(`\nlimit: ${LIMIT} times the prototype; above it: ${bad.join(', ') || 'none'}`);
process.exit(bad.length > 0 ? 1 : 0);
