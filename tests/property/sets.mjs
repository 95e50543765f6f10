// Definitions by hand whose trees have the shapes that small ones lack: segments, units, many object roles.
import { Random } from "./random.mjs";

const COMMIT = Date.parse("2026-11-20T08:00:00Z") / 1000;
const APP_INI = `[app]
appId = SHAPES
workspaceId = default
name = Shapes
[cdn]
baseUrl = https://cdn.example.com/shapes/
mirror1 = https://mirror.example.com/shapes/
[android]
audience = 1000
packageName = com.example.shapes
[ios]
audience = 1000
`;
const VALUES = {
	city: ["Shanghai", "Beijing", "Chengdu", "北京"],
	netType: ["wifi", "4g", "5g"],
	mobileModel: ["OPPO PDSM00", "Pixel 4a", "M2102K1C"],
	osVersion: ["9", "10", "11.4", "12", "13"],
	appVersion: ["0.9", "1.0", "1.7", "1.12", "1.20", "1.33", "1.39", "2"],
};
const pools = { elements: Object.keys(VALUES), values: VALUES, near: ["u-1", "u-3"] };
const FILES = [["app.ini", APP_INI], ["whitelists/staff.txt", Array.from({ length: 120 }, (_, i) => `u-${i}`).join("\n")],
	["whitelists/crowd.txt", Array.from({ length: 9000 }, (_, i) => `u-${3 * i}`).join("\n")]];

function rules(random) {
	const [element] = random.some(["city", "netType", "mobileModel"], 1);
	return [{ element: "osVersion", operation: random.pick(["in", "out"]),
		value: { lower: random.pick(VALUES.osVersion) } },
		{ element, operation: random.pick(["contains", "excludes"]), value: random.some(VALUES[element], 2),
			defaultResult: random.chance(30) }];
}

function gray(random, i) {
	switch (i % 5) {
	case 0:
		return { mode: "whitelist", whitelists: random.some(["staff", "crowd"], 2) };
	case 1:
		return { mode: "timeWindow", rules: rules(random), window: { end: "2026-11-25T08:00:00Z", users: 300,
			ramp: [{ at: "2026-11-20T08:00:00Z", percent: 10 }, { at: "2026-11-24T08:00:00Z", percent: 100 }] } };
	default:
		return { mode: "percentage", percent: random.pick([12.5, 100, 100, 100]), rules: rules(random) };
	}
}

// 45 releases of ten tasks each, each with a prompt of its own: segments, and more objects than one role holds.
function releases() {
	const random = new Random(1);
	const files = new Map(FILES);
	for (let i = 0; i < 45; i++) {
		const tasks = Array.from({ length: 10 }, (_, j) => ({ id: `task-${j}`, type: "gray",
			publishedAt: "2026-11-20T07:00:00Z",
			upgradeMode: "multiple", prompt: `Prompt ${i}, ${j}`, ...gray(random, j) }));
		files.set(`upgrades/android/1.${i}/release.json`, JSON.stringify({ platform: "android", version: `1.${i}`,
			downloadVerification: i % 2 === 0,
			package: { url: `https://cdn.example.com/1.${i}.apk`, size: 1000 + i, sha256: "0a".repeat(32) },
				unless: [rules(random)], tasks }));
	}
	return { apps: [{ dir: "shapes", files, pools }], commitTime: COMMIT };
}

// 24 releases of ten tasks, each for a city of its own, one of them later: segments by city.
const TEN = ["Shanghai", "Beijing", "Chengdu", "北京", "Wuhan", "Xi'an", "Harbin", "Lhasa", "Suzhou", "Ningbo"];

function cities() {
	const files = new Map(FILES);
	for (let i = 0; i < 24; i++) {
		const tasks = TEN.map((city, j) => ({ id: `task-${j}`, type: "gray", mode: "percentage", percent: 10 + j,
			publishedAt: j === 9 ? "2026-11-21T08:00:01Z" : "2026-11-20T07:00:00Z", upgradeMode: "forced",
			rules: [{ element: "city", operation: "contains", value: [city] }, { element: "mobileModel", operation: "excludes",
				value: Array.from({ length: 30 }, (_, k) => `Model ${i}.${j}.${k}`) }] }));
		files.set(`upgrades/android/1.${i}/release.json`, JSON.stringify({ platform: "android", version: `1.${i}`,
			package: { url: `https://cdn.example.com/1.${i}.apk`, size: 1000 + i, sha256: "0a".repeat(32) }, tasks }));
	}
	const own = { ...pools, values: { ...VALUES, city: TEN } };
	return { apps: [{ dir: "shapes", files, pools: own }], commitTime: COMMIT };
}

// 600 switches with long values: units.
function switches() {
	const random = new Random(2);
	const files = new Map(FILES);
	for (let i = 0; i < 600; i++) {
		const values = [{ id: "a", value: `on ${random.next()} ${"long ".repeat(random.int(20, 60))}`,
			platform: random.pick(["all", "android"]),
			...random.pick([{ type: "full", rules: rules(random) }, { type: "whitelist", whitelists: ["crowd"] },
				{ type: "percentage", percent: 50 }]) },
			{ id: "b", value: "off", platform: "all", type: "full" }];
		files.set(`switches/switch_${i}.json`, JSON.stringify({ values }));
	}
	return { apps: [{ dir: "shapes", files, pools }], commitTime: COMMIT };
}

// For devices of the example.
export const example = { near: ["u-1", "13800000001"],
	elements: ["city", "netType", "isp", "deviceType", "mobileModel", "osVersion", "appVersion"],
	values: {
	...VALUES, isp: ["China Telecom", "China Mobile"], deviceType: ["tablet", "phone"], appVersion: ["8.0.7", "8.0.8",
		"8.0.9", "8.0.10", "8.1"] } };

export const shapes = { "450 tasks": releases, "ten cities": cities, "600 switches": switches };
