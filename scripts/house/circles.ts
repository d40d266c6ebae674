/** Circles among files: by value they break when a file runs, by type they make files that cannot be read apart. */
import type { FileFacts } from './facts.ts'

type Graph = ReadonlyMap<string, readonly string[]>

/** One complaint for each set of files that all reach each other by imports of values or types, with a way round. */
export function checkCircles(files: readonly FileFacts[]): readonly string[] {
  const graph: Graph = new Map(files.map(({ path, imports }) => [path, imports.map(({ target }) => target)]))
  return circlesIn(graph).map((circle) => {
    const round = wayRound(graph, circle)
    return `${round[0]}: a circle of ${circle.length} files, one way round it: ${round.join(' -> ')}`
  })
}

/** Tarjan's strongly connected components of more than one file. */
function circlesIn(graph: Graph): readonly (readonly string[])[] {
  const order = new Map<string, number>()
  const done = new Set<string>()
  const path: string[] = []
  const circles: string[][] = []
  const visit = (file: string): number => {
    const place = order.size
    order.set(file, place)
    path.push(file)
    let lowest = place
    for (const next of graph.get(file) ?? [])
      // Packages are no files of ours, and a file that is done lies in no circle with this one.
      if (graph.has(next) && !done.has(next)) lowest = Math.min(lowest, order.get(next) ?? visit(next))
    if (lowest < place) return lowest
    const circle = path.splice(path.indexOf(file))
    for (const member of circle) done.add(member)
    if (circle.length > 1) circles.push(circle)
    return lowest
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file)
  return circles
}

/** A shortest way from the circle's first file through its imports back to itself. */
function wayRound(graph: Graph, circle: readonly string[]): readonly string[] {
  const [first = ''] = circle
  const inside = new Set(circle)
  const seen = new Set<string>()
  for (let ways = [[first]]; ways.length > 0;) {
    const longer = ways.flatMap((way) => (graph.get(way.at(-1) ?? '') ?? []).map((next) => [...way, next]))
    const round = longer.find((way) => way.at(-1) === first)
    if (round) return round
    ways = longer.filter((way) => {
      const last = way.at(-1) ?? ''
      return inside.has(last) && !seen.has(last) && seen.add(last)
    })
  }
  return []
}
