/**
 * Curves of equal height over a grid, as one path's d for each level, by marching squares. surface is [rows, columns]; x and
 * y turn the grid's coordinates xs and ys into those of the drawing.
 */
export function contours(surface, xs, ys, levels, x, y) {
  const [rows, columns] = surface.shape
  const h = (r, c) => surface.data[r * columns + c]
  return levels.map((level) => {
    let d = ''
    for (let r = 0; r + 1 < rows; r++) {
      for (let c = 0; c + 1 < columns; c++) {
        const corners = [[r, c], [r, c + 1], [r + 1, c + 1], [r + 1, c]]
        const cuts = []
        corners.forEach(([r1, c1], k) => {
          const [r2, c2] = corners[(k + 1) % 4]
          const a = h(r1, c1) - level
          const b = h(r2, c2) - level
          if (a < 0 === b < 0) return
          const t = a / (a - b)
          cuts.push(`${x(xs[c1] + t * (xs[c2] - xs[c1])).toFixed(1)} ${y(ys[r1] + t * (ys[r2] - ys[r1])).toFixed(1)}`)
        })
        for (let k = 0; k + 1 < cuts.length; k += 2) d += `M${cuts[k]}L${cuts[k + 1]}`
      }
    }
    return d
  })
}

/** Levels at which curves lie about evenly far apart. */
export function levels(surface, count = 9) {
  const sorted = [...surface.data].sort((a, b) => a - b)
  return Array.from({ length: count }, (_, i) => sorted[Math.floor(sorted.length * ((i + 0.4) / count) ** 1.6)])
}
