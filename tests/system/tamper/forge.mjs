// Signed metadata as somebody with keys can make it: for files that are wrong although all hashes and signatures hold.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// Our metadata holds no control characters, so that the signed form and the form on disk are one.
export function canonical(value) {
	if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
	if (value === null || typeof value !== 'object') return JSON.stringify(value);
	return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}

function withId(secret) {
	const x = createPublicKey(secret).export({ format: 'jwk' }).x;
	const object = { keytype: 'ed25519', keyval: { public: Buffer.from(x, 'base64url').toString('hex') }, scheme: 'ed25519' };
	return { secret, object, id: sha256(canonical(object)) };
}

export const newKey = () => withId(generateKeyPairSync('ed25519').privateKey);
export const pem = (key) => key.secret.export({ type: 'pkcs8', format: 'pem' });

export function readKeys(folder) {
	const roles = ['root', 'targets', 'snapshot', 'timestamp'];
	return Object.fromEntries(roles.map((role) => [role, withId(createPrivateKey(readFileSync(join(folder, `${role}.pem`))))]));
}

export function forge(key, signed) {
	return { keyid: key.id, sig: sign(null, Buffer.from(canonical(signed)), key.secret).toString('hex') };
}

export function seal(key, signed) {
	return Buffer.from(canonical({ signatures: [forge(key, signed)], signed }));
}

// --- a tree's metadata, by role -----------------------------------------------------------------------------------------

// `files`: Map of path (below the app's folder) → bytes.
export class Metadata {
	constructor(files, keys) {
		this.files = files;
		this.keys = keys;
		this.timestamp = this.read('metadata/timestamp.json');
		this.paths = { timestamp: 'metadata/timestamp.json', build: 'build.json' };
		this.paths.snapshot = `metadata/${this.timestamp.meta['snapshot.json'].version}.snapshot.json`;
		this.snapshot = this.read(this.paths.snapshot);
		for (const [name, meta] of Object.entries(this.snapshot.meta))
			this.paths[name.replace('.json', '')] = `metadata/${meta.version}.${name}`;
	}

	read(path) {
		return JSON.parse(this.files.get(path)).signed;
	}

	signed(role) {
		return this.read(this.paths[role]);
	}

	key(role) {
		return this.keys[role === 'build' ? 'timestamp' : role.startsWith('objects') ? 'targets' : role];
	}

	// The files that change when `role` gets these bytes and all that stands above it is signed anew.
	relinked(role, bytes) {
		const changed = new Map([[this.paths[role], bytes]]);
		const describe = (meta, path) => {
			const content = changed.get(path);
			return { ...meta, hashes: { sha256: sha256(content) }, length: content.length };
		};
		const put = (which, signed) => changed.set(this.paths[which], seal(this.key(which), signed));

		if (role === 'build') return changed;
		if (role !== 'timestamp' && role !== 'snapshot') {
			const signed = structuredClone(this.snapshot);
			signed.meta[`${role}.json`] = describe(signed.meta[`${role}.json`], this.paths[role]);
			put('snapshot', signed);
		}
		if (role !== 'timestamp') {
			const signed = structuredClone(this.timestamp);
			signed.meta['snapshot.json'] = describe(signed.meta['snapshot.json'], this.paths.snapshot);
			put('timestamp', signed);
		}
		const build = this.signed('build');
		build.lineage[build.lineage.length - 1] = sha256(changed.get(this.paths.timestamp));
		put('build', build);
		return changed;
	}

	// The same, for a signed part that `change` was applied to and that is signed by the role's own key.
	resigned(role, change) {
		const signed = structuredClone(this.signed(role));
		return this.relinked(role, seal(this.key(role), change(signed) ?? signed));
	}
}
