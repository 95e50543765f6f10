// What an index and a manifest look like, FORMAT.md sections 3 to 5: whatever is not so is refused. Part of the second device
// library (device.mjs).
//
//     checkIndex(index, app, platform, kind) → index          without the manifest inside
//     checkManifest(manifest, index) → manifest               a reader's own questions: listsOf, isForeign
import { byCodePoint, refuse } from "./json.mjs";
import { is, isCount, isHash, isText, keys } from "./trust.mjs";
import { compare, TYPES, version } from "./values.mjs";

const LAST_TIME = 253402300799;
export const isMap = (value) => value instanceof Map;
const isTrue = is(true);
const list = (test, high = Infinity) => (value) => Array.isArray(value) && value.length > 0 && value.length <= high
	&& value.every(test);
const isTime = isCount(0, LAST_TIME);
const isName = (value) => isText(value) && value !== "";
const isShortest = (text) => isText(text) && version(text) !== null
	&& text === version(text).join(".").replace(/(?:\.0)+$/, "");
export const isType = (type) => Object.hasOwn(TYPES, type);
export const isSingle = (kind) => kind === "upgrade" || kind === "hotpatch";

const ascend = (names) => names.every((name, i) => i === 0 || byCodePoint(names[i - 1], name) < 0);

// A table whose keys ascend, from the empty text, which is none of them.
const isTable = (value) => isMap(value) && value.size > 0 && ascend(["", ...value.keys()]);

// --- index -----------------------------------------------------------------------------------------------------------------

const isUrl = (value) => isText(value) && /^https?:\/\/.*\/$/.test(value);
const isBits = (value) => isText(value) && /^[01]{1,32}$/.test(value);
const isUnit = (value) => Array.isArray(value) && value.length === 2 && isBits(value[0]) && isHash(value[1]);
const areKeys = (value) => list(isName)(value) && ascend(value);

// What an index has besides the keys that are in each one: those that must be there, and those that may.
function shapeOf(index, kind) {
	const names = ["manifest", "segments", "units"].filter((name) => index.has(name));
	const more = kind === "hotpatch" ? { versionKeys: areKeys } : {};
	if (names.length === 0 && index.has("versionKeys"))
		return [{}, more];
	if (names.length !== 1)
		refuse("an index has not one shape");
	switch (names[0]) {
	case "manifest":
		return [{ manifest: isMap }, more];
	case "segments":
		return isSingle(kind) ? [{ longest: isCount(1), by: list(isMap, 64),
			segments: list((value) => value === null || isHash(value), 65536) }, more]
				: refuse("segments in an index of another kind");
	default:
		return isSingle(kind) ? refuse("units in an index of another kind")
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
	if (!isType(type))
		refuse("a table on an attribute without a known type");
	for (const [value, to] of table.get("values") ?? [])
		if (TYPES[type](value) !== value || !isClass(to))
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

export function checkIndex(index, app, platform, kind) {
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

// --- whitelists ------------------------------------------------------------------------------------------------------------

const isIdName = (value) => value === "userId" || value === "deviceId";
const isPattern = (value) => isName(value) && Buffer.byteLength(value) <= 4096;
const FILTER = { file: isHash, id: isIdName, k: isCount(1, 64), n: isCount(0, 2 ** 40), p: isCount(1, 2 ** 31), root: isHash };
const EXPRESSIONS = { id: isIdName, patterns: list(isPattern, 20) };
const isList = (value) => isMap(value) && keys(value, "a whitelist", value.has("patterns") ? EXPRESSIONS : FILTER);
const isLists = (value) => isTable(value) && [...value.values()].every(isList);

// The whitelists that a manifest's candidates name.
export const listsOf = (manifest, index) => (index.has("units") ? index : manifest).get("whitelists") ?? new Map();

// --- rules -----------------------------------------------------------------------------------------------------------------

const BOUNDS = ["lower", "upper", "exclusive"];
const OPS = { contains: ["value"], excludes: ["value"], in: BOUNDS, out: BOUNDS };
const RULE = { value: list(isText), lower: isShortest, upper: isShortest, exclusive: isTrue, default: isTrue };

// A rule that is false, whatever the device: its other keys are not looked at.
export const isForeign = (rule) => !Object.hasOwn(OPS, rule.get("op"))
	|| [...rule.keys()].some((key) => !["element", "op", "default", ...OPS[rule.get("op")]].includes(key));

function checkRule(rule) {
	if (!isMap(rule))
		refuse("a rule is no object");
	if (isForeign(rule))
		return true;
	keys(rule, "a rule", { element: isName, op: isText }, RULE);
	return OPS[rule.get("op")].some((key) => key !== "exclusive" && rule.has(key));
}

// --- manifest --------------------------------------------------------------------------------------------------------------

const isPoint = (value) => Array.isArray(value) && value.length === 2 && isTime(value[0]) && isCount(0, 100000)(value[1]);
const isLimit = (value) => isText(value) && /^[0-9a-f]{16}$/.test(value);

// The tests of a candidate's keys.
function guardTests(isRule, names) {
	return {
		dev: isTrue, from: isTime, until: isTime,
		window: (value) => list(isTime)(value) && value.length === 2 && value[0] < value[1],
		wl: list((name) => names.has(name)), percent: isCount(1, 99999), limit: isLimit,
		ramp: (value) => list(isPoint)(value) && value.every((point, i) => i === 0 || value[i - 1][0] < point[0]),
		if: list(isRule), unless: list(list(isRule)),
	};
}

const isObjectOf = (length, test) => (value) => Array.isArray(value) && value.length === length && isName(value[0])
	&& test(value);
const isApart = isObjectOf(3, ([, hash, length]) => isHash(hash) && isCount(1, 2 ** 32 - 1)(length));
const isInline = isObjectOf(2, ([, answer]) => isMap(answer));
const isModule = (value) => isMap(value) && list(isText)(value.get("types"))
	&& (!value.has("abis") || list(isText)(value.get("abis")));
const ANSWERS = { upgrade: isApart, hotpatch: isApart, h5: isInline,
	quickfix: (value) => isInline(value) && (!value[1].has("hqf") || list(isModule)(value[1].get("hqf"))) };

export function checkManifest(manifest, index) {
	const kind = index.get("kind");
	const isAnswer = ANSWERS[kind];
	keys(manifest, "a manifest", { slots: isTable, ...(isAnswer ? { answers: list(isAnswer) } : {}) },
		{ rules: list(checkRule), ...(index.has("units") ? {} : { whitelists: isLists }) });
	const slots = manifest.get("slots");
	if (isSingle(kind) && (slots.size !== 1 || !slots.has(index.get("platform"))))
		refuse("a manifest with other slots than its platform");
	const guards = guardTests(isCount(0, (manifest.get("rules")?.length ?? 0) - 1), listsOf(manifest, index));
	const outcome = isAnswer ? { a: isCount(0, manifest.get("answers").length - 1) } : { v: isText };
	const own = kind === "quickfix" ? { above: isCount(1, 2 ** 31 - 1) } : {};
	for (const candidates of slots.values())
		if (!list((one) => keys(one, "a candidate", { t: isName, ...outcome }, { ...guards, ...own }))(candidates))
			refuse("a slot is no array of candidates");
	return manifest;
}
