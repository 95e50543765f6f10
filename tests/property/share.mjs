// The share of a time window: the largest p for which P(Binomial(N, p) > users) <= 0.001, N the audience, rounded down
// to 10 significant decimal digits. All in BigInt: p is the rational a / d, d a power of ten, and what is rounded has
// 256 bits.
const BITS = 256n;
const ONE = 1n << BITS;

const bits = (n) => {
	const hex = n.toString(16);
	return BigInt(4 * (hex.length - 1) + Number.parseInt(hex[0], 16).toString(2).length);
};

// A float is { m, e }, m × 2^e, with at most 256 bits in m, rounded down.
function float(m, e = 0n) {
	const excess = bits(m) - BITS;
	return excess > 0n ? { m: m >> excess, e: e + excess } : { m, e };
}

const times = (x, y) => float(x.m * y.m, x.e + y.e);

function power(x, n) {
	let result = float(1n);
	for (let square = x; n > 0; n = Math.floor(n / 2), square = times(square, square))
		if (n % 2 === 1)
			result = times(result, square);
	return result;
}

// numerator / denominator below 1, rounded down.
const ratio = (numerator, denominator) => float((numerator << (2n * BITS)) / denominator, -2n * BITS);

// from × (from + 1) × … × to, halved so that the factors are of one size.
function product(from, to) {
	if (from >= to)
		return from > to ? 1n : BigInt(to);
	const middle = Math.floor((from + to) / 2);
	return product(from, middle) * product(middle + 1, to);
}

function choose(n, k) {
	const least = Math.min(k, n - k);
	return product(n - least + 1, n) / product(1, least);
}

// Whether P(Binomial(n, a / d) > users) <= 0.001; ways is C(n, users + 1).
function rare(n, users, ways, a, d) {
	if (BigInt(n) * a >= BigInt(users + 1) * d)
		return false; // the median is above users, so the probability is at least 1/2
	const b = d - a;
	const first = times(times(ways, power(ratio(a, d), users + 1)), power(ratio(b, d), n - users - 1));
	const shift = first.e + BITS;
	let term = shift >= 0n ? first.m << shift : first.m >> -shift;
	let sum = 0n;
	for (let k = users + 1; term > 0n && sum * 1000n <= ONE; k++) { // beyond n the factor is 0
		sum += term;
		term = (term * BigInt(n - k) * a) / (BigInt(k + 1) * b);
	}
	return sum * 1000n <= ONE;
}

function share(n, users) {
	const ways = float(choose(n, users + 1));
	let d = 10n ** 10n;
	while (!rare(n, users, ways, 10n ** 9n, d))
		d *= 10n;
	let low = 10n ** 9n; // rare
	let high = 10n ** 10n; // not rare
	while (high - low > 1n) {
		const middle = (low + high) / 2n;
		if (rare(n, users, ways, middle, d))
			low = middle;
		else
			high = middle;
	}
	return { a: low, d };
}

const known = new Map();

// Buckets below it are in: floor(p × 2^64); 2^64 is everybody.
export function limit(n, users) {
	if (users >= n)
		return 1n << 64n;
	const key = `${n}/${users}`;
	if (!known.has(key)) {
		const { a, d } = share(n, users);
		known.set(key, (a << 64n) / d);
	}
	return known.get(key);
}
