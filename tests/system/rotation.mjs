// What rotation.sh needs beside mdstatic: standard TUF clients that keep their state from tree to tree, and a thief.
//   node rotation.mjs clients PLAN WORK ROOT.json     PLAN: lines `WHO accepts|refuses APPDIR NOW`, in order; each WHO is one client, which keeps
//                                                     its state in WORK/WHO and began with ROOT.json. Prints "ok …" or "not ok …" for each line.
//   node rotation.mjs forge APPDIR KEYS VERSION [SWITCH]   in APPDIR: snapshot and timestamp get that version, signed by KEYS/snapshot.pem and
//                                                     timestamp.pem. With SWITCH also targets (and objects, both signed by targets.pem), and
//                                                     the value of the switch in the indexes is changed to it.
//   node rotation.mjs promise APPDIR KEYS VERSION     the same for snapshot and timestamp, of which the snapshot lists every role with that version,
//                                                     although no such file is there
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newClient, serve, setClock } from './tufclient.mjs';

// --- clients ----------------------------------------------------------------------------------------------------------------
async function clients(plan, work, root) {
	const { state, server, base } = await serve(work);
	const known = new Map();
	let bad = 0;
	for (const line of (await readFile(plan, 'utf8')).trim().split('\n')) {
		const [who, wanted, dir, now] = line.split(' ');
		let got = 'accepts', why = '';
		if (!known.has(who))
			known.set(who, await newClient(join(work, who), root, base));
		state.folder = dir;
		setClock(now);
		try {
			const client = known.get(who)();
			await client.refresh();
			const info = await client.getTargetInfo('index/v1/android-switch.json');
			await client.downloadTarget(info, join(work, 'download'));
			await rm(join(work, 'download'));
		} catch (error) {
			[got, why] = ['refuses', `: ${error.message}`];
		}
		console.log(`${got === wanted ? 'ok' : 'not ok'} - tuf-js ${who} ${got} ${dir.split('/').slice(-2)[0]} at ${now}${why}`);
		bad += got !== wanted;
	}
	server.close();
	process.exitCode = bad ? 1 : 0;
}

// --- the thief ----------------------------------------------------------------------------------------------------------------
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const sorted = (v) => Array.isArray(v) ? v.map(sorted)
	: v && typeof v === 'object' ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;
const encode = (v) => JSON.stringify(sorted(v));

class Thief {
	constructor(dir, keys) {
		Object.assign(this, { dir, keys });
	}
	async read(name) {
		return JSON.parse(await readFile(join(this.dir, 'metadata', name)));
	}
	// Writes the signed part, and gives what a file above it says of it.
	async write(name, signed, role) {
		const key = createPrivateKey(await readFile(join(this.keys, `${role}.pem`)));
		const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
		const keyid = sha256(encode({ keytype: 'ed25519', keyval: { public: raw }, scheme: 'ed25519' }));
		const sig = sign(null, Buffer.from(encode(signed)), key).toString('hex');
		const file = encode({ signatures: [{ keyid, sig }], signed });
		await writeFile(join(this.dir, 'metadata', name), file);
		return { hashes: { sha256: sha256(file) }, length: file.length, version: signed.version };
	}
	async open() {
		this.timestamp = (await this.read('timestamp.json')).signed;
		this.snapshot = (await this.read(`${this.timestamp.meta['snapshot.json'].version}.snapshot.json`)).signed;
	}
	async close(version) {
		this.snapshot.version = this.timestamp.version = version;
		this.timestamp.meta['snapshot.json'] = await this.write(`${version}.snapshot.json`, this.snapshot, 'snapshot');
		await this.write('timestamp.json', this.timestamp, 'timestamp');
	}
	// Another value of the switch in every index, and the targets that list them.
	async ship(value, version) {
		const targets = (await this.read(`${this.snapshot.meta['targets.json'].version}.targets.json`)).signed;
		const folder = join(this.dir, 'targets/index/v1');
		for (const [path, target] of Object.entries(targets.targets)) {
			const name = path.split('/').pop(), old = join(folder, `${target.hashes.sha256}.${name}`);
			const text = (await readFile(old, 'utf8')).replace(/"v":"[^"]*"/g, `"v":"${value}"`);
			target.hashes.sha256 = sha256(text);
			target.length = text.length;
			await writeFile(join(folder, `${target.hashes.sha256}.${name}`), text);
		}
		const objects = (await this.read(`${this.snapshot.meta['objects.json'].version}.objects.json`)).signed;
		objects.version = targets.version = version;
		this.snapshot.meta['objects.json'] = await this.write(`${version}.objects.json`, objects, 'targets');
		this.snapshot.meta['targets.json'] = await this.write(`${version}.targets.json`, targets, 'targets');
	}
}

async function forge(dir, keys, version, value) {
	const thief = new Thief(dir, keys);
	await thief.open();
	if (value)
		await thief.ship(value, Number(version));
	await thief.close(Number(version));
}

async function promise(dir, keys, version) {
	const thief = new Thief(dir, keys);
	await thief.open();
	for (const meta of Object.values(thief.snapshot.meta))
		meta.version = Number(version);
	await thief.close(Number(version));
}

const [mode, ...args] = process.argv.slice(2);
await ({ clients, forge, promise })[mode](...args);
