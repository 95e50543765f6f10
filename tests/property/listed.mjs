// Whether a device is on a whitelist, FORMAT.md section 6. Part of the second device library (device.mjs).
//
//     listed(app, name, list, device, readObject)     true, false, or null where it cannot be told
import { sha256 } from "./trust.mjs";
import { id } from "./values.mjs";

// --- filters ------------------------------------------------------------------------------------------------------------

const PAGE = 4096;
const WORD = (1n << 64n) - 1n;

function mix(z) {
	z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
	z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
	return z ^ (z >> 31n);
}

// The root that a record's page and proof lead to, or null.
function provenRoot(record, i, pages) {
	let hash = sha256("\0", record.subarray(0, PAGE));
	let at = PAGE;
	const next = () => record.subarray(at, (at += 32));
	for (let last = pages - 1; last > 0; last = Math.floor(last / 2), i = Math.floor(i / 2))
		if (i % 2 === 1)
			hash = sha256("\x01", next(), hash);
		else if (i < last)
			hash = sha256("\x01", hash, next());
	return record.subarray(at).every((byte) => byte === 0) ? hash.toString("hex") : null;
}

// Null where the page cannot be had.
function inFilter(app, name, list, text, readObject) {
	const pages = list.get("p");
	const digest = sha256(sha256("mdstatic/filter/v1", "\0", app, "\0", name), text);
	const i = Number((digest.readBigUInt64BE() * BigInt(pages)) >> 64n);
	const length = PAGE + 32 * Math.ceil(Math.log2(pages));
	const record = readObject(list.get("file"), "filter.bin", i * length, length);
	if (record?.length !== length || provenRoot(record, i, pages) !== list.get("root"))
		return null;
	const seed = digest.readBigUInt64BE(8);
	for (let probe = 0; probe < list.get("k"); probe++) {
		const block = mix((seed + BigInt(Math.floor(probe / 4) + 1) * 0x9e3779b97f4a7c15n) & WORD);
		const bit = Number((block >> BigInt(15 * (probe % 4))) & 0x7fffn);
		if (!(record[bit >> 3] & (1 << (bit & 7))))
			return false;
	}
	return true;
}

// --- expressions -----------------------------------------------------------------------------------------------------------

const known = new Map();

// The expression of a pattern, anchored at both ends; null where the engine takes it for none.
function expression(pattern) {
	if (!known.has(pattern))
		try {
			new RegExp(pattern, "su"); // by itself: a)(b is none, though it fits between the parentheses below
			known.set(pattern, new RegExp(`^(?:${pattern})$`, "su"));
		} catch {
			known.set(pattern, null);
		}
	return known.get(pattern);
}

// Null where no pattern matches, and one is none.
function matches(patterns, text) {
	const all = patterns.map(expression);
	return all.some((one) => one?.test(text)) || (all.includes(null) ? null : false);
}

// --- both ------------------------------------------------------------------------------------------------------------------

export function listed(app, name, list, device, readObject) {
	const text = id(device, list.get("id"));
	if (text === null)
		return false;
	return list.has("patterns") ? matches(list.get("patterns"), text) : inFilter(app, name, list, text, readObject);
}
