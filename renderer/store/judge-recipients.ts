/** Asks the guard about recipients while a mail is being written. */
import type { Kith } from '../host.ts'

type Refused = { readonly rule: string; readonly reason: string }

async function ask(host: Kith, recipients: readonly string[]) {
  const result = await host.call('guard.judge', { recipients: [...recipients] })
  return result.ok ? result.value.refusals : undefined
}

/**
 * The guard's opinion on each text, by that very text. The guard names refused ones with invisible characters removed;
 * where such a name matches none of the texts, each is asked about alone. Undefined when there is no opinion now.
 */
export async function judgeRecipients(
  host: Kith,
  texts: readonly string[],
): Promise<ReadonlyMap<string, Refused> | undefined> {
  // No recipients is no reason for a warning while a mail has just been begun.
  if (texts.length === 0) return new Map()
  const refusals = await ask(host, texts)
  if (!refusals) return undefined
  if (refusals.every(({ address }) => texts.includes(address))) {
    return new Map(refusals.map(({ address, rule, reason }) => [address, { rule, reason }]))
  }
  const found = new Map<string, Refused>()
  for (const text of texts) {
    const [refusal] = (await ask(host, [text])) ?? []
    if (refusal) found.set(text, { rule: refusal.rule, reason: refusal.reason })
  }
  return found
}
