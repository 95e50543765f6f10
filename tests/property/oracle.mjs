// What the definitions say a device gets, read from the definitions themselves: a second implementation of the
// contract, which shares nothing with the compiler and prefers being short. A function stands for a paragraph.
//
//     const app = read(files, commitTime);     files: Map of path below apps/<dir>/ → text or bytes; times in seconds
//     app.answer(device, at)                   at: seconds, or null where the time is not known
//
// A field of an answer that only the build can know, the name of a file that it made, is a test instead of a value:
// (value, files, fields) → whether it is good, with files.at(url) → { sha256, size, md5, text } of a file that the tree
// serves, or undefined, and the answer's fields beside it.
import { createHash } from "node:crypto";
import { unzip } from "../packages.mjs";
import { all, attribute, compare, drawn, fold, inChannel, isFor, listed, meet, met, remembered, seconds, trim,
	version } from "./conditions.mjs";
import { deltasTo } from "./deltas.mjs";

export { meet, met };

const PLATFORMS = ["android", "ios", "harmony"];
const KINDS = ["upgrade", "hotpatch", "h5", "quickfix"];
const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

// --- slots and kinds -----------------------------------------------------------------------------------------------

// A release, whatever its kind: { kind, slot, text, order, platforms, file, tasks }; text is its version as written, order
// a list of numbers that ascends with it. What a kind asks of a device beside its slot and platform: `condition`.
const beside = (order) => (order < 0 ? "below" : order > 0 ? "above" : "equals");
const lastTwo = (path) => path.match(/([^/]+)\/([^/]+)\/release\.json$/);

const kinds = {
	upgrade: {
		read: (file) => ({ slot: file.platform, text: file.version, order: version(file.version),
			platforms: [file.platform] }),
		slots: (device) => [device.platform],
		condition({ order }, device) {
			const has = attribute(device, "appVersion");
			meet(has === undefined ? "upgrade without an appVersion"
				: `version ${beside(compare(order, has))} appVersion`);
			return has !== undefined && compare(order, has) > 0;
		},
		answer: upgradeAnswer,
	},
	hotpatch: {
		read: (file) => ({ slot: file.platform, text: `${file.productVersion}/${file.patchNumber}`,
			order: [file.patchNumber, ...version(file.productVersion)], platforms: [file.platform] }),
		slots: (device) => [device.platform],
		condition: ({ file }, device) => (file.versionKey === undefined ? isProduct : hasKey)(file, device),
		answer: hotpatchAnswer,
	},
	h5: {
		read: (file, path) => ({ slot: lastTwo(path)[1], text: file.version, order: version(file.version),
			platforms: file.platform === "all" ? PLATFORMS : file.platform }),
		slots: (device, app) => app.slots.h5.keys(),
		condition: ({ file }, device) => isClient(file.clientVersion[device.platform], device),
		answer: h5Answer,
	},
	quickfix: {
		read: (file, path) => ({ slot: path.split("/").slice(1, 3).join("/"), text: lastTwo(path)[2],
			order: [Number(lastTwo(path)[2])], platforms: ["harmony"] }),
		slots: bundlesOf,
		condition: (release, device, task) => task.type === "rollback" || isPatchable(release, device),
		answer: quickfixAnswer,
	},
};

function isProduct({ productVersion }, device) {
	const has = attribute(device, "appVersion");
	meet(has === undefined ? "hotpatch without an appVersion"
		: `hotpatch by product version ${compare(version(productVersion), has) === 0}`);
	return has !== undefined && compare(version(productVersion), has) === 0;
}

// Byte for byte, and appVersion is not looked at.
function hasKey({ versionKey, productVersion }, device) {
	if (device.versionKey !== versionKey) {
		const near = typeof device.versionKey === "string" && fold(trim(device.versionKey)) === fold(trim(versionKey));
		meet(near ? "versionKey nearly equal" : "versionKey false");
		return false;
	}
	const has = attribute(device, "appVersion");
	meet(has === undefined ? "versionKey true, no appVersion"
		: compare(version(productVersion), has) === 0 ? "versionKey true, its product" : "versionKey true, another product");
	return true;
}

function isClient({ min, max }, device) {
	const has = attribute(device, "appVersion");
	if (has === undefined) {
		meet("h5 without an appVersion");
		return false;
	}
	const [below, above] = [compare(has, version(min)), max === undefined ? -1 : compare(has, version(max))];
	meet(below < 0 ? "h5 below min" : above > 0 ? "h5 above max" : below === 0 ? "h5 at min" : above === 0 ? "h5 at max"
		: max === undefined ? "h5 without a max" : "h5 between");
	return below >= 0 && above <= 0;
}

const isNumber = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31;

function bundlesOf({ bundleName, versionCode }) {
	meet(`versionCode ${isNumber(versionCode) ? "a number" : versionCode === undefined ? "absent" : "no number"}`);
	return isNumber(versionCode) ? [`${bundleName}/${versionCode}`] : [];
}

function isPatchable({ order: [code] }, { patchVersionCode: has }) {
	meet(isNumber(has) ? `patchVersionCode ${beside(code - has)} the device's`
		: `device's patchVersionCode ${has === undefined ? "absent" : "no number"}`);
	return !isNumber(has) || code > has;
}

// --- which task wins -----------------------------------------------------------------------------------------------

const MODES = ["official", "whitelist", "timeWindow", "percentage"];
const modeOf = (task) => MODES.indexOf(task.mode ?? task.type);
const isLive = (task) => (task.status ?? "releasing") === "releasing";

// What decides between two tasks, the name of an order, and which is better: below 0 the first.
function order(a, b, orders) {
	const decides = Object.keys(orders).find((name) => orders[name](a, b) !== 0);
	return [decides, orders[decides](a, b)];
}

const TASK_ORDERS = {
	mode: (a, b) => modeOf(a) - modeOf(b),
	publishedAt: (a, b) => seconds(b.publishedAt) - seconds(a.publishedAt),
	id: (a, b) => Buffer.compare(Buffer.from(b.id), Buffer.from(a.id)),
};

// The first two numbers that differ, the greater one first.
function falling(a, b) {
	const i = a.findIndex((number, at) => number !== b[at]);
	return i < 0 ? 0 : b[i] - a[i];
}

const RELEASE_ORDERS = {
	version: (a, b) => (a.kind === "hotpatch" ? 0 : falling(a.order, b.order)),
	patchNumber: (a, b) => b.order[0] - a.order[0],
	productVersion: (a, b) => falling(a.order.slice(1), b.order.slice(1)),
};
const betterTask = (a, b) => order(a, b, TASK_ORDERS)[1];
const betterRelease = (a, b) => order(a, b, RELEASE_ORDERS)[1];

// What decided between the winner and the next one that is for the device as well.
function meetOrder(winner, second) {
	const [a, b] = [winner.release, second.release];
	const [decides] = a === b ? order(winner.task, second.task, TASK_ORDERS) : order(a, b, RELEASE_ORDERS);
	const against = decides === "patchNumber" && RELEASE_ORDERS.productVersion(a, b) > 0;
	meet(`${a.kind} decided by ${decides}${against ? " against productVersion" : ""}`);
}

// A release as it stands in its slot: the tasks that may win, best first, or the rollback that voids them.
function ranked(release) {
	release.tasks.forEach((task) => meet(`status ${task.status ?? "releasing"}`));
	const live = release.tasks.filter(isLive);
	const rollback = live.find((task) => task.type === "rollback");
	if (rollback)
		meet(`rollback ${live.length > 1 ? "voids others" : "alone"}`);
	else if (release.tasks.some((task) => task.type === "rollback"))
		meet("rollback not releasing");
	return { ...release, rollback, tasks: rollback ? [] : live.sort(betterTask) };
}

const spares = (release, device) => (release.file.unless ?? []).some((rules) => all(rules, device));

// Whether the tasks of a release are looked at: its condition, none of its exceptions, its date of expiry.
function isOpen(release, device, at) {
	if (release.tasks.length === 0 || !kinds[release.kind].condition(release, device, release.tasks[0]))
		return false;
	const { unless, distribution } = release.file;
	const spared = spares(release, device);
	if (unless)
		meet(`${release.kind} unless ${spared}`);
	const expires = distribution?.expires;
	if (expires)
		meet(`expires ${at === null ? "unknown" : at < seconds(expires)}`);
	return !spared && (!expires || (at !== null && at < seconds(expires)));
}

// Whoever gets nothing else is told to roll back in the name of the highest release whose condition it meets.
function rolledBack(releases, device) {
	const found = releases.filter((release) => release.rollback
		&& kinds[release.kind].condition(release, device, release.rollback));
	if (found.length === 0)
		return null;
	const [release] = found;
	meet(`${release.kind} rollback${found.length > 1 ? ", highest of several" : ""}`);
	if (spares(release, device))
		meet("rollback whatever unless says");
	return { release, task: release.rollback };
}

// The tasks of a slot that are for a device, best first; its releases are there best first.
function* candidates(releases, app, device, at) {
	for (const release of releases)
		if (isOpen(release, device, at))
			for (const task of release.tasks)
				if (isFor({ release, task }, app, device, at))
					yield { release, task };
}

function winner(releases, app, device, at) {
	const [best, second] = firstTwo(candidates(releases, app, device, at));
	if (!best)
		return rolledBack(releases, device);
	if (second)
		meetOrder(best, second);
	if (releases.some((one) => one.rollback && kinds[one.kind].condition(one, device, one.rollback)))
		meet(`${best.release.kind} rollback, but something else applies`);
	return best;
}

function firstTwo(sequence) {
	const found = [];
	for (const one of sequence)
		if (found.push(one) === 2)
			break;
	return found;
}

// The slots of a kind that have something for a device: slot → answer.
function answersOf(kind, app, device, at) {
	const found = {};
	for (const slot of kinds[kind].slots(device, app)) {
		const releases = (app.slots[kind].get(slot) ?? []).filter(({ platforms }) =>
			platforms.includes(device.platform));
		const best = winner(releases, app, device, at);
		meet(best ? `${kind} delivered by ${best.task.mode ?? best.task.type}` : `no ${kind}`);
		const answer = best && kinds[kind].answer(best, app, device);
		if (answer)
			found[slot] = present({ ...answer, task: best.task.id });
	}
	return found;
}

// --- answers -------------------------------------------------------------------------------------------------------

const digest = (name, bytes) => createHash(name).update(bytes).digest("hex");

// A package: kept elsewhere, or a file that the tree serves.
function served({ folder, files }, { file, ...elsewhere }) {
	meet(file === undefined ? "package elsewhere" : "package in the repository");
	if (file === undefined)
		return { downloadUrl: elsewhere.url, fileSize: elsewhere.size, sha256: elsewhere.sha256, md5: elsewhere.md5 };
	const bytes = files.get(`${folder}/${file}`);
	const sha256 = digest("sha256", bytes);
	return { downloadUrl: (url, tree) => tree.at(url)?.sha256 === sha256, fileSize: bytes.length, sha256,
		md5: digest("md5", bytes) };
}

const hashOf = ({ folder, files }, { file, sha256 }) =>
	(file === undefined ? sha256 : digest("sha256", files.get(`${folder}/${file}`)));

// An itms-services link to a manifest.plist of the tree that names the package, the bundle and the version.
const ITMS = "itms-services://?action=download-manifest&url=";

function itms(url, tree, { sha256 }, { package: { url: elsewhere }, bundleId, version: number }) {
	const plist = String(url).startsWith(ITMS) && tree.at(decodeURIComponent(url.slice(ITMS.length)))?.text;
	const texts = [...(plist || "").matchAll(/<string>([^<]*)<\/string>/g)].map(([, text]) =>
		text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
	return texts.includes(bundleId) && texts.includes(number) && !/[^!-~]|[/:]/.test(url.slice(ITMS.length))
		&& texts.some((text) => (elsewhere === undefined ? tree.at(text)?.sha256 === sha256 : text === elsewhere));
}

const distributions = {
	appStore: (release, { url }) => ({ downloadUrl: url }),
	testFlight: (release, { publicLink }) => ({ downloadUrl: publicLink }),
	enterprise: (release, distribution, app) => ({ ...served(release, distribution.package),
		downloadUrl: (url, tree, fields) => itms(url, tree, fields, { package: distribution.package,
			bundleId: distribution.bundleId ?? app.settings.get("ios.bundleId"), version: release.file.version }) }),
};

const CODES = { once: 202, multiple: 204, forced: 206 };

function upgradeAnswer({ release, task }, app) {
	const { file } = release;
	meet(`upgrade on ${file.platform}`);
	if (file.distribution)
		meet(`distribution ${file.distribution.type}`);
	return {
		version: file.version,
		resultStatus: CODES[task.upgradeMode],
		...(file.distribution ? distributions[file.distribution.type](release, file.distribution, app)
			: served(release, file.package)),
		deltas: deltasTo(release, app, (one) => hashOf(one, one.file.package ?? {})),
		guideMemo: task.prompt,
		silenceDays: task.upgradeMode === "once" ? task.silenceDays ?? 3 : undefined,
		needClientNetType: file.needClientNetType,
	};
}

const ROLLBACK = { action: "rollback" };

function hotpatchAnswer({ release, task }, app) {
	if (task === release.rollback)
		return ROLLBACK;
	meet(`hotpatch on ${release.file.platform}`);
	const fields = served(release, release.file.package);
	return { action: "apply", hotpatchVersion: fields.md5, ...fields,
		deltas: deltasTo(release, app, (one) => hashOf(one, one.file.package)) };
}

// The folder is named after the platforms, `all` three or the named ones.
function h5Answer({ release, task }, app, device) {
	const { file, slot, text, folder, files } = release;
	const { name, resourceType } = JSON.parse(files.get(`h5/${slot}/app.json`));
	const global = resourceType === "global";
	const named = release.platforms.length === PLATFORMS.length ? "all" : [...file.platform].sort().join("-");
	const nebula = `${app.settings.get("cdn.baseUrl")}h5/${slot}/${text}_${named}/nebula/`;
	const vhost = app.settings.get("h5.vhost");
	meet(`h5 ${resourceType} for ${named}`);
	meet(`h5 from ${files.has(`${folder}/package.zip`) ? "an archive" : "a folder"}`);
	return {
		app_desc: file.memo, app_id: slot, name, version: text, online: 1, icon_url: "", patch: "", sub_url: "",
		auto_install: file.autoInstall === "any" ? 1 : 0, installType: file.installType === "preload" ? 1 : 0,
		extend_info: file.extendInfo, main_url: file.mainUrl, vhost: vhost && `https://${slot}.${vhost}`,
		fallback_base_url: global ? "" : `${nebula}fallback/`, global_pack_url: global ? globalUrl(release, app) : "",
		package_url: `${nebula}${slot}_${text}.amr`,
		fileSize: (size, tree, fields) => tree.at(fields.package_url)?.size === size,
		sha256: (sha256, tree, fields) => tree.at(fields.package_url)?.sha256 === sha256,
		deltas: deltasTo(release, app, () => undefined),
	};
}

// The first file of a global package, as pages refer to it.
function globalUrl({ folder, files, slot }, { settings }) {
	const [host, appId, workspaceId] = ["h5.globalHost", "app.appId", "app.workspaceId"].map((key) => settings.get(key));
	const zipped = files.get(`${folder}/package.zip`);
	const paths = zipped ? [...unzip(zipped).keys()].map((path) => path.replace(`${slot}/`, ""))
		: [...files.keys()].filter((path) => path.startsWith(`${folder}/files/`)).map((path) =>
			`${host}/${appId}_${workspaceId}/${path.slice(`${folder}/files/`.length)}`);
	return `https://${paths.sort()[0]}`;
}

const listsValue = (list, value) => list.some((one) => value !== undefined && fold(one) === value);

// Only the modules for the device's deviceType and abi; without any, nothing.
function quickfixAnswer({ release, task }, app, device) {
	if (task === release.rollback)
		return ROLLBACK;
	const [type, abi] = [attribute(device, "deviceType"), attribute(device, "abi")];
	const modules = modulesOf(release);
	const hers = modules.filter(({ types, abis }) => {
		const [typed, built] = [listsValue(types, type), abis.length === 0 || listsValue(abis, abi)];
		meet(`module ${type === undefined ? "without a deviceType" : typed ? built ? "for the device" : "of other abis"
			: "for other devices"}`);
		return typed && built;
	});
	meet(`quickfix ${hers.length === 0 ? "no module" : hers.length < modules.length ? "some modules" : "all modules"}`);
	return hers.length === 0 ? null : { action: "apply", patchVersionCode: release.order[0],
		hqf: hers.map(({ fields }) => fields) };
}

const abisIn = (names) => [...new Set(names.map((name) => name.match(/^libs\/([^/]+)\//)?.[1]))].filter(Boolean);

// An .hqf that is ready.
function readyModule(bytes) {
	const entries = unzip(bytes);
	const { module } = JSON.parse(entries.get("patch.json"));
	const sha256 = digest("sha256", bytes);
	return { types: module.deviceTypes, abis: abisIn([...entries.keys()]), fields: { module: module.name,
		size: bytes.length, sha256, url: (url, tree) => tree.at(url)?.sha256 === sha256 } };
}

// An .hqf that the build makes.
function builtModule({ folder, files }, { patch, libs }) {
	const { module } = JSON.parse(files.get(`${folder}/${patch}`));
	const inside = `${folder}/${libs}/`;
	const names = [...files.keys()].filter((path) => path.startsWith(inside)).map((path) =>
		`libs/${path.slice(inside.length)}`);
	return { types: module.deviceTypes, abis: abisIn(names), fields: { module: module.name,
		url: (url, tree) => tree.at(url) !== undefined,
		size: (size, tree, { url }) => tree.at(url)?.size === size,
		sha256: (sha256, tree, { url }) => tree.at(url)?.sha256 === sha256 } };
}

// In the order in which they are named; those of an archive by name.
const modulesOf = remembered((release) => {
	const { file, folder, files } = release;
	const form = ["hqf", "appqf", "modules"].find((name) => file[name]);
	meet(`quickfix ${form}`);
	switch (form) {
	case "hqf":
		return file.hqf.map((name) => readyModule(files.get(`${folder}/${name}`)));
	case "appqf":
		return [...unzip(files.get(`${folder}/${file.appqf}`))].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) =>
			readyModule(bytes));
	default:
		return file.modules.map((module) => builtModule(release, module));
	}
});

// --- switches ------------------------------------------------------------------------------------------------------

const onPlatform = (platform, device) => platform === "all" || [platform].flat().includes(device.platform);

function valueHolds(value, salt, app, device) {
	return onPlatform(value.platform, device) && inChannel(value.channel, device) && all(value.rules, device) &&
		(value.type !== "whitelist" || listed(value.whitelists, app, device)) &&
		(value.type !== "percentage" || drawn(value.percent, salt, device));
}

// The value that a switch has for a device: the first that holds, or undefined.
function valueOf([key, { active = true, values }], app, device) {
	if (!active) {
		meet("switch not active");
		return undefined;
	}
	const found = values.find((value, i) =>
		valueHolds(value, () => `${app.code}/switch/${key}/${value.id ?? i}`, app, device));
	meet(found ? `switch ${found.type} on ${device.platform}` : "switch without a value");
	return found?.value;
}

function switches(app, device) {
	const answers = [...app.switches].map((one) => [one[0], valueOf(one, app, device)]);
	return present(Object.fromEntries(answers));
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
	const idType = ini(files.get(path.replace(/\w+$/, "ini")) ?? "").get("whitelist.idType") ?? "userId";
	const text = files.get(path);
	return path.endsWith(".regex") ? { idType, patterns: text.split(/\r?\n/).filter((line) => trim(line) !== "") }
		: { idType, ids: new Set(text.split(/[\r\n,]/).map(trim).filter((entry) => entry !== "")) };
}

const FOLDERS = { upgrades: "upgrade", hotpatches: "hotpatch", h5: "h5", quickfixes: "quickfix" };

// slot → releases, best first
function slotsOf(releases) {
	const slots = new Map();
	for (const release of releases)
		slots.set(release.slot, [...(slots.get(release.slot) ?? []), release]);
	slots.forEach((all) => all.sort(betterRelease));
	return slots;
}

export function read(files, commitTime) {
	const named = (pattern) => [...files.keys()].map((path) => path.match(pattern)).filter(Boolean);
	const parsed = (path) => JSON.parse(files.get(path));
	const settings = ini(files.get("app.ini"));
	const releases = named(/^(\w+)\/.*\/release\.json$/).map(([path, folder]) => {
		const [kind, file] = [FOLDERS[folder], parsed(path)];
		return ranked({ kind, file, files, folder: path.replace(/\/release\.json$/, ""), tasks: file.tasks,
			...kinds[kind].read(file, path) });
	});
	const app = {
		code: `${settings.get("app.appId")}-${settings.get("app.workspaceId")}`,
		audience: Object.fromEntries(PLATFORMS.map((name) => [name, Number(settings.get(`${name}.audience`))])),
		settings, commitTime,
		slots: Object.fromEntries(KINDS.map((kind) => [kind, slotsOf(releases.filter((one) => one.kind === kind))])),
		switches: new Map(named(/^switches\/(.*)\.json$/).map(([path, key]) => [key, parsed(path)])),
		lists: new Map(named(/^whitelists\/(.*)\.(?:txt|regex)$/).map(([path, name]) => [name, readList(files, path)])),
	};
	const switched = remembered((device) => switches(app, device)); // whatever the time is
	app.answer = (device, at) => ({
		app: app.code,
		at: at === null ? null : new Date(at * 1000).toISOString().replace(".000Z", "Z"),
		h5: answersOf("h5", app, device, at),
		...Object.fromEntries(["upgrade", "hotpatch", "quickfix"].map((kind) =>
			[kind, Object.values(answersOf(kind, app, device, at))[0] ?? null])),
		switches: switched(device),
	});
	return app;
}

// --- comparing -----------------------------------------------------------------------------------------------------

// An expected answer where each test that holds is the value that it was put to.
export function settled(expected, got, tree) {
	if (typeof expected !== "object" || expected === null || typeof got !== "object" || got === null)
		return expected;
	const settle = (value, key) => (typeof value !== "function" ? settled(value, got[key], tree)
		: value(got[key], tree, got) ? got[key] : "a file that the tree has");
	return Array.isArray(expected) ? expected.map(settle)
		: present(Object.fromEntries(Object.entries(expected).map(([key, value]) => [key, settle(value, key)])));
}
