// A standard TUF client (tuf-js's Updater) over loopback http, as tests of ours use it.
import { createServer } from 'node:http';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import tuf from 'tuf-js';

const RealDate = Date;

// The client asks the clock for itself: it gets ours.
export function setClock(now) {
	const fixed = new RealDate(now).getTime();
	globalThis.Date = class extends RealDate {
		constructor(...args) {
			super(...(args.length ? args : [fixed]));
		}
		static now() {
			return fixed;
		}
	};
}

// Serves a folder as a bucket behind a CDN would: a file or 404, nothing else. `state.folder` may change.
export async function serve(folder) {
	const state = { folder, requests: [] };
	const server = createServer(async (request, response) => {
		const path = normalize(decodeURIComponent(request.url));
		state.requests.push(path);
		try {
			const body = await readFile(join(state.folder, path));
			response.writeHead(200, { 'content-length': body.length });
			response.end(body);
		} catch {
			response.writeHead(404);
			response.end();
		}
	});
	await new Promise((done) => server.listen(0, '127.0.0.1', done));
	return { state, server, base: `http://127.0.0.1:${server.address().port}` };
}

// Makes clients one after the other that keep what they trust in `work`; `root` is where the first one begins.
export async function newClient(work, root, base) {
	const metadataDir = join(work, 'metadata'), targetDir = join(work, 'targets');
	await mkdir(metadataDir, { recursive: true });
	await mkdir(targetDir, { recursive: true });
	await copyFile(root, join(metadataDir, 'root.json'));
	return () => new tuf.Updater({
		metadataDir,
		metadataBaseUrl: `${base}/metadata`,
		targetDir,
		targetBaseUrl: `${base}/targets`,
		config: { fetchRetry: false, fetchRetries: 0 },
	});
}
