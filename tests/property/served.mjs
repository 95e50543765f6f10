// The files of an app's tree by their public addresses.
//
//     served(tree, base).at(url) → { sha256, md5, size, text }, undefined where the tree has no such file
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export function served(tree, base) {
	const known = new Map();
	const look = (url) => {
		const path = join(tree, url.slice(base.length));
		if (!url.startsWith(base) || !existsSync(path))
			return undefined;
		const bytes = readFileSync(path);
		const digest = (name) => createHash(name).update(bytes).digest("hex");
		return { sha256: digest("sha256"), md5: digest("md5"), size: bytes.length, text: bytes.toString() };
	};
	return { at: (url) => {
		if (!known.has(url))
			known.set(url, look(String(url)));
		return known.get(url);
	} };
}
