// Trees that no compiler writes, each with what FORMAT.md says of it: refused, or read. The answers themselves are
// compared between the two device libraries. A case: { name, refused, make(forge), edit, devices, at, now, signers, root }.
// Here are those whose indexes, manifests, answers and whitelists are odd; kind_cases.mjs has what only hotpatches, h5 and
// quick fixes have, and lists of expressions, metadata_cases.mjs the others. A device may be a line of JSON.
import { encode, maps } from "./json.mjs";
import { sha256 } from "./trust.mjs";

export const APP = "FORMAT-default";
export const NOW = Date.parse("2026-11-21T08:00:00Z") / 1000;
const ANDROID = { platform: "android", userId: "u", deviceId: "d", appVersion: "1" };
export const HASH = "ab".repeat(32);

const without = (object, ...names) =>
	Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
export const base = (kind, more) =>
	({ app: APP, bases: ["https://a.example/x/", "https://b.example/"], format: 1, kind, platform: "android", ...more });
export const ON = { slots: { k: [{ t: "x", v: "on" }] } };
const switches = (index) => (forge) => forge.index("android-switch", encode(maps(base("switch", index))));
export const withManifest = (manifest, attributes) => switches({ manifest, ...(attributes ? { attributes } : {}) });

// One group: rows of [name, what], `make` turns what into the part of a case.
const group = (title, isRefused, make, rows) =>
	rows.map(([name, ...what]) => ({ name: `${title}: ${name}`, refused: isRefused, ...make(...what) }));
export const read = (title, make, rows) => group(title, false, make, rows);
export const refused = (title, make, rows) => group(title, true, make, rows);

// --- candidates ------------------------------------------------------------------------------------------------------------

const candidate = (more, devices, at) =>
	({ make: withManifest({ slots: { k: [{ t: "x", v: "on", ...more }, { t: "z", v: "off" }] } }), devices, at });
export const ids = (values) => values.map((value) => ({ platform: "android", ...value }));

const candidates = [
	...refused("candidate", candidate, [
		["unknown key", { zz: 1 }], ["dev false", { dev: false }], ["if empty", { if: [] }],
		["if without rules", { if: [0] }],
		["unless empty", { unless: [] }], ["unless holds an empty one", { unless: [[]] }], ["wl of none", { wl: [] }],
		["wl unknown", { wl: ["w"] }], ["percent 0", { percent: 0 }], ["percent 100000", { percent: 100000 }],
		["limit in capitals", { limit: "00000000000000AF" }], ["ramp empty", { ramp: [] }],
		["ramp at one time", { ramp: [[1, 1], [1, 2]] }],
		["window without an inside", { window: [5, 5] }], ["from after 9999", { from: 253402300800 }],
		["until after 9999", { until: 253402300800 }], ["until a text", { until: "5" }], ["above in a switch", { above: 1 }],
		["v a number", { v: 5 }],
		["t empty", { t: "" }], ["a in a switch", { a: 0 }],
	]),
	...read("candidate", candidate, [
		["plain", {}], ["from, no time", { from: 0 }, undefined, null],
		["from the last second", { from: 253402300799 }],
		["until, no time", { until: 253402300799 }, undefined, null], ["until now", { until: NOW }],
		["until the next second", { until: NOW + 1 }], ["until the first second", { until: 0 }, undefined, 0],
		["limit 0", { limit: "0000000000000000" }],
		["ramp to all", { ramp: [[0, 100000]] }, ids([{}, { deviceId: "d" }])],
		["ramp, no time", { ramp: [[0, 100000]] }, ids([{}]), null],
		["ramp with limit", { limit: "ffffffffffffffff", ramp: [[0, 100000]] }, ids([{}, { deviceId: "d" }])],
		// buckets of 66665, 66666 and 66667 thousandths: the share is 66666; then of 33332 and 33333: it is 33333
		["falling ramp", { ramp: [[NOW - 1, 100000], [NOW + 2, 0]] },
			ids(["149794", "45810", "54030"].map((deviceId) => ({ deviceId })))],
		["rising ramp", { ramp: [[NOW - 1, 0], [NOW + 2, 100000]] },
			ids(["27035", "291229"].map((deviceId) => ({ deviceId })))],
		["userId before deviceId", { percent: 50000 },
			ids([..."abcdefgh"].map((userId) => ({ userId, deviceId: `${userId}${userId}` })))],
		["ids that are none", { percent: 99999 }, ids([{ userId: "", deviceId: "d" }, { userId: " " }, { userId: "" },
			{ userId: 7 }, { userId: 7, deviceId: "z" },
			{ userId: null, deviceId: "" }])],
		["ids as they are", { percent: 50000 }, ids([...Array(20).keys()].map((i) => ({ userId: ` ${i} ` })))],
		["channel", { dev: true }, ids(["dev", " dev", "dev ", "DEV", 1].map((channel) => ({ channel })))],
	]),
	...refused("manifest", (manifest) => ({ make: withManifest(manifest) }), [
		["without slots", {}], ["slots empty", { slots: {} }], ["a slot without candidates", { slots: { k: [] } }],
		["a slot without a name", { slots: { "": [{ t: "x", v: "on" }] } }],
		["answers in a switch", { ...ON, answers: [] }], ["unknown key", { ...ON, zz: 1 }],
	]),
];

// --- rules -----------------------------------------------------------------------------------------------------------------

const rule = (made, attributes = { e: "text" }, devices = ids([{}, { e: "1.2" }, { e: "a" }, { e: "A" }])) => ({ devices,
	make: withManifest({ rules: Array.isArray(made) ? made : [made], slots: { k: [{ t: "x", v: "on", if: [0] },
		{ t: "y", v: "off" }] } }, attributes) });
const V = { e: "version" };
const contains = (value, more) => ({ element: "e", op: "contains", value, ...more });
const range = (more) => ({ element: "e", op: "in", ...more });

const rules = [
	...refused("rule", rule, [
		["no element", { op: "contains", value: ["a"] }],
		["element empty", { element: "", op: "contains", value: ["a"] }], ["no values", contains([])],
		["numbers as values", contains([1])], ["value missing", { element: "e", op: "contains" }],
		["no bounds", range({}), V], ["no bounds on a text", range({})],
		["a long bound", range({ lower: "1.0" }), V], ["a bound that is none", range({ lower: "x" }), V],
		["the same on a text", range({ lower: "x" })],
		["exclusive false", range({ lower: "1", exclusive: false }), V],
		["default false", contains(["a"], { default: false })], ["null", null], ["none", []],
		["attributes empty", contains(["a"]), {}], ["an attribute without a name", contains(["a"]), { "": "text" }],
		["a type that is no text", contains(["a"]), { e: 5 }],
	]),
	...read("rule", rule, [
		["unknown op without an element", { op: "like" }], ["unknown key without an element", { op: "in", zz: 1 }],
		["unknown op", { element: "e", op: "like", value: 5, default: true }],
		["op a number", { element: "e", op: 5, default: true }],
		["no op", { element: "e", value: ["a"], default: true }], ["unknown key", contains(5, { default: 1, zz: 1 })],
		["unknown op, bad default", { element: "e", op: "like", default: 5 }],
		["a key of another op", contains(["a"], { lower: 5, default: true })],
		["unknown type", contains(["a"], { default: true }), { e: "number" }],
		["no attributes", contains(["a"], { default: true }), null],
		["in on a text", range({ lower: "1", default: true })],
		["a value that is no version", contains(["1.2", "x"], { default: true }), V],
		["a value with v", contains(["v1.2"]), V], ["a spaced version", contains([" 1.2 "]), V],
		["a long version", contains(["01.2.0"]), V], ["an empty value", contains([""])],
		["a spaced value", contains([" a", "1.2 "])],
		["a spaced value, folded", contains([" A", "1.2 "]), { e: "fold" }],
		["capitals, folded", contains(["A"]), { e: "fold" }],
		["upside down", range({ lower: "3", upper: "1" }), V],
		["one strict bound", range({ lower: "1.2", exclusive: true }), V],
		["white space", contains(["AÉ"]), { e: "fold" },
			ids(["aÉ", "aé", " AÉ\t", "\v\f\r\naÉ", "\u00a0aÉ", "\u0085aÉ", "\u2003aÉ", "\u001faÉ"].map((e) => ({ e })))],
		["versions of devices", range({ lower: "0" }), V, ids(["v1", "V1", "vv1", "v 1", " v1 ", "\v1", "1.", "", "v",
			"1.2.3.4.5.6.7.8", "1.2.3.4.5.6.7.8.9", "2147483647", "2147483648", "0000000000000000000000000000002",
			"+1", "１", "99999999999999999999999", 5, true, null, ["1"]].map((e) => ({ e })))],
		["on the platform", { element: "platform", op: "contains", value: ["android"] }, { platform: "text" }],
	]),
];

// --- JSON ------------------------------------------------------------------------------------------------------------------

const plain = base("switch", { manifest: ON });
const bytes = (text) => ({ make: (forge) => forge.index("android-switch", text) });
const text = JSON.stringify(plain);
const replaced = (from, to) => bytes(text.replace(from, to));
const deep = (levels) => bytes(JSON.stringify(base("switch", { manifest: { rules: [{ element: "e", op: "zz", z: "DEEP" }],
	slots: { k: [{ t: "x", v: "on", if: [0] }, { t: "y", v: "off" }] } } })).replace('"DEEP"',
		"[".repeat(levels - 4) + "]".repeat(levels - 4)));
const ordered = (manifest) => bytes(JSON.stringify({ ...plain, manifest }));
const one = [{ t: "x", v: "on" }];

const json = [
	...refused("JSON", (part) => part, [
		["duplicate key", replaced("{", '{"format":1,')], ["U+0000", replaced("on", "\\u0000")],
		["half a pair", replaced("on", "\\ud800")],
		["not UTF-8", bytes(Buffer.concat([Buffer.from(text.replace(/on"}]}.*/, "")), Buffer.from([0xff]),
			Buffer.from('"}]}}')]))],
		["BOM", bytes(`\ufeff${text}`)], ["more behind it", bytes(`${text}x`)],
		["a form feed behind it", bytes(`${text}\f`)], ["a zero behind it", bytes(`${text}\0`)],
		["1.0", replaced('"format":1', '"format":1.0')], ["1e0", replaced('"format":1', '"format":1e0')],
		["2^63", replaced('"on"', '"on","from":9223372036854775808')],
		["01", replaced('"on"', '"on","from":01')], ["65 levels", deep(65)], ["array", bytes("[]")],
		["nothing", bytes("")],
		["a table that falls", ordered({ slots: { b: one, a: one } })],
		["a table in the order of UTF-16", ordered({ slots: { "\u{10000}": one, "\uffff": one } })],
	]),
	...read("JSON", (part) => part, [
		["white space", bytes(JSON.stringify(plain, null, 1))],
		["another order of keys", bytes(JSON.stringify({ manifest: ON, ...plain }))],
		["a final line break", bytes(`${text}\n`)],
		["escapes", replaced("on", "\\ud83d\\ude00\\/\\u0041")], ["-0", replaced('"on"', '"on","from":-0')],
		["64 levels", deep(64)],
		["a table in the order of UTF-8", ordered({ slots: { "\uffff": one, "\u{10000}": one } })],
	]),
];

// --- index -----------------------------------------------------------------------------------------------------------------

const index = (more, ...drop) => bytes(encode(maps(without({ ...plain, ...more }, ...drop))));
export const bitsOf = (slot) => [...sha256(slot)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
const manifestOf = (names, more) =>
	encode(maps({ slots: Object.fromEntries(names.map((name) => [name, [{ t: "x", v: `${name}!`, ...more }]])) }));
const half = (forge, bit, more) => forge.object("manifest.json", manifestOf([..."abcdef"]
	.filter((name) => bitsOf(name)[0] === bit), more));
const units = (make) => ({ make: (forge) => switches({ longest: 1000, ...make(forge) })(forge) });
const halves = (forge, more) => [["0", half(forge, "0", more)], ["1", half(forge, "1", more)]];
const list = { w: { file: HASH, id: "userId", k: 1, n: 0, p: 1, root: HASH } };

const indexes = [
	...refused("index", index, [
		["unknown key", { zz: 1 }], ["no bases", {}, "bases"], ["bases empty", { bases: [] }],
		["a base without a slash", { bases: ["https://a"] }],
		["a base of another scheme", { bases: ["ftp://a/"] }], ["format 2", { format: 2 }],
		["another app", { app: "x" }], ["another kind", { kind: "h5" }],
		["another platform", { platform: "ios" }], ["longest beside manifest", { longest: 5 }],
		["no shape", {}, "manifest"], ["whitelists beside manifest", { whitelists: list }],
	]),
	...refused("units", units, [
		["descending", (forge) => ({ units: halves(forge).reverse() })],
		["one begins with another", (forge) => ({ units: [["0", half(forge, "0")], ["00", half(forge, "0")]] })],
		["33 bits", () => ({ units: [["0".repeat(33), HASH]] })], ["no bits", () => ({ units: [["", HASH]] })],
		["none", () => ({ units: [] })],
		["longest one too small", (forge) => ({ units: [["1", forge.object("manifest.json", manifestOf(["a"]))]],
			longest: manifestOf(["a"]).length - 1 })],
		["longest 0", (forge) => ({ units: halves(forge), longest: 0 })],
		["a manifest is missing", (forge) => ({ units: [["0", half(forge, "0")], ["1", HASH]] })],
		["a manifest is none", (forge) =>
			({ units: [["0", half(forge, "0")], ["1", forge.object("manifest.json", "{}")]] })],
		["a whitelist that is not there", (forge) => ({ units: halves(forge, { wl: ["w"] }) })],
		["whitelists empty", (forge) => ({ units: halves(forge), whitelists: {} })],
		["a slot in another unit", (forge) => ({ units: [["0", forge.object("manifest.json", manifestOf(["a"]))]] })],
		["a slot in two units", (forge) => ({ units: ["0", "1"].map((bit) =>
			[bit, forge.object("manifest.json", manifestOf(["a"]))]) })],
		["whitelists in a manifest", (forge) => ({ units: [["1",
			forge.object("manifest.json", encode(maps({ ...JSON.parse(manifestOf(["a"])), whitelists: list })))]] })],
	]),
	...read("units", units, [
		["two", (forge) => ({ units: halves(forge) })],
		["longest as it is", (forge) => ({ units: [["1", forge.object("manifest.json", manifestOf(["a"]))]],
			longest: manifestOf(["a"]).length })],
		["32 bits", (forge) => ({ units: [[bitsOf("a").slice(0, 32),
			forge.object("manifest.json", manifestOf(["a"]))]] })],
		["whitelists of the index", (forge) => ({ units: halves(forge, { wl: ["w"] }), whitelists: list })],
	]),
];

// --- segments and answers --------------------------------------------------------------------------------------------------

const answer = (forge, made) => {
	const written = made ?? encode(maps({ version: "5", downloadUrl: "https://x.example/a" }));
	return ["5", forge.object("answer.json", written), Buffer.byteLength(written)];
};
const segment = (forge, t) => forge.object("manifest.json",
	encode(maps({ answers: [answer(forge)], slots: { android: [{ a: 0, t }] } })));
const upgrade = (more) => (forge) => forge.index("android-upgrade", encode(maps(base("upgrade", more(forge)))));
const TYPES = { e: "text", f: "fold", v: "version", z: "other" };
const askers = [...["1", "1.2", "1.2.0", "1.2.1", "v1.3", "x", 5].map((v) => ({ ...ANDROID, v })),
	...["a", "A", " b ", "z", "ä", ""].map((e) => ({ ...ANDROID, e, f: e }))];
const by = (...tables) => ({ devices: askers, make: upgrade((forge) => ({ longest: 1000, attributes: TYPES, by: tables,
	segments: [null, segment(forge, "1"), segment(forge, "2"), segment(forge, "3")] })) });
export const table = (more, ...drop) => without({ attribute: "e", classes: 4, missing: 0, other: 1, values: { a: 2, b: 3 },
	next: [[0, 1, 2, 3]], ...more }, ...drop);
const cuts = (...all) => table({ attribute: "v", cuts: all }, "values");
const two = (...next) => [table({ next: [[0, 1, 0, 1]] }), { ...cuts(["1.2", 0, 2], ["1.2", 1, 3]), next }];
const inline = (manifest, devices) => ({ devices, make: upgrade((forge) => ({ manifest: manifest(forge) })) });
const slot = (more) => ({ android: [{ a: 0, t: "x", ...more }] });
const delivers = (written) => inline((forge) => ({ answers: [answer(forge, written)], slots: slot() }));

const segments = [
	...refused("table", by, [
		["unknown key", table({ zz: 1 })], ["attribute without a type", table({ attribute: "q" })],
		["attribute of another type", table({ attribute: "z" })],
		["values empty", table({ values: {} })], ["cuts empty", cuts()],
		["cuts for a text", table({ cuts: [["1", 0, 1]] })], ["class beyond", table({ values: { a: 4 } })],
		["missing beyond", table({ missing: 4 })], ["other beyond", table({ other: 4 })],
		["classes 65537", table({ classes: 65537 })],
		["two rows at first", table({ next: [[0, 1, 2, 3], [0, 0, 0, 0]] })],
		["a short row", table({ next: [[0, 1, 2]] })], ["next beyond", table({ next: [[0, 1, 2, 4]] })],
		["capitals", table({ attribute: "f", values: { A: 2 } })],
		["a spaced value", table({ values: { "\va": 2 } })], ["a value without text", table({ values: { "": 2 } })],
		["equal cuts", cuts(["1.2", 0, 2], ["1.2", 0, 3])],
		["falling cuts", cuts(["1.10", 0, 2], ["1.2", 0, 3])], ["after falls", cuts(["1.2", 1, 2], ["1.2", 0, 3])],
		["a long cut", cuts(["1.2.0", 0, 2])], ["a cut at 0.0", cuts(["0.0", 0, 2])],
		["after 2", cuts(["1", 2, 2])], ["a cut without a class", cuts(["1", 0])],
		["too few rows", ...two([0, 1, 2, 3])],
		["65 of them", ...Array(65).fill(table({ classes: 2, values: { a: 1 }, other: 0, next: [[0, 0]] }))],
		...["attribute", "classes", "missing", "other", "next"].map((key) => [`no ${key}`, table({}, key)]), ["none"],
	]),
	...read("table", by, [
		["text", table()], ["fold", table({ attribute: "f" })], ["version", cuts(["1.2", 0, 2], ["1.2", 1, 3])],
		["no values", table({}, "values")], ["no cuts", table({ attribute: "v" }, "values")],
		["capitals in a text", table({ values: { A: 2 } })],
		["a space that is not ASCII", table({ values: { "\u00a0a": 2 } })],
		["not ASCII, folded", table({ attribute: "f", values: { "É": 2 } })],
		["1.2 before 1.10", cuts(["1.2", 0, 2], ["1.10", 0, 3])], ["a cut at 0", cuts(["0", 0, 2])],
		["two", ...two([0, 1, 2, 3], [1, 2, 3, 0])],
		["more rows than needed", ...two([0, 1, 2, 3], [1, 1, 1, 1], [2, 2, 2, 2])],
		["64 of them", ...Array(64).fill(table({ classes: 2, values: { a: 1 }, other: 0, next: [[0, 0]] }))],
	]),
	...refused("shape", (make) => ({ make }), [
		["units of an upgrade", upgrade((forge) => ({ longest: 1000, units: [["0", segment(forge, "1")]] }))],
		["segments of a switch", switches({ longest: 1000, attributes: TYPES, by: [table()], 
			segments: [null, null, null, null] })],
		["segments without by", upgrade((forge) => ({ longest: 1000, segments: [segment(forge, "1")] }))],
		["a segment is missing", upgrade(() => ({ longest: 1000, attributes: TYPES, by: [table()],
			segments: [HASH, HASH, HASH, HASH] }))],
	]),
	...refused("answers", inline, [
		["v in an upgrade", (forge) => ({ answers: [answer(forge)], slots: slot({ v: "y" }) })],
		["a beyond", (forge) => ({ answers: [answer(forge)], slots: slot({ a: 1 }) })],
		["none", () => ({ slots: slot() })],
		["another slot", (forge) => ({ answers: [answer(forge)], slots: { ios: slot().android } })],
		["two slots", (forge) => ({ answers: [answer(forge)], slots: { ...slot(), ios: slot().android } })],
		["no version", (forge) => ({ answers: [["", ...answer(forge).slice(1)]], slots: slot() })],
		["length 0", () => ({ answers: [["5", HASH, 0]], slots: slot({ dev: true }) })],
		["length 2^32", () => ({ answers: [["5", HASH, 2 ** 32]], slots: slot({ dev: true }) })],
		["another length", (forge) => ({ answers: [["5", answer(forge)[1], answer(forge)[2] + 1]], slots: slot() })],
		["missing", () => ({ answers: [["5", HASH, 5]], slots: slot() })],
	]),
	...refused("answer", delivers, [["array", "[]"], ["fraction", '{"a":1.5}'], ["2^63", '{"a":9223372036854775808}'],
		["twice", '{"a":1,"a":2}']]),
	...read("answer", delivers, [
		["nothing in it", "{}"], ["its own task", '{"task":"other"}'], ["2^63 - 1", '{"a":9223372036854775807}'],
		["spaced", '{ "z":null, "a":"\\u0041" }\n'],
		["references", '{"deltas":[{"from":"1","url":"targets/x"},{"url":"https://y/"}],"downloadUrl":"HTTPS://y/",'
			+ '"icon":"targets/i","url":"/u","x":{"downloadUrl":"http://z","url":"deep"}}'],
		["references that are none", '{"a":[[{"url":"q"}]],"downloadUrl":5,"package_url":"p","url":["targets/x"]}'],
		["an empty reference", '{"downloadUrl":""}'],
	]),
	...read("answers", inline, [["one is missing that nobody gets", (forge) =>
		({ answers: [["5", HASH, 5], answer(forge)], slots: { android: [{ a: 0, dev: true, t: "x" },
		{ a: 1, t: "y" }] } })],
		["a version as written", (forge) => ({ answers: [["v 1", ...answer(forge).slice(1)]],
			slots: slot({ percent: 50000 }) }), ids([..."abcdefghij"].map((userId) => ({ userId })))]]),
];

// --- whitelists ------------------------------------------------------------------------------------------------------------

const PAGE = 4096;
const leaf = (page) => sha256("\0", page);
const node = (left, right) => sha256("\x01", left, right);
const split = (length) => 2 ** Math.ceil(Math.log2(length)) / 2;
const treeHash = (pages) => (pages.length === 1 ? leaf(pages[0]) : node(treeHash(pages.slice(0, split(pages.length))),
	treeHash(pages.slice(split(pages.length)))));

// RFC 9162, 2.1.3.1.
function path(m, pages) {
	if (pages.length === 1)
		return [];
	const k = split(pages.length);
	const [left, right] = [pages.slice(0, k), pages.slice(k)];
	return m < k ? [...path(m, left), treeHash(right)] : [...path(m - k, right), treeHash(left)];
}

// A list of pages of which every other one holds everybody; spoil changes a record.
function listOf(count, spoil = () => {}) {
	const pages = Array.from({ length: count }, (_, i) => Buffer.alloc(PAGE, i % 2 ? 0 : 255));
	const records = pages.map((page, i) => {
		const record = Buffer.alloc(PAGE + 32 * Math.ceil(Math.log2(count)));
		Buffer.concat([page, ...path(i, pages)]).copy(record);
		spoil(record, i);
		return record;
	});
	return { bytes: Buffer.concat(records), p: count, root: treeHash(pages).toString("hex") };
}

const crowd = [...ids([...Array(25).keys()].map((i) => ({ userId: `u${i}` }))),
	...ids([{}, { userId: "" }, { userId: " " }, { userId: 5 }])];
const onList = ({ bytes: file = "", p = 1, root = HASH, ...more }, guards = {}, names = ["w"]) =>
	({ devices: crowd, make: (forge) => {
	const good = listOf(1);
	const entry = (content, described) => ({ file: forge.object("filter.bin", content), id: "userId", k: 3, n: 1,
		...described });
	withManifest({ slots: { k: [{ t: "x", v: "on", wl: names, ...guards }, { t: "y", v: "off" }] },
		whitelists: { v: entry(good.bytes, { p: 1, root: good.root }), w: entry(file, { p, root, ...more }) } })(forge);
} });
const flip = (at) => (record) => { record[at < 0 ? record.length + at : at] ^= 1; };

const whitelists = [
	...refused("whitelist", (more) => onList({ ...listOf(1), ...more }), [
		["unknown key", { zz: 1 }], ["k 0", { k: 0 }], ["k 65", { k: 65 }], ["p 0", { p: 0 }],
		["p above 2^31", { p: 2 ** 31 + 1 }], ["n above 2^40", { n: 2 ** 40 + 1 }], ["id of a city", { id: "city" }],
	]),
	...read("whitelist", (count) => onList(listOf(count)),
		[1, 2, 3, 4, 5, 7, 13].map((count) => [`${count} pages`, count])),
	...read("whitelist", onList, [
		["64 probes", { ...listOf(5), k: 64 }], ["another root", { ...listOf(2), root: HASH }],
		["file missing", { file: HASH }], ["file too short", { ...listOf(1), bytes: Buffer.alloc(4095) }],
		["a spoilt page", listOf(3, flip(7))], ["a spoilt proof", listOf(3, flip(PAGE))],
		["proof not zero at its end", listOf(3, flip(-1))],
		["spoilt, another has it", { file: HASH }, {}, ["w", "v"]],
		["spoilt, not asked for: window", { file: HASH }, { window: [1, 2] }],
		["spoilt, not asked for: percent", { file: HASH }, { percent: 1 }],
	]),
];

export const withDefaults = (cases) =>
	cases.map((one) => ({ ...one, devices: one.devices ?? [ANDROID], at: one.at === undefined ? NOW : one.at }));

export const cases = withDefaults([...candidates, ...rules, ...json, ...indexes, ...segments, ...whitelists]);
