// A device's values as FORMAT.md section 3 reads them. Part of the second device library (device.mjs).
import { isText } from "./trust.mjs";

const SPACE = "[ \\t\\n\\v\\f\\r]*";
const TRIM = new RegExp(`^${SPACE}|${SPACE}$`, "g");
export const trim = (text) => text.replace(TRIM, "");
export const fold = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());

export function version(text) {
	if (!/^\d+(?:\.\d+){0,7}$/.test(text))
		return null;
	const parts = text.split(".").map((part) => Number(part.replace(/^0+(?=\d)/, "")));
	return parts.every((part) => part < 2 ** 31) ? parts : null;
}

export function compare(a, b) {
	for (let i = 0; i < 8; i++)
		if ((a[i] ?? 0) !== (b[i] ?? 0))
			return (a[i] ?? 0) - (b[i] ?? 0);
	return 0;
}

// type → the text as it is compared, in an index or of a device; null: none
export const TYPES = { text: trim, fold: (text) => fold(trim(text)), version: (text) => trim(text).replace(/^[vV]/, ""),
	exact: (text) => text };

// The attribute as its type reads it: a text, an array of numbers, or null where it is missing.
export function attribute(device, name, type) {
	const raw = device.get(name);
	const text = isText(raw) ? TYPES[type](raw) : "";
	return text === "" ? null : type === "version" ? version(text) : text;
}

export const id = (device, name) => {
	const value = device.get(name);
	return isText(value) && value !== "" ? value : null;
};

export function number(device, name) {
	const value = device.get(name);
	return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : null;
}
