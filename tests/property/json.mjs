// JSON as FORMAT.md section 1 has it: a strict reader, and the one encoding. Objects are Maps, since an object of
// JavaScript moves keys like "10" to its front; integers beyond 2^53 are BigInts.
//
//     parse(bytes)     → value; throws Refused
//     encode(value)    → text, the encoding of files
//     canonical(value) → text, what signatures are made over
export class Refused extends Error {}

export function refuse(message) {
	throw new Refused(message);
}

const DEPTH = 64;
const SHORT = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", "/": "/" };
const ESCAPES = new Map(Object.entries(SHORT).filter(([letter]) => letter !== "/").map(([letter, c]) =>
	[c, `\\${letter}`]));
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class Reader {
	constructor(text) {
		this.text = text;
		this.at = 0;
	}

	match(pattern) { // sticky
		pattern.lastIndex = this.at;
		const found = pattern.exec(this.text);
		if (found)
			this.at = pattern.lastIndex;
		return found?.[0];
	}

	takes(token) {
		this.match(/[ \t\n\r]*/y);
		if (!this.text.startsWith(token, this.at))
			return false;
		this.at += token.length;
		this.match(/[ \t\n\r]*/y);
		return true;
	}

	expect(token) {
		if (!this.takes(token))
			refuse(`${token} expected at ${this.at}`);
	}

	value(depth) {
		if (depth > DEPTH && /[[{]/.test(this.text[this.at]))
			refuse(`more than ${DEPTH} levels`);
		if (this.takes("{"))
			return this.object(depth);
		if (this.takes("["))
			return this.array(depth);
		if (this.text[this.at] === '"')
			return this.string();
		for (const [word, meaning] of [["true", true], ["false", false], ["null", null]])
			if (this.takes(word))
				return meaning;
		return this.integer();
	}

	integer() {
		const digits = this.match(/-?(?:0|[1-9]\d*)(?![.eE\d])/y) ?? refuse(`no value at ${this.at}`);
		const big = BigInt(digits);
		if (BigInt.asIntN(64, big) !== big)
			refuse(`${digits} is no 64-bit integer`);
		return Number.isSafeInteger(Number(big)) ? Number(big) : big;
	}

	string() {
		const quoted = this.match(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y)
			?? refuse(`bad text at ${this.at}`);
		const text = quoted.slice(1, -1).replace(/\\(?:u(....)|(.))/g, (_, hex, letter) =>
			(hex ? String.fromCharCode(parseInt(hex, 16)) : SHORT[letter]));
		if (text.includes("\0") || /\p{Surrogate}/u.test(text))
			refuse("U+0000 or half a surrogate pair in a text");
		return text;
	}

	array(depth) {
		const items = [];
		if (this.takes("]"))
			return items;
		do
			items.push(this.value(depth + 1));
		while (this.takes(","));
		this.expect("]");
		return items;
	}

	object(depth) {
		const map = new Map();
		if (this.takes("}"))
			return map;
		do {
			const key = this.string();
			this.expect(":");
			if (map.has(key))
				refuse(`duplicate key ${key}`);
			map.set(key, this.value(depth + 1));
		} while (this.takes(","));
		this.expect("}");
		return map;
	}
}

export function parse(bytes) {
	let text;
	try {
		text = utf8.decode(bytes);
	} catch {
		refuse("invalid UTF-8");
	}
	const reader = new Reader(text);
	reader.match(/[ \t\n\r]*/y);
	const value = reader.value(1);
	reader.match(/[ \t\n\r]*/y);
	if (reader.at !== text.length)
		refuse(`something behind the value at ${reader.at}`);
	return value;
}

// By code point: the order of UTF-8 bytes, which is not that of JavaScript's own comparison where there are surrogates.
const SURROGATE = /[\ud800-\udfff]/;

export function byCodePoint(a, b) {
	if (SURROGATE.test(a) || SURROGATE.test(b))
		return Buffer.compare(Buffer.from(a), Buffer.from(b));
	return a < b ? -1 : Number(a > b);
}

const escaped = (c) => ESCAPES.get(c) ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

function write(value, quote) {
	if (value instanceof Map) {
		const keys = [...value.keys()].sort(byCodePoint);
		return `{${keys.map((key) => `${quote(key)}:${write(value.get(key), quote)}`).join(",")}}`;
	}
	if (Array.isArray(value))
		return `[${value.map((item) => write(item, quote)).join(",")}]`;
	return typeof value === "string" ? quote(value) : String(value);
}

export const encode = (value) => write(value, (text) => `"${text.replace(/["\\\u0000-\u001f]/g, escaped)}"`);
export const canonical = (value) => write(value, (text) => `"${text.replace(/["\\]/g, "\\$&")}"`);

// Objects of JavaScript as Maps, for what is written by hand.
export function maps(value) {
	if (Array.isArray(value))
		return value.map(maps);
	if (value === null || typeof value !== "object")
		return value;
	return new Map((value instanceof Map ? [...value] : Object.entries(value)).map(([key, item]) => [key, maps(item)]));
}
