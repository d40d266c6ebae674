/** Signers for what is never kept: a change that is only tried needs no key. */
import { toBase64 } from '../../shared/whitelist/bytes/encoding.ts'
import type { HeadSigner } from '../lists/issue.ts'
import type { CommandSigner } from './devices/device-moves.ts'

/** For trying out what is never kept. */
export const unsigned: HeadSigner = async (heads) => heads.map(() => new Uint8Array(64))

/** A command as a proposal is tried with, before anybody signs. */
export const unsignedCommand: CommandSigner = async (command) => ({ c: command, s: toBase64(new Uint8Array(64)) })
