// Ways to damage a file: pure functions from bytes to [name, bytes] pairs. Every pair has other bytes than the file.
import { forge } from './forge.mjs';

const long = Boolean(process.env.LONG);
const WHOLE = 4096; // LONG=1: files up to this size are flipped byte by byte

const isHex = (byte) => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
const isLetter = (byte) => byte >= 0x61 && byte <= 0x7a;

// Where a flip tells most: the ends, the middles of signatures and hashes, digits of numbers, marks of the syntax.
function places(bytes, wanted) {
	const text = bytes.toString('latin1', 0, 1 << 16);
	const found = new Set([0, bytes.length - 1]);
	for (const pattern of [/"sig":"[0-9a-f]/g, /[0-9a-f]{32}/g, /:\d/g, /"expires":"\d{3}/g, /[{},]"/g])
		for (const match of [...text.matchAll(pattern)].slice(0, wanted / 8 + 1)) found.add(match.index + match[0].length - 1);
	for (let i = 0; found.size < Math.min(wanted, bytes.length); i++)
		found.add(Math.floor((i * 0.6180339887498949 % 1) * bytes.length));
	return [...found].sort((a, b) => a - b);
}

// One bit each; in letters the one that changes capitals, because hex digits have a meaning without regard to case.
export function flips(bytes, wanted) {
	const all = long && bytes.length <= WHOLE;
	const offsets = all ? [...bytes.keys()] : places(bytes, (long ? 20 : 1) * (bytes.length > 1 << 20 ? 4 : wanted));
	return offsets.map((offset, i) => {
		const bit = isHex(bytes[offset]) && isLetter(bytes[offset]) && i % 2 ? 0x20 : 1 << i % 7;
		const copy = Buffer.from(bytes);
		copy[offset] ^= bit;
		return [`bit ${bit} of byte ${offset} flipped`, copy];
	});
}

export function resized(bytes) {
	const all = [
		['emptied', Buffer.alloc(0)],
		['cut in the middle', bytes.subarray(0, bytes.length >> 1)],
		['cut by one byte', bytes.subarray(0, bytes.length - 1)],
		['without its first byte', bytes.subarray(1)],
		['with a line break behind it', Buffer.concat([bytes, Buffer.from('\n')])],
		['with a NUL behind it', Buffer.concat([bytes, Buffer.alloc(1)])],
		['with a space before it', Buffer.concat([Buffer.from(' '), bytes])],
		['twice', Buffer.concat([bytes, bytes])],
		['zeros', Buffer.alloc(bytes.length)],
	];
	return all.filter(([, damaged]) => !damaged.equals(bytes));
}

// The order L of Ed25519's group: S + L passes where a library forgets to ask whether S is reduced.
function malleated(signature) {
	const order = 2n ** 252n + 27742317777372353535851937790883648493n;
	const half = Buffer.from(signature.slice(64), 'hex').reverse().toString('hex');
	const sum = (BigInt(`0x${half}`) + order).toString(16).padStart(64, '0');
	return signature.slice(0, 64) + Buffer.from(sum, 'hex').reverse().toString('hex');
}

// The same JSON in other letters: what a lenient parser reads as equal.
export function respelled(bytes) {
	const text = bytes.toString('utf8'), doc = JSON.parse(text);
	const once = (pattern, by) => text.replace(pattern, by);
	return pairs(bytes, [
		['indented', JSON.stringify(doc, null, 1)],
		['a space behind a colon', once('"signed":', '"signed": ')],
		['a space behind a comma', once('],"signed"', '], "signed"')],
		['a byte order mark', `\ufeff${text}`],
		['envelope in the other order', JSON.stringify({ signed: doc.signed, signatures: doc.signatures })],
		['signed in the other order', JSON.stringify({ ...doc, signed: reversed(doc.signed) })],
		['signature in the other order', JSON.stringify({ ...doc, signatures: doc.signatures.map(reversed) })],
		['an escaped letter in a key', once('"_type"', '"\\u005ftype"')],
		['an escaped letter in a value', once(/"version":/, '"\\u0076ersion":')],
		['an escaped digit of a signature', once(/"sig":"(.)/, (_, c) => `"sig":"\\u00${c.charCodeAt(0).toString(16)}`)],
		['a signature in capitals', once(/"sig":"[0-9a-f]+/, (s) => `"sig":"${s.slice(7).toUpperCase()}`)],
		['a key id in capitals', once(/"keyid":"[0-9a-f]+/, (s) => `"keyid":"${s.slice(9).toUpperCase()}`)],
		['a number with a fraction', once(/"version":(\d+)/, '"version":$1.0')],
		['a number with an exponent', once(/"version":(\d+)/, '"version":$1e0')],
		['a number with a leading zero', once(/"version":(\d+)/, '"version":0$1')],
		['a key twice', once('"_type":', '"_type":"x","_type":')],
		['signed twice', text.slice(0, -1) + `,"signed":${JSON.stringify(doc.signed)}}`],
	]);
}

const reversed = (object) => Object.fromEntries(Object.entries(object).reverse());

// What a thief without keys, or with a key that is of no use, can do to an envelope. `others` are such keys.
export function resealed(bytes, others) {
	const doc = JSON.parse(bytes), first = doc.signatures[0];
	const seal = (signatures) => JSON.stringify({ signatures, signed: doc.signed });
	const all = [
		['an unknown key beside signed', JSON.stringify({ ...doc, extra: 1 })],
		['an unknown key in a signature', seal([{ ...first, extra: 1 }])],
		['an unknown key in signed', JSON.stringify({ ...doc, signed: { ...doc.signed, zzz: 1 } })],
		['no signature', seal([])],
		['a signature twice', seal([first, first])],
		['a signature twice, once in capitals', seal([first, { ...first, keyid: first.keyid.toUpperCase() }])],
		['a signature of zeros', seal([{ ...first, sig: '0'.repeat(first.sig.length) }])],
		['a signature cut short', seal([{ ...first, sig: first.sig.slice(0, -2) }])],
		['a signature too long', seal([{ ...first, sig: `${first.sig}00` }])],
		['a signature with S + L', seal([{ ...first, sig: malleated(first.sig) }])],
		['another app', JSON.stringify({ ...doc, signed: { ...doc.signed, app: 'OTHER-default' } })],
		['another type', JSON.stringify({ ...doc, signed: { ...doc.signed, _type: 'other' } })],
		['a later expiry', JSON.stringify({ ...doc, signed: { ...doc.signed, expires: '2036-01-01T00:00:00Z' } })],
		['a higher version', JSON.stringify({ ...doc, signed: { ...doc.signed, version: 1000 } })],
	];
	for (const [whose, key] of Object.entries(others)) {
		const foreign = forge(key, doc.signed);
		all.push([`a signature by ${whose} behind the good one`, seal([first, foreign])]);
		all.push([`a signature by ${whose} before the good one`, seal([foreign, first])]);
		all.push([`a signature by ${whose} alone`, seal([foreign])]);
		all.push([`a signature by ${whose} in the name of the good key`, seal([{ ...foreign, keyid: first.keyid }])]);
	}
	return pairs(bytes, all);
}

function pairs(bytes, all) {
	return all.map(([name, text]) => [name, Buffer.from(text)]).filter(([, damaged]) => !damaged.equals(bytes));
}
