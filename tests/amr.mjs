// The smallest package of an h5 app that clients take, signed with tests/keys/private/h5.pem (RSA PKCS#1 v1.5 with SHA-1).
//   import { amr } from './amr.mjs';
//   amr('20171228', '1.0.0.1', [['www/index.html', bytes], …], { manifest, cert, tar, more }) → Buffer; the last change one of its
//       files (text or bytes; null: left away), or add more: [['a.txt', bytes], …]
//   node tests/amr.mjs ID VERSION > FILE
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tar } from './ios.mjs';
import { zip } from './packages.mjs';

const key = createPrivateKey(readFileSync(new URL('keys/private/h5.pem', import.meta.url)));
const signature = (bytes) => sign('sha1', bytes, key).toString('base64');

const manifestOf = (id, version) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<package>\n  <uid>${id}</uid>\n` +
	`  <name>h5app</name>\n  <version>${version}</version>\n</package>\n`);

export function amr(id, version, files = [['www/index.html', '<p>']], change = {}) {
	const name = `${id}.tar`, manifest = manifestOf(id, version), content = tar(files);
	const parts = {
		manifest: ['Manifest.xml', manifest],
		cert: ['CERT.json', `${JSON.stringify({ [name]: signature(content), 'Manifest.xml': signature(manifest) })} \n`],
		tar: [name, content],
	};
	const entries = Object.entries(parts).map(([part, [path, bytes]]) => [path, change[part] ?? bytes, change[part] === null]);
	return zip([...entries.filter(([, , away]) => !away), ...(change.more ?? [])]);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	process.stdout.write(amr(process.argv[2], process.argv[3]));
