// Few values, shared by rules and devices, so that what is hard happens often; and rules over them.
//
// A pool is what one app's definitions and devices draw from: { elements, values: element → array, lists, patterns, ids,
// audience: platform → number, … }, made by poolsOf().
import { compare, version } from "./conditions.mjs";
import { pattern } from "./patterns.mjs";

export const PLATFORMS = ["android", "ios", "harmony"];
export const HOUR = 3600;

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
export const VERSIONS = ["0", "1", "1.2", "1.2.1", "1.02.3", "1.10", "2.0.0", "2.0.0.1", "3.5", "9", "10",
	"10.0.0.0.0.0.0.1", "11.4", "2147483647"];
export const PERCENTS = [0, 0.001, 1, 12.5, 33.333, 50, 87.654, 99.999, 100];
// audience and users: what the share is computed from; small ones have a share that many devices are in
export const COUNTS = [[3, 2], [10, 5], [10, 9], [40, 25], [1000, 333], [1000, 700], [1200, 37], [50000, 20000],
	[1200000, 5000], [2000000, 1], [500, 500], [10, 4000]];
export const KEYS = ["K1", "k1", "ship-7", "klüç", "1.2", "a b"]; // versionKeys
export const BUNDLES = [["com.example.property", 1000000], ["com.example.property", 1000001], ["com.example.other", 7]];
export const PATCHES = [1, 2, 10, 1000001, 2147483647];

export const userIds = Array.from({ length: 300 }, (_, i) => `u-${i}`).concat(["User 1", "ü", "13800000000", "v1.2"]);
export const deviceIds = Array.from({ length: 300 }, (_, i) => `D${i}`).concat(["Ünit", "u-1", "u-2"]);

export const instant = (time) => new Date(time * 1000).toISOString().replace(".000Z", "Z");

// Also with an offset: the same instant, written elsewhere on earth.
export const written = (random, time) =>
	(random.chance(70) ? instant(time) : instant(time + 8 * HOUR).replace("Z", "+08:00"));

// --- pools ---------------------------------------------------------------------------------------------------------

export const isVersion = (element) => element === "osVersion" || element === "appVersion";
export const isMany = (element) => Object.hasOwn(MANY, element);
export const valuesOf = (element) => TEXTS[element] ?? MANY[element];
export const declared = (shape) => [...DECLARED, ...(shape.wide ? Object.keys(MANY) : [])];

// versions: those of releases, which devices have too
export function poolsOf(random, shape, versions) {
	const { narrow } = shape;
	const texts = shape.wide ? Object.keys(MANY)
		: random.some(Object.keys(TEXTS), shape.elements - 2).filter((text) => text !== narrow);
	const elements = [...new Set([...texts, narrow ?? "osVersion", "osVersion", "appVersion"])];
	const values = Object.fromEntries(elements.filter((e) => !isVersion(e)).map((e) => [e, valuesOf(e)]));
	values.osVersion = random.some(VERSIONS, 6);
	values.appVersion = [...random.some(VERSIONS, 5), ...random.some(versions, 24)];
	if (narrow)
		values[narrow] = random.some(values[narrow], isVersion(narrow) ? 2 : 3);
	const patterns = Array.from({ length: 8 }, () => pattern(random));
	return {
		elements, values, narrow, wide: shape.wide, lists: ["staff", "lab", "beta-3", "formed", "by-device"], patterns,
		near: patterns.flatMap(({ sample }) => Array.from({ length: 4 }, sample)),
		audience: { android: random.pick([10, 1000, 1200, 2000000]), ios: random.pick([10, 1000]),
			harmony: random.pick([2, 200]) },
		official: shape.official ?? random.pick([3, 10, 30]), free: shape.free, long: shape.long,
		unless: shape.unless ?? 35, windows: [], keys: [], products: [],
	};
}

// --- rules ---------------------------------------------------------------------------------------------------------

const sameText = (element, a, b) =>
	isVersion(element) ? compare(version(a), version(b)) === 0
		: element === "city" || DECLARED.includes(element) || isMany(element) ? a === b
			: a.toLowerCase() === b.toLowerCase();

const trimmed = (text) => !/^[ \t\n\v\f\r]|[ \t\n\v\f\r]$/.test(text);

// No value may be repeated, also not in another spelling.
export function distinct(element, values) {
	return values.filter((value, i) =>
		trimmed(value) && !values.slice(0, i).some((other) => sameText(element, value, other)));
}

export const ascending = (versions) => [...versions].sort((a, b) => compare(version(a), version(b)));

function bounds(random, pool) {
	const [lower, upper] = ascending([random.pick(pool), random.pick(pool)]);
	return random.pick([{ lower }, { upper }, { lower, upper }, { lower, upper }]);
}

export function rule(random, pools, element = random.pick(pools.elements)) {
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

export const rules = (random, pools, low, high) =>
	Array.from({ length: random.int(low, high) }, () => rule(random, pools));

// A part of the values of the attribute that all tasks look at, so that the index asks for it.
export function narrowRule(random, pools) {
	const element = pools.narrow;
	const values = pools.values[element];
	if (random.chance(10))
		return rule(random, pools, element);
	const [lower, upper] = isVersion(element) ? ascending(values) : [];
	const made = isVersion(element)
		? { element, operation: "in", ...random.pick([{ value: { upper: lower } }, { value: { lower: upper } },
			{ value: { lower, upper }, exclusive: true }]) }
		: { element, operation: "contains", value: [random.pick(values)] };
	return random.chance(10) ? { ...made, defaultResult: true } : made;
}
