// examples/device against a tree that is served here: its commands, what each costs on the wire, and life without a network.
//   node device.mjs MDSTATIC DEVICE REPO KEYS ROOT WORK NOW CACHE
import { execFileSync, spawn } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { serve } from './webserver.mjs'

const [mdstatic, device, repo, keys, root, work, now, cache] = process.argv.slice(2)
const app = 'DEMO01-default'
const devices = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../../examples/devices')
const tree = path.join(work, 'tree')

let failed = 0
function check(name, holds, seen) {
	console.log(`${holds ? 'ok' : 'not ok'} - ${name}`)
	if (!holds && seen !== undefined) console.log(`# ${JSON.stringify(seen)?.slice(0, 1500)}`)
	if (!holds) failed++
}
const same = (name, got, wanted) => check(name, JSON.stringify(got) === JSON.stringify(wanted), { got, wanted })

/** Runs a program to its end: { code, out, err }. */
function run(program, args) {
	return new Promise((done) => {
		const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 30000 })
		const result = { code: null, out: '', err: '' }
		child.stdout.on('data', (bytes) => (result.out += bytes))
		child.stderr.on('data', (bytes) => (result.err += bytes))
		child.on('close', (code) => done({ ...result, code }))
	})
}

const web = await serve(tree), mirror = await serve(tree)
const ask = (state, file, ...words) => run(device, [`${web.url}/${app}/`, '--root', root, '--state', path.join(work, state),
	'--device', file, '--now', now, ...words])
const phone = path.join(work, 'phone.json') // on a network on which the upgrade may be offered
const tester = path.join(devices, '1-tester.json')
fs.writeFileSync(phone, fs.readFileSync(tester, 'utf8').replace('"wifi"', '"4g"'))

/** The tree of the definitions as they are now; the servers are its CDN. */
function build() {
	execFileSync('git', ['-C', repo, 'commit', '-qam', 'change'])
	execFileSync(mdstatic, ['build', repo, '--out', tree, '--keys', keys, '--app', app, '--now', now], { stdio: ['ignore', 'ignore', 'inherit'] })
}
function edit(file, from, to) {
	const text = fs.readFileSync(path.join(repo, file), 'utf8')
	if (!text.includes(from)) throw new Error(`${file} has no ${from}`)
	fs.writeFileSync(path.join(repo, file), text.replace(from, to))
}
edit('apps/demo/app.ini', 'https://cdn.example.com/', `${web.url}/`)
edit('apps/demo/app.ini', 'https://cdn2.example.com/', `${mirror.url}/`)
build()

const resolve = (file) => execFileSync(mdstatic, ['resolve', tree, '--app', app, '--device', file, '--root', root, '--now', now], { encoding: 'utf8' })
const since = async (action) => {
	web.log.length = 0
	const result = await action()
	return { ...result, gets: web.log.map(({ path: url, range, status, sent }) => ({ url, range, status, sent })) }
}
const total = (gets) => gets.reduce((sum, get) => sum + get.sent, 0)

// --- answers ------------------------------------------------------------------------------------------------------------------
for (const name of fs.readdirSync(devices).sort()) {
	const file = path.join(devices, name), got = await ask(name, file, 'answer')
	check(`answer is what resolve prints: ${name}`, got.code === 0 && got.out === resolve(file), got)
}
let got = await since(() => ask('1-tester.json', tester, 'answer'))
same('nothing new: one request', [got.code, got.gets.length, got.gets[0]?.url], [0, 1, `/${app}/metadata/timestamp.json`])
check('and at most 640 bytes', total(got.gets) <= 640, got.gets)
check('nothing new: the same answer', got.out === resolve(tester), got)
got = await since(() => ask('1-tester.json', tester, 'answer', '--verbose'))
check('--verbose tells of the request', got.err.startsWith(`GET ${web.url}/${app}/metadata/timestamp.json: 200, `), got.err)

// --- the upgrade check and its download ---------------------------------------------------------------------------------------
got = await ask('phone', phone, 'check')
const offer = JSON.parse(got.out || '{}'), answer = JSON.parse(resolve(phone)).upgrade
same('check: the offer with the fields of the answer', [got.code, offer.state, offer.resultStatus, offer.version, offer.task, offer.downloadUrl, offer.sha256, offer.md5, offer.fileSize, offer.guideMemo],
	[0, 'offered', answer.resultStatus, answer.version, answer.task, answer.downloadUrl, answer.sha256, answer.md5, answer.fileSize, answer.guideMemo])
got = await since(() => ask('phone', phone, 'check'))
same('check, nothing new: one request', [got.code, got.gets.length, JSON.parse(got.out || '{}').state], [0, 1, 'offered'])

got = await ask('tester', tester, 'check')
same('check: not on this network', [got.code, JSON.parse(got.out || '{}').state, JSON.parse(got.out || '{}').needClientNetType], [0, 'limit', ['3g', '4g']])

const apk = (version) => fs.readdirSync(cache).map((name) => path.join(cache, name)).find((file) => file.endsWith('.apk') && version.startsWith(path.basename(file, '.apk')))
const old = apk(answer.deltas[0].fromSha256)
const digest = (file) => crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex')
got = await since(() => ask('phone', phone, 'download', 'upgrade', '--base', old))
let loaded = JSON.parse(got.out || '{}')
check('a delta from the installed package', got.code === 0 && loaded.byDelta === true && loaded.fetched === answer.deltas[0].size, got)
check('what comes out is the released package', loaded.file && digest(loaded.file) === answer.sha256, loaded)
check('the package itself was not loaded', total(got.gets) < answer.deltas[0].size + 2000, got.gets)
got = await since(() => ask('phone', phone, 'download', 'upgrade'))
same('again: it is there', [got.code, JSON.parse(got.out || '{}').fetched ?? 0, got.gets.length], [0, 0, 1])
got = await ask('phone', phone, 'check')
same('check: its package lies here', [JSON.parse(got.out || '{}').state, JSON.parse(got.out || '{}').file], ['downloaded', loaded.file])

// --- a download that breaks off ------------------------------------------------------------------------------------------------
const isPackage = (request) => request.url.includes('package.apk')
const cutAt = 1 << 20
web.behave = mirror.behave = (request, response, file) => {
	if (!isPackage(request)) return false
	const from = Number(/bytes=(\d+)/.exec(request.headers.range ?? 'bytes=0')[1])
	const bytes = fs.readFileSync(file)
	if (from >= cutAt) return response.destroy() && true
	response.writeHead(206, { 'Content-Length': bytes.length - from, 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` })
	response.write(bytes.subarray(from, cutAt), () => setTimeout(() => response.destroy(), 30))
	return true
}
got = await ask('cut', phone, 'download', 'upgrade')
check('a connection that breaks off every time: unreachable, and nothing is claimed', got.code === 3 && got.out === '', got)
web.behave = mirror.behave = null
got = await since(() => ask('cut', phone, 'download', 'upgrade'))
loaded = JSON.parse(got.out || '{}')
check('the next run is whole', got.code === 0 && loaded.file && digest(loaded.file) === answer.sha256, got)
const resumed = got.gets.filter((get) => get.url.includes('package.apk'))
check('it goes on where it ended', resumed.length === 1 && resumed[0].range === `bytes=${cutAt}-${answer.fileSize - 1}` && resumed[0].sent === answer.fileSize - cutAt, resumed)
check('and says how much it loaded', loaded.fetched === answer.fileSize - cutAt, loaded)

const litter = path.join(work, 'litter', app, `part-${answer.sha256}`)
fs.mkdirSync(path.dirname(litter), { recursive: true })
fs.writeFileSync(litter, Buffer.alloc(answer.fileSize + 100000, 'x'))
got = await ask('litter', phone, 'download', 'upgrade')
loaded = JSON.parse(got.out || '{}')
check('a part with more than the package is cut', got.code === 0 && loaded.file && digest(loaded.file) === answer.sha256, got)

web.behave = (request, response) => isPackage(request) && response.writeHead(503).end() && true
mirror.log.length = 0
got = await ask('mirror', phone, 'download', 'upgrade')
loaded = JSON.parse(got.out || '{}')
check('the first address fails: a mirror has it', got.code === 0 && loaded.file && digest(loaded.file) === answer.sha256 && mirror.log.length > 0, got)
web.behave = null

// --- a disk that is full: files end after 1 KiB -------------------------------------------------------------------------------------
const asked = [`${web.url}/${app}/`, '--root', root, '--state', path.join(work, 'full'), '--device', phone, '--now', now, 'answer']
got = await run('bash', ['-c', 'trap "" XFSZ; ulimit -f 1; exec "$@"', 'bash', device, ...asked])
check('a full disk: told, and no answer', got.code === 3 && got.out === '' && got.err.includes('cannot be stored'), got)
const left = fs.readdirSync(path.join(work, 'full', app))
check('nothing half written is left', !left.some((name) => name.startsWith('_')), left)
got = await run(device, asked)
check('and there is room again: the answer', got.code === 0 && got.out === resolve(phone), got)

// --- ships, switches, and the rest ------------------------------------------------------------------------------------------------
const iphone = path.join(devices, '6-staff-iphone.json')
got = await ask('iphone', iphone, 'pull')
let ship = JSON.parse(got.out || '{}')
same('pull: a newer ship is in the cache', [got.code, ship.status, ship.name, ship.applied, ship.loaded], [0, 6, 'hasSyncNewer', false, undefined])
check('its requests and bytes are metered', ship.requests === 1 && ship.bytes > 0 && ship.units === ship.requests + 3, ship)
got = await ask('iphone', iphone, 'apply')
ship = JSON.parse(got.out || '{}')
same('apply: the cached one at once, and it is the newest', [got.code, ship.status, ship.applied, ship.appliedMd5 === ship.md5, ship.bytes], [0, 7, true, true, 0])
got = await ask('iphone', iphone, 'sync')
ship = JSON.parse(got.out || '{}')
same('sync: applied, out of the cache', [got.code, ship.status, ship.bytes, ship.units], [0, 1, 0, 1])
got = await ask('iphone', iphone, 'sync', '--dev')
same('sync --dev: no dev ship is out', [got.code, JSON.parse(got.out || '{}').status], [0, 5])
got = await ask('phone', phone, 'sync')
same('sync without a versionKey: nobody knows it', [got.code, JSON.parse(got.out || '{}').status], [1, 3])

const longKey = path.join(work, 'long.json')
fs.writeFileSync(longKey, JSON.stringify({ platform: 'android', versionKey: 'x' + 'é'.repeat(400) }))
got = await ask('phone', longKey, 'sync')
same('an error that is cut within a character is still a result', [got.code, JSON.parse(got.out || '{}').status], [1, 3])

const switches = JSON.parse(resolve(phone)).switches, [key] = Object.keys(switches)
got = await ask('phone', phone, 'switch', key)
same('switch', [got.code, got.out], [0, `${switches[key]}\n`])
got = await ask('phone', phone, 'switch', 'nobody_knows_it', 'mine')
same('switch: a default', [got.code, got.out], [0, 'mine\n'])
got = await ask('iphone', iphone, 'hotpatch')
const patch = JSON.parse(resolve(iphone)).hotpatch
same('hotpatch: ready for the next start', [got.code, JSON.parse(got.out || '{}').state, JSON.parse(got.out || '{}').hotpatchVersion], [0, 'restart', patch.hotpatchVersion])
got = await ask('phone', phone, 'h5')
same('h5: every app', JSON.parse(got.out || '{}').apps?.filter((a) => a.version).map((a) => [a.id, a.version]), Object.entries(JSON.parse(resolve(phone)).h5).map(([id, a]) => [id, a.version]))
const [h5] = Object.keys(JSON.parse(resolve(phone)).h5)
got = await ask('phone', phone, 'download', 'h5', h5)
check('download h5', got.code === 0 && fs.existsSync(JSON.parse(got.out || '{}').file ?? ''), got)
const harmony = path.join(devices, '7-harmony-phone.json')
got = await ask('harmony', harmony, 'quickfix')
const fix = JSON.parse(resolve(harmony)).quickfix
same('quickfix: the one that is offered', [got.code, JSON.parse(got.out || '{}').patchVersionCode], [0, fix.patchVersionCode])

// --- a change, and life without a network ---------------------------------------------------------------------------------------
const before = resolve(phone)
await ask('offline', phone, 'answer')
edit('apps/demo/switches/new_home.json', '"note": "', '"note": "changed: ')
const value = JSON.parse(fs.readFileSync(path.join(repo, 'apps/demo/switches/new_home.json'))).values[0].value
edit('apps/demo/switches/new_home.json', `"value": "${value}"`, '"value": "changed"')
const keep = path.join(work, 'before')
fs.cpSync(tree, keep, { recursive: true })
build()
got = await since(() => ask('1-tester.json', tester, 'answer'))
check('a change arrives', got.code === 0 && got.out === resolve(tester), got)
check('and costs a handful of small files', got.gets.length <= 8 && total(got.gets) < 30000, got.gets)
web.folder = keep
got = await ask('1-tester.json', tester, 'answer')
same('an older tree is refused', [got.code, got.out], [1, ''])
web.folder = tree

web.behave = mirror.behave = (request, response) => response.destroy() && true
got = await ask('offline', phone, 'answer')
check('offline: the last answer, exit 3', got.code === 3 && got.out === before && got.err.includes('cannot be fetched'), got)
got = await ask('phone', phone, 'switch', key, '--force')
same('offline: the last value of a switch, exit 3', [got.code, got.out], [3, `${switches[key]}\n`])
got = await ask('phone', phone, 'check')
same('offline: check is an error', [got.code, JSON.parse(got.out || '{}').state], [3, 'error'])
got = await ask('iphone', iphone, 'apply')
ship = JSON.parse(got.out || '{}')
same('offline: the cached ship is applied, status 2, nothing metered', [got.code, ship.status, ship.applied, ship.units], [3, 2, true, 0])
got = await ask('phone', phone, 'h5', '--force')
check('offline: the H5 apps that are known, exit 3', got.code === 3 && JSON.parse(got.out || '{}').apps?.length > 1 && got.err.includes('cannot be fetched'), got)
got = await ask('never', phone, 'answer')
same('offline and nothing ever verified: no answer', [got.code, got.out], [3, ''])
await web.stop()
got = await ask('offline', phone, 'answer')
check('no server at all: the last answer, exit 3', got.code === 3 && got.out === before, got)
await mirror.stop()
process.exit(failed ? 1 : 0)
