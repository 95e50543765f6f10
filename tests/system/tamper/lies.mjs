// Metadata that is wrong although all that stands above it is signed, and a hash that fits leads to it.
import { resealed, respelled } from './damage.mjs';
import { seal } from './forge.mjs';
import { check } from './subject.mjs';
import { rootKey, stranger, tolerated, useless } from './words.mjs';

// [what, signed part → signed part]
const lies = [
	['an unknown key', (signed) => ({ ...signed, zzz: 1 })],
	['another app', (signed) => ({ ...signed, app: 'OTHER-default' })],
	['no app', ({ app, ...signed }) => signed],
	['another type', (signed) => ({ ...signed, _type: 'mirrors' })],
	['version 0', (signed) => ({ ...signed, version: 0 })],
	['a version as text', (signed) => ({ ...signed, version: '1' })],
	['an expiry with an offset', (signed) => ({ ...signed, expires: '2036-01-01T00:00:00+00:00' })],
	['an expiry with a fraction', (signed) => ({ ...signed, expires: '2036-01-01T00:00:00.0Z' })],
	['another specification', (signed) => ({ ...signed, spec_version: '1.0.33' })],
];

const liesOf = {
	build: [
		['an unknown key', (signed) => ({ ...signed, zzz: 1 })],
		['another app', (signed) => ({ ...signed, app: 'OTHER-default' })],
		['another type', (signed) => ({ ...signed, _type: 'timestamp' })],
		['an empty lineage', (signed) => ({ ...signed, lineage: [] })],
		['another lineage', (signed) => ({ ...signed, lineage: ['0'.repeat(64)] })],
		['a longer lineage', (signed) => ({ ...signed, lineage: [...signed.lineage, '0'.repeat(64)] })],
		['a file elsewhere that nothing lists', (signed) => ({ ...signed, elsewhere: { 'targets/x': 1 } })],
	],
	snapshot: [
		['a version that timestamp.json does not say', (signed) => ({ ...signed, version: signed.version + 1 })],
		['no targets', (signed) => ({ ...signed, meta: { 'objects.json': signed.meta['objects.json'] } })],
		['a role that is no name', (signed) => ({ ...signed, meta: { '../x.json': signed.meta['targets.json'], ...signed.meta } })],
		['an unknown hash', (signed) => {
			signed.meta['targets.json'].hashes.sha512 = '0'.repeat(128);
		}],
	],
	targets: [
		['a version that the snapshot does not say', (signed) => ({ ...signed, version: signed.version + 1 })],
		['a target outside the folder', (signed) => {
			signed.targets['../x'] = Object.values(signed.targets)[0];
		}],
		['custom data of a target', (signed) => {
			Object.values(signed.targets)[0].custom = {};
		}],
		['a delegation that is not terminating', (signed) => {
			signed.delegations.roles[0].terminating = false;
		}],
	],
	timestamp: [
		['two files', (signed) => ({ ...signed, meta: { ...signed.meta, 'targets.json': signed.meta['snapshot.json'] } })],
		['a snapshot without a hash', (signed) => {
			delete signed.meta['snapshot.json'].hashes;
		}],
		['a longer snapshot', (signed) => {
			signed.meta['snapshot.json'].length++;
		}, 'snapshot'],
		['a later snapshot', (signed) => {
			signed.meta['snapshot.json'].version++;
		}, 'snapshot', (path) => path.replace(/\d+/, (n) => Number(n) + 1)],
	],
};

function refusedByBoth(fault, subject, role, what, changes, path, { state, options }) {
	subject.damaged(changes, () => {
		subject.refusal(fault, `${what}: verify`, subject.verify(), path);
		if (['build', 'objects'].includes(role) || tolerated(what)) return;
		subject.refusal(fault, `${what}: resolve`, subject.resolve(options), path);
		state.mustBeKept(fault, what);
	});
}

export function forgeries(subject, state) {
	const { metadata } = subject;

	for (const role of ['timestamp', 'snapshot', 'targets', 'objects', 'build']) {
		const path = metadata.paths[role], bytes = subject.files.get(path);
		const all = [
			...[...respelled(bytes), ...resealed(bytes, useless(path, metadata))].map(([what, damaged]) =>
				[what, metadata.relinked(role, damaged), path]),
			...[...(role === 'build' ? [] : lies), ...(liesOf[role] ?? [])].map(([what, change, blamed, rename]) => {
				const named = metadata.paths[blamed ?? role];
				return [`${what}, signed by its own key`, metadata.resigned(role, change), rename ? rename(named) : named];
			}),
		];
		check(`${subject.app}: ${path} in another form or with a lie, all above it signed`, (fault) => {
			all.forEach(([what, changes, named], i) => refusedByBoth(fault, subject, role, what, changes, named,
				{ state, options: i % 2 ? { state: state.folder } : {} }));
			return all.length;
		});
	}
}

export function rootForgeries(subject) {
	const path = 'metadata/2.root.json', bytes = subject.files.get(path), { signed } = JSON.parse(bytes);
	const all = [
		['an unknown key', { ...signed, zzz: 1 }],
		['an app', { ...signed, app: subject.app }],
		['the version of another', { ...signed, version: 3 }],
		['no consistent snapshots', { ...signed, consistent_snapshot: false }],
		['threshold 0', { ...signed, roles: { ...signed.roles, timestamp: { ...signed.roles.timestamp, threshold: 0 } } }],
		['threshold 2 of 1', { ...signed, roles: { ...signed.roles, root: { ...signed.roles.root, threshold: 2 } } }],
		['a key twice', { ...signed, roles: { ...signed.roles,
			root: { keyids: [...signed.roles.root.keyids, ...signed.roles.root.keyids], threshold: 2 } } }],
		['a key under another id', { ...signed, keys: { ...signed.keys, [stranger.id]: rootKey.object } }],
		['no role snapshot', { ...signed, roles: { ...signed.roles, snapshot: undefined } }],
	].map(([what, part]) => [what, seal(rootKey, JSON.parse(JSON.stringify(part)))]);
	const takeover = { ...signed, keys: { ...signed.keys, [stranger.id]: stranger.object },
		roles: { ...signed.roles, root: { keyids: [stranger.id], threshold: 1 } } };

	all.push(['a new root key that the old one did not sign', seal(stranger, takeover)]);
	all.push(['a new root key that did not sign itself', seal(rootKey, takeover)]);
	check(`${subject.app}: ${path} with a lie, signed by the root key`, (fault) => {
		for (const [what, damaged] of all) {
			subject.damaged([[path, damaged]], () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), path);
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), path);
			});
		}
		return all.length;
	});
	check(`${subject.app}: a third root that is none`, (fault) => {
		const third = 'metadata/3.root.json';
		for (const [what, damaged] of [['the second again', bytes], ['empty', Buffer.alloc(0)], ['signed by a stranger',
			seal(stranger, { ...signed, version: 3 })]]) {
			subject.damaged([[third, damaged]], () => {
				subject.refusal(fault, `${what}: verify`, subject.verify(), third);
				subject.refusal(fault, `${what}: resolve`, subject.resolve(), third);
			});
		}
	});
}
