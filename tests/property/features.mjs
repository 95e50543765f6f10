// Every case of the contract that a run must have met: the sentences of DEFINITIONS about slots, tasks, rules and buckets, in
// the words of meet(). One that was never met fails the run, and so does one that is not in the list.

const KINDS = ["upgrade", "hotpatch", "h5", "quickfix"];
const PLATFORMS = ["android", "ios", "harmony"];
const MODES = ["official", "whitelist", "timeWindow", "percentage"];
const TYPES = ["text", "fold", "version"];
const truths = (name) => [`${name} true`, `${name} false`];
const each = (array, make) => array.flatMap(make);

const tasks = [
	...each(["pending", "releasing", "paused", "ended"], (status) => `status ${status}`),
	...each(KINDS, (kind) => [`no ${kind}`, ...MODES.map((mode) => `${kind} delivered by ${mode}`)]),
	...each(KINDS, (kind) => ["mode", "publishedAt", "id"].map((order) => `${kind} decided by ${order}`)),
	...each(["upgrade", "h5", "quickfix"], (kind) => `${kind} decided by version`),
	"hotpatch decided by patchNumber", "hotpatch decided by productVersion",
	"hotpatch decided by patchNumber against productVersion",
	...each(["true", "false", "unknown"], (what) => [`future publishedAt ${what}`, `expires ${what}`]),
	...truths("dev"), ...truths("upgrade unless"), ...truths("hotpatch unless"), "several apps",
];

const rollbacks = [
	"rollback voids others", "rollback alone", "rollback not releasing", "rollback whatever unless says",
	...each(["hotpatch", "quickfix"], (kind) => [`${kind} delivered by rollback`, `${kind} rollback`,
		`${kind} rollback, highest of several`, `${kind} rollback, but something else applies`]),
];

const rules = [
	...each(["contains", "excludes"], (operation) => TYPES.flatMap((type) => truths(`${operation} ${type}`))),
	...truths("in version"), ...truths("out version"), "bound, exclusive", "bound, inclusive",
	"missing attribute, default true", "missing attribute, default false",
];

const buckets = [
	"percent 0", "percent 100", "percent without an id", ...truths("percent by userId"), ...truths("percent by deviceId"),
	...each(["before", "inside", "after", "unknown"], (time) => `window ${time}`), ...truths("window share"),
	"window for everybody", "window without a deviceId",
	...each(["window", "platform"], (whose) => `audience of the ${whose}`), "audience of several platforms",
	...each(["before", "between", "falls", "after"], (where) => `ramp ${where}`),
];

const whitelists = ["not listed",
	...each(["userId", "deviceId"], (id) => [`listed by ${id}`, `listed by ${id}, by a pattern`])];

const upgrades = [
	...each(["below", "equals", "above"], (order) => `version ${order} appVersion`), "upgrade without an appVersion",
	...each(PLATFORMS, (platform) => `upgrade on ${platform}`),
	...each(["appStore", "enterprise", "testFlight"], (type) => `distribution ${type}`),
	"package elsewhere", "package in the repository",
];

const hotpatches = [
	"hotpatch without an appVersion", ...truths("hotpatch by product version"),
	"versionKey true, its product", "versionKey true, another product", "versionKey true, no appVersion",
	"versionKey nearly equal", "versionKey false", "hotpatch on android", "hotpatch on ios",
];

const FOLDERS = ["all", "android", "ios", "harmony", "android-ios", "android-harmony", "harmony-ios"];
const h5 = [
	...each(["without an appVersion", "below min", "at min", "between", "at max", "above max", "without a max"], (where) =>
		`h5 ${where}`),
	"h5 from an archive", "h5 from a folder", "h5 with a delta", "hotpatch with a delta", "upgrade with a delta",
	...each(FOLDERS, (folder) => [`h5 normal for ${folder}`, `h5 global for ${folder}`]),
];

const quickfixes = [
	...each(["a number", "no number", "absent"], (what) => `versionCode ${what}`),
	...each(["below", "equals", "above"], (order) => `patchVersionCode ${order} the device's`),
	"device's patchVersionCode absent", "device's patchVersionCode no number",
	...each(["hqf", "appqf", "modules"], (form) => `quickfix ${form}`),
	...each(["for the device", "of other abis", "for other devices", "without a deviceType"], (which) => `module ${which}`),
	...each(["all modules", "some modules", "no module"], (which) => `quickfix ${which}`),
];

const switches = [
	"switch without a value", "switch not active",
	...each(["full", "whitelist", "percentage"], (type) => PLATFORMS.map((platform) => `switch ${type} on ${platform}`)),
];

const indexes = [
	...each([...KINDS, "switch"], (kind) => `index ${kind} inline`),
	...each(["upgrade", "hotpatch"], (kind) => `index ${kind} segments`),
	...each(["h5", "quickfix", "switch"], (kind) => `index ${kind} units`),
	"index hotpatch nothing", "folded appVersion", "folded osVersion", "folded fold", "folded text", "folded exact",
];

const words = [
	...each(["upgrade", "h5", "switches"], (kind) => `words for ${kind}`),
	...each(["hotpatch", "quickfix"], (kind) => [`words for ${kind}, apply`, `words for ${kind}, rollback`]),
];

export const FEATURES = [...tasks, ...rollbacks, ...rules, ...buckets, ...whitelists, ...upgrades, ...hotpatches, ...h5,
	...quickfixes, ...switches, ...indexes, ...words];
