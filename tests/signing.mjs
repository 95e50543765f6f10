// Signatures of Android's packages, by the certificate in tests/keys/package.pem; equal input gives equal bytes.
//   import { signApk, signJar, certificate } from './signing.mjs';
//   signApk(zip) → the zip with an APK Signing Block: APK Signature Scheme v2, RSA PKCS#1 with SHA-256
//   signJar(entries) → entries [name, bytes] for zip(): META-INF/MANIFEST.MF, PACKAGE.SF and PACKAGE.RSA, then `entries`
//   certificate: SHA-256 of the certificate in hex
import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { u32 } from './packages.mjs';

const pem = readFileSync(new URL('keys/package.pem', import.meta.url), 'utf8');
const key = createPrivateKey(pem);
const cert = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

export const certificate = sha256(cert.raw).toString('hex');

// --- APK Signature Scheme v2 ---------------------------------------------------------------------------------------------

const V2 = 0x7109871a;
const RSA_SHA256 = 0x0103;
const MAGIC = 'APK Sig Block 42';
const CHUNK = 1 << 20;

const u64 = (n) => u32(n % 2 ** 32, Math.floor(n / 2 ** 32));
const counted = (...parts) => Buffer.concat([u32(parts.reduce((n, part) => n + part.length, 0)), ...parts]);
const record = (bytes) => counted(counted(u32(RSA_SHA256), counted(bytes))); // a list of one

function archiveDigest(sections) {
	const chunks = [];
	for (const section of sections)
		for (let at = 0; at < section.length; at += CHUNK) {
			const chunk = section.subarray(at, at + CHUNK);
			chunks.push(sha256(Buffer.from([0xa5]), u32(chunk.length), chunk));
		}
	return sha256(Buffer.from([0x5a]), u32(chunks.length), ...chunks);
}

export function signingBlock(sections) { // of a zip: entries, directory, end record
	const signed = Buffer.concat([record(archiveDigest(sections)), counted(counted(cert.raw)), counted()]);
	const spki = cert.publicKey.export({ type: 'spki', format: 'der' });
	const signer = Buffer.concat([counted(signed), record(sign('sha256', signed, key)), counted(spki)]);
	const value = counted(counted(signer));
	const pair = Buffer.concat([u64(4 + value.length), u32(V2), value]);
	const size = u64(pair.length + 24);
	return Buffer.concat([size, pair, size, Buffer.from(MAGIC)]);
}

export function signApk(zip) { // whose end record has no comment
	const end = zip.length - 22;
	const directory = zip.readUInt32LE(end + 16);
	const sections = [zip.subarray(0, directory), zip.subarray(directory, end), zip.subarray(end)];
	const block = signingBlock(sections);
	const last = Buffer.from(sections[2]);
	last.writeUInt32LE(directory + block.length, 16);
	return Buffer.concat([sections[0], block, sections[1], last]);
}

// --- JAR signature -----------------------------------------------------------------------------------------------------------

function der(tag, ...parts) {
	const body = Buffer.concat(parts);
	const n = body.length;
	const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
	return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const oid = (...bytes) => der(0x06, Buffer.from(bytes));
const SIGNED_DATA = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);
const DATA = oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01);
const SHA256 = der(0x30, oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01), der(0x05));
const RSA = der(0x30, oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01), der(0x05));
const ONE = der(0x02, Buffer.from([1]));

function elements(body) { // of a constructed DER value
	const list = [];
	for (let at = 0; at < body.length;) {
		const first = body[at + 1];
		const head = first < 128 ? 2 : 2 + (first & 127);
		const n = first < 128 ? first : body.readUIntBE(at + 2, first & 127);
		list.push({ whole: body.subarray(at, at + head + n), body: body.subarray(at + head, at + head + n) });
		at += head + n;
	}
	return list;
}

function detached(text) { // CMS SignedData, one signer, no signed attributes
	const [, serial, , issuer] = elements(elements(elements(cert.raw)[0].body)[0].body);
	const signer = der(0x30, ONE, der(0x30, issuer.whole, serial.whole), SHA256, RSA, der(0x04, sign('sha256', text, key)));
	const signedData = der(0x30, ONE, der(0x31, SHA256), der(0x30, DATA), der(0xa0, cert.raw), der(0x31, signer));
	return der(0x30, SIGNED_DATA, der(0xa0, signedData));
}

// A section of a manifest; lines are broken after 72 bytes with their ends.
function section(...attributes) {
	const lines = attributes.map(([name, value]) => {
		let text = `${name}: ${value}`;
		const pieces = [text.slice(0, 70)];
		for (text = text.slice(70); text; text = text.slice(69))
			pieces.push(` ${text.slice(0, 69)}`);
		return pieces.map((piece) => `${piece}\r\n`).join('');
	});
	return `${lines.join('')}\r\n`;
}

export const manifest = (...sections) => Buffer.from(sections.map((attributes) => section(...attributes)).join(''));

export function signJar(entries) {
	const digests = entries.map(([name, bytes]) =>
		[['Name', name], ['SHA-256-Digest', sha256(Buffer.from(bytes)).toString('base64')]]);
	const whole = manifest([['Manifest-Version', '1.0']], ...digests);
	const sf = manifest([['Signature-Version', '1.0'], ['SHA-256-Digest-Manifest', sha256(whole).toString('base64')]]);
	return [['META-INF/MANIFEST.MF', whole], ['META-INF/PACKAGE.SF', sf], ['META-INF/PACKAGE.RSA', detached(sf)], ...entries];
}
