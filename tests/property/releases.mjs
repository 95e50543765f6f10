// Random releases of each kind, and switches, as files.
//
//     upgrades(app, count, exact), hotpatches(app, …), h5(app, …), quickfixes(app, …), switches(app, …)
//
// app: { random, pools, files, commitTime, shape, global: first folders of a global package }; what is made is put into app.files. Bytes are small, and real only
// where the compiler looks into them.
import { apk } from "../apk.mjs";
import { abc, app as harmonyApp, bsdiff, elf, hap, sha256 } from "../harmony.mjs";
import { hotpatch as jar } from "../hotpatch.mjs";
import { ipa, png } from "../ios.mjs";
import { hqf, zip } from "../packages.mjs";
import { ascending, BUNDLES, distinct, HOUR, KEYS, PATCHES, PERCENTS, PLATFORMS, rules, VERSIONS, written }
	from "./pools.mjs";
import { tasks } from "./tasks.mjs";

const json = (value) => JSON.stringify(value, null, 1);

function tasksOf({ random, pools, commitTime, shape }, kind, audience, rank) {
	const count = shape.exact ? shape.tasks : random.int(0, shape.tasks);
	return tasks(random, pools, { kind, commitTime, count, audience, rank });
}

function exceptions({ random, pools }, release) {
	if (random.chance(pools.unless))
		release.unless = Array.from({ length: random.int(1, 2) }, () => rules(random, pools, 1, 2));
}

// Kept elsewhere, or a file of the release's folder.
function packaged({ random, files }, folder, name, bytes) {
	if (bytes && random.chance(30)) {
		files.set(`${folder}/${name}`, bytes);
		return { file: name };
	}
	const digits = random.next().toString(16).padStart(8, "0");
	const made = { url: `https://cdn.example.com/${digits}/${name}`, size: random.int(1, 1e9), sha256: digits.repeat(8) };
	if (random.chance(30) || folder.startsWith("hotpatches/"))
		made.md5 = digits.repeat(4);
	return made;
}

// --- upgrades ------------------------------------------------------------------------------------------------------

// Distinct as versions.
export function numbers(random, count) {
	const pool = count <= 8 ? [...VERSIONS, "1.3", "2.1", "4.0.0", "8.01"]
		: Array.from({ length: count }, (_, i) => `${3 + Math.floor(i / 50)}.${i % 50}`);
	return random.some(distinct("appVersion", pool), count);
}

// `bundleId`: of the definition; else it is app.ini's.
function enterprise(app, folder, version, bundleId) {
	const { random, files } = app;
	const bytes = ipa({ bundleId: bundleId ?? "com.example.property", version, binary: random.chance(50) });
	const made = { type: "enterprise", package: packaged(app, folder, "app.ipa", bytes), bundleId };
	if (random.chance(20)) {
		made.icon = "icon.png";
		files.set(`${folder}/icon.png`, png(57));
	}
	return made;
}

function distribution(app, folder, version) {
	const { random, commitTime } = app;
	switch (random.int(0, 2)) {
	case 0:
		return { type: "appStore", url: "https://apps.apple.com/app/id1" };
	case 1:
		return enterprise(app, folder, version, random.chance(40) ? "com.example.enterprise" : undefined);
	default:
		return { type: "testFlight", publicLink: "https://testflight.apple.com/join/x", maxTesters: random.int(1, 10000),
			expires: written(random, commitTime + random.pick([1, HOUR, 30 * HOUR, 2000 * HOUR])) };
	}
}

function harmony(app, folder, versionName) {
	const one = hap({ versionName }, { "ets/modules.abc": abc(`${app.random.next()}`) });
	return app.random.chance(50) ? packaged(app, folder, "app.hap", one)
		: packaged(app, folder, "app.app", harmonyApp({ versionName }, { "entry-default.hap": one }));
}

const RANKS = { enterprise: "whitelist", testFlight: "gray" };

function upgrade(app, platform, version) {
	const { random, pools, files } = app;
	const folder = `upgrades/${platform}/${version}`;
	const made = { platform, version };
	if (platform === "ios")
		made.distribution = distribution(app, folder, version);
	else
		made.package = platform === "android"
			? packaged(app, folder, "app.apk", random.chance(20) && apk("com.example.property", version))
			: harmony(app, folder, version);
	made.tasks = tasksOf(app, "upgrade", pools.audience[platform], RANKS[made.distribution?.type]);
	if (random.chance(30))
		made.needClientNetType = random.some(["wifi", "4g", "5G"], 2);
	if (random.chance(20))
		made.downloadVerification = random.chance(50);
	exceptions(app, made);
	files.set(`${folder}/release.json`, json(made));
}

export const upgrades = (app, platform, versions) => versions.forEach((version) => upgrade(app, platform, version));

// --- hotpatches ----------------------------------------------------------------------------------------------------

const shuffled = (random, array) => random.some(array, array.length);

function hotpatch(app, platform, productVersion, patchNumber, versionKey) {
	const { random, pools, files } = app;
	const folder = `hotpatches/${platform}/${productVersion}/${patchNumber}`;
	const content = `patch ${random.next()}`;
	const made = { platform, productVersion, patchNumber,
		package: platform === "ios" ? packaged(app, folder, random.pick(["ship.bin", "ship"]), content)
			: packaged(app, folder, "patch.jar", jar(productVersion, content)),
		tasks: tasksOf(app, "hotpatch", pools.audience[platform]) };
	if (versionKey !== undefined)
		made.versionKey = versionKey;
	exceptions(app, made);
	files.set(`${folder}/release.json`, json(made));
}

// A key belongs to one product version; the second spelling of a version takes part in its numbers.
export function hotpatches(app, platform, products) {
	const { random, pools } = app;
	const keys = shuffled(random, KEYS);
	for (const product of products) {
		const key = random.chance(40) ? keys.pop() : undefined;
		(key === undefined ? pools.products : pools.keys).push(key ?? product);
		const numbered = random.some([1, 2, 3, 12], random.int(1, 3));
		numbered.forEach((number) => hotpatch(app, platform, product, number, key));
		if (key === undefined && random.chance(20) && product.split(".").length < 8)
			hotpatch(app, platform, `${product}.0`, 7, key);
	}
}

// --- h5 ------------------------------------------------------------------------------------------------------------

const H5_VERSIONS = ["0.0.0.1", "1.0.0.1", "1.0.0.10", "1.0.0.2", "2", "10.1"];
const EXTEND = [{}, { asyncReqRate: "0" }, { asyncReqRate: "86400", launchParams: { showTitleBar: "YES", n: 7, x: [null] } },
	{ "é\"": { deep: { b: true, a: "\u0001" } } }];

function clientVersion({ random, pools }, platforms) {
	const bounded = random.chance(60);
	return Object.fromEntries(platforms.map((platform) => {
		const [min, max] = ascending([random.pick(pools.values.appVersion), random.pick(pools.values.appVersion)]);
		return [platform, { min: random.chance(30) ? "0" : min, ...(bounded ? { max } : {}) }];
	}));
}

// A package's files: a folder of the release, or package.zip, where they lie below `inside`, and maybe that below the h5Id.
function packaging({ random, files }, folder, own, inside, all) {
	if (random.chance(70)) {
		all.forEach(([name, text]) => files.set(`${folder}/${own}/${name}`, text));
		return;
	}
	const top = random.pick(["", `${folder.split("/")[1]}/`]);
	files.set(`${folder}/package.zip`, zip(all.map(([name, text]) => [`${top}${inside}/${name}`, text])));
}

function normalPackage(app, folder, made) {
	const { random } = app;
	const page = random.pick(["index.html", "pages/Home page.html"]);
	packaging(app, folder, "www", "www", [[page, `<p>${random.next()}`], ["a.js", "1"]]);
	made.mainUrl = `/www/${page}`;
}

function globalPackage(app, folder, made) {
	const { random } = app;
	const names = random.some(["a/b.js", "a.css", "B.js", "a/b/c.png"], random.int(1, 3));
	packaging(app, folder, "files", app.global, names.map((name) => [name, `${name}, whatever the package`])); // one URL, one file
	if (random.chance(50))
		made.repeatNebula = random.chance(50);
}

function h5Release(app, id, version, global) {
	const { random, pools, files } = app;
	const folder = `h5/${id}/${version}`;
	const named = random.chance(50) ? PLATFORMS : random.some(PLATFORMS, random.int(1, 3));
	const made = { version, platform: named === PLATFORMS ? "all" : named, clientVersion: clientVersion(app, named) };
	(global ? globalPackage : normalPackage)(app, folder, made);
	if (random.chance(50))
		made.extendInfo = random.pick(EXTEND);
	if (random.chance(50))
		made.autoInstall = random.pick(["wifi", "any"]);
	if (random.chance(50))
		made.installType = random.pick(["lazy", "preload"]);
	if (random.chance(50))
		made.memo = random.pick(["What is new", "新 \"x\""]);
	made.tasks = tasksOf(app, "h5", named.reduce((sum, name) => sum + pools.audience[name], 0));
	files.set(`${folder}/release.json`, json(made));
}

export function h5(app, count, versions) {
	const { random, files } = app;
	for (const i of shuffled(random, Array.from({ length: count }, (_, at) => at))) {
		const [id, global] = [String(10000007 + 1234567 * i), random.chance(30)];
		files.set(`h5/${id}/app.json`, json({ name: random.pick(["Main", "主页"]), resourceType: global ? "global" : "normal" }));
		random.some(H5_VERSIONS, random.int(1, versions)).forEach((version) => h5Release(app, id, version, global));
	}
}

// --- quick fixes ---------------------------------------------------------------------------------------------------

const MODULES = ["entry", "feature", "library", "Entry-2"];
const TYPES = ["phone", "tablet", "2in1", "tv"];
const ABIS = ["arm64-v8a", "armeabi-v7a", "x86_64"];

// A module as it is installed, its patch.json, and its libraries: path below libs/ → bytes. Those of one release are for the same ABIs.
function modulePatch(random, name, app, abis) {
	const deviceTypes = random.some(TYPES, random.int(1, 3));
	const libs = random.chance(40) ? abis.map((abi) => random.chance(50)
		? [`${abi}/lib.so.diff`, Buffer.concat([bsdiff(), Buffer.from(`${random.next()}`)])]
		: [`${abi}/lib.so`, Buffer.concat([elf(abi), Buffer.from(`${random.next()}`)])]) : [];
	const base = hap({ ...app, module: name, deviceTypes }, { "ets/modules.abc": abc(`${random.next()}`),
		...Object.fromEntries(abis.map((abi) => [`libs/${abi}/lib.so`, elf(abi)])) });
	return { base, libs, patch: { app, module: { name, type: "patch", deviceTypes, originalModuleHash: sha256(base) } } };
}

const readyModule = ({ patch, libs }) =>
	hqf(patch, Object.fromEntries([...libs.map(([path, bytes]) => [`libs/${path}`, bytes]), ["ets/modules.abc", abc()]]));

const FORMS = {
	hqf: ({ files }, folder, all) => all.map((module) => {
		const name = `${module.patch.module.name}.hqf`;
		files.set(`${folder}/${name}`, readyModule(module));
		return name;
	}),
	appqf: ({ files }, folder, all) => {
		files.set(`${folder}/all.appqf`, zip(all.map((module) =>
			[`${module.patch.module.name}.hqf`, readyModule(module)])));
		return "all.appqf";
	},
	modules: ({ files }, folder, all) => all.map(({ patch, libs, base }) => {
		const { name } = patch.module;
		files.set(`${folder}/${name}/patch.json`, json(patch));
		files.set(`${folder}/${name}/base.hap`, base);
		files.set(`${folder}/${name}/ets/modules.abc`, abc());
		libs.forEach(([path, bytes]) => files.set(`${folder}/${name}/libs/${path}`, bytes));
		return { patch: `${name}/patch.json`, base: `${name}/base.hap`, ets: `${name}/ets`,
			...(libs.length > 0 ? { libs: `${name}/libs` } : {}) };
	}),
};

function quickfix(app, [bundleName, versionCode], patchVersionCode) {
	const { random, pools, files } = app;
	const folder = `quickfixes/${bundleName}/${versionCode}/${patchVersionCode}`;
	const part = { bundleName, versionCode, versionName: "1.0.0", patchVersionCode, patchVersionName: "1.0.0.1" };
	const abis = random.some(ABIS, random.int(1, 2));
	const all = random.some(MODULES, random.int(1, 4)).map((name) => modulePatch(random, name, part, abis));
	const form = random.pick(["hqf", "hqf", "appqf", "modules"]);
	files.set(`${folder}/release.json`, json({ [form]: FORMS[form](app, folder, all),
		tasks: tasksOf(app, "quickfix", pools.audience.harmony) }));
}

export const quickfixes = (app, bundles) => bundles.forEach((bundle) =>
	app.random.some(PATCHES, app.random.int(1, 3)).forEach((code) => quickfix(app, bundle, code)));

// Bundles that devices have, and as many others.
export const bundlesOf = (random, count) => [...random.some(BUNDLES, count), ...Array.from({ length:
	Math.max(0, count - BUNDLES.length) }, (_, i) => [`com.example.more${i}`, i])];

// --- switches ------------------------------------------------------------------------------------------------------

function switchValue(random, pools) {
	const made = {
		value: random.chance(pools.long)
			? `{"n":${random.next()},"text":"${"long ".repeat(random.int(20, 60))}"}`
			: random.pick(["on", "off", "", "1", "日本\n\"\\\u0007", `${random.next()}`]),
		platform: random.pick(["all", "all", random.pick(PLATFORMS), random.some(PLATFORMS, random.int(1, 3))]),
		type: random.pick(["full", "full", "whitelist", "percentage"]),
	};
	if (made.type === "whitelist")
		made.whitelists = random.some(pools.lists, random.int(1, 2));
	if (made.type === "percentage")
		made.percent = random.pick(PERCENTS);
	if (random.chance(70))
		made.rules = rules(random, pools, 0, 3);
	if (random.chance(12))
		made.channel = random.pick(["dev", "dev", "prod"]);
	return made;
}

function switchFile({ random, pools }) {
	const ids = random.some(["first", "b", "B", "x-1", "7"], 4); // "7" is no index of four values
	const made = { values: Array.from({ length: random.int(1, 4) }, () => switchValue(random, pools)) };
	for (const [i, value] of made.values.entries())
		if (random.chance(60))
			value.id = ids[i];
	if (random.chance(15))
		made.active = random.chance(50);
	if (random.chance(10))
		made.note = "never delivered";
	return made;
}

export function switches(app, count) {
	for (let i = count; i > 0; i--)
		app.files.set(`switches/key_${i}.json`, json(switchFile(app)));
}
