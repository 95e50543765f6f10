// Trees whose metadata is odd: roles below the root, the root, and chains of roots. See cases.mjs.
import { generateKeyPairSync } from "node:crypto";
import { APP, HASH, NOW, ON, read, refused, withDefaults, withManifest } from "./cases.mjs";
import { envelope, rootOf, signer } from "./forge.mjs";
import { canonical, encode, maps, parse } from "./json.mjs";
import { hex } from "./trust.mjs";

// --- metadata --------------------------------------------------------------------------------------------------------------

const make = withManifest(ON);
const signed = (edit, more) => ({ make, edit, ...more });
const fresh = (type, options) =>
	signer(generateKeyPairSync(type, options).privateKey.export({ type: "pkcs8", format: "pem" }));
const stranger = fresh("ed25519");
const signatures = (change) => (file) => {
	const changed = parse(Buffer.from(file));
	changed.set("signatures", change(changed.get("signatures"), Buffer.from(canonical(changed.get("signed")))));
	return encode(changed);
};
const beside = (sig, keyid = stranger.id) => signatures((all) => [...all, maps({ keyid, sig })]);

const ofRole = (role) => [
	...refused(role, (value, key) =>
		signed({ [role]: (one) => (value === undefined ? one.delete(key) : one.set(key, value)) }), [
		["unknown key", 1, "zz"], ["no app", undefined, "app"], ["another app", "OTHER-default", "app"],
		["another spec", "1.0.31", "spec_version"], ["version 0", 0, "version"], ["version 2^53", 2n ** 53n, "version"],
		["another type", "root", "_type"], ["expires now", "2026-11-21T08:00:00Z", "expires"],
		["30 February", "2027-02-30T08:00:00Z", "expires"], ["offset", "2027-02-20T08:00:01+00:00", "expires"],
		["24 o'clock", "2027-02-20T24:00:00Z", "expires"],
		["leap second", "2027-02-20T08:00:60Z", "expires"],
	]),
	...read(role, (expires) => signed({ [role]: (one) => one.set("expires", expires) }),
		[["expires in a second", "2026-11-21T08:00:01Z"], ["expires last of all", "9999-12-31T23:59:59Z"]]),
	...refused(role, (change) => signed({ [`${role} file`]: change }), [
		["a space", (file) => file.replace(",", ", ")], ["a final line break", (file) => `${file}\n`],
		["more beside signed", (file) => file.replace(/}$/, ',"z":1}')], ["no signatures", signatures(() => [])],
		["signed twice", signatures((all) => [...all, ...all])],
		["spoilt", signatures(([first]) => [maps({ keyid: first.get("keyid"),
			sig: first.get("sig").replace(/^./, (c) => (c === "0" ? "1" : "0")) })])],
		["a stranger's instead", signatures((all, data) => [maps({ keyid: stranger.id, sig: stranger.sign(data) })])],
		["capitals", signatures(([first]) => [maps({ keyid: first.get("keyid"), sig: first.get("sig").toUpperCase() })])],
		["an empty one beside it", beside("")], ["half a byte beside it", beside("0")],
		["1025 bytes beside it", beside("00".repeat(1025))], ["a short key id beside it", beside("00", "ab")],
		["65 of them", signatures((all) => [...all, ...Array.from({ length: 64 }, (_, i) =>
			maps({ keyid: hex(`${i}`), sig: "00" }))])],
	]),
	...read(role, (change) => signed({ [`${role} file`]: change }), [["a stranger's beside it", beside("00")]]),
];

const entry = (role, key) => (change) => signed({ [role]: (one) => change(one.get("meta").get(key), one.get("meta")) });
const delegation = (change) =>
	signed({ targets: (one) => change(one.get("delegations").get("roles")[0], one.get("delegations")) });
const metadata = [
	...["timestamp", "snapshot", "targets"].flatMap(ofRole),
	...[["timestamp", "snapshot.json"], ["snapshot", "targets.json"]].flatMap(([role, key]) =>
		refused(`${role} meta`, entry(role, key), [
		["no length", (meta) => meta.delete("length")], ["no hashes", (meta) => meta.delete("hashes")],
		["unknown key", (meta) => meta.set("zz", 1)], ["another version", (meta) => meta.set("version", 2)],
		["another length", (meta) => meta.set("length", meta.get("length") + 1)],
		["another hash", (meta) => meta.get("hashes").set("sha256", HASH)],
		["sha512", (meta) => meta.get("hashes").set("sha512", HASH)],
		["not there", (meta, all) => all.delete(key)], ["root.json too", (meta, all) => all.set("root.json", meta)],
		["A.json too", (meta, all) => all.set("A.json", meta)],
	])),
	...read("snapshot meta", entry("snapshot", "objects.json"),
		[["no objects", (meta, all) => all.delete("objects.json")],
			["another role", (meta, all) => all.set("objects-0a.json", meta)],
			["another object role", (meta) => meta.set("version", 5)]]),
	...refused("delegations", delegation, [
		["unknown key", (role, all) => all.set("zz", 1)], ["not terminating", (role) => role.set("terminating", false)],
		["threshold 2 of 1", (role) => role.set("threshold", 2)], ["no roles", (role, all) => all.set("roles", [])],
		["no keys", (role, all) => all.set("keys", maps({}))], ["named targets", (role) => role.set("name", "targets")],
		["no paths", (role) => role.set("paths", [])], ["a path upwards", (role) => role.set("paths", ["../*"])],
	]),
	...refused("targets", (name, target = { hashes: { sha256: HASH }, length: 5 }) =>
		signed({ targets: (one) => one.get("targets").set(name, maps(target)) }), [
		["a path upwards", "../x"], ["a path without a name", ""], ["a path with a space", "a b"],
		["a hidden one", "a/.b"], ["custom", "x", { hashes: { sha256: HASH }, length: 5, custom: {} }],
		["another length", "index/v1/android-switch.json"],
	]),
	...read("targets", (change) => signed({ targets: change }), [["no delegations", (one) => one.delete("delegations")],
		["nothing listed", (one) => one.set("targets", maps({}))],
		["others too", (one) => one.get("targets").set("index/v2/android-foo.json",
			maps({ hashes: { sha256: HASH }, length: 5 }))]]),
];

// --- root ------------------------------------------------------------------------------------------------------------------

const K = { first: fresh("ed25519"), second: fresh("ed25519"), ecdsa: fresh("ec", { namedCurve: "P-256" }),
	rsa: fresh("rsa", { modulusLength: 2048 }) };
const all = (key) => ({ root: [key], targets: [key], snapshot: [key], timestamp: [key] });
const S = all(K.first);
const rooted = (change, by = [K.first], now = NOW) => {
	const root = rootOf(S);
	change(root);
	return { make, signers: S, now, root: envelope(root, by) };
};
const keyOf = (object) => (root) => root.get("keys").set(hex(canonical(maps(object))), maps(object));
const chained = (roles, by, change = () => {}, options = {}) => {
	const next = rootOf(roles, { version: 2 });
	change(next);
	return { signers: roles, root: envelope(rootOf(S, options), [K.first]),
		make: (forge) => { make(forge); forge.write("metadata/2.root.json", envelope(next, by)); } };
};
const other = { ...S, root: [K.second] };
const several = { root: [K.second], targets: [K.ecdsa], snapshot: [K.first, K.rsa], timestamp: [K.rsa] };

const twoKeys = (options) => envelope(rootOf({ ...S, timestamp: [K.first, K.second] }, options), [K.first]);

const roots = [
	...read("keys", (key) => ({ make, signers: all(key), root: envelope(rootOf(all(key)), [key]) }),
		[["Ed25519", K.first], ["ECDSA", K.ecdsa], ["RSA", K.rsa]]),
	...refused("root", rooted, [
		["app", (root) => root.set("app", APP)], ["not consistent", (root) => root.set("consistent_snapshot", false)],
		["a key under another id", (root) => root.get("keys").set(HASH, K.second.described)],
		["unknown kind of key", keyOf({ keytype: "x", scheme: "x", keyval: { public: "x" } })],
		["a key with more", keyOf({ ...Object.fromEntries(K.second.described), zz: 1 })],
		["PEM without its end", keyOf({ keytype: "rsa", scheme: "rsassa-pss-sha256",
			keyval: { public: K.rsa.described.get("keyval").get("public").trimEnd() } })],
		["threshold 0", (root) => root.get("roles").get("root").set("threshold", 0)],
		["threshold 2 of 1", (root) => root.get("roles").get("timestamp").set("threshold", 2)],
		["a fifth role", (root) => root.get("roles").set("mirrors", root.get("roles").get("root"))],
		["a role too few", (root) => root.get("roles").delete("snapshot")],
		["a key twice", (root) => root.get("roles").get("root").set("keyids", [K.first.id, K.first.id])],
		["a key that is not there", (root) => root.get("roles").get("timestamp").set("keyids", [K.first.id, HASH])],
		["signed by another", () => {}, [K.second]], ["expired", (root) => root.set("expires", "2026-11-21T08:00:00Z")],
	]),
	...read("root", rooted, [["plain", () => {}], ["version 7", (root) => root.set("version", 7)],
		["a key that nobody uses", (root) => root.get("keys").set(K.second.id, K.second.described)]]),
	...refused("chain", chained, [
		["signed by the old one only", other, [K.first]], ["signed by the new one only", other, [K.second]],
		["version 3", other, [K.first, K.second], (root) => root.set("version", 3)],
		["the second one expired", other, [K.first, K.second], (root) => root.set("expires", "2020-01-01T00:00:00Z")],
		["the second one spoilt", other, [K.first, K.second], (root) => root.set("zz", 1)],
	]),
	...read("chain", chained, [["two", other, [K.first, K.second]], ["all roles changed", several, [K.first, K.second]],
		["the first one expired", other, [K.first, K.second], () => {}, { expires: "2020-01-01T00:00:00Z" }]]),
	...read("two keys", (signers, options, edit) => ({ make, signers, edit, root: twoKeys(options) }), [
		["threshold 2", { ...S, timestamp: [K.first, K.second] }, { threshold: { timestamp: 2 } }],
		["threshold 1", { ...S, timestamp: [K.second] }],
		["one signature is bad", { ...S, timestamp: [K.first, K.second] }, {}, { "timestamp file": signatures(([one, two]) =>
			[one, maps({ keyid: two.get("keyid"), sig: one.get("sig") })]) }],
	]),
	...refused("two keys", (signers) => ({ make, signers, root: twoKeys({ threshold: { timestamp: 2 } }) }),
		[["threshold 2, one signature", S]]),
];

export const metadataCases = withDefaults([...metadata, ...roots]);
