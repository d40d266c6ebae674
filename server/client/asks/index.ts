/** Every ask and its handler, one file for each topic: read this first. */
import { administrationAsks } from './administration/index.ts'
import type { AskHandlers } from './handler.ts'
import { meAsks } from './me.ts'
import { quarantineAsks } from './quarantine.ts'
import { requestAsks } from './requests.ts'

export const askHandlers: AskHandlers = { ...meAsks, ...requestAsks, ...quarantineAsks, ...administrationAsks }
