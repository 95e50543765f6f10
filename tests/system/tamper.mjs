// What `mdstatic verify` and `mdstatic resolve` must refuse, tried out: node tamper.mjs WORK NOW, see tamper.sh.
//
// Each tree is damaged in place and put right again. A refusal is exit 1 and a message that names the file; `resolve` prints no
// answer that the good tree does not give, and what --state keeps stays as it was. The one exception is a whitelist's page: one
// that is missing or not proven means "not listed", and "incomplete".
import { join } from 'node:path';
import { elsewhere, endless, extraFiles, resolveEverything, verifyEverything } from './tamper/files.mjs';
import { expiredRoot, expiries, mixtures, ownRoot, rollbacks, wrongRoot } from './tamper/history.mjs';
import { forgeries, rootForgeries } from './tamper/lies.mjs';
import { State, Subject, check, closing } from './tamper/subject.mjs';
import { Builder } from './tamper/trees.mjs';
import { otherApp, whitelists } from './tamper/twins.mjs';
import { kindOf, now, work } from './tamper/words.mjs';

const subjectOf = (built, edition, app, devices) => new Subject({ work, now, app, devices, root: built.root,
	top: edition === 1 ? built.first : built.second, keys: built.keys });

// Good trees are accepted, and the state holds the first edition.
function begin(subject, older) {
	const state = { folder: join(work, `${subject.app}-state`) };

	check(`${subject.app}: both editions are good, and differ`, (fault) => {
		for (const tree of [older, subject]) {
			tree.acceptance(fault, `verify ${tree.top}`, tree.verify());
			tree.acceptance(fault, `resolve ${tree.top}`, tree.resolve());
		}
		subject.acceptance(fault, 'the state', older.resolve({ state: state.folder }));
		if (older.resolve().out === subject.resolve().out) fault('the answers are the same');
		return subject.files.size;
	});
	return new State(state.folder);
}

// After all the damage the tree is as it was, and a state that saw only refusals goes on to it.
function end(subject, state) {
	check(`${subject.app}: the good tree is accepted after all that`, (fault) => {
		const good = subject.resolve();
		subject.acceptance(fault, 'verify', subject.verify());
		state.mustBeKept(fault, 'all of it');
		subject.acceptance(fault, 'resolve', subject.resolve({ state: state.folder }), good.out);
		if (!state.changed()) fault('the state did not go on');
	});
}

function reading(subject, files, wanted) {
	check(`${subject.app}: ${files.length} of ${subject.files.size} files are read`, (fault) => {
		for (const kind of wanted) if (!files.some((path) => kindOf(path) === kind)) fault(`no ${kind} among ${files.join(' ')}`);
	});
}

const phone = { platform: 'android', userId: 'user-77', deviceId: 'device-77' };
const onWifi = { ...phone, city: 'Chengdu', netType: 'wifi' };
const sharers = [...Array(12).keys()].map((i) => ({ ...onWifi, appVersion: '8.0.9', userId: `share-${i}` }));

// `flipped`: bits of each file; `kinds`: what the devices read at the least, beside the metadata; `more`: what the tree is for.
const trees = {
	'DEMO01-default': {
		build: (builder) => builder.example(),
		flipped: 15,
		kinds: ['android-upgrade.json', 'android-switch.json', 'ios-switch.json', 'harmony-switch.json', 'answer.json'],
		devices: [{ ...onWifi, appVersion: '8.0.8', osVersion: '12' }, ...sharers,
			{ ...phone, appVersion: '8.0.0', osVersion: '9', deviceId: 'lab-007' }, { ...phone, appVersion: '8.0.8', channel: 'dev' },
			{ platform: 'ios', userId: 'x' }, { platform: 'harmony', userId: 'x' }],
		more(subject, older, state) {
			expiries(subject, state);
			rollbacks(subject, older, state);
			extraFiles(subject);
			ownRoot(subject);
			elsewhere(subject);
		},
	},
	'SEGMENTS-default': {
		build: (builder) => builder.segments(),
		flipped: 8,
		kinds: ['android-upgrade.json', 'manifest.json', 'answer.json'],
		devices: [3, 90, 200].map((i) => ({ ...phone, appVersion: `4.${i}.1`, city: 'Hangzhou' })),
		more() {},
	},
	'UNITS-default': {
		build: (builder) => builder.units(),
		flipped: 8,
		kinds: ['root.json', 'android-switch.json', 'manifest.json'],
		devices: [{ ...phone, city: 'Beijing' }, { ...phone, city: 'Chengdu' }],
		more(subject, older, state) {
			rollbacks(subject, older, state);
			rootForgeries(subject);
			expiredRoot(subject);
		},
	},
	'PAGES-default': {
		build: (builder) => builder.pair(),
		flipped: 25,
		kinds: ['android-upgrade.json', 'android-switch.json', 'answer.json'],
		devices: [{ ...phone, appVersion: '3.0' }, { ...phone, appVersion: '3.0', userId: 'nobody' }],
		more(subject, older, state, built) {
			const twin = subjectOf(built, 2, 'TWIN-default', subject.devices);
			forgeries(subject, state);
			mixtures(subject, older, state);
			otherApp(subject, twin, state);
			whitelists(subject, twin);
		},
	},
};

const builder = new Builder({ work, keys: join(work, 'keys'), program: join(work, 'mdstatic'), now });
for (const [app, { build, flipped, kinds, devices, more }] of Object.entries(trees)) {
	const built = build(builder), older = subjectOf(built, 1, app, devices), subject = subjectOf(built, 2, app, devices);
	const state = begin(subject, older);

	verifyEverything(subject, flipped);
	const files = resolveEverything(subject, flipped, state);
	reading(subject, files, ['timestamp.json', 'snapshot.json', 'targets.json', ...kinds]);
	endless(subject, files, state);
	wrongRoot(subject, state);
	more(subject, older, state, built);
	end(subject, state);
}
process.exitCode = closing();
