// Chromium without a window, driven through its DevTools pipe; Node 18, nothing else.
//
//   const browser = await Browser.start(folder, hosts, port);      folder: for its profile; http://<host>/ leads to 127.0.0.1:<port>
//   const page = await browser.open(url, { width, dark, script });
//   await page.run("document.title")                  the value of an expression (a promise is waited for)
//   page.requests, page.errors                        what it asked for, what it complained about
//   page.close(); await browser.stop();
import { spawn } from "node:child_process";
import { once } from "node:events";

const LIMIT = 30_000; // ms, for anything to happen

export class Browser {
	static async start(folder, hosts, port) {
		const browser = new Browser();
		browser.child = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
			"--disable-background-networking", "--disable-breakpad", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe",
			`--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1:${port}`).join()}`, `--user-data-dir=${folder}`, "about:blank"],
		{ detached: true, stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
		process.once("exit", () => browser.kill());
		browser.calls = new Map();
		browser.sessions = new Map();
		browser.idle = []; // tabs that were closed, to be used again
		browser.last = 0;
		let rest = "";
		browser.child.stdio[4].setEncoding("utf8").on("data", (text) => {
			const messages = (rest + text).split("\0");
			rest = messages.pop();
			for (const message of messages)
				browser.take(JSON.parse(message));
		});
		return browser;
	}

	take(message) {
		if (message.id === undefined) {
			this.sessions.get(message.sessionId)?.note(message.method, message.params);
			return;
		}
		const { resolve, reject } = this.calls.get(message.id);
		this.calls.delete(message.id);
		if (message.error)
			reject(new Error(message.error.message));
		else
			resolve(message.result);
	}

	call(method, params = {}, sessionId = undefined) {
		const id = ++this.last;
		this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${method}: nothing happens`)), LIMIT);
			this.calls.set(id, {
				resolve: (value) => { clearTimeout(timer); resolve(value); },
				reject: (error) => { clearTimeout(timer); reject(error); },
			});
		});
	}

	async open(url, options = {}) {
		const page = this.idle.pop() || await this.tab();
		await page.start(url, options);
		return page;
	}

	async tab() {
		const { targetId } = await this.call("Target.createTarget", { url: "about:blank" });
		const { sessionId } = await this.call("Target.attachToTarget", { targetId, flatten: true });
		const page = new Page(this, sessionId);
		this.sessions.set(sessionId, page);
		for (const domain of ["Page", "Runtime", "Network", "Log"])
			await page.call(`${domain}.enable`);
		return page;
	}

	async stop() {
		const gone = once(this.child, "exit");
		this.call("Browser.close").catch(() => {});
		const timer = setTimeout(() => this.kill(), 5_000);
		await gone;
		clearTimeout(timer);
		this.kill(); // helpers that are still on their way out
	}

	// The group, however this ends.
	kill() {
		try {
			process.kill(-this.child.pid, "SIGKILL");
		} catch (error) {
			if (error.code !== "ESRCH")
				throw error;
		}
	}
}

class Page {
	constructor(browser, sessionId) {
		Object.assign(this, { browser, sessionId, requests: [], errors: [], waiting: new Map() });
	}

	call(method, params) {
		return this.browser.call(method, params, this.sessionId);
	}

	note(method, params) {
		if (method === "Network.requestWillBeSent")
			this.requests.push(params.request.url);
		if (method === "Runtime.exceptionThrown")
			this.errors.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
		if (method === "Log.entryAdded" && params.entry.level !== "info")
			this.errors.push(params.entry.text);
		if (method === "Runtime.consoleAPICalled")
			this.errors.push(`console.${params.type}`);
		this.waiting.get(method)?.(params);
	}

	event(method) {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error(`${method}: nothing happens`)), LIMIT);
			this.waiting.set(method, (params) => { clearTimeout(timer); this.waiting.delete(method); resolve(params); });
		});
	}

	async start(url, { width = 360, height = 740, dark = false, script = true, scale = 2 }) {
		this.requests = [];
		this.errors = [];
		await this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile: width < 600 });
		await this.call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
		await this.call("Emulation.setScriptExecutionDisabled", { value: !script });
		const loaded = this.event("Page.loadEventFired");
		const { errorText } = await this.call("Page.navigate", { url });
		if (errorText)
			throw new Error(`${url}: ${errorText}`);
		await loaded;
	}

	async run(expression) {
		const { result, exceptionDetails } = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		if (exceptionDetails)
			throw new Error(`${expression}: ${exceptionDetails.exception?.description}`);
		return result.value;
	}

	// Until the expression is true.
	async wait(expression) {
		for (const end = Date.now() + LIMIT; Date.now() < end; await new Promise((next) => setTimeout(next, 10))) {
			if (await this.run(expression))
				return;
		}
		throw new Error(`it does not happen: ${expression}`);
	}

	async screenshot(whole = true) {
		const { data } = await this.call("Page.captureScreenshot", { captureBeyondViewport: whole });
		return Buffer.from(data, "base64");
	}

	close() {
		this.browser.idle.push(this);
	}
}
