// A stand-in for S3 servers that cannot be had here, with their habits; and for any of them on a bad day. No dependencies, Node 18.
//   node standin.mjs MODE LOG      prints KEY=VALUE lines, serves until it is killed, logs a line of JSON for each request
// Modes: who honours which condition of a PUT, and what else differs
//   aws      If-None-Match: *, If-Match (412); everything else of Amazon's
//   r2       the same; region auto
//   oss      Alibaba: 501 to both, x-oss-forbid-overwrite: true is 409, but not in a versioned bucket; ETags in capitals; no path style
//   gcs      Google: ignores both; x-goog-if-generation-match is 412, in requests that are signed by GOOG4-HMAC-SHA256 and so hold no
//            x-amz-*; no POST ?delete; a multipart upload ignores every condition and has an ETag that says nothing
//   refuse   501 to every condition
//   ignore   ignores every condition
// Strict where servers are: signatures, signed headers, lengths, hashes and MD5 of bodies, clocks (15 minutes).
// Everybody may read. POST /-control changes what is below in `settings`; a new list of faults begins to count at its first request:
//   { "faults": [{ "nth": 3, "from": 3, "every": 5, "share": 0.01, "method": "PUT", "key": "regular expression", "does": "…" }], … }
//   { "keep": true } remembers what is there, { "back": true } goes back to it.
//   does: a status (429, 500, 503, 409 …)   not carried out, with the error that S3 has for it
//         late   carried out, answered 504        lost   carried out, the connection closed without an answer
//         drop   not carried out, closed          cut    half of the answer's body, closed
import http from 'node:http'
import fs from 'node:fs'
import crypto from 'node:crypto'
import { encode, schemes, sha256, signature } from './sigv4.mjs'

const [mode, logfile] = process.argv.slice(2)
const modes = {
	aws: { conditions: 'honour', region: 'us-east-1' },
	r2: { conditions: 'honour', region: 'auto' },
	oss: { conditions: 'refuse', capitals: true },
	gcs: { conditions: 'ignore', generations: true },
	refuse: { conditions: 'refuse' },
	ignore: { conditions: 'ignore' }
}
const habits = modes[mode]
if (!habits || !logfile) {
	console.error('usage: standin.mjs aws|r2|oss|gcs|refuse|ignore LOG')
	process.exit(2)
}
const settings = {
	faults: [],
	seed: 1, // of the faults' shares
	skew: 0, // seconds that our clock is ahead
	readonly: false, // 403 to whatever writes
	missing: false, // no such bucket
	quota: Infinity, // bytes that the bucket may hold
	versioned: false,
	page: 1000 // names in a listing
}
const users = {
	publisherAccessKey: { secret: 'publisherSecretKey0123456789abcdefghijk', owner: true },
	strangerAccessKey: { secret: 'strangerSecretKey0123456789abcdefghijkl' },
	sessionAccessKey: { secret: 'sessionSecretKey0123456789abcdefghijklm', owner: true, token: 'session/Token+with=odd==characters' }
}
const bucket = 'mdstatic'
const objects = new Map() // key → { body, etag, headers, modified, generation, older: [object…] }
const uploads = new Map() // id → { key, headers, parts: Map, begun }
const log = fs.openSync(logfile, 'a')
const kept = { objects: new Map() }
let generation = 1700000000000000, serial = 0

// --- answers --------------------------------------------------------------------------------------------------------------

const statuses = {
	NoSuchKey: 404, NoSuchBucket: 404, NoSuchUpload: 404, AccessDenied: 403, SignatureDoesNotMatch: 403, InvalidAccessKeyId: 403,
	InvalidToken: 400, RequestTimeTooSkewed: 403, SecondLevelDomainForbidden: 403, QuotaExceeded: 403, MethodNotAllowed: 405,
	AuthorizationHeaderMalformed: 400, InvalidRequest: 400, InvalidArgument: 400, BadDigest: 400, XAmzContentSHA256Mismatch: 400,
	ExcessHeaderValues: 400, MissingContentLength: 411, MalformedXML: 400, InvalidPart: 400, EntityTooSmall: 400, InvalidRange: 416,
	PreconditionFailed: 412, FileAlreadyExists: 409, ConditionalRequestConflict: 409, NotImplemented: 501,
	InternalError: 500, SlowDown: 503, TooManyRequests: 429, GatewayTimeout: 504
}
class Refusal extends Error {
	constructor(code, extra = '') { super(code); this.code = code; this.status = statuses[code]; this.extra = extra }
}
const refuse = (code, extra) => { throw new Refusal(code, extra) }
const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c])
const xml = (body, status = 200) => ({ status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`) })
const clock = () => new Date(Date.now() + settings.skew * 1000)

// --- who asks ----------------------------------------------------------------------------------------------------------------

/** Checks what an Authorization header claims; null: nobody in particular. */
function authenticate(request) {
	const header = request.headers.authorization
	if (!header) return null
	const m = /^(\S+) Credential=([^/]+)\/(\d{8}\/([^/]*)\/(\w+)\/(\w+)), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(header)
	const scheme = m && schemes[m[1]]
	if (!scheme || (m[1] !== 'AWS4-HMAC-SHA256' && !habits.generations)) refuse('InvalidRequest')
	const [, algorithm, access, scope, region, service, end, signed, given] = m
	if (service !== scheme.service || end !== scheme.end) refuse('AuthorizationHeaderMalformed')
	const user = users[access] ?? refuse('InvalidAccessKeyId')
	const names = signed.split(';')
	const unsigned = Object.keys(request.headers).find((name) => name.startsWith(scheme.prefix) && !names.includes(name))
	if (!names.includes('host') || unsigned) refuse('AccessDenied', `<HeadersNotSigned>${unsigned ?? 'host'}</HeadersNotSigned>`)
	const time = request.headers[scheme.prefix + 'date'] ?? refuse('AccessDenied')
	const payload = request.headers[scheme.prefix + 'content-sha256'] ?? refuse('InvalidRequest')
	if (payload.startsWith('STREAMING-')) refuse('NotImplemented')
	const wanted = signature(algorithm, user.secret, time, scope, {
		method: request.method, path: request.path, query: request.query,
		headers: Object.fromEntries(names.map((name) => [name, request.headers[name] ?? '']))
	}, payload)
	if (wanted.signature !== given) refuse('SignatureDoesNotMatch')
	if (habits.region && region !== habits.region) refuse('AuthorizationHeaderMalformed', `<Region>${habits.region}</Region>`)
	const sent = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
	if (!(Math.abs(sent - clock()) <= 900e3)) refuse('RequestTimeTooSkewed', `<ServerTime>${clock().toISOString()}</ServerTime>`)
	if ((user.token ?? '') !== (request.headers['x-amz-security-token'] ?? '')) refuse('InvalidToken')
	if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(request.body)) refuse('XAmzContentSHA256Mismatch')
	return user
}

function checkHeaders({ headers, body, method }) {
	const md5 = headers['content-md5']
	if (md5 && md5 !== crypto.createHash('md5').update(body).digest('base64')) refuse('BadDigest')
	if (method === 'PUT' && headers['content-length'] === undefined) refuse('MissingContentLength')
	const has = (prefix) => Object.keys(headers).some((name) => name.startsWith(prefix))
	if (habits.generations && has('x-amz-') && has('x-goog-')) refuse('ExcessHeaderValues')
}

// --- objects -----------------------------------------------------------------------------------------------------------------

const hexOf = (hash) => (habits.capitals ? hash.toUpperCase() : hash)
const etagOf = (body) => hexOf(crypto.createHash('md5').update(body).digest('hex'))

/** Whether this PUT may take place; `whole`: it is none of a multipart upload. */
function checkConditions(headers, there, whole) {
	const none = headers['if-none-match'], match = headers['if-match'], wanted = headers['x-goog-if-generation-match']
	if (habits.conditions === 'refuse' && (none ?? match)) refuse('NotImplemented')
	if (mode === 'refuse' && headers['x-oss-forbid-overwrite']) refuse('NotImplemented')
	if (mode === 'oss' && headers['x-oss-forbid-overwrite'] === 'true' && there && !settings.versioned) refuse('FileAlreadyExists')
	if (habits.generations && whole && wanted !== undefined && Number(wanted) !== (there?.generation ?? 0)) refuse('PreconditionFailed')
	if (habits.conditions !== 'honour') return
	if (none !== undefined && there && (none === '*' || none.replaceAll('"', '') === there.etag)) refuse('PreconditionFailed')
	if (match !== undefined && !there) refuse('NoSuchKey')
	if (match !== undefined && match.replaceAll('"', '') !== there.etag) refuse('PreconditionFailed')
}

const held = () => [...objects.values()].reduce((sum, object) => sum + object.body.length, 0)
const stays = /^(content-type|content-encoding|content-disposition|cache-control|x-amz-meta-.*)$/

function store(key, body, headers, etag = etagOf(body)) {
	const there = objects.get(key)
	if (held() - (there?.body.length ?? 0) + body.length > settings.quota) refuse('QuotaExceeded')
	const fields = Object.fromEntries(Object.entries(headers).filter(([name]) => stays.test(name)))
	const older = settings.versioned && there ? [...there.older, there] : []
	objects.set(key, { body, etag, headers: fields, modified: clock(), generation: ++generation, older })
	return describe(objects.get(key))
}

function describe(object) {
	const headers = { etag: `"${object.etag}"`, 'last-modified': object.modified.toUTCString() }
	if (habits.generations) headers['x-goog-generation'] = String(object.generation)
	if (settings.versioned) headers['x-amz-version-id'] = String(object.generation)
	return headers
}

function put(request) {
	checkConditions(request.headers, objects.get(request.key), true)
	return { status: 200, headers: store(request.key, request.body, request.headers) }
}

function get({ key, headers }) {
	const object = objects.get(key) ?? refuse('NoSuchKey')
	const all = { ...object.headers, ...describe(object), 'accept-ranges': 'bytes' }
	if (headers['if-none-match']?.replaceAll('"', '') === object.etag) return { status: 304, headers: all }
	const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '')
	if (!range) return { status: 200, headers: all, body: object.body }
	const first = Number(range[1]), last = Math.min(range[2] ? Number(range[2]) : Infinity, object.body.length - 1)
	if (first > last) refuse('InvalidRange')
	all['content-range'] = `bytes ${first}-${last}/${object.body.length}`
	return { status: 206, headers: all, body: object.body.subarray(first, last + 1) }
}

function remove(key) {
	objects.delete(key)
	return { status: 204, headers: {} }
}

function removeMany({ headers, body }) {
	if (habits.generations) refuse('NotImplemented')
	if (!headers['content-md5']) refuse('InvalidRequest')
	const keys = [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map((m) => unescape(m[1]))
	if (!keys.length || keys.length > 1000) refuse('MalformedXML')
	keys.forEach(remove)
	const quiet = /<Quiet>true/.test(body)
	return xml(`<DeleteResult>${quiet ? '' : keys.map((key) => `<Deleted><Key>${escape(key)}</Key></Deleted>`).join('')}</DeleteResult>`)
}
const unescape = (text) => text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (_, name) =>
	({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? String.fromCodePoint(Number(name.replace(/^#x/, '0x').replace(/^#/, ''))))

function list({ parameter }) {
	const prefix = parameter.prefix ?? '', delimiter = parameter.delimiter ?? ''
	const after = parameter['continuation-token'] ? Buffer.from(parameter['continuation-token'], 'base64').toString() : parameter['start-after'] ?? ''
	const limit = Math.min(Number(parameter['max-keys'] ?? 1000), settings.page)
	const text = (key) => (parameter['encoding-type'] === 'url' ? encode(key).replaceAll('%2F', '/') : escape(key))
	const order = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))
	const entries = []
	let last = '', truncated = false
	for (const key of [...objects.keys()].filter((k) => k.startsWith(prefix)).sort(order)) {
		const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
		const shared = cut < 0 ? null : key.slice(0, cut + delimiter.length)
		if (order(shared ?? key, after) <= 0 || (shared && shared === last)) continue
		if (entries.length === limit) { truncated = true; break }
		last = shared ?? key
		const object = objects.get(key)
		entries.push(shared ? `<CommonPrefixes><Prefix>${text(shared)}</Prefix></CommonPrefixes>`
			: `<Contents><Key>${text(key)}</Key><LastModified>${object.modified.toISOString()}</LastModified><ETag>&quot;${object.etag}&quot;</ETag>` +
			`<Size>${object.body.length}</Size>${habits.generations ? `<Generation>${object.generation}</Generation>` : ''}<StorageClass>STANDARD</StorageClass></Contents>`)
	}
	const token = truncated ? `<NextContinuationToken>${Buffer.from(last).toString('base64')}</NextContinuationToken>` : ''
	return xml(`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${text(prefix)}</Prefix>` +
		`<KeyCount>${entries.length}</KeyCount><MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>${token}${entries.join('')}</ListBucketResult>`)
}

// --- uploads in parts -----------------------------------------------------------------------------------------------------------

function begin({ key, headers }) {
	const id = crypto.randomBytes(12).toString('base64url')
	uploads.set(id, { key, headers, parts: new Map(), begun: clock() })
	return xml(`<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${escape(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
}

const upload = ({ key, parameter }) => {
	const found = uploads.get(parameter.uploadId)
	return found?.key === key ? found : refuse('NoSuchUpload')
}

function part(request) {
	const number = Number(request.parameter.partNumber)
	if (!(number >= 1 && number <= 10000)) refuse('InvalidArgument')
	upload(request).parts.set(number, request.body)
	return { status: 200, headers: { etag: `"${etagOf(request.body)}"` } }
}

function complete(request) {
	const found = upload(request)
	const given = [...request.body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, text]) => ({
		number: Number(/<PartNumber>(\d+)</.exec(text)?.[1]), etag: unescape(/<ETag>([^<]+)</.exec(text)?.[1] ?? '').replaceAll('"', '')
	}))
	const bodies = given.map(({ number }) => found.parts.get(number))
	if (!given.length) refuse('MalformedXML')
	if (given.some(({ etag }, i) => !bodies[i] || etagOf(bodies[i]) !== etag)) refuse('InvalidPart')
	if (bodies.slice(0, -1).some((body) => body.length < 5 << 20)) refuse('EntityTooSmall')
	checkConditions(request.headers, objects.get(request.key), false)
	const sums = Buffer.concat(bodies.map((body) => crypto.createHash('md5').update(body).digest()))
	const etag = habits.generations ? `-${crypto.randomBytes(9).toString('base64')}` : `${etagOf(sums)}-${bodies.length}`
	const headers = store(request.key, Buffer.concat(bodies), found.headers, etag)
	uploads.delete(request.parameter.uploadId)
	return { ...xml(`<CompleteMultipartUploadResult><Key>${escape(request.key)}</Key><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`), extra: headers }
}

function abandon(request) {
	upload(request)
	uploads.delete(request.parameter.uploadId)
	return { status: 204, headers: {} }
}

function listUploads({ parameter }) {
	const found = [...uploads].filter(([, u]) => u.key.startsWith(parameter.prefix ?? ''))
	return xml(`<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${found.map(([id, u]) =>
		`<Upload><Key>${escape(u.key)}</Key><UploadId>${id}</UploadId><Initiated>${u.begun.toISOString()}</Initiated></Upload>`).join('')}</ListMultipartUploadsResult>`)
}

// --- one request ------------------------------------------------------------------------------------------------------------------

/** What it asks for, as a function. */
function action({ method, key, parameter }) {
	const has = (name) => name in parameter
	if (!key) {
		if (method === 'GET') return has('uploads') ? listUploads : list
		if (method === 'POST' && has('delete')) return removeMany
		refuse('MethodNotAllowed')
	}
	if (method === 'PUT') return has('uploadId') ? part : put
	if (method === 'POST') return has('uploads') ? begin : has('uploadId') ? complete : refuse('MethodNotAllowed')
	if (method === 'DELETE') return has('uploadId') ? abandon : () => remove(key)
	return method === 'GET' || method === 'HEAD' ? get : refuse('MethodNotAllowed')
}

function perform(request) {
	checkHeaders(request)
	const user = authenticate(request)
	const reads = request.method === 'GET' || request.method === 'HEAD'
	if (settings.missing || request.bucket !== bucket) refuse('NoSuchBucket')
	if (mode === 'oss' && !request.virtual && !/^[\d.]+(:\d+)?$/.test(request.headers.host)) refuse('SecondLevelDomainForbidden')
	if (user ? !user.owner : !reads) refuse('AccessDenied')
	if (!reads && settings.readonly) refuse('AccessDenied')
	return action(request)(request)
}

/** The request in our terms: bucket.anything in Host is virtual-host style. */
function understand(message, body) {
	const [rawPath, ...rest] = message.url.split('?')
	const query = rest.join('?').split('&').filter(Boolean).map((pair) => {
		const [name, ...value] = pair.split('=')
		return [decodeURIComponent(name), decodeURIComponent(value.join('='))]
	})
	const path = rawPath.split('/').map(decodeURIComponent).join('/')
	const virtual = message.headers.host.startsWith(`${bucket}.`)
	const [, first, ...keys] = virtual ? ['', bucket, ...path.split('/').slice(1)] : path.split('/')
	return {
		method: message.method, headers: message.headers, body, path, query, virtual, bucket: first, key: keys.join('/'),
		parameter: Object.fromEntries(query)
	}
}

// --- bad days ------------------------------------------------------------------------------------------------------------------------

let state = settings.seed
function chance() { // mulberry32: the same faults for the same seed
	state = (state + 0x6d2b79f5) | 0
	let t = Math.imul(state ^ (state >>> 15), 1 | state)
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
	return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

function fault({ method, path }) {
	for (const f of settings.faults) {
		if ((f.method && f.method !== method) || (f.key && !new RegExp(f.key).test(path))) continue
		f.seen = (f.seen ?? 0) + 1
		if (f.nth === f.seen || f.seen >= f.from || (f.every && f.seen % f.every === 0) || (f.share && chance() < f.share)) return String(f.does)
	}
	return null
}
const faultCodes = { 409: 'ConditionalRequestConflict', 429: 'TooManyRequests', 500: 'InternalError', 503: 'SlowDown', 403: 'AccessDenied', 504: 'GatewayTimeout', 404: 'NoSuchKey' }

function control(body) {
	const given = JSON.parse(body.toString() || '{}')
	Object.assign(settings, given)
	if ('quota' in given) settings.quota = given.quota ?? Infinity
	if ('faults' in given) state = settings.seed
	if (given.keep) kept.objects = new Map(objects)
	if (given.back) { objects.clear(); kept.objects.forEach((object, key) => objects.set(key, object)) }
	return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ objects: objects.size, uploads: uploads.size, bytes: held() })) }
}

/** The answer, and what becomes of it. */
function answer(request) {
	const what = fault(request)
	const failed = (error) => {
		if (!(error instanceof Refusal)) console.error(error)
		const { code, status, extra } = error instanceof Refusal ? error : new Refusal('InternalError')
		return { ...xml(`<Error><Code>${code}</Code><Message>${code}</Message>${extra}</Error>`, status), code }
	}
	try {
		if (faultCodes[what]) refuse(faultCodes[what])
		if (what === 'drop') return { what, status: 0 }
		const done = perform(request)
		request.stored = request.method === 'PUT' || undefined
		if (what === 'late') refuse('GatewayTimeout')
		return { ...done, what, ...(what === 'lost' && { status: 0 }) }
	} catch (error) {
		return { ...failed(error), what }
	}
}

function reply(response, request, { status, headers, body = Buffer.alloc(0), extra = {}, what }) {
	if (!status) {
		response.socket.destroy()
		return
	}
	response.writeHead(status, { ...headers, ...extra, date: clock().toUTCString(), 'content-length': body.length })
	if (what === 'cut' && body.length) {
		response.write(body.subarray(0, body.length >> 1), () => response.socket.destroy())
		return
	}
	response.end(request.method === 'HEAD' ? undefined : body)
}

const sockets = new WeakMap()
const server = http.createServer({ maxHeaderSize: 65536 }, async (message, response) => {
	const chunks = []
	try {
		for await (const chunk of message) chunks.push(chunk)
	} catch {
		return // the client is gone, and with it a request that was not whole
	}
	const body = Buffer.concat(chunks)
	if (message.url === '/-control') {
		reply(response, message, control(body))
		return
	}
	const request = understand(message, body)
	const result = answer(request)
	const conditions = ['if-match', 'if-none-match', 'x-oss-forbid-overwrite', 'x-goog-if-generation-match'].filter((name) => name in message.headers)
	fs.writeSync(log, JSON.stringify({
		n: ++serial, connection: sockets.get(message.socket), method: message.method, key: request.key, query: message.url.split('?')[1] ?? '',
		status: result.status, code: result.code, bytes: body.length, conditions, stored: request.stored, fault: result.what ?? undefined
	}) + '\n')
	reply(response, message, result)
})
let connections = 0
server.on('connection', (socket) => sockets.set(socket, ++connections))
server.keepAliveTimeout = 60000
server.listen(0, '127.0.0.1', () => {
	const { port } = server.address()
	const [access, session] = ['publisherAccessKey', 'sessionAccessKey']
	console.log(`S3_ENDPOINT=http://127.0.0.1:${port}
S3_REGION=${habits.region ?? 'us-east-1'}
S3_BUCKET=${bucket}
S3_ACCESS_KEY=${access}
S3_SECRET_KEY=${users[access].secret}
S3_OTHER_ACCESS_KEY=strangerAccessKey
S3_OTHER_SECRET_KEY=${users.strangerAccessKey.secret}
S3_SESSION_ACCESS_KEY=${session}
S3_SESSION_SECRET_KEY=${users[session].secret}
S3_SESSION_TOKEN=${users[session].token}
S3_CONTROL=http://127.0.0.1:${port}/-control
S3_LOG=${fs.realpathSync(logfile)}`)
})
