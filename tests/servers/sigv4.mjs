// AWS Signature Version 4, for both sides: the stand-in checks with it, tests sign with it. Google's GOOG4-HMAC-SHA256 is the same with
// other names (https://cloud.google.com/storage/docs/authentication/signatures, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
import crypto from 'node:crypto'

export const schemes = {
	'AWS4-HMAC-SHA256': { key: 'AWS4', end: 'aws4_request', service: 's3', prefix: 'x-amz-' },
	'GOOG4-HMAC-SHA256': { key: 'GOOG4', end: 'goog4_request', service: 'storage', prefix: 'x-goog-' }
}
export const sha256 = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex')
const hmac = (key, text) => crypto.createHmac('sha256', key).update(text).digest()

/** All but A-Z a-z 0-9 - . _ ~ becomes %XX: encodeURIComponent() leaves five more as they are. */
export const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())

const byCode = (a, b) => (a < b ? -1 : a > b ? 1 : 0)

/** request: method, key path as segments ("/bucket/some key"), query [[name, value]…], headers {name: value} of those that are signed. */
function canonical(request, payload) {
	const pairs = request.query.map((pair) => pair.map(encode)).sort((a, b) => byCode(a[0], b[0]) || byCode(a[1], b[1]))
	const query = pairs.map((pair) => pair.join('=')).join('&')
	const names = Object.keys(request.headers).sort(byCode)
	const headers = names.map((name) => `${name}:${request.headers[name].trim().replace(/ +/g, ' ')}\n`).join('')
	const path = request.path.split('/').map(encode).join('/')
	return { text: [request.method, path, query, headers, names.join(';'), payload].join('\n'), names: names.join(';'), url: path + (query && '?' + query) }
}

/** scope: "<day>/<region>/<service>/<end>"; time as in x-amz-date. */
export function signature(algorithm, secret, time, scope, request, payload) {
	const text = canonical(request, payload)
	const key = scope.split('/').reduce(hmac, schemes[algorithm].key + secret)
	return { ...text, signature: hmac(key, [algorithm, time, scope, sha256(text.text)].join('\n')).toString('hex') }
}

/** The URL and headers of a request signed with credentials { access, secret, token?, region }; body: a Buffer, or nothing. */
export function sign(credentials, method, endpoint, path, query = [], headers = {}, body = Buffer.alloc(0)) {
	const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
	const scope = `${time.slice(0, 8)}/${credentials.region}/s3/aws4_request`
	const payload = sha256(body)
	const all = { ...headers, host: new URL(endpoint).host, 'x-amz-content-sha256': payload, 'x-amz-date': time }
	if (credentials.token) all['x-amz-security-token'] = credentials.token
	const s = signature('AWS4-HMAC-SHA256', credentials.secret, time, scope, { method, path, query, headers: all }, payload)
	all.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.access}/${scope},SignedHeaders=${s.names},Signature=${s.signature}`
	return { url: endpoint + s.url, headers: all }
}
