// xorshift128 by Marsaglia; the seed is spread by the multiplier of splitmix.
export class Random {
	constructor(seed) {
		[this.x, this.y, this.z, this.w] = [1, 2, 3, 4].map((i) =>
			Math.imul(seed + i, 0x9e3779b1) ^ (i * 0x85ebca6b));
		for (let i = 0; i < 20; i++)
			this.next();
	}

	next() {
		const t = this.x ^ (this.x << 11);
		[this.x, this.y, this.z] = [this.y, this.z, this.w];
		this.w = this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8);
		return this.w >>> 0;
	}

	int(low, high) { // low..high, both included
		return low + (this.next() % (high - low + 1));
	}

	chance(percent) {
		return this.next() % 100 < percent;
	}

	pick(array) {
		return array[this.next() % array.length];
	}

	some(array, count) { // up to count different ones, in random order
		const rest = [...array];
		const taken = [];
		while (rest.length > 0 && taken.length < count)
			taken.push(...rest.splice(this.next() % rest.length, 1));
		return taken;
	}
}
