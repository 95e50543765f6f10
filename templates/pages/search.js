'use strict';
// The worker of unseal.js: gets {salt, target, numbers}, tries the numbers 0, 1, … and says {tried} now and then, at the end
// {number}, or -1 where none fits. What is tried is SHA-256(salt ‖ number ‖ 0), one block: its words are the salt (4), the number,
// and a zero byte with the padding.
const K = Int32Array.of(
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2);
const START = Int32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
const EVERY = 1 << 15; // numbers between two messages
const w = new Int32Array(64);
const hash = new Int32Array(8);

// The block in w[0..15] → hash.
function compress() {
	let a = START[0], b = START[1], c = START[2], d = START[3], e = START[4], f = START[5], g = START[6], h = START[7];
	for (let i = 16; i < 64; i++) {
		const x = w[i - 15], y = w[i - 2];
		w[i] = w[i - 16] + w[i - 7] + ((x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3) +
			((y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10) | 0;
	}
	for (let i = 0; i < 64; i++) {
		const t = h + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + (g ^ e & (f ^ g)) + K[i] + w[i] | 0;
		const u = ((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + (a & b | c & (a | b)) | 0;
		h = g; g = f; f = e; e = d + t | 0; d = c; c = b; b = a; a = t + u | 0;
	}
	hash[0] = START[0] + a; hash[1] = START[1] + b; hash[2] = START[2] + c; hash[3] = START[3] + d;
	hash[4] = START[4] + e; hash[5] = START[5] + f; hash[6] = START[6] + g; hash[7] = START[7] + h;
}

onmessage = ({ data: { salt, target, numbers } }) => {
	const words = (bytes) => Int32Array.from({ length: bytes.length / 4 }, (_, i) => new DataView(bytes.buffer).getInt32(4 * i));
	const wanted = words(target);

	w.set(words(salt));
	w[5] = 0x00800000; // the byte 0, then the padding's first bit
	w[15] = 8 * 21;
	for (let number = 0; number < numbers; number++) {
		if (number % EVERY === 0)
			postMessage({ tried: number });
		w[4] = number;
		compress();
		if (hash[0] === wanted[0] && hash.every((word, i) => word === wanted[i])) {
			postMessage({ number });
			return;
		}
	}
	postMessage({ number: -1 });
};
