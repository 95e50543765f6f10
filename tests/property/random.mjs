// Random definitions, made so that what is hard happens often: few values, shared by rules and devices (devices.mjs).
//
//     const random = new Random(seed);
//     definitions(random, seed, shapeOf(seed)) → set: { apps: [{ dir, files, pools }], commitTime }
//
// files: Map of path below apps/<dir>/ → text or bytes. A set is valid: `mdstatic check` finds no error.
import { seconds } from "./conditions.mjs";
import { declared, deviceIds, HOUR, instant, PLATFORMS, poolsOf, userIds, valuesOf } from "./pools.mjs";
import { bundlesOf, h5, hotpatches, numbers, quickfixes, switches, upgrades } from "./releases.mjs";

export { Random } from "./prng.mjs";

// --- an app's own files --------------------------------------------------------------------------------------------

function list(random, files, name, byDevice) {
	const ids = random.some(byDevice ? deviceIds : userIds, random.pick([0, 1, 20, 120, 120]));
	if (random.chance(15))
		ids.push(...Array.from({ length: 1500 }, (_, i) => `other-${i}`)); // several pages
	ids.push(...random.some(ids, 1)); // a duplicate
	const separators = ["\n", "\r\n", ",", ", ", "\n\n", " ,, \n\t"];
	files.set(`whitelists/${name}.txt`, ids.map((one) => one + random.pick(separators)).join(""));
	if (byDevice || random.chance(30))
		files.set(`whitelists/${name}.ini`, `[whitelist]\nidType = ${byDevice ? "deviceId" : "userId"}\n` +
			"fpr = 0.000000000001\nplainIds = true\n");
}

// Some of the patterns that devices' ids are near to, and one that many ids match.
function patternList(random, files, name, byDevice, patterns) {
	const some = random.some(patterns, random.int(1, 5)).map(({ text }) => text);
	some.push(random.pick(["[uD]-?[0-9]?", "(u-|D)[0-9]*[02468]", "User 1|ü|.{11}", "u\\-1{1,2}"]));
	files.set(`whitelists/${name}.regex`, some.map((line) => line + random.pick(["\n", "\n\n", "\r\n"])).join(""));
	if (byDevice)
		files.set(`whitelists/${name}.ini`, "[whitelist]\nidType = deviceId\n");
}

function whitelists(random, files, { lists, patterns }) {
	for (const name of lists)
		if (name === "formed" || name === "by-device")
			patternList(random, files, name, name === "by-device", patterns);
		else
			list(random, files, name, random.chance(40));
}

function appIni(random, appId, workspaceId, audience) {
	const lines = ["[app]", `appId = ${appId}`, `workspaceId = ${workspaceId}`, "name = Property", "[cdn]",
		"baseUrl = https://cdn.example.com/p/ ; a comment", "[android]", `audience = ${audience.android}`,
		"packageName = com.example.property", "[ios]", `audience = ${audience.ios}`, "bundleId = com.example.property",
		"[harmony]", `audience = ${audience.harmony}`, "[h5]", "globalHost = global.example.com",
		...(random.chance(70) ? ["vhost = h5.example.com"] : []), "[filter]", "fpr = 0.000000000001", "[policy]",
		"maxConcurrentTasks = 10"];
	if (random.chance(30))
		lines.push("[segments]", `max = ${random.pick([1, 2, 8, 64, 1000])}`);
	const seed = Number(appId.replaceAll(/\D/g, "")); // packages are so small that their deltas are hardly smaller
	lines.push("[delta]", ...(seed % 4 ? [`from = ${seed % 4}`] : []), ...(seed % 5 ? ["maxRatio = 1"] : []));
	return lines.join("\n") + "\n";
}

// --- shapes --------------------------------------------------------------------------------------------------------

const NARROW = ["tier", "vmType", "osVersion", "toString", "abi", "osVersion"];

// What a set looks like, by its seed: most are small. `free` tasks make segments by appVersion, `narrow` ones by
// another attribute, many slots make units, and `wide` sets have more attributes than a word has bits.
export function shapeOf(seed) {
	const small = { apps: 1, releases: 6, products: 3, h5: 2, versions: 3, bundles: 2, tasks: 6, switches: 8,
		elements: 3 + (seed % 6), free: 10 * (seed % 8), long: 2, devices: 200, instants: 3 };
	const one = { ...small, products: 1, h5: 1, bundles: 1, switches: 3 }; // and much of one kind
	switch (seed % 20) {
	case 7:
	case 11:
		return { ...one, releases: 40, tasks: 5, free: 60, official: 2, unless: 10 };
	case 3:
	case 17:
		return { ...one, exact: true, releases: seed % 20 === 3 ? 100 : 70, tasks: 10, free: 0, official: 0,
			narrow: NARROW[Math.floor(seed / 20) % NARROW.length] };
	case 13:
		return { ...one, releases: 2, switches: 600, long: 30 };
	case 19:
		return { ...one, exact: true, releases: 30, free: 60, official: 0, unless: 10, wide: true };
	case 5:
		return { ...one, releases: 2, h5: 40, versions: 2 };
	case 9:
		return { ...one, releases: 2, bundles: 60 };
	case 15:
		return { ...one, releases: 2, products: 40, tasks: 3, free: 50 };
	case 1:
	case 12:
		return { ...small, apps: 2 + (seed % 2), releases: 3, products: 1, h5: 1, bundles: 1, switches: 4, devices: 150 };
	default:
		return small;
	}
}

// --- definitions ---------------------------------------------------------------------------------------------------

function definitionsOf(random, shape, commitTime, appId, workspaceId) {
	const files = new Map();
	const count = shape.exact ? shape.releases : random.int(Math.ceil(shape.releases / 4), shape.releases);
	const versions = numbers(random, count);
	const products = numbers(random, shape.products);
	const pools = poolsOf(random, shape, [...versions, ...products]);
	const app = { random, pools, files, commitTime, shape, global: `global.example.com/${appId}_${workspaceId}` };
	const [main, ...others] = shape.exact || shape.releases > 8 ? PLATFORMS : random.some(PLATFORMS, 3);
	files.set("app.ini", appIni(random, appId, workspaceId, pools.audience));
	whitelists(random, files, pools);
	for (const element of declared(shape))
		files.set(`resources/${element}.json`, JSON.stringify(valuesOf(element).map((value) => ({ name: value, value }))));
	upgrades(app, main, versions);
	for (const other of others)
		upgrades({ ...app, shape: { tasks: 4 } }, other, numbers(random, random.int(0, 3)));
	hotpatches(app, "android", products);
	hotpatches({ ...app, shape: { tasks: 3 } }, "ios", random.some(products, 2));
	h5({ ...app, shape: { tasks: 3 } }, shape.h5, shape.versions);
	quickfixes({ ...app, shape: { tasks: 3 } }, bundlesOf(random, shape.bundles));
	switches(app, shape.exact ? shape.switches : random.int(1, shape.switches));
	return { dir: `${appId}.${workspaceId}`.toLowerCase(), files, pools };
}

const WORKSPACES = ["default", "test", "pre.1"];

export function definitions(random, seed, shape) {
	const commitTime = seconds("2026-03-02T08:00:00Z") + random.int(0, 9999);
	return { commitTime, apps: Array.from({ length: shape.apps ?? 1 }, (_, i) =>
		definitionsOf(random, shape, commitTime, i < 2 ? `P${seed}` : `Q${seed}`, WORKSPACES[i])) };
}

// One release with as many windows, none of which hides another, for the shares of all sizes.
export function windows(random, seed, count) {
	const commitTime = seconds("2026-03-02T08:00:00Z");
	const pairs = [[3, 2], [2, 1], [10, 9], [1200000, 5000], [2000000, 20000]];
	while (pairs.length < count) {
		const audience = random.int(2, 2 * 10 ** random.int(1, 6));
		pairs.push([audience, random.int(1, Math.min(audience - 1, 10 ** random.int(0, 4)))]);
	}
	const tasks = pairs.map(([audience, users], i) => ({ id: `w${i}`, type: "gray", mode: "timeWindow",
		publishedAt: instant(commitTime), window: { end: instant(commitTime + HOUR), users, audience },
		upgradeMode: "multiple" }));
	const release = { platform: "android", version: "1", package: { url: "https://cdn.example.com/1.apk", size: 1,
		sha256: "0".repeat(64) }, tasks };
	const audience = { android: 1000, ios: 1000, harmony: 1000 };
	const files = new Map([
		["app.ini", appIni(random, `P${seed}`, "default", audience).replace("Tasks = 10", "Tasks = 1000")],
		["upgrades/android/1/release.json", JSON.stringify(release)],
	]);
	return { apps: [{ dir: "shares", files }], commitTime };
}
