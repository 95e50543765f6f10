// A reader of renders, written from schemas/RENDER.md alone: who is given what, by the words that people review.
//
//     const rendered = readRender(folder, app, lists);  app: its appCode; lists: name → { ids } or { patterns }
//     rendered.answer(device, at)                       → { upgrade, hotpatch, h5, quickfix, switches }, as winnerOf() gives them
//     winnerOf(answer)                                  the same of what `mdstatic resolve` says
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onList } from "./conditions.mjs";
import { compare, fold, id, number, trim, version } from "./values.mjs";

const FOLDED = ["mobileModel", "netType", "isp", "vmType", "deviceType", "abi", "language"];
const VERSIONS = ["appVersion", "osVersion"];

// --- lines -----------------------------------------------------------------------------------------------------------------

// Lines as a tree: [{ text, below: [ … ] }].
function tree(lines, depth = 0) {
	const found = [];
	for (let i = 0; i < lines.length;) {
		const text = lines[i].slice(4 * depth);
		if (!lines[i].startsWith(" ".repeat(4 * depth)) || text.startsWith(" "))
			throw new Error(`a line with another indent: ${lines[i]}`);
		const deeper = lines.slice(i + 1).findIndex((line) => !line.startsWith(" ".repeat(4 * depth + 4)));
		const end = deeper < 0 ? lines.length : i + 1 + deeper;
		found.push({ text, below: tree(lines.slice(i + 1, end), depth + 1) });
		i = end;
	}
	return found;
}

const literal = (text) => (text.startsWith('"') ? JSON.parse(text) : text);
const seconds = (text) => Date.parse(text) / 1000;

// "12.5" in as many digits as it has: 12.5 = n / d.
function decimal(text) {
	const [whole, fraction = ""] = text.split(".");
	return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) };
}

const part = ({ n, d }, of) => (n * of) / (d * 100n);

// --- rules -----------------------------------------------------------------------------------------------------------------

function value(device, name) {
	const raw = device.get(name);
	const text = typeof raw === "string" ? (name === "versionKey" ? raw : trim(raw)) : "";
	if (text === "")
		return null;
	if (VERSIONS.includes(name))
		return version(text.replace(/^[vV]/, ""));
	return FOLDED.includes(name) ? fold(text) : text;
}

const BOUNDS = {
	"below": (order) => order < 0, "at most": (order) => order <= 0, "above": (order) => order > 0,
	"at least": (order) => order >= 0,
};

function range(words) {
	const [, from, to] = words.match(/^from (\S+) to (\S+)$/) ?? [];
	if (from)
		return (has) => compare(has, version(from)) >= 0 && compare(has, version(to)) <= 0;
	const bounds = words.split(/ (?:and|or) /).map((one) => one.match(/^(below|at most|above|at least) (\S+)$/));
	if (bounds.length > 2 || bounds.includes(null))
		throw new Error(`no range: ${words}`);
	const tests = bounds.map(([, word, bound]) => (has) => BOUNDS[word](compare(has, version(bound))));
	return words.includes(" or ") ? (has) => tests.some((test) => test(has)) : (has) => tests.every((test) => test(has));
}

function oneOf(name, texts) {
	if (VERSIONS.includes(name))
		return (has) => texts.some((text) => compare(has, version(text)) === 0);
	const set = new Set(texts.map(FOLDED.includes(name) ? fold : (text) => text));
	return (has) => set.has(has);
}

// "city is" and what lies below, "osVersion at least 10 (or not known)".
function rule(words, below) {
	const [, name, rest, unknown] = words.match(/^(\S+) (.*?)( \(or not known\))?$/);
	const texts = below.map(({ text }) => literal(text));
	const listed = rest === "is" || rest === "is none of";
	const test = listed ? oneOf(name, texts) : range(rest);
	return (device) => {
		const has = value(device, name);
		return has === null ? unknown !== undefined : test(has) === (rest !== "is none of");
	};
}

// --- conditions ------------------------------------------------------------------------------------------------------------

const bucket = (salt, text) => createHash("sha256").update(`${salt}\0${text}`).digest().readBigUInt64BE();

function drawn(limit, salt, text) {
	return limit >= 1n << 64n || (text !== null && bucket(salt, text) < limit);
}

// Thousandths at a time.
function ramped(points, at) {
	const next = points.findIndex(({ time }) => at < time);
	if (next === 0)
		return 0n;
	if (next < 0)
		return points.at(-1).share;
	const [a, b] = [points[next - 1], points[next]];
	const [passed, all] = [BigInt(at - a.time), BigInt(b.time - a.time)];
	return (a.share * (all - passed) + b.share * passed) / all;
}

const points = (below) => below.map(({ text }) => {
	const [, share, time] = text.match(/^(\S+) % at (\S+)$/);
	return { share: part(decimal(share), 100000n), time: seconds(time) };
});

// Each form of a line → how it makes a condition: (match, below, candidate, context) → (device, at) → boolean.
const FORMS = [
	[/^when channel is dev$/, () => (device) => device.get("channel") === "dev"],
	[/^when patchVersionCode below (\d+) \(or not known\)$/, ([, code]) => (device) =>
		(number(device, "patchVersionCode") ?? -1) < Number(code)],
	[/^when (.*)$/, ([, words], below) => rule(words, below)],
	[/^unless$/, (_, below) => {
		const rules = below.map((line) => rule(line.text, line.below));
		return (device) => !rules.every((holds) => holds(device));
	}],
	[/^listed in$/, (_, below, candidate, { lists }) => {
		const named = below.map(({ text }) => text.match(/^(\S+) by (userId|deviceId)$/));
		return (device) => named.some(([, name, idType]) =>
			onList({ ...lists.get(name), idType }, Object.fromEntries(device)));
	}],
	[/^from (\S+)$/, ([, time]) => (device, at) => at !== null && at >= seconds(time)],
	[/^until (\S+)$/, ([, time]) => (device, at) => at !== null && at < seconds(time)],
	[/^for (\S+) % of users or devices$/, ([, percent], below, candidate) => (device) =>
		drawn(part(decimal(percent), 1n << 64n), candidate.salt, id(device, "userId") ?? id(device, "deviceId"))],
	[/^for \d+ of \d+ devices: (\S+) %$/, ([, percent], below, candidate) => {
		candidate.limit = part(decimal(percent), 1n << 64n);
		return (device, at) => {
			if (candidate.ramp && at === null)
				return false;
			const share = candidate.ramp ? ramped(candidate.ramp, at) : 100000n;
			return drawn((candidate.limit * share) / 100000n, candidate.salt, id(device, "deviceId"));
		};
	}],
];

// --- candidates ------------------------------------------------------------------------------------------------------------

function platforms(lines) {
	const on = lines.map(({ text }) => text.match(/^on (all platforms|\w+)(?:, (.*))?$/)).filter(Boolean)
		.map(([, platform, words]) => [platform, words === undefined ? () => true : rule(words, [])]);
	return (device) => on.length === 0 || on.some(([platform, holds]) =>
		(platform === "all platforms" || platform === device.get("platform")) && holds(device));
}

function headline(text, lines, { app, kind, slot }) {
	const [, version_, task, type] = text.match(/^release (\S+), task (\S+): (official|gray by \w+|rollback)$/) ?? [];
	if (version_)
		return { version: version_, task, type, salt: `${app}/${kind}/${slot}/${version_}/${task}` };
	const named = lines.find((line) => line.text.startsWith("id "));
	return { value: literal(text.match(/^value (.*)$/)[1]), salt: `${app}/switch/${slot}/${named?.text.slice(3)}` };
}

function candidateOf(block, context) {
	const [{ text, below }] = tree(block);
	const made = headline(text, below, context);
	const gets = below.find((line) => /^gets$|^drops what it has$/.test(line.text));
	made.gets = new Map(gets?.below.map((line) => line.text.match(/^(\S+) (.*)$/).slice(1)));
	const ramp = below.find((line) => line.text === "of these");
	made.ramp = ramp && points(ramp.below);
	const conditions = below.filter((line) => line !== gets && line !== ramp && !/^on |^id /.test(line.text));
	made.tests = [platforms(below), ...conditions.map((line) => {
		for (const [form, make] of FORMS) {
			const match = line.text.match(form);
			if (match)
				return make(match, line.below, made, context);
		}
		throw new Error(`not in RENDER.md: ${line.text}`);
	})];
	return made;
}

function slotOf(file, context) {
	const [head, ...blocks] = readFileSync(file, "utf8").split("\n\n");
	if (!head.startsWith(`# ${context.app}, ${context.kind} ${context.slot}: `))
		throw new Error(`${file}: another first line: ${head}`);
	return blocks.map((block) => candidateOf(block.replace(/\n$/, "").split("\n"), context));
}

// --- answers ---------------------------------------------------------------------------------------------------------------

const told = (found, ...more) => (found === undefined ? null : found.type === "rollback"
	? { action: "rollback", task: found.task } : { action: "apply", task: found.task, ...Object.assign({}, ...more) });
const size = (text) => Number(text.match(/, (\d+) bytes?$/)[1]);

export function readRender(folder, app, lists) {
	const slots = new Map();
	for (const kind of readdirSync(join(folder, app)))
		walk(join(folder, app, kind), kind, "");

	function walk(path, kind, below) {
		for (const entry of readdirSync(path, { withFileTypes: true })) {
			const name = below + entry.name;
			if (entry.isDirectory())
				walk(join(path, entry.name), kind, `${name}/`);
			else
				slots.set(`${kind}/${name}`.replace(/\.txt$/, ""),
					slotOf(join(path, entry.name), { app, kind, slot: name.replace(/\.txt$/, ""), lists }));
		}
	}

	const winner = (slot, device, at) => slots.get(slot)?.find(({ tests }) => tests.every((test) => test(device, at)));
	const each = (kind, device, at, what) => Object.fromEntries([...slots.keys()].filter((key) => key.startsWith(`${kind}/`))
		.map((key) => [key.slice(kind.length + 1), winner(key, device, at)]).filter(([, found]) => found)
		.map(([key, found]) => [key, what(found)]));
	return {
		slots,
		answer(plain, at) {
			const device = new Map(Object.entries(plain));
			const upgrade = winner(`upgrade/${plain.platform}`, device, at);
			const hotpatch = winner(`hotpatch/${plain.platform}`, device, at);
			const quickfix = plain.platform === "harmony"
				? winner(`quickfix/${plain.bundleName}/${plain.versionCode}`, device, at) : undefined;
			return {
				upgrade: upgrade ? { version: upgrade.version, task: upgrade.task } : null,
				hotpatch: told(hotpatch, hotpatch?.gets.has("package") && { size: size(hotpatch.gets.get("package")) }),
				h5: each("h5", device, at, ({ version: of, task }) => ({ version: of, task })),
				quickfix: told(quickfix, { version: quickfix?.version }),
				switches: each("switch", device, at, (found) => found.value),
			};
		},
	};
}

// What of an answer the words of a render can say.
export function winnerOf({ upgrade, hotpatch, h5, quickfix, switches }) {
	const name = (found) => found && { version: found.version, task: found.task };
	const isBack = (found) => found?.action === "rollback";
	return {
		upgrade: name(upgrade),
		hotpatch: hotpatch && (isBack(hotpatch) ? hotpatch : { action: "apply", task: hotpatch.task, size: hotpatch.fileSize }),
		h5: Object.fromEntries(Object.entries(h5).map(([slot, found]) => [slot, name(found)])),
		quickfix: quickfix && (isBack(quickfix) ? quickfix
			: { action: "apply", task: quickfix.task, version: String(quickfix.patchVersionCode) }),
		switches,
	};
}
