// What the contract says of the deltas in an answer, short of their bytes. Which of them are there only the build can know:
// one that is larger than maxRatio is not.
//
//     deltasTo(release, app, hashOf)   a test as in oracle.mjs; hashOf(release): SHA-256 of its package, undefined: not known
import { compare, meet, seconds, version } from "./conditions.mjs";

const isProduct = (a, b) => a.kind !== "hotpatch"
	|| compare(version(a.file.productVersion), version(b.file.productVersion)) === 0;
const wasPublished = ({ file: { tasks } }, commitTime) =>
	tasks.some(({ status, publishedAt }) => status !== "pending" && seconds(publishedAt) <= commitTime);

// The releases that deltas may come from, the nearest first; those of a slot are there best first.
function earlier(release, { slots, settings, commitTime }) {
	const all = slots[release.kind].get(release.slot);
	return all.slice(all.indexOf(release) + 1).filter((one) => isProduct(one, release) && wasPublished(one, commitTime))
		.slice(0, Number(settings.get("delta.from") ?? 3));
}

export const deltasTo = (release, app, hashOf) => (deltas, tree, { fileSize }) => {
	const from = earlier(release, app);
	const places = (deltas ?? []).map((delta) => from.findIndex(({ text }) => text === delta.from));
	if (deltas)
		meet(`${release.kind} with a delta`);
	return deltas?.length !== 0 && places.every((place, i) => place >= 0 && (i === 0 || places[i - 1] < place))
		&& (deltas ?? []).every(({ fromSha256, url, sha256, size, ...more }, i) => {
			const file = tree.at(url);
			const known = hashOf(from[places[i]]);
			return file?.sha256 === sha256 && file.size === size && file.text.startsWith("mdsdelta")
				&& size * 1e6 <= fileSize * Math.round(Number(app.settings.get("delta.maxRatio") ?? 0.7) * 1e6)
				&& /^[0-9a-f]{64}$/.test(fromSha256) && (known === undefined || known === fromSha256)
				&& Object.keys(more).join() === "from";
		});
};
