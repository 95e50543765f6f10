// A second device library, written from schemas/FORMAT.md alone, to see whether that page suffices.
//
//     const device = new Device({ app, root, read });      read(path, offset, length) → bytes of <appCode>/, or null
//     device.update(now);                                  verifies the metadata; a device that is kept refuses older trees
//     device.answer(attributes, at)                        → Map, what DEFINITIONS calls the answer; at: seconds, or null
//
// attributes is a Map. Everything that must not be believed throws Refused. Its parts: trust.mjs reads metadata, shape.mjs
// indexes and manifests, values.mjs what a device says of itself, listed.mjs whitelists.
import { parse, refuse } from "./json.mjs";
import { listed } from "./listed.mjs";
import { checkIndex, checkManifest, isForeign, isMap, isType, listsOf } from "./shape.mjs";
import { hex, is, isText, sha256, Trust } from "./trust.mjs";
import { attribute, compare, fold, id, number, version } from "./values.mjs";

const LARGEST = 16 << 20; // of what is read whole
const FULL = 100000n;
const lacks = (what) => refuse(`${what} is missing`);

// --- index -----------------------------------------------------------------------------------------------------------------

const bitsOf = (slot) => [...sha256(slot)].map((byte) => byte.toString(2).padStart(8, "0")).join("");

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
	if (isForeign(rule) || !isType(type) || (["in", "out"].includes(op) && type !== "version"))
		return false;
	if (type === "version" && rule.has("value") && !rule.get("value").every((text) => version(text)))
		return false;
	const value = attribute(device, rule.get("element"), type);
	if (value === null)
		return rule.has("default");
	const same = { text: (text) => text === value, exact: (text) => text === value, fold: (text) => fold(text) === value,
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

	// bits: of a unit, with which the hashes of its slots begin
	manifest(index, hash, bits = "") {
		return this.cached(`${index.get("platform")} ${index.get("kind")} ${bits} ${hash}`, () => {
			const made = checkManifest(this.whole(hash, "manifest.json", (length) => length <= index.get("longest")), index);
			return [...made.get("slots").keys()].every((slot) => bitsOf(slot).startsWith(bits)) ? made
				: refuse("a slot in another unit than its own");
		});
	}

	// The manifest of the segment that a device is in.
	segment(index, device) {
		const types = index.get("attributes");
		const state = index.get("by").reduce((from, table) => table.get("next")[from][classOf(table,
			attribute(device, table.get("attribute"), types.get(table.get("attribute"))))], 0);
		const hash = index.get("segments")[state];
		return hash === null ? [] : [this.manifest(index, hash)];
	}

	// The manifests that hold the slots which the device asks for: one, or of units, all or that of the slot.
	manifests(index, device, slot) {
		if (index.has("manifest"))
			return [index.get("manifest")];
		if (index.has("segments"))
			return this.segment(index, device);
		return (index.get("units") ?? []).filter(([bits]) => slot === undefined || bitsOf(slot).startsWith(bits))
			.map(([bits, hash]) => this.manifest(index, hash, bits));
	}

	// Asked once for an answer, however many candidates name it.
	onList(name, list, device) {
		const asked = `${name} ${list.get("file")}`;
		if (!this.verdicts.has(asked))
			this.verdicts.set(asked, listed(this.app, name, list, device, this.readObject.bind(this)));
		return this.verdicts.get(asked);
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
			until: (until) => at !== null && at < until,
			above: (above) => (number(device, "patchVersionCode") ?? 0) < above,
			wl: (names) => this.onAny(names, listsOf(manifest, index), device),
		};
		return Object.keys(guards).every((key) => !candidate.has(key) || guards[key](candidate.get(key)));
	}

	// What each slot that the device asks for has: slot → [index, manifest, candidate]; `only`: the slot, where it is one.
	asked(kind, device, at, only) {
		const found = new Map();
		const index = this.index(device.get("platform"), kind);
		for (const manifest of index ? this.manifests(index, device, only) : [])
			for (const [slot, candidates] of manifest.get("slots")) {
				const taken = (one) => this.taken(one, slot, index, manifest, device, at);
				const candidate = only === undefined || slot === only ? candidates.find(taken) : undefined;
				if (candidate)
					found.set(slot, [index, manifest, candidate]);
			}
		return found;
	}

	// The answer that a candidate names, with its references resolved; isReference(key, depth).
	payload([index, manifest, candidate], isReference) {
		const [, answer, length] = manifest.get("answers")[candidate.get("a")];
		const made = isMap(answer) ? answer : this.whole(answer, "answer.json", is(length));
		if (!isMap(made))
			refuse("an answer is no object");
		return resolved(made, index.get("bases")[0], isReference).set("task", candidate.get("t"));
	}

	single(kind, device, at) {
		const found = this.asked(kind, device, at, device.get("platform")).get(device.get("platform"));
		return found ? this.payload(found, isUrlKey) : null;
	}

	h5(device, at) {
		return new Map([...this.asked("h5", device, at)].map(([slot, found]) => [slot, this.payload(found, isH5Key)]));
	}

	quickfix(device, at) {
		const [name, code] = [id(device, "bundleName"), number(device, "versionCode")];
		if (name === null || code === null)
			return null;
		const found = this.asked("quickfix", device, at, `${name}/${code}`).get(`${name}/${code}`);
		return found ? modulesFor(this.payload(found, isUrlKey), device) : null;
	}

	switches(device, at) {
		return new Map([...this.asked("switch", device, at)].map(([slot, [, , candidate]]) => [slot, candidate.get("v")]));
	}

	answer(device, at) {
		this.incomplete = false;
		this.verdicts = new Map();
		const time = at === null ? null : new Date(at * 1000).toISOString().replace(".000Z", "Z");
		const found = new Map([["app", this.app], ["at", time], ["upgrade", this.single("upgrade", device, at)],
			["hotpatch", this.single("hotpatch", device, at)], ["h5", this.h5(device, at)],
			["quickfix", this.quickfix(device, at)], ["switches", this.switches(device, at)]]);
		return this.incomplete ? found.set("incomplete", true) : found;
	}
}

// --- answers ---------------------------------------------------------------------------------------------------------------

const isUrlKey = (path) => ["downloadUrl", "url"].includes(path.at(-1));
const isH5Key = ([first, second, third, ...more]) => (second === undefined
	? ["fallback_base_url", "package_url", "patch"].includes(first)
	: first === "deltas" && typeof second === "number" && third === "url" && more.length === 0);

// References that stand for themselves, or are appended to the base. path: keys of objects, and places in arrays.
function resolved(value, base, isReference, path = []) {
	if (isMap(value))
		return new Map([...value].map(([name, item]) => [name, resolved(item, base, isReference, [...path, name])]));
	if (Array.isArray(value))
		return value.map((item, i) => resolved(item, base, isReference, [...path, i]));
	const isOurs = isReference(path) && isText(value) && value !== "" && !value.includes("://");
	return isOurs ? base + value : value;
}

// The modules for a device alone; without any, there is no quick fix.
function modulesFor(answer, device) {
	if (!answer.has("hqf"))
		return answer;
	const fits = (texts, name) => texts.some((text) => fold(text) === attribute(device, name, "fold"));
	const hers = answer.get("hqf").filter((module) => fits(module.get("types"), "deviceType")
		&& (!module.has("abis") || fits(module.get("abis"), "abi")));
	const shown = (module) => new Map([...module].filter(([key]) => key !== "types" && key !== "abis"));
	return hers.length === 0 ? null : answer.set("hqf", hers.map(shown));
}
