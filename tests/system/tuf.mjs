// A standard TUF client reads our trees: tuf-js's Updater over loopback http.
//   node tuf.mjs fetch   APPDIR ROOT.json NOW             every index and every object arrives with the right bytes
//   node tuf.mjs refused APPDIR ROOT.json NOW REASON      refreshing fails, and the error's name or message holds REASON
//   node tuf.mjs replay  APPDIR OLDER ROOT.json NOW       after APPDIR, OLDER's timestamp (another tree of the app) is refused
// NOW (RFC 3339) is the client's clock. Prints "ok …" or "not ok …"; exit 1 when something is not as it should be.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newClient, serve, setClock } from './tufclient.mjs';

// What the metadata lists, read without the client: path → { sha256, length }.
async function listed(app) {
	const json = async (name) => JSON.parse(await readFile(join(app, 'metadata', name))).signed;
	const snapshot = await json(`${(await json('timestamp.json')).meta['snapshot.json'].version}.snapshot.json`);
	const targets = await json(`${snapshot.meta['targets.json'].version}.targets.json`);
	const files = { ...targets.targets };
	for (const role of targets.delegations.roles)
		Object.assign(files, (await json(`${snapshot.meta[`${role.name}.json`].version}.${role.name}.json`)).targets);
	return files;
}

async function fetchAll(app, root, work) {
	const { server, base, state } = await serve(app);
	const updater = (await newClient(work, root, base))();
	await updater.refresh();
	console.log(`ok - refreshed with ${state.requests.length} requests`);
	const files = await listed(app);
	let n = 0;
	for (const [path, { hashes, length }] of Object.entries(files)) {
		const info = await updater.getTargetInfo(path);
		if (!info)
			throw new Error(`the client does not find ${path}`);
		const bytes = await readFile(await updater.downloadTarget(info, join(work, 'targets', String(n++))));
		if (bytes.length !== length || createHash('sha256').update(bytes).digest('hex') !== hashes.sha256)
			throw new Error(`${path} arrived with other bytes`);
	}
	if (!n || await updater.getTargetInfo('o/0000000000000000/manifest.json'))
		throw new Error('nothing was listed, or too much');
	server.close();
	console.log(`ok - ${n} targets, and none that is not listed`);
}

async function expectRefused(refresh, what, reason) {
	try {
		await refresh();
	} catch (error) {
		if (!`${error.name} ${error.constructor.name} ${error.message}`.toLowerCase().includes(reason.toLowerCase()))
			throw new Error(`${what} is refused, but for another reason: ${error.name}: ${error.message}`);
		console.log(`ok - ${what} is refused: ${error.message}`);
		return;
	}
	throw new Error(`${what} is taken`);
}

async function refused(app, root, work, reason) {
	const { server, base } = await serve(app);
	const updater = (await newClient(work, root, base))();
	await expectRefused(() => updater.refresh(), 'the tree', reason);
	server.close();
}

async function replay(app, older, root, work) {
	const { server, base, state } = await serve(app);
	const client = await newClient(work, root, base);
	await client().refresh();
	state.folder = older;
	await expectRefused(() => client().refresh(), 'an older timestamp', 'version');
	state.folder = app;
	await client().refresh();
	console.log('ok - the newer tree is still taken afterwards');
	server.close();
}

const [mode, app, ...args] = process.argv.slice(2);
const work = await mkdtemp(join(tmpdir(), 'mdstatic-tuf-'));
try {
	if (!(await readdir(app)).includes('metadata'))
		throw new Error(`${app} is no app's folder`);
	setClock(args[mode === 'replay' ? 2 : 1]);
	if (mode === 'fetch')
		await fetchAll(app, args[0], work);
	else if (mode === 'refused')
		await refused(app, args[0], work, args[2]);
	else if (mode === 'replay')
		await replay(app, args[0], args[1], work);
	else
		throw new Error(`unknown mode ${mode}`);
} catch (error) {
	console.log(`not ok - ${mode} ${app}: ${error.message}`);
	process.exitCode = 1;
} finally {
	await rm(work, { recursive: true });
}
