// The JSON Schemas and the program agree on what a definition may be.
//
// tests/schemas/valid/<kind>-<case>.json     both accept it
// tests/schemas/invalid/<kind>-<case>.json   both refuse it, the program with the lines of <kind>-<case>.err, without the path.
//   An .err that begins with the line `code only` is of a rule that a schema cannot hold (other files, other values, exact
//   decimals): there the schema must accept.
//
// All cases are apps of one repository, so that one run of `mdstatic check` judges them all. Without the program
// (MDSTATIC, by default build/mdstatic) only the schemas are judged. `--record` writes the .err files anew, to be reviewed.

import { apk } from '../apk.mjs';
import { png, symbols } from '../ios.mjs';
import { abc, hap, patch } from '../harmony.mjs';
import { hqf, zip } from '../packages.mjs';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.MDSTATIC ?? join(root, 'build/mdstatic');
const record = process.argv.includes('--record');

// Where a definition stands in an app, by the longest beginning of its case's name; the kind is the first word.
const places = {
  upgrade: 'upgrades/android/5.0.0/release.json',
  'upgrade-ios': 'upgrades/ios/5.0.0/release.json',
  'upgrade-harmony': 'upgrades/harmony/5.0.0/release.json',
  hotpatch: 'hotpatches/android/5.0.0/3/release.json',
  'hotpatch-ios': 'hotpatches/ios/5.0.0/3/release.json',
  h5app: 'h5/20171228/app.json',
  h5: 'h5/20171228/1.0.0.1/release.json',
  'h5-global': 'h5/20171228/1.0.0.1/release.json',
  quickfix: 'quickfixes/com.example.demo/1000000/1000001/release.json',
  switch: 'switches/KEY.json',
  resources: 'resources/city.json',
  audience: 'audience.json',
};

const base = hap();
const fix = patch({ base });

// Files that a case has beside it where it names them or their folder, or something that begins like them.
const beside = {
  'sub/app-5.0.0.apk': apk('com.example.demo', '5.0.0'),
  'icon.png': png(120),
  'dsym.tgz': symbols(),
  'entry.hqf': hqf(fix, { 'ets/modules.abc': abc() }),
  'all.appqf': zip([['entry.hqf', hqf(fix, { 'ets/modules.abc': abc() })]]),
  'entry/patch.json': JSON.stringify(fix),
  'entry/base.hap': base,
  'entry/ets/modules.abc': abc(),
};

// Files that the cases of a place have, named or not.
const around = {
  h5: { '../app.json': '{ "name": "shop", "resourceType": "normal" }', 'www/index.html': 'a page' },
  'h5-global': { '../app.json': '{ "name": "shared", "resourceType": "global" }', 'files/a.js': 'a script' },
};

let failures = 0;
function report(ok, name, why = '') {
  console.log(`${ok ? 'ok' : 'not ok'} - ${name}${ok || !why ? '' : `\n${why.replace(/^/gm, '#   ')}`}`);
  failures += ok ? 0 : 1;
}

const placeOf = (file) => Object.keys(places).filter((key) => file.startsWith(key)).sort((x, y) => y.length - x.length)[0];

function readCases(folder, valid) {
  return readdirSync(folder).filter((file) => file.endsWith('.json')).sort().map((file) => {
    const errors = join(folder, file.replace(/json$/, 'err'));
    const expected = valid || !existsSync(errors) ? [] : readFileSync(errors, 'utf8').split('\n').filter(Boolean);
    const codeOnly = expected[0] === 'code only';
    return {
      name: `${valid ? 'valid' : 'invalid'}/${file}`,
      app: `${valid ? 'v' : 'i'}-${file.replace(/\.json$/, '')}`,
      kind: file.split('-')[0],
      place: places[placeOf(file)],
      around: around[placeOf(file)] ?? {},
      text: readFileSync(join(folder, file), 'utf8'),
      errors,
      valid,
      codeOnly,
      expected: codeOnly ? expected.slice(1) : expected,
    };
  });
}

// --- schemas ----------------------------------------------------------------------------------------------------------

function loadSchemas() {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  for (const file of readdirSync(join(root, 'schemas')).filter((name) => name.endsWith('.schema.json'))) {
    const schema = JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8'));
    report(ajv.validateSchema(schema) && schema.$id === file, `schemas/${file} is a schema`, ajv.errorsText());
    report(undescribed(schema).length === 0, `schemas/${file} says what each key means`, undescribed(schema).join('\n'));
    ajv.addSchema(schema);
  }
  return ajv;
}

// Keys of definitions that a schema names without a word about them, except where it only adds a condition.
function undescribed(schema, path = '') {
  const found = [];
  if (schema === null || typeof schema !== 'object') return found;
  for (const [key, value] of Object.entries(schema)) {
    if (['if', 'then', 'else', 'allOf'].includes(key)) continue;
    if (key === 'properties')
      for (const [name, sub] of Object.entries(value))
        if (typeof sub === 'object' && !sub.description && !sub.$ref) found.push(`${path}/${name}`);
    found.push(...undescribed(value, `${path}/${key}`));
  }
  return found;
}

function judgeBySchema(ajv, test) {
  const validate = ajv.getSchema(`${test.kind}.schema.json`);
  if (!validate) return report(false, `${test.name}: schema`, `there is no schemas/${test.kind}.schema.json`);
  const accepted = validate(JSON.parse(test.text));
  report(accepted === (test.valid || test.codeOnly), `${test.name}: schema`,
    accepted ? 'the schema accepts it' : ajv.errorsText(validate.errors, { separator: '\n' }));
}

// --- program ----------------------------------------------------------------------------------------------------------

function put(repo, path, text) {
  mkdirSync(dirname(join(repo, path)), { recursive: true });
  writeFileSync(join(repo, path), text);
}

function writeApp(repo, test, number) {
  const app = `apps/${test.app}`;
  put(repo, `${app}/app.ini`, `[app]\nappId = C${number}\nworkspaceId = w\n[cdn]\nbaseUrl = https://cdn.example.com/${number}/\n` +
    '[android]\naudience = 1000\n[ios]\naudience = 1000\n[harmony]\naudience = 1000\n[h5]\nglobalHost = h.example.com\n');
  put(repo, `${app}/whitelists/staff.txt`, 'u1\n');
  put(repo, `${app}/whitelists/vip.txt`, 'u2\n');
  for (const [name, bytes] of Object.entries(beside))
    if (test.text.includes(`"${name.split('.')[0]}`) || test.text.includes(`"${dirname(name)}"`))
      put(repo, `${app}/${dirname(test.place)}/${name}`, bytes);
  for (const [name, bytes] of Object.entries(test.around)) put(repo, `${app}/${dirname(test.place)}/${name}`, bytes);
  put(repo, `${app}/${test.place}`, test.text);
}

// path → its errors, as `line:col: error: text`
function check(repo) {
  const run = spawnSync(program, ['check', repo, '--worktree', '--format', 'json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.error || (run.status !== 0 && run.status !== 1)) throw new Error(`${program}: exit ${run.status}\n${run.stderr}`);
  const found = new Map();
  for (const { path, line, col, level, message } of JSON.parse(run.stdout)) {
    if (level !== 'error') continue;
    found.set(path, [...(found.get(path) ?? []), line ? `${line}:${col}: error: ${message}` : `error: ${message}`]);
  }
  return found;
}

function judgeByProgram(test, said) {
  if (record && !test.valid) writeFileSync(test.errors, [...(test.codeOnly ? ['code only'] : []), ...said, ''].join('\n'));
  const expected = record ? said : test.expected;
  const same = said.length === expected.length && said.every((line, i) => line === expected[i]);
  report(same && (said.length === 0) === test.valid, `${test.name}: program`,
    `expected:\n${expected.join('\n')}\nsaid:\n${said.join('\n')}`);
}

function judgeAllByProgram(tests) {
  const repo = mkdtempSync(join(tmpdir(), 'mdstatic-schemas-'));
  try {
    execFileSync('git', ['init', '-q', repo]);
    tests.forEach((test, i) => writeApp(repo, test, i));
    const found = check(repo);
    for (const test of tests) {
      const path = `apps/${test.app}/${test.place}`;
      judgeByProgram(test, found.get(path) ?? []);
      found.delete(path);
    }
    // a file that the refused definition does not name is an error of its own, rightly
    const others = [...found.keys()].filter((path) => !Object.keys(beside).some((name) => path.endsWith(`/${name}`)));
    report(others.length === 0, 'no errors but of the cases', others.map((path) => `${path}: ${found.get(path)}`).join('\n'));
  } finally {
    rmSync(repo, { recursive: true, force: true });
  }
}

const folder = join(root, 'tests/schemas');
const tests = [...readCases(join(folder, 'valid'), true), ...readCases(join(folder, 'invalid'), false)];
const ajv = loadSchemas();
for (const test of tests) judgeBySchema(ajv, test);
if (existsSync(program)) judgeAllByProgram(tests);
else console.log(`skipped - the program's side: there is no ${program}`);
process.exit(failures ? 1 : 0);
