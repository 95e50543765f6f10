// Random devices, whose values are those that definitions name, near to them, or none; and instants to ask at.
//
//     devices(random, pools, count) → array of device objects
//     instants(random, app, commitTime, count) → seconds at which something may change
import { seconds } from "./conditions.mjs";
import { BUNDLES, deviceIds, isMany, isVersion, KEYS, PATCHES, userIds, valuesOf } from "./pools.mjs";

const NO_VERSIONS = ["14-beta", "Android 14", "1..2", ".1", "1.", "v", "vv1.2", "v 1.2", "1.2.3.4.5.6.7.8.9",
	"2147483648", "-1", "+1", "1.2x", "1,2", "１.2", "0x10", "1e1", "99999999999999999999"];
const NO_TEXTS = [null, 7, 0, true, ["wifi"], { a: "wifi" }, "", " ", " \t\r\n\v\f"];
const NO_NUMBERS = [null, "1000000", -1, 2 ** 31, 1.5, true, [1], 2 ** 60];
const SPACES = [" ", "\t", "\n", "\r\n", "\v", "\f", "  "];
const PLATFORMS = ["android", "android", "android", "ios", "ios", "harmony", "harmony"];

// --- values --------------------------------------------------------------------------------------------------------

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

// near: ids that match some pattern
function idValue(random, pool, near) {
	const value = random.pick(random.chance(30) ? near : pool);
	switch (random.int(0, 24)) {
	case 0:
		return random.pick(["", null, 13800000000, " "]);
	case 1:
		return otherCase(value);
	case 2:
		return ` ${value}`;
	case 3:
		return `${value}\n`;
	case 4:
		return [...value].slice(1).join("");
	default:
		return value;
	}
}

// Compared byte for byte.
function exactValue(random, pool) {
	const value = random.pick(pool);
	return random.pick([value, value, value, value, ` ${value}`, `${value} `, otherCase(value), "", null, 7, "unknown"]);
}

function numberValue(random, pool) {
	const value = random.pick(pool);
	return random.pick([value, value, value, value, value - 1, value + 1, 0, random.pick(NO_NUMBERS)]);
}

// --- devices -------------------------------------------------------------------------------------------------------

// What only a harmony device has, and what quick fixes look at.
function installed(random, made) {
	const [bundleName, versionCode] = random.pick(BUNDLES);
	made.bundleName = random.chance(92) ? bundleName : exactValue(random, [bundleName]);
	if (random.chance(97))
		made.versionCode = random.chance(92) ? versionCode : numberValue(random, [versionCode]);
	if (random.chance(60))
		made.patchVersionCode = numberValue(random, PATCHES);
	for (const element of ["deviceType", "abi"])
		made[element] ??= random.chance(85) ? textValue(random, valuesOf(element)) : undefined;
}

// A versionKey, and often an appVersion that has patches too.
function patchable(random, { keys = [], products = [] }, made) {
	const pool = random.chance(70) && keys.length > 0 ? keys : KEYS;
	if (random.chance(50))
		made.versionKey = exactValue(random, pool);
	if (random.chance(20) && products.length > 0)
		Object.assign(made, { versionKey: random.pick(pool), appVersion: random.pick(products) });
}

function device(random, pools) {
	const made = { platform: random.pick(PLATFORMS) };
	for (const element of pools.elements)
		if (random.chance(isMany(element) ? 8 : 88))
			made[element] = (isVersion(element) ? versionValue : textValue)(random, pools.values[element]);
	if (random.chance(85))
		made.userId = idValue(random, userIds, pools.near);
	if (random.chance(85))
		made.deviceId = idValue(random, deviceIds, pools.near);
	if (random.chance(25))
		made.channel = random.pick(["dev", "dev", "dev", "prod", "DEV", "dev ", "", null]);
	patchable(random, pools, made);
	if (random.chance(made.platform === "harmony" ? 92 : 10))
		installed(random, made);
	if (random.chance(5))
		made.unheardOf = random.pick(["x", 1, null]);
	return made;
}

export const devices = (random, pools, count) => Array.from({ length: count }, () => device(random, pools));

// --- instants ------------------------------------------------------------------------------------------------------

// One within a window; the others at the ends of windows, at points of ramps, at times of publishing and expiry, a
// second aside.
export function instants(random, { files, pools }, commitTime, count) {
	const text = [...files.values()].filter((one) => typeof one === "string").join("\n");
	const edges = [...text.matchAll(/"\d{4}-\d\d-\d\dT[^"]*"/g)].map(([quoted]) => seconds(JSON.parse(quoted)));
	return Array.from({ length: count }, (_, i) => {
		if (i === 0 && pools.windows.length > 0) {
			const [start, end] = random.pick(pools.windows);
			return random.int(start, end - 1);
		}
		return random.pick([commitTime, ...edges]) + random.pick([-1, 0, 0, 1]);
	});
}
