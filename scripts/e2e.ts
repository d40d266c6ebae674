/** `npm run e2e [-- playwright arguments]`: the e2e specs alone. */
import { runEndToEnd } from './lib/end-to-end.ts'
import { ensurePackages, testPackages } from './lib/packages.ts'

await ensurePackages(testPackages)
const { failed } = await runEndToEnd({ arguments: process.argv.slice(2) })
process.exitCode = failed > 0 ? 1 : 0
