// Random definitions and devices, made so that what is hard happens often: few values, shared by rules and devices.
//
//     const random = new Random(seed);
//     definitions(random, seed, shape) → set: { files, commitTime, pools }     valid: `mdstatic check` finds no error
//     devices(random, pools, count) → array of device objects
//     instants(random, set, count) → seconds at which something may change
import { compare, seconds, version } from "./oracle.mjs";

export { Random } from "./prng.mjs";

// --- values --------------------------------------------------------------------------------------------------------

const TEXTS = {
	city: ["Shanghai", "shanghai", "SHANGHAI", "北京", "São Paulo", "Xi'an", "New\tYork", "\u00a0Oslo",
		"constructor"],
	netType: ["wifi", "4g", "5G", "WLAN", "wi fi"],
	mobileModel: ["OPPO PDSM00", "Pixel 4a", "Café X", "a\"b\\c", "M2102K1C", "📱1", "Kelvin"],
	isp: ["China Mobile", "China Telecom", "Telefónica", "isp,4"],
	vmType: ["art", "Dalvik", "ark"],
	deviceType: ["phone", "Tablet", "2in1"],
	abi: ["arm64-v8a", "x86_64", "armeabi-v7a"],
	language: ["zh-Hans", "en", "de-AT", "en-GB"],
	tier: ["gold", "Gold", "silver", "0"],
	toString: ["a", "A", "b", "true"],
};
const DECLARED = ["tier", "toString"];
// more than a word has bits
const MANY = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`e${i}`, ["x", "X", "y"]]));
const VERSIONS = ["0", "1", "1.2", "1.2.1", "1.02.3", "1.10", "2.0.0", "2.0.0.1", "3.5", "9", "10", "10.0.0.0.0.0.0.1",
	"11.4", "2147483647"];
const NO_VERSIONS = ["14-beta", "Android 14", "1..2", ".1", "1.", "v", "vv1.2", "v 1.2", "1.2.3.4.5.6.7.8.9",
	"2147483648", "-1", "+1", "1.2x", "1,2", "１.2", "0x10", "1e1", "99999999999999999999"];
const NO_TEXTS = [null, 7, 0, true, ["wifi"], { a: "wifi" }, "", " ", " \t\r\n\v\f"];
const SPACES = [" ", "\t", "\n", "\r\n", "\v", "\f", "  "];
const PERCENTS = [0, 0.001, 1, 12.5, 33.333, 50, 87.654, 99.999, 100];
// audience and users: what the share is computed from; small ones have a share that many devices are in
const COUNTS = [[3, 2], [10, 5], [10, 9], [40, 25], [1000, 333], [1000, 700], [1200, 37], [50000, 20000],
	[1200000, 5000], [2000000, 1], [500, 500], [10, 4000]];
const HOUR = 3600;

// --- rules ---------------------------------------------------------------------------------------------------------

const isVersion = (element) => element === "osVersion" || element === "appVersion";

const sameText = (element, a, b) =>
	isVersion(element) ? compare(version(a), version(b)) === 0
		: element === "city" || DECLARED.includes(element) || Object.hasOwn(MANY, element) ? a === b
			: a.toLowerCase() === b.toLowerCase();

const trimmed = (text) => !/^[ \t\n\v\f\r]|[ \t\n\v\f\r]$/.test(text);

// No value may be repeated, also not in another spelling.
function distinct(element, values) {
	return values.filter((value, i) =>
		trimmed(value) && !values.slice(0, i).some((other) => sameText(element, value, other)));
}

function bounds(random, pool) {
	const [a, b] = [random.pick(pool), random.pick(pool)];
	const [lower, upper] = compare(version(a), version(b)) <= 0 ? [a, b] : [b, a];
	return random.pick([{ lower }, { upper }, { lower, upper }, { lower, upper }]);
}

function rule(random, pools, element = random.pick(pools.elements)) {
	const made = { element };
	if (isVersion(element) && random.chance(70)) {
		made.operation = random.pick(["in", "out"]);
		made.value = bounds(random, pools.values[element]);
		if (random.chance(40))
			made.exclusive = random.chance(80);
	} else {
		made.operation = random.pick(["contains", "contains", "excludes"]);
		made.value = distinct(element, random.some(pools.values[element], random.int(1, 3)));
	}
	if (random.chance(pools.wide ? 5 : 40))
		made.defaultResult = random.chance(75);
	return made;
}

const rules = (random, pools, low, high) => Array.from({ length: random.int(low, high) }, () => rule(random, pools));

// A part of the values of the attribute that all tasks look at, so that the index asks for it.
function narrowRule(random, pools) {
	const element = pools.narrow;
	const values = pools.values[element];
	if (random.chance(10))
		return rule(random, pools, element);
	const [lower, upper] = isVersion(element) ? [...values].sort((a, b) => compare(version(a), version(b))) : [];
	const made = isVersion(element)
		? { element, operation: "in", ...random.pick([{ value: { upper: lower } }, { value: { lower: upper } },
			{ value: { lower, upper }, exclusive: true }]) }
		: { element, operation: "contains", value: [random.pick(values)] };
	return random.chance(10) ? { ...made, defaultResult: true } : made;
}

// --- tasks ---------------------------------------------------------------------------------------------------------

const instant = (time) => new Date(time * 1000).toISOString().replace(".000Z", "Z");

// Also with an offset: the same instant, written elsewhere on earth.
function written(random, time) {
	return random.chance(70) ? instant(time) : instant(time + 8 * HOUR).replace("Z", "+08:00");
}

// Past ones are few, so that tasks are equally recent.
function publishedAt(random, commitTime, future) {
	if (random.chance(future))
		return commitTime + random.pick([1, HOUR, 5 * HOUR, 30 * HOUR]);
	return commitTime - random.pick([0, 0, HOUR, 48 * HOUR, 200 * HOUR]);
}

function ramp(random, start, end) {
	const times = random.some(Array.from({ length: 9 }, (_, i) => start + Math.floor(((end - start) * i) / 9)), 4);
	const ascending = [...new Set(times)].sort((a, b) => a - b);
	const percents = ascending.map(() => random.pick(PERCENTS));
	if (random.chance(70))
		percents.sort((a, b) => a - b);
	return ascending.map((at, i) => ({ at: written(random, at), percent: percents[i] }));
}

function window(random, pools, published, commitTime) {
	const [audience, users] = random.pick(COUNTS);
	const start = random.chance(50) ? published : commitTime + random.int(-60, 40) * HOUR;
	const end = Math.max(start, published) + random.pick([1, HOUR, 30 * HOUR, 70 * HOUR]);
	if (end > start + 7 * 24 * HOUR)
		return window(random, pools, published, commitTime); // longer than the policy allows
	const made = { end: written(random, end), users };
	if (start !== published || random.chance(20))
		made.start = written(random, start);
	if (users > pools.audience || random.chance(60))
		made.audience = audience;
	if (random.chance(50))
		made.ramp = ramp(random, start, end);
	pools.windows.push([start, end]);
	return made;
}

function grayTask(random, pools, task, published, commitTime) {
	task.type = "gray";
	task.mode = random.pick(["whitelist", "timeWindow", "percentage"]);
	if (task.mode === "whitelist")
		task.whitelists = random.some(pools.lists, random.int(1, 2));
	if (task.mode === "timeWindow")
		task.window = window(random, pools, published, commitTime);
	if (task.mode === "percentage")
		task.percent = random.pick(PERCENTS);
	if (pools.narrow)
		task.rules = [narrowRule(random, pools), ...(random.chance(10) ? rules(random, pools, 1, 1) : [])];
	else if (random.chance(75))
		task.rules = rules(random, pools, 0, 3);
	return task;
}

// What the client is told, which changes nobody's answer but in its own field.
function dialog(random, task) {
	task.upgradeMode = random.pick(["once", "once", "multiple", "forced"]);
	if (task.upgradeMode === "once" && random.chance(50))
		task.silenceDays = random.pick([0, 1, 3, 365]);
	if (random.chance(60))
		task.prompt = random.pick(["New.", "Neu: \"Größe\"\n\t\\ 新 \u0001 \u2028", "x"]);
	if (random.chance(20))
		task.memo = "never delivered";
}

function task(random, pools, id, commitTime) {
	const published = publishedAt(random, commitTime, 20);
	const made = { id };
	if (random.chance(pools.official))
		made.type = "official";
	else
		grayTask(random, pools, made, published, commitTime);
	made.publishedAt = written(random, published);
	if (random.chance(25))
		made.status = random.pick(["pending", "releasing", "paused", "ended"]);
	if (random.chance(15))
		made.channel = random.pick(["dev", "dev", "prod"]);
	dialog(random, made);
	return made;
}

// A gray task that everybody may have but for its rules, most often for a short range of versions: what the index
// folds.
function freeTask(random, pools, id, commitTime) {
	const made = { id, type: "gray", mode: "percentage", percent: 100, publishedAt: instant(commitTime - HOUR) };
	const sorted = [...pools.values.appVersion].sort((a, b) => compare(version(a), version(b)));
	const i = random.int(0, sorted.length - 1);
	const value = { lower: sorted[i], upper: sorted[Math.min(i + random.int(0, 4), sorted.length - 1)] };
	const ranged = !pools.wide && random.chance(90);
	made.rules = ranged ? [{ element: "appVersion", operation: "in", value }] : rules(random, pools, 1, 1);
	if (random.chance(50))
		made.rules.push(...rules(random, pools, 1, 2));
	dialog(random, made);
	return made;
}

const TASK_IDS = ["a", "B", "b", "a.1", "a-1", "A", "10", "9", "z_z", "Z"];

function release(random, pools, number, count, commitTime) {
	const digits = random.next().toString(16).padStart(8, "0");
	const made = {
		platform: "android",
		version: number,
		package: {
			url: `https://cdn.example.com/${number}.apk`,
			size: random.int(1, 1e9),
			sha256: digits.repeat(8),
		},
		tasks: random.some(TASK_IDS, count).map((id) =>
			(random.chance(pools.free) ? freeTask : task)(random, pools, id, commitTime)),
	};
	if (random.chance(30))
		made.package.md5 = digits.repeat(4);
	if (random.chance(30))
		made.needClientNetType = random.some(["wifi", "4g", "5G"], 2);
	if (random.chance(20))
		made.downloadVerification = random.chance(50);
	if (random.chance(pools.unless))
		made.unless = Array.from({ length: random.int(1, 2) }, () => rules(random, pools, 1, 2));
	return made;
}

// --- switches ------------------------------------------------------------------------------------------------------

const PLATFORMS = ["android", "ios", "harmony"];

function switchValue(random, pools) {
	const made = {
		value: random.chance(pools.long)
			? `{"n":${random.next()},"text":"${"long ".repeat(random.int(20, 60))}"}`
			: random.pick(["on", "off", "", "1", "日本\n\"\\\u0007", `${random.next()}`]),
		platform: random.pick(["all", "all", random.pick(PLATFORMS), random.some(PLATFORMS, random.int(1, 3))]),
		type: random.pick(["full", "full", "whitelist", "percentage"]),
	};
	if (made.type === "whitelist")
		made.whitelists = random.some(pools.lists, random.int(1, 2));
	if (made.type === "percentage")
		made.percent = random.pick(PERCENTS);
	if (random.chance(70))
		made.rules = rules(random, pools, 0, 3);
	if (random.chance(12))
		made.channel = random.pick(["dev", "dev", "prod"]);
	return made;
}

function switchFile(random, pools) {
	const ids = random.some(["first", "b", "B", "x-1", "7"], 4); // "7" is no index of four values
	const made = { values: Array.from({ length: random.int(1, 4) }, () => switchValue(random, pools)) };
	for (const [i, value] of made.values.entries())
		if (random.chance(60))
			value.id = ids[i];
	if (random.chance(15))
		made.active = random.chance(50);
	if (random.chance(10))
		made.note = "never delivered";
	return made;
}

// --- definitions ---------------------------------------------------------------------------------------------------

const userIds = Array.from({ length: 300 }, (_, i) => `u-${i}`).concat(["User 1", "ü", "13800000000", "v1.2"]);
const deviceIds = Array.from({ length: 300 }, (_, i) => `D${i}`).concat(["Ünit", "u-1", "u-2"]);

function list(random, files, name) {
	const byDevice = random.chance(40);
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

// The releases' numbers: distinct as versions.
function numbers(random, count) {
	const pool = count <= 8 ? [...VERSIONS, "1.3", "2.1", "4.0.0", "8.01"]
		: Array.from({ length: count }, (_, i) => `${3 + Math.floor(i / 50)}.${i % 50}`);
	return random.some(distinct("appVersion", pool), count);
}

function valuePools(random, shape, releases) {
	const { narrow } = shape;
	const texts = shape.wide ? Object.keys(MANY)
		: random.some(Object.keys(TEXTS), shape.elements - 2).filter((text) => text !== narrow);
	const elements = [...new Set([...texts, narrow ?? "osVersion", "osVersion", "appVersion"])];
	const values = Object.fromEntries(elements.filter((e) => !isVersion(e)).map((e) => [e, TEXTS[e] ?? MANY[e]]));
	values.osVersion = random.some(VERSIONS, 6);
	values.appVersion = [...random.some(VERSIONS, 5), ...random.some(releases, 24)];
	if (narrow)
		values[narrow] = random.some(values[narrow], isVersion(narrow) ? 2 : 3);
	return { elements, values, narrow, wide: shape.wide };
}

function appIni(random, seed, audience) {
	const lines = ["[app]", `appId = P${seed}`, "workspaceId = default", "name = Property", "[cdn]",
		"baseUrl = https://cdn.example.com/p/ ; a comment", "[android]", `audience = ${audience}`,
		"packageName = com.example.property", "[ios]", "audience = 1000", "[filter]", "fpr = 0.000000000001",
		"[policy]", "maxConcurrentTasks = 10"];
	if (random.chance(30))
		lines.push("[segments]", `max = ${random.pick([1, 2, 8, 64, 1000])}`);
	return lines.join("\n") + "\n";
}

const NARROW = ["tier", "vmType", "osVersion", "toString", "abi", "osVersion"];

// What a set looks like, by its seed: most are small. `free` tasks make segments by appVersion, `narrow` ones by
// another attribute, many switches make units, and `wide` sets have more attributes than a word has bits.
export function shapeOf(seed) {
	const small = { releases: 8, tasks: 6, switches: 12, elements: 3 + (seed % 6), free: 10 * (seed % 8), long: 2,
		devices: 500, instants: 3 };
	switch (seed % 20) {
	case 7:
	case 11:
		return { ...small, releases: 40, tasks: 5, free: 60, official: 2, unless: 10, switches: 3,
			devices: 500 };
	case 3:
	case 17:
		return { ...small, exact: true, releases: seed % 20 === 3 ? 100 : 70, tasks: 10, free: 0, official: 0,
			switches: 3, devices: 500, narrow: NARROW[Math.floor(seed / 20) % NARROW.length] };
	case 13:
		return { ...small, releases: 2, switches: 600, long: 30, devices: 500 };
	case 19:
		return { ...small, exact: true, releases: 30, free: 60, official: 0, unless: 10, devices: 500,
			wide: true };
	default:
		return small;
	}
}

export function definitions(random, seed, shape) {
	const files = new Map();
	const commitTime = seconds("2026-03-02T08:00:00Z") + random.int(0, 9999);
	const count = shape.exact ? shape.releases : random.int(Math.ceil(shape.releases / 4), shape.releases);
	const releases = numbers(random, count);
	const pools = { ...valuePools(random, shape, releases), lists: ["staff", "lab", "beta-3"],
		audience: random.pick([10, 1000, 1200, 2000000]), official: shape.official ?? random.pick([3, 10, 30]),
		free: shape.free, long: shape.long, unless: shape.unless ?? 35, windows: [] };
	files.set("app.ini", appIni(random, seed, pools.audience));
	for (const name of pools.lists)
		list(random, files, name);
	for (const element of [...DECLARED, ...(shape.wide ? Object.keys(MANY) : [])])
		files.set(`resources/${element}.json`,
			JSON.stringify((TEXTS[element] ?? MANY[element]).map((value) => ({ name: value, value }))));
	for (const number of releases)
		files.set(`upgrades/android/${number}/release.json`, JSON.stringify(release(random, pools, number,
			shape.exact ? shape.tasks : random.int(0, shape.tasks), commitTime), null, 1));
	for (let i = shape.exact ? shape.switches : random.int(1, shape.switches); i > 0; i--)
		files.set(`switches/key_${i}.json`, JSON.stringify(switchFile(random, pools), null, 1));
	return { files, commitTime, pools };
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
	const files = new Map([
		["app.ini", appIni(random, seed, 1000).replace("maxConcurrentTasks = 10", "maxConcurrentTasks = 1000")],
		["upgrades/android/1/release.json", JSON.stringify(release)],
	]);
	return { files, commitTime };
}

// --- devices -------------------------------------------------------------------------------------------------------

const otherCase = (text) => text.replace(/[A-Za-z]/g, (c) => (c < "a" ? c.toLowerCase() : c.toUpperCase()));

function textValue(random, pool) {
	const value = random.pick(pool);
	switch (random.int(0, 11)) {
	case 0:
		return otherCase(value);
	case 1:
		return random.pick(SPACES) + value + random.pick(SPACES);
	case 2:
		return value.slice(0, -1); // a part
	case 3:
		return value.normalize("NFD");
	case 4:
		return `\u00a0${value}`.replace("\u00a0\u00a0", ""); // white space, but not ASCII
	case 5:
		return random.pick(["nowhere", "É", "\u212aelvin", "7"]);
	case 6:
		return random.chance(50) ? random.pick(NO_TEXTS) : value;
	default:
		return value;
	}
}

function versionValue(random, pool) {
	const value = random.pick(pool);
	switch (random.int(0, 13)) {
	case 0:
		return random.pick(["v", "V"]) + value;
	case 1:
		return random.pick(SPACES) + random.pick(["", "v"]) + value + random.pick(SPACES);
	case 2:
		return value.split(".").length < 8 ? `${value}.0` : value;
	case 3:
		return value.replace(/\d+/g, (part) => part.padStart(14, "0"));
	case 4:
		return value.split(".").length < 8 ? `${value}.1` : value;
	case 5:
		return random.pick([...NO_VERSIONS, ...NO_TEXTS]);
	case 6:
		return `${random.int(0, 12)}.${random.int(0, 12)}`;
	default:
		return value;
	}
}

function idValue(random, pool) {
	const value = random.pick(pool);
	switch (random.int(0, 24)) {
	case 0:
		return random.pick(["", null, 13800000000, " "]);
	case 1:
		return otherCase(value);
	case 2:
		return ` ${value}`;
	default:
		return value;
	}
}

function device(random, pools) {
	const made = { platform: random.pick(["android", "android", "android", "android", "ios", "harmony"]) };
	for (const element of pools.elements)
		if (random.chance(Object.hasOwn(MANY, element) ? 8 : 88))
			made[element] = (isVersion(element) ? versionValue : textValue)(random, pools.values[element]);
	if (random.chance(85))
		made.userId = idValue(random, userIds);
	if (random.chance(85))
		made.deviceId = idValue(random, deviceIds);
	if (random.chance(25))
		made.channel = random.pick(["dev", "dev", "dev", "prod", "DEV", "dev ", "", null]);
	if (random.chance(5))
		made.unheardOf = random.pick(["x", 1, null]);
	return made;
}

export const devices = (random, pools, count) => Array.from({ length: count }, () => device(random, pools));

// --- instants ------------------------------------------------------------------------------------------------------

// One within a window; the others at the ends of windows, at points of ramps, at times of publishing, a second aside.
export function instants(random, { files, pools, commitTime }, count) {
	const text = [...files.values()].join("\n");
	const edges = [...text.matchAll(/"\d{4}-\d\d-\d\dT[^"]*"/g)].map(([quoted]) => seconds(JSON.parse(quoted)));
	return Array.from({ length: count }, (_, i) => {
		if (i === 0 && pools.windows.length > 0) {
			const [start, end] = random.pick(pools.windows);
			return random.int(start, end - 1);
		}
		return random.pick([commitTime, ...edges]) + random.pick([-1, 0, 0, 1]);
	});
}
