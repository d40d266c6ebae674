/**
 * For tests, run as a process: adds contacts to a user's list one by one, each in a version of its own, which it tells.
 * Where the store is away it tries again, as an administrator would; a contact that an unanswered try added is left.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { administer } from '../administration/administer.ts'
import { openContext } from '../settings/context.ts'
import { storeFailure } from '../store/failures.ts'

const [path = '', user = '', label = '', count = '0'] = process.argv.slice(2)
const againMs = 50

const context = await patiently(() => openContext(path))
if (!context.ok) throw new Error(context.why)
const { editor } = await administer(context.value)

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (storeFailure(error) === undefined) throw error
      await wait(againMs)
    }
  }
}

async function add(address: string, name: string): Promise<string> {
  const result = await editor.change(user, [{ op: 'add', contact: { address, name } }], label)
  if (result.ok) return `${result.value.version}\n`
  if (result.fault !== 'noList' && result.fault[0]?.why.includes('already')) return ''
  throw new Error(JSON.stringify(result.fault))
}

for (let i = 0; i < Number(count); i++) {
  process.stdout.write(await patiently(() => add(`${label}-${i}@partner.example`, `${label} ${i}`)))
}
await context.value.store.close()
