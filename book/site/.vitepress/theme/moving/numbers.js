// Tensors as pages hand them over, { shape, data }, and how their numbers look.

export const size = (shape) => shape.reduce((a, b) => a * b, 1)
export const range = (n) => Array.from({ length: n }, (_, i) => i)
export const bracketed = (shape) => `[${shape.join(', ')}]`

const RAISED = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' }

/** A number with its power of ten, as 9.5·10⁶. */
export function scientific(x, digits = 1) {
  const [mantissa, exponent] = x.toExponential(digits).split('e')
  const power = '10' + [...String(Number(exponent))].map((c) => RAISED[c]).join('')
  return Number(mantissa) === 1 ? power : `${Number(mantissa)}·${power}`
}

/** A number in at most four digits, with a proper minus. */
export function shown(x, digits = 4) {
  if (x === undefined || x === null || Number.isNaN(x)) return ''
  const text = Number.isInteger(x) && Math.abs(x) < 1e6 ? String(x) : Math.abs(x) >= 1e5 || (x !== 0 && Math.abs(x) < 1e-3) ? scientific(x) : String(Number(x.toPrecision(digits)))
  return text.replace('-', '−')
}

/** A number with as many decimals whatever its size, for columns and captions that do not jump. */
export const fixed = (x, decimals = 2) => x.toFixed(decimals).replace('-', '−')

/** The part of a tensor at the first indices, as a tensor. */
export function part(tensor, ...indices) {
  const shape = tensor.shape.slice(indices.length)
  const length = size(shape)
  let start = 0
  indices.forEach((index, d) => { start = start * tensor.shape[d] + index })
  return { shape, data: tensor.data.slice(start * length, (start + 1) * length) }
}

/** One number of a tensor. */
export function at(tensor, ...indices) {
  let n = 0
  indices.forEach((index, d) => { n = n * tensor.shape[d] + index })
  return tensor.data[n]
}

/** The first rows and columns of a matrix, in one list: what is left when it was filled up with zeros. */
export const square = (matrix, n) => range(n ** 2).map((i) => at(matrix, Math.floor(i / n), i % n))

/** So many whole numbers from the first on, as options of a Choice. */
export const wholes = (first, n) => range(n).map((i) => ({ value: first + i, text: String(first + i) }))

/** Texts as options of a Choice, which gives their places. */
export const places = (texts) => texts.map((text, value) => ({ value, text }))

/** Rows of numbers as a sentence, for those who listen. */
export function spoken(data, columns) {
  return range(Math.ceil(data.length / columns)).map((r) => data.slice(r * columns, (r + 1) * columns).map((x) => shown(x)).join(' ')).join('; ')
}

/** Round places on an axis. */
export function ticks(low, high, count = 5) {
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)
  return range(Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1).map((i) => Number(((Math.ceil(low / step - 1e-9) + i) * step).toPrecision(10)))
}

/** The smallest and largest of some numbers, with a margin. */
export function extent(data, margin = 0.05) {
  const low = Math.min(...data)
  const high = Math.max(...data)
  const more = (high - low || 1) * margin
  return [low - more, high + more]
}
