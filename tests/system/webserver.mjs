// A web server for tests: serves a folder on 127.0.0.1 with ranges, counts what it is asked, and misbehaves where it is told to.
//   const web = await serve(folder);  web.port, web.url, web.log = [{ path, range, status, sent }], web.stop()
//   web.behave = (request, response, file) => true: it has answered (or does so by and by); anything else: the file is served
import http from 'node:http'
import fs from 'node:fs'
import path from 'node:path'

/** The part that a Range header asks for, as [first, last]; null: the whole. */
function part(range, size) {
	const m = /^bytes=(\d+)-(\d*)$/.exec(range ?? '')
	return m ? [Number(m[1]), Math.min(m[2] ? Number(m[2]) : size - 1, size - 1)] : null
}

function send(request, response, file) {
	if (!fs.existsSync(file) || !fs.statSync(file).isFile()) {
		response.writeHead(404, { 'Content-Type': 'text/html' }).end('<html>nothing here</html>')
		return
	}
	const bytes = fs.readFileSync(file)
	const range = part(request.headers.range, bytes.length)
	if (range && range[0] >= bytes.length) {
		response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end()
		return
	}
	const body = range ? bytes.subarray(range[0], range[1] + 1) : bytes
	const headers = { 'Content-Length': body.length, 'Content-Type': 'application/octet-stream' }
	if (range) headers['Content-Range'] = `bytes ${range[0]}-${range[1]}/${bytes.length}`
	response.writeHead(range ? 206 : 200, headers).end(body)
}

export async function serve(folder) {
	const web = { folder, log: [], behave: null }
	const server = http.createServer((request, response) => {
		const entry = { path: request.url, range: request.headers.range ?? null, status: 0, sent: 0 }
		web.log.push(entry)
		const file = path.join(web.folder, path.posix.normalize(decodeURIComponent(request.url.split('?')[0])))
		const { write, end } = response
		const count = (method) => function (chunk, ...rest) {
			if (chunk && typeof chunk !== 'function') entry.sent += Buffer.byteLength(chunk)
			entry.status = response.statusCode
			return method.call(this, chunk, ...rest)
		}
		let inside = false // end() calls write()
		response.write = function (...args) { return inside ? write.apply(this, args) : count(write).apply(this, args) }
		response.end = function (...args) { inside = true; return count(end).apply(this, args) }
		if (web.behave?.(request, response, file) !== true) send(request, response, file)
	})
	server.keepAliveTimeout = 500
	await new Promise((done) => server.listen(0, '127.0.0.1', done))
	web.port = server.address().port
	web.url = `http://127.0.0.1:${web.port}`
	web.stop = () => new Promise((done) => { server.closeAllConnections?.(); server.close(done) })
	return web
}
