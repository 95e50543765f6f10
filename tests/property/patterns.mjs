// Random patterns of the subset that whitelists allow (FORMAT.md, section 6.1), and ids that match them.
//
//     pattern(random) → { text, sample() }     sample: another matching id each time

const LITERALS = [..."abu012-_,;:#&~@!%='\"/<>` ü📱"];
const ESCAPED = [...".+*?()[]{}|^$\\-#_&~@ /,".replace(" ", "")];
const MEMBERS = [..."xyz789.($*+?{|ü📱_&~/#"];
const RANGES = [["a", "f"], ["0", "4"], ["à", "ÿ"], ["😀", "😎"], ["U", "U"], ["!", "/"]];
const ANY = [..."a0-\n é😀\u2028/"];

const between = (random, [low, high]) =>
	String.fromCodePoint(random.int(low.codePointAt(0), high.codePointAt(0)));

// A class: members and ranges, each written in its turn; a hyphen stands first or last, and never beside another one.
function oneOf(random) {
	const asIs = (c) => ({ text: c, sample: () => c });
	const members = random.chance(30) ? random.some([..."]^[-\\"], 2).map((c) => ({ ...asIs(c), text: `\\${c}` })) : [];
	members.push(...random.some(RANGES, random.int(0, 2)).map((range) =>
		({ text: range.join("-"), sample: () => between(random, range) })));
	members.push(...random.some(MEMBERS, random.int(1, 3)).map(asIs));
	const hyphen = random.pick([["-", ""], ["", "-"], ["", ""], ["", ""]]);
	return { text: `[${hyphen[0]}${members.map(({ text }) => text).join("")}${hyphen[1]}]`,
		sample: () => random.pick(members).sample() };
}

// What an atom stands in: nothing, a group that is repeated, or one that is repeated without an end, where nothing else may be.
// Repetitions of groups are not nested: an engine that goes back (the oracle's does) would never come to an end.
const [FREE, COUNTED, ENDLESS] = [0, 1, 2];

function group(random, depth, within) {
	const branches = Array.from({ length: random.int(1, 3) }, () => branch(random, depth - 1, within));
	if (random.chance(15))
		branches.push({ text: "", sample: () => "" });
	return { text: `(${branches.map(({ text }) => text).join("|")})`, sample: () => random.pick(branches).sample() };
}

function atom(random) {
	const one = (text, c) => ({ text, sample: () => c });
	switch (random.int(0, 6)) {
	case 0: {
		const c = random.pick(ESCAPED);
		return one(`\\${c}`, c);
	}
	case 1:
		return { text: ".", sample: () => random.pick(ANY) };
	case 2:
	case 3:
		return oneOf(random);
	default: {
		const c = random.pick(LITERALS);
		return one(c, c);
	}
	}
}

// [text, least, most], most as samples have it
function quantifier(random, within) {
	const n = random.int(0, 2);
	const m = n + random.int(0, 2);
	return random.pick([["?", 0, 1], [`{${n}}`, n, n], [`{${n},${m}}`, n, m],
		...(within === ENDLESS ? [] : [["*", 0, 2], ["+", 1, 3], [`{${n},}`, n, n + 2]])]);
}

function piece(random, depth, within) {
	const isGroup = depth > 0 && random.chance(25);
	if (!random.chance(40) || (isGroup && within !== FREE))
		return isGroup ? group(random, depth, within) : atom(random);
	const [text, low, high] = quantifier(random, within);
	const inner = isGroup ? group(random, depth, /[*+]|,}$/.test(text) ? ENDLESS : COUNTED) : atom(random);
	return { text: inner.text + text, sample: () => Array.from({ length: random.int(low, high) }, inner.sample).join("") };
}

function branch(random, depth, within) {
	const pieces = Array.from({ length: random.int(1, 4) }, () => piece(random, depth, within));
	return { text: pieces.map(({ text }) => text).join(""), sample: () => pieces.map(({ sample }) => sample()).join("") };
}

// A line of a list: neither blank nor with white space at its ends, and short ids match it too.
export function pattern(random) {
	const branches = Array.from({ length: random.pick([1, 1, 2]) }, () => branch(random, 2, FREE));
	const text = branches.map((one) => one.text).join("|");
	return /^\s|\s$|^$/.test(text) ? pattern(random)
		: { text, sample: () => random.pick(branches).sample().slice(0, 12).replace(/\p{Surrogate}/u, "") };
}
