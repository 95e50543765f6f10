// Trees written by hand: a signed tree from FORMAT.md, sections 1 and 2, so that a reader meets what no compiler writes.
//
//     const forge = new Forge({ folder, app, keys, now });     keys: a folder with a .pem for each role
//     const hash = forge.object("manifest.json", bytes);
//     forge.index("android-upgrade", bytes);
//     forge.sign(edit)       edit: optional { role: (signed) => …, "role file": (text) => text, … }, to spoil a role
//
// folder becomes <appCode>/.
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canonical, encode, maps } from "./json.mjs";
import { hex } from "./trust.mjs";

const DAY = 86400;
const instant = (time) => new Date(time * 1000).toISOString().replace(".000Z", "Z");

const known = new Map();

// A private key with the public one as metadata has it.
export function signer(pem) {
	if (!known.has(pem))
		known.set(pem, described(pem));
	return known.get(pem);
}

function described(pem) {
	const key = createPrivateKey(pem);
	const made = createPublicKey(key);
	const kind = { ed25519: ["ed25519", "ed25519"], ec: ["ecdsa", "ecdsa-sha2-nistp256"],
		rsa: ["rsa", "rsassa-pss-sha256"] }[key.asymmetricKeyType];
	const text = kind[0] === "ed25519" ? Buffer.from(made.export({ format: "jwk" }).x, "base64url").toString("hex")
		: made.export({ type: "spki", format: "pem" });
	const object = maps({ keytype: kind[0], scheme: kind[1], keyval: { public: text } });
	const options = { ed25519: key, ecdsa: { key, dsaEncoding: "der" }, rsa: { key, padding: 6,
		saltLength: 32 } }[kind[0]];
	return { id: hex(canonical(object)), described: object,
		sign: (data) => sign(kind[0] === "ed25519" ? null : "sha256", data, options).toString("hex") };
}

export function envelope(signed, signers) {
	const data = Buffer.from(canonical(signed));
	return encode(maps({ signatures: signers.map((one) => ({ keyid: one.id, sig: one.sign(data) })), signed }));
}

// A root with one key for each role, or those given: { role: [signers] }.
export function rootOf(roles, { version = 1, expires = "2027-01-01T00:00:00Z", threshold = {} } = {}) {
	return maps({
		_type: "root", consistent_snapshot: true, expires, spec_version: "1.0.34", version,
		keys: Object.fromEntries(Object.values(roles).flat().map((one) => [one.id, one.described])),
		roles: Object.fromEntries(Object.entries(roles).map(([name, all]) =>
			[name, { keyids: all.map((one) => one.id), threshold: threshold[name] ?? 1 }])),
	});
}

export class Forge {
	constructor({ folder, app, keys, now, signers }) {
		const own = (name) => [signer(readFileSync(join(keys, `${name}.pem`), "utf8"))];
		Object.assign(this, { folder, app, now, targets: {}, objects: {}, version: 1 });
		this.signers = signers ?? Object.fromEntries(["root", "targets", "snapshot", "timestamp"].map((name) =>
			[name, own(name)]));
	}

	write(path, bytes) {
		const file = join(this.folder, path);
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, bytes);
		return { hashes: { sha256: hex(bytes) }, length: Buffer.byteLength(bytes) };
	}

	object(name, bytes) {
		const hash = hex(bytes);
		this.objects[`o/${hash.slice(0, 16)}/${name}`] = this.write(`targets/o/${hash.slice(0, 16)}/${hash}.${name}`,
			bytes);
		return hash;
	}

	index(name, bytes) {
		this.targets[`index/v1/${name}.json`] = this.write(`targets/index/v1/${hex(bytes)}.${name}.json`, bytes);
	}

	role(name, days, more, edit) {
		const type = name === "objects" ? "targets" : name;
		const signed = maps({ _type: type, app: this.app, expires: instant(this.now + days * DAY), spec_version: "1.0.34",
			version: this.version, ...more });
		edit[name]?.(signed);
		const text = envelope(signed, this.signers[type]);
		const path = name === "timestamp" ? "timestamp.json" : `${this.version}.${name}.json`;
		return { ...this.write(`metadata/${path}`, edit[`${name} file`]?.(text) ?? text),
			version: signed.get("version") };
	}

	sign(edit = {}) {
		const [{ id, described }] = this.signers.targets;
		const delegated = { keyids: [id], name: "objects", paths: ["o/*/*"], terminating: true, threshold: 1 };
		const objects = this.role("objects", 365, { targets: this.objects }, edit);
		const targets = this.role("targets", 365,
			{ targets: this.targets, delegations: { keys: { [id]: described }, roles: [delegated] } }, edit);
		const snapshot = this.role("snapshot", 30, { meta: { "objects.json": objects, "targets.json": targets } }, edit);
		this.role("timestamp", 7, { meta: { "snapshot.json": snapshot } }, edit);
	}
}
