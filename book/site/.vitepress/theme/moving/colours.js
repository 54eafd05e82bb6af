/** The four colours of lines and marks; what they are in light and dark is in moving.css. */
export const LINES = ['var(--moving-a)', 'var(--moving-b)', 'var(--moving-c)', 'var(--moving-d)']

/** Background and ink of a number on a scale from the background to blue, or for negative numbers to orange. */
export function heat(value, most) {
  const share = Math.round(Math.min(1, Math.abs(value) / (most || 1)) * 100)
  return {
    background: `color-mix(in srgb, var(${value < 0 ? '--moving-b' : '--moving-a'}) ${share}%, var(--vp-c-bg-soft))`,
    color: share > 55 ? 'var(--moving-ink)' : 'var(--vp-c-text-1)'
  }
}

/** The colour alone, for shapes of an SVG. */
export const heatFill = (value, most) => heat(value, most).background
