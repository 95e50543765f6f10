// examples/device against servers that are slow, broken or hostile: each time it ends soon with the right code and words, what it keeps is
// unchanged, and the good server afterwards is accepted.
//   node hostile_http.mjs MDSTATIC DEVICE REPO KEYS ROOT WORK NOW
import { execFileSync, spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { serve } from './webserver.mjs'

const [mdstatic, device, repo, keys, root, work, now] = process.argv.slice(2)
const app = 'DEMO01-default'
const phone = path.join(path.dirname(new URL(import.meta.url).pathname), '../../examples/devices/1-tester.json')

let failed = 0
function check(name, holds, seen) {
	console.log(`${holds ? 'ok' : 'not ok'} - ${name}`)
	if (holds) return
	failed++
	console.log(`# ${JSON.stringify(seen)?.slice(0, 1500)}`)
}

function run(args) {
	return new Promise((done) => {
		const child = spawn(device, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20000 })
		const result = { code: null, out: '', err: '' }
		child.stdout.on('data', (bytes) => (result.out += bytes))
		child.stderr.on('data', (bytes) => (result.err += bytes))
		child.on('close', (code) => done({ ...result, code }))
	})
}

/** Names and contents of a folder, as one hash. */
function print(folder) {
	const hash = crypto.createHash('sha256')
	for (const name of fs.readdirSync(folder).sort()) hash.update(`${name}\0`).update(fs.readFileSync(path.join(folder, name)))
	return hash.digest('hex')
}

// --- two trees, and a state that knows the first ---------------------------------------------------------------------------------
const web = await serve(''), other = await serve('')
const trees = [path.join(work, 'first'), path.join(work, 'second')], state = path.join(work, 'state'), kept = path.join(state, app)
function change(file, from, to) {
	const text = fs.readFileSync(path.join(repo, file), 'utf8')
	if (!from.test(text)) throw new Error(`${file} has no ${from}`)
	fs.writeFileSync(path.join(repo, file), text.replace(from, to))
}
function build(out, ...more) {
	execFileSync('git', ['-C', repo, 'commit', '-qam', 'change'])
	execFileSync(mdstatic, ['build', repo, '--out', out, '--keys', keys, '--app', app, '--now', now, ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
}
const resolve = (tree) => execFileSync(mdstatic, ['resolve', tree, '--app', app, '--device', phone, '--root', root, '--now', now], { encoding: 'utf8' })
change('apps/demo/app.ini', /https:\/\/cdn\.example\.com\//, `${web.url}/`)
change('apps/demo/app.ini', /https:\/\/cdn2\.example\.com\//, `${other.url}/`)
build(trees[0])
change('apps/demo/switches/new_home.json', /"value": "[^"]*"/g, '"value": "changed"')
change('apps/demo/upgrades/android/8.0.10/release.json', /"prompt": "[^"]*"/g, '"prompt": "changed"')
build(trees[1], '--previous', trees[0])

const options = ['--root', root, '--state', state, '--device', phone, '--now', now, '--patience', '2']
const ask = (...words) => run([`${web.url}/${app}/`, ...options, ...words])
web.folder = other.folder = trees[0]
const known = resolve(trees[0]), wanted = resolve(trees[1])
const first = await ask('answer')
check('the first tree is accepted', first.code === 0 && first.out === known && known !== wanted, first)
const backup = path.join(work, 'backup'), before = print(kept)
fs.cpSync(kept, backup, { recursive: true })
web.folder = other.folder = trees[1]

// --- what a server can do ----------------------------------------------------------------------------------------------------------
const raw = (text) => (request, response) => response.socket.end(text)
const status = (code, headers = {}, body = '') => (request, response) => response.writeHead(code, headers).end(body)
const to = (where) => (request, response) => response.writeHead(302, { Location: typeof where === 'function' ? where(request) : where }).end()
const endless = (request, response) => {
	const block = Buffer.alloc(65536, '[')
	const more = () => { while (!response.destroyed && response.write(block)); }
	if (!response.headersSent) response.writeHead(200)
	response.on('drain', more)
	more()
}
const drip = (request, response) => {
	response.writeHead(200)
	const timer = setInterval(() => response.write(' '), 100)
	response.on('close', () => clearInterval(timer))
}
const half = (request, response, file) => {
	const bytes = fs.readFileSync(file)
	response.writeHead(200, { 'Content-Length': bytes.length })
	response.write(bytes.subarray(0, bytes.length >> 1), () => setTimeout(() => response.destroy(), 20))
}
const gzip = (request, response, file) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(zlib.gzipSync(fs.readFileSync(file)))
const padded = (n) => `HTTP/1.1 200 OK\r\n${'X-Pad: '.padEnd(1000, 'x').concat('\r\n').repeat(n)}Content-Length: 2\r\n\r\n{}`
const html = '<!DOCTYPE html><html><body>Please sign in to this network</body></html>'

const any = [/timestamp\.json/, /snapshot\.json/, /targets\.json/, /android-switch\.json/]
const [timestamp] = any
/** What the server does, at which files, the exit code, and what is said. Exit 3 comes with the last answer, exit 1 with none. */
const cases = [
	['dripping bytes', [timestamp, any[3]], drip, 3, 'Timeout'],
	['silence', [timestamp], () => {}, 3, 'Timeout'],
	['a page of a sign-in', any, status(200, { 'Content-Type': 'text/html' }, html), 1, ''],
	['an empty file', any, status(200), 1, ''],
	['a redirect that writes to the terminal', [timestamp], raw('HTTP/1.1 302 Found\r\nLocation: \x1b]0;owned\x07\x1b[31mred\r\nContent-Length: 0\r\n\r\n'), 3, 'redirects to ?]0;owned??[31mred'],
	['a version that writes to the terminal', [timestamp], status(200, {}, '{"signatures":[],"signed":{"_type":"timestamp","spec_version":"\\u001b[31m\\u009b31m"}}'), 1, ''],
	['no content (204)', [timestamp], status(204), 3, 'answers HTTP 204'],
	['an endless body', any, endless, 1, 'longer than'],
	['a body that ends early', any, half, 3, 'cannot be fetched'],
	['a Content-Length that is too small', any, raw('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"signatures":[],"signed":{}}'), 1, ''],
	['a Content-Length that is none', [timestamp], raw('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}'), 3, 'cannot be fetched'],
	['chunks that are none', [timestamp], raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n{}\r\n'), 3, 'cannot be fetched'],
	['a reset', any, (request, response) => response.socket.resetAndDestroy?.() ?? response.destroy(), 3, 'cannot be fetched'],
	['another protocol', [timestamp], raw('SSH-2.0-OpenSSH_9.2\r\n'), 3, 'cannot be fetched'],
	['gzip that nobody asked for', any, gzip, 3, 'is encoded'],
	['a part (206) of what was asked for whole', [timestamp], status(206, { 'Content-Range': 'bytes 0-1/2' }, '{}'), 3, 'although the whole'],
	['headers of 200 KB', [timestamp], raw(padded(200)), 3, 'headers are too long'],
	['a header of 200 KB', [timestamp], raw(`HTTP/1.1 200 OK\r\nX-Pad: ${'x'.repeat(200000)}\r\n\r\n{}`), 3, 'cannot be fetched'],
	['a redirect to itself', [timestamp, any[3]], to((request) => request.url), 3, 'redirects too often'],
	['a redirect to plain http', any, to('http://cdn.example.com/x'), 3, 'only https is followed'],
	['a redirect to a host that looks like ours', [timestamp], to('http://127.0.0.1.example.com/x'), 3, 'only https is followed'],
	['a redirect to a name as user', [timestamp], to('http://127.0.0.1@example.com/x'), 3, 'only https is followed'],
	['a redirect to a file', any, to('file:///etc/passwd'), 3, 'redirects to'],
	['a redirect to nowhere', [timestamp], status(302), 3, 'redirects to nowhere'],
	['a redirect to https without TLS', [timestamp], to(`https://127.0.0.1:${other.port}/`), 3, 'cannot be fetched'],
	['HTTP 500', any, status(500, {}, html), 3, 'answers HTTP 500'],
	['HTTP 429', [timestamp], status(429, { 'Retry-After': '3600' }), 3, 'answers HTTP 429'],
	['HTTP 503 without end', [timestamp], (request, response) => (response.statusCode = 503, response.flushHeaders(), drip({}, { writeHead() {}, write: (b) => response.write(b), on: (e, f) => response.on(e, f) })), 3, 'cannot be fetched'],
	['not found (404)', any, status(404, {}, html), 1, 'is missing'],
	['forbidden (403)', [timestamp], status(403, {}, html), 1, 'is missing'],
]
for (const [name, files, act, code, says] of cases) {
	for (const at of files) {
		const title = `${name}: ${at.source.replaceAll('\\', '')}`, started = Date.now()
		web.behave = (request, response, file) => at.test(request.url) && (act(request, response, file), true)
		const got = await ask('answer')
		check(title, got.code === code && got.out === (code === 3 ? known : '') && got.err.includes(says) && Date.now() - started < 9000 && !/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(got.err), got)
		if (print(kept) !== before) {
			check(`${title}: what is kept is unchanged`, false, fs.readdirSync(kept))
			fs.rmSync(kept, { recursive: true })
			fs.cpSync(backup, kept, { recursive: true })
		}
	}
}
check('what is kept is unchanged by all of them', print(kept) === before)
web.behave = null
let got = await ask('answer')
check('and the good server is accepted afterwards', got.code === 0 && got.out === wanted, got)

// --- survived ------------------------------------------------------------------------------------------------------------------
fs.rmSync(kept, { recursive: true })
web.behave = (request, response) => (to(`${other.url}${request.url}`)(request, response), true)
got = await ask('answer')
check('redirects to another host that is allowed', got.code === 0 && got.out === wanted, got)
fs.rmSync(kept, { recursive: true })
web.behave = (request, response, file) => fs.existsSync(file) && (response.writeHead(200).end(fs.readFileSync(file)), true)
got = await ask('answer')
check('a server that knows no ranges', got.code === 0 && got.out === wanted, got)

fs.rmSync(kept, { recursive: true })
web.log.length = 0
web.behave = (request, response, file) => {
	if (!request.url.includes('filter.bin')) return false
	response.writeHead(200)
	response.write(fs.readFileSync(file))
	endless({}, response)
	return true
}
got = await ask('answer')
check('a page of a list, and then no end: it is read, and no more', got.code === 0 && got.out === wanted && web.log.some((get) => get.path.includes('filter.bin')) &&
	web.log.every((get) => get.sent < 8 << 20), { got, log: web.log })

// --- ranges of a package -------------------------------------------------------------------------------------------------------------
const isPackage = (request) => request.url.includes('package.apk')
const size = JSON.parse(wanted).upgrade.fileSize, sha256 = JSON.parse(wanted).upgrade.sha256
const digest = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex')
const begin = (request) => Number(/bytes=(\d+)/.exec(request.headers.range ?? 'bytes=0')[1])
const part = (from, headers) => (request, response, file) => {
	const at = from(request), bytes = fs.readFileSync(file).subarray(at)
	response.writeHead(206, { 'Content-Length': bytes.length, ...headers(at) }).end(bytes)
}
const range = (from, shown = from) => part(from, (at) => ({ 'Content-Range': `bytes ${shown === from ? at : shown}-${size - 1}/${size}` }))
const wrong = [
	['another part than the one asked for', 'answers another part', range((request) => begin(request) && begin(request) - 1)],
	['a part that says nothing of itself', 'does not say which', part(begin, () => ({}))],
	['a part in another unit', 'does not say which', part(begin, (at) => ({ 'Content-Range': `pages ${at}-${size - 1}/${size}` }))],
	['several parts', 'does not say which', status(206, { 'Content-Type': 'multipart/byteranges; boundary=b' }, '--b\r\n\r\n--b--')],
	['other bytes under the right range', '', (request, response) => {
		const at = begin(request), bytes = Buffer.alloc(size - at, 'x')
		response.writeHead(206, { 'Content-Length': bytes.length, 'Content-Range': `bytes ${at}-${size - 1}/${size}` }).end(bytes)
	}],
	['a page in place of the file', '', status(200, { 'Content-Type': 'text/html' }, html)],
	['nothing there (416)', '', status(416, { 'Content-Range': 'bytes */0' })],
]
let loaded
/** A download that ends after 1 MiB. */
async function interrupted() {
	fs.rmSync(kept, { recursive: true })
	web.behave = other.behave = (request, response, file) => {
		if (!isPackage(request)) return false
		const bytes = fs.readFileSync(file), at = begin(request)
		if (at) return response.destroy() && true
		response.writeHead(206, { 'Content-Length': size, 'Content-Range': `bytes 0-${size - 1}/${size}` })
		response.write(bytes.subarray(0, 1 << 20), () => setTimeout(() => response.destroy(), 20))
		return true
	}
	await ask('download', 'upgrade')
}
for (const [name, says, act] of wrong) {
	await interrupted()
	web.behave = other.behave = (request, response, file) => isPackage(request) && (act(request, response, file), true)
	got = await ask('download', 'upgrade')
	check(`${name}, everywhere: no package`, got.code !== 0 && got.code !== null && got.out === '' && got.err.includes(says), got)
	check(`${name}: nothing has the package's name`, !fs.readdirSync(kept).some((file) => file.startsWith('package-')), fs.readdirSync(kept))
	other.behave = null
	got = await ask('download', 'upgrade')
	const file = JSON.parse(got.out || '{}').file
	check(`${name}: the mirror has the right one`, got.code === 0 && file && digest(file) === sha256, got)
}
await interrupted()
web.behave = (request, response, file) => isPackage(request) && (response.writeHead(200, { 'Content-Length': size }).end(fs.readFileSync(file)), true)
got = await ask('download', 'upgrade')
loaded = JSON.parse(got.out || '{}')
check('the whole in answer to a range: what is there already is passed over', got.code === 0 && digest(loaded.file) === sha256 && loaded.fetched === size - (1 << 20), got)
await Promise.all([web.stop(), other.stop()])
process.exit(failed ? 1 : 0)
