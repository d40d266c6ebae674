/** `kith-server apply` and `kith-server snapshot`: the organisation as one document */
import type { Command } from 'commander'
import { z } from 'zod'
import type { Administration } from '../../administration/administer.ts'
import { changesOf } from '../../administration/document/document-changes.ts'
import type { PlaceFault } from '../../administration/document/document-draft.ts'
import {
  documentSchema,
  loadState,
  type OrganisationDocument,
  snapshotOf,
} from '../../administration/document/document.ts'
import { carryAtServer } from '../changing.ts'
import { administering, changeOptions, commonOptions, withChange, withCommon } from '../command.ts'
import { faulty, type Outcome, succeeded, unavailable } from '../outcome.ts'
import { jsonOf, readText } from '../text.ts'

const applyOptions = changeOptions.extend({ prune: z.boolean().optional() })

/** Adds `apply` and `snapshot`, which work at the server alone. */
export function addDocumentCommands(program: Command): void {
  withChange(program.command('apply <file>').description('bring about what a document says, all of it or nothing'))
    .option('--prune', 'take away what a section of the document does not name; people are disabled')
    .action(administering(applyOptions, apply))
  withCommon(program.command('snapshot').description('print the document of what is now, without passwords')).action(
    administering(commonOptions, async ({ store, config }) => {
      const document = snapshotOf(await loadState(store, config))
      return succeeded(JSON.stringify(document, null, 2), document)
    }),
  )
}

async function apply(
  administration: Administration,
  options: z.infer<typeof applyOptions>,
  name = '',
): Promise<Outcome> {
  const text = await readText(name)
  if (text === undefined) return unavailable(`cannot read ${name}`)
  const read = readDocument(text)
  if (!read.ok) return faulty(read.faults)
  const { store, config, run } = administration
  const planned = changesOf(await loadState(store, config), read.value, { prune: options.prune === true })
  if (!planned.ok) return faulty(planned.faults)
  const { changes, places } = planned
  if (changes.length === 0) return succeeded('it is so already', { changes: 0 })
  return carryAtServer(administration, (more) => run(changes, more), {
    ...options,
    places: places.map((place) => ({ place })),
    ...(options.dryRun ? {} : { value: { changes: changes.length } }),
  })
}

type ReadDocument =
  | { readonly ok: true; readonly value: OrganisationDocument }
  | { readonly ok: false; readonly faults: readonly PlaceFault[] }

/** What `snapshot --json` printed has `ok` beside the document. */
function readDocument(text: string): ReadDocument {
  const value = jsonOf(text)
  if (value === undefined) return { ok: false, faults: [{ place: 'document', why: 'it is not JSON' }] }
  const parsed = documentSchema.safeParse(withoutOk(value))
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, faults: parsed.error.issues.map(({ path, message }) => ({ place: placeOf(path), why: message })) }
}

function withoutOk(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return value
  const { ok: _ok, ...document } = value
  return document
}

/** `users[3].address` */
function placeOf(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
  return text.replace(/^\./, '') || 'document'
}
