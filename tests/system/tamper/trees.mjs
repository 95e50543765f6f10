// Definitions whose trees have each shape that a tree can have, and their builds. Each app is built twice, with an edit
// between, so that there is an older tree to fall back to; both are folders of their own.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { newKey, pem, readKeys, seal } from './forge.mjs';

const cities = ['Shanghai', 'Hangzhou', 'Chengdu', 'Beijing'];

export function readTree(folder, below = '') {
	const files = new Map();
	for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
		const path = below ? `${below}/${entry.name}` : entry.name;
		if (entry.isDirectory()) for (const [name, bytes] of readTree(folder, path)) files.set(name, bytes);
		else files.set(path, readFileSync(join(folder, path)));
	}
	return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function put(folder, path, content) {
	mkdirSync(dirname(join(folder, path)), { recursive: true });
	writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
}

function ini(id) {
	return `[app]\nappId = ${id}\nworkspaceId = default\nname = ${id}\n[cdn]\nbaseUrl = https://cdn.example.com/${id}-default/\n` +
		'[android]\naudience = 1000000\n[ios]\naudience = 1000\n[harmony]\naudience = 1000\n';
}

const published = { publishedAt: '2026-10-01T08:00:00Z', upgradeMode: 'once' };

function release(version, tasks) {
	return {
		platform: 'android',
		version,
		package: { url: `https://downloads.example.com/${version}.apk`, size: 1000, sha256: '0f'.repeat(32) },
		tasks,
	};
}

// Many releases for neighbouring versions: segments by appVersion, and so many answers that objects is split into bins.
function segments(repo, edition) {
	const rule = (element, operation, value) => ({ element, operation, value });

	put(repo, 'apps/segments/app.ini', ini('SEGMENTS'));
	for (let i = 1; i <= 210; i++) {
		const share = { id: 'share', type: 'gray', mode: 'percentage', percent: 40 + 20 * edition, ...published };
		const rest = { id: 'rest', type: 'gray', mode: 'percentage', percent: 100, prompt: `edition ${edition}`, ...published };
		put(repo, `apps/segments/upgrades/android/5.${i}.0/release.json`, release(`5.${i}.0`, [
			{ ...share, rules: [rule('appVersion', 'in', { lower: `4.${i}`, upper: `4.${i + 3}` }),
				rule('city', 'contains', [cities[i % 4]])] },
			{ ...rest, rules: [rule('appVersion', 'in', { lower: `4.${i}`, upper: `4.${i}.9` })] },
		]));
	}
}

// So many switches that they are spread over several manifests. Its root is replaced between the two builds.
function units(repo, edition) {
	put(repo, 'apps/units/app.ini', ini('UNITS'));
	for (let i = 0; i < 300; i++) {
		put(repo, `apps/units/switches/KEY_${i}.json`, { values: [
			{ id: 'there', value: `${'x'.repeat(150)}${i}`, platform: 'android', type: 'full',
				rules: [{ element: 'city', operation: 'contains', value: [cities[i % 4]] }] },
			{ id: 'rest', value: `edition ${edition}`, platform: 'android', type: 'full' },
		] });
	}
}

// A whitelist of several pages, used by an upgrade and by a switch; nothing else decides. Two apps alike but for their name.
export const listed = Array.from({ length: 9000 }, (_, i) => `user-${i}`);
function pages(repo, edition, id, folder) {
	put(repo, `apps/${folder}/app.ini`, ini(id));
	put(repo, `apps/${folder}/whitelists/testers.txt`, [...listed, `only-in-${edition}`].join('\n'));
	put(repo, `apps/${folder}/upgrades/android/5.0.0/release.json`, release('5.0.0', [
		{ id: 'testers', type: 'gray', mode: 'whitelist', whitelists: ['testers'], ...published, prompt: `edition ${edition}` },
	]));
	put(repo, `apps/${folder}/upgrades/android/4.0.0/release.json`, release('4.0.0', [
		{ id: 'everybody', type: 'official', ...published, prompt: `edition ${edition}` },
	]));
	put(repo, `apps/${folder}/switches/beta.json`, { values: [
		{ id: 'testers', value: `on ${edition}`, platform: 'android', type: 'whitelist', whitelists: ['testers'] },
		{ id: 'rest', value: `off ${edition}`, platform: 'all', type: 'full' },
	] });
}

// --- builds ---------------------------------------------------------------------------------------------------------------

export class Builder {
	constructor({ work, keys, program, now }) {
		Object.assign(this, { work, keys, program, now });
	}

	commit(repo) {
		execFileSync('git', ['-C', repo, 'add', '-A']);
		execFileSync('git', ['-C', repo, 'commit', '-qm', 'edition', '--allow-empty']);
	}

	build(repo, out, keys, ...more) {
		const args = ['build', repo, '--out', out, '--keys', keys, '--now', this.now, '--json', ...more];
		return JSON.parse(execFileSync(this.program, args, { maxBuffer: 1 << 26 }));
	}

	// Definitions by `write`(repo, edition), built as edition 1 and 2. `rotate`: with another timestamp key in a second root.
	twice(name, write, { rotate = false } = {}) {
		const repo = join(this.work, `${name}-repo`), root = join(repo, 'keys/1.root.json');
		const result = { name, root, first: join(this.work, name, '1'), second: join(this.work, name, '2') };
		let keys = this.keys;

		for (const edition of [1, 2]) {
			write(repo, edition);
			if (edition === 1) this.init(repo);
			else if (rotate) keys = this.rotate(repo);
			this.commit(repo);
			if (edition === 2) cpSync(result.first, result.second, { recursive: true });
			result.report = this.build(repo, edition === 1 ? result.first : result.second, keys);
		}
		return { ...result, keys: readKeys(keys) };
	}

	init(repo) {
		mkdirSync(join(repo, 'keys'), { recursive: true });
		cpSync(join(this.work, 'root.json'), join(repo, 'keys/1.root.json'));
		if (!existsSync(join(repo, '.git'))) execFileSync('git', ['-C', repo, 'init', '-q', '-b', 'main']);
	}

	rotate(repo) {
		const folder = join(this.work, 'keys-2'), key = newKey(), old = readKeys(this.keys);
		const { signed } = JSON.parse(readFileSync(join(repo, 'keys/1.root.json')));

		cpSync(this.keys, folder, { recursive: true });
		writeFileSync(join(folder, 'timestamp.pem'), pem(key));
		chmodSync(join(folder, 'timestamp.pem'), 0o600);
		delete signed.keys[old.timestamp.id];
		signed.keys[key.id] = key.object;
		signed.roles.timestamp.keyids = [key.id];
		signed.version = 2;
		writeFileSync(join(repo, 'keys/2.root.json'), seal(old.root, signed));
		return folder;
	}

	// The definitions of examples/, of which the shell has made a repository.
	example = () => this.twice('demo', (repo, edition) => {
		const path = join(repo, 'apps/demo/upgrades/android/8.0.10/release.json');

		if (edition === 1) cpSync(join(this.work, 'example'), repo, { recursive: true });
		else writeFileSync(path, readFileSync(path, 'utf8').replace('"percent": 12.5', '"percent": 25'));
	});
	segments = () => this.twice('segments', segments);
	units = () => this.twice('units', units, { rotate: true });
	pair = () => this.twice('pair', (repo, edition) => {
		pages(repo, edition, 'PAGES', 'pages');
		pages(repo, edition, 'TWIN', 'twin');
	});
}
