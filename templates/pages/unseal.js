(() => {
	'use strict';
	const part = (id) => document.getElementById(id);
	const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
	const sealed = part('sealed').dataset;
	const progress = part('progress');
	const source = URL.createObjectURL(new Blob([part('search').textContent], { type: 'text/javascript' }));
	let worker = null;

	// One of these at a time.
	function show(id) {
		for (const name of ['insecure', 'ask', 'work', 'failed', 'opened'])
			part(name).hidden = name !== id;
	}

	function stop() {
		if (worker)
			worker.terminate();
		worker = null;
	}

	function fail(reason) {
		stop();
		part('reason').textContent = reason;
		show('failed');
	}

	// The number that was found opens the box.
	async function open(number) {
		const tried = new Uint8Array(21);
		tried.set(bytes(sealed.salt));
		new DataView(tried.buffer).setUint32(16, number);
		tried[20] = 1;
		const raw = await crypto.subtle.digest('SHA-256', tried);
		const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
		const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(sealed.nonce) }, key, bytes(sealed.box));
		return JSON.parse(new TextDecoder().decode(text));
	}

	function present(text) {
		if (!/^(https?|itms-services):/.test(text.link))
			throw new Error('not a link');
		part('link').href = text.link;
		for (const id of ['sha256', 'md5']) {
			if (part(id))
				part(id).textContent = text[id];
		}
		if (part('checksums'))
			part('checksums').hidden = false;
		show('opened');
		part('link').focus();
	}

	function finish(number) {
		stop();
		if (number < 0) {
			fail('The check found no answer: this page is damaged. Load it again, or ask whoever sent it to you.');
			return;
		}
		open(number).then(present).catch(() =>
			fail('The link cannot be opened: this page is damaged. Load it again, or ask whoever sent it to you.'));
	}

	function start() {
		stop();
		progress.value = 0;
		show('work');
		part('cancel').focus();
		try {
			worker = new Worker(source);
		} catch (error) {
			fail('The check cannot run in this browser.');
			return;
		}
		worker.onmessage = ({ data }) => {
			if (data.number === undefined)
				progress.value = data.tried;
			else
				finish(data.number);
		};
		worker.onerror = () => fail('The check cannot run in this browser.');
		worker.postMessage({ salt: bytes(sealed.salt), target: bytes(sealed.target), numbers: progress.max });
	}

	function ask() {
		stop();
		show('ask');
	}

	part('start').onclick = start;
	part('again').onclick = start;
	part('cancel').onclick = ask;
	if (window.isSecureContext && window.crypto && crypto.subtle)
		ask();
	else
		show('insecure');
})();
