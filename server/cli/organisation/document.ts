/** `kith-server apply` and `kith-server snapshot`: the organisation as one document */
import type { Checked } from '../../../shared/failures.ts'
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
import { administering, type Given } from '../command.ts'
import { changeFields, flag, word } from '../fields.ts'
import { faulty, type Outcome, succeeded, unavailable } from '../outcome.ts'
import { jsonOf, readText } from '../text.ts'

const applyFields = {
  ...changeFields,
  file: word('<file>'),
  prune: flag('take away what a section of the document does not name; people are disabled'),
}

/** `apply`, which works at the server alone. */
export const applyCommand = administering(
  'apply',
  'bring about what a document says, all of it or nothing',
  applyFields,
  apply,
)

/** `snapshot`, likewise. */
export const snapshotCommand = administering(
  'snapshot',
  'print the document of what is now, without passwords',
  {},
  async ({ store, config }) => {
    const document = snapshotOf(await loadState(store, config))
    return succeeded(JSON.stringify(document, null, 2), document)
  },
)

async function apply(
  administration: Administration,
  { file: name, prune, ...options }: Given<typeof applyFields>,
): Promise<Outcome> {
  const text = await readText(name)
  if (text === undefined) return unavailable(`cannot read ${name}`)
  const read = readDocument(text)
  if (!read.ok) return faulty(read.fault)
  const { store, config, run } = administration
  // The comparison is of one moment, and the run comes after it: a change that no longer fits by then is refused with
  // its place.
  const planned = changesOf(await loadState(store, config), read.value, { prune: prune === true })
  if (!planned.ok) return faulty(planned.fault)
  const { changes, places } = planned.value
  if (changes.length === 0) return succeeded('it is so already', { changes: 0 })
  return carryAtServer(administration, (more) => run(changes, more), {
    ...options,
    places: places.map((place) => ({ place })),
    ...(options.dryRun ? {} : { value: { changes: changes.length } }),
  })
}

/** What `snapshot --json` printed has `ok` beside the document. */
function readDocument(text: string): Checked<OrganisationDocument, readonly PlaceFault[]> {
  const value = jsonOf(text)
  if (value === undefined) return { ok: false, fault: [{ place: 'document', why: 'it is not JSON' }] }
  const parsed = documentSchema.safeParse(withoutOk(value))
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, fault: parsed.error.issues.map(({ path, message }) => ({ place: placeOf(path), why: message })) }
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
