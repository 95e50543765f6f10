// Random tasks, for releases of every kind.
//
//     tasks(random, pools, { kind, commitTime, count, audience, rank }) → array, ids distinct
//
// audience: how many devices a window counts that names no number; rank: optional, the only one that tasks may have.
import { ascending, COUNTS, HOUR, instant, narrowRule, PERCENTS, rules, written } from "./pools.mjs";

const TASK_IDS = ["a", "B", "b", "a.1", "a-1", "A", "10", "9", "z_z", "Z"];

// Past ones are few, so that tasks are equally recent.
function publishedAt(random, commitTime, future) {
	if (random.chance(future))
		return commitTime + random.pick([1, HOUR, 5 * HOUR, 30 * HOUR]);
	return commitTime - random.pick([0, 0, HOUR, 48 * HOUR, 200 * HOUR]);
}

function ramp(random, start, end) {
	const times = random.some(Array.from({ length: 9 }, (_, i) => start + Math.floor(((end - start) * i) / 9)), 4);
	const points = [...new Set(times)].sort((a, b) => a - b);
	const percents = points.map(() => random.pick(PERCENTS));
	if (random.chance(70))
		percents.sort((a, b) => a - b);
	return points.map((at, i) => ({ at: written(random, at), percent: percents[i] }));
}

function window(random, pools, audience, published, commitTime) {
	const [own, users] = random.pick(COUNTS);
	const start = random.chance(50) ? published : commitTime + random.int(-60, 40) * HOUR;
	const end = Math.max(start, published) + random.pick([1, HOUR, 30 * HOUR, 70 * HOUR]);
	if (end > start + 7 * 24 * HOUR)
		return window(random, pools, audience, published, commitTime); // longer than the policy allows
	const made = { end: written(random, end), users };
	if (start !== published || random.chance(20))
		made.start = written(random, start);
	if (users > audience || random.chance(60))
		made.audience = own;
	if (random.chance(50))
		made.ramp = ramp(random, start, end);
	pools.windows.push([start, end]);
	return made;
}

function grayTask(random, pools, task, published, { commitTime, audience, rank }) {
	task.type = "gray";
	task.mode = rank === "whitelist" ? rank : random.pick(["whitelist", "timeWindow", "percentage"]);
	if (task.mode === "whitelist")
		task.whitelists = random.some(pools.lists, random.int(1, 2));
	if (task.mode === "timeWindow")
		task.window = window(random, pools, audience, published, commitTime);
	if (task.mode === "percentage")
		task.percent = random.pick(PERCENTS);
	if (pools.narrow)
		task.rules = [narrowRule(random, pools), ...(random.chance(10) ? rules(random, pools, 1, 1) : [])];
	else if (random.chance(75))
		task.rules = rules(random, pools, 0, 3);
	return task;
}

// What the client is told, which changes nobody's answer but in its own field.
function dialog(random, task, unforced) {
	task.upgradeMode = random.pick(["once", "once", "multiple", unforced ? "once" : "forced"]);
	if (task.upgradeMode === "once" && random.chance(50))
		task.silenceDays = random.pick([0, 1, 3, 365]);
	if (random.chance(60))
		task.prompt = random.pick(["New.", "Neu: \"Größe\"\n\t\\ 新 \u0001 \u2028", "x"]);
}

function task(random, pools, id, context) {
	const published = publishedAt(random, context.commitTime, 20);
	const made = { id };
	if (!context.rank && random.chance(pools.official))
		made.type = "official";
	else
		grayTask(random, pools, made, published, context);
	made.publishedAt = written(random, published);
	if (random.chance(25))
		made.status = random.pick(["pending", "releasing", "paused", "ended"]);
	if (random.chance(15))
		made.channel = random.pick(["dev", "dev", "prod"]);
	return made;
}

// A gray task that everybody may have but for its rules, most often for a short range of versions: what the index
// folds.
function freeTask(random, pools, id, { commitTime }) {
	const made = { id, type: "gray", mode: "percentage", percent: 100, publishedAt: instant(commitTime - HOUR) };
	const sorted = ascending(pools.values.appVersion);
	const i = random.int(0, sorted.length - 1);
	const value = { lower: sorted[i], upper: sorted[Math.min(i + random.int(0, 4), sorted.length - 1)] };
	const ranged = !pools.wide && random.chance(90);
	made.rules = ranged ? [{ element: "appVersion", operation: "in", value }] : rules(random, pools, 1, 1);
	if (random.chance(50))
		made.rules.push(...rules(random, pools, 1, 2));
	return made;
}

// Takes its release back, or did, or will.
function rollback(random, id, { commitTime }) {
	const made = { id, type: "rollback", publishedAt: written(random, commitTime - random.pick([0, HOUR])) };
	if (random.chance(25))
		made.status = random.pick(["pending", "paused", "ended", "releasing"]);
	return made;
}

export function tasks(random, pools, context) {
	const { kind, count, rank } = context;
	const ids = random.some(TASK_IDS, count);
	const made = ids.map((id) => (!rank && random.chance(pools.free) ? freeTask : task)(random, pools, id, context));
	if (kind === "upgrade")
		made.forEach((one) => dialog(random, one, rank !== undefined));
	else if (kind !== "h5" && made.length > 0 && random.chance(25))
		made[0] = rollback(random, made[0].id, context);
	for (const one of made)
		if (random.chance(20))
			one.memo = "never delivered";
	return made;
}
