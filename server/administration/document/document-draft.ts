/** What a document asks for, gathered while it is compared with the present state. */
import { type Change, changeSchema, faultOfChange } from '../../../shared/administration/change.ts'
import { type Checked, ok } from '../../../shared/failures.ts'

/** `place` as in the document, such as `users[3].address`. */
export type PlaceFault = { readonly place: string; readonly why: string }
/** `places`: one for each change, for faults that show only when the change is made. */
export type DocumentChanges = Checked<
  { readonly changes: readonly Change[]; readonly places: readonly string[] },
  readonly PlaceFault[]
>

/** Gathers changes and faults in the order of their places. */
export class DocumentDraft {
  readonly prune: boolean
  readonly #changes: Change[] = []
  readonly #places: string[] = []
  readonly #faults: PlaceFault[] = []

  constructor(prune: boolean) {
    this.prune = prune
  }

  add(place: string, change: Change): void {
    // Checked here, where the place in the document is still known.
    const parsed = changeSchema.safeParse(change)
    if (parsed.success) {
      this.#changes.push(parsed.data)
      this.#places.push(place)
    } else this.refuse(place, faultOfChange(parsed.error))
  }

  refuse(place: string, why: string): void {
    this.#faults.push({ place, why })
  }

  /** Refuses all but the first of those that have the same name. */
  once(seen: Map<string, string>, name: string, place: string): boolean {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, place)
    else this.refuse(place, `${name} is at ${first} already`)
    return first === undefined
  }

  result(): DocumentChanges {
    if (this.#faults.length > 0) return { ok: false, fault: this.#faults }
    return ok({ changes: this.#changes, places: this.#places })
  }
}
