// A second device library, written from schemas/FORMAT.md alone, to see whether that page suffices.
//
//     const device = new Device({ app, root, read });      read(path, offset, length) → bytes of <appCode>/, or null
//     device.update(now);                                  verifies the metadata; a device that is kept refuses older trees
//     device.answer(attributes, at)                        → Map, what DEFINITIONS calls the answer; at: seconds, or null
//
// attributes is a Map. Everything that must not be believed throws Refused.
import { parse, refuse, byCodePoint } from "./json.mjs";
import { hex, is, isCount, isHash, isText, keys, sha256, Trust } from "./trust.mjs";

const LARGEST = 16 << 20; // of what is read whole
const TYPES = ["text", "fold", "version"];
const FULL = 100000n;
const LAST_TIME = 253402300799;
const WORD = (1n << 64n) - 1n;
const isMap = (value) => value instanceof Map;
const isTrue = is(true);
const list = (test, high = Infinity) => (value) => Array.isArray(value) && value.length > 0 && value.length <= high
	&& value.every(test);
const isTime = isCount(0, LAST_TIME);
const isName = (value) => isText(value) && value !== "";
const lacks = (what) => refuse(`${what} is missing`);

// A table whose keys ascend, from the empty text, which is none of them.
function isTable(value) {
	if (!isMap(value) || value.size === 0)
		return false;
	const names = ["", ...value.keys()];
	return names.every((name, i) => i === 0 || byCodePoint(names[i - 1], name) < 0);
}

// --- values of a device ----------------------------------------------------------------------------------------------------

const SPACE = "[ \\t\\n\\v\\f\\r]*";
const TRIM = new RegExp(`^${SPACE}|${SPACE}$`, "g");
const trim = (text) => text.replace(TRIM, "");
const fold = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());

function version(text) {
	if (!/^\d+(?:\.\d+){0,7}$/.test(text))
		return null;
	const parts = text.split(".").map((part) => Number(part.replace(/^0+(?=\d)/, "")));
	return parts.every((part) => part < 2 ** 31) ? parts : null;
}

function compare(a, b) {
	for (let i = 0; i < 8; i++)
		if ((a[i] ?? 0) !== (b[i] ?? 0))
			return (a[i] ?? 0) - (b[i] ?? 0);
	return 0;
}

const isShortest = (text) => isText(text) && version(text) !== null
	&& text === version(text).join(".").replace(/(?:\.0)+$/, "");

// The attribute as its type reads it: a text, an array of numbers, or null where it is missing.
function attribute(device, name, type) {
	const raw = device.get(name);
	const text = isText(raw) ? trim(raw) : "";
	if (text === "")
		return null;
	return type === "version" ? version(text.replace(/^[vV]/, "")) : type === "fold" ? fold(text) : text;
}

const id = (device, name) => {
	const value = device.get(name);
	return isText(value) && value !== "" ? value : null;
};

// --- index -----------------------------------------------------------------------------------------------------------------

const isUrl = (value) => isText(value) && /^https?:\/\/.*\/$/.test(value);
const isBits = (value) => isText(value) && /^[01]{1,32}$/.test(value);
const isUnit = (value) => Array.isArray(value) && value.length === 2 && isBits(value[0]) && isHash(value[1]);

const ofReleases = (kind) => kind === "upgrade" || kind === "hotpatch";

// What an index has besides the keys that are in each one.
function shapeOf(index, kind) {
	const names = ["manifest", "segments", "units"].filter((name) => index.has(name));
	if (names.length !== 1)
		refuse("an index has not one shape");
	switch (names[0]) {
	case "manifest":
		return [{ manifest: isMap }, {}];
	case "segments":
		return ofReleases(kind) ? [{ longest: isCount(1), by: list(isMap, 64),
			segments: list((value) => value === null || isHash(value), 65536) }, {}]
				: refuse("segments in an index of another kind");
	default:
		return ofReleases(kind) ? refuse("units in an index of another kind")
			: [{ longest: isCount(1), units: list(isUnit, 65536) }, { whitelists: isLists }];
	}
}

function checkTable(table, states, next, types) {
	const type = types.get(table.get("attribute"));
	const own = type === "version" ? { cuts: list(Array.isArray) } : { values: isTable };
	const isClass = (value) => isCount(0, table.get("classes") - 1)(value);
	keys(table, "a table", { attribute: isText, classes: isCount(1, 65536), missing: isClass, other: isClass,
		next: list(() => true, 65536) },
		own);
	if (!TYPES.includes(type))
		refuse("a table on an attribute without a known type");
	for (const [value, to] of table.get("values") ?? [])
		if (value === "" || trim(value) !== value || (type === "fold" && fold(value) !== value) || !isClass(to))
			refuse(`a table's value ${value}`);
	(table.get("cuts") ?? []).forEach(([at, after, to], i, cuts) => {
		if (!isShortest(at) || ![0, 1].includes(after) || !isClass(to) || cuts[i].length !== 3)
			refuse(`a table's cut ${at}`);
		const order = i === 0 ? -1 : compare(version(cuts[i - 1][0]), version(at)) || cuts[i - 1][1] - after;
		if (order >= 0)
			refuse("a table's cuts do not ascend");
	});
	if (table.get("next").length !== states)
		refuse("a table's rows");
	for (const row of table.get("next"))
		if (!Array.isArray(row) || row.length !== table.get("classes") || !row.every(isCount(0, next - 1)))
			refuse("a table's row");
}

function checkIndex(index, app, platform, kind) {
	const [tests, more] = isMap(index) ? shapeOf(index, kind) : refuse("an index is no object");
	keys(index, "an index", { app: is(app), bases: list(isUrl), format: is(1), kind: is(kind), platform: is(platform),
		...tests },
		{ attributes: (value) => isTable(value) && [...value.values()].every(isText), ...more });
	const types = index.get("attributes") ?? new Map();
	const tables = index.get("by") ?? [];
	tables.forEach((table, i) => checkTable(table, i === 0 ? 1 : table.get("next")?.length,
		(tables[i + 1]?.get("next") ?? index.get("segments"))?.length, types));
	const bits = (index.get("units") ?? []).map(([prefix]) => prefix);
	if (bits.some((prefix, i) => i > 0 && (prefix <= bits[i - 1] || prefix.startsWith(bits[i - 1]))))
		refuse("units do not ascend");
	return index;
}

function classOf(table, value) {
	if (value === null)
		return table.get("missing");
	if (isText(value))
		return table.get("values")?.get(value) ?? table.get("other");
	let found = table.get("other");
	for (const [at, after, to] of table.get("cuts") ?? []) {
		const order = compare(value, version(at));
		if (order < 0 || (order === 0 && after === 1))
			break;
		found = to;
	}
	return found;
}

// --- manifest --------------------------------------------------------------------------------------------------------------

const isIdName = (value) => value === "userId" || value === "deviceId";
const isList = (value) => isMap(value) && keys(value, "a whitelist", { file: isHash, id: isIdName,
	k: isCount(1, 64), n: isCount(0, 2 ** 40), p: isCount(1, 2 ** 31), root: isHash });
const isLists = (value) => isTable(value) && [...value.values()].every(isList);
const isAnswer = (value) => Array.isArray(value) && value.length === 3 && isName(value[0]) && isHash(value[1])
	&& isCount(1, 2 ** 32 - 1)(value[2]);
const isPoint = (value) => Array.isArray(value) && value.length === 2 && isTime(value[0]) && isCount(0, 100000)(value[1]);

const BOUNDS = ["lower", "upper", "exclusive"];
const OPS = { contains: ["value"], excludes: ["value"], in: BOUNDS, out: BOUNDS };
const RULE = { value: list(isText), lower: isShortest, upper: isShortest, exclusive: isTrue, default: isTrue };

// A rule that is false, whatever the device: its other keys are not looked at.
const isForeign = (rule) => !Object.hasOwn(OPS, rule.get("op"))
	|| [...rule.keys()].some((key) => !["element", "op", "default", ...OPS[rule.get("op")]].includes(key));

function checkRule(rule) {
	if (!isMap(rule))
		refuse("a rule is no object");
	if (isForeign(rule))
		return true;
	keys(rule, "a rule", { element: isName, op: isText }, RULE);
	return OPS[rule.get("op")].some((key) => key !== "exclusive" && rule.has(key));
}

const isLimit = (value) => isText(value) && /^[0-9a-f]{16}$/.test(value);

// The tests of a candidate's keys.
function guardTests(isRule, names) {
	return {
		dev: isTrue, from: isTime, window: (value) => list(isTime)(value) && value.length === 2 && value[0] < value[1],
		wl: list((name) => names.has(name)), percent: isCount(1, 99999), limit: isLimit,
		ramp: (value) => list(isPoint)(value) && value.every((point, i) => i === 0 || value[i - 1][0] < point[0]),
		if: list(isRule), unless: list(list(isRule)),
	};
}

function checkManifest(manifest, index) {
	const kind = index.get("kind");
	const releases = ofReleases(kind);
	keys(manifest, "a manifest", { slots: isTable, ...(releases ? { answers: list(isAnswer) } : {}) },
		{ rules: list(checkRule), ...(index.has("units") ? {} : { whitelists: isLists }) });
	const slots = manifest.get("slots");
	if (releases && (slots.size !== 1 || !slots.has(index.get("platform"))))
		refuse("a manifest with other slots than its platform");
	const guards = guardTests(isCount(0, (manifest.get("rules")?.length ?? 0) - 1), listsOf(manifest, index));
	const outcome = releases ? { a: isCount(0, manifest.get("answers").length - 1) } : { v: isText };
	for (const candidates of slots.values())
		if (!list((one) => keys(one, "a candidate", { t: isName, ...outcome }, guards))(candidates))
			refuse("a slot is no array of candidates");
	return manifest;
}

const listsOf = (manifest, index) => (index.has("units") ? index : manifest).get("whitelists") ?? new Map();

// --- rules -----------------------------------------------------------------------------------------------------------------

const TESTS = {
	contains: (rule, same) => rule.get("value").some(same),
	excludes: (rule, same) => !rule.get("value").some(same),
	in: (rule, same, value) => within(rule, value),
	out: (rule, same, value) => !within(rule, value),
};

function within(rule, value) {
	const least = rule.has("exclusive") ? 1 : 0;
	return (!rule.has("lower") || compare(value, version(rule.get("lower"))) >= least)
		&& (!rule.has("upper") || compare(version(rule.get("upper")), value) >= least);
}

function holds(rule, device, types) {
	const op = rule.get("op");
	const type = types.get(rule.get("element"));
	if (isForeign(rule) || !TYPES.includes(type) || (["in", "out"].includes(op) && type !== "version"))
		return false;
	if (type === "version" && rule.has("value") && !rule.get("value").every((text) => version(text)))
		return false;
	const value = attribute(device, rule.get("element"), type);
	if (value === null)
		return rule.has("default");
	const same = { text: (text) => text === value, fold: (text) => fold(text) === value,
		version: (text) => compare(version(text), value) === 0 }[type];
	return TESTS[op](rule, same, value);
}

// --- buckets ---------------------------------------------------------------------------------------------------------------

const bucket = (salt, text) => sha256(`${salt}\0${text}`).readBigUInt64BE();

// Floor of the exact value; BigInt division goes towards zero, and a ramp may fall.
function floorDiv(a, b) {
	const quotient = a / b;
	return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}

function share(points, at) {
	const next = points.findIndex(([time]) => at < time);
	if (next === 0)
		return 0n;
	if (next === -1)
		return BigInt(points.at(-1)[1]);
	const [[t0, r0], [t1, r1]] = [points[next - 1], points[next]];
	return BigInt(r0) + floorDiv(BigInt(r1 - r0) * BigInt(at - t0), BigInt(t1 - t0));
}

function inLimit(candidate, salt, device, at) {
	let limit = candidate.has("limit") ? BigInt(`0x${candidate.get("limit")}`) : 1n << 64n;
	if (candidate.has("ramp")) {
		if (at === null)
			return false;
		limit = (limit * share(candidate.get("ramp"), at)) / FULL;
	}
	const deviceId = id(device, "deviceId");
	return limit === 1n << 64n || (deviceId !== null && bucket(salt, deviceId) < limit);
}

function inPercent(percent, salt, device) {
	const unit = id(device, "userId") ?? id(device, "deviceId");
	return unit !== null && bucket(salt, unit) < (BigInt(percent) << 64n) / FULL;
}

// --- whitelists ------------------------------------------------------------------------------------------------------------

const PAGE = 4096;

function mix(z) {
	z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
	z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
	return z ^ (z >> 31n);
}

// The root that a record's page and proof lead to, or null.
function provenRoot(record, i, pages) {
	let hash = sha256("\0", record.subarray(0, PAGE));
	let at = PAGE;
	const next = () => record.subarray(at, (at += 32));
	for (let last = pages - 1; last > 0; last = Math.floor(last / 2), i = Math.floor(i / 2))
		if (i % 2 === 1)
			hash = sha256("\x01", next(), hash);
		else if (i < last)
			hash = sha256("\x01", hash, next());
	return record.subarray(at).every((byte) => byte === 0) ? hash.toString("hex") : null;
}

// Whether a device is on a list; null where the page cannot be had.
function listed(app, name, list, device, readObject) {
	const text = id(device, list.get("id"));
	if (text === null)
		return false;
	const pages = list.get("p");
	const digest = sha256(sha256("mdstatic/filter/v1", "\0", app, "\0", name), text);
	const i = Number((digest.readBigUInt64BE() * BigInt(pages)) >> 64n);
	const length = PAGE + 32 * Math.ceil(Math.log2(pages));
	const record = readObject(list.get("file"), "filter.bin", i * length, length);
	if (record?.length !== length || provenRoot(record, i, pages) !== list.get("root"))
		return null;
	const seed = digest.readBigUInt64BE(8);
	for (let probe = 0; probe < list.get("k"); probe++) {
		const block = mix((seed + BigInt(Math.floor(probe / 4) + 1) * 0x9e3779b97f4a7c15n) & WORD);
		const bit = Number((block >> BigInt(15 * (probe % 4))) & 0x7fffn);
		if (!(record[bit >> 3] & (1 << (bit & 7))))
			return false;
	}
	return true;
}

// --- the device ------------------------------------------------------------------------------------------------------------

export class Device {
	constructor({ app, root, read }) {
		Object.assign(this, { app, read, trust: new Trust({ app, root, read }), targets: new Map(), cache: new Map() });
	}

	update(now) {
		this.targets = this.trust.update(now);
		this.cache.clear();
	}

	cached(path, make) {
		if (!this.cache.has(path))
			this.cache.set(path, make());
		return this.cache.get(path);
	}

	readObject(hash, name, offset, length) {
		return this.read(`targets/o/${hash.slice(0, 16)}/${hash}.${name}`, offset, length);
	}

	whole(hash, name, isLength) {
		const bytes = this.readObject(hash, name) ?? lacks(`${name} ${hash}`);
		if (bytes.length > LARGEST || !isLength(bytes.length) || hex(bytes) !== hash)
			refuse(`${name} ${hash}: other bytes or another length`);
		return parse(bytes);
	}

	index(platform, kind) {
		const target = this.targets.get(`index/v1/${platform}-${kind}.json`);
		if (!target)
			return null;
		return this.cached(`${platform} ${kind}`, () => {
			const path = `targets/index/v1/${target.sha256}.${platform}-${kind}.json`;
			const bytes = target.length > LARGEST ? refuse("an index that is too large") : this.read(path) ?? lacks(path);
			if (bytes.length !== target.length || hex(bytes) !== target.sha256)
				refuse(`${path}: other bytes`);
			return this.withManifest(checkIndex(parse(bytes), this.app, platform, kind));
		});
	}

	// The manifest in an index is a part of it: one that is not valid makes the index invalid.
	withManifest(index) {
		if (index.has("manifest"))
			checkManifest(index.get("manifest"), index);
		return index;
	}

	manifest(index, hash) {
		return this.cached(`${index.get("platform")} ${index.get("kind")} ${hash}`, () =>
			checkManifest(this.whole(hash, "manifest.json", (length) => length <= index.get("longest")), index));
	}

	// The manifests that hold the slots which the device asks for: one, or with units all.
	manifests(index, device) {
		if (index.has("manifest"))
			return [index.get("manifest")];
		if (index.has("units"))
			return index.get("units").map(([, hash]) => this.manifest(index, hash));
		const types = index.get("attributes");
		const state = index.get("by").reduce((from, table) => table.get("next")[from][classOf(table,
			attribute(device, table.get("attribute"), types.get(table.get("attribute"))))], 0);
		const hash = index.get("segments")[state];
		return hash === null ? [] : [this.manifest(index, hash)];
	}

	// Asked once for an answer, however many candidates name it.
	onList(name, list, device) {
		const asked = `${name} ${list.get("file")}`;
		if (!this.asked.has(asked))
			this.asked.set(asked, listed(this.app, name, list, device, this.readObject.bind(this)));
		return this.asked.get(asked);
	}

	// Whitelists come last: a page is asked for only where all else holds. One list that has the device is enough;
	// without such a one, a page that cannot be had leaves the answer incomplete.
	onAny(names, lists, device) {
		const found = new Set();
		for (const name of names) {
			found.add(this.onList(name, lists.get(name), device));
			if (found.has(true))
				return true;
		}
		this.incomplete ||= found.has(null);
		return false;
	}

	taken(candidate, slot, index, manifest, device, at) {
		const types = index.get("attributes") ?? new Map();
		const release = candidate.has("a") ? `/${manifest.get("answers")[candidate.get("a")][0]}` : "";
		const salt = `${this.app}/${index.get("kind")}/${slot}${release}/${candidate.get("t")}`;
		const rule = (number) => holds(manifest.get("rules")[number], device, types);
		const guards = {
			dev: () => device.get("channel") === "dev",
			from: (from) => at !== null && at >= from,
			window: ([start, end]) => at !== null && start <= at && at < end,
			percent: (percent) => inPercent(percent, salt, device),
			limit: () => inLimit(candidate, salt, device, at),
			ramp: () => inLimit(candidate, salt, device, at),
			if: (numbers) => numbers.every(rule),
			unless: (groups) => !groups.some((numbers) => numbers.every(rule)),
			wl: (names) => this.onAny(names, listsOf(manifest, index), device),
		};
		return Object.keys(guards).every((key) => !candidate.has(key) || guards[key](candidate.get(key)));
	}

	first(slot, index, manifest, device, at) {
		const candidates = manifest.get("slots").get(slot);
		return candidates?.find((candidate) => this.taken(candidate, slot, index, manifest, device, at));
	}

	upgrade(device, at) {
		const platform = device.get("platform");
		const index = this.index(platform, "upgrade");
		for (const manifest of index ? this.manifests(index, device) : []) {
			const found = this.first(platform, index, manifest, device, at);
			if (!found)
				continue;
			const [, hash, length] = manifest.get("answers")[found.get("a")];
			const answer = this.whole(hash, "answer.json", is(length));
			return isMap(answer) ? resolved(answer, index.get("bases")[0]).set("task", found.get("t"))
				: refuse("an answer is no object");
		}
		return null;
	}

	switches(device, at) {
		const found = new Map();
		const index = this.index(device.get("platform"), "switch");
		for (const manifest of index ? this.manifests(index, device) : [])
			for (const slot of manifest.get("slots").keys()) {
				const candidate = this.first(slot, index, manifest, device, at);
				if (candidate)
					found.set(slot, candidate.get("v"));
			}
		return found;
	}

	answer(device, at) {
		this.incomplete = false;
		this.asked = new Map();
		const time = at === null ? null : new Date(at * 1000).toISOString().replace(".000Z", "Z");
		const found = new Map([["app", this.app], ["at", time], ["upgrade", this.upgrade(device, at)],
			["switches", this.switches(device, at)]]);
		return this.incomplete ? found.set("incomplete", true) : found;
	}
}

// References that stand for themselves, or are appended to the base.
function resolved(value, base, key) {
	if (isMap(value))
		return new Map([...value].map(([name, item]) => [name, resolved(item, base, name)]));
	if (Array.isArray(value))
		return value.map((item) => resolved(item, base));
	return ["downloadUrl", "url"].includes(key) && isText(value) && !/^https?:\/\//.test(value) ? base + value : value;
}
