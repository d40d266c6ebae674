/** For tests, run as a process: adds contacts to a user's list one by one, each in a version of its own. */
import { administer, openContext } from '../setup/context.ts'

const [path = '', user = '', label = '', count = '0'] = process.argv.slice(2)
const context = await openContext(path)
if (!context.ok) throw new Error(context.why)
const { editor } = await administer(context.value)
for (let i = 0; i < Number(count); i++) {
  const contact = { address: `${label}-${i}@partner.example`, name: `${label} ${i}` }
  const result = await editor.change(user, [{ op: 'add', contact }], label)
  if (!result.ok) throw new Error(result.kind)
  process.stdout.write(`${result.value.version}\n`)
}
await context.value.store.close()
