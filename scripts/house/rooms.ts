/** The order of rooms: inside a house of several rooms, each imports only rooms below it. */
import { type House, houses } from '../house-rules.ts'
import type { FileFacts } from './facts.ts'

/** Complaints about imports that go up, by value or by type, and about files without a room. Tests are free. */
export function checkRooms(files: readonly FileFacts[], all: readonly House[] = houses): readonly string[] {
  return files.flatMap((file) => {
    const house = all.find(({ root }) => file.path.startsWith(root))
    if (!house || file.isTest) return []
    const floor = floorOf(house, file.path)
    if (floor === undefined)
      return [`${file.path}: lies in no room of ${house.root}; scripts/house-rules.ts lists them`]
    const higher = file.imports
      .map(({ target }) => target)
      .filter((target) => target.startsWith(house.root) && (floorOf(house, target) ?? 0) > floor)
    return [...new Set(higher)].map((target) => `${file.path}: imports ${target}, which lies in a higher room`)
  })
}

/** How high a file's room is; what may lie loose is above all. */
function floorOf(house: House, file: string): number | undefined {
  const [room = '', ...rest] = file.slice(house.root.length).split('/')
  if (rest.length === 0) return house.loose.includes(room) ? house.rooms.length : undefined
  const floor = house.rooms.indexOf(room)
  return floor < 0 ? undefined : floor
}
