// For ipa.sh: what is easier to say here than there.
//   node ipa.mjs lists DIR             Info.plist files in DIR, in both forms: <name>.xml and <name>.bin of the same keys
//   node ipa.mjs facts FILE            the keys that mdstatic looks at, of an XML list, as `mdstatic inspect --json` names them
//   node ipa.mjs bomb                  a binary list of 425 bytes that stands for more than 8^28 values
//   node ipa.mjs broken DIR            an Info.plist for each way to be broken: <name>.bin
//   node ipa.mjs holds TREE FILE…      exit 1 where a file of the tree holds the hash of a FILE, or 48 bytes out of its middle

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bplist, plist } from '../ios.mjs';

const base = {
	CFBundleIdentifier: 'com.example.demo', CFBundleShortVersionString: '5.0.0', CFBundleVersion: '77', MinimumOSVersion: '13.0',
	CFBundleExecutable: 'Demo',
};
const lists = {
	plain: base,
	around: { AAA: 1, zzz: [true, false, -1, 2 ** 40], Date: new Date('2026-01-01T00:00:00Z'), Data: Buffer.from('\0\xff', 'latin1'), ...base },
	nested: { Inner: { CFBundleIdentifier: 'wrong', List: [{ CFBundleVersion: 'wrong' }] }, ...base, Last: { CFBundleVersion: 'wrong' } },
	unicode: { ...base, CFBundleVersion: '版本 😀 & <7>', CFBundleDisplayName: '演示', 键: '值' },
	long: { ...base, CFBundleVersion: '1.'.repeat(200), 'A key of more than fifteen bytes': 'x'.repeat(70000) },
	many: { ...Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key${i}`, i])), ...base },
	equal: { ...base, CFBundleVersion: '13.0', CFBundleName: 'Demo', CFBundleDisplayName: 'Demo' },
};

const number = (v, bytes) => Buffer.from(v.toString(16).padStart(2 * bytes, '0'), 'hex');

// Objects as bytes, references of one byte, offsets of two.
function binary(objects, change = {}) {
	let at = 8;
	const offsets = objects.map((object) => {
		at += object.length;
		return number(at - object.length, 2);
	});
	const { n = objects.length, table = at, root = 0 } = change;
	return Buffer.concat([Buffer.from('bplist00'), ...objects, ...offsets, Buffer.from([0, 0, 0, 0, 0, 0, 2, 1]), number(n, 8), number(root, 8),
		number(table, 8)]);
}

const string = (text) => Buffer.from([...(text.length < 15 ? [0x50 | text.length] : [0x5f, 0x11, text.length >> 8, text.length & 255]),
	...Buffer.from(text)]);
const bytes = (...v) => Buffer.from(v);

// A dictionary whose only value is an array of eight times the next array, and so on; the last is of texts that fill it up.
function bomb() {
	const levels = 28;
	const arrays = Array.from({ length: levels }, (_, i) => bytes(0xa8, ...Array(8).fill(i + 3)));
	const short = binary([bytes(0xd1, 1, 2), string('key'), ...arrays, string('')]);
	return binary([bytes(0xd1, 1, 2), string('key'), ...arrays, string('x'.repeat(425 - short.length - 3))]);
}

const broken = {
	bomb: bomb(),
	itself: binary([bytes(0xd1, 1, 0), string('key')]),
	pair: binary([bytes(0xd1, 1, 2), string('key'), bytes(0xa1, 3), bytes(0xa1, 2)]),
	nowhere: binary([bytes(0xd1, 1, 9), string('key')]),
	number: binary([bytes(0xd1, 1, 1), bytes(0x10, 1)]),
	twice: binary([bytes(0xd2, 1, 2, 3, 3), string('key'), bytes(0x63, 0, 0x6b, 0, 0x65, 0, 0x79), bytes(9)]),
	size: binary([bytes(0xdf, 0x13, 0x7f, 255, 255, 255, 255, 255, 255, 255)]),
	objects: binary([bytes(0xd0)], { n: 0xffffffff }),
	table: binary([bytes(0xd0)], { table: 0xffff }),
	root: binary([bytes(0xd0)], { root: 1 }),
	deep: binary(Array.from({ length: 65 }, (_, i) => bytes(0xa1, i + 1)).concat(string('x'))),
};

function facts(file) {
	const text = readFileSync(file, 'utf8');
	const value = (key) => new RegExp(`^\t<key>${key}</key>\n\t<string>([^<]*)</string>`, 'm').exec(text)?.[1]
		.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
	return { bundleId: value('CFBundleIdentifier'), version: value('CFBundleShortVersionString'), build: value('CFBundleVersion'),
		minimumOs: value('MinimumOSVersion') };
}

function holds(tree, files) {
	const needles = files.flatMap((file) => {
		const content = readFileSync(file);
		const middle = Math.max(0, Math.floor(content.length / 2) - 24);
		const hashes = ['sha256', 'md5'].map((name) => createHash(name).update(content).digest('hex'));
		return [...hashes.map((hash) => Buffer.from(hash)), content.subarray(middle, middle + 48)].map((needle) => [file, needle]);
	});
	const names = execFileSync('find', [tree, '-type', 'f'], { encoding: 'utf8' }).split('\n').filter(Boolean);
	const found = names.flatMap((name) => {
		const content = Buffer.concat([readFileSync(name), Buffer.from(name)]);
		return needles.filter(([, needle]) => content.includes(needle)).map(([file]) => `${name} holds something of ${file}`);
	});
	console.log(found.join('\n'));
	return names.length && !found.length ? 0 : 1;
}

const write = (dir, name, content) => writeFileSync(join(dir, name), content);
const [, , command, ...args] = process.argv;
switch (command) {
case 'lists':
	for (const [name, list] of Object.entries(lists)) {
		write(args[0], `${name}.xml`, plist(list));
		write(args[0], `${name}.bin`, bplist(list));
	}
	break;
case 'facts':
	console.log(JSON.stringify(facts(args[0])));
	break;
case 'bomb':
	process.stdout.write(bomb());
	break;
case 'broken':
	Object.entries(broken).forEach(([name, content]) => write(args[0], `${name}.bin`, content));
	break;
case 'holds':
	process.exitCode = holds(args[0], args.slice(1));
	break;
default:
	throw new Error(`no such command: ${command}`);
}
