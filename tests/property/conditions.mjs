// Whether a task is for a device, read from the definitions: the sections Tasks, Rules, Versions and Buckets of the
// contract, a function for a paragraph. It shares nothing with the compiler; what differs between kinds is in oracle.mjs.
import { createHash } from "node:crypto";
import { limit } from "./share.mjs";

// How often each case was met: name → number. The run fails when a case was never met.
export const met = new Map();
export const meet = (name) => met.set(name, (met.get(name) ?? 0) + 1);

// --- attributes and versions ---------------------------------------------------------------------------------------

const VERSIONS = new Set(["osVersion", "appVersion"]);
const FOLDED = new Set(["mobileModel", "netType", "isp", "vmType", "deviceType", "abi", "language"]);

// What is asked for often is worked out once.
export function remembered(f) {
	const known = new Map();
	return (x) => {
		if (!known.has(x))
			known.set(x, f(x));
		return known.get(x);
	};
}

export const trim = remembered((text) => text.replace(/^[ \t\n\v\f\r]+/, "").replace(/[ \t\n\v\f\r]+$/, ""));
export const fold = remembered((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));

const withoutV = remembered((text) => text.replace(/^[vV]/, ""));

// Eight numbers, or undefined.
export const version = remembered((text) => {
	if (!/^[0-9]+(\.[0-9]+){0,7}$/.test(text))
		return undefined;
	const parts = text.split(".").map(Number);
	return parts.every((part) => part < 2 ** 31) ? [...parts, 0, 0, 0, 0, 0, 0, 0].slice(0, 8) : undefined;
});

export function compare(a, b) {
	let i = 0;
	while (i < 7 && a[i] === b[i])
		i++;
	return a[i] - b[i];
}

const kindOf = (element) => (VERSIONS.has(element) ? "version" : FOLDED.has(element) ? "fold" : "text");

// A device's value as rules compare it, undefined where the device lacks the attribute.
export function attribute(device, element) {
	const value = Object.hasOwn(device, element) ? device[element] : undefined;
	if (typeof value !== "string" || trim(value) === "")
		return undefined;
	switch (kindOf(element)) {
	case "version":
		return version(withoutV(trim(value)));
	case "fold":
		return fold(trim(value));
	default:
		return trim(value);
	}
}

// An id draws buckets and is looked up in lists as it is; empty counts as absent.
const id = (device, name) =>
	typeof device[name] === "string" && device[name] !== "" ? device[name] : undefined;

// --- rules ---------------------------------------------------------------------------------------------------------

// lower <= v <= upper, with `exclusive` both strict.
function inside(value, { lower, upper }, exclusive) {
	const below = lower === undefined ? -1 : compare(version(lower), value);
	const above = upper === undefined ? -1 : compare(value, version(upper));
	if (below === 0 || above === 0)
		meet(exclusive ? "bound, exclusive" : "bound, inclusive");
	return exclusive ? below < 0 && above < 0 : below <= 0 && above <= 0;
}

const equals = {
	text: (value, one) => value === one,
	fold: (value, one) => value === fold(one),
	version: (value, one) => compare(value, version(one)) === 0,
};

const operations = {
	contains: (value, rule) => rule.value.some((one) => equals[kindOf(rule.element)](value, one)),
	excludes: (value, rule) => !rule.value.some((one) => equals[kindOf(rule.element)](value, one)),
	in: (value, rule) => inside(value, rule.value, rule.exclusive === true),
	out: (value, rule) => !inside(value, rule.value, rule.exclusive === true),
};

function holds(rule, device) {
	const value = attribute(device, rule.element);
	if (value === undefined) {
		meet(`missing attribute, default ${rule.defaultResult === true}`);
		return rule.defaultResult === true;
	}
	const result = operations[rule.operation](value, rule);
	meet(`${rule.operation} ${kindOf(rule.element)} ${result}`);
	return result;
}

export const all = (rules, device) => (rules ?? []).every((rule) => holds(rule, device));

// --- buckets -------------------------------------------------------------------------------------------------------

const WHOLE = 2n ** 64n;

const bucket = (salt, text) => createHash("sha256").update(`${salt}\0${text}`).digest().readBigUInt64BE(0);

// At most three decimals: the nearest integer is the exact one.
const thousandthsOf = (percent) => BigInt(Math.round(percent * 1000));

// `percent` of the users, of the devices where there is no user.
export function drawn(percent, salt, device) {
	const thousandths = thousandthsOf(percent);
	if (thousandths === 0n || thousandths === 100000n) {
		meet(`percent ${percent}`);
		return thousandths > 0n;
	}
	const drawnBy = id(device, "userId") ?? id(device, "deviceId");
	if (drawnBy === undefined) {
		meet("percent without an id");
		return false;
	}
	const result = bucket(salt(), drawnBy) < (thousandths * WHOLE) / 100000n;
	meet(`percent by ${id(device, "userId") === undefined ? "deviceId" : "userId"} ${result}`);
	return result;
}

// Thousandths of the window's share at a time: 0 before the first point, linear between points, then the last.
function ramped(ramp, at) {
	const points = ramp.map(({ at: time, percent }) => ({ at: BigInt(seconds(time)), t: thousandthsOf(percent) }));
	const now = BigInt(at);
	const next = points.findIndex((point) => point.at > now);
	if (next === 0 || next < 0) {
		meet(next === 0 ? "ramp before" : "ramp after");
		return next === 0 ? 0n : points.at(-1).t;
	}
	const [from, to] = [points[next - 1], points[next]];
	meet(to.t < from.t ? "ramp falls" : "ramp between");
	return (from.t * (to.at - now) + to.t * (now - from.at)) / (to.at - from.at);
}

// The audience of a window that names none: that of the release's platforms together.
function audienceOf(release, app) {
	meet(`audience of ${release.platforms.length > 1 ? "several platforms" : "the platform"}`);
	return release.platforms.reduce((sum, platform) => sum + app.audience[platform], 0);
}

// The share of a window's devices, by deviceId alone.
function counted(window, release, app, salt, device, at) {
	if (window.audience !== undefined)
		meet("audience of the window");
	const n = window.audience ?? audienceOf(release, app);
	const r = window.ramp ? ramped(window.ramp, at) : 100000n;
	const scaled = (limit(n, window.users) * r) / 100000n;
	if (scaled === WHOLE) {
		meet("window for everybody");
		return true;
	}
	const counts = id(device, "deviceId");
	if (counts === undefined)
		meet("window without a deviceId");
	const result = counts !== undefined && bucket(salt(), counts) < scaled;
	meet(`window share ${result}`);
	return result;
}

// --- tasks ---------------------------------------------------------------------------------------------------------

export const seconds = remembered((text) => Date.parse(text) / 1000);

// [start, end), and then the share.
function inWindow({ release, task }, app, salt, device, at) {
	const { window } = task;
	const time = at === null ? "unknown" : at < seconds(window.start ?? task.publishedAt) ? "before"
		: at >= seconds(window.end) ? "after" : "inside";
	meet(`window ${time}`);
	return time === "inside" && counted(window, release, app, salt, device, at);
}

// A pattern of a list: escaped punctuation by its number, since JavaScript takes few characters behind a backslash.
const matcher = remembered((pattern) => new RegExp(`^(?:${pattern.replace(/\\(.)/g, (_, c) =>
	`\\x${c.charCodeAt(0).toString(16)}`)})$`, "su"));

// Whether a list has the device, by the list's own id.
export function onList({ idType, ids, patterns }, device) {
	const own = id(device, idType);
	return own !== undefined && (ids ? ids.has(own) : patterns.some((pattern) => matcher(pattern).test(own)));
}

// A device matches any of the lists, each by its own id.
export function listed(names, app, device) {
	const found = names.map((name) => app.lists.get(name)).find((list) => onList(list, device));
	meet(found === undefined ? "not listed" : `listed by ${found.idType}${found.ids ? "" : ", by a pattern"}`);
	return found !== undefined;
}

export function inChannel(channel, device) {
	if (channel !== "dev")
		return true;
	meet(`dev ${device.channel === "dev"}`);
	return device.channel === "dev";
}

// Only a time after the commit's is kept as a condition.
function published(publishedAt, app, at) {
	if (seconds(publishedAt) <= app.commitTime)
		return true;
	meet(`future publishedAt ${at === null ? "unknown" : at >= seconds(publishedAt)}`);
	return at !== null && at >= seconds(publishedAt);
}

function chosen(candidate, app, salt, device, at) {
	const { task } = candidate;
	switch (task.mode) {
	case "whitelist":
		return listed(task.whitelists, app, device);
	case "timeWindow":
		return inWindow(candidate, app, salt, device, at);
	case "percentage":
		return drawn(task.percent, salt, device);
	default:
		return true; // official
	}
}

// What a task asks of a device, beside what its release asks.
export function isFor(candidate, app, device, at) {
	const { release, task } = candidate;
	const salt = () => `${app.code}/${release.kind}/${release.slot}/${release.text}/${task.id}`;
	return inChannel(task.channel, device) && published(task.publishedAt, app, at) && all(task.rules, device) &&
		chosen(candidate, app, salt, device, at);
}
