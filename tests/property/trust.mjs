// From a trusted root to the list of indexes: TUF 1.0.34 as FORMAT.md section 2 has it.
//
//     new Trust({ app, root, read }).update(now) → Map: path of a target → { sha256, length }
//
// read(path) gives bytes of the tree or null. A Trust that is kept refuses an older tree at its next update.
import { constants, createHash, createPublicKey, verify } from "node:crypto";
import { canonical, encode, parse, Refused, refuse } from "./json.mjs";

const HEX = /^[0-9a-f]{64}$/;
const SIG = /^(?:[0-9a-f]{2}){1,1024}$/;
const ROLE = /^(?!(?:root|snapshot|targets|timestamp)$)[a-z][a-z0-9-]{0,31}$/;
const PATH = /^(?!.{256})[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const PATTERN = /^(?!.{256})[A-Za-z0-9_*-][A-Za-z0-9._*-]*(?:\/[A-Za-z0-9_*-][A-Za-z0-9._*-]*)*$/;
const MOST = { root: 512000, timestamp: 16384, snapshot: 2000000, targets: 5000000 };
const ROLES = ["root", "snapshot", "targets", "timestamp"];

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
export const hex = (...parts) => sha256(...parts).toString("hex");

// Exactly these keys (those of `more` may be missing), each as its test says.
export function keys(map, what, tests, more = {}) {
	if (!(map instanceof Map))
		refuse(`${what} is no object`);
	for (const [key, value] of map) {
		const test = Object.hasOwn(tests, key) ? tests[key] : Object.hasOwn(more, key) ? more[key]
			: refuse(`${what} has the key ${key}`);
		if (!test(value))
			refuse(`${what}: bad ${key}`);
	}
	const missing = Object.keys(tests).find((key) => !map.has(key));
	if (missing)
		refuse(`${what} lacks ${missing}`);
	return map;
}

export const isHash = (value) => typeof value === "string" && HEX.test(value);
export const isCount = (low, high = Number.MAX_SAFE_INTEGER) => (value) => Number.isInteger(value) && value >= low
	&& value <= high;
export const isText = (value) => typeof value === "string";
export const is = (wanted) => (value) => value === wanted;
const isMap = (value) => value instanceof Map;

function instant(text) {
	const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
	if (Number.isNaN(time) || new Date(time).toISOString() !== text.replace("Z", ".000Z"))
		refuse(`bad time ${text}`);
	return time / 1000;
}

function fromPem(text) {
	try {
		return createPublicKey(text);
	} catch {
		return refuse("a public key that is none");
	}
}

// A key of the metadata as verify(data, signature).
function verifier(key) {
	keys(key, "a key", { keytype: isText, scheme: isText, keyval: isMap });
	const text = keys(key.get("keyval"), "keyval", { public: isText }).get("public");
	const kind = `${key.get("keytype")} ${key.get("scheme")}`;
	if (kind === "ed25519 ed25519") {
		const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(isHash(text) ? text : refuse("bad key"),
			"hex").toString("base64url") };
		const made = createPublicKey({ key: jwk, format: "jwk" });
		return (data, sig) => sig.length === 64 && verify(null, data, made, sig);
	}
	const made = fromPem(text);
	if (made.export({ type: "spki", format: "pem" }) !== text)
		refuse("a key is not in its only form");
	const detail = made.asymmetricKeyDetails;
	if (kind === "ecdsa ecdsa-sha2-nistp256" && detail.namedCurve === "prime256v1")
		return (data, sig) => verify("sha256", data, { key: made, dsaEncoding: "der" }, sig);
	if (kind === "rsa rsassa-pss-sha256" && detail.modulusLength >= 2048 && detail.modulusLength <= 4096)
		return (data, sig) => verify("sha256", data, { key: made, padding: constants.RSA_PKCS1_PSS_PADDING,
			saltLength: 32 }, sig);
	return refuse(`unknown kind of key ${kind}`);
}

function envelope(bytes, most) {
	if (bytes.length > most)
		refuse(`a metadata file of more than ${most} bytes`);
	const file = keys(parse(bytes), "a metadata file", { signatures: Array.isArray, signed: isMap });
	if (encode(file) !== bytes.toString())
		refuse("a metadata file is not in its only encoding");
	const isSig = (sig) => isText(sig) && SIG.test(sig);
	const ids = file.get("signatures").map((one) => keys(one, "a signature", { keyid: isHash, sig: isSig }).get("keyid"));
	if (ids.length < 1 || ids.length > 64 || new Set(ids).size !== ids.length)
		refuse("no signature, more than 64, or two by one key");
	return file;
}

// Refuses a file that less than the threshold of a role of `root` has signed.
function signedBy(file, root, name) {
	const role = root.get("roles").get(name);
	const data = Buffer.from(canonical(file.get("signed")));
	const good = file.get("signatures").filter((one) => {
		const id = one.get("keyid");
		const sig = one.get("sig");
		return role.get("keyids").includes(id) && verifier(root.get("keys").get(id))(data, Buffer.from(sig, "hex"));
	});
	if (good.length < role.get("threshold"))
		refuse(`${name}: ${good.length} good signatures of ${role.get("threshold")}`);
}

const COMMON = { _type: isText, expires: isText, spec_version: is("1.0.34"), version: isCount(1) };

function checkKeys(map) {
	for (const [id, key] of map)
		if (hex(canonical(key)) !== id || !verifier(key))
			refuse(`the key ${id} has another id`);
	return map;
}

function checkRole(role, what, known, more) {
	const ids = keys(role, what, { keyids: Array.isArray, threshold: isCount(1, 64), ...more }).get("keyids");
	if (new Set(ids).size !== ids.length || !ids.every((id) => known.has(id)) || ids.length < role.get("threshold"))
		refuse(`${what}: bad keyids`);
}

function checkRoot(signed) {
	keys(signed, "root", { ...COMMON, _type: is("root"), consistent_snapshot: is(true), keys: isMap, roles: isMap });
	checkKeys(signed.get("keys"));
	keys(signed.get("roles"), "roles", Object.fromEntries(ROLES.map((name) => [name, isMap])));
	for (const [name, role] of signed.get("roles"))
		checkRole(role, name, signed.get("keys"));
	return signed;
}

function checkDelegations(delegations) {
	const known = checkKeys(keys(delegations, "delegations", { keys: isMap, roles: Array.isArray }).get("keys"));
	const roles = delegations.get("roles");
	const isPaths = (paths) => Array.isArray(paths) && paths.length > 0 && paths.every((path) => isText(path)
		&& PATTERN.test(path));
	for (const role of roles)
		checkRole(role, "a delegation", known, { name: (name) => isText(name) && ROLE.test(name), paths: isPaths,
			terminating: is(true) });
	const names = new Set(roles.map((role) => role.get("name")));
	if (known.size === 0 || roles.length === 0 || roles.length > 256 || names.size !== roles.length)
		refuse("bad delegations");
	return true;
}

const isHashes = (value) => keys(value, "hashes", { sha256: isHash });
const isMeta = (value) => keys(value, "a meta", { hashes: isHashes, length: isCount(0), version: isCount(1) });
const isTarget = (value) => keys(value, "a target", { hashes: isHashes, length: isCount(0) });

function checkMetas(metas) {
	for (const [name, meta] of metas)
		if (!name.endsWith(".json") || !isMeta(meta) || (name !== "targets.json" && !ROLE.test(name.slice(0, -5))))
			refuse(`snapshot: bad name ${name}`);
	return metas.get("targets.json") ?? refuse("snapshot lacks targets.json");
}

function checkTargets(targets) {
	for (const [path, target] of targets)
		if (!PATH.test(path) || !isTarget(target))
			refuse(`targets: bad path ${path}`);
	return targets;
}

export class Trust {
	constructor({ app, root, read }) {
		Object.assign(this, { app, read, kept: new Map() });
		const file = envelope(root, MOST.root);
		this.root = checkRoot(file.get("signed"));
		signedBy(file, this.root, "root");
	}

	get(path) {
		return this.read(`metadata/${path}`) ?? refuse(`${path} is missing`);
	}

	updateRoot(now) {
		for (;;) {
			const version = this.root.get("version") + 1;
			const bytes = this.read(`metadata/${version}.root.json`);
			if (!bytes)
				break;
			const file = envelope(bytes, MOST.root);
			signedBy(file, this.root, "root");
			const next = checkRoot(file.get("signed"));
			signedBy(file, next, "root");
			if (next.get("version") !== version)
				refuse(`${version}.root.json has another version`);
			this.root = next;
		}
		this.fresh(this.root, now);
	}

	fresh(signed, now) {
		if (instant(signed.get("expires")) <= now)
			refuse(`${signed.get("_type")} has expired`);
	}

	// A role below root: its form, its signatures, our app, what refers to it, no older than what we had, not expired.
	role(name, bytes, meta, more, now, maybe) {
		if (meta && (bytes.length !== meta.get("length") || hex(bytes) !== meta.get("hashes").get("sha256")))
			refuse(`${name}: not the file that is referred to`);
		const file = envelope(bytes, MOST[name]);
		const signed = keys(file.get("signed"), name, { ...COMMON, _type: is(name), app: is(this.app), ...more }, maybe);
		signedBy(file, this.root, name);
		if (meta && signed.get("version") !== meta.get("version"))
			refuse(`${name}: not the version that is referred to`);
		this.fresh(signed, now);
		return signed;
	}

	older(before, after, name) {
		if (before && after.get("version") < before.get("version"))
			refuse(`${name} is older than what was trusted`);
	}

	update(now) {
		this.updateRoot(now);
		const timestamp = this.role("timestamp", this.get("timestamp.json"), null, { meta: isMap }, now);
		const toSnapshot = keys(timestamp.get("meta"), "meta", { "snapshot.json": isMeta }).get("snapshot.json");
		this.older(this.kept.get("timestamp"), timestamp, "timestamp");
		this.older(this.kept.get("timestamp")?.get("meta").get("snapshot.json"), toSnapshot, "snapshot");
		const snapshot = this.role("snapshot", this.get(`${toSnapshot.get("version")}.snapshot.json`), toSnapshot,
			{ meta: isMap }, now);
		const metas = snapshot.get("meta");
		const toTargets = checkMetas(metas);
		for (const [name, meta] of this.kept.get("snapshot")?.get("meta") ?? [])
			this.older(meta, metas.get(name) ?? refuse(`${name} has gone`), name);
		const targets = this.role("targets", this.get(`${toTargets.get("version")}.targets.json`), toTargets,
			{ targets: isMap }, now, { delegations: checkDelegations });
		this.kept = new Map([["timestamp", timestamp], ["snapshot", snapshot]]);
		return new Map([...checkTargets(targets.get("targets"))].map(([path, target]) =>
			[path, { sha256: target.get("hashes").get("sha256"), length: target.get("length") }]));
	}
}

export { Refused };
