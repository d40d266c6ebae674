import type { Opened, Stage } from './stage.ts'

export async function rotateDevice(_stage: Stage, _opened: Opened): Promise<boolean> {
  return true
}
