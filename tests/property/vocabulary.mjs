// Every key of a tree is in FORMAT.md, every key of FORMAT.md is in some tree, and every file has the one encoding.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { canonical, encode, parse } from "./json.mjs";
import { hex } from "./trust.mjs";

// Keys, by what holds them: the section of FORMAT.md that names them, and they. A key behind ? need not occur.
const words = (text) => text.split(" ");
const KEYS = {
	envelope: [2, words("signatures signed")],
	signature: [2, words("keyid sig")],
	root: [2, words("_type consistent_snapshot expires keys roles spec_version version")],
	timestamp: [2, words("_type app expires meta spec_version version")],
	snapshot: [2, words("_type app expires meta spec_version version")],
	targets: [2, words("_type app delegations expires spec_version targets version")],
	objects: [2, words("_type app expires spec_version targets version")],
	key: [2, words("keytype keyval scheme")],
	keyval: [2, words("public")],
	role: [2, words("keyids threshold")],
	delegations: [2, words("keys roles")],
	delegation: [2, words("keyids name paths terminating threshold")],
	meta: [2, words("hashes length version")],
	target: [2, words("hashes length")],
	hashes: [2, words("sha256")],
	index: [3, words("app attributes bases by format kind longest manifest platform segments units versionKeys "
		+ "whitelists")],
	table: [3, words("attribute classes cuts missing next other values")],
	manifest: [4, words("answers rules slots whitelists")],
	candidate: [4, words("a above dev from if limit percent ramp t unless until v window wl")],
	rule: [4, words("default element exclusive lower op upper value")],
	whitelist: [4, words("file id k n p patterns root")],
	answer: [5, words("action deltas downloadUrl fileSize guideMemo hotpatchVersion md5 needClientNetType resultStatus sha256 "
		+ "silenceDays version")],
	delta: [5, words("from fromSha256 sha256 size url")],
	h5: [5, words("app_desc app_id auto_install deltas extend_info fallback_base_url fileSize global_pack_url icon_url installType "
		+ "main_url name online package_url patch sha256 sub_url version vhost")],
	quickfix: [5, words("action hqf patchVersionCode")],
	module: [5, words("abis module sha256 size types url")],
	recipes: [7, words("format recipes")],
	recipe: [7, words("facts hash length name")],
	files: [7, words("files format")],
	build: [8, words("_type app commit deltas elsewhere lineage pointerMaxAge tool")],
	pair: [8, words("from kind reason size slot version")],
};

const entries = (map) => [...(map ?? new Map()).values()];

// Calls see(kind, map) for every object of a file.
const PARTS = {
	envelope(see, file) {
		file.get("signatures").forEach((one) => see("signature", one));
		const signed = file.get("signed");
		const type = signed.get("_type");
		see(type === "targets" && !signed.has("delegations") ? "objects" : type, signed);
	},
	root(see, signed) {
		entries(signed.get("keys")).forEach((key) => see("key", key));
		entries(signed.get("roles")).forEach((role) => see("role", role));
	},
	key: (see, key) => see("keyval", key.get("keyval")),
	timestamp: (see, signed) => entries(signed.get("meta")).forEach((meta) => see("meta", meta)),
	snapshot: (see, signed) => entries(signed.get("meta")).forEach((meta) => see("meta", meta)),
	targets(see, signed) {
		PARTS.objects(see, signed);
		see("delegations", signed.get("delegations"));
	},
	objects: (see, signed) => entries(signed.get("targets")).forEach((target) => see("target", target)),
	delegations(see, delegations) {
		entries(delegations.get("keys")).forEach((key) => see("key", key));
		delegations.get("roles").forEach((role) => see("delegation", role));
	},
	meta: (see, meta) => see("hashes", meta.get("hashes")),
	target: (see, target) => see("hashes", target.get("hashes")),
	index(see, index) {
		(index.get("by") ?? []).forEach((table) => see("table", table));
		entries(index.get("whitelists")).forEach((one) => see("whitelist", one));
		if (index.has("manifest"))
			see("manifest", index.get("manifest"));
	},
	manifest(see, manifest) {
		(manifest.get("rules") ?? []).forEach((rule) => see("rule", rule));
		entries(manifest.get("slots")).flat().forEach((one) => see("candidate", one));
		entries(manifest.get("whitelists")).forEach((one) => see("whitelist", one));
		for (const [, answer] of manifest.get("answers") ?? [])
			if (answer instanceof Map)
				see(answer.has("app_id") ? "h5" : "quickfix", answer);
	},
	answer: (see, answer) => (answer.get("deltas") ?? []).forEach((one) => see("delta", one)),
	h5: (see, answer) => (answer.get("deltas") ?? []).forEach((one) => see("delta", one)),
	build: (see, signed) => (signed.get("deltas") ?? []).forEach((one) => see("pair", one)),
	quickfix: (see, answer) => (answer.get("hqf") ?? []).forEach((one) => see("module", one)),
	recipes: (see, file) => entries(file.get("recipes")).forEach((one) => see("recipe", one)),
};

const filesBelow = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
	(entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]));

const kindOf = (path) => (path.includes("/targets/index/") ? "index"
	: /\.(\w+)\.json$/.exec(path.replace(/^.*\/targets\/o\//, "."))?.[1]);

export class Vocabulary {
	constructor(formatMd) {
		this.sections = readFileSync(formatMd, "utf8").split(/^## /m).slice(1);
		this.seen = new Map(Object.keys(KEYS).map((kind) => [kind, new Set()]));
		this.faults = [];
	}

	// A tree: the encoding of each JSON file, and its keys; what h5 packages hold is theirs.
	read(tree) {
		const isOurs = (path) => /^[^/]+\/(targets\/|metadata\/|build\.json$)/.test(path.slice(tree.length + 1));
		for (const path of filesBelow(tree).filter((name) => name.endsWith(".json") && isOurs(name))) {
			const bytes = readFileSync(path);
			const value = parse(bytes);
			if (encode(value) !== bytes.toString())
				this.faults.push(`${path} is not in its only encoding`);
			const kind = path.includes("/targets/") ? kindOf(path) : "envelope";
			this.see(kind, value, path);
			this.invariants(kind, value, path);
		}
	}

	see(kind, map, path) {
		if (!KEYS[kind]) {
			this.faults.push(`${path} is of no kind that FORMAT.md names`);
			return;
		}
		for (const key of map.keys()) {
			this.seen.get(kind).add(key);
			if (!KEYS[kind][1].some((known) => known.replace("?", "") === key))
				this.faults.push(`${path}: the key ${key} of ${kind} is not known`);
		}
		PARTS[kind]?.((...part) => this.see(...part, path), map);
	}

	// What else FORMAT.md promises of a tree's files.
	invariants(kind, value, path) {
		const must = (good, what) => good || this.faults.push(`${path}: ${what}`);
		const name = /\/([0-9a-f]{64})\./.exec(path)?.[1];
		if (name)
			must(hex(readFileSync(path)) === name && (kind === "index" || path.includes(`/o/${name.slice(0, 16)}/`)),
				"is under another hash");
		if (path.endsWith("timestamp.json"))
			must(readFileSync(path).length <= 640, "has more than 640 bytes");
		if (kind === "envelope" && value.get("signed").has("keys"))
			for (const [id, key] of value.get("signed").get("keys"))
				must(hex(canonical(key)) === id, "a key has another id");
		if (path.endsWith("/build.json"))
			must(value.get("signed").get("lineage").at(-1) === hex(readFileSync(join(path,
				"../metadata/timestamp.json"))), "lineage has another end");
		if (kind === "index" && value.has("units"))
			this.units(value, path, must);
	}

	units(index, path, must) {
		const bitsOf = (slot) => [...Buffer.from(hex(slot), "hex")].map((byte) => byte.toString(2).padStart(8,
			"0")).join("");
		const lengths = index.get("units").map(([bits, hash]) => {
			const bytes = readFileSync(join(path, `../../../o/${hash.slice(0, 16)}/${hash}.manifest.json`));
			must([...parse(bytes).get("slots").keys()].every((slot) => bitsOf(slot).startsWith(bits)),
				"a slot is in another unit");
			return bytes.length;
		});
		must(Math.max(...lengths) === index.get("longest"), "longest is another length");
	}

	// Keys that no section names, that no tree has, and that only FORMAT.md knows.
	unnamed() {
		return Object.entries(KEYS).flatMap(([kind, [section, keys]]) => keys.map((key) => key.replace("?", ""))
			.filter((key) => !this.sections[section - 1].includes(`\`${key}\``)
				&& !this.sections[section - 1].includes(`"${key}"`))
			.map((key) => `${key} of ${kind} (section ${section})`));
	}

	unseen() {
		return Object.entries(KEYS).flatMap(([kind, [, keys]]) => keys.filter((key) => !key.startsWith("?")
			&& !this.seen.get(kind).has(key))
			.map((key) => `${key} of ${kind}`));
	}

	unknown() { // first columns of the tables of sections 3 to 8
		return this.sections.slice(2, 8).flatMap((text, i) => [...text.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)]
			.flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, key]) => key))
			.filter((key) => !Object.values(KEYS).some(([section, keys]) => section === i + 3 && keys.includes(key)))
			.map((key) => `${key} (section ${i + 3})`));
	}
}
