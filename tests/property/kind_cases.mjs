// Trees that no compiler writes, as in cases.mjs: what only hotpatches, h5 and quick fixes have, and whitelists of
// expressions.
import { base, bitsOf, HASH, ids, NOW, read, refused, table, withDefaults, withManifest } from "./cases.mjs";
import { encode, maps } from "./json.mjs";

const index = (kind, platform, make) => (forge) =>
	forge.index(`${platform}-${kind}`, encode(maps({ ...base(kind), platform, ...make(forge) })));
const cross = (...lists) => lists.reduce((all, list) => all.flatMap((one) => list.map((two) => ({ ...one, ...two }))));
const values = (name, ...all) => [{}, ...all.map((value) => ({ [name]: value }))];
const users = ids([..."abcdefghijklmnop"].map((userId) => ({ userId })));

// --- h5 --------------------------------------------------------------------------------------------------------------------

const h5 = (manifest, devices) => ({ devices, make: index("h5", "android", () => ({ manifest })) });
const app = (answer, more) => ({ answers: [["1.0", answer]], slots: { 20171228: [{ a: 0, t: "x", ...more }] } });
const answers = (...all) => ({ ...app({}), answers: all });
const urls = { downloadUrl: "d", url: "u", fallback_base_url: "f/", package_url: "p", patch: "q", vhost: "v", main_url: "/m" };
const odd = { zz: null, yy: [1, [true]], xx: { "": "" }, version: 5, n: 9007199254740993n, "\u0001": "\u007f" };

const h5Cases = [
	...refused("h5", h5, [
		["an answer apart", answers(["1.0", HASH, 5])], ["an array", app([])], ["a text", app("x")], ["null", app(null)],
		["only a version", answers(["1.0"])], ["more than an answer", answers(["1.0", {}, {}])],
		["no version", answers(["", {}])], ["a number as version", answers([1, {}])],
		["without answers", { slots: app({}).slots }], ["answers empty", answers()],
		["a beyond", app({}, { a: 1 })], ["no a", { ...app({}), slots: { 1: [{ t: "x" }] } }],
		["v", app({}, { v: "x" })], ["above", app({}, { above: 1 })],
		["a slot without candidates", { ...app({}), slots: { 1: [] } }],
	]),
	...read("h5", h5, [
		["nothing in it", app({})], ["its own task", app({ task: "other" })], ["references", app(urls)],
		["references that stand for themselves", app({ package_url: "x://y", patch: "HTTPS://y", fallback_base_url: "a://" })],
		["empty references", app({ package_url: "", patch: "", fallback_base_url: "" })],
		["references of deltas", app({ deltas: [urls, { url: "" }, { url: "x://y" }, [urls], 5], list: { deltas: [urls] } })],
		["deltas that are no array", app({ deltas: urls })], ["deltas in an object", app({ deltas: { 0: urls } })],
		["references further inside", app({ extend_info: urls, list: [urls], package_url: [urls] })],
		["what is unknown", app(odd)], ["no app at all", app({}, { dev: true })],
		["an app whose candidate is not taken", { ...app({}),
			slots: { 1: [{ a: 0, t: "x" }], 2: [{ a: 0, t: "x", dev: true }] } }],
		["the second candidate", { answers: [["1", { a: 1 }], ["2", { a: 2 }]],
			slots: { k: [{ a: 0, t: "x", until: NOW }, { a: 1, t: "y", from: NOW }] } }],
		["the version in the salt", { answers: [["1.0", {}], ["01.0", {}]], slots: {
			k: [{ a: 0, t: "x", percent: 30000 }, { a: 1, t: "x", percent: 30000 }],
			l: [{ a: 0, t: "x", percent: 50000 }] } }, users],
	]),
];

// --- hotpatch --------------------------------------------------------------------------------------------------------------

const EXACT = { k: "exact" };
const keyed = ids([{}, ...["a", "A", " a", "a ", "\ta", "\u00a0a", " ", "b", "", "\v", 5, null, ["a"]].map((k) => ({ k }))]);
const hotpatch = (make, devices = keyed) => ({ devices, make: index("hotpatch", "android", make) });
const patch = (forge, written = '{"action":"rollback"}') =>
	["1.0/1", forge.object("answer.json", written), Buffer.byteLength(written)];
const contains = (value, more) => ({ element: "k", op: "contains", value, ...more });
const manifestOf = (forge, rules) =>
	({ answers: [patch(forge)], rules, slots: { android: [{ a: 0, if: rules.map((_, i) => i), t: "x" }] } });
const ruled = (...rules) => hotpatch((forge) => ({ attributes: EXACT, manifest: manifestOf(forge, rules) }));
const segment = (forge, t) =>
	forge.object("manifest.json", encode(maps({ answers: [patch(forge)], slots: { android: [{ a: 0, t }] } })));
const segmented = (own) => hotpatch((forge) => ({ attributes: EXACT, longest: 1000,
	by: [table({ attribute: "k", values: { a: 2, "a ": 3 }, ...own })],
	segments: ["0", "1", "2", "3"].map((t) => segment(forge, t)) }));
const withKeys = (versionKeys, more = () => ({})) => hotpatch((forge) => ({ versionKeys, ...more(forge) }));
const inline = (forge) => ({ attributes: EXACT, manifest: manifestOf(forge, [contains(["a"])]) });
const delivers = (written) => hotpatch((forge) => ({ manifest: { answers: [patch(forge, written)],
	slots: { android: [{ a: 0, t: "x", percent: 50000 }] } } }), users);
const expressions = { w: { id: "userId", patterns: ["a"] } };
const range = (op) => ({ element: "k", op, lower: "1", default: true });

const hotpatchCases = [
	...refused("hotpatch", (make) => hotpatch(make), [
		["no shape", () => ({})], ["longest without a shape", () => ({ longest: 5, versionKeys: ["a"] })],
		["whitelists without a shape", () => ({ versionKeys: ["a"], whitelists: expressions })],
		["an answer in the manifest", () => ({ manifest: { answers: [["1/1", {}]], slots: { android: [{ a: 0, t: "x" }] } } })],
		["another slot", (forge) => ({ manifest: { answers: [patch(forge)], slots: { ios: [{ a: 0, t: "x" }] } } })],
	]),
	...refused("versionKeys", withKeys, [
		["none", []], ["falling", ["b", "a"]], ["twice", ["a", "a"]], ["empty text", [""]], ["a number", [1]], ["a text", "a"],
		["in the order of UTF-16", ["\u{10000}", "\uffff"]], ["none, with a manifest", [], inline],
	]),
	...refused("versionKeys", (kind) => ({ make: index(kind, "android", () => ({ versionKeys: ["a"] })) }),
		[["of upgrades", "upgrade"], ["of h5", "h5"], ["of switches", "switch"]]),
	...refused("exact", segmented, [["cuts", { cuts: [["1", 0, 1]] }], ["a value without text", { values: { "": 2 } }]]),
	...read("versionKeys", withKeys, [
		["alone", ["a"]], ["alone, with attributes", ["a"], () => ({ attributes: EXACT })],
		["with a manifest", [" a", "a"], inline], ["in the order of UTF-8", ["\uffff", "\u{10000}"], inline],
	]),
	...read("exact", ruled, [
		["contains", contains(["a"])], ["contains a spaced value", contains([" a", "a "])],
		["contains capitals", contains(["A"])], ["contains white space", contains([" "])],
		["contains nothing", contains([""])], ["default", contains(["a"], { default: true })],
		["excludes", { ...contains(["a", " "]), op: "excludes" }], ["in", range("in")], ["out", range("out")],
	]),
	...read("exact", segmented, [["a table", {}], ["white space", { values: { "\ta": 3, " ": 2 } }],
		["capitals", { values: { A: 2 } }]]),
	...read("hotpatch", delivers, [
		["rollback", '{"action":"rollback"}'],
		["references", '{"action":"apply","downloadUrl":"d","url":"","x":{"url":"a://b"}}'],
		["references in arrays", '{"a":[{"url":"u"},[{"url":"u"}],"url"],"package_url":"p"}'],
	]),
];

// --- quick fix -------------------------------------------------------------------------------------------------------------

const HARMONY = { platform: "harmony", bundleName: "b", versionCode: 7, deviceType: "phone", abi: "arm" };
const without = (name) => Object.fromEntries(Object.entries(HARMONY).filter(([key]) => key !== name));
const quickfix = (manifest, devices = [HARMONY]) => ({ devices, make: index("quickfix", "harmony", () => ({ manifest })) });
const fix = (answer, more, slot = "b/7") => ({ answers: [["1", answer]], slots: { [slot]: [{ a: 0, t: "x", ...more }] } });
const module = (more) => ({ module: "entry", types: ["phone"], url: "m", ...more });
const hqf = (...all) => fix({ action: "apply", hqf: all.map((more) => (typeof more === "string" ? more : module(more))) });
const asking = (...all) => cross([HARMONY], ...all);
const typed = asking(values("deviceType", "phone", "PHONE", " phone\t", "\u00a0phone", "", null, 5, "tablet"),
	values("abi", "arm", "ARM", "x86", " "));
const patched = asking(values("patchVersionCode", 0, 9, 10, 11, -1, 2 ** 31 - 2, 2 ** 31 - 1, 2 ** 31, 1.5, "5", null, true,
	[1], 2 ** 70));
const bundled = [...asking(values("bundleName", "b", "B", " b", "b ", "", null, 5, "b/7"),
	values("versionCode", 0, 7, "7", 7.5)),
	without("bundleName"), without("versionCode"), { ...HARMONY, platform: "android" }];
// numbers as JSON may write them
const lines = ["7.0", "7e0", "0.7e1", "70e-1", "7.5", "-7", '"7"'].flatMap((code) => ["9.0", "1e1", "-0"].map((has) =>
	`{"bundleName":"b","patchVersionCode":${has},"platform":"harmony","versionCode":${code}}`));
const watch = { hqf: [module({ types: ["watch"] })] };
const one = (more) => [{ a: 0, t: "x", ...more }];

const quickfixCases = [
	...refused("quickfix", quickfix, [
		["hqf empty", hqf()], ["hqf an object", fix({ hqf: {} })], ["hqf null", fix({ hqf: null })],
		["a module that is a text", hqf("m")], ["no types", fix({ hqf: [{ module: "entry" }] })],
		["types empty", hqf({ types: [] })], ["types a text", hqf({ types: "phone" })],
		["a type that is a number", hqf({ types: ["phone", 5] })], ["abis empty", hqf({ abis: [] })],
		["abis null", hqf({ abis: null })], ["the second module", hqf({}, { types: 5 })],
		["hqf of a candidate that is not taken", fix({ hqf: [] }, { dev: true })],
		["above 0", fix({}, { above: 0 })], ["above 2^31", fix({}, { above: 2 ** 31 })],
		["above a text", fix({}, { above: "1" })], ["v", fix({}, { v: "x" })],
		["an answer apart", { ...fix({}), answers: [["1", HASH, 5]] }],
	]),
	...read("quickfix", quickfix, [
		["without hqf", fix({ action: "rollback" })],
		["hqf of a rollback", fix({ action: "rollback", hqf: [module()] }), typed],
		["types", hqf({ types: ["Phone", "tablet"] }), typed], ["a spaced type", hqf({ types: [" phone"] }), typed],
		["an empty type", hqf({ types: [""] }), typed], ["abis", hqf({ abis: ["arm"] }, { abis: ["X86", "q"] }), typed],
		["their order, and what is unknown", hqf({ zz: [{ url: "u" }], url: "x://y" }, { types: ["tablet"] },
			{ module: 5, url: 5 }), typed],
		["references", fix({ downloadUrl: "d", hqf: [module({ url: "" })], package_url: "p" })],
		["none left, and another candidate", { answers: [["1", watch], ["2", { action: "rollback" }]],
			slots: { "b/7": [{ a: 0, t: "x" }, { a: 1, t: "y" }] } }],
		["above", { answers: [["1", { n: 1 }], ["2", { n: 2 }]],
			slots: { "b/7": [{ a: 0, above: 10, t: "x" }, { a: 1, above: 2 ** 31 - 1, t: "y" }] } }, patched],
		["numbers in other forms", fix({ n: 1 }, { above: 10 }), lines],
		["minus zero", fix({ n: 1 }, {}, "b/0"), ['{"bundleName":"b","platform":"harmony","versionCode":-0}']],
		["the slot", { ...fix({ n: 1 }), slots: { " b/7": one(), "/7": one(), "b/0": one({ t: "y" }), "b/7": one({ t: "z" }),
			"b/7/7": one() } }, bundled],
		["the slot in the salt", { ...fix({ n: 1 }), slots: Object.fromEntries(["b/0", "b/7"].map((slot) =>
			[slot, one({ percent: 50000 })])) }, asking(values("versionCode", 0), users.map(({ userId }) => ({ userId })))],
	]),
];

const unit = (forge, slot) => forge.object("manifest.json", encode(maps(fix({ slot }, {}, slot))));
const [zero, first] = ["0", "1"].map((bit) =>
	[7, 8, 9, 10, 11, 12].map((code) => `b/${code}`).find((slot) => bitsOf(slot)[0] === bit));
const [inZero, inFirst] = [zero, first].map((slot) => ({ ...HARMONY, versionCode: Number(slot.slice(2)) }));
const units = (make, devices = [inZero, inFirst]) =>
	({ devices, make: index("quickfix", "harmony", (forge) => ({ longest: 1000, units: make(forge) })) });

const quickfixUnits = [
	...read("quickfix units", units, [
		["two", (forge) => [["0", unit(forge, zero)], ["1", unit(forge, first)]]],
		["another one is missing", (forge) => [["0", unit(forge, zero)], ["1", HASH]], [inZero]],
		["another one is no manifest", (forge) => [["0", forge.object("manifest.json", "{}")], ["1", unit(forge, first)]],
			[inFirst]],
		["no unit for the slot", (forge) => [["0", unit(forge, zero)]]],
		["another one is missing, no bundle", () => [["0", HASH], ["1", HASH]], [without("bundleName")]],
	]),
	...refused("quickfix units", units, [
		["the own one is missing", () => [["0", HASH], ["1", HASH]], [inZero]],
		["a slot in another unit", (forge) => [["0", unit(forge, first)]], [inZero]],
	]),
];

// --- expressions -----------------------------------------------------------------------------------------------------------

const IDS = ["a", "A", "ab", "abc", "a\n", "\na", "a\nb", "", " ", "é", "e\u0301", "📱", "📱📱", "a.b", "a-b", "a+b", "]", "^",
	"\\", "0", "9", "63", "a".repeat(24), "{1}", "a{1}", "/", "#a", "\u2028", "x&&y", "K", "\u212a", "ſ", "s"];
const people = ids([{}, ...IDS.map((userId) => ({ userId })), { userId: 5 }, { userId: null }, { deviceId: "a" }]);
const DEFAULT = { id: "userId", patterns: ["a"] };
const onLists = (whitelists, names = ["w"], more = {}) => ({ devices: people, make: withManifest({ whitelists,
	slots: { k: [{ t: "x", v: "on", wl: names }, { t: "y", v: "off" }], ...more } }) });
const descriptor = (more) => onLists({ w: { ...DEFAULT, ...more } });
const bare = (w) => onLists({ w });
const patterns = (...all) => descriptor({ patterns: all });
const beside = (w, v, names = ["w", "v"]) => onLists({ v: { ...DEFAULT, patterns: v }, w: { ...DEFAULT, patterns: w } },
	names, { l: [{ t: "x", v: "off", percent: 1, wl: ["w"] }] });
const digits = Array.from({ length: 20 }, (_, i) => `${i}`);

const expressionCases = [
	...refused("expressions", descriptor, [
		["none", { patterns: [] }], ["21 of them", { patterns: Array(21).fill("a") }], ["an empty one", { patterns: ["a", ""] }],
		["a number", { patterns: [5] }], ["a text", { patterns: "a" }], ["4097 bytes", { patterns: ["a".repeat(4097)] }],
		["4098 bytes in 2049 letters", { patterns: ["é".repeat(2049)] }], ["with a filter's key", { k: 1 }],
		["unknown key", { zz: 1 }], ["id of a city", { id: "city" }],
	]),
	...refused("expressions", bare, [["without an id", { patterns: ["a"] }], ["nothing in it", {}],
		["id alone", { id: "userId" }]]),
	...read("expressions", patterns, [
		["a literal", "a"], ["dot", "."], ["two dots", ".."], ["dots", ".*"], ["alternatives", "a|ab|"],
		["an empty branch", "()"], ["a class", "[a-c.\\^]"], ["a hyphen first", "a[-+]b"], ["a hyphen last", "a[+-]b"], ["a range of letters", "[a-é]"],
		["beyond the first plane", "[📰-📲]+"], ["escapes", "a\\.b|\\]|\\^|\\\\|\\$|a\\{1\\}|a\\+b"],
		["escapes in a class", "[\\]\\^\\\\\\-]"], ["counts", "a{1}|a{2,3}b?|a{20,}"], ["nothing of it", "a{0}|é{0,1}"],
		["nested counts", "((a{1,2}){1,3}){4}"], ["no case", "k|S"], ["exponential elsewhere", "(a|a)*b|(a|aa)+"],
		["20 of them", ...digits], ["4096 bytes", `a|${"b".repeat(4094)}`], ["no comment", "#a"], ["one line or more", "a.b"],
		["anchored everywhere", "a|b|c"], ["two of them", "a", "📱"], ["an end that is not reached", "[0-9]*[02468]|é?.?b"],
		["a branch that ends early", "(a|ab)(c|bcd)?", ".x?b{3}"],
	]),
	...read("expressions", beside, [
		["none of the engine's", ["("], ["b"]], ["none of the engine's, another matches", ["(", "a"], ["b"]],
		["in another list", ["("], ["a"]], ["parentheses that only fit in a group", ["a)(b", "[", "a{2,1}"], ["*"]],
		["not asked for", ["a"], ["("], ["w"]],
	]),
	...read("expressions", (id) => descriptor({ id }), [["by deviceId", "deviceId"]]),
];

export const kindCases = withDefaults([...h5Cases, ...hotpatchCases, ...quickfixCases, ...quickfixUnits, ...expressionCases]);
