/** A command to one device, signed by the policy key and nobody else (protocol.md sections 3.7 and 9). */
import { z } from 'zod'
import { encodeCanonical } from './bytes/canonical.ts'
import { fromBase64, toBase64 } from './bytes/encoding.ts'
import type { Primitives } from './bytes/primitives.ts'
import { count, name, signature } from './bytes/schemas.ts'
import { signAs, verifyAs } from './bytes/signing.ts'

/** What P signs for one device (protocol.md section 3.7). `iat`: milliseconds since the epoch. */
export const commandSchema = z.strictObject({
  t: z.literal('cmd'),
  org: name,
  dev: name,
  cmd: z.enum(['wipe', 'lock', 'rotate']),
  scope: z.enum(['list', 'all']),
  /** Carried out once: the client remembers it. */
  id: name,
  iat: count,
})
/** What a device has to do: remove what it has of the list or all, lock, or make new keys. */
export type Command = Readonly<z.infer<typeof commandSchema>>

/** A command as a fresh statement carries it: `s` is P's signature, base64. */
export const signedCommandSchema = z.strictObject({ c: commandSchema, s: signature })
/** A command and its signature, which is to be verified before anything is done. */
export type SignedCommand = Readonly<z.infer<typeof signedCommandSchema>>

/** Signs a command with a policy key. */
export function signCommand(primitives: Primitives, command: Command, policySeed: Uint8Array): SignedCommand {
  return { c: command, s: toBase64(signAs(primitives, 'cmd', encodeCanonical(command), policySeed)) }
}

/** Whether one of the policy keys signed this command. */
export function verifyCommand(
  primitives: Primitives,
  command: SignedCommand,
  policyKeys: readonly Uint8Array[],
): boolean {
  const sig = fromBase64(command.s, 64)
  return (
    sig !== undefined && verifyAs(primitives, 'cmd', { bytes: encodeCanonical(command.c), signature: sig }, policyKeys)
  )
}
