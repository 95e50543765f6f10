// Definitions and devices for the benches, the same every time (seeded).
//   node definitions.mjs resolve FOLDER DEVICES      20 upgrade tasks, 100 switches; DEVICES device lines
import { mkdirSync, writeFileSync } from 'node:fs';

let state = 12345n;
function random(n) {
	state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
	return Number((state >> 33n) % BigInt(n));
}
const pick = (list) => list[random(list.length)];
const cities = Array.from({ length: 40 }, (_, i) => `City ${i}`);
const models = Array.from({ length: 60 }, (_, i) => `Model ${i}`);
const nets = ['wifi', '4g', '5g', '3g'];
const isps = ['Mobile', 'Unicom', 'Telecom'];

function rule() {
	switch (random(5)) {
	case 0: return { element: 'city', operation: 'contains', value: some(cities, 5) };
	case 1: return { element: 'mobileModel', operation: pick(['contains', 'excludes']), value: some(models, 5) };
	case 2: return { element: 'netType', operation: 'contains', value: some(nets, 2) };
	case 3: return { element: 'osVersion', operation: 'in', value: { lower: String(9 + random(5)) } };
	default: return { element: 'appVersion', operation: 'in', value: { lower: `4.${random(9)}.0` } };
	}
}
function some(list, n) {
	return [...new Set(Array.from({ length: n }, () => pick(list)))];
}
function rules() {
	const byElement = new Map();
	for (let i = random(3); i > 0; i--) {
		const r = rule();
		byElement.set(r.element, r);
	}
	return [...byElement.values()];
}

function write(folder, path, value) {
	mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
	writeFileSync(`${folder}/${path}`, typeof value === 'string' ? value : JSON.stringify(value, null, 2) + '\n');
}

function resolveDefinitions(folder) {
	write(folder, 'apps/bench/app.ini', '[app]\nappId = BENCH\nworkspaceId = default\n[cdn]\nbaseUrl = https://cdn.example.com/BENCH-default/\n[android]\naudience = 1000000\n');
	for (let r = 0; r < 4; r++) {
		const tasks = Array.from({ length: 5 }, (_, i) => ({
			id: `t${i}`, type: 'gray', mode: 'percentage', percent: pick([5, 10, 25, 50]),
			publishedAt: '2026-01-01T00:00:00Z', rules: rules(), upgradeMode: 'once', prompt: 'A new version is here.',
		}));
		if (r === 0)
			tasks[4] = { id: 'all', type: 'official', publishedAt: '2026-01-01T00:00:00Z', upgradeMode: 'once' };
		const version = `5.${r}.0`;
		write(folder, `apps/bench/upgrades/android/${version}/release.json`, {
			platform: 'android', version, tasks,
			package: { url: `https://downloads.example.com/${version}.apk`, size: 1000, sha256: '0'.repeat(64) },
		});
	}
	for (let i = 0; i < 100; i++) {
		const values = [];
		if (i % 2)
			for (let k = 1 + random(3); k > 0; k--) {
				const share = random(10) < 3;
				values.push({ id: `v${k}`, value: pick(['on', 'off', 'b']), platform: 'all', ...(share ? { type: 'percentage', percent: 30 } : { type: 'full' }), rules: [rule()] });
			}
		values.push({ id: 'rest', value: pick(['on', 'off', '1']), platform: 'all', type: 'full' });
		write(folder, `apps/bench/switches/switch_${i}.json`, { values });
	}
}

const [, , what, folder, count] = process.argv;
if (what === 'resolve') {
	resolveDefinitions(folder);
	const lines = [];
	for (let i = 0; i < Number(count); i++)
		lines.push(JSON.stringify({
			platform: 'android', appVersion: `4.${random(10)}.${random(5)}`, osVersion: String(8 + random(8)), mobileModel: pick(models),
			city: pick(cities), netType: pick(nets), isp: pick(isps), userId: `u-${random(1e9)}`, deviceId: `d-${random(1e9)}`,
		}));
	writeFileSync(`${folder}/devices.jsonl`, lines.join('\n') + '\n');
}
