// The download pages of a tree, opened by Chromium from a server of their own, as phones would: readable, quiet, linked to the right
// thing; sealed links are solved; QR codes are read back by zbar. Called by pages.sh: node pages.mjs WORK NOW
import { spawnSync } from "node:child_process";
import { createDecipheriv, createHash } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

import { Browser } from "./browser.mjs";

const [work, now] = process.argv.slice(2);
const app = path.join(work, "repo/apps/demo");
const tree = path.join(work, "tree/DEMO01-default");
const BASE = "http://localhost/DEMO01-default/"; // a secure context; always the same address, so that links and searches are, too
const LONG = "https://downloads.example.com/" + "very-long-folder/".repeat(20);
const HOSTILE = `</p></main><script>document.title = "taken over"</script><img src=x onerror="document.title='taken over'">\n` +
	`"quoted' & &amp; {{link}} \u202edesrever \u4e2d\u6587 ${LONG}`;
let passed = 0, failed = 0;

function check(name, good, ...more) {
	console.log(`${good ? "ok" : "not ok"} - ${name}`);
	if (!good && more.length)
		console.log(`# ${more.map((value) => JSON.stringify(value)).join(" ")}`);
	good ? passed++ : failed++;
}

const same = (name, got, want) => check(name, got === want, got, want);
const hex = (text) => Buffer.from(text, "hex");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();

function run(program, ...words) {
	const { status, stdout, stderr } = spawnSync(program, words, { cwd: work, encoding: "utf8" });
	if (status !== 0)
		throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
	return stdout;
}

// --- the server ------------------------------------------------------------------------------------------------------------

const TYPES = { ".html": "text/html", ".svg": "image/svg+xml", ".apk": "application/vnd.android.package-archive" };

// ?damage=box,target: the first digit of these attributes is another one.
function damaged(html, names) {
	const other = (_, head, digit) => head + (digit === "0" ? "1" : "0");
	return names.reduce((all, name) => all.replace(new RegExp(`(data-${name}=")(.)`), other), html);
}

function serve(request, response) {
	const url = new URL(request.url, "http://server");
	const file = path.join(work, "tree", path.normalize(decodeURIComponent(url.pathname)));

	if (!fs.existsSync(file) || !fs.statSync(file).isFile()) {
		response.writeHead(url.pathname === "/favicon.ico" ? 204 : 404).end();
		return;
	}
	const names = url.searchParams.get("damage");
	const bytes = fs.readFileSync(file);
	response.writeHead(200, { "content-type": TYPES[path.extname(file)] || "application/octet-stream" });
	response.end(names ? damaged(bytes.toString(), names.split(",")) : bytes);
}

// --- the tree --------------------------------------------------------------------------------------------------------------

function edit(file, change) {
	const full = path.join(app, file);
	const old = fs.readFileSync(full, "utf8");
	fs.writeFileSync(full, file.endsWith(".json") ? JSON.stringify(change(JSON.parse(old)), null, 2) : change(old));
}

// The example's app, published by our server, with texts that would like to be more, and sealed packages.
function build() {
	edit("app.ini", (ini) => ini.replace(/^baseUrl = .*$/m, `baseUrl = ${BASE}`)
		.replace(/^name = .*$/m, `name = <b>Demo</b> & "Söhne" ${"x".repeat(80)}`));
	edit("upgrades/android/8.0.8/release.json", (release) => ({ ...release, memo: HOSTILE }));
	edit("upgrades/android/8.0.10/release.json", (release) => ({ ...release, downloadVerification: true }));
	run("git", "-C", "repo", "commit", "-qam", "pages");
	const report = run(path.join(work, "mdstatic"), "build", "repo", "--app", "DEMO01-default", "--out", "tree", "--keys", "keys",
		"--now", now, "--json");
	return JSON.parse(report).apps[0].pages;
}

// What stands in a page, without a browser.
const text = (url) => fs.readFileSync(path.join(tree, url.slice(BASE.length)), "utf8");

function attributes(html) {
	return Object.fromEntries([...html.matchAll(/ data-(\w+)="(\w*)"/g)].map(([, name, value]) => [name, value]));
}

// The construction of schemas/FORMAT.md, by another hand.
function unseal(html) {
	const { salt, target, nonce, box } = attributes(html);
	const tried = Buffer.concat([hex(salt), Buffer.alloc(5)]);
	const numbered = (number, what) => {
		tried.writeUInt32BE(number, 16);
		tried[20] = what;
		return createHash("sha256").update(tried).digest();
	};
	const wanted = hex(target);
	let number = 0;
	while (number < 1 << 21 && !numbered(number, 0).equals(wanted))
		number++;
	const all = hex(box);
	const open = createDecipheriv("aes-256-gcm", numbered(number, 1), hex(nonce)).setAuthTag(all.subarray(-16));
	const plain = Buffer.concat([open.update(all.subarray(0, -16)), open.final()]);
	const derive = (label) => sha256("mdstatic/seal/v1\0", `${label}\0`, plain);
	const derived = derive("salt").subarray(0, 16).equals(hex(salt)) && derive("nonce").subarray(0, 12).equals(hex(nonce)) &&
		Number(derive("number").readBigUInt64BE() >> 43n) === number;
	return { number, derived, ...JSON.parse(plain) };
}

// --- checks ----------------------------------------------------------------------------------------------------------------

async function readable(browser, url, options, name) {
	const page = await browser.open(url, options);
	const [width, room, title] = await page.run("[document.documentElement.scrollWidth, innerWidth, document.title]");

	check(`${name}: nothing leaves the screen`, width <= room, width, room);
	check(`${name}: no complaint`, page.errors.length === 0, page.errors);
	check(`${name}: it asks nobody else`, page.requests.every((to) => new URL(to).origin === new URL(url).origin), page.requests);
	check(`${name}: nobody took it over`, title !== "taken over" && !page.requests.some((to) => to.endsWith("/x")), title);
	return page;
}

// The QR code: as the page shows it on a desktop, in the dark, and the file beside the page, as a poster has it.
async function scan(browser, url) {
	for (const [what, at] of [["page", url], ["file", url.replace(/html$/, "svg")]]) {
		const page = await browser.open(at, { width: 1000, height: 800, dark: true, scale: 1 });
		await page.run("Promise.all([...document.images].map((image) => image.decode())).then(() => true)");
		const picture = path.join(work, "screen.png");
		fs.writeFileSync(picture, await page.screenshot(false));
		const read = spawnSync("zbarimg", ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture], { encoding: "utf8" });
		same(`${url}: the QR code of the ${what}`, read.stdout.trim(), url);
		page.close();
	}
}

async function plain(browser, release) {
	const page = await browser.open(release.url, { script: false });
	const { root } = await page.call("DOM.getDocument");
	const { nodeId } = await page.call("DOM.querySelector", { nodeId: root.nodeId, selector: release.sealed ? "noscript p" : "#link" });
	const { model } = nodeId ? await page.call("DOM.getBoxModel", { nodeId }).catch(() => ({})) : {};
	check(`${release.url}: without JavaScript there is ${release.sealed ? "a word about it" : "the link"}`, model && model.height > 10);
	page.close();
}

const SHOWN = "['insecure', 'ask', 'work', 'failed', 'opened'].filter((id) => document.getElementById(id).offsetParent).join()";
const click = (page, id) => page.run(`document.getElementById("${id}").click()`);

// Through the check to the link; cancelled once before.
async function solve(browser, release, want) {
	const page = await readable(browser, release.url, {}, `${release.url}, sealed`);
	const clear = await page.run("document.documentElement.innerHTML");
	check("a sealed page does not hold its link", !clear.includes(want.link) && !(want.sha256 && clear.includes(want.sha256)));
	same("it asks first", await page.run(SHOWN), "ask");
	await click(page, "start");
	same("it works", await page.run(SHOWN), "work");
	await click(page, "cancel");
	same("it can be cancelled", await page.run(SHOWN), "ask");
	await click(page, "start");
	const begun = Date.now();
	await page.wait(`${SHOWN} === "opened" || ${SHOWN} === "failed"`);
	console.log(`# the browser tried ${want.number} numbers in ${Date.now() - begun} ms`);
	same("the link", await page.run("document.getElementById('link').href"), want.link);
	for (const id of ["sha256", "md5"]) {
		if (want[id])
			same(`the ${id}`, await page.run(`document.getElementById("${id}").textContent`), want[id]);
	}
	check("no complaint", page.errors.length === 0, page.errors);
	return page;
}

async function download(browser, page, want) {
	const folder = fs.mkdtempSync(path.join(work, "download-"));
	await browser.call("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder });
	await click(page, "link");
	let file;
	for (const end = Date.now() + 10_000; Date.now() < end && !file?.endsWith(".apk"); await new Promise((next) => setTimeout(next, 20)))
		[file] = fs.readdirSync(folder);
	same(`${want.link}: the file that a click brings`, file && sha256(fs.readFileSync(path.join(folder, file))).toString("hex"), want.sha256);
	same("its name", file, want.file);
}

async function refuses(browser, url, names, words) {
	const page = await browser.open(`${url}?damage=${names}`);
	await click(page, "start");
	if (names === "target") { // the one search that is surely long
		await page.wait("document.getElementById('progress').value > 0");
		same("it shows how far it is", await page.run(SHOWN), "work");
	}
	await page.wait(`${SHOWN} === "failed"`);
	const reason = await page.run("document.getElementById('reason').textContent");
	check(`damaged ${names}: ${words}`, reason.includes(words), reason);
	await click(page, "again");
	same(`damaged ${names}: once more`, await page.run(SHOWN), "work");
	page.close();
}

async function insecure(browser, url) {
	const at = new URL(url);
	at.hostname = "insecure.test";
	const page = await browser.open(at.href);
	same("no secure context", await page.run("isSecureContext"), false);
	same("over http it says that it needs https, and no more", await page.run(SHOWN), "insecure");
	same("and where", await page.run("document.querySelector('#insecure a').href"), url);
	page.close();
}

async function hostile(browser, release) {
	const page = await browser.open(release.url);
	same("a hostile memo is a text", await page.run("document.querySelector('.memo').textContent"), HOSTILE);
	check("a hostile name is one", (await page.run("document.querySelector('h1').textContent")).startsWith('<b>Demo</b> & "Söhne" xxx'));
	page.close();
}

// --- all -------------------------------------------------------------------------------------------------------------------

async function list(browser, pages) {
	const page = await readable(browser, pages.list, {}, "the list");
	const links = await page.run("[...document.querySelectorAll('.list a')].map((link) => link.href)");
	same("the list names what is out for everybody, and nothing else", links.join(" "),
		pages.releases.filter((release) => release.listed).map((release) => release.url).join(" "));
	page.close();
	await scan(browser, pages.list);
	const hidden = pages.releases.filter((release) => !release.listed).map((release) => path.basename(release.url, ".html"));
	const urls = [pages.list, ...pages.releases.map((release) => release.url)];
	check("no page refers to one of the others", hidden.length > 0 && urls.every((url) => hidden.every((name) =>
		url.includes(name) || !text(url).includes(name))), hidden);
}

async function every(browser, release) {
	release.text = text(release.url);
	release.sealed = release.text.includes('id="sealed"');
	const screens = { phone: {}, "small phone, dark": { width: 320, dark: true }, desktop: { width: 1200, height: 800, scale: 1 } };
	for (const [name, options] of Object.entries(screens))
		(await readable(browser, release.url, options, `${release.url}, ${name}`)).close();
	await plain(browser, release);
	await scan(browser, release.url);
}

async function test(browser) {
	const pages = build();
	const find = (platform, version) => pages.releases.find((release) => release.platform === platform && release.version === version);

	await list(browser, pages);
	for (const release of pages.releases)
		await every(browser, release);
	await hostile(browser, find("android", "8.0.8"));
	for (const release of pages.releases.filter(({ sealed }) => sealed)) {
		const want = unseal(release.text);
		check(`${release.url}: sealed as FORMAT.md says`, want.derived && want.number >= 0 && want.number < 1 << 21);
		const page = await solve(browser, release, want);
		if (release.platform === "android")
			await download(browser, page, { ...want, file: `DEMO01-${release.version}.apk` });
		page.close();
	}
	const open = find("android", "8.0.9"), page = await browser.open(open.url);
	const want = await page.run("({ link: document.getElementById('link').href, sha256: document.getElementById('sha256').textContent })");
	await download(browser, page, { ...want, file: "DEMO01-8.0.9.apk" });
	page.close();
	const sealed = find("android", "8.0.10");
	await refuses(browser, sealed.url, "box", "damaged");
	await refuses(browser, sealed.url, "nonce", "damaged");
	await refuses(browser, sealed.url, "target", "no answer");
	await insecure(browser, sealed.url);
}

const server = http.createServer(serve);
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await Browser.start(path.join(work, "profile"), ["localhost", "insecure.test"], server.address().port);
try {
	await test(browser);
} catch (error) {
	check(`the test ends (${error.stack})`, false);
} finally {
	await browser.stop();
	server.close();
	server.closeAllConnections?.();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
