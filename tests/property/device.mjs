// A second device library, written from schemas/FORMAT.md alone, to see whether that page suffices.
//
//     const device = new Device({ app, root, read });      read(path, offset, length) → bytes of <appCode>/, or null
//     device.update(now);                                  verifies the metadata; a device that is kept refuses older trees
//     device.answer(attributes, at, kinds)                 → Map, what DEFINITIONS calls the answer; at: seconds, or null
//
// attributes is a Map. Everything that must not be believed throws Refused.
import { parse, refuse, byCodePoint } from "./json.mjs";
import { hex, is, isCount, isHash, isText, keys, sha256, Trust } from "./trust.mjs";

const MIB = 1 << 20;
const KINDS = ["upgrade", "hotpatch", "h5", "quickfix", "switch"];
const FULL = 100000n;
const LAST_TIME = 253402300799;
const WORD = (1n << 64n) - 1n;
const isMap = (value) => value instanceof Map;
const isTrue = is(true);
const list = (test, high = Infinity) => (value) => Array.isArray(value) && value.length > 0 && value.length <= high && value.every(test);
const isTime = isCount(0, LAST_TIME);

// A table whose keys ascend.
function isTable(value) {
	if (!isMap(value))
		return false;
	const names = [...value.keys()];
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

const isShortest = (text) => isText(text) && version(text) !== null && text === version(text).join(".").replace(/(?:\.0)+$/, "");

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

const isUrl = (value) => isText(value) && value.endsWith("/");
const isBits = (value) => isText(value) && /^[01]{1,32}$/.test(value);
const isUnit = (value) => Array.isArray(value) && value.length === 2 && isBits(value[0]) && isHash(value[1]);

const SHAPES = [
	{ manifest: isMap },
	{ longest: isCount(0), by: list(isMap, 64), segments: list((value) => value === null || isHash(value), 65536) },
	{ longest: isCount(0), units: list(isUnit, 65536) },
];

function checkTable(table, states, next, types) {
	const type = types.get(table.get("attribute"));
	const own = type === "version" ? { cuts: Array.isArray } : { values: isTable };
	const isClass = (value) => isCount(0, table.get("classes") - 1)(value);
	keys(table, "a table", { attribute: isText, classes: isCount(1, 65536), missing: isClass, other: isClass, next: list(() => true, 65536) },
		own);
	if (!["text", "fold", "version"].includes(type))
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
	const shape = SHAPES.filter((one) => Object.keys(one).some((key) => index.has(key) && key !== "longest"));
	if (shape.length !== 1)
		refuse("an index has one shape");
	keys(index, "an index", { app: is(app), bases: list(isUrl), format: is(1), kind: is(kind), platform: is(platform), ...shape[0] },
		{ attributes: (value) => isTable(value) && [...value.values()].every(isText), ...(shape[0].units ? { whitelists: isLists } : {}) });
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

const isList = (value) => isMap(value) && keys(value, "a whitelist", { file: isHash, id: (name) => ["userId", "deviceId"].includes(name),
	k: isCount(1, 64), n: isCount(0, 2 ** 40), p: isCount(1, 2 ** 31), root: isHash });
const isLists = (value) => isTable(value) && [...value.values()].every(isList);
const isAnswer = (value) => Array.isArray(value) && value.length === 3 && isText(value[0]) && isHash(value[1]) && isCount(0)(value[2]);
const isPoint = (value) => Array.isArray(value) && value.length === 2 && isTime(value[0]) && isCount(0, 100000)(value[1]);

const OPS = { contains: ["value"], excludes: ["value"], in: ["lower", "upper", "exclusive"], out: ["lower", "upper", "exclusive"] };
const RULE = { value: list(isText), lower: isShortest, upper: isShortest, exclusive: isTrue, default: isTrue };

function checkRule(rule) {
	const known = [...rule.keys()].every((key) => ["element", "op", "default", ...(OPS[rule.get("op")] ?? [])].includes(key));
	if (!known) // false for everybody, whatever else it holds
		return isText(rule.get("element")) && isText(rule.get("op"));
	keys(rule, "a rule", { element: isText, op: isText }, RULE);
	const op = OPS[rule.get("op")];
	return !op || op.some((key) => key !== "exclusive" && rule.has(key));
}

function checkManifest(manifest, { kind, lists }) {
	const ofReleases = kind === "upgrade" || kind === "hotpatch";
	keys(manifest, "a manifest", {}, { rules: list((rule) => isMap(rule) && checkRule(rule)), slots: isTable,
		...(ofReleases ? { answers: list(isAnswer) } : {}), ...(lists ? {} : { whitelists: isLists }) });
	const isRule = isCount(0, (manifest.get("rules")?.length ?? 0) - 1);
	const names = lists ?? manifest.get("whitelists") ?? new Map();
	const outcome = ofReleases ? { a: isCount(0, (manifest.get("answers")?.length ?? 0) - 1) } : { v: kind === "switch" ? isText : () => true };
	const guards = {
		dev: isTrue, from: isTime, window: (value) => list(isTime)(value) && value.length === 2 && value[0] < value[1],
		wl: list((name) => names.has(name)), percent: isCount(1, 99999), limit: (value) => isText(value) && /^[0-9a-f]{16}$/.test(value),
		ramp: (value) => list(isPoint)(value) && value.every((point, i) => i === 0 || value[i - 1][0] < point[0]),
		if: list(isRule), unless: list(list(isRule)),
	};
	for (const candidates of manifest.get("slots")?.values() ?? []) {
		if (!Array.isArray(candidates))
			refuse("candidates are no array");
		for (const candidate of candidates)
			keys(candidate, "a candidate", { t: isText, ...outcome }, guards);
	}
	return manifest;
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
	if (![...rule.keys()].every((key) => ["element", "op", "default", ...(OPS[op] ?? [])].includes(key)))
		return false;
	if (!Object.hasOwn(OPS, op) || !["text", "fold", "version"].includes(type) || (["in", "out"].includes(op) && type !== "version"))
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

const bucket = (salt, text) => sha256(salt, "\0", text).readBigUInt64BE();

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

function provenRoot(record, i, pages) {
	let hash = sha256("\0", record.subarray(0, PAGE));
	let at = PAGE;
	const next = () => record.subarray(at, (at += 32));
	for (let last = pages - 1; last > 0; last = Math.floor(last / 2), i = Math.floor(i / 2))
		if (i % 2 === 1)
			hash = sha256("\x01", next(), hash);
		else if (i < last)
			hash = sha256("\x01", hash, next());
	if (!record.subarray(at).every((byte) => byte === 0))
		refuse("a proof goes on");
	return hash.toString("hex");
}

function listed(name, list, device, { app, readObject }) {
	const text = id(device, list.get("id"));
	if (text === null)
		return false;
	const pages = list.get("p");
	const digest = sha256(sha256("mdstatic/filter/v1", "\0", app, "\0", name), text);
	const i = Number((digest.readBigUInt64BE() * BigInt(pages)) >> 64n);
	const length = PAGE + 32 * Math.ceil(Math.log2(pages));
	const record = readObject(list.get("file"), "filter.bin", i * length, length);
	if (record.length !== length || provenRoot(record, i, pages) !== list.get("root"))
		refuse("a page of a whitelist is not proven");
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
		const path = `targets/o/${hash.slice(0, 16)}/${hash}.${name}`;
		return this.read(path, offset, length) ?? refuse(`${path} is missing`);
	}

	whole(hash, name, length) {
		const bytes = this.readObject(hash, name);
		if (hex(bytes) !== hash || !length(bytes.length))
			refuse(`${name} ${hash}: other bytes or another length`);
		return parse(bytes);
	}

	index(platform, kind) {
		const target = this.targets.get(`index/v1/${platform}-${kind}.json`);
		if (!target)
			return null;
		return this.cached(`${platform} ${kind}`, () => {
			const path = `targets/index/v1/${target.sha256}.${platform}-${kind}.json`;
			const bytes = target.length > 64 * MIB ? refuse("an index above 64 MiB") : this.read(path) ?? refuse(`${path} is missing`);
			if (bytes.length !== target.length || hex(bytes) !== target.sha256)
				refuse(`${path}: other bytes`);
			return checkIndex(parse(bytes), this.app, platform, kind);
		});
	}

	manifest(index, hash) {
		const context = { kind: index.get("kind"), lists: index.has("units") ? index.get("whitelists") ?? new Map() : undefined };
		if (!hash)
			return this.cached(index, () => checkManifest(index.get("manifest"), context));
		return this.cached(`${index.get("platform")} ${index.get("kind")} ${hash}`, () =>
			checkManifest(this.whole(hash, "manifest.json", (length) => length <= index.get("longest")), context));
	}

	// The manifests that hold the slots which the device asks for: one, or with units all.
	manifests(index, device) {
		if (index.has("manifest"))
			return [this.manifest(index)];
		if (index.has("units"))
			return index.get("units").map(([, hash]) => this.manifest(index, hash));
		const types = index.get("attributes");
		const state = index.get("by").reduce((from, table) => table.get("next")[from][classOf(table,
			attribute(device, table.get("attribute"), types.get(table.get("attribute"))))], 0);
		const hash = index.get("segments")[state];
		return hash === null ? [] : [this.manifest(index, hash)];
	}

	taken(candidate, slot, index, manifest, device, at) {
		const { app } = this;
		const types = index.get("attributes") ?? new Map();
		const lists = manifest.get("whitelists") ?? index.get("whitelists");
		const release = candidate.has("a") ? `/${manifest.get("answers")[candidate.get("a")][0]}` : "";
		const salt = `${app}/${index.get("kind")}/${slot}${release}/${candidate.get("t")}`;
		const rule = (number) => holds(manifest.get("rules")[number], device, types);
		const guards = {
			dev: () => device.get("channel") === "dev",
			from: (from) => at !== null && at >= from,
			window: ([start, end]) => at !== null && start <= at && at < end,
			wl: (names) => names.some((name) => listed(name, lists.get(name), device,
				{ app, readObject: (...args) => this.readObject(...args) })),
			percent: (percent) => inPercent(percent, salt, device),
			limit: () => inLimit(candidate, salt, device, at),
			ramp: () => inLimit(candidate, salt, device, at),
			if: (numbers) => numbers.every(rule),
			unless: (groups) => !groups.some((numbers) => numbers.every(rule)),
		};
		return [...candidate].every(([key, value]) => !Object.hasOwn(guards, key) || guards[key](value));
	}

	first(slot, index, manifest, device, at) {
		return manifest.get("slots")?.get(slot)?.find((candidate) => this.taken(candidate, slot, index, manifest, device, at));
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
			return resolved(answer, index.get("bases")[0]).set("task", found.get("t"));
		}
		return null;
	}

	switches(device, at) {
		const found = new Map();
		const index = this.index(device.get("platform"), "switch");
		for (const manifest of index ? this.manifests(index, device) : [])
			for (const slot of manifest.get("slots")?.keys() ?? []) {
				const candidate = this.first(slot, index, manifest, device, at);
				if (candidate)
					found.set(slot, candidate.get("v"));
			}
		return found;
	}

	answer(device, at) {
		return new Map([["app", this.app], ["at", at === null ? null : new Date(at * 1000).toISOString().replace(".000Z", "Z")],
			["upgrade", this.upgrade(device, at)], ["switches", this.switches(device, at)]]);
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

export { KINDS };
