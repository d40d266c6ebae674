/** Every ask and its handler, one file for each topic: read this first. */
import { administrationAsks } from './administration/index.ts'
import type { AskHandlers } from './handler.ts'
import { meAsks } from './me.ts'

export const askHandlers: AskHandlers = { ...meAsks, ...administrationAsks }
