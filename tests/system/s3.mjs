// For s3.sh and s3faults.sh.
//   s3.mjs definitions DIR NUMBER BASE LISTS   writes the definitions of a release: lists, a switch for each, an upgrade, with NUMBER in them
//   s3.mjs same BASE TREE [AGE]          every file of TREE (of one app) is at BASE, byte for byte, with the headers of its class; AGE: its
//                                        pointerMaxAge (60)
//   s3.mjs seen BASE TREE…               prints the TREE whose timestamp.json is at BASE, when all other files of it are there too, byte for
//                                        byte; of what may change, those of any TREE
//   s3.mjs every '{"control","log","base","tree","publish","device","answer","ways","step"}'
//                                        publishes TREE to a stand-in that fails once: at the first, second, … request (`step`: of those in
//                                        the middle), in each of the ways; prints "way runs looks losses" lines
//   s3.mjs again PATH LOG [EXCUSES]      prints how many objects below PATH that never change radosgw stored more than once; not those of
//                                        which a line with fault=late in EXCUSES tells: they may have come later than the publisher's look
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
const encode = (key) => key.split('/').map(encodeURIComponent).join('/')

function get(url) {
	return new Promise((done, fail) => {
		http.get(url, { agent }, (response) => {
			const chunks = []
			response.on('data', (chunk) => chunks.push(chunk))
			response.on('error', fail)
			response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }))
		}).on('error', fail)
	})
}

function files(dir, prefix = '') {
	return fs.readdirSync(path.join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
		const name = path.posix.join(prefix, entry.name)
		return entry.isDirectory() ? files(dir, name) : [name]
	}).sort()
}

/** Calls f of every item, 16 at a time; what it returns, where that is something. */
async function each(items, f) {
	const found = [], rest = [...items]
	const worker = async () => {
		while (rest.length) {
			const one = await f(rest.shift())
			if (one) found.push(one)
		}
	}
	await Promise.all(Array.from({ length: 16 }, worker))
	return found
}

const mutable = /^(metadata\/timestamp\.json|build\.json|pages\/.*|h5\/preset\/.*)$/

// --- what a class of files is served with: written down here once more, from what is said about it -------------------------------

function cacheControl(name, age) {
	if (name === 'build.json') return 'no-cache'
	return mutable.test(name) ? `public, max-age=${age}` : 'public, max-age=31536000, immutable'
}
const types = {
	json: 'application/json', html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8',
	svg: 'image/svg+xml', png: 'image/png', apk: 'application/vnd.android.package-archive', ipa: 'application/octet-stream',
	bin: 'application/octet-stream', amr: 'application/octet-stream', jar: 'application/java-archive', plist: 'application/xml'
}

async function same(base, tree, age = 60) {
	const all = files(tree)
	const bad = await each(all, async (name) => {
		const { status, headers, body } = await get(`${base}/${encode(name)}`)
		const type = types[path.extname(name).slice(1)]
		if (status !== 200) return `${name}: status ${status}`
		if (!body.equals(fs.readFileSync(path.join(tree, name)))) return `${name}: other bytes`
		if (headers['cache-control'] !== cacheControl(name, age)) return `${name}: Cache-Control: ${headers['cache-control']}`
		if (type && headers['content-type'] !== type) return `${name}: Content-Type: ${headers['content-type']}`
		return headers['content-encoding'] && `${name}: Content-Encoding: ${headers['content-encoding']}`
	})
	if (!all.length) bad.push(`${tree}: no files`)
	return bad
}

async function seen(base, trees, found = console.log) {
	const pointer = (await get(`${base}/metadata/timestamp.json`)).body
	const read = (tree, name) => fs.readFileSync(path.join(tree, name))
	const tree = trees.find((t) => read(t, 'metadata/timestamp.json').equals(pointer))
	if (!tree) return [`${base}/metadata/timestamp.json is of none of ${trees.join(', ')}: ${pointer.toString().slice(0, 200)}`]
	const bad = await each(files(tree), async (name) => {
		const { status, body } = await get(`${base}/${encode(name)}`)
		if (status === 404 && mutable.test(name)) return null // written behind or just before the pointer
		if (status !== 200) return `${name}: status ${status}`
		const good = mutable.test(name) ? trees.some((t) => fs.existsSync(path.join(t, name)) && read(t, name).equals(body)) : read(tree, name).equals(body)
		return good ? null : `${name}: other bytes`
	})
	found(tree)
	return bad
}

const ran = (command) => new Promise((done) => {
	execFile(command[0], command.slice(1), { maxBuffer: 1 << 26 }, (error, stdout, stderr) => done({ code: error ? error.code ?? 99 : 0, stdout, stderr }))
})

function tell(control, what) {
	return new Promise((done, fail) => {
		http.request(control, { agent, method: 'POST' }, (response) => response.resume().on('end', done)).on('error', fail).end(JSON.stringify(what))
	})
}

/** What a stand-in stored twice, of what is written once. */
function storedTwice(log, from) {
	const keys = fs.readFileSync(log, 'utf8').slice(from).split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((r) => r.stored && !r.query).map((r) => r.key)
	return keys.filter((key, i) => keys.indexOf(key) !== i && once(key.replace(/^[^/]*\//, '')))
}

/** What is wrong after one publish with one fault. */
async function afterFault({ control, log, base, tree, publish, device, answer }, nth, does) {
	const from = fs.statSync(log).size
	await tell(control, { back: true, faults: [{ nth, does }] })
	const published = await ran(publish)
	await tell(control, { faults: [] })
	const bad = published.code === 0 ? await seen(base, [tree], () => {}) : [`publish exits with ${published.code}: ${published.stderr}`]
	bad.push(...storedTwice(log, from).map((key) => `${key}: stored twice`))
	const state = fs.mkdtempSync(path.join(os.tmpdir(), 'device-'))
	const got = await ran([...device, '--state', state])
	fs.rmSync(state, { recursive: true })
	if (got.stdout !== fs.readFileSync(answer, 'utf8')) bad.push(`a device gets another answer: ${got.stdout}${got.stderr}`)
	return bad
}

async function every(text) {
	const given = JSON.parse(text)
	const { control, log, publish, ways, step } = given
	await tell(control, { back: true, faults: [] })
	const lines = () => fs.readFileSync(log, 'utf8').split('\n').length
	const before = lines()
	await ran(publish)
	const total = lines() - before
	for (const way of ways) {
		let runs = 0, losses = 0
		for (let nth = 1; nth <= total; nth += nth < 4 || nth > total - 6 ? 1 : step) {
			const bad = await afterFault(given, nth, way)
			runs++
			if (bad.length) losses++
			for (const line of bad) console.error(`request ${nth} of ${total}, ${way}: ${line}`)
		}
		console.log(`${way} ${runs} ${runs} ${losses}`)
	}
	return []
}

/** Whether a file below appCode/ is written once: the probe writes the root over itself. */
const once = (name) => !mutable.test(name) && name !== 'metadata/1.root.json'

function again(below, log, excuses) {
	const late = excuses ? [...fs.readFileSync(excuses, 'latin1').matchAll(/ PUT ([^ ?]+) fault=late /g)].map(([, key]) => key) : []
	const counts = new Map()
	for (const [, key] of fs.readFileSync(log, 'latin1').matchAll(/ beast: .*"PUT ([^ ?"]+) HTTP[^"]*" 200 /g)) counts.set(key, (counts.get(key) ?? 0) + 1)
	const twice = [...counts].filter(([key, n]) =>
		n > 1 && key.startsWith(`${below}/`) && once(key.slice(below.length + 1).replace(/^[^/]*\//, '')) && !late.includes(key))
	for (const [key, n] of twice) console.error(`${key}: ${n} times`)
	console.log(twice.length)
	return []
}

function definitions(dir, number, base, lists) {
	const write = (name, text) => {
		const file = path.join(dir, 'apps/many', name)
		fs.mkdirSync(path.dirname(file), { recursive: true })
		fs.writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(text, null, 2))
	}
	write('app.ini', `[app]\nappId = MANY01\nworkspaceId = default\n[cdn]\nbaseUrl = ${base}/MANY01-default/\n[ios]\naudience = 1000\n`)
	for (let i = 0; i < lists; i++) {
		write(`whitelists/list-${i}.txt`, `user-${i}\nrelease-${number}\n`)
		write(`switches/KEY_${i}.json`, { values: [{ id: 'listed', value: `release ${number}`, platform: 'all', type: 'whitelist', whitelists: [`list-${i}`] }] })
	}
	write('upgrades/ios/2.0/release.json', {
		platform: 'ios', version: '2.0', distribution: { type: 'appStore', url: 'https://apps.apple.com/app/id1' }, memo: `release ${number}`,
		tasks: [{ id: 'all', type: 'official', publishedAt: '2026-11-01T00:00:00Z', upgradeMode: 'once', prompt: `release ${number}` }]
	})
	return []
}

const commands = { same, seen: (base, ...trees) => seen(base, trees), every, again, definitions }
const [command, ...rest] = process.argv.slice(2)
const bad = await commands[command](...rest)
for (const line of bad.slice(0, 20)) console.error(line)
agent.destroy()
process.exitCode = bad.length ? 1 : 0
