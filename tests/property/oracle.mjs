// What the definitions say a device gets, read from the definitions themselves: a second implementation of the
// contract, which shares nothing with the compiler and prefers being short. A function stands for a paragraph.
//
//     const app = read(files, commitTime);     files: Map of path below apps/<dir>/ → text; times in seconds
//     app.answer(device, at)                   at: seconds, or null where the time is not known
import { createHash } from "node:crypto";
import { limit } from "./share.mjs";

// How often each case was met: name → number. The run fails when a case was never met.
export const met = new Map();
export const meet = (name) => met.set(name, (met.get(name) ?? 0) + 1);

// --- attributes and versions ---------------------------------------------------------------------------------------

const VERSIONS = new Set(["osVersion", "appVersion"]);
const FOLDED = new Set(["mobileModel", "netType", "isp", "vmType", "deviceType", "abi", "language"]);

// What is asked for often is worked out once.
function remembered(f) {
	const known = new Map();
	return (x) => {
		if (!known.has(x))
			known.set(x, f(x));
		return known.get(x);
	};
}

const trim = remembered((text) => text.replace(/^[ \t\n\v\f\r]+/, "").replace(/[ \t\n\v\f\r]+$/, ""));
const fold = remembered((text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));

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
function attribute(device, element) {
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

const all = (rules, device) => (rules ?? []).every((rule) => holds(rule, device));

// --- buckets -------------------------------------------------------------------------------------------------------

const WHOLE = 2n ** 64n;

const bucket = (salt, text) => createHash("sha256").update(`${salt}\0${text}`).digest().readBigUInt64BE(0);

// At most three decimals: the nearest integer is the exact one.
const thousandthsOf = (percent) => BigInt(Math.round(percent * 1000));

// `percent` of the users, of the devices where there is no user.
function drawn(percent, salt, device) {
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
	const result = bucket(salt, drawnBy) < (thousandths * WHOLE) / 100000n;
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

// The share of a window's devices, by deviceId alone.
function counted(window, audience, salt, device, at) {
	const n = window.audience ?? audience;
	meet(window.audience === undefined ? "audience of the platform" : "audience of the window");
	const r = window.ramp ? ramped(window.ramp, at) : 100000n;
	const scaled = (limit(n, window.users) * r) / 100000n;
	if (scaled === WHOLE) {
		meet("window for everybody");
		return true;
	}
	const counts = id(device, "deviceId");
	if (counts === undefined)
		meet("window without a deviceId");
	const result = counts !== undefined && bucket(salt, counts) < scaled;
	meet(`window share ${result}`);
	return result;
}

// --- tasks ---------------------------------------------------------------------------------------------------------

export const seconds = remembered((text) => Date.parse(text) / 1000);

// [start, end), and then the share.
function inWindow(task, app, salt, device, at) {
	const { window } = task;
	const time = at === null ? "unknown" : at < seconds(window.start ?? task.publishedAt) ? "before"
		: at >= seconds(window.end) ? "after" : "inside";
	meet(`window ${time}`);
	return time === "inside" && counted(window, app.audience, salt, device, at);
}

// A device matches any of the lists, each by its own id.
function listed(names, app, device) {
	const result = names.find((name) => app.lists.get(name).ids.has(id(device, app.lists.get(name).idType)));
	meet(result === undefined ? "not listed" : `listed by ${app.lists.get(result).idType}`);
	return result !== undefined;
}

function inChannel(channel, device) {
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

function chosen(task, app, salt, device, at) {
	switch (task.mode) {
	case "whitelist":
		return listed(task.whitelists, app, device);
	case "timeWindow":
		return inWindow(task, app, salt, device, at);
	case "percentage":
		return drawn(task.percent, salt, device);
	default:
		return true; // official
	}
}

function applies({ release, task }, app, device, at) {
	const salt = `${app.code}/upgrade/${release.platform}/${release.version}/${task.id}`;
	return inChannel(task.channel, device) && published(task.publishedAt, app, at) && all(task.rules, device) &&
		chosen(task, app, salt, device, at);
}

// version > appVersion, and none of the exceptions.
function open(release, device) {
	const has = attribute(device, "appVersion");
	if (has === undefined)
		meet("no appVersion");
	if (has === undefined || compare(version(release.version), has) <= 0)
		return false;
	const spared = (release.unless ?? []).some((rules) => all(rules, device));
	if (release.unless)
		meet(`unless ${spared}`);
	return !spared;
}

// The order of candidates: release version, official > whitelist > timeWindow > percentage, publishedAt, id.
const MODES = ["official", "whitelist", "timeWindow", "percentage"];
const modeOf = (task) => MODES.indexOf(task.mode ?? task.type);

function better(a, b) {
	const orders = {
		version: compare(version(b.release.version), version(a.release.version)),
		mode: modeOf(a.task) - modeOf(b.task),
		publishedAt: seconds(b.task.publishedAt) - seconds(a.task.publishedAt),
		id: Buffer.compare(Buffer.from(b.task.id), Buffer.from(a.task.id)),
	};
	const decides = Object.keys(orders).find((name) => orders[name] !== 0);
	meet(`order by ${decides}`);
	return orders[decides];
}

// --- answers -------------------------------------------------------------------------------------------------------

const CODES = { once: 202, multiple: 204, forced: 206 };

function upgradeAnswer({ release, task }) {
	meet(`delivered ${MODES[modeOf(task)]}`);
	const answer = {
		version: release.version,
		task: task.id,
		resultStatus: CODES[task.upgradeMode],
		downloadUrl: release.package.url,
		fileSize: release.package.size,
		sha256: release.package.sha256,
		md5: release.package.md5,
		guideMemo: task.prompt,
		silenceDays: task.upgradeMode === "once" ? task.silenceDays ?? 3 : undefined,
		needClientNetType: release.needClientNetType,
	};
	return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
}

function upgrade(app, device, at) {
	if (device.platform !== "android")
		return null;
	const opened = new Map();
	const best = app.candidates.find((candidate) => {
		if (!opened.has(candidate.release))
			opened.set(candidate.release, open(candidate.release, device));
		return opened.get(candidate.release) && applies(candidate, app, device, at);
	});
	if (!best)
		meet("no upgrade");
	return best ? upgradeAnswer(best) : null;
}

const onPlatform = (platform, device) => platform === "all" || [platform].flat().includes(device.platform);

function valueHolds(value, salt, app, device) {
	return onPlatform(value.platform, device) && inChannel(value.channel, device) && all(value.rules, device) &&
		(value.type !== "whitelist" || listed(value.whitelists, app, device)) &&
		(value.type !== "percentage" || drawn(value.percent, salt(), device));
}

// The value that a switch has for a device: the first that holds, or undefined.
function valueOf([key, { active = true, values }], app, device) {
	if (!active) {
		meet("switch not active");
		return undefined;
	}
	const found = values.find((value, i) =>
		valueHolds(value, () => `${app.code}/switch/${key}/${value.id ?? i}`, app, device));
	meet(found ? `switch ${found.type}` : "switch without a value");
	return found?.value;
}

function switches(app, device) {
	const answers = [...app.switches].map((one) => [one[0], valueOf(one, app, device)]);
	return Object.fromEntries(answers.filter(([, value]) => value !== undefined));
}

// --- reading -------------------------------------------------------------------------------------------------------

// section.key → value
function ini(text) {
	const values = new Map();
	let section = "";
	for (const line of text.split("\n").map((raw) => raw.replace(/(^|\s);.*/, "").trim()).filter(Boolean)) {
		const [, name, key, value] = line.match(/^\[(.*)\]$|^(\w+)\s*=\s*(.*)$/);
		section = name ?? section;
		if (key)
			values.set(`${section}.${key}`, value);
	}
	return values;
}

function readList(files, path) {
	const settings = ini(files.get(path.replace(/txt$/, "ini")) ?? "");
	const ids = files.get(path).split(/[\r\n,]/).map(trim).filter((entry) => entry !== "");
	return { idType: settings.get("whitelist.idType") ?? "userId", ids: new Set(ids) };
}

export function read(files, commitTime) {
	const named = (pattern) => [...files.keys()].map((path) => path.match(pattern)).filter(Boolean);
	const parsed = (path) => JSON.parse(files.get(path));
	const settings = ini(files.get("app.ini"));
	const app = {
		code: `${settings.get("app.appId")}-${settings.get("app.workspaceId")}`,
		audience: Number(settings.get("android.audience")),
		commitTime,
		releases: named(/^upgrades\/.*\/release\.json$/).map(([path]) => parsed(path)),
		switches: new Map(named(/^switches\/(.*)\.json$/).map(([path, key]) => [key, parsed(path)])),
		lists: new Map(named(/^whitelists\/(.*)\.txt$/).map(([path, name]) => [name, readList(files, path)])),
	};
	app.candidates = app.releases
		.flatMap((release) => release.tasks.map((task) => ({ release, task })))
		.filter(({ task }) => {
			meet(`status ${task.status ?? "releasing"}`);
			return (task.status ?? "releasing") === "releasing";
		})
		.sort(better);
	const switched = remembered((device) => switches(app, device)); // whatever the time is
	app.answer = (device, at) => ({
		app: app.code,
		at: at === null ? null : new Date(at * 1000).toISOString().replace(".000Z", "Z"),
		switches: switched(device),
		upgrade: upgrade(app, device, at),
	});
	return app;
}
