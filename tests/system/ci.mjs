// The CI files of templates/ci, as the services run them: YAML, conditions, which steps run for which event and with what environment, and
// the steps themselves on real definitions, with stand-ins for gh and curl. And templates/cdn: what is YAML there is YAML.
//   node ci.mjs TEMPLATES WORK NOW        WORK/programs has mdstatic and mdstatic-publish
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

const [templates, work, now] = process.argv.slice(2)
const bin = path.join(work, 'bin'), online = path.join(work, 'online'), calls = path.join(work, 'calls')
let passed = 0, failed = 0
function check(name, holds, seen) {
	console.log(`${holds ? 'ok' : 'not ok'} - ${name}`)
	if (!holds && seen !== undefined) console.log(`# ${JSON.stringify(seen).slice(0, 3000)}`)
	holds ? passed++ : failed++
}
const read = (file) => fs.readFileSync(file, 'utf8')
const load = (file) => parse(read(path.join(templates, file)), { strict: true, uniqueKeys: true })

/** A shell script in `cwd`; only what a runner would give is in its environment. */
function shell(script, cwd, env) {
	const plain = { PATH: `${bin}:${process.env.PATH}`, HOME: work, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', ...env }
	for (const who of ['AUTHOR', 'COMMITTER']) Object.assign(plain, { [`GIT_${who}_NAME`]: 'test', [`GIT_${who}_EMAIL`]: 't@example.com', [`GIT_${who}_DATE`]: '2026-11-20T08:00:00Z' })
	const r = spawnSync('/bin/bash', ['-e', '-c', script], { cwd, env: plain, encoding: 'utf8', timeout: 60000 })
	return { code: r.status, out: r.stdout + r.stderr }
}
const must = (script, cwd = work) => { const r = shell(script, cwd, {}); if (r.code) throw new Error(`${script}\n${r.out}`); return r.out }
const asked = () => (fs.existsSync(calls) ? read(calls) : '')
const program = (name, text) => fs.writeFileSync(path.join(bin, name), text, { mode: 0o755 })

// --- stand-ins --------------------------------------------------------------------------------------------------------------
fs.mkdirSync(bin)
for (const name of ['mdstatic', 'mdstatic-publish'])
	program(name, `#!/bin/sh\ncase $1 in build|verify|refresh|status|/*) exec '${work}/programs/${name}' "$@" --now ${now} ;; esac\nexec '${work}/programs/${name}' "$@"\n`)
// Each keeps the body that it is given and what it is asked; a GET answers with the comments that there are.
program('gh', `#!/bin/sh\necho "gh $* token=$GH_TOKEN" >>'${calls}'
case "$*" in *body=*) for a; do case $a in body=@*) cp "\${a#body=@}" '${work}/body' ;; esac; done; exit ;; esac
test ! -e '${work}/comments' || jq -r "\${5:?--jq}" <'${work}/comments'\n`)
program('curl', `#!/bin/sh\necho "curl $*" >>'${calls}'\ncat >'${work}/curlrc'
case "$*" in *body@*) for a; do case $a in body@*) cp "\${a#body@}" '${work}/body' ;; esac; done; exit ;; esac
case "$*" in */user) echo '{"id":77}' ;; *) cat '${work}/comments' ;; esac\n`)
const forget = () => { for (const name of ['calls', 'body', 'curlrc']) fs.rmSync(path.join(work, name), { force: true }) }

// --- a repository whose main is published, and a change to it ---------------------------------------------------------------
must(`mdstatic init repo --now 2026-11-20T08:00:00Z && cd repo && git add -A && git commit -qm starter && git clone -q --bare . ../origin.git`)
must(`git checkout -qb change && sed -i 's/"percent": 5/"percent": 25/' apps/demo/upgrades/android/1.0.1/release.json && git commit -qam wider
	git checkout -q main && git commit -q --allow-empty -m other && git push -q ../origin.git main change
	git checkout -qb merged && git merge -q --no-ff --no-edit change && git push -q ../origin.git merged`, path.join(work, 'repo'))
const release = 'apps/demo/upgrades/android/1.0.1/release.json'
const keys = path.join(work, 'repo/.mdstatic/keys')
const pem = (role) => read(path.join(keys, `${role}.pem`)).trim()
let clones = 0
function checkout(branch) {
	const dir = path.join(work, `checkout${++clones}`)
	must(`git clone -q origin.git ${dir} && git -C ${dir} checkout -q ${branch}`)
	return dir
}
const commitOnline = () => /"commit":"([0-9a-f]{40})"/.exec(read(path.join(online, 'DEMO01-default/build.json')))[1]
const tip = (branch) => must(`git -C origin.git rev-parse ${branch}`).trim()

// --- GitHub -----------------------------------------------------------------------------------------------------------------
// Expressions are JavaScript but for what `contains` and `fromJSON` do, and a name that is not there is empty.
const absent = (o) => new Proxy(o, { get: (t, k) => (k in t ? t[k] : '') })
function evaluate(expression, context) {
	const names = ['github', 'vars', 'secrets', 'env']
	return new Function(...names, `return (${expression.replace(/([=!]=)/g, '$1=')})`)(...names.map((n) => absent(context[n] ?? {})))
}
const fill = (value, context) => String(value).replace(/\$\{\{(.*?)\}\}/g, (_, e) => evaluate(e, context))

const github = load('ci/github.yml')
/** Runs the jobs of an event; what ran, with which results. */
function act(context, dir) {
	const done = { steps: [], code: 0, out: '' }
	fs.rmSync(path.join(work, 'temp'), { recursive: true, force: true })
	fs.mkdirSync(path.join(work, 'temp'))
	for (const [name, job] of Object.entries(github.jobs)) {
		if (!evaluate(job.if, context)) continue
		done.group = fill(job.concurrency ?? '', context)
		for (const step of job.steps) {
			if (done.code || (step.if && !evaluate(step.if, context))) continue
			done.steps.push(`${name}: ${step.name ?? step.uses ?? step.run}`)
			if (step.uses) { done.with = { ...done.with, [step.uses]: step.with }; continue }
			const env = Object.fromEntries(Object.entries({ ...github.env, ...step.env }).map(([k, v]) => [k, fill(v, context)]))
			const r = shell(step.run, dir, { ...env, GITHUB_REPOSITORY: 'org/repo', RUNNER_TEMP: path.join(work, 'temp'), GITHUB_STEP_SUMMARY: path.join(work, 'summary') })
			done.code = r.code
			done.out += r.out
		}
	}
	return done
}
const uses = Object.values(github.jobs).flatMap((job) => job.steps.map((step) => step.uses)).filter(Boolean)
check('github: actions are pinned', uses.every((u) => /^[\w-]+\/[\w-]+@v\d+$/.test(u)), uses)
check('github: nothing may write but where a job says so', JSON.stringify(github.permissions) === '{"contents":"read"}')
check('github: only checks may write comments', !('pull-requests' in github.jobs.publish.permissions) && !('id-token' in github.jobs.check.permissions))
const pull = (head) => ({ github: { event_name: 'pull_request', repository: 'org/repo', actor: 'somebody', token: 'T', event: { pull_request: { number: 7, head: { repo: { full_name: head } } } } }, vars: { MDSTATIC_DEST: `file://${online}` } })
{
	fs.writeFileSync(path.join(work, 'comments'), JSON.stringify([{ id: 1, user: { login: 'somebody' }, body: '<!-- mdstatic diff -->' }]))
	let r = act(pull('org/repo'), checkout('merged'))
	check('github: a pull request passes', r.code === 0, r.out)
	check('github: its comment says what changes', fs.existsSync(path.join(work, 'body')) && /^<!-- mdstatic diff -->\n[^]*5 % → 25 %/.test(read(path.join(work, 'body'))), asked())
	check('github: a new one, although somebody copied the mark', /-X POST repos\/org\/repo\/issues\/7\/comments .*token=T/.test(asked()), asked())
	check('github: the summary says it too', /25 %/.test(read(path.join(work, 'summary'))))
	forget()
	fs.writeFileSync(path.join(work, 'comments'), JSON.stringify([1, 2, 3].map((id) => ({ id, user: { login: id > 1 ? 'github-actions[bot]' : 'x' }, body: id > 1 ? '<!-- mdstatic diff -->\nold' : 'hello' }))))
	r = act(pull('org/repo'), checkout('merged'))
	check('github: the comment that is there is updated', r.code === 0 && /-X PATCH repos\/org\/repo\/issues\/comments\/2 /.test(asked()) && !/POST/.test(asked()), asked())
	forget()
	r = act(pull('stranger/repo'), checkout('merged'))
	check('github: a fork gets no comment', r.code === 0 && asked() === '' && r.steps.some((s) => s.includes('before and after')), r)
	const dir = checkout('merged')
	must(`sed -i 's/"percent": 25/"percent": 250/' ${release} && git commit -qam slip`, dir)
	r = act(pull('org/repo'), dir)
	check('github: an error stands beside its line', r.code === 1 && /^::error file=apps\/demo\/upgrades\/android\/1.0.1\/release.json,line=26,col=\d+::percent is 250/m.test(r.out), r.out)
	forget()
}
const secrets = { MDSTATIC_TARGETS_PEM: pem('targets'), MDSTATIC_SNAPSHOT_PEM: pem('snapshot'), MDSTATIC_TIMESTAMP_PEM: pem('timestamp'), MDSTATIC_H5_PEM: pem('h5') }
const event = (event_name, more) => ({ github: { event_name, repository: 'org/repo' }, vars: { MDSTATIC_DEST: `file://${online}` }, secrets, ...more })
{
	let r = act(event('push', { vars: {} }), work)
	check('github: without a destination nothing runs', r.steps.length === 0, r.steps)
	r = act(event('push'), checkout('main'))
	check('github: main is published', r.code === 0 && commitOnline() === tip('main'), r.out)
	check('github: runs follow each other', r.group === 'publish')
	const modes = must(`stat -c '%a %n' temp/keys temp/keys/*`).split('\n').filter(Boolean).map((l) => l.replace(/ .*\//, ' ')).join()
	check('github: keys are ours alone', modes === '700 keys,600 h5.pem,600 snapshot.pem,600 targets.pem,600 timestamp.pem', modes)
	check('github: no key is shown', !r.out.includes('PRIVATE KEY'))
	must('git push -q ../origin.git merged:main', path.join(work, 'repo'))
	r = act(event('push'), checkout('change')) // a job that is run again, long after: what main says now
	check('github: an old job publishes what main says now', r.code === 0 && commitOnline() === tip('main'), r.out)
	r = act(event('schedule', { secrets: { MDSTATIC_TIMESTAMP_PEM: pem('timestamp') } }), checkout('main'))
	check('github: the schedule refreshes, in a group of its own', r.code === 0 && r.group === 'refresh' && /nothing is due/.test(r.out), r.out)
	r = act(event('push', { vars: { MDSTATIC_DEST: 'file:///x', MDSTATIC_AWS_ROLE: 'arn:role' }, secrets: {} }), checkout('main'))
	check('github: with a role, credentials come by OIDC', r.steps.includes('publish: aws-actions/configure-aws-credentials@v4') && r.with['aws-actions/configure-aws-credentials@v4']['role-to-assume'] !== undefined, r.steps)
	const step = github.jobs.publish.steps.find((s) => s.name === 'Publish')
	check('github: and are not hidden by secrets that are not there', fill(step.env.AWS_ACCESS_KEY_ID, { env: { AWS_ACCESS_KEY_ID: 'A' } }) === 'A')
}

// --- GitLab -----------------------------------------------------------------------------------------------------------------
const gitlab = load('ci/gitlab.yml')
const rule = (text, env) => new Function('v', `return Boolean(${text.replace(/\$(\w+)/g, 'v("$1")')})`)((name) => env[name] ?? '')
function pipeline(env, dir) {
	const done = { jobs: [], code: 0, out: '' }
	for (const [name, given] of Object.entries(gitlab)) {
		if (/^(variables|default|stages|\..*)$/.test(name) || done.code) continue
		const job = { ...(given.extends ? gitlab[given.extends] : {}), ...given }
		if (!gitlab.stages.includes(job.stage)) throw new Error(`${name} has no stage`)
		if (!job.rules.some((r) => rule(r.if, env))) continue
		done.jobs.push(name)
		const all = { ...gitlab.variables, ...env, CI_PROJECT_DIR: dir }
		for (const [k, v] of Object.entries(job.variables ?? {})) all[k] = v.replace(/\$(\w+)/g, (_, n) => all[n] ?? '')
		const r = shell([...gitlab.default.before_script, ...job.script].join('\n'), dir, all)
		Object.assign(done, { code: r.code, out: done.out + r.out })
		if (job.after_script && shell(job.after_script.join('\n'), dir, all).code) throw new Error('after_script')
	}
	return done
}
{
	fs.writeFileSync(path.join(work, 'comments'), '[]')
	const base = must('git -C origin.git merge-base main~1 change').trim()
	const request = { CI_PIPELINE_SOURCE: 'merge_request_event', CI_DEFAULT_BRANCH: 'main', CI_MERGE_REQUEST_DIFF_BASE_SHA: base, MDSTATIC_DEST: `file://${online}`, CI_API_V4_URL: 'https://gitlab.test/api/v4', CI_PROJECT_ID: '5', CI_MERGE_REQUEST_IID: '7', MDSTATIC_NOTES_TOKEN: 'glpat-secret' }
	forget()
	let r = pipeline(request, checkout('change'))
	check('gitlab: a merge request passes', r.code === 0 && r.jobs.join() === 'check', r)
	check('gitlab: its note says what changes', fs.existsSync(path.join(work, 'body')) && /5 % → 25 %/.test(read(path.join(work, 'body'))) && /-X POST .*merge_requests\/7\/notes$/m.test(asked()), asked())
	check('gitlab: the token is in no list of processes', !asked().includes('glpat') && read(path.join(work, 'curlrc')).includes('glpat-secret'))
	fs.writeFileSync(path.join(work, 'comments'), JSON.stringify([
		{ id: 4, author: { id: 77 }, body: 'hello' }, { id: 5, author: { id: 3 }, body: '<!-- mdstatic diff -->\nof somebody who copied the mark' },
		{ id: 9, author: { id: 77 }, body: '<!-- mdstatic diff -->\nold' }, { id: 12, author: { id: 77 }, body: '<!-- mdstatic diff -->' }]))
	forget()
	r = pipeline(request, checkout('change'))
	check('gitlab: the note that is there is updated', r.code === 0 && /-X PUT .*\/notes\/9$/m.test(asked()), asked())
	forget()
	fs.rmSync(path.join(work, 'comments'))
	r = pipeline(request, checkout('change'))
	check('gitlab: notes that cannot be read: no second one is written', r.code !== 0 && !/POST/.test(asked()), asked())
	forget()
	r = pipeline({ ...request, MDSTATIC_NOTES_TOKEN: '' }, checkout('change'))
	check('gitlab: a fork gets none', r.code === 0 && asked() === '', r.out)
	const files = Object.fromEntries(Object.keys(secrets).map((name) => [name, path.join(keys, `${name.split('_')[1].toLowerCase()}.pem`)]))
	fs.rmSync(online, { recursive: true, force: true })
	const push = { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main', MDSTATIC_DEST: `file://${online}`, ...files }
	const dir = checkout('main')
	r = pipeline(push, dir)
	check('gitlab: main is published', r.code === 0 && r.jobs.join() === 'publish' && commitOnline() === tip('main'), r)
	check('gitlab: the keys are gone', !fs.existsSync(`${dir}.tmp/mdstatic-keys`))
	r = pipeline({ ...push, CI_PIPELINE_SOURCE: 'schedule' }, checkout('main'))
	check('gitlab: the schedule refreshes', r.code === 0 && r.jobs.join() === 'refresh' && /nothing is due/.test(r.out), r)
	r = pipeline({ ...push, CI_PIPELINE_SOURCE: 'schedule', CI_COMMIT_BRANCH: 'topic' }, work)
	check('gitlab: a schedule of another branch gets no keys', r.jobs.length === 0, r.jobs)
	r = pipeline({ ...push, MDSTATIC_DEST: '' }, work)
	check('gitlab: without a destination nothing runs', r.jobs.length === 0)
	check('gitlab: publish and refresh follow each other', gitlab['.publish'].resource_group === 'publish')
}

// --- what they call ---------------------------------------------------------------------------------------------------------
{
	const tools = path.join(work, 'tools')
	fs.mkdirSync(tools)
	for (const name of ['git', 'make', 'sudo', 'apt-get', 'id']) fs.writeFileSync(path.join(tools, name), `#!/bin/sh\n${name === 'id' ? 'echo 1000' : name === 'sudo' ? 'echo sudo; exec "$@"' : `echo ${name} "$@"`}\n`, { mode: 0o755 })
	for (const name of ['curl', 'jq', 'sh', 'mktemp', 'rm', 'nproc']) fs.symlinkSync(must(`command -v ${name}`).trim(), path.join(tools, name))
	const r = shell(`${path.join(templates, 'ci/install')} https://example.com/m v9`, work, { PATH: tools })
	const made = r.out.replace(/\/tmp\/\S+/g, 'DIR').split('\n').filter(Boolean).join('; ')
	check('install: cloned at its tag, built, installed', r.code === 0 && /^git clone -q --depth 1 --branch v9 https:\/\/example.com\/m DIR; sudo; make -C DIR deps; make -C DIR -j \d+ WARN= all; sudo; make -C DIR WARN= install$/.test(made), made)
	fs.writeFileSync(path.join(work, 'long.md'), `<!-- mdstatic diff -->\n${'| … |\n'.repeat(20000)}`)
	fs.writeFileSync(path.join(work, 'comments'), '[]')
	shell(`${path.join(templates, 'ci/comment')} long.md`, work, { GITHUB_REPOSITORY: 'org/repo', PULL: '1', GH_TOKEN: 'T' })
	const body = read(path.join(work, 'body'))
	check('comment: a long one is cut', body.length < 65536 && body.endsWith('…and more: the job has all of it.\n'), body.slice(-60))
}
const cloudfront = load('cdn/cloudfront.yaml')
const config = cloudfront.Resources.Distribution.Properties.DistributionConfig
check('cloudfront: missing files are forgotten soon', [403, 404].every((code) => config.CustomErrorResponses.some((e) => e.ErrorCode === code && e.ErrorCachingMinTTL <= 5)))
check('cloudfront: nothing is compressed', config.DefaultCacheBehavior.Compress === false && cloudfront.Resources.Policy.Properties.CachePolicyConfig.MinTTL === 0)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed ? 1 : 0
