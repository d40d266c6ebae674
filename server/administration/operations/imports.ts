/** Sources of contacts, and what is to be mended in them. */
import { readings } from '../../../shared/administration/readings.ts'
import { importStates } from '../import-states.ts'
import { listImports } from '../imports.ts'
import { reading } from './operation.ts'

/** Each source that is kept, with the rows that its last reading left out. Their texts are those of the source. */
export const importsReading = reading({
  ...readings.imports,
  async work(inside) {
    const states = await importStates(inside)
    const imports = (await listImports(inside)).map(({ source: { name, kind }, for: unit }) => {
      const { at, state = 'never' as const, left = 0, rows = [] } = states.get(name) ?? {}
      return { name, kind, for: unit, state, left, rows: [...rows], ...(at === undefined ? {} : { at }) }
    })
    return { ok: true, value: { imports } }
  },
})
