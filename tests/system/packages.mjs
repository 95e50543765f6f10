// Archives for the scripts beside this file, to stdout.
//   node packages.mjs folder DIR TOP    the files below DIR, in the folder TOP ("" for none)
//   node packages.mjs hqf PATCH.json [PATH…]   a module of a quick fix, with a file at each path, code and libraries as they must be
//   node packages.mjs appqf FILE…       modules in one
//   node packages.mjs CASE              a package of an h5 app, good or bad in one way
import fs from 'node:fs';
import path from 'node:path';
import { abc, bsdiff, elf } from '../harmony.mjs';
import { hqf, zip } from '../packages.mjs';

const CENTRAL = 0x02014b50;
const UNIX = 3;
const SYMLINK = 0o120777;

function walk(dir, at = '') {
	return fs.readdirSync(path.join(dir, at), { withFileTypes: true }).flatMap((e) => {
		const name = path.posix.join(at, e.name);
		return e.isDirectory() ? walk(dir, name) : [[name, fs.readFileSync(path.join(dir, name))]];
	});
}

// The last entry becomes a symbolic link: the archive says Unix, and its directory has the mode.
function linked(entries) {
	const bytes = zip(entries);
	const at = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
	if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error('no directory');
	bytes[at + 5] = UNIX;
	bytes.writeUInt32LE((SYMLINK << 16) >>> 0, at + 38);
	return bytes;
}

const page = ['www/index.html', '<p>'];
const cases = {
	good: () => zip([page]),
	traversal: () => zip([page, ['www/../../x.html', 'x']]),
	absolute: () => zip([page, ['/etc/x.html', 'x']]),
	symlink: () => linked([page, ['www/link', '/etc/passwd']]),
	duplicate: () => zip([page, ['www/index.html', '<b>']]),
	letters: () => zip([page, ['WWW/other.html', 'x']]),
	file: () => zip([page, ['www/index.html/x.html', 'x']]),
	long: () => zip([page, [`www/${'a'.repeat(97)}`, 'x']]),
	longest: () => zip([page, [`www/${'a'.repeat(96)}`, 'x']]),
	accent: () => zip([page, ['www/\u00e9.html', 'x']]),
	nopage: () => zip([['www/Index.html', '<p>']]),
	truncated: () => zip([page]).subarray(0, -30),
	beside: () => zip([page, ['20171228/www/index.html', 'x']]),
	host: () => zip([page, ['cdn.example.com/DEMO01_default/a.js', 'x']]),
	empty: () => zip([]),
};

function bytesOf(file) {
	const text = Buffer.from(`bytes of ${file}`);
	if (file.endsWith('.abc'))
		return abc(text);
	const abi = file.split('/')[1];
	return Buffer.concat([file.endsWith('.so.diff') ? bsdiff() : file.endsWith('.so') ? elf(abi) : Buffer.alloc(0), text]);
}

const makers = {
	folder: (dir, top) => zip(walk(dir).map(([name, data]) => [path.posix.join(top, name), data])),
	hqf: (patch, ...files) => hqf(JSON.parse(fs.readFileSync(patch)), Object.fromEntries(files.map((f) => [f, bytesOf(f)]))),
	appqf: (...files) => zip(files.map((f) => [path.basename(f), fs.readFileSync(f)])),
};

const [what, ...rest] = process.argv.slice(2);
process.stdout.write((makers[what] ?? cases[what])(...rest));
