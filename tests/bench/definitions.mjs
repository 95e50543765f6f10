// Definitions, edits and devices for the benches, the same every time (seeded).
//
//     node definitions.mjs resolve FOLDER DEVICES     20 upgrade tasks, 100 switches; DEVICES device lines
//     node definitions.mjs check FOLDER APPS          500 releases of all kinds of upgrades and hotpatches, and 500 switches an app
//     node definitions.mjs publish FOLDER LISTS       that many lists, each a file of 4 KB in the tree, and 20 hotpatches of 5 MB
//     node definitions.mjs SHAPE FOLDER DRAW          one of the shapes below, to look at
//
//     shapes[name](draw): Map path → value    the files of a definitions repository; a value is a text or goes to JSON
//     edits(name, files): array of { name, path, value }      each a small change of one file; files[path] becomes value
//     devices(name, steady, count): array of devices
//     isUpgrade(name): upgrades, else switches
//
// Shapes. U: upgrades of R releases with up to T tasks; all but the newest three have an official task (U300n: only the
// oldest; U50g: none, and no task is without guards). S: switches, half of the keys with rules (S30: 30 %, S500all: all).
// H: h5-like switches, a value for each version, which asks for an appVersion; 15 % have a gray newest version.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

let state = 12345n;
const seed = (n) => { state = BigInt.asUintN(64, BigInt(n) * 0x9e3779b97f4a7c15n); };
function random(n) {
	state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
	return Number((state >> 33n) % BigInt(n));
}
const chance = (percent) => random(100) < percent;
const pick = (list) => list[random(list.length)];
function some(list, n) {
	return [...new Set(Array.from({ length: n }, () => pick(list)))];
}
function weighted(table) { // [[weight, value], …]
	let draw = random(table.reduce((sum, [weight]) => sum + weight, 0));
	return table.find(([weight]) => (draw -= weight) < 0)[1];
}
const hex = (n) => Array.from({ length: n }, () => '0123456789abcdef'[random(16)]).join('');

const cities = Array.from({ length: 300 }, (_, i) => `City ${i}`);
const models = Array.from({ length: 2000 }, (_, i) => `Model ${i}`);
const nets = ['wifi', '4g', '5g', '3g'];
const isps = ['Mobile', 'Unicom', 'Telecom'];
const types = ['phone', 'tablet', 'foldable', 'tv'];
const lists = Array.from({ length: 12 }, (_, i) => `list-${i}`);
const named = { // what rules name; devices have more
	city: cities.slice(0, 20), mobileModel: models.slice(0, 30), netType: nets, isp: isps, deviceType: types,
	osVersion: Array.from({ length: 8 }, (_, i) => String(8 + i)),
	appVersion: Array.from({ length: 40 }, (_, i) => version(i)),
};
function version(i) {
	return `${1 + Math.floor(i / 25)}.${Math.floor(i / 5) % 5}.${i % 5}`;
}

// --- the resolve bench ----------------------------------------------------------------------------------------------

const few = { city: cities.slice(0, 40), mobileModel: models.slice(0, 60) };

function rule() {
	switch (random(5)) {
	case 0: return { element: 'city', operation: 'contains', value: some(few.city, 5) };
	case 1: return { element: 'mobileModel', operation: pick(['contains', 'excludes']), value: some(few.mobileModel, 5) };
	case 2: return { element: 'netType', operation: 'contains', value: some(nets, 2) };
	case 3: return { element: 'osVersion', operation: 'in', value: { lower: String(9 + random(5)) } };
	default: return { element: 'appVersion', operation: 'in', value: { lower: `4.${random(9)}.0` } };
	}
}
function rules() {
	const byElement = new Map();
	for (let i = random(3); i > 0; i--) {
		const r = rule();
		byElement.set(r.element, r);
	}
	return [...byElement.values()];
}

const ini = (...lines) => ['[app]', 'appId = BENCH', 'workspaceId = default', '[cdn]',
	'baseUrl = https://cdn.example.com/BENCH-default/', '[android]', 'audience = 1000000', ...lines, ''].join('\n');

function resolveDefinitions() {
	const files = new Map([['apps/bench/app.ini', ini()]]);
	for (let r = 0; r < 4; r++) {
		const tasks = Array.from({ length: 5 }, (_, i) => ({
			id: `t${i}`, type: 'gray', mode: 'percentage', percent: pick([5, 10, 25, 50]),
			publishedAt: '2026-01-01T00:00:00Z', rules: rules(), upgradeMode: 'once', prompt: 'A new version is here.',
		}));
		if (r === 0)
			tasks[4] = { id: 'all', type: 'official', publishedAt: '2026-01-01T00:00:00Z', upgradeMode: 'once' };
		const version = `5.${r}.0`;
		files.set(`apps/bench/upgrades/android/${version}/release.json`, {
			platform: 'android', version, tasks,
			package: { url: `https://downloads.example.com/${version}.apk`, size: 1000, sha256: '0'.repeat(64) },
		});
	}
	for (let i = 0; i < 100; i++) {
		const values = [];
		if (i % 2)
			for (let k = 1 + random(3); k > 0; k--) {
				const share = random(10) < 3;
				values.push({
					id: `v${k}`, value: pick(['on', 'off', 'b']), platform: 'all',
					...(share ? { type: 'percentage', percent: 30 } : { type: 'full' }), rules: [rule()],
				});
			}
		values.push({ id: 'rest', value: pick(['on', 'off', '1']), platform: 'all', type: 'full' });
		files.set(`apps/bench/switches/switch_${i}.json`, { values });
	}
	return files;
}

function resolveDevice() {
	return {
		platform: 'android', appVersion: `4.${random(10)}.${random(5)}`, osVersion: String(8 + random(8)), mobileModel: pick(few.mobileModel),
		city: pick(few.city), netType: pick(nets), isp: pick(isps), userId: `u-${random(1e9)}`, deviceId: `d-${random(1e9)}`,
	};
}

// --- the check bench ------------------------------------------------------------------------------------------------

const PLACES = 40;

function gray(id) {
	const mode = weighted([[5, { mode: 'percentage', percent: 1 + random(90) }], [3, { mode: 'whitelist', whitelists: [pick(lists)] }],
		[2, { mode: 'timeWindow', window: { end: '2026-01-05T00:00:00Z', users: 1000 + random(9000) } }]]);
	return { id, type: 'gray', ...mode, publishedAt: '2026-01-01T00:00:00Z', memo: 'first to some', rules: rules() };
}
function checkTasks(upgrade) {
	const out = [gray('first'), gray('more'), { id: 'all', type: 'official', publishedAt: '2026-01-08T00:00:00Z' }];
	for (const t of out) {
		t.status = weighted([[3, 'ended'], [1, 'releasing'], [1, 'paused']]);
		if (upgrade)
			Object.assign(t, { upgradeMode: 'once', silenceDays: 2, prompt: 'A new version is here, with a faster start and less traffic.' });
	}
	return out;
}
const elsewhere = (name) => ({ url: `https://downloads.example.com/${name}`, size: 1 + random(1e8), sha256: hex(64), md5: hex(32) });

function checkApp(files, n) {
	const dir = `apps/app${n}`;
	const put = (path, value) => files.set(`${dir}/${path}`, value);
	put('app.ini', ini('[ios]', 'audience = 500000', '[harmony]', 'audience = 20000').replace(/BENCH/g, `BENCH${n}`));
	for (const name of lists)
		put(`whitelists/${name}.txt`, Array.from({ length: 20 }, (_, i) => `u-${name}-${i}\n`).join(''));
	put('resources/city.json', cities.slice(0, PLACES).map((name) => ({ name, value: name })));
	for (let i = 0; i < 150; i++) {
		const v = `4.${Math.floor(i / 10)}.${i % 10}`;
		put(`upgrades/android/${v}/release.json`, { platform: 'android', version: v, memo: `Release ${v}`,
			package: elsewhere(`${v}.apk`), tasks: checkTasks(true) });
		put(`hotpatches/android/${v}/1/release.json`, { platform: 'android', productVersion: v, patchNumber: 1,
			package: elsewhere(`${v}-1.jar`), tasks: checkTasks(false) });
		if (i < 100) {
			put(`upgrades/ios/${v}/release.json`, { platform: 'ios', version: v,
				distribution: { type: 'appStore', url: 'https://apps.apple.com/app/id1' }, tasks: checkTasks(true) });
			put(`upgrades/harmony/${v}/release.json`, { platform: 'harmony', version: v, package: elsewhere(`${v}.hap`),
				tasks: checkTasks(true) });
		}
	}
	for (let i = 0; i < 500; i++)
		put(`switches/switch_${i}.json`, { note: `What number ${i} is for`, values: [
			{ id: 'some', value: 'on', platform: ['android', 'ios'], type: 'percentage', percent: 1 + random(90), rules: rules() },
			{ id: 'rest', value: 'off', platform: 'all', type: 'full' } ] });
}

function checkDefinitions(apps) {
	const files = new Map();
	for (let n = 0; n < apps; n++)
		checkApp(files, n);
	return files;
}

// --- the publish bench ----------------------------------------------------------------------------------------------

function publishDefinitions(count) {
	const files = new Map([['apps/bench/app.ini', ini('[ios]', 'audience = 500000')]]);
	for (let i = 0; i < count; i++)
		files.set(`apps/bench/whitelists/list-${i}.txt`, Array.from({ length: 20 }, (_, k) => `u-${i}-${k}\n`).join(''));
	for (let i = 0; i < count; i += 100) {
		files.set(`apps/bench/switches/switch_${i}.json`, { values: Array.from({ length: Math.min(100, count - i) }, (_, k) => (
			{ id: `v${k}`, value: `on ${k}`, platform: 'android', type: 'whitelist', whitelists: [`list-${i + k}`] })) });
	}
	for (let i = 0; i < 20; i++) {
		const at = `apps/bench/hotpatches/ios/1.0.${i}/1`;
		files.set(`${at}/patch.bin`, Buffer.from(BigUint64Array.from({ length: 5 << 17 }, () => (random(2), state)).buffer));
		files.set(`${at}/release.json`, { platform: 'ios', productVersion: `1.0.${i}`, patchNumber: 1, package: { file: 'patch.bin' },
			tasks: [{ id: 'all', type: 'official', publishedAt: '2026-01-01T00:00:00Z' }] });
	}
	return files;
}

// --- rules of the shapes --------------------------------------------------------------------------------------------

const upgradeElements = [[35, 'city'], [25, 'mobileModel'], [20, 'osVersion'], [10, 'netType'], [10, 'isp']];
const switchElements = [[45, 'appVersion'], [15, 'osVersion'], [13, 'mobileModel'], [12, 'city'], [7, 'deviceType'],
	[5, 'netType'], [3, 'isp']];

function range(values) {
	const lower = random(values.length);
	const upper = lower + random(values.length - lower);
	return weighted([
		[50, { lower: values[lower] }], [25, { upper: values[upper] }], [25, { lower: values[lower], upper: values[upper] }],
	]);
}

function randomRule(element) {
	const r = { element, operation: weighted([[7, 'contains'], [1, 'excludes']]) };
	if (element.endsWith('Version') && chance(80)) {
		r.operation = 'in';
		r.value = range(named[element]);
	} else {
		r.value = some(named[element], 1 + random(element === 'netType' || element === 'isp' ? 2 : 4));
	}
	if (chance(10))
		r.defaultResult = true;
	return r;
}

function randomRules(elements, n) {
	const chosen = new Set();
	while (chosen.size < n)
		chosen.add(weighted(elements));
	return [...chosen].map(randomRule);
}

const ruleCount = () => weighted([[25, 0], [40, 1], [25, 2], [10, 3]]);
const percentage = (free) => free && chance(10) ? 100 : 1 + random(90);

// --- upgrades -------------------------------------------------------------------------------------------------------

const OLDEST = 40; // number of the oldest release's version: devices have older ones, too

function grayTask(free) {
	const mode = weighted([[20, 'whitelist'], [20, 'timeWindow'], [60, 'percentage']]);
	const task = { type: 'gray', mode, publishedAt: '2026-11-19T08:00:00Z' };
	if (mode === 'whitelist')
		task.whitelists = some(lists, 1 + random(2));
	else if (mode === 'timeWindow')
		task.window = { start: '2026-11-20T00:00:00Z', end: '2026-11-26T00:00:00Z', users: 1000 * (1 + random(100)) };
	else
		task.percent = percentage(free);
	task.rules = randomRules(upgradeElements, ruleCount());
	return task;
}

function release(number, count, official, free) {
	const v = version(OLDEST + number);
	const tasks = Array.from({ length: count }, (_, i) => ({
		id: `t${i}`, ...(official && i === 0 ? { type: 'official', publishedAt: '2026-11-01T08:00:00Z' } : grayTask(free)),
		upgradeMode: 'once', prompt: `Version ${v} for group ${i}: ` + 'a faster start, fewer crashes and less traffic. '.repeat(4),
	}));
	return {
		platform: 'android', version: v, tasks,
		package: { url: `https://downloads.example.com/${v}.apk`, size: 100000000 + random(1e6), sha256: hex(64), md5: hex(32) },
	};
}

// `officials`: how many of the releases, from the oldest on, have an official task.
function upgrades(releases, most, officials, free = true) {
	const files = new Map([['apps/bench/app.ini', ini('[policy]', 'maxConcurrentTasks = 20')], ...whitelists()]);
	for (let i = 0; i < releases; i++) {
		const r = release(i, Math.ceil(most * 0.7) + random(most - Math.ceil(most * 0.7) + 1), i < officials, free);
		files.set(`apps/bench/upgrades/android/${r.version}/release.json`, r);
	}
	return files;
}

function whitelists() {
	const ids = (list) => Array.from({ length: 50 }, (_, i) => `u-${list}-${i}\n`).join('');
	return lists.map((name, i) => [`apps/bench/whitelists/${name}.txt`, ids(i)]);
}

// --- switches -------------------------------------------------------------------------------------------------------

function payload() {
	const kind = weighted([[60, 'flag'], [25, 'short'], [15, 'json']]);
	if (kind === 'flag')
		return pick(['0', '1', 'true', 'false', 'on', 'off']);
	if (kind === 'short')
		return `${pick(['https', 'variant', 'style', 'group'])}-${random(1000)}`;
	const value = { id: random(1e6) };
	for (const bytes = 80 + random(270); JSON.stringify(value).length < bytes;)
		value[pick(['limit', 'url', 'name', 'color', 'retry', 'delay']) + random(100)] = pick([true, random(1000), `item-${random(1e6)}`]);
	return JSON.stringify(value);
}

function ruledValue(id) {
	const value = { id, value: payload(), platform: 'android', type: 'full', rules: randomRules(switchElements, 1) };
	const guards = [{ type: 'percentage', percent: percentage(false) }, { type: 'whitelist', whitelists: [pick(lists)] }];
	if (chance(30))
		Object.assign(value, pick(guards));
	return value;
}

function switches(n, ruled) {
	const files = new Map([['apps/bench/app.ini', ini()], ...whitelists()]);
	for (let i = 0; i < n; i++) {
		const count = chance(ruled) ? 1 + random(3) : 0;
		const values = Array.from({ length: count }, (_, k) => ruledValue(`v${k}`));
		values.push({ id: 'full', value: payload(), platform: 'android', type: 'full' });
		const key = `${pick(['dns', 'pay', 'home', 'video', 'chat'])}_${pick(['network', 'cache', 'style'])}_${i}`;
		files.set(`apps/bench/switches/${key}.json`, { values });
	}
	return files;
}

// --- many packages --------------------------------------------------------------------------------------------------

function h5Value(app, number, minimum) {
	const v = `1.0.0.${number}`;
	const base = `https://cdn.example.com/BENCH-default/h5/${app}/${v}_all`;
	return {
		id: v, platform: 'android', type: 'full', rules: [minimum],
		value: `version=${v};size=${random(1e7)};sha256=${hex(64)};package_url=${base}/nebula/${app}_${v}.amr;` +
			`fallback_base_url=${base}/fallback/;main_url=/www/index.html;install_type=1;auto_install=1;async_req_rate=16;` +
			`extend_info={minSdk:21,online:1}`,
	};
}

function packages(n) {
	const files = new Map([['apps/bench/app.ini', ini()], ...whitelists()]);
	const common = named.appVersion.slice(0, 36).filter((_, i) => i % 6 === 0);
	for (let i = 0; i < n; i++) {
		const app = String(30000000 + i);
		const minimum = () => ({ element: 'appVersion', operation: 'in', value: { lower: pick(pick([common, named.appVersion])) } });
		const values = Array.from({ length: pick([1, 2, 3, 5]) }, (_, k) => h5Value(app, k + 1, minimum()));
		values.reverse();
		if (chance(15)) {
			const gray = h5Value(app, values.length + 1, values[0].rules[0]);
			gray.rules.push(...randomRules(upgradeElements, ruleCount()));
			values.unshift({ ...gray, type: 'percentage', percent: percentage(true) });
		}
		files.set(`apps/bench/switches/${app}.json`, { values });
	}
	return files;
}

// --- shapes, edits, devices -----------------------------------------------------------------------------------------

const releases = { U5x5: 5, U50x1: 50, U50x10: 50, U300x10: 300, U300n: 300, U50g: 50 };
const made = {
	U5x5: () => upgrades(5, 5, 2),
	U50x1: () => upgrades(50, 1, 47),
	U50x10: () => upgrades(50, 10, 47),
	U300x10: () => upgrades(300, 10, 297),
	U300n: () => upgrades(300, 10, 1),
	U50g: () => upgrades(50, 10, 0, false),
	S30: () => switches(30, 30),
	S100: () => switches(100, 50),
	S500: () => switches(500, 50),
	S500all: () => switches(500, 100),
	S10k: () => switches(10000, 50),
	H1000: () => packages(1000),
};
export const isUpgrade = (name) => name in releases;
export const shapes = Object.fromEntries(Object.entries(made).map(([name, make]) => [name, (draw) => {
	seed(20261121 + draw);
	return make();
}]));

// In the first file, in the order of `paths`, that `change` can be made in; undefined where there is none.
function edit(name, files, paths, change) {
	for (const path of paths) {
		const value = structuredClone(files.get(path));
		if (change(value.tasks ?? value.values, value))
			return { name, path, value };
	}
}

function shuffled(list) {
	return list.map((item) => [random(1e9), item]).sort(([a], [b]) => a - b).map(([, item]) => item);
}

// Upgrades change in the newest releases, switches anywhere; there in the first value, so that the edit reaches somebody.
export function edits(name, files) {
	seed(4711);
	const upgrade = isUpgrade(name);
	const all = [...files.keys()].filter((path) => path.endsWith('.json'));
	const paths = upgrade ? all.reverse() : shuffled(all);
	const places = (tasks) => upgrade ? tasks : tasks.slice(0, 1);
	const gray = { id: 'more', rules: [{ element: 'city', operation: 'contains', value: [cities[3], cities[7]] }] };
	const out = [
		edit('percent', files, paths, (tasks) => {
			const task = places(tasks).find((t) => t.percent < 100);
			return task && (task.percent += task.percent < 90 ? 5 : -5);
		}),
		edit('rule', files, paths, (tasks) => {
			const open = (r) => Array.isArray(r.value) && r.value.length < named[r.element].length;
			const rule = places(tasks).flatMap((t) => t.rules ?? []).find(open);
			return rule && rule.value.push(named[rule.element].find((value) => !rule.value.includes(value)));
		}),
	];
	if (upgrade)
		out.push(edit('task', files, paths, (tasks) => tasks.push({
			...gray, type: 'gray', mode: 'percentage', percent: 10, publishedAt: '2026-11-20T06:00:00Z',
			upgradeMode: 'once', prompt: 'One more.',
		})));
	else
		out.push(edit('task', files, paths.slice(10), (values) => values.unshift({
			...gray, value: 'more', platform: 'android', type: 'percentage', percent: 10,
		})), edit('value', files, paths.slice(20), (values) => values[0].value += '1'));
	return out.filter(Boolean);
}

function zipf(list) { // with exponent 0.8
	const weights = list.map((_, i) => (i + 1) ** -0.8);
	let draw = (random(1e9) / 1e9) * weights.reduce((a, b) => a + b);
	return list[weights.findIndex((weight) => (draw -= weight) < 0)] ?? list[0];
}

// Versions are geometric around the newest, which a fifth has; `steady`: four fifths have it.
function appVersion(newest, steady) {
	let i = newest;
	if (!steady || !chance(80))
		for (i -= steady ? 1 : 0; i > 0 && !chance(20);)
			i--;
	return version(Math.max(i, 0));
}

export function devices(name, steady, count) {
	const newest = isUpgrade(name) ? OLDEST + releases[name] - 1 : named.appVersion.length - 1;
	seed(steady ? 1 : 2);
	return Array.from({ length: count }, (_, i) => ({
		platform: 'android', appVersion: appVersion(newest, steady), osVersion: String(8 + random(8)), mobileModel: zipf(models),
		city: zipf(cities), netType: pick(nets), isp: pick(isps), deviceType: weighted([[90, 'phone'], [10, pick(types)]]),
		userId: chance(2) ? `u-${random(12)}-${random(50)}` : `u-${random(1e9)}`, deviceId: `d-${i}-${random(1e9)}`,
	}));
}

export const text = (value) => typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value, null, 2) + '\n';

function write(folder, files) {
	for (const [path, value] of files) {
		mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
		writeFileSync(`${folder}/${path}`, text(value));
	}
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const [, , what, folder, count] = process.argv;
	write(folder, what === 'resolve' ? resolveDefinitions() : what === 'check' ? checkDefinitions(Number(count))
		: what === 'publish' ? publishDefinitions(Number(count)) : shapes[what](Number(count)));
	if (what === 'resolve')
		writeFileSync(`${folder}/devices.jsonl`, Array.from({ length: Number(count) }, () => JSON.stringify(resolveDevice()) + '\n').join(''));
}
