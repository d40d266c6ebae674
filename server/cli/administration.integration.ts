import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUsageRecorder } from '../administration/usage.ts'
import { type Finished, runCommand, runJson, type TestFolder, type Told, testFolder } from '../testing/harness.ts'

let folder: TestFolder

beforeAll(async () => {
  folder = await testFolder(['alice', 'bob', 'carol'])
})
afterAll(() => folder.close())

const run = (words: string, input = ''): Promise<Finished> => runCommand(folder.path, words.split(' '), input)

const json = (words: string, input = ''): Promise<Told> => runJson(folder.path, words, input)

async function file(name: string, content: unknown): Promise<string> {
  await mkdir(join(folder.path, 'in'), { recursive: true })
  const path = join(folder.path, 'in', name)
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

async function lastLine() {
  return folder.administration.store.administration.lastAudit()
}

test('policy, groups and rules make lists', async () => {
  expect(await json('policy set departments=on domains=on --why ticket-7')).toMatchObject({ ok: true, exit: 0 })
  expect(await lastLine()).toMatchObject({ op: 'policy.set', why: 'ticket-7', via: 'cli' })
  expect(await json('policy set everyone=maybe')).toMatchObject({ ok: false, exit: 3 })
  expect(await json('policy set everyone')).toMatchObject({ code: 'usage', exit: 2 })
  expect(await json('policy show')).toMatchObject({ policy: { departments: true, domains: true, everyone: false } })
  expect((await run('policy show')).out).toMatch(/departments +on/)
  await json('group put board --title Board --local')
  expect(await json('group join board alice bob')).toMatchObject({ lists: [{ user: 'alice' }, { user: 'bob' }] })
  expect(await json('group list')).toMatchObject({
    groups: [{ group: 'board', title: 'Board', members: ['alice', 'bob'] }],
  })
  expect(await json('rule domain partner.example --for all')).toMatchObject({ ok: true })
  expect(await json('rule deny bad@partner.example')).toMatchObject({ ok: true })
  expect(await json('rule open user:carol group:board')).toMatchObject({ ok: true })
  const { rules } = await json('rule list')
  expect(rules).toHaveLength(3)
})

test('why says which rule, in words and with its id; contact list --effective says it of each', async () => {
  const why = await run('why --user alice --address bad@partner.example')
  expect(why.out).toMatch(
    /^alice has no contact bad@partner\.example\nit would be admitted by:\n {2}rule [0-9a-f]{12}: the whole/,
  )
  expect(why.out).toMatch(
    /refused by: rule [0-9a-f]{12}, nobody lists bad@partner\.example\n.*kith-server rule remove [0-9a-f]{12}\n/,
  )
  expect((await run('why --user alice --address bob@example.org')).out).toContain('both are in the group board')
  expect((await run('why --user alice --address x@nowhere.example')).out).toContain('kith-server contact add')
  expect(await json('why --user nobody --address a@x.example')).toMatchObject({ ok: false, exit: 3 })
  const seen = await json('contact list --user carol --effective')
  expect(seen).toMatchObject({
    contacts: expect.arrayContaining([
      expect.objectContaining({
        address: 'bob@example.org',
        from: expect.stringMatching(/^rule [0-9a-f]{12}: user:carol/),
      }),
      expect.objectContaining({ address: 'bad@partner.example', closed: true }),
    ]),
  })
})

test('guest add and user set; the password may wait; a dry run tells the difference and keeps nothing', async () => {
  const guest = 'guest add gu --name Gu --sponsor alice --expires 2031-01-31 --address gu@agency.example'
  const dry = await run(`${guest} --dry-run`)
  expect(dry.out).toContain('nothing was changed')
  expect(dry.out).toContain('user.add gu: {"name":"Gu"')
  expect(dry.out).toContain('list of alice: 1 added')
  expect(await json('user add dry --name Dry --dry-run')).toMatchObject({ dryRun: true, address: 'dry@example.org' })
  expect(await json(guest)).toMatchObject({ ok: true, user: 'gu', scope: 'external', address: 'gu@agency.example' })
  expect(await json('guest add other --name O')).toMatchObject({ exit: 2 })
  expect(await json('user set gu --department Agency --sponsor bob --why moved')).toMatchObject({ ok: true })
  expect(await json('user set gu')).toMatchObject({ exit: 2 })
  expect(await json('user list')).toMatchObject({
    users: expect.arrayContaining([
      expect.objectContaining({
        user: 'gu',
        sponsor: 'bob',
        department: 'Agency',
        expires: '2031-01-31T00:00:00.000Z',
      }),
    ]),
  })
  expect(await json('contact expiring --days 3650')).toMatchObject({ contacts: [{ user: 'gu', kind: 'account' }] })
  expect(await json('user password gu --why first', 'a good password\n')).toMatchObject({ ok: true })
  expect(await lastLine()).toMatchObject({ op: 'user.password', target: 'gu', why: 'first', after: '' })
})

test('the audit log is listed, searched, verified, exported, and its lines are undone, one or many', async () => {
  const lines = '{"address":"a@many.example","name":"A"}\n{"address":"b@many.example","name":"B"}\n'
  const added = await json('contact add --from - --user alice --why many', lines)
  expect(added).toMatchObject({ added: 2, audit: expect.stringMatching(/^\d+-\d+$/) })
  expect(await json('audit list --search many.example --count 5')).toMatchObject({
    lines: [{ op: 'contact.add', target: 'alice b@many.example', why: 'many' }, { op: 'contact.add' }],
  })
  const [first] = String(added.audit).split('-')
  expect(await json(`audit list --before ${first} --count 1`)).toMatchObject({ lines: [{ n: Number(first) - 1 }] })
  expect(await json(`undo ${String(added.audit)} --dry-run`)).toMatchObject({ dryRun: true, lists: [{ removed: 2 }] })
  expect(await json(`undo ${String(added.audit)} --why mistake`)).toMatchObject({ ok: true })
  expect(await lastLine()).toMatchObject({ op: 'contact.remove', why: `undo ${String(added.audit)}: mistake` })
  expect(await json(`undo ${String(added.audit)}`)).toMatchObject({ ok: false, exit: 3 })
  expect(await json('undo x')).toMatchObject({ exit: 2 })
  expect(await json('audit verify')).toMatchObject({ ok: true, exit: 0 })
  const to = join(folder.path, 'audit.jsonl')
  const exported = await json(`audit export --to ${to}`)
  const written = (await readFile(to, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(written).toHaveLength(Number(exported.lines))
  expect(written.at(-1)).toMatchObject({ n: exported.lines, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(await json(`audit export --to ${to}`)).toMatchObject({ exit: 4 })
})

test('of several faults each has the number of its change', async () => {
  expect(await json('contact remove no@one.example no@two.example --user alice')).toMatchObject({
    exit: 3,
    faults: [{ index: 0 }, { index: 1 }],
  })
})

test('roles and tokens: a token is shown once, and nothing kept tells it', async () => {
  expect(await json('role set alice operator')).toMatchObject({ ok: true })
  expect(await json('role set alice king')).toMatchObject({ exit: 3 })
  expect(await json('role set alice operator --reset-second-factor')).toMatchObject({ ok: true })
  expect(await json('role list')).toMatchObject({ roles: [{ user: 'alice', role: 'operator' }] })
  const made = await json('token add hr --scope people contacts --expires 2031-01-31')
  expect(made).toMatchObject({ name: 'hr', scopes: ['people', 'contacts'], token: expect.stringMatching(/^kith_/) })
  expect((await run('token add bad --scope everything')).code).toBe(2)
  expect((await run('token add bad')).code).toBe(2)
  const listed = await json('token list')
  expect(listed).toMatchObject({ tokens: [{ name: 'hr', scopes: ['people', 'contacts'] }] })
  expect(JSON.stringify(listed)).not.toContain(String(made.token))
  expect((await readFile(folder.administration.folder.store)).includes(String(made.token))).toBe(false)
  expect(await json('token remove hr')).toMatchObject({ ok: true })
  expect(await json('token remove hr')).toMatchObject({ exit: 3 })
})

test('a look-alike is told of and added all the same', async () => {
  expect(await json('contact add mei.lin@agency.example --name Mei --user bob')).toMatchObject({ added: 1 })
  const alike = await json('contact add mei.1in@agency.example --name May --user bob')
  expect(alike).toMatchObject({ ok: true, added: 1, warnings: [expect.stringContaining('mei.lin@agency.example')] })
  expect(await json('user add a1ice --name Al --dry-run')).toMatchObject({
    warnings: [expect.stringContaining('alice')],
  })
})

test('apply and snapshot: the document of what is changes nothing; one bad row names its place', async () => {
  const snapshot = await run('snapshot')
  const same = await file('same.json', snapshot.out)
  expect(await json(`apply ${same} --prune`)).toMatchObject({ ok: true, changes: 0 })
  const document = JSON.parse(snapshot.out)
  const bad = await file('bad.json', {
    ...document,
    users: document.users.with(1, { user: 'bob', name: 'B', address: 'b' }),
  })
  expect(await json(`apply ${bad}`)).toMatchObject({ exit: 3, faults: [{ place: 'users[1].address' }] })
  expect((await run(`apply ${bad}`)).err).toContain('  users[1].address: ')
  expect(await json(`apply ${await file('none.json', '[')}`)).toMatchObject({ faults: [{ place: 'document' }] })
  const unknown = await file('unknown.json', { users: [{ user: 'bob', name: 'B', password: 'x' }] })
  expect(await json(`apply ${unknown}`)).toMatchObject({ faults: [{ place: 'users[0]' }] })
  const more = { users: [{ user: 'dora', name: 'Dora', contacts: [{ address: 'x@new.example', name: 'X' }] }] }
  const wanted = await file('more.json', more)
  expect(await json(`apply ${wanted} --dry-run`)).toMatchObject({ dryRun: true, changes: [{ op: 'user.add' }, {}] })
  const applied = await json(`apply ${wanted}`)
  expect(applied).toMatchObject({ changes: 2 })
  expect(await json(`undo ${String(applied.audit)}`)).toMatchObject({ ok: true })
  expect(await json('contact list --user dora')).toMatchObject({ contacts: [] })
})

test('a source is imported, run again, and exported; formulas stay text', async () => {
  const csv = await file('people.csv', 'address,name,groups\nan@import.example,"\'=1+1",G\nbe@import.example,Be,\n')
  expect(await json(`import ${csv} --for user:carol --dry-run`)).toMatchObject({
    dryRun: true,
    plans: [{ counts: { add: 2 } }],
  })
  expect(await json(`import ${csv} --for user:carol`)).toMatchObject({ plans: [{ user: 'carol', counts: { add: 2 } }] })
  expect(await lastLine()).toMatchObject({ via: 'import:people.csv' })
  expect(await json(`import ${csv} --for user:carol`)).toMatchObject({ plans: [{ counts: { unchanged: 2 } }] })
  const exported = await run('contact export --user carol')
  expect(exported.out).toContain("an@import.example,'=1+1,")
  expect(await json('contact export --user carol --format json')).toMatchObject({ contacts: [{ name: '=1+1' }, {}] })
})

test('a source is kept under its name and run; one that lost its contacts is refused unless forced', async () => {
  await file('hr.csv', 'address,name\nhr@import.example,Hr\n')
  const settings = await file('hr.json', { kind: 'csv', name: 'hr', file: 'in/hr.csv' })
  expect(await json(`import add ${settings} --for department:Sales --why hr`)).toMatchObject({ name: 'hr' })
  expect(await json('import run hr')).toMatchObject({ exit: 3, faults: [{ why: 'nobody is in department:Sales' }] })
  await json('user set carol --department Sales')
  expect((await run('import run hr')).out).toContain('carol: 1 added')
  await file('hr.csv', 'address,name\n')
  expect(await json('import run hr')).toMatchObject({ exit: 3, faults: [{ place: 'carol' }] })
  expect(await json('import run hr --force')).toMatchObject({ plans: [{ counts: { remove: 1 } }] })
  expect(await json('import list')).toMatchObject({ imports: [{ for: 'department:Sales', source: { name: 'hr' } }] })
  expect(await json('import remove hr')).toMatchObject({ ok: true })
  expect(await json('import run hr')).toMatchObject({ exit: 3 })
})

test('contacts that nobody uses are listed and removed together, those of an import excepted', async () => {
  expect(await json('contact unused --days 90')).toMatchObject({ exit: 3, error: expect.stringContaining('recorded') })
  const { administration } = folder
  const day = 24 * 3_600_000
  const past = { now: () => administration.clock.now() - 400 * day }
  const work: { flush?: () => Promise<void> } = {}
  const every = (_ms: number, flush: () => Promise<void>) => {
    work.flush = flush
    return () => undefined
  }
  const usage = createUsageRecorder({ store: administration.store, clock: past, every, failed: () => undefined })
  await work.flush?.()
  await usage.close()
  expect(await json('contact unused --days 90')).toMatchObject({ contacts: [] })
  folder.pass(-300 * day)
  const add = { op: 'contact.add' as const, user: 'bob' }
  await administration.run([
    { ...add, contact: { address: 'old@quiet.example', name: 'Old' } },
    { ...add, contact: { address: 'hr@quiet.example', name: 'Hr' }, from: { source: 'hr', external: '1' } },
  ])
  folder.pass(300 * day)
  expect(await json('contact unused --days 90 --user bob')).toMatchObject({
    contacts: [{ address: 'old@quiet.example' }, { address: 'hr@quiet.example', from: 'import hr' }],
  })
  expect(await json('contact unused --days 365')).toMatchObject({ contacts: [] })
  expect(await json('contact remove --unused-days 90 --dry-run')).toMatchObject({
    lists: [{ user: 'bob', removed: 1 }],
  })
  const removed = await json('contact remove --unused-days 90')
  expect(removed).toMatchObject({ ok: true, contacts: 1 })
  expect(await json(`undo ${String(removed.audit)}`)).toMatchObject({ lists: [{ user: 'bob', added: 1 }] })
  expect(await json('contact remove a@x.example --unused-days 90')).toMatchObject({ exit: 2 })
  expect((await run('contact remove --unused-days 0')).code).toBe(2)
})

test('where the policy asks for a reason every command that changes something wants one, and reading does not', async () => {
  const group = await json('group put early --title Early')
  expect(await json('policy set reason=required --why audit')).toMatchObject({ ok: true })
  const refused = { exit: 3, error: expect.stringContaining('the policy asks for a reason') }
  for (const words of [
    'group put late --title Late',
    'policy set reason=optional',
    `undo ${String(group.audit)}`,
    'role set alice auditor',
    'token add late --scope read',
    'enrol --user alice --url https://kith.example.org',
    'key rotate fresh',
    'manifest renew',
  ]) {
    const answer = await json(words)
    expect([words, answer]).toMatchObject([words, { ok: false, exit: 3 }])
    expect([words, JSON.stringify(answer)]).toEqual([words, expect.stringContaining('the policy asks for a reason')])
  }
  expect(await json('user password alice', 'another password\n')).toMatchObject(refused)
  expect(await json('group put late --title Late --dry-run')).toMatchObject({ ok: true, dryRun: true })
  expect(await json('key list')).toMatchObject({ ok: true })
  expect(await json('key rotate fresh --why yearly')).toMatchObject({ ok: true, manifest: 2 })
  expect(await lastLine()).toMatchObject({ op: 'key.rotate', target: 'fresh', why: 'yearly' })
  expect(await json('enrol --user alice --url https://kith.example.org --why laptop')).toMatchObject({ ok: true })
  expect(await lastLine()).toMatchObject({ op: 'enrolment.add', target: 'alice', why: 'laptop' })
})
